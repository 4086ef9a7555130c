"""What a viewer sees in a headless Chromium: painted frames, and slider to picture."""

import itertools
import statistics
import time

from playwright.sync_api import Locator, Page

from benchmarks.measure import Row, quartiles, summary
from benchmarks.served_app import NoBrowserError, opened_page, served_app

POINTS = 10_000
"""Points of the phase plane's trail."""

# Every plot writes on its canvas how many frames it has painted and how many edits the latest
# one shows.  Those of the orbit count; an exponent has news only now and then.  The moment that
# counts is the animation frame after the painting: by then the browser has handed the picture
# over.  A movement of the mouse carries the time at which the browser saw it.
WATCH = """
() => {
  const canvases = []
  const collect = (root) => {
    for (const element of root.querySelectorAll("*")) {
      const name = element.matches("canvas[data-frames]") ? element.ariaLabel : ""
      if (/^(Time series|Phase plane)/.test(name)) { canvases.push(element) }
      if (element.shadowRoot) { collect(element.shadowRoot) }
    }
  }
  collect(document)
  const watch = {moved: 0, shown: null, edits: 0, canvases}
  window.addEventListener("pointermove", (event) => { watch.moved = event.timeStamp }, true)
  const shown = () => Math.min(...canvases.map((canvas) => Number(canvas.dataset.edits)))
  watch.edits = shown()
  watch.arm = () => { watch.shown = null; watch.moved = 0; watch.edits = shown() }
  const look = () => {
    if (watch.shown === null && watch.moved && shown() > watch.edits) {
      watch.edits = Infinity
      requestAnimationFrame(() => { watch.shown = performance.now() })
    }
  }
  const changes = new MutationObserver(look)
  for (const canvas of canvases) {
    changes.observe(canvas, {attributes: true, attributeFilter: ["data-edits"]})
  }
  window.phasescopeWatch = watch
  return canvases.length
}
"""
FRAMES = """
() => ({
  at: performance.now(),
  frames: phasescopeWatch.canvases.map((canvas) => Number(canvas.dataset.frames)),
})
"""


def frame_rates(page: Page, seconds: float) -> list[float]:
    """Return the frames a second that each plot paints, over `seconds`."""
    before = page.evaluate(FRAMES)
    page.wait_for_timeout(1000.0 * seconds)
    after = page.evaluate(FRAMES)
    elapsed = (after["at"] - before["at"]) / 1000.0
    return [
        (late - early) / elapsed
        for early, late in zip(before["frames"], after["frames"], strict=True)
    ]


def latencies(page: Page, slider: Locator, count: int) -> list[float]:
    """Drag a slider with the mouse and return the times to the picture in ms.

    A time runs from the mouse movement, as the browser saw it, until both plots have painted an
    orbit that knows of it.
    """
    box = slider.bounding_box()
    if box is None:
        raise RuntimeError("the slider is not to be seen")
    middle = box["y"] + box["height"] / 2.0
    places = [box["x"] + box["width"] * share for share in (0.45, 0.5, 0.55, 0.6, 0.55)]
    page.mouse.move(places[0], middle)
    page.mouse.down()
    found = []
    for place in itertools.islice(itertools.cycle(places[1:]), count):
        # A pause of varying length, so that the movements fall anywhere between two frames.
        page.wait_for_timeout(120.0 + 7.0 * (len(found) % 10))
        page.evaluate("() => phasescopeWatch.arm()")
        page.mouse.move(place, middle)
        page.wait_for_function("() => phasescopeWatch.shown !== null", polling=5, timeout=10_000)
        found.append(page.evaluate("() => phasescopeWatch.shown - phasescopeWatch.moved"))
    page.mouse.up()
    return found


def first_picture(page: Page, address: str) -> float:
    """Open the app and return the seconds until a plot has painted its first frame."""
    begun = time.perf_counter()
    page.goto(address)
    page.locator("canvas[data-frames]").first.wait_for(timeout=60_000)
    return time.perf_counter() - begun


def measure(quick: bool) -> list[Row]:
    """Measure the app as it opens: three linked plots of a running Lorenz orbit."""
    try:
        with served_app() as address, opened_page(1280, 720) as page:
            opening = [first_picture(page, address) for _ in range(2 if quick else 4)]
            page.wait_for_timeout(3_000)
            for label, value in (("Tail length in points", POINTS), ("Speed", 100)):
                field = page.get_by_role("spinbutton", name=label)
                field.fill(str(value))
                field.press("Enter")
            page.wait_for_timeout(3_000)
            if page.evaluate(WATCH) != 2:
                raise RuntimeError("the page does not show the two plots of the orbit")
            rates = [min(frame_rates(page, 2.0)) for _ in range(3 if quick else 8)]
            slider = page.get_by_role("slider", name="rho")
            delays = latencies(page, slider, 20 if quick else 80)
    except NoBrowserError as error:
        return [Row(case="live picture", value=None, unit="fps", note=str(error))]
    rate, rate_spread = summary(rates)
    delay, delay_spread = summary(delays)
    worst = statistics.quantiles(delays, n=20)[-1]
    return [
        Row(
            case="frames painted, time series and phase plane, the slower",
            value=rate,
            unit="fps",
            at_least=25.0,
            quartiles=rate_spread,
            note=f"three linked plots, a trail of {POINTS} points, 1280 x 720, headless",
        ),
        Row(
            case="slider to picture",
            value=delay,
            unit="ms",
            at_most=80.0,
            quartiles=delay_spread,
            note="both plots painted",
        ),
        Row(
            case="slider to picture, 95 of 100 movements within",
            value=worst,
            unit="ms",
            at_most=150.0,
        ),
        Row(
            case="address to first picture",
            value=statistics.median(opening),
            unit="s",
            quartiles=quartiles(opening),
            note="a warm server",
        ),
    ]
