"""A served application and a real browser."""

import os
import time
from collections.abc import Callable, Iterator

import pytest
from playwright.sync_api import Browser, Page, sync_playwright

from benchmarks.served_app import (
    BROWSER_FLAGS,
    NoBrowserError,
    find_browser,
    free_port,
    served_app,
)

PATIENCE_MS = 60_000


@pytest.fixture
def port() -> int:
    """Give a port nobody listens at."""
    return free_port()


@pytest.fixture(scope="session")
def server() -> Iterator[str]:
    """Serve the application; give its address."""
    with served_app() as address:
        yield address.removesuffix("/app")


@pytest.fixture(scope="session")
def browser() -> Iterator[Browser]:
    """Start the system's Chromium or Chrome; without one skip, or fail where CI=true."""
    try:
        found = find_browser()
    except NoBrowserError as error:
        if os.environ.get("CI") == "true":
            pytest.fail(str(error))
        pytest.skip(f"{error}; install Chromium or Chrome to run the browser tests")
    with sync_playwright() as playwright:
        chromium = playwright.chromium.launch(executable_path=found, args=list(BROWSER_FLAGS))
        yield chromium
        chromium.close()


class Watched:
    """Hold a page and everything it said and asked for."""

    def __init__(self, page: Page, address: str) -> None:
        self.page = page
        self.errors: list[str] = []
        self.foreign: list[str] = []
        page.on("console", self._said)
        page.on("pageerror", lambda error: self.errors.append(str(error)))
        page.on("request", lambda request: self._asked(request.url, address))
        page.on("websocket", lambda ws: self._asked(ws.url.replace("ws:", "http:"), address))
        page.on("response", self._answered)

    def status(self) -> str:
        """Return the sentence of the status region."""
        return self.page.get_by_role("status").inner_text()

    def frames(self, place: int = 0) -> int:
        """Return how many pictures a view has painted."""
        count = self.page.locator("canvas").nth(place).get_attribute("data-frames")
        return int(count or 0)

    def edits(self) -> int:
        """Return how many edits the painted picture shows."""
        return int(self.page.locator("canvas").first.get_attribute("data-edits") or 0)

    def pixels(self, place: int = 0) -> str:
        """Return a view's picture."""
        return str(self.page.locator("canvas").nth(place).evaluate("c => c.toDataURL()"))

    def until(self, condition: Callable[[], bool]) -> None:
        """Wait until a condition holds."""
        deadline = time.monotonic() + PATIENCE_MS / 1000
        while not condition():
            assert time.monotonic() < deadline, f"waited in vain; status: {self.status()}"
            self.page.wait_for_timeout(20)

    def until_moving(self) -> None:
        """Wait until pictures come."""
        self.page.get_by_role("status").wait_for()
        self.until(lambda: self.status().startswith("Running") and self.frames() > 5)

    def until_still(self) -> None:
        """Wait until no view has painted for half a second."""

        def painted() -> list[int]:
            return [self.frames(i) for i in range(self.page.locator("canvas").count())]

        def still() -> bool:
            before = painted()
            self.page.wait_for_timeout(500)
            return painted() == before

        self.until(still)

    def choose(self, label: str, option: str) -> None:
        """Choose an option of a selector."""
        self.page.get_by_role("combobox", name=label).select_option(label=option)

    def _said(self, message: object) -> None:
        if message.type == "error":  # type: ignore[attr-defined]
            self.errors.append(message.text)  # type: ignore[attr-defined]

    def _asked(self, url: str, address: str) -> None:
        if not url.startswith((address, "data:", "blob:")):
            self.foreign.append(url)

    def _answered(self, response: object) -> None:
        if response.status >= 400:  # type: ignore[attr-defined]
            self.errors.append(f"{response.status} {response.url}")  # type: ignore[attr-defined]


@pytest.fixture
def open_app(browser: Browser, server: str) -> Iterator[Callable[..., Watched]]:
    """Give a function that opens the application; its pages must not complain or call out."""
    opened: list[Watched] = []

    def open_it(query: str = "", *, moving: bool = True) -> Watched:
        page = browser.new_page(viewport={"width": 1280, "height": 720})
        page.set_default_timeout(PATIENCE_MS)
        watched = Watched(page, server)
        opened.append(watched)
        page.goto(f"{server}/app{query}")
        if moving:
            watched.until_moving()
        return watched

    yield open_it
    for watched in opened:
        watched.page.close()
    for watched in opened:
        assert watched.errors == []
        assert watched.foreign == []
