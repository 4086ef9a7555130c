"""The transport's bar without a page: what it asks of the run, and what it is told."""

import math
from collections.abc import Callable

from widgets import LiveRun, Transport

Maker = Callable[..., LiveRun]
Until = Callable[..., None]


def test_every_order_reaches_the_run(live_run: Maker, until: Until) -> None:
    live = live_run()
    transport = Transport(live)
    bar = transport.bar
    transport.use("step")
    assert live.settle(60)
    assert live.moment.n_steps == 1
    transport.use("advance", 41)
    until(lambda: live.paused_by == "41 steps are done")
    assert live.moment.n_steps == 42
    transport.use("pause when", {"text": "x > 12", "armed": True})
    transport.use("max", True)
    assert math.isinf(live.speed)
    assert bar.unlimited
    transport.use("play")
    until(lambda: live.paused_by == "x > 12 became true")
    assert not live.playing
    assert (bar.pause_when, bar.pause_armed) == ("x > 12", True)
    transport.use("pause when", {"text": "x > 12", "armed": False})
    assert live.settle(60)
    assert not bar.pause_armed
    transport.use("backward", True)
    assert live.settle(60)
    assert bar.backward
    live.set_param("rho", 20.0)
    transport.use("default parameters")
    transport.use("reset")
    assert live.settle(60)
    assert live.parameters["rho"] == 28.0
    assert live.moment.t == 0.0
    transport.use("max", False)
    assert live.speed == 2.0


def test_what_is_no_speed_and_no_number_of_steps_changes_nothing(live_run: Maker) -> None:
    live = live_run()
    live.step()
    assert live.settle(60)
    transport = Transport(live)
    for wrong in (0, -1.0, math.nan, None, "fast", -3):
        transport.use("speed", wrong)
        transport.use("advance", wrong)
    transport.use("advance", 2.5)
    assert live.settle(60)
    assert live.speed == 2.0
    assert live.moment.n_steps == 1
    assert "whole number" in transport.bar.messages["advance"]
    transport.use("fps", 1e9)
    assert live.fps == 120.0


def test_the_pace_is_offered_in_the_models_units(live_run: Maker) -> None:
    live = live_run("logistic")
    live.step()
    assert live.settle(60)
    bar = Transport(live).bar
    assert bar.unit == "iterations / s"
    assert bar.bounds[0] <= 0.5
    assert "inverse" in bar.reasons["backward"]
    assert "logistic has no events" in bar.reasons["next event"]
    assert "Poincaré" in bar.reasons["next section"]
    live.set_section("v", "x", 0.5, "up")
    live.choose_model("lorenz")
    assert live.settle(60)
    assert bar.unit == "time units / s"
    assert bar.bounds[0] < live.speed < bar.bounds[1]
    assert "backward" not in bar.reasons
    assert "next section" not in bar.reasons
