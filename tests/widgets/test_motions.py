"""Parameters that move by themselves, at the pace of a clock that the test turns."""

import math

import numpy as np
import pytest

import engine
from widgets.live.motion import HOLDS, Motion, MotionError
from widgets.live.player import Player

FLOW = "x' = a - x\ny' = b - y\na = 1\nb = 1\nx(0) = 0\ny(0) = 0"
MAP = "x[n+1] = r*x*(1 - x)\nr = 3.5\nx(0) = 0.3"


class Clock:
    """Wall time that passes when told."""

    def __init__(self) -> None:
        self.now = 100.0

    def __call__(self) -> float:
        return self.now


def player_of(text: str = FLOW, *, speed: float = 1.0, **settings: object) -> tuple[Player, Clock]:
    clock = Clock()
    player = Player(clock=clock, slice_s=5.0)
    player.pace.speed = speed
    player.build(engine.Sim(engine.load_model(text), record=True, jit=False, **settings))
    player.play()
    player.tick()
    return player, clock


def watch(player: Player, clock: Clock, seconds: float, turns: int) -> None:
    for _ in range(turns):
        clock.now += seconds / turns
        player.tick()


def edits(player: Player) -> list[tuple[float, dict[str, float]]]:
    return [(entry.t, dict(entry.edit.values)) for entry in player.run.journal.entries]


@pytest.mark.parametrize(
    ("motion", "values"),
    [
        (Motion(first=0, second=4, period=1), [0, 2, 4, 2, 0]),
        (Motion(first=0, second=4, period=1, course="once"), [0, 1, 2, 3, 4]),
        (Motion(first=0, second=4, period=1, course="wrap around"), [0, 1, 2, 3, 0]),
        (Motion(kind="sine", first=5, second=2, period=1), [5, 7, 5, 3, 5]),
        (Motion(first=1, second=16, period=1, course="once", log=True), [1, 2, 4, 8, 16]),
    ],
)
def test_a_motion_takes_its_course(motion: Motion, values: list[float]) -> None:
    found = [motion.value(phase) for phase in (0.0, 0.25, 0.5, 0.75, 1.0)]
    assert found == pytest.approx(values)
    assert Motion.restore(motion.describe()) == motion


@pytest.mark.parametrize(
    ("given", "said"),
    [
        ({"period": 0}, "period"),
        ({"first": math.inf}, "from"),
        ({"kind": "sine", "second": math.nan}, "amplitude"),
        ({"course": "twice"}, "there and back"),
        ({"unit": "hours"}, "model time"),
        ({"log": True, "first": 0}, "above 0"),
        ({"log": 1}, "neither"),
        ({"first": "1"}, "not a number"),
        ({"speed": 1}, "has no 'speed'"),
        ({"first": -1e308, "second": 1e308}, "too far"),
    ],
)
def test_a_motion_that_makes_no_sense_is_refused(given: dict[str, object], said: str) -> None:
    with pytest.raises(MotionError, match=said):
        Motion.restore({"first": 1.0, "second": 2.0, "period": 3.0, **given})
    with pytest.raises(MotionError, match="needs 'period'"):
        Motion.restore({"first": 1.0, "second": 2.0})


def test_a_ramp_moves_the_parameter_by_edits_that_replay_to_the_bit() -> None:
    player, clock = player_of()
    watch(player, clock, 0.5, 15)
    player.begin_motion("a", Motion(first=1.0, second=3.0, period=4.0))
    watch(player, clock, 2.0, 60)
    # Half a period later it has just arrived at the other end.
    assert player.sim.params["a"] == pytest.approx(3.0, abs=0.03)
    watch(player, clock, 2.0, 60)
    times = [t for t, _ in edits(player)]
    assert np.diff(times) == pytest.approx(4.0 / HOLDS)
    assert len(times) in range(HOLDS - 3, HOLDS + 2)
    twin = engine.replay(player.run.journal.origin, player.run.journal)
    assert twin.y.tobytes() == player.run.y.tobytes()
    rows = player.ring.read(0, player.ring.total)[2].T
    np.testing.assert_array_equal(rows, twin.results().y)


@pytest.mark.parametrize("stepper", ["rk4", "dopri5"])
def test_the_orbit_does_not_depend_on_the_pictures(stepper: str) -> None:
    orbits = []
    for turns in (45, 333):
        player, clock = player_of(stepper=stepper)
        player.begin_motion("a", Motion(kind="sine", first=2.0, second=1.0, period=3.0))
        player.begin_motion("b", Motion(first=0.5, second=3.0, period=1.7, course="wrap around"))
        watch(player, clock, 4.0, turns)
        orbits.append((edits(player), player.ring.read(0, player.ring.total)[2]))
    count = min(len(orbit[0]) for orbit in orbits)
    rows = min(orbit[1].shape[1] for orbit in orbits)
    assert count > 200
    assert orbits[0][0][:count] == orbits[1][0][:count]
    np.testing.assert_array_equal(orbits[0][1][:, :rows], orbits[1][1][:, :rows])


def test_a_step_longer_than_a_stretch_is_not_cut() -> None:
    player, clock = player_of(MAP, speed=20.0)
    player.begin_motion("r", Motion(first=3.0, second=4.0, period=10.0))
    watch(player, clock, 2.0, 17)
    times = [t for t, _ in edits(player)]
    assert times == [float(n) for n in range(len(times))]
    values = [values["r"] for _, values in edits(player)][:11]
    assert values == pytest.approx([3, 3.2, 3.4, 3.6, 3.8, 4, 3.8, 3.6, 3.4, 3.2, 3][: len(values)])


def test_a_ramp_taken_once_ends_at_its_end_exactly() -> None:
    player, clock = player_of()
    player.begin_motion("a", Motion(first=1.0, second=2.0, period=0.0777, course="once"))
    watch(player, clock, 1.0, 30)
    assert player.sim.params["a"] == 2.0
    assert not player.motions
    assert player.run.journal.entries[-1].t == pytest.approx(0.08)


def test_pausing_the_run_pauses_the_motion() -> None:
    player, clock = player_of()
    player.begin_motion("a", Motion(first=1.0, second=3.0, period=4.0, unit="seconds"))
    watch(player, clock, 1.0, 30)
    value = player.sim.params["a"]
    player.pause()
    watch(player, clock, 50.0, 100)
    assert player.sim.params["a"] == value
    player.play()
    watch(player, clock, 0.5, 15)
    assert player.sim.params["a"] == pytest.approx(value + 0.5, abs=0.05)


def test_seconds_of_watching_follow_the_speed_without_a_jump() -> None:
    player, clock = player_of(speed=1.0)
    player.begin_motion("a", Motion(first=0.0, second=4.0, period=8.0, unit="seconds"))
    watch(player, clock, 2.0, 60)
    assert player.sim.params["a"] == pytest.approx(2.0, abs=0.05)
    player.pace.speed = 5.0
    watch(player, clock, 1.0, 30)
    assert player.sim.params["a"] == pytest.approx(3.0, abs=0.05)
    values = [values["a"] for _, values in edits(player)]
    assert np.max(np.diff(values)) < 0.06


def test_motions_run_at_full_speed_too_and_leave_no_endless_journal() -> None:
    player, clock = player_of()
    player.pace.speed, player.slice_s = math.inf, 0.02
    player.begin_motion("a", Motion(first=0.0, second=1.0, period=2.0))
    player.begin_motion("b", Motion(first=0.0, second=1.0, period=2.0, unit="seconds"))
    watch(player, clock, 1.0, 20)
    assert player.run.t > 1.0
    assert len(player.run.journal.entries) <= 660
    assert player.sim.params["b"] == pytest.approx(0.95, abs=0.06)
    assert np.diff([t for t, v in edits(player) if "a" in v]) == pytest.approx(0.01)
    twin = engine.replay(player.run.journal.origin, player.run.journal)
    assert twin.y.tobytes() == player.run.y.tobytes()


def test_a_hand_on_the_parameter_stops_its_motion() -> None:
    player, clock = player_of()
    player.begin_motion("a", Motion(first=1.0, second=3.0, period=4.0))
    player.begin_motion("b", Motion(first=1.0, second=3.0, period=4.0))
    watch(player, clock, 0.5, 15)
    player.set_params({"a": 7.0})
    watch(player, clock, 0.5, 15)
    assert player.sim.params["a"] == 7.0
    assert list(player.motions.described) == ["b"]


def test_a_motion_is_one_mark() -> None:
    player, clock = player_of()
    player.begin_motion("a", Motion(first=1.0, second=3.0, period=4.0))
    watch(player, clock, 30.0, 300)
    marks = player.timeline.marks
    assert len(marks) == 1
    assert marks[0].control == "a"
    assert marks[0].until > 29.0
    assert "from 1 to 3" in marks[0].words


def test_going_back_takes_the_motion_back_and_reset_lets_it_go_on() -> None:
    player, clock = player_of()
    watch(player, clock, 1.0, 30)
    player.begin_motion("a", Motion(first=1.0, second=3.0, period=4.0))
    watch(player, clock, 1.0, 30)
    player.go_back(0.5)
    assert player.sim.params["a"] == pytest.approx(1.5, abs=0.1)
    player.play()
    watch(player, clock, 0.3, 9)
    assert player.sim.params["a"] == pytest.approx(1.75, abs=0.1)
    value = player.sim.params["a"]
    player.reset()
    watch(player, clock, 0.5, 15)
    assert player.sim.params["a"] == pytest.approx(value + 0.47, abs=0.06)
    player.go_back(10.0)
    assert "a" in player.motions.described


def test_whole_numbers_stay_whole_and_what_is_refused_moves_nothing() -> None:
    text = (
        "[model]\ntype = 'map'\nname = 'count'\ndtype = 'int64'\n[states]\nx = 1\n[params]\na = 3\n"
        "[equations.rhs]\nx = '(x + a) % 7'\n"
    )
    player, clock = player_of(text, speed=20.0)
    player.begin_motion("a", Motion(first=1.0, second=4.0, period=24.0))
    watch(player, clock, 2.0, 60)
    assert {values["a"] for _, values in edits(player)} == {1, 2, 3, 4}
    flow, _ = player_of()
    for name, motion in (
        ("c", Motion(first=1.0, second=2.0, period=1.0)),
        ("a", Motion(kind="sine", first=1e308, second=1e308, period=1.0)),
    ):
        with pytest.raises(engine.PhasescopeError):
            flow.begin_motion(name, motion)
    assert not flow.motions


def test_all_that_is_done_at_once_is_in_the_journal_and_replays_to_the_bit() -> None:
    player, clock = player_of("x' = v\nv' = a*sin(t) - b*v - x^3\na = 1\nb = 0.2\nc = 1\nx(0) = 1")
    player.begin_motion("a", Motion(kind="sine", first=2.0, second=1.0, period=3.0))
    player.begin_motion("b", Motion(first=0.1, second=0.4, period=1.7, unit="seconds"))
    numbers = np.random.default_rng(5)
    for turn in range(120):
        # A hand drags one parameter and, now and then, the moving point or the solver.
        player.set_params({"c": float(numbers.random())})
        if turn % 10 == 3:
            player.kick({"x": float(numbers.normal()), "v": float(numbers.normal())})
        if turn % 40 == 20:
            player.set_dt(float(numbers.uniform(0.005, 0.02)))
        if turn == 60:
            player.set_stepper("heun")
        watch(player, clock, 1.0 / 12.0, 1)
    journal = player.run.journal
    assert len(journal.entries) > 300
    twin = engine.replay(journal.origin, journal)
    assert twin.journal == journal
    assert twin.y.tobytes() == player.run.y.tobytes()
    _, t, y = player.ring.read(0, player.ring.total)
    assert len(t) == player.ring.total > 500
    np.testing.assert_array_equal(t, twin.results().t)
    np.testing.assert_array_equal(y.T, twin.results().y)
