"""An orbit of 1e5 points in space, turned by hand and by itself while it goes on."""

from playwright.sync_api import Locator, Page

from benchmarks.measure import Row, summary
from benchmarks.served_app import NoBrowserError, opened_page, served_app

POINTS = 100_000
SPEED = 500.0
"""Model time a second: at the model's own step, half the points are new each second."""

# An orbit of so many points is painted as one image; how often that happens is counted.
COUNT = """
(() => {
  window.phasescopePaints = 0
  const put = CanvasRenderingContext2D.prototype.putImageData
  CanvasRenderingContext2D.prototype.putImageData = function (...given) {
    window.phasescopePaints += 1
    return put.apply(this, given)
  }
})()
"""
STATE = "() => ({at: performance.now(), paints: phasescopePaints})"


def open_orbit(page: Page, address: str) -> Locator:
    """Show the orbit in space alone, full of points, and return its picture."""
    page.add_init_script(COUNT)
    page.goto(address)
    page.locator("canvas[data-frames]").first.wait_for(timeout=60_000)
    page.get_by_role("button", name="Add view").click()
    page.get_by_role("menuitem", name="3-D orbit").click()
    pane = page.locator("[data-pane=phase_space]")
    pane.get_by_role("button", name="Show this view alone").click()
    for label, value in (("Tail length in space", POINTS), ("Speed", SPEED)):
        field = page.get_by_role("spinbutton", name=label)
        field.fill(f"{value:g}")
        field.press("Enter")
    page.wait_for_timeout(1_000.0 * POINTS * 0.01 / SPEED + 3_000.0)
    return pane.locator("canvas")


def paint_rates(page: Page, rounds: int, seconds: float = 1.5) -> list[float]:
    """Return how often a second the orbit was painted, round by round."""
    rates = []
    for _ in range(rounds):
        before = page.evaluate(STATE)
        page.wait_for_timeout(1_000.0 * seconds)
        after = page.evaluate(STATE)
        rates.append(1e3 * (after["paints"] - before["paints"]) / (after["at"] - before["at"]))
    return rates


def dragged_rate(page: Page, canvas: Locator, moves: int) -> float:
    """Turn the orbit by the mouse and return how often a second it was painted."""
    box = canvas.bounding_box()
    if box is None:
        raise RuntimeError("the orbit is not to be seen")
    x, y = box["x"] + 0.3 * box["width"], box["y"] + 0.5 * box["height"]
    page.mouse.move(x, y)
    page.mouse.down()
    before = page.evaluate(STATE)
    for place in range(moves):
        page.mouse.move(x + place, y + 20.0 * (place % 3))
        page.wait_for_timeout(12.0)
    after = page.evaluate(STATE)
    page.mouse.up()
    return 1e3 * (after["paints"] - before["paints"]) / (after["at"] - before["at"])


def measure(quick: bool) -> list[Row]:
    """Measure how often an orbit that streams is painted while it turns."""
    rounds = 3 if quick else 8
    try:
        with served_app() as address, opened_page(1280, 720) as page:
            canvas = open_orbit(page, address)
            still = paint_rates(page, rounds)
            dragged = dragged_rate(page, canvas, 60 if quick else 200)
            page.get_by_role("button", name="Turn by itself").click()
            turning = paint_rates(page, rounds)
    except NoBrowserError as error:
        return [Row(case="orbit in space", value=None, unit="fps", note=str(error))]
    rate, spread = summary(turning)
    return [
        Row(
            case="orbit of 1e5 points in space, turning by itself while it streams",
            value=rate,
            unit="fps",
            at_least=30.0,
            quartiles=spread,
            note="paintings of the orbit, 1280 x 720, headless",
        ),
        Row(case="the same, turned by the mouse", value=dragged, unit="fps", at_least=30.0),
        Row(
            case="the same, standing still",
            value=summary(still)[0],
            unit="fps",
            quartiles=summary(still)[1],
            note="the pictures that the server sends",
        ),
    ]
