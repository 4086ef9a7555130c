"""A run whose model time runs down, and up again."""

from collections.abc import Callable

import numpy as np
import pytest
from clocked import Watched

import engine
from widgets import LiveRun, PhasePlane, TimeSeries
from widgets.live.reversal import irreversible
from widgets.live.ring import Ring

PENDULUM = "x' = v\nv' = -sin(x) + a*cos(t)\na = 0.1\nx(0) = 1\nv(0) = 0\n"

FOLD = """
[model]
type = "map"
name = "henon_both_ways"
[states]
x = 0.1
y = 0.1
[params]
a = 1.4
b = 0.3
[equations.rhs]
x = "1 - a*x*x + y"
y = "b*x"
[equations.inverse]
x = "y/b"
y = "x - 1 + a*(y/b)*(y/b)"
[aux]
late = "t + x"
"""

Maker = Callable[..., LiveRun]
Until = Callable[..., None]


@pytest.mark.parametrize("stepper", ["rk4", "dopri5"])
def test_a_flow_goes_back_to_where_it_came_from_in_its_own_time(stepper: str) -> None:
    run = Watched(PENDULUM, speed=2.0, stepper=stepper).play(2.0, 60)
    player = run.player
    there = player.moment
    assert there.t == pytest.approx(4.0, abs=0.03)
    player.turn(True)
    assert player.backward
    assert player.moment.t == there.t
    assert player.moment.values == there.values
    assert player.sim.model.name == "model"
    assert player.playing
    run.watch(1.0, 30)
    assert player.moment.t == pytest.approx(2.0, abs=0.3)
    run.watch(1.5, 40)
    _, t, y = player.ring.read(0, player.ring.total)
    assert np.all(np.diff(t) < 0)
    assert t[0] == there.t
    back = y[:, np.argmin(np.abs(t))]
    np.testing.assert_allclose(back, [1.0, 0.0], atol=0.02)
    assert player.moment.t == pytest.approx(-1.0, abs=0.5)
    assert player.measuring.refused == "nothing is measured while time runs backward"
    here = player.moment
    player.turn(False)
    assert player.moment.t == here.t
    assert player.moment.values == here.values
    run.watch(0.5, 20)
    assert player.moment.t == pytest.approx(0.0, abs=0.6)
    assert player.moment.n_steps > here.n_steps
    player.reset()
    assert player.moment.t == 0.0
    assert player.moment.n_steps == 0


def test_a_run_that_has_turned_replays_from_where_it_turned() -> None:
    run = Watched(PENDULUM, speed=2.0).play(1.0)
    run.player.turn(True)
    run.watch(0.5)
    run.player.set_params({"a": 0.3})
    run.player.kick({"x": 0.5, "v": 0.1})
    run.watch(0.5)
    journal = run.player.run.journal
    assert engine.replay(journal.origin, journal).state == run.player.run.state


def test_a_map_counts_its_iterations_down() -> None:
    run = Watched(FOLD, speed=4.0).play(2.6, 50)
    player = run.player
    n = player.moment.n_steps
    assert n >= 9
    orbit = player.ring.read(0, n + 1)
    player.turn(True)
    run.watch(1.6, 30)
    _, t, y = player.ring.read(0, player.ring.total)
    assert len(t) >= 5
    assert t.tolist() == [n - k for k in range(len(t))]
    np.testing.assert_allclose(y[:2, :4], orbit[2][:2, ::-1][:, :4], rtol=1e-6)
    np.testing.assert_allclose(y[2], t + y[0])
    assert player.reversal.forward(player.run.sim).t0 == n


def test_settings_edits_and_going_back_while_time_runs_down() -> None:
    run = Watched(PENDULUM, speed=2.0).play(2.0, 60)
    player = run.player
    player.turn(True)
    run.watch(0.5)
    player.set_params({"a": 0.0})
    player.set_dt(0.005)
    run.watch(0.5)
    player.set_stepper("dopri5")
    run.watch(0.5)
    assert player.backward
    assert player.sim.params["a"] == 0.0
    assert player.run.sim.observers == ()
    marks = player.timeline.marks
    assert [mark.control for mark in marks] == ["a", "dt", "stepper"]
    assert [mark.t for mark in marks] == pytest.approx([3.0, 3.0, 2.0], abs=0.1)
    at = player.moment.t
    player.go_back(1.5)
    # The method's steps are that long.
    assert player.moment.t == pytest.approx(at + 1.5, abs=0.5)
    assert [mark.control for mark in player.timeline.marks] == ["a", "dt"]
    assert np.all(np.diff(player.ring.read(0, player.ring.total)[1]) < 0)
    player.reset()
    assert (player.backward, player.moment.t) == (True, 0.0)
    run.play(1.0)
    assert player.moment.t == pytest.approx(-2.0, abs=0.03)
    player.build(player.sim)
    assert not player.backward


def test_what_pauses_a_run_does_so_backward_too() -> None:
    run = Watched(PENDULUM, speed=2.0).play(2.0, 60)
    run.player.turn(True)
    run.player.set_pause_when("t < 2.5", True)
    run.watch(2.0, 60)
    assert not run.player.playing
    assert run.player.moment.t == pytest.approx(2.49, abs=0.006)
    run.player.set_section("a", "v", 0.0, "both")
    run.player.run_until("section")
    run.watch(1.0)
    _, _, y = run.player.ring.read(run.player.moment.rows - 2, run.player.moment.rows)
    assert y[1][0] * y[1][1] <= 0.0


@pytest.mark.parametrize("end", [0, 3, 40])
def test_a_ring_of_times_that_run_down_finds_its_rows(end: int) -> None:
    ring = Ring(("x",), 16, backward=True)
    for n in range(end):
        ring.append(np.array([-float(n)]), np.array([[float(n)]]))
    first = max(0, end - 16)
    for t in (0.5, 0.0, -1.5, -2.0, -30.5, -100.0):
        kept = -np.arange(first, end, dtype=float)
        assert ring.rows_until(t) == first + np.sum(kept >= t)
        assert ring.first_since(t) == first + np.sum(kept > t)
    ring.truncate(-30.5)
    assert ring.total == min(end, 31)


@pytest.mark.parametrize(
    ("source", "reason"),
    [
        ("logistic", "inverse"),
        ("ornstein_uhlenbeck", "noise"),
        ("y' = v\nv' = -1\ny(0) = 1\nwhen cross_down(y, 0): v = -v\n", "cannot be undone"),
    ],
)
def test_what_cannot_be_undone_says_why(source: str, reason: str) -> None:
    run = Watched(source)
    assert reason in irreversible(engine.load_model(source))
    with pytest.raises(engine.ModelError, match=reason):
        run.player.turn(True)
    assert not run.player.backward
    run.play(0.5)
    assert run.player.moment.t > 0.0


def test_views_show_what_was_passed(live_run: Maker, until: Until) -> None:
    live = live_run("x' = v\nv' = -x\nx(0) = 1\nv(0) = 0\n")
    live.advance_by(500)
    until(lambda: live.paused_by == "500 steps are done")
    series, plane = TimeSeries(live), PhasePlane(live)
    series.set_window(2.0)
    forward = series.draw(None)
    assert forward["x"] == pytest.approx([3.0, 5.0])
    live.set_backward(True)
    live.advance_by(100)
    until(lambda: live.paused_by == "100 steps are done")
    assert live.backward
    assert live.irreversible == ""
    assert live.status.startswith("Paused, because 100 steps are done · t = 4.00 · 600 steps")
    frame = series.draw(None)
    # The picture stays where it was, and the curve grows from its right end to the left.
    assert frame["x"] == pytest.approx([3.0, 5.0])
    x = frame["curves"][0]["x"] + frame["origin"]
    assert x[0] == pytest.approx(5.0)
    assert x[-1] == pytest.approx(4.0)
    live.advance_by(300)
    until(lambda: live.paused_by == "300 steps are done")
    assert series.draw(None)["x"] == pytest.approx([1.0, 3.0])
    assert len(plane.draw(None)["curves"][0]["x"]) == 401
    live.set_backward(False)
    assert live.settle(60)
    assert live.moment.t == pytest.approx(1.0)
    live.choose_model("logistic")
    assert live.settle(60)
    assert "inverse" in live.irreversible
    live.set_backward(True)
    assert live.settle(60)
    assert "inverse" in live.messages["backward"]
    assert not live.backward
