"""The typeset equations: what each term is worth, and where a name is set."""

from collections.abc import Callable

import pytest

from widgets import EquationsView, LiveRun
from widgets.live.term_sizes import MOST_ROWS

Maker = Callable[..., LiveRun]


@pytest.fixture
def view_of(live_run: Maker):
    """Give a function that makes the view of a run that stands after one step."""
    made = []

    def make(source: str) -> EquationsView:
        view = EquationsView(live_run(source))
        made.append(view)
        view._live.step()
        assert view._live.settle(60)
        assert view.sizes.settle()
        return view

    yield make
    for view in made:
        view.close()


def test_the_sizes_add_up_to_the_rates_and_follow_a_parameter(view_of: Callable) -> None:
    view = view_of("lorenz")
    live, page = view._live, view.equations
    view._heed({"watched": True})
    assert view.sizes.settle()
    at = live.moment.values
    assert page.sizes[0] == [10.0 * (at["y"] - at["x"])]
    assert page.sizes[1] == [at["x"] * (28.0 - at["z"]), -at["y"]]
    live.set_param("rho", 3.0)
    assert live.settle()
    assert view.sizes.settle()
    assert page.sizes[1][0] == at["x"] * (3.0 - at["z"])


def test_nothing_is_measured_while_nobody_looks(view_of: Callable) -> None:
    view = view_of("lorenz")
    assert view.equations.sizes == []
    view._heed({"watched": True})
    assert view.sizes.settle()
    view._heed({"watched": False})
    before = view.equations.sizes
    view._live.step()
    assert view._live.settle()
    assert view.sizes.settle()
    assert view.equations.sizes is before


def test_a_new_model_brings_its_own_lines(view_of: Callable) -> None:
    view = view_of("henon")
    version = view.equations.version
    assert view.equations.rows[0]["left"] == r"\href{x}{x_{n+1}}"
    view._live.choose_model("bouncing_ball")
    assert view._live.settle(60)
    assert view.sizes.settle()
    assert view.equations.version > version
    ((condition, (first, *_)),) = view.equations.events
    assert r"\href{" in condition
    assert r"\gets" in first


def test_a_term_without_a_size_has_none(view_of: Callable) -> None:
    view = view_of("x[n+1] = a*x - lag_x(2) + sqrt(x - 9)\na = 0.5\nx(0) = 1")
    view._heed({"watched": True})
    assert view.sizes.settle()
    x = view._live.moment.values["x"]
    assert view.equations.sizes == [[0.5 * x, None, None]]


def test_of_many_equations_some_are_left_out_and_counted(view_of: Callable) -> None:
    text = "\n".join(f"x{i}' = -x{i}" for i in range(MOST_ROWS + 7))
    view = view_of(text)
    assert len(view.equations.rows) == MOST_ROWS
    assert view.equations.left_out == 7


def test_a_click_on_a_name_has_the_controls_find_it_each_time(view_of: Callable) -> None:
    view = view_of("lorenz")
    asked = []
    view._live.param.watch(lambda event: asked.append(event.new), "found")
    view._heed({"find": "rho"})
    view._heed({"find": "rho"})
    assert asked == [("rho", 1), ("rho", 2)]
