"""The application in a real browser, used as a person would."""

import re

import pytest

pytestmark = pytest.mark.browser


def time_of(status: str) -> float:
    found = re.search(r"t = ([\d,.]+)", status)
    assert found is not None, status
    return float(found[1].replace(",", ""))


def test_it_moves_at_once(open_app) -> None:
    app = open_app()
    painted, picture, said = app.frames(2), app.pixels(2), app.status()
    app.until(lambda: app.frames(2) > painted + 5 and app.status() != said)
    app.until(lambda: app.pixels(2) != picture)
    assert app.page.locator("canvas").count() == 3


def test_everything_needed_is_in_sight_on_a_laptop(open_app) -> None:
    page = open_app().page
    sights = [
        *(page.get_by_role("button", name=name) for name in ("Play", "Pause", "Step", "Reset")),
        *(page.get_by_role("slider", name=name) for name in ("sigma", "rho", "beta")),
        page.get_by_role("img", name="Time series"),
        page.get_by_role("img", name="Phase plane"),
        page.get_by_role("status"),
        page.get_by_role("combobox", name="Model"),
    ]
    for sight in sights:
        box = sight.bounding_box()
        assert box is not None
        assert box["y"] >= 0
        assert box["y"] + box["height"] <= 720
    assert page.evaluate("document.documentElement.scrollHeight") <= 720


def test_a_slider_dragged_by_the_mouse_bends_the_running_orbit(open_app) -> None:
    app = open_app()
    slider = app.page.get_by_role("slider", name="rho")
    box = slider.bounding_box()
    mouse = app.page.mouse
    height = box["y"] + box["height"] / 2
    before = float(slider.input_value())
    part = before / 60.0
    mouse.move(box["x"] + 9 + part * (box["width"] - 18), height)
    mouse.down()
    mouse.move(box["x"] + 0.2 * box["width"], height, steps=8)
    app.until(lambda: app.edits() > 0)
    during = app.page.get_by_role("spinbutton", name="rho, exact value").input_value()
    mouse.up()
    assert float(during) < 15.0
    assert float(slider.input_value()) == float(during)
    # Below rho = 24.74 the orbit comes to rest at x = y.
    speed = app.page.get_by_role("spinbutton", name="Speed, exact value")
    speed.fill("100")
    speed.press("Enter")

    def at_rest() -> bool:
        x, y = (float(v) for v in re.findall(r"[xy] = (-?[\d.]+)", app.status()))
        return abs(x - y) < 1e-3

    app.until(at_rest)


def test_pause_really_pauses_and_play_goes_on(open_app) -> None:
    app = open_app()
    app.page.get_by_role("button", name="Pause").click()
    app.until(lambda: app.status().startswith("Paused"))
    app.until_still()
    picture, said = app.pixels(2), app.status()
    app.page.wait_for_timeout(700)
    assert app.pixels(2) == picture
    assert app.status() == said
    app.page.get_by_role("button", name="Step").click()
    app.until(lambda: app.status() != said)
    stepped = time_of(app.status())
    assert stepped == pytest.approx(time_of(said) + 0.01, abs=0.006)
    app.page.get_by_role("button", name="Play").click()
    app.until(lambda: time_of(app.status()) > stepped + 3.0)
    stepped += 3.0
    app.page.get_by_role("button", name="Reset").click()
    app.until(lambda: time_of(app.status()) < stepped)


def test_the_logistic_map_runs_in_the_same_window(open_app) -> None:
    app = open_app()
    app.choose("Model", "logistic")
    app.until(lambda: app.status().startswith("Running · iteration"))
    assert app.page.get_by_role("slider", name="r", exact=True).is_visible()
    assert app.page.get_by_role("slider", name="rho").count() == 0
    painted = app.frames()
    app.until(lambda: app.frames() > painted + 3)


def test_the_address_chooses_the_model_and_nothing_else(open_app) -> None:
    assert "iteration" in open_app("?model=henon").status()
    assert "t = " in open_app("?model=/etc/hostname").status()


def test_a_blow_up_is_said_in_words_and_gone_back_from(open_app) -> None:
    app = open_app()
    app.until(lambda: time_of(app.status()) > 3.0)
    page = app.page
    page.get_by_role("button", name="Solver").click()
    dt = page.get_by_role("spinbutton", name="dt")
    dt.fill("-1")
    dt.press("Enter")
    page.get_by_text("dt = -1").wait_for()
    dt.fill("0.5")
    dt.press("Enter")
    app.until(lambda: app.status().startswith("Stopped"))
    words = page.get_by_role("alert").filter(has_text=re.compile("beyond all numbers|no longer"))
    words.wait_for()
    stopped = time_of(app.status())
    page.get_by_role("button", name="Go back").click()
    app.until(lambda: app.status().startswith("Paused") and time_of(app.status()) < stopped)
    assert page.get_by_role("button", name="Go back").count() == 0
    dt.fill("0.01")
    dt.press("Enter")
    page.get_by_role("button", name="Play").click()
    app.until(lambda: time_of(app.status()) > stopped)


def test_an_exact_number_widens_the_slider_and_the_default_is_one_click_away(open_app) -> None:
    app = open_app()
    page = app.page
    exact = page.get_by_role("spinbutton", name="rho, exact value")
    exact.fill("166.3")
    exact.press("Enter")
    # Not waited for: news of this edit may come after the next one has been asked for.
    assert float(page.get_by_role("slider", name="rho").input_value()) == pytest.approx(166.3)
    page.get_by_role("button", name="Put rho back to its default").click()
    slider = page.get_by_role("slider", name="rho")
    assert float(slider.input_value()) == 28.0
    app.until(lambda: app.edits() == 2)
    app.page.wait_for_timeout(300)
    assert float(slider.input_value()) == 28.0


def test_the_default_gives_the_slider_its_declared_range_back(open_app) -> None:
    app = open_app()
    slider = app.page.get_by_role("slider", name="rho")
    declared = slider.get_attribute("max")
    exact = app.page.get_by_role("spinbutton", name="rho, exact value")
    exact.fill("166.3")
    exact.press("Enter")
    app.until(lambda: slider.get_attribute("max") == "166.3")
    app.page.get_by_role("button", name="Put rho back to its default").click()
    app.until(lambda: slider.get_attribute("max") == declared)


def test_a_decimal_comma_is_a_point_and_other_words_are_refused(open_app) -> None:
    app = open_app()
    page = app.page
    exact = page.get_by_role("spinbutton", name="rho, exact value")
    exact.fill("20,5")
    exact.press("Enter")
    app.until(lambda: float(page.get_by_role("slider", name="rho").input_value()) == 20.5)
    exact.fill("plenty")
    exact.press("Enter")
    page.get_by_text("is not a number; it is still 20.5").wait_for()
    assert page.get_by_role("button", name="Put rho back to its default").is_visible()
    exact.blur()
    assert float(exact.input_value()) == 20.5


def test_the_orbit_can_be_put_at_the_initial_state(open_app) -> None:
    app = open_app()
    app.page.get_by_role("button", name="Pause").click()
    app.until(lambda: app.status().startswith("Paused"))
    app.page.get_by_role("button", name="Initial state").click()
    app.page.get_by_role("spinbutton", name="x(0)").fill("12.5")
    app.page.get_by_role("spinbutton", name="x(0)").press("Enter")
    app.page.get_by_role("button", name="Jump there").click()
    app.until(lambda: "x = 12.500" in app.status())


def test_axes_and_variables_are_chosen_while_it_runs(open_app) -> None:
    app = open_app()
    page = app.page
    page.get_by_role("combobox", name="Horizontal axis").select_option("y")
    page.get_by_role("img", name="Phase plane: z against y").wait_for()
    page.get_by_role("button", name="Show z").click()
    page.get_by_role("img", name="Time series of x, y", exact=True).wait_for()
    painted = app.frames()
    app.until(lambda: app.frames() > painted + 3)


def test_light_and_dark(open_app) -> None:
    app = open_app()
    app.page.get_by_role("button", name="Pause").click()
    canvas = app.page.locator("canvas").first

    def ink() -> int:
        return sum(
            int(v)
            for v in re.findall(r"\d+", canvas.evaluate("c => getComputedStyle(c).color"))[:3]
        )

    before, picture = ink(), app.pixels()
    app.page.get_by_role("button", name="Toggle theme").click()
    app.until(lambda: (ink() > 382) != (before > 382))
    app.until(lambda: app.pixels() != picture)


def test_every_control_has_an_accessible_name(open_app) -> None:
    page = open_app().page
    page.get_by_role("button", name="Solver").click()
    page.get_by_role("spinbutton", name="dt").wait_for()
    page.get_by_role("button", name="Initial state").click()
    page.get_by_role("spinbutton", name="x(0)").wait_for()
    tree = page.locator("body").aria_snapshot()
    nameless = re.findall(
        r"^\s*- (?:button|combobox|slider|spinbutton|img|checkbox)(?::.*)?$", tree, re.MULTILINE
    )
    assert nameless == []


def test_a_stiff_problem_is_said_in_words_and_gone_on_with_by_an_implicit_method(open_app) -> None:
    app = open_app("?model=robertson")
    app.until(lambda: time_of(app.status()) > 60.0)
    page = app.page
    page.get_by_role("button", name="Solver").click()
    app.choose("Stepper", "dopri5 · order 5, adaptive")
    page.get_by_role("alert").filter(has_text="The problem is stiff").wait_for()
    stopped = time_of(app.status())
    page.get_by_role("button", name="Go back").click()
    app.until(lambda: app.status().startswith("Paused") and time_of(app.status()) < stopped)
    app.choose("Stepper", "rodas4 · order 4, adaptive, stiff")
    page.get_by_role("button", name="Play").click()
    app.until(lambda: time_of(app.status()) > stopped + 50.0)


def test_a_model_of_many_states_leaves_room_for_its_pictures(open_app) -> None:
    page = open_app("?model=lorenz_96").page
    assert page.get_by_role("status").bounding_box()["height"] < 50
    assert page.get_by_role("img", name="Time series").bounding_box()["height"] > 150
    page.get_by_role("combobox", name="Show another variable").select_option("x35")
    page.get_by_role("button", name="Show x35").wait_for()


def test_the_head_of_the_page_is_legible_in_both_themes(open_app) -> None:
    page = open_app().page

    def contrast() -> float:
        button = page.get_by_role("button", name="Gallery")
        shades = button.evaluate(
            """b => [getComputedStyle(b).color,
                     getComputedStyle(b.getRootNode().host.closest("header")
                                      ?? document.querySelector("header")).backgroundColor]"""
        )
        ink, ground = (sum(int(v) for v in re.findall(r"\d+", shade)[:3]) for shade in shades)
        return abs(ink - ground)

    assert contrast() > 300
    page.get_by_role("button", name="Toggle theme").click()
    page.wait_for_timeout(500)
    assert contrast() > 300
