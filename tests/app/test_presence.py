"""A page that goes ends its session and its worker at once; one too many is turned away."""

import threading
import time
import urllib.request
from collections.abc import Iterator
from pathlib import Path
from types import SimpleNamespace

import panel as pn
import pytest
from playwright.sync_api import Browser

from app.presence import turned_away
from benchmarks.served_app import listens

PATIENCE_S = 60
MAIN = Path(__file__).parents[2] / "app" / "main.py"


def workers() -> list[threading.Thread]:
    return [t for t in threading.enumerate() if t.name == "phasescope-worker"]


def until_few(number: int, within: float) -> None:
    deadline = time.monotonic() + within
    while len(workers()) > number:
        assert time.monotonic() < deadline, "a worker outlived its page"
        threading.Event().wait(0.05)


@pytest.fixture
def served(port: int) -> Iterator[str]:
    """Serve the application from this process, with the lifetimes that a server has by default."""
    settings = {"port": port, "show": False, "threaded": True, "liveness": True}
    server = pn.serve({"app": str(MAIN)}, **settings)
    deadline = time.monotonic() + PATIENCE_S
    while not listens(port):
        assert time.monotonic() < deadline, "the server does not listen"
        threading.Event().wait(0.05)
    yield f"http://localhost:{port}"
    server.stop()


@pytest.mark.browser
def test_a_page_that_goes_ends_its_worker_and_a_reload_begins_anew(
    browser: Browser, served: str
) -> None:
    before = len(workers())
    page = browser.new_page()
    page.set_default_timeout(1000 * PATIENCE_S)
    page.goto(f"{served}/app")
    page.get_by_text("Running · ").wait_for()
    (worker,) = workers()[before:]
    page.reload()
    page.get_by_text("Running · ").wait_for()
    until_few(before + 1, within=10.0)
    assert worker not in workers()
    # Long before a server by itself looks for sessions that nobody uses.
    page.goto("about:blank")
    until_few(before, within=10.0)
    page.close()


def test_a_session_too_many_is_told_so() -> None:
    def session(**state: bool) -> SimpleNamespace:
        known = {"destroyed": False, "expiration_requested": False}
        return SimpleNamespace(id=object(), **{**known, **state})

    there = [session(), session(), session(destroyed=True), session(expiration_requested=True)]
    server = SimpleNamespace(sessions=there)
    context = SimpleNamespace(id="new", server_context=server)
    assert turned_away(context, None) == ""
    assert turned_away(None, 1) == ""
    assert turned_away(context, 3) == ""
    assert "takes 2 sessions at a time (PHASESCOPE_MAX_SESSIONS)" in turned_away(context, 2)


def test_a_look_at_whether_the_server_lives_makes_no_session(served: str) -> None:
    begun, before = time.monotonic(), workers()
    for _ in range(50):
        with urllib.request.urlopen(f"{served}/liveness", timeout=10) as answer:
            assert answer.status == 200
    assert time.monotonic() - begun < 5.0
    assert workers() == before
