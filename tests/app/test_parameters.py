"""Parameters in a real browser: dragged, moved, locked, found; what is done is undone."""

import gc
import threading
import time
from collections.abc import Callable, Iterator
from pathlib import Path

import numpy as np
import panel as pn
import pytest
from playwright.sync_api import Browser, Locator, Page

import engine
from widgets import Explorer

pytestmark = pytest.mark.browser

PATIENCE_MS = 60_000
MAIN = Path(__file__).parents[2] / "app" / "main.py"

# Moves a slider as a hand does, once per picture of the page, which are 60 a second; the page's
# own clock counts, so that a slow machine makes fewer events and never a longer test.
DRAG = """
async (slider, seconds) => {
  const begun = performance.now()
  const low = Number(slider.min), high = Number(slider.max), step = Number(slider.step)
  let events = 0
  for (;;) {
    await new Promise((resume) => setTimeout(resume, 1000 / 60))
    const t = (performance.now() - begun) / 1000
    if (t > seconds) { return events }
    const share = 0.5 - 0.45 * Math.cos(2.1 * t + Math.sin(5.3 * t))
    slider.value = low + step * Math.round(share * (high - low) / step)
    slider.dispatchEvent(new Event("input", {bubbles: true, composed: true}))
    events += 1
  }
}
"""


@pytest.fixture
def own_page(browser: Browser, port: int) -> Iterator[Page]:
    """Serve the application from this process, so that a test can look behind the page."""
    server = pn.serve(
        {"app": str(MAIN)},
        port=port,
        show=False,
        threaded=True,
        check_unused_sessions_milliseconds=100,
        unused_session_lifetime_milliseconds=100,
    )
    page = browser.new_page(viewport={"width": 1280, "height": 720})
    page.set_default_timeout(PATIENCE_MS)
    page.goto(f"http://localhost:{port}/app")
    page.get_by_text("Running · ").first.wait_for()
    yield page
    live = explorer_of_the_page().live
    page.close()
    until(lambda: live.closed)
    server.stop()


def until(condition: Callable[[], bool]) -> None:
    """Wait until a condition holds, or fail."""
    deadline = time.monotonic() + PATIENCE_MS / 1000
    while not condition():
        assert time.monotonic() < deadline, "waited in vain"
        threading.Event().wait(0.02)


def explorer_of_the_page() -> Explorer:
    found = [one for one in gc.get_objects() if isinstance(one, Explorer) and not one.live.closed]
    assert len(found) == 1
    return found[0]


def test_a_slider_dragged_for_ten_seconds_leaves_an_orbit_that_replays_to_the_bit(
    own_page: Page,
) -> None:
    page = own_page
    live = explorer_of_the_page().live
    slider = page.get_by_role("slider", name="rho", exact=True)
    painted = int(page.locator("canvas[data-frames]").first.get_attribute("data-frames") or 0)
    events = slider.evaluate(DRAG, 10.0)
    assert events > 300
    last = float(slider.input_value())
    until(lambda: live.parameters["rho"] == last)
    assert live.pause(60.0)
    run = live._player.run
    journal = run.journal
    # As many edits as pictures of the run: what came in between was replaced, not queued.
    assert 100 < len(journal.entries) <= events + 1
    twin = engine.replay(journal.origin, journal)
    assert twin.journal == journal
    assert twin.y.tobytes() == run.y.tobytes()
    ring = live.ring
    first, t, y = ring.read(0, ring.total)
    assert len(t) == ring.total > 1000
    replayed = twin.results()
    np.testing.assert_array_equal(t, replayed.t)
    np.testing.assert_array_equal(y.T, replayed.y)
    marks = [mark for mark in live.marks if mark.control == "rho"]
    assert marks[-1].until > marks[0].t + 5.0
    # The drag is one mark and one change, unless the machine has halted it for a second.
    assert len(marks) < 5
    history = explorer_of_the_page().history
    until(lambda: history.undo_words == f"rho = {last:g}")
    assert len(history._done) < 4
    while history.undo_words:
        title = f"Redo {history.undo_words}"
        page.keyboard.press("Control+z")
        page.get_by_title(title, exact=True).wait_for()
    until(lambda: live.parameters["rho"] == 28.0)
    now = int(page.locator("canvas[data-frames]").first.get_attribute("data-frames") or 0)
    assert now > painted + 5


def value_of(slider: Locator) -> float:
    return float(slider.input_value())


def test_a_parameter_moves_by_itself_is_followed_and_stops_under_the_hand(open_app) -> None:
    app = open_app()
    page = app.page
    slider = page.get_by_role("slider", name="rho", exact=True)
    page.get_by_role("button", name="Range and motion of rho").click()
    period = page.get_by_role("spinbutton", name="rho, period")
    period.fill("8")
    period.press("Enter")
    move = page.get_by_role("button", name="Move rho")
    move.click()
    app.until(lambda: move.get_attribute("aria-pressed") == "true")
    seen: set[float] = set()
    app.until(lambda: seen.add(value_of(slider)) or len(seen) > 8)
    assert max(seen) - min(seen) > 5.0
    # While the run pauses, so does the motion.
    page.get_by_role("button", name="Pause", exact=True).click()
    app.until(lambda: app.status().startswith("Paused"))
    page.wait_for_timeout(400)
    still = value_of(slider)
    page.wait_for_timeout(600)
    assert value_of(slider) == still
    page.get_by_role("button", name="Play", exact=True).click()
    app.until(lambda: value_of(slider) != still)
    slider.press("Home")
    app.until(lambda: move.get_attribute("aria-pressed") == "false")
    page.wait_for_timeout(400)
    assert value_of(slider) == 0.0
    page.get_by_role("combobox", name="rho, kind of motion").select_option("sine")
    page.get_by_role("spinbutton", name="rho, amplitude").wait_for()
    page.get_by_title("Undo motion of rho").wait_for()


def test_keys_nudge_locks_hold_and_ranges_are_checked(open_app) -> None:
    app = open_app()
    page = app.page
    slider = page.get_by_role("slider", name="rho", exact=True)
    for key, value in (
        ("ArrowRight", 28.1),
        ("ArrowUp", 28.2),
        ("Shift+ArrowLeft", 27.2),
        ("Alt+ArrowRight", 27.21),
        ("PageUp", 28.21),
        ("End", 60.0),
        ("Home", 0.0),
    ):
        slider.press(key)
        assert value_of(slider) == pytest.approx(value, abs=1e-9)
    page.get_by_role("button", name="Lock rho").click()
    lock = page.get_by_role("button", name="Lock rho")
    app.until(lambda: lock.get_attribute("aria-pressed") == "true")
    slider.press("ArrowRight")
    page.get_by_text("rho is locked at 0").first.wait_for()
    assert value_of(slider) == 0.0
    lock.click()
    app.until(lambda: lock.get_attribute("aria-pressed") == "false")
    page.get_by_role("button", name="Range and motion of rho").click()
    upper = page.get_by_role("spinbutton", name="rho, upper end")
    upper.fill("-1")
    upper.press("Enter")
    page.get_by_text("lower end 0 has to be below its upper end -1").wait_for()
    upper.fill("100")
    upper.press("Enter")
    app.until(lambda: slider.get_attribute("max") == "100")
    page.get_by_role("combobox", name="rho, scale").select_option("log")
    page.get_by_text("a log scale needs a range above 0").wait_for()
    page.get_by_title("Undo range of rho").click()
    app.until(lambda: slider.get_attribute("max") == "60")


def test_of_many_parameters_some_are_found_and_pinned(open_app) -> None:
    app = open_app("?model=adex")
    page = app.page
    names = page.locator(".field .name")
    found = page.get_by_role("searchbox", name="Find a parameter")
    found.fill("zzz")
    page.get_by_text("No parameter matches").wait_for()
    found.press("Escape")
    last = page.locator(".field input[type=range]").last.get_attribute("aria-label")
    page.get_by_role("button", name=f"Pin {last}", exact=True).click()
    app.until(lambda: names.first.inner_text().startswith(last))
