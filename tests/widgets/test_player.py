"""The orbit at the pace of a clock that the test turns itself."""

import math

import numpy as np
import pytest

import engine
from widgets.live.player import Player
from widgets.live.rows import with_stepper


class Clock:
    """Wall time that passes when told."""

    def __init__(self) -> None:
        self.now = 100.0

    def __call__(self) -> float:
        return self.now


def player_of(model: str, *, speed: float, **settings: object) -> tuple[Player, Clock]:
    clock = Clock()
    player = Player(clock=clock, slice_s=5.0)
    player.pace.speed = speed
    sim = engine.Sim(engine.load_model(model), record=True, **settings)
    player.build(with_stepper(sim, sim.stepper))
    player.play()
    player.tick()
    return player, clock


def watch(player: Player, clock: Clock, seconds: float, turns: int) -> None:
    for _ in range(turns):
        clock.now += seconds / turns
        player.tick()


def test_model_time_follows_the_clock() -> None:
    player, clock = player_of("lorenz", speed=2.0)
    watch(player, clock, 3.0, 90)
    assert player.moment.t == pytest.approx(6.0, abs=0.011)
    assert player.moment.rows == player.moment.n_steps + 1
    watch(player, clock, 1.0, 777)
    assert player.moment.t == pytest.approx(8.0, abs=0.011)


def test_iterations_follow_the_clock() -> None:
    player, clock = player_of("logistic", speed=10.0)
    watch(player, clock, 5.0, 150)
    assert player.moment.n_steps in (49, 50)


def test_the_pace_of_watching_does_not_change_a_bit() -> None:
    hasty, hasty_clock = player_of("lorenz", speed=5.0)
    slow, slow_clock = player_of("lorenz", speed=0.37)
    watch(hasty, hasty_clock, 2.0, 30)
    slow.pace.speed = 2.5
    watch(slow, slow_clock, 4.2, 333)
    rows = min(hasty.moment.rows, slow.moment.rows)
    assert rows > 900
    for ours, theirs in zip(hasty.ring.read(0, rows), slow.ring.read(0, rows), strict=True):
        np.testing.assert_array_equal(ours, theirs)


def test_pause_and_play_go_on_to_the_same_bits() -> None:
    player, clock = player_of("lorenz", speed=2.0)
    watch(player, clock, 1.0, 30)
    player.pause()
    still = player.moment
    watch(player, clock, 10.0, 100)
    assert player.moment is still
    player.play()
    watch(player, clock, 1.0, 30)
    assert player.run is not None
    straight = engine.Sim("lorenz", record=True).run(n_steps=player.run.n_steps)
    np.testing.assert_array_equal(player.ring.read(0, player.ring.total)[2].T, straight.y)


def test_an_adaptive_stepper_gives_even_rows_and_a_steady_pace() -> None:
    player, clock = player_of("lorenz", speed=1.0, stepper="dopri5")
    rows = []
    for _ in range(60):
        watch(player, clock, 0.05, 1)
        rows.append(player.moment.rows)
        assert player.moment.t == pytest.approx(clock.now - 100.0, abs=0.011)
    assert set(np.diff(rows)) <= {4, 5, 6}
    np.testing.assert_allclose(np.diff(player.ring.read(0, rows[-1])[1]), 0.01, rtol=1e-9)


def test_a_stepper_is_changed_in_the_middle() -> None:
    player, clock = player_of("lorenz", speed=1.0)
    watch(player, clock, 0.5, 15)
    before = player.moment.t
    player.set_stepper("dopri5")
    watch(player, clock, 0.5, 15)
    player.set_stepper("rk4")
    watch(player, clock, 0.5, 15)
    t = player.ring.read(0, player.moment.rows)[1]
    assert player.moment.t > before + 0.9
    assert np.all(np.diff(t) > 0)


def test_as_fast_as_possible_is_faster_than_any_clock() -> None:
    player, clock = player_of("lorenz", speed=1.0)
    player.pace.speed = math.inf
    player.slice_s = 0.01
    watch(player, clock, 0.01, 1)
    assert player.moment.t > 1.0
    assert len(player.ring) <= player.ring.capacity


def test_edits_act_on_the_running_orbit_and_reset_keeps_them() -> None:
    player, clock = player_of("lorenz", speed=2.0)
    watch(player, clock, 0.5, 15)
    player.set_params({"rho": 14.0})
    assert player.moment.edits == 0
    watch(player, clock, 20.0, 600)
    assert player.moment.edits == 1
    x = player.moment.values["x"]
    assert abs(x) == pytest.approx(math.sqrt(8 / 3 * 13.0), abs=0.01)
    player.set_initial("x", -3.0)
    player.reset()
    assert player.moment.t == 0.0
    assert player.moment.values["x"] == -3.0
    assert player.sim is not None
    assert player.sim.params["rho"] == 14.0


def test_what_is_refused_changes_nothing() -> None:
    player, clock = player_of("lorenz", speed=2.0)
    sim = player.sim
    for edit in (
        lambda: player.set_params({"rhoo": 1.0}),
        lambda: player.set_params({"rho": math.nan}),
        lambda: player.set_dt(-1.0),
        lambda: player.set_stepper("rk5"),
        lambda: player.set_initial("w", 1.0),
    ):
        with pytest.raises(engine.PhasescopeError):
            edit()
    assert player.sim is sim
    watch(player, clock, 0.1, 3)
    assert player.moment.t > 0.0


def test_a_blow_up_stops_the_run_and_going_back_undoes_it() -> None:
    player, clock = player_of("lorenz", speed=2.0)
    watch(player, clock, 3.0, 90)
    player.set_dt(0.5)
    watch(player, clock, 60.0, 600)
    assert player.failure is not None
    assert not player.playing
    frozen = player.moment
    player.play()
    watch(player, clock, 1.0, 30)
    assert player.moment is frozen
    player.go_back(player.moment.t - 5.0)
    assert player.failure is None
    assert player.moment.t == pytest.approx(5.0)
    assert player.moment.generation == frozen.generation + 1
    assert player.sim is not None
    assert player.sim.dt == 0.01
    player.play()
    player.tick()
    watch(player, clock, 0.5, 15)
    assert player.moment.t == pytest.approx(6.0, abs=0.02)


def test_the_observers_curve_is_kept_and_measured_afresh_on_demand() -> None:
    observers = (engine.observers.lyapunov_mle(every=5, trace_every=5),)
    player, clock = player_of("lorenz", speed=20.0, observers=observers)
    watch(player, clock, 3.0, 90)
    t, value = player.measuring.traces["lyapunov_mle.mle"].read()
    assert t[-1] == pytest.approx(60.0, abs=0.5)
    assert np.all(np.isfinite(value))
    player.restart_observers()
    watch(player, clock, 0.5, 15)
    t, _ = player.measuring.traces["lyapunov_mle.mle"].read()
    assert t[0] > 59.0


def test_a_slice_is_used_up_however_many_rows_it_takes() -> None:
    player, clock = player_of("lorenz", speed=1.0)
    player.pace.speed = math.inf
    player.ring.capacity //= 1024
    player.slice_s = 0.05
    before = player.run.n_steps
    watch(player, clock, 0.05, 1)
    assert player.run.n_steps - before > 4 * player.ring.capacity


def test_a_moment_keeps_its_rows_when_another_run_begins() -> None:
    player, clock = player_of("lorenz", speed=2.0)
    watch(player, clock, 0.5, 15)
    moment = player.moment
    player.reset()
    assert moment.ring.row(moment.rows - 1)[0] == moment.t
    assert player.moment.ring is not moment.ring


def sampled(text: str) -> float:
    sim = engine.Sim(engine.load_model(text))
    chosen = with_stepper(sim, "rodas4")
    assert chosen.sample_dt is not None
    return chosen.sample_dt


def test_rows_of_an_adaptive_stepper_suit_the_duration_and_not_the_first_step() -> None:
    # Seen at 50 time units a second, robertson's step of 1e-5 would give 5 million rows.
    assert sampled("robertson") == pytest.approx(0.2)
    assert sampled("lorenz") == 0.01
    assert sampled(SHORT) == pytest.approx(1e-12)


SHORT = """
[model]
type = "ode"
name = "short"
[states]
x = 1.0
[equations.rhs]
x = "-1e9 * x"
[sim]
t_end = 1e-9
"""

JUMPS = """
x' = 1 - x
x(0) = 0
when cross_up(x, 0.5): x = 0
"""


def test_a_stepper_that_cannot_be_measured_goes_on_unmeasured_and_back() -> None:
    clock = Clock()
    player = Player(clock=clock, slice_s=5.0)
    sim = engine.Sim(engine.load_model(JUMPS), record=True, jit=False)
    player.build(sim, observers=(engine.observers.lyapunov_mle(every=1, trace_every=1),))
    player.play()
    player.tick()
    watch(player, clock, 0.2, 4)
    assert player.measuring.refused == ""
    assert len(player.measuring.traces["lyapunov_mle.mle"].read()[0])
    player.set_stepper("rodas4")
    watch(player, clock, 0.2, 4)
    assert player.sim.stepper == "rodas4"
    assert "rodas4" in player.measuring.refused
    assert player.measuring.traces == {}
    player.reset()
    assert "rodas4" in player.measuring.refused
    player.set_stepper("rk4")
    watch(player, clock, 0.2, 4)
    assert player.measuring.refused == ""
    assert len(player.measuring.traces["lyapunov_mle.mle"].read()[0])
