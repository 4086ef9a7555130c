"""The life of a session: its worker ends with it."""

import threading
import time
from collections.abc import Iterator
from pathlib import Path

import panel as pn
import pytest
from playwright.sync_api import Browser

pytestmark = pytest.mark.browser

PATIENCE_S = 60
MAIN = Path(__file__).parents[2] / "app" / "main.py"


def workers() -> list[threading.Thread]:
    return [t for t in threading.enumerate() if t.name == "phasescope-worker"]


@pytest.fixture
def server_in_process(port: int) -> Iterator[str]:
    """Serve the application from this process; sessions end soon after their page."""
    server = pn.serve(
        {"app": str(MAIN)},
        port=port,
        show=False,
        threaded=True,
        check_unused_sessions_milliseconds=100,
        unused_session_lifetime_milliseconds=100,
    )
    yield f"http://localhost:{port}/app"
    server.stop()


def test_a_session_that_closes_stops_its_worker(browser: Browser, server_in_process: str) -> None:
    before = workers()
    pages = [browser.new_page() for _ in range(2)]
    for page in pages:
        page.set_default_timeout(1000 * PATIENCE_S)
        page.goto(server_in_process)
        page.get_by_text("Running · ").wait_for()
    assert len(workers()) == len(before) + 2
    for page in pages:
        page.close()
    deadline = time.monotonic() + PATIENCE_S
    while len(workers()) > len(before):
        assert time.monotonic() < deadline, "a worker outlived its session"
        threading.Event().wait(0.05)
