"""Sections, return maps and cobwebs: what they gather, and what they say while there is nothing."""

import threading
import time
from collections.abc import Callable

import numpy as np
import pytest

import engine
from widgets import LiveRun
from widgets.views.cobweb import Cobweb
from widgets.views.phase_space import PhaseSpace
from widgets.views.poincare_section import PoincareSection
from widgets.views.return_map import ReturnMap
from widgets.views.stroboscope import Stroboscope

Maker = Callable[..., LiveRun]


def stepped(live: LiveRun, steps: int) -> LiveRun:
    assert live.pause(20)
    target = live.moment.n_steps + steps
    live.advance_by(steps)
    pause, deadline = threading.Event(), time.monotonic() + 60.0
    while live.moment.n_steps < target:
        assert time.monotonic() < deadline
        pause.wait(0.002)
    assert live.settle(20)
    return live


def test_a_section_gathers_from_the_rows_there_are_and_on(live_run: Maker) -> None:
    live = stepped(live_run("lorenz"), 3000)
    view = PoincareSection(live)
    assert (view.expression, view.axes) == ("y", ("x", "z"))
    view.use("expression", "z")
    assert view.axes == ("x", "y")
    view.use("level", 27)
    assert live.settle(20)
    first = view.draw(None)
    count = len(first["curves"][0]["x"])
    assert count > 20
    assert first["reset"] == "all"
    assert first["words"] == f"{count} crossings"
    assert view.draw(first["seen"]) is None
    stepped(live, 1000)
    second = view.draw(first["seen"])
    assert not second["reset"]
    assert len(second["curves"][0]["x"]) > 3
    assert view.draw(None)["words"] == second["words"]
    view.use("direction", "down")
    assert live.settle(20)
    assert view.draw(second["seen"])["reset"] is not False
    view.use("clear", True)
    assert live.settle(20)
    cleared = view.draw(second["seen"])
    assert cleared["words"] == "0 crossings"
    assert "lies between" in cleared["notice"]


def test_the_run_goes_to_the_section_that_is_shown(live_run: Maker) -> None:
    live = stepped(live_run("lorenz"), 200)
    view = PoincareSection(live)
    view.take_settings({"expression": "z", "level": 27.0})
    assert live.settle(20)
    assert len(live._player.breakpoints.sections) == 1
    view.shown = False
    assert live.settle(20)
    assert len(live._player.breakpoints.sections) == 0
    view.shown = True
    assert live.settle(20)
    view.close()
    assert live.settle(20)
    assert len(live._player.breakpoints.sections) == 0


@pytest.mark.parametrize(
    ("control", "value"),
    [("expression", "zz"), ("expression", ""), ("level", float("nan")), ("direction", "left"),
     ("vertical", "x +")],
)  # fmt: skip
def test_what_is_no_section_is_refused(live_run: Maker, control: str, value: object) -> None:
    view = PoincareSection(stepped(live_run("lorenz"), 3))
    before = view.settings()
    with pytest.raises((engine.ExpressionError, ValueError)):
        view.use(control, value)
    assert view.settings() == before


def test_a_section_is_that_which_the_model_suggests(live_run: Maker) -> None:
    view = PoincareSection(stepped(live_run("henon_heiles"), 3))
    assert (view.expression, view.level, view.direction) == ("x", 0.0, "up")
    assert Stroboscope(stepped(live_run("duffing"), 3)).period == "2*pi/omega"
    assert ReturnMap(stepped(live_run("lorenz"), 3)).expression == "z"
    assert "time" in Stroboscope.misfit(stepped(live_run("lorenz"), 3))
    assert PoincareSection.misfit(stepped(live_run("logistic"), 3))


@pytest.mark.parametrize("period", ["x", "t", "0", "-omega", "sqrt(-1)"])
def test_a_period_is_a_positive_number_made_of_parameters(live_run: Maker, period: str) -> None:
    view = Stroboscope(stepped(live_run("duffing"), 3))
    with pytest.raises(ValueError, match="period"):
        view.use("period", period)


def test_a_return_map_pairs_successive_values(live_run: Maker) -> None:
    live = stepped(live_run("lorenz"), 4000)
    view = ReturnMap(live)
    assert live.settle(20)
    frame = view.draw(None)
    x, y = frame["curves"][0]["x"], frame["curves"][0]["y"]
    np.testing.assert_array_equal(x[1:], y[:-1])
    assert frame["x"] == frame["y"]
    assert frame["curves"][1]["style"] == "line"
    for of in ("min", "up", "down"):
        view.use("of", of)
        stepped(live, 1000)
        assert len(view.draw(None)["curves"][0]["x"]) > 3
    ball = stepped(live_run("bouncing_ball"), 50)
    event = "bounce"
    intervals = ReturnMap(ball)
    intervals.use("of", f"event {event}")
    stepped(ball, 1200)
    frame = intervals.draw(None)
    restitution = frame["curves"][0]["y"] / frame["curves"][0]["x"]
    # Each flight is shorter than the one before by the coefficient of restitution.
    assert restitution == pytest.approx(restitution[0], rel=1e-4)
    assert 0.0 < restitution[0] < 1.0


def test_a_cobweb_is_the_graph_and_the_staircase(live_run: Maker) -> None:
    live = stepped(live_run("logistic"), 100)
    view = Cobweb(live)
    live.set_param("r", 3.7)
    stepped(live, 5)
    frame = view.draw(None)
    stairs, graph, diagonal = frame["curves"]
    np.testing.assert_allclose(graph["y"], 3.7 * graph["x"] * (1 - graph["x"]), atol=1e-5)
    np.testing.assert_array_equal(diagonal["x"], diagonal["y"])
    assert len(stairs["x"]) == 2 * 60 + 1
    # Every other corner lies on the diagonal.
    np.testing.assert_array_equal(stairs["x"][::2], stairs["y"][::2])
    np.testing.assert_array_equal(stairs["x"][1::2], stairs["x"][:-1:2])
    assert frame["kick"] == {"x": "x", "y": None}
    view.use("iterate", 2)
    twice = view.draw(frame["seen"])["curves"]
    once = 3.7 * twice[1]["x"] * (1 - twice[1]["x"])
    np.testing.assert_allclose(twice[1]["y"], 3.7 * once * (1 - once), atol=1e-5)
    assert view.y_label == "x[n+2]"
    view.use("kick", {"x": 0.25})
    assert live.settle(20)
    assert view.draw(None)["marker"] == [0.25, 0.25]
    for control, value in (("iterate", 0), ("iterate", 1000), ("steps", 0)):
        with pytest.raises(ValueError, match="whole number from 1"):
            view.use(control, value)
    live.choose_model("lorenz")
    stepped(live, 3)
    assert "flow" in view.draw(None)["notice"]


def test_an_orbit_in_space_is_sent_piece_by_piece(live_run: Maker) -> None:
    live = stepped(live_run("lorenz"), 500)
    view = PhaseSpace(live)
    assert view.axes == ("x", "y", "z")
    first = view.draw(None)
    assert first["space"]
    assert len(first["curves"][0]["z"]) == 501
    stepped(live, 7)
    second = view.draw(first["seen"])
    assert len(second["curves"][0]["z"]) == 7
    view.take_settings({"x": "x - y", "z": "rho*z", "tail": 100_000})
    assert view.face()["z_label"] == "rho*z"
    assert view.draw(second["seen"])["keep"] == 100_000
    assert PhaseSpace.misfit(stepped(live_run("henon"), 3))


@pytest.mark.parametrize(
    ("model", "surface"), [("rossler", ("x", 0.0)), ("lorenz", ("y", 0.0)), ("kepler", ("vx", 0.0))]
)
def test_a_section_begins_where_the_orbit_goes(
    live_run: Maker, model: str, surface: tuple[str, float]
) -> None:
    live = stepped(live_run(model), 3_000)
    view = PoincareSection(live)
    assert live.settle(20)
    assert (view.expression, view.level) == surface
    assert "has not crossed" not in view.draw(None).get("notice", "")


def test_a_section_of_what_is_always_positive_begins_in_the_middle(live_run: Maker) -> None:
    live = stepped(live_run("lotka_volterra"), 3_000)
    view = PoincareSection(live)
    _, _, (values,) = live.read([view.expression], 0, 3_000)
    assert values.min() < view.level < values.max()
    assert view.level == pytest.approx((values.min() + values.max()) / 2.0, rel=0.1)
