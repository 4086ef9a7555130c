"""The gallery of models in a real browser."""

import pytest

import engine

pytestmark = pytest.mark.browser


def test_a_model_is_found_and_opened(open_app) -> None:
    app = open_app()
    page = app.page
    page.get_by_role("button", name="Gallery").click()
    links = page.get_by_role("list", name="Models").get_by_role("link")
    links.first.wait_for()
    assert links.count() == len(engine.list_models())
    assert not page.get_by_role("img", name="Time series").is_visible()
    page.get_by_role("combobox", name="Kind of model").select_option("map")
    page.get_by_role("searchbox", name="Find a model").fill("hénon two-dimensional mapping")
    app.until(lambda: links.count() == 1)
    picture = links.first.locator("svg path").first.bounding_box()
    assert picture["width"] > 100
    links.first.press("Enter")
    app.until(lambda: app.status().startswith("Running · iteration"))
    painted = app.frames()
    app.until(lambda: app.frames() > painted + 3)
    assert page.get_by_role("combobox", name="Model", exact=True).input_value() == "henon"
    assert page.url.endswith("?model=henon")


def test_nothing_found_is_said_and_the_run_rests_meanwhile(open_app) -> None:
    app = open_app()
    page = app.page
    page.get_by_role("button", name="Gallery").click()
    page.get_by_role("searchbox", name="Find a model").fill("no such thing")
    page.get_by_text("No model matches").wait_for()
    page.get_by_role("button", name="Instrument").click()
    painted = app.frames()
    app.until(lambda: app.frames() > painted + 3)


def test_the_address_opens_the_gallery(open_app) -> None:
    app = open_app("?page=gallery", moving=False)
    page = app.page
    page.get_by_role("link", name="Lotka-Volterra equations").click()
    app.until(lambda: page.get_by_role("status").count() == 1)
    app.until(lambda: app.status().startswith("Running"))
