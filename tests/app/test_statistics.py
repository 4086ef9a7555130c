"""Observers and statistics in a real browser: chosen, refused at the field, seen, taken away."""

import re

import pytest

pytestmark = pytest.mark.browser


def test_observers_and_statistics_are_chosen_while_the_orbit_runs(open_app) -> None:
    app = open_app()
    page = app.page
    page.get_by_role("button", name="Observers", exact=True).click()
    page.get_by_label("Observer to add").select_option("drift")
    page.get_by_role("button", name="Add observer").click()
    field = page.get_by_label("expr of drift")
    field.fill("x*q")
    field.press("Enter")
    page.get_by_text(re.compile("unknown name 'q'")).wait_for()
    assert field.input_value() == "x*q"
    field.fill("x*y")
    field.press("Enter")
    page.get_by_text("drift of x*y").first.wait_for()
    app.until(lambda: page.get_by_text(re.compile("unknown name 'q'")).count() == 0)
    for caption in ("Histogram", "Power spectrum", "Observers' numbers"):
        page.get_by_role("button", name="Add view").click()
        page.get_by_role("menuitem", name=caption, exact=True).click()
    page.get_by_role("cell", name=re.compile("^since t = ")).first.wait_for()
    app.until(lambda: page.get_by_text(re.compile(r"points since t = 0\.00")).count() > 0)
    app.until(lambda: page.get_by_text(re.compile("rows so far|piece")).count() > 0)
    page.get_by_role("button", name="Remove observer drift").click()
    app.until(lambda: page.get_by_label("expr of drift").count() == 0)
    app.until(lambda: page.get_by_role("row", name=re.compile("^drift")).count() == 0)
    assert app.errors == []
