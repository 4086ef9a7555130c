"""Runs that never end, edits that never stop: the memory stays what it is."""

import math
import os
import tracemalloc

import numpy as np
import pytest
from clocked import Watched

import engine

STEPS = int(float(os.environ.get("PHASESCOPE_ENDLESS_STEPS", "3e6")))
"""How far the longest run goes; 1e8 takes a minute."""

FIRING = """
x' = 1
x(0) = 0
a = 1.0
when cross_up(sin(40*t), 0.0): x = x
"""


def test_millions_of_steps_as_fast_as_possible_take_no_more_memory() -> None:
    observers = (engine.observers.lyapunov_mle(every=1, trace_every=1),)
    run = Watched("logistic", speed=math.inf, jit=True, observers=observers)
    player = run.player
    player.slice_s = 0.05
    run.play(0.1, 4)
    while player.run.n_steps < 500_000:
        run.watch(0.05, 1)
    ring = player.ring.nbytes
    tracemalloc.start()
    try:
        run.watch(0.05, 2)
        start = tracemalloc.get_traced_memory()[0]
        first = player.run.n_steps
        while player.run.n_steps < first + STEPS:
            run.watch(0.05, 1)
        grown = tracemalloc.get_traced_memory()[0] - start
    finally:
        tracemalloc.stop()
    # Slabs of rows come and go, some megabytes at a time.
    assert grown < 40e6
    assert player.ring.nbytes == ring
    assert len(player.measuring.traces["lyapunov_mle.mle"].read()[0]) <= 4097
    assert len(player.run.results().t) <= 1 << 17


def test_edits_kicks_and_pauses_without_end_take_little_memory() -> None:
    run = Watched(FIRING, speed=2.0, dt=0.01)
    player = run.player
    player.set_pause_when("sin(3*x) > 0.9", True)
    run.play(0.1, 2)

    def busy(rounds: int) -> None:
        for k in range(rounds):
            player.set_params({"a": 1.0 + 1e-3 * (k % 7)})
            player.kick({"x": float(np.cos(k))})
            player.play()
            run.watch(0.05, 2)

    busy(200)
    tracemalloc.start()
    try:
        busy(20)
        start = tracemalloc.get_traced_memory()[0]
        busy(600)
        grown = tracemalloc.get_traced_memory()[0] - start
    finally:
        tracemalloc.stop()
    # What grows is the journal, which replays the run: some hundred bytes an edit.
    assert grown < 2000 * 600
    assert len(player.timeline.marks) <= 2000


def test_a_run_that_is_put_back_again_and_again_keeps_few_samples() -> None:
    observers = (engine.observers.lyapunov_mle(every=1, trace_every=1),)
    run = Watched("lorenz", speed=2.0, observers=observers)
    store = run.player.run._samples
    for _ in range(400):
        run.player.step(20)
        before = run.player.run.snapshot()
        run.player.step(2)
        run.player.run.restore(before)
    assert len(store._earlier) <= 256


@pytest.mark.parametrize("stepper", ["rk4", "dopri5"])
def test_the_ring_holds_the_latest_rows_of_a_long_run(stepper: str) -> None:
    run = Watched("lorenz", speed=math.inf, jit=True, stepper=stepper)
    run.player.slice_s = 0.05
    while run.player.run.n_steps < 200_000:
        run.play(0.05, 1)
    ring = run.player.ring
    first, t, _ = ring.read(0, ring.total)
    assert first == ring.total - len(ring) > 0
    assert len(t) == ring.capacity
    assert run.player.moment.t == t[-1]
