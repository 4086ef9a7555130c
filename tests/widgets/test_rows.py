"""The rows of a stiff problem, which spans many decades of time."""

import math

import numpy as np
import pytest

import engine
from widgets.live.player import Player
from widgets.live.rows import MOST_A_SLICE, WIDER, early_rows, respaced, row_interval, with_stepper


def robertson() -> engine.Sim:
    sim = engine.Sim(engine.load_model("robertson"), record=True, jit=False)
    return with_stepper(sim, sim.stepper)


def test_rows_are_as_far_apart_as_suits_the_speed() -> None:
    sim = robertson()
    near = row_interval(sim)
    assert respaced(sim, 10, 20.0) is None
    assert respaced(sim, MOST_A_SLICE + 1, math.inf) == WIDER * near
    far = sim.replace(sample_dt=1e6)
    assert respaced(far, 10, math.inf) is None
    assert respaced(far, 10, 20.0) == pytest.approx(near)
    assert respaced(far, 10, 1e9) is None
    lorenz = with_stepper(engine.Sim(engine.load_model("lorenz")), "dopri5")
    assert respaced(lorenz, 10**6, math.inf) is None


def test_the_steps_before_the_first_even_row_are_kept_for_the_whole_run() -> None:
    sim = robertson()
    early = early_rows(sim)
    assert early is not None
    assert early.t[1] == pytest.approx(1e-5)
    player = Player()
    player.build(sim)
    whole = player.whole.read(sim.model, "y2")
    assert whole.t[0, 0] == 0.0
    assert 10 < len(whole.t) < 400
    assert (np.diff(whole.t[:, 0]) > 0.0).all()
    assert whole.t[-1, 1] < row_interval(sim)
    # E. Hairer & G. Wanner, Solving ODEs II, IV.10: the intermediate comes to rest at once.
    assert whole.high.max() == pytest.approx(3.65e-5, rel=0.01)
    assert early_rows(engine.Sim(engine.load_model("lorenz"), jit=False)) is None


def test_a_stiff_problem_goes_through_the_decades() -> None:
    now = [0.0]
    player = Player(clock=lambda: now[0], slice_s=0.2)
    player.build(robertson())
    player.pace.speed = math.inf
    player.play()
    for _ in range(60):
        now[0] += 0.03
        player.tick()
        player.run.set_stepper("rodas4", sample_dt=WIDER * player.sim.sample_dt)
        if player.moment.t > 1e11:
            break
    assert player.moment.t > 1e11
    total = player.whole.read(player.sim.model, "y1 + y2 + y3")
    np.testing.assert_allclose(total.low, 1.0, atol=1e-9)
    later = np.searchsorted(total.t[:, 0], 4e10)
    y1 = player.whole.read(player.sim.model, "y1")
    # The reference solution of the IVP test set (Mazzia & Magherini, 2008) at t = 1e11.
    at = np.interp(1e11, y1.t[later - 1 :, 0], y1.low[later - 1 :])
    assert at == pytest.approx(0.2083340149701255e-07, rel=0.2)
