"""The views of an orbit in a real browser: expressions, sections, return maps, clouds, space."""

import os

import pytest

pytestmark = pytest.mark.browser


def add(app, caption: str) -> None:
    app.page.get_by_role("button", name="Add view").click()
    app.page.get_by_role("menuitem", name=caption).click()


def painted(app, pane: str) -> int:
    return int(app.page.locator(f"[data-pane={pane}] canvas").get_attribute("data-frames") or 0)


def shoot(app, name: str) -> None:
    """Keep a picture where somebody wants to look at it."""
    if "SHOTS" in os.environ:
        app.page.screenshot(path=f"{os.environ['SHOTS']}/{name}.png")


def test_views_of_a_flow_take_expressions_and_say_what_is_wrong_with_them(open_app) -> None:
    app = open_app()
    page = app.page
    series = page.locator("[data-pane=time_series]")
    field = series.get_by_label("Show an expression")
    field.fill("rhoo - z")
    field.press("Enter")
    refused = series.get_by_text("unknown name 'rhoo'")
    refused.wait_for()
    field.fill("rho - z")
    field.press("Enter")
    series.get_by_role("button", name="Show rho - z").wait_for()
    app.until(lambda: refused.count() == 0)
    series.get_by_role("combobox", name="Span of time").select_option("whole")
    add(app, "Poincaré section")
    add(app, "Return map")
    add(app, "3-D orbit")
    section = page.locator("[data-pane=poincare_section]")
    section.get_by_label("Section expression").fill("z")
    section.get_by_label("Section expression").press("Enter")
    section.get_by_label("Section level").fill("27")
    section.get_by_label("Section level").press("Enter")
    app.until(
        lambda: "crossings" in section.inner_text() and "0 crossings" not in section.inner_text()
    )
    for pane in ("poincare_section", "return_map", "phase_space"):
        app.until(lambda pane=pane: painted(app, pane) > 3)
    plane = page.locator("[data-pane=phase_plane]")
    plane.get_by_role("button", name="Cloud of many orbits").click()
    app.until(lambda: "2,000 orbits" in plane.inner_text())
    shoot(app, "flow")
    assert app.status().startswith("Running")


def test_a_cobweb_stands_beside_a_map(open_app) -> None:
    app = open_app("?model=logistic")
    add(app, "Cobweb")
    app.until(lambda: painted(app, "cobweb") > 5)
    cobweb = app.page.locator("[data-pane=cobweb]")
    cobweb.get_by_label("Which iterate of the map").fill("0")
    cobweb.get_by_label("Which iterate of the map").press("Enter")
    cobweb.get_by_label("Which iterate of the map").fill("2")
    cobweb.get_by_label("Which iterate of the map").press("Enter")
    app.until(lambda: "x[n+2]" in (cobweb.locator("canvas").get_attribute("aria-label") or ""))
    shoot(app, "map")
