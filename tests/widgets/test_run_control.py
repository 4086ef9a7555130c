"""What pauses a run by itself, and that it then stands exactly there."""

import math

import numpy as np
import pytest
from clocked import Watched

import engine
from widgets.live.breakpoints import Breakpoint
from widgets.live.columns import Piece

BOUNCE = """
y' = v
v' = -g
g = 9.81
y(0) = 1
v(0) = 0
when cross_down(y, 0): v = -0.9*v
"""

CIRCLE = "x' = y\ny' = -x\nx(0) = 1\ny(0) = 0\n"

SPEEDS = (0.3, 20.0, math.inf)


class Heard:
    """Hear every row but the initial one, which has been by then."""

    def __init__(self) -> None:
        self.t: list[float] = []

    def begin(self) -> None:
        self.t = []

    def take(self, piece: Piece) -> None:
        assert piece.first == 1 + len(self.t)
        self.t += piece.t.tolist()


@pytest.mark.parametrize("speed", SPEEDS)
@pytest.mark.parametrize("stepper", ["rk4", "dopri5"])
def test_auto_pause_stands_at_the_first_row_where_a_condition_holds(
    speed: float, stepper: str
) -> None:
    run = Watched("lorenz", speed=speed, stepper=stepper)
    heard = Heard()
    run.player.listen(heard)
    straight = Watched("lorenz", speed=2.0, stepper=stepper).play(3.0)
    run.player.set_pause_when("x > 12", True)
    run.player.pace.speed = speed
    run.play(3.0 if speed > 1 else 12.0, 80)
    player = run.player
    assert not player.playing
    assert player.paused_by == "x > 12 became true"
    _, t, y = straight.player.ring.read(0, straight.player.moment.rows)
    first = int(np.argmax(y[0] > 12.0))
    assert player.moment.t == t[first]
    assert player.moment.rows == first + 1
    assert player.moment.values["x"] == y[0, first]
    np.testing.assert_array_equal(player.ring.read(0, first + 1)[2], y[:, : first + 1])
    assert heard.t == player.ring.read(1, player.ring.total)[1].tolist()
    if stepper == "rk4":
        assert player.ring.total == first + 1
        assert player.run.n_steps == first


@pytest.mark.parametrize("stepper", ["rk4", "dopri5"])
def test_a_paused_run_moves_on_and_pauses_at_each_next_time_to_the_same_bits(stepper: str) -> None:
    straight = Watched("lorenz", speed=10.0, stepper=stepper).play(3.0).player
    _, t, y = straight.ring.read(0, straight.moment.rows)
    expected = np.flatnonzero((y[0][1:] >= 0) & (y[0][:-1] < 0) | (y[0][1:] <= 0) & (y[0][:-1] > 0))
    run = Watched("lorenz", speed=7.0, stepper=stepper)
    run.player.set_pause_when("x", True)
    reached = []
    while len(reached) < len(expected):
        run.play(20.0, 300)
        assert not run.player.playing
        assert run.player.paused_by == "x crossed zero"
        reached.append(run.player.moment.rows - 2)
    assert reached == expected.tolist()
    np.testing.assert_array_equal(run.player.ring.read(0, reached[-1])[2], y[:, : reached[-1]])
    replayed = engine.replay(run.player.run.journal.origin, run.player.run.journal)
    assert replayed.state == run.player.run.state


def test_several_crossings_within_one_step_are_each_stood_at() -> None:
    # Steps of this method are far longer than its rows are apart.
    run = Watched(CIRCLE, speed=math.inf, stepper="dop853", rtol=1e-3, atol=1e-3)
    run.player.set_pause_when("sin(25*t) > 0.5", True)
    reached = []
    for _ in range(20):
        run.play(0.1, 3)
        assert not run.player.playing
        reached.append(run.player.moment.t)
    t = run.player.ring.read(0, run.player.ring.total)[1]
    high = np.sin(25 * t) > 0.5
    expected = t[1:][high[1:] & ~high[:-1]]
    assert run.player.run.n_steps < 60
    assert reached == expected[: len(reached)].tolist()


def test_a_condition_that_already_holds_lets_the_orbit_move() -> None:
    run = Watched("lorenz", speed=1.0)
    run.player.set_pause_when("x > 0", True)
    run.play(0.5)
    assert run.player.playing
    assert run.player.moment.t == pytest.approx(0.5, abs=0.02)
    run.player.kick({"x": 5.0, "y": 5.0})
    run.watch(0.1)
    assert run.player.playing
    run.player.kick({"x": -5.0, "y": 30.0})
    run.watch(1.0)
    assert not run.player.playing
    before, now = run.player.ring.read(0, run.player.ring.total)[2][0][-2:]
    assert before <= 0.0 < now


def test_what_is_switched_off_does_not_pause_and_what_is_wrong_changes_nothing() -> None:
    run = Watched("lorenz", speed=20.0)
    run.player.set_pause_when("x > 12", False)
    run.play(1.0)
    assert run.player.playing
    for text in ("x > ", "q > 1", "__import__('os')", "x" * 10_000, "cross_up(x, 1)"):
        with pytest.raises(engine.PhasescopeError):
            run.player.set_pause_when(text, True)
    assert run.player.breakpoints.auto.text == "x > 12"
    run.player.set_pause_when("  ", True)
    assert run.player.breakpoints.auto is None
    run.watch(1.0)
    assert run.player.playing


def test_an_edit_may_make_a_condition_come_true() -> None:
    run = Watched("lorenz", speed=1.0)
    run.player.set_pause_when("rho < 20", True)
    run.play(0.3)
    assert run.player.playing
    rows = run.player.ring.total
    run.player.set_params({"rho": 15.0})
    run.watch(0.5)
    assert not run.player.playing
    assert run.player.ring.total == rows + 1


@pytest.mark.parametrize("speed", SPEEDS)
def test_the_next_event_is_stood_at_however_fast(speed: float) -> None:
    run = Watched(BOUNCE, speed=speed, dt=0.01)
    run.player.run_until("event")
    run.watch(1.0)
    assert not run.player.playing
    assert run.player.paused_by.startswith("the event ")
    assert run.player.moment.t == pytest.approx(0.46)
    assert run.player.moment.values["v"] > 0
    assert run.player.ring.total == run.player.run.n_steps + 1
    run.player.run_until("event")
    run.watch(1.0)
    second = math.sqrt(2 / 9.81) * (1 + 2 * 0.9)
    assert second <= run.player.moment.t < second + 0.01
    straight = engine.Sim(BOUNCE, dt=0.01, jit=False).run(n_steps=run.player.run.n_steps)
    np.testing.assert_array_equal(run.player.ring.read(0, 1000)[2].T, straight.y)


def test_an_event_between_the_rows_of_an_adaptive_method_is_stood_at_the_next_row() -> None:
    run = Watched(BOUNCE, speed=1.0, stepper="dopri5")
    run.player.run_until("event")
    run.watch(1.0)
    first = math.sqrt(2 / 9.81)
    assert not run.player.playing
    assert first <= run.player.moment.t < first + run.player.run.sim.sample_dt + 1e-9
    assert run.player.moment.values["v"] > 0


def test_the_next_section_is_stood_at_and_is_one_that_is_shown() -> None:
    run = Watched("lorenz", speed=0.1)
    with pytest.raises(engine.RunError, match="section"):
        run.player.run_until("section")
    run.player.set_section("a", "z", 27.0, "up")
    run.player.set_section("b", "x", 0.0, "both")
    run.player.run_until("section")
    run.watch(0.01, 2)
    assert run.player.paused_by == "the section z = 27.000 was crossed upward"
    before, now = run.player.ring.read(0, run.player.ring.total)[2][2][-2:]
    assert before < 27.0 <= now
    run.player.drop_section("a")
    run.player.run_until("section")
    run.watch(0.01, 2)
    assert run.player.paused_by == "the section x = 0 was crossed"
    with pytest.raises(engine.PhasescopeError):
        run.player.set_section("c", "zz", 0.0, "up")
    with pytest.raises(engine.PhasescopeError):
        run.player.set_section("c", "z", math.nan, "up")
    with pytest.raises(engine.PhasescopeError):
        run.player.set_section("c", "z", 0.0, "sideways")
    assert [*run.player.breakpoints.sections] == ["b"]


def test_a_model_without_events_says_so() -> None:
    run = Watched("lorenz")
    with pytest.raises(engine.RunError, match="lorenz has no events"):
        run.player.run_until("event")


@pytest.mark.parametrize("source", ["lorenz", "logistic"])
def test_a_number_of_steps_is_taken_exactly(source: str) -> None:
    run = Watched(source, speed=0.5)
    run.player.step(137)
    assert run.player.moment.n_steps == 137
    assert not run.player.playing
    assert run.player.paused_by.startswith("137 ")
    run.player.step()
    assert run.player.moment.n_steps == 138
    assert run.player.paused_by == ""
    with pytest.raises(engine.RunError):
        run.player.step(0)


def test_very_many_steps_can_be_paused_and_gone_on_from() -> None:
    run = Watched("logistic", speed=0.5)
    run.player.slice_s = 0.001
    run.player.step(10**12)
    assert run.player.playing
    assert "more" in run.player.goal_words
    run.watch(0.1, 3)
    assert run.player.playing
    run.player.pause()
    stood = run.player.moment.n_steps
    run.watch(1.0)
    assert run.player.moment.n_steps == stood > 0
    run.play(4.0, 80)
    assert stood < run.player.moment.n_steps <= stood + 2


def test_a_number_of_steps_is_cut_short_by_what_pauses() -> None:
    run = Watched("lorenz")
    run.player.set_pause_when("x > 12", True)
    run.player.step(100_000)
    assert run.player.paused_by == "x > 12 became true"
    assert run.player.moment.n_steps < 100


def test_iterations_may_be_slow() -> None:
    run = Watched("logistic", speed=0.5).play(10.0, 300)
    assert run.player.moment.n_steps in (4, 5)


def test_pausing_forgets_where_the_run_hurried_to() -> None:
    run = Watched("lorenz", speed=1.0)
    run.player.slice_s = 1e-4
    run.player.set_section("a", "x", 1e6, "up")
    run.player.run_until("section")
    run.watch(0.1)
    assert run.player.playing
    assert run.player.goal_words == "to the next section"
    run.player.pause()
    run.player.slice_s = 5.0
    at = run.player.moment.t
    run.play(1.0)
    assert run.player.moment.t == pytest.approx(at + 1.0, abs=0.02)


@pytest.mark.parametrize(("direction", "expected"), [("up", 2), ("down", 4), ("both", 2)])
def test_a_point_on_the_level_belongs_to_the_step_that_reaches_it(
    direction: str, expected: int
) -> None:
    each = Breakpoint(text="x", direction=direction, words="")
    values = np.array([-2.0, -1.0, 0.0, 1.0, -1.0, np.nan, 1.0])
    assert each.first(values, math.nan) == expected
    assert each.first(np.array([1.0, 2.0]), 0.0) is None
    assert each.first(np.array([]), -1.0) is None
