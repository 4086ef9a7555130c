"""Run control in a real browser: to the next of something, what pauses by itself, backward."""

import re

import pytest

pytestmark = pytest.mark.browser


def values(status: str) -> dict[str, float]:
    found = re.findall(r"(\w+) = (-?[\d,.]+(?:e[+-]?\d+)?)", status)
    return {name: float(value.replace(",", "")) for name, value in found}


def test_the_orbit_is_sent_to_where_one_wants_it_and_back(open_app) -> None:
    app = open_app()
    page = app.page
    button = lambda name: page.get_by_role("button", name=name)  # noqa: E731
    for name in ("Play", "Pause", "Step", "Reset"):
        assert button(name).count() == 1
    apart = button("Reset").bounding_box()["x"] - button("Play").bounding_box()["x"]
    assert apart > 400

    # What pauses by itself, first mistyped.
    when = page.get_by_role("textbox", name="Pause when")
    when.fill("z >> 45")
    when.press("Enter")
    page.get_by_text("column 4").wait_for()
    assert when.input_value() == "z >> 45"
    assert app.status().startswith("Running")
    page.get_by_role("button", name="Max").click()
    when.fill("z > 45")
    when.press("Enter")
    app.until(lambda: app.status().startswith("Paused, because z > 45 became true"))
    assert values(app.status())["z"] > 45.0
    assert page.get_by_text("column 4").count() == 0
    stood = values(app.status())["t"]
    button("Play").click()
    app.until(lambda: app.status().startswith("Paused") and values(app.status())["t"] > stood)
    page.get_by_role("checkbox", name="Auto-pause").uncheck()

    # A number of steps, and one.
    steps = int(re.search(r"([\d,]+) steps", app.status())[1].replace(",", ""))
    count = page.get_by_role("textbox", name="How many to advance")
    count.fill("2.5")
    count.press("Enter")
    for _ in range(3):
        # What is refused again is said again.
        button("Advance").click()
        page.wait_for_timeout(150)
        assert page.get_by_text("“2.5” is not a whole number").is_visible()
    count.fill("250")
    button("Advance").click()
    app.until(lambda: f"{steps + 250:,} steps" in app.status())
    button("Step").click()
    app.until(lambda: f"{steps + 251:,} steps" in app.status())
    assert button("Next event").get_attribute("aria-disabled") == "true"
    button("Next event").dispatch_event("click")
    page.get_by_text("lorenz has no events").wait_for()

    # The speed: by slider, by number, and as it was before Max.
    slider = page.get_by_role("slider", name="Speed")
    exact = page.get_by_role("spinbutton", name="Speed, exact value")
    assert exact.input_value() == "2"
    slider.press("ArrowLeft")
    app.until(lambda: exact.input_value() == "1.91")
    exact.fill("0")
    exact.press("Enter")
    page.get_by_text("is not a number above 0").wait_for()
    exact.fill("0.5")
    exact.press("Enter")
    page.get_by_role("combobox", name="Pictures per second").select_option("30")

    # Backward from here, seen in the plots, and forward again.
    before = values(app.status())["t"]
    button("Backward").click()
    app.until(lambda: button("Backward").get_attribute("aria-pressed") == "true")
    button("Play").click()
    app.until(lambda: app.status().startswith("Running backward"))
    app.until(lambda: 0.05 < before - values(app.status())["t"] < 2.0)
    button("Backward").click()
    app.until(lambda: app.status().startswith("Running ·"))
    turned = values(app.status())["t"]
    app.until(lambda: values(app.status())["t"] > turned + 0.1)


def test_a_ball_is_stopped_where_it_bounces_and_says_why_it_cannot_go_back(open_app) -> None:
    app = open_app("?model=bouncing_ball")
    page = app.page
    page.get_by_role("button", name="Pause").click()
    page.get_by_role("button", name="Reset").click()
    app.until(lambda: "t = 0.00" in app.status())
    page.get_by_role("button", name="Next event").click()
    app.until(lambda: app.status().startswith("Paused, because the event "))
    assert 0.0 < values(app.status())["t"] < 3.0
    page.get_by_role("button", name="Backward").dispatch_event("click")
    page.get_by_text("what an event does cannot be undone").wait_for()
    assert app.status().startswith("Paused")


def test_after_a_blow_up_one_button_leads_back_with_half_the_step(open_app) -> None:
    app = open_app()
    page = app.page
    # Backward in time the Lorenz system leaves every bound.
    page.get_by_role("button", name="Backward", exact=True).click()
    page.get_by_role("alert").filter(has_text="Go back, then").wait_for()
    assert app.status().startswith("Stopped")
    app.until_still()
    assert max(abs(v) for v in values(app.status()).values()) > 1e6
    page.get_by_role("button", name="Back, with half the dt (0.005)").click()
    app.until(lambda: app.status().startswith("Paused ·"))
    assert max(abs(values(app.status())[name]) for name in "xyz") < 1e4
    page.get_by_role("button", name="Solver").click()
    app.until(lambda: page.get_by_role("spinbutton", name="dt").input_value() == "0.005")
    before = values(app.status())["t"]
    page.get_by_role("button", name="Backward", exact=True).click()
    page.get_by_role("button", name="Play", exact=True).click()
    # While the model is prepared the status tells no time.
    app.until(lambda: values(app.status()).get("t", before) > before + 0.1)
