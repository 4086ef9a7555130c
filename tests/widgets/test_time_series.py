"""Time series of variables and expressions: windows, the whole run, logarithms, marks."""

import threading
import time
from collections.abc import Callable

import numpy as np
import pytest

import engine
from widgets import LiveRun, TimeSeries
from widgets.live.player import Player
from widgets.live.whole_run import Envelope
from widgets.views.envelopes import stroke

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


def names(view: TimeSeries) -> list[str]:
    return [control["name"] for control in view.controls]


def test_an_expression_is_shown_and_taken_away_again(live_run: Maker) -> None:
    live = stepped(live_run("lorenz"), 50)
    view = TimeSeries(live)
    view.use("expression", "rho - z")
    view.use("expression", " ")
    assert view.variables == ("x", "y", "z", "rho - z")
    assert "show rho - z" in names(view)
    live.set_param("rho", 10.0)
    stepped(live, 50)
    view.set_window(10.0)
    curve = view.draw(None)["curves"][3]
    z = live.ring.read(0, 101, ["z"])[2][0]
    expected = np.where(np.arange(101) < 51, 28.0, 10.0) - z
    np.testing.assert_allclose(curve["y"], expected, rtol=1e-5, atol=1e-5)
    colors = [c["color"] for c in view.draw(None)["curves"]]
    assert len(set(colors)) == 4
    for wrong in ("rhoo", "x +", "import os"):
        with pytest.raises(engine.ExpressionError):
            view.use("expression", wrong)
    assert view.variables[-1] == "rho - z"
    view.use("show rho - z", False)
    assert view.variables == ("x", "y", "z")
    assert "show rho - z" not in names(view)


def test_variables_may_be_called_like_controls(live_run: Maker) -> None:
    live = stepped(live_run("fit' = -fit\nwindow' = fit\nfit(0) = 1\nwindow(0) = 2"), 3)
    view = TimeSeries(live)
    assert len(set(names(view))) == len(names(view))
    view.use("show fit", False)
    assert view.variables == ("window",)
    view.use("window", 5.0)
    assert view.window == 5.0


def test_the_whole_run_is_seen_when_its_rows_are_long_gone(live_run: Maker) -> None:
    player = Player(ring_rows=500)
    live = live_run("spike' = 0\nx' = cos(t)\nspike(0) = 0", player=player)
    stepped(live, 100)
    live.set_state("spike", 9.0)
    stepped(live, 1)
    live.set_state("spike", 0.0)
    stepped(live, 4000)
    assert len(live.ring) == 500
    view = TimeSeries(live)
    view.columns = 300
    assert "spike" in view.variables
    limited = view.draw(None)
    assert max(curve["y"].max() for curve in limited["curves"]) < 2.0
    view.use("span", "whole")
    assert "window" not in names(view)
    view.use("expression", "2*x")
    frame = view.draw(None)
    assert frame["x"] == pytest.approx([0.0, live.moment.t])
    spike, x, doubled = frame["curves"]
    assert spike["y"].max() == 9.0
    assert len(x["x"]) <= 4 * 300
    assert x["y"].max() == pytest.approx(1.0, abs=0.01)
    assert doubled["y"].max() == pytest.approx(2.0, abs=0.05)
    assert np.all(np.diff(x["x"]) >= 0.0)


def test_logarithmic_axes(live_run: Maker) -> None:
    live = stepped(live_run("x' = -x\nx(0) = 1\ny' = x\ny(0) = -1"), 2000)
    view = TimeSeries(live)
    view.take_settings({"log_time": True, "log_value": True})
    frame = view.draw(None)
    assert frame["log"] == ["x", "y"]
    assert frame["origin"] == 0.0
    low, high = frame["x"]
    assert low == pytest.approx(live.dt)
    assert high == pytest.approx(live.moment.t)
    curve = frame["curves"][0]
    assert (curve["x"] > 0.0).all()
    np.testing.assert_allclose(np.log(curve["y"]), -curve["x"], atol=1e-4)
    assert 0.0 < frame["y"][0] < frame["y"][1]
    view.use("span", "window")
    assert view.draw(None)["log"] == ["y"]
    view.use("span", "log")
    assert view.draw(None)["log"] == ["x", "y"]
    with pytest.raises(ValueError, match="span"):
        view.use("span", "ever")
    view.show("y")
    assert "positive" in view.draw(None)["notice"]
    view.use("log_value", False)
    assert view.draw(None)["notice"] == ""


def test_edits_are_marked_under_the_axis(live_run: Maker) -> None:
    live = stepped(live_run("lorenz"), 10)
    view = TimeSeries(live)
    live.set_param("rho", 20.0)
    stepped(live, 5)
    frame = view.draw(None)
    assert frame["time_axis"]
    (mark,) = frame["marks"]
    assert mark["words"].startswith("rho = 20")
    assert mark["t"] == pytest.approx(0.1)


def test_nothing_to_show_says_so(live_run: Maker) -> None:
    view = TimeSeries(stepped(live_run("lorenz"), 3))
    for name in "xyz":
        view.use(f"show {name}", False)
    assert view.variables == ()
    assert "choose" in view.draw(None)["notice"]


def test_what_is_drawn_survives_another_model_where_it_means_something(live_run: Maker) -> None:
    live = stepped(live_run("lorenz"), 3)
    view = TimeSeries(live)
    view.show("x", "x*y")
    live.choose_model("rossler")
    stepped(live, 3)
    assert view.variables == ("x", "x*y")
    live.choose_model("logistic")
    stepped(live, 3)
    assert view.variables == ("x",)


@pytest.mark.parametrize("log", [False, True])
def test_a_stroke_keeps_every_extreme_within_the_pixels(log: bool) -> None:
    t = np.arange(1.0, 50_001.0)
    y = np.sin(0.01 * t)
    y[777], y[40_000] = 5.0, -4.0
    envelope = Envelope(t=np.column_stack([t, t + 0.5]), low=y, high=y)
    x, curve = stroke(envelope, 400, start=0.0, log=log)
    assert len(x) <= 2 * 402
    assert (curve.min(), curve.max()) == (-4.0, 5.0)
    assert (np.diff(x) >= 0.0).all()
