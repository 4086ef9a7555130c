"""After a blow-up: what is said, where the way back leads, and what it changes there."""

import math
from collections.abc import Callable

import numpy as np
import pytest
from clocked import Watched

import engine
from widgets import LiveRun
from widgets.live import actions
from widgets.live.remedies import last_good_row, remedy
from widgets.live.ring import Ring

Maker = Callable[..., LiveRun]
Until = Callable[..., None]

SINGULAR = "x' = x^2\nx(0) = 1\n"
ESCAPING = "x[n+1] = x*x + c\nc = 0.3\nx(0) = 0\n"


def failed(source: str, **settings: object) -> Watched:
    run = Watched(source, **{"speed": 1.0, **settings}).play(100.0, 400)
    assert run.player.failure is not None
    assert not run.player.playing
    return run


def test_back_with_half_the_step_is_one_journalled_edit_at_a_good_state() -> None:
    run = Watched("lorenz", speed=2.0).play(3.0, 60)
    run.player.set_dt(0.5)
    run.watch(60.0, 600)
    player = run.player
    assert player.failure.variable in ("x", "y", "z")
    assert remedy(player.sim, player.failure).words == "Back, with half the dt (0.25)"
    frozen = player.moment
    data = player.ring.read(0, player.ring.total)[2]
    assert data.shape[1] == frozen.rows
    good = last_good_row(player.ring)
    assert np.all(np.abs(data[:, : good + 1]) < 1e3)
    player.pace.speed = 0.01
    actions.go_back(player, with_remedy=True)
    assert player.failure is None
    assert np.all(np.abs([*player.moment.values.values()]) < 1e3)
    assert player.sim.dt in (0.25, 0.005)
    assert player.timeline.marks[-1].control == "dt"
    journal = player.run.journal
    run.play(0.5)
    replayed = engine.replay(journal.origin, player.run.journal)
    assert replayed.state == player.run.state


def test_a_map_that_escapes_goes_back_to_where_it_was_small_however_slowly_it_is_watched() -> None:
    run = failed(ESCAPING, speed=20.0)
    player = run.player
    assert remedy(player.sim, player.failure) is None
    player.pace.speed = 0.5
    step = player.run.n_steps
    actions.go_back(player, with_remedy=True)
    assert abs(player.moment.values["x"]) < 100.0
    assert 0 < player.moment.n_steps < step
    assert player.moment.rows == player.ring.total


@pytest.mark.parametrize(
    ("stepper", "expected"), [("dopri5", "rtol"), ("rk4", "half the dt (0.005)")]
)
def test_what_is_offered_suits_the_method(stepper: str, expected: str) -> None:
    player = failed(SINGULAR, stepper=stepper, dt=0.01).player
    assert expected in remedy(player.sim, player.failure).words
    rtol = player.sim.rtol
    actions.go_back(player, with_remedy=True)
    assert player.failure is None
    assert (player.sim.rtol != rtol) == (stepper == "dopri5")
    assert player.moment.t < 1.0


def test_after_an_edit_the_run_goes_on_from_its_last_good_state() -> None:
    run = failed(SINGULAR, stepper="rk4", dt=0.01)
    at = run.player.moment.t
    run.player.kick({"x": -1.0})
    assert run.player.failure is None
    run.play(0.5)
    assert run.player.playing
    assert run.player.moment.t > at
    assert -1.0 < run.player.moment.values["x"] < 0.0


@pytest.mark.parametrize(
    ("values", "expected"),
    [
        ([1.0, 2.0, 1.0, 2.0, 1.0, 2.0, 50.0, 1e9, math.inf], 5),
        ([0.0, 0.0, 0.0], 2),
        ([math.nan, math.nan], 0),
        ([3.0], 0),
    ],
)
def test_the_last_good_row_comes_before_the_runaway(values: list[float], expected: int) -> None:
    ring = Ring(("x",), 64)
    ring.append(np.arange(float(len(values))), np.array(values)[:, None])
    assert last_good_row(ring) == expected
    assert last_good_row(Ring(("x",), 4)) == 0


def test_the_way_back_is_offered_in_words(live_run: Maker, until: Until) -> None:
    live = live_run(SINGULAR)
    live.speed = math.inf
    assert live.remedy == ""
    live.play()
    until(lambda: live.failure != "")
    assert "x has grown beyond all numbers at t = " in live.failure
    assert live.remedy == "Back, with half the dt (0.005)"
    live.go_back_with_remedy()
    assert live.settle(60)
    assert (live.failure, live.remedy, live.dt) == ("", "", 0.005)
    assert live.status.startswith("Paused")
