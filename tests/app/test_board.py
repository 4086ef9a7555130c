"""Views are added, arranged, zoomed and taken hold of in a real browser, while the orbit runs."""

import re

import pytest

pytestmark = pytest.mark.browser

DESCRIBED = "c => c.getRootNode().getElementById(c.getAttribute('aria-describedby')).textContent"


def panes(app) -> list[str]:
    """Return the titles of the plots in the order of the page."""
    return app.page.locator("section.plot:visible .title").all_inner_texts()


def test_views_are_added_moved_shown_alone_and_removed_while_it_runs(open_app) -> None:
    app = open_app()
    page = app.page
    plane = page.locator("[data-pane=phase_plane]")
    plane.evaluate("plot => { plot.marked = true }")
    before = panes(app)
    assert len(before) == 3
    page.get_by_role("button", name="Add view").click()
    page.get_by_role("menuitem", name="Time series").click()
    app.until(lambda: len(panes(app)) == 4)
    added = page.locator("[data-pane=time_series-2] canvas")
    app.until(lambda: int(added.get_attribute("data-frames") or 0) > 3)

    page.get_by_role("button", name="Arrange Phase plane").click()
    page.get_by_role("menuitem", name="Move left").click()
    app.until(lambda: panes(app)[0] == "Phase plane")
    # It is the same element as before, and what it shows goes on.
    assert plane.evaluate("plot => plot.marked")
    assert plane.bounding_box()["x"] < added.bounding_box()["x"]

    divider = page.get_by_role("separator", name="Width of columns 1 and 2")
    wide = plane.bounding_box()["width"]
    divider.focus()
    for _ in range(3):
        page.keyboard.press("ArrowRight")
    app.until(lambda: plane.bounding_box()["width"] > wide + 40)

    plane.get_by_role("button", name="Show this view alone").click()
    app.until(lambda: len(panes(app)) == 1)
    hidden = int(added.get_attribute("data-frames"))
    app.until(lambda: app.frames(0) > 5 and plane.bounding_box()["width"] > 800)
    page.wait_for_timeout(300)
    assert int(added.get_attribute("data-frames")) <= hidden + 3
    plane.get_by_role("button", name="Show all views again").click()
    app.until(lambda: len(panes(app)) == 4)
    app.until(lambda: int(added.get_attribute("data-frames")) > hidden + 3)

    plane.get_by_role("button", name="Arrange Phase plane").click()
    page.get_by_role("menuitem", name="Remove").click()
    app.until(lambda: "Phase plane" not in panes(app))
    assert app.status().startswith("Running")


def test_a_head_is_dragged_beside_another_plot(open_app) -> None:
    app = open_app()
    page, mouse = app.page, app.page.mouse
    series = page.locator("[data-pane=time_series]")
    plane = page.locator("[data-pane=phase_plane]")
    grip, goal = series.locator(".title").bounding_box(), plane.bounding_box()
    mouse.move(grip["x"] + 5, grip["y"] + 5)
    mouse.down()
    mouse.move(goal["x"] + goal["width"] / 2, goal["y"] + goal["height"] - 20, steps=5)
    mouse.up()
    app.until(lambda: series.bounding_box()["y"] > plane.bounding_box()["y"] + 100)
    assert abs(series.bounding_box()["x"] - plane.bounding_box()["x"]) < 2


def test_the_moving_point_is_thrown_a_box_is_zoomed_and_a_time_is_pointed_at(open_app) -> None:
    app = open_app()
    page, mouse = app.page, app.page.mouse
    # By then the axes have stopped growing.
    app.until(lambda: float(re.search(r"t = ([\d.]+)", app.status())[1]) > 6.0)
    page.get_by_role("button", name="Pause").click()
    app.until(lambda: app.status().startswith("Paused"))
    app.until_still()
    canvas = page.get_by_role("img", name="Phase plane")
    box = canvas.bounding_box()

    def marker() -> tuple[float, float]:
        x, y = canvas.get_attribute("data-marker").split(",")
        return box["x"] + float(x), box["y"] + float(y)

    said = app.status()
    goal = box["x"] + 0.7 * box["width"], box["y"] + 0.3 * box["height"]
    mouse.move(*marker())
    mouse.down()
    mouse.move(*goal, steps=12)
    mouse.up()
    app.until(lambda: all(abs(a - b) < 4 for a, b in zip(marker(), goal, strict=True)))
    thrown = app.status()
    assert re.findall(r"[xz] = \S+", thrown) != re.findall(r"[xz] = \S+", said)
    assert re.findall(r"y = \S+", thrown) == re.findall(r"y = \S+", said)

    picture = canvas.evaluate("c => c.toDataURL()")
    page.keyboard.down("Shift")
    mouse.move(box["x"] + 0.4 * box["width"], box["y"] + 0.4 * box["height"])
    mouse.down()
    mouse.move(box["x"] + 0.6 * box["width"], box["y"] + 0.6 * box["height"], steps=4)
    mouse.up()
    page.keyboard.up("Shift")
    mouse.move(5, 5)
    app.until(lambda: canvas.evaluate("c => c.toDataURL()") != picture)
    page.get_by_role("button", name="Fit phase plane").click()
    app.until_still()

    picture = canvas.evaluate("c => c.toDataURL()")
    page.get_by_role("img", name="Time series").hover(position={"x": 200, "y": 60})
    app.until(lambda: canvas.evaluate("c => c.toDataURL()") != picture)
    mouse.move(5, 5)
    app.until(lambda: canvas.evaluate("c => c.toDataURL()") == picture)

    series = page.get_by_role("img", name="Time series")
    box = series.bounding_box()

    def seen() -> float:
        series.hover(position={"x": 200, "y": 60})
        mouse.move(5, 5)
        low, high = re.findall(r"time t from (\S+) to ([\d.]+)", series.evaluate(DESCRIBED))[0]
        return float(high) - float(low)

    wide = seen()
    page.keyboard.down("Shift")
    mouse.move(box["x"] + 0.4 * box["width"], box["y"] + 0.3 * box["height"])
    mouse.down()
    mouse.move(box["x"] + 0.6 * box["width"], box["y"] + 0.5 * box["height"], steps=4)
    mouse.up()
    page.keyboard.up("Shift")
    app.until(lambda: seen() < 0.3 * wide)
    page.get_by_role("button", name="Play").click()
    # The throw is an edit of the run like any other, and what follows shows it.
    app.until(lambda: int(canvas.get_attribute("data-edits")) > 0)


def test_an_orbit_in_space_is_turned_by_keys_and_mouse_and_comes_home(open_app) -> None:
    app = open_app()
    page, mouse = app.page, app.page.mouse
    page.get_by_role("button", name="Add view").click()
    page.get_by_role("menuitem", name="3-D orbit").click()
    canvas = page.locator("[data-pane=phase_space] canvas")
    app.until(lambda: int(canvas.get_attribute("data-frames") or 0) > 5)
    page.get_by_role("button", name="Pause").click()
    app.until(lambda: app.status().startswith("Paused"))

    def picture() -> str:
        return str(canvas.evaluate("c => c.toDataURL()"))

    canvas.focus()
    page.keyboard.press("Home")
    app.until_still()
    home = picture()
    box = canvas.bounding_box()
    middle = box["x"] + box["width"] / 2, box["y"] + box["height"] / 2

    def drag() -> None:
        mouse.move(*middle)
        mouse.down()
        mouse.move(middle[0] + 60, middle[1] + 20, steps=3)
        mouse.up()

    def roll() -> None:
        mouse.move(*middle)
        mouse.wheel(0, -200)

    keys = ("ArrowLeft", "ArrowUp", "+", "o")
    for act in (*(lambda key=key: page.keyboard.press(key) for key in keys), drag, roll):
        before = picture()
        act()
        app.until(lambda before=before: picture() != before)
    page.keyboard.press("o")
    page.keyboard.press("Home")
    app.until(lambda: picture() == home)
