"""A phase plane: any expressions along its axes, kicks, and clouds of orbits."""

import time
from collections.abc import Callable

import numpy as np
import pytest

import engine
from widgets import LiveRun, PhasePlane

Maker = Callable[..., LiveRun]


def stepped(live: LiveRun, steps: int) -> LiveRun:
    for _ in range(steps):
        live.step()
    assert live.settle(60)
    return live


def test_an_axis_may_be_any_expression_with_the_parameters_then_in_force(live_run: Maker) -> None:
    live = stepped(live_run("lorenz"), 30)
    view = PhasePlane(live)
    view.use("horizontal", "")
    names = [control["name"] for control in view.controls]
    assert "horizontal_expression" in names
    view.use("horizontal_expression", "x^2 + y^2")
    view.use("vertical", "x - y")
    view.use("vertical_expression", " rho * z ")
    assert view.axes == ("x^2 + y^2", "rho * z")
    assert view.x_label == "x^2 + y^2"
    live.set_param("rho", 14.0)
    stepped(live, 10)
    frame = view.draw(None)
    _, _, (x, y, z) = live.ring.read(0, 41, ["x", "y", "z"])
    rho = np.where(np.arange(41) < 31, 28.0, 14.0)
    np.testing.assert_allclose(frame["curves"][0]["x"], x**2 + y**2, rtol=1e-5)
    np.testing.assert_allclose(frame["curves"][0]["y"], rho * z, rtol=1e-5)
    for wrong in ("x +", "xx", "", "__import__('os')", "x" * 1000):
        before = view.settings()
        with pytest.raises((engine.ExpressionError, ValueError)):
            view.use("horizontal_expression", wrong)
        assert view.settings() == before


def test_the_point_can_be_dragged_along_axes_that_are_states(live_run: Maker) -> None:
    live = stepped(live_run("lorenz"), 5)
    view = PhasePlane(live)
    assert view.draw(None)["kick"] == {"x": "x", "y": "z"}
    view.use("kick", {"x": 3.0, "z": 30.0})
    assert live.settle(60)
    frame = view.draw(None)
    assert frame["marker"] == [3.0, 30.0]
    view.use("horizontal", "")
    view.use("horizontal_expression", "2*x")
    assert view.draw(None)["kick"] == {"x": None, "y": "z"}
    view.choose_axes("x + y", "t")
    assert view.draw(None)["kick"] is None
    assert PhasePlane(stepped(live_run("logistic"), 3)).draw(None)["kick"]["y"] is None


def test_axes_survive_another_model_where_they_mean_something(live_run: Maker) -> None:
    live = stepped(live_run("lorenz"), 3)
    view = PhasePlane(live)
    view.choose_axes("x + y", "y")
    live.choose_model("rossler")
    stepped(live, 3)
    assert view.axes == ("x + y", "y")
    live.choose_model("logistic")
    stepped(live, 3)
    assert view.axes == ("x", "next x")


@pytest.mark.parametrize("start", ["box", "ball", "visible"])
def test_a_cloud_moves_with_the_run(live_run: Maker, start: str) -> None:
    live = stepped(live_run("henon"), 50)
    view = PhasePlane(live)
    view.draw(None)
    view.take_settings({"cloud": True, "cloud_orbits": 300, "cloud_start": start})
    cloud = view.listener
    assert [c["name"] for c in view.controls if c["name"].startswith("cloud")] == [
        "cloud",
        "cloud_orbits",
        "cloud_start",
        "cloud_size",
    ]
    steps, deadline = 0, time.monotonic() + 60.0
    while not cloud._moved or cloud.swarm.t <= 50:
        assert time.monotonic() < deadline
        stepped(live, 1)
        steps += 1
        assert cloud.settle(60)
        cloud._rest_until = 0.0
    frame = view.draw(None)
    trail, points = frame["curves"]
    assert len(trail["x"]) == 51 + steps
    assert len(points["x"]) == 300 - cloud.swarm.lost
    assert points["style"] == "points"
    assert frame["words"].startswith(f"{300 - cloud.swarm.lost} orbits")
    view.use("launch", True)
    assert view.listener is not cloud
    view.use("cloud", False)
    assert view.listener is None
    assert live.settle(60)
    assert live._player.listeners == []
    view.close()


def test_a_cloud_says_where_it_cannot_be(live_run: Maker) -> None:
    view = PhasePlane(stepped(live_run("bouncing_ball"), 3))
    with pytest.raises(ValueError, match="events"):
        view.use("cloud", True)
    assert view.settings()["cloud"] is False
    view = PhasePlane(stepped(live_run("robertson"), 3))
    with pytest.raises(ValueError, match="Solver"):
        view.use("cloud", True)
    view = PhasePlane(stepped(live_run("henon"), 3))
    with pytest.raises(ValueError, match="20,000"):
        view.take_settings({"cloud": True, "cloud_orbits": 1_000_000})
    assert view.settings()["cloud"] is False


def test_a_cloud_outlives_reset_and_another_model(live_run: Maker) -> None:
    live = stepped(live_run("henon"), 3)
    view = PhasePlane(live)
    view.take_settings({"cloud": True, "cloud_orbits": 20})
    for source in ("henon", "bouncing_ball", "logistic"):
        live.choose_model(source)
        stepped(live, 3)
        live.reset()
        stepped(live, 2)
        if view.listener is not None:
            assert view.listener.settle(60)
        assert view.draw(None) is not None
    assert len(view.draw(None)["curves"]) == 2
    view.close()


def test_an_order_parameter_is_seen_in_the_plane_of_its_parts(live_run: Maker) -> None:
    assert PhasePlane(stepped(live_run("kuramoto"), 3)).axes == ("aux.real", "aux.imaginary")
