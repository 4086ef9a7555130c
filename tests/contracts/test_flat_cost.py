"""Law 9: a chunk costs the same however long the run, and live memory is bounded."""

import tracemalloc

from registered import make_sim

from engine.run import HISTORY_ROWS
from engine.snapshot import Checkpoints


def test_memory_does_not_grow_with_the_run():
    run = make_sim("lorenz", "rk4", observed=True, record_interval=500).start()
    run.advance(n_steps=500_000)
    tracemalloc.start()
    try:
        run.advance(n_steps=1_000_000)
        first, _ = tracemalloc.get_traced_memory()
        for _ in range(10):
            run.advance(n_steps=1_000_000)
        last, _ = tracemalloc.get_traced_memory()
    finally:
        tracemalloc.stop()
    rows = 10 * 1_000_000 // 500
    samples = 10 * 1_000_000 // 50
    kept = rows * 5 * 8 + samples * 3 * 8
    assert last - first < kept + 3_000_000


def test_history_is_bounded():
    run = make_sim("logistic", "map").start()
    for _ in range(12):
        run.advance(n_steps=200_000)
    rows = run.results()
    assert HISTORY_ROWS - 200_000 <= len(rows) <= HISTORY_ROWS
    assert rows.t[-1] == run.t


def test_checkpoints_are_bounded_and_reach_back_to_the_beginning():
    run = make_sim("logistic", "map", record_interval=10**9).start()
    run.advance(n_steps=20_000_000)
    kept = run._checkpoints._kept
    assert len(kept) <= Checkpoints()._limit + 1
    assert kept[0].n_steps == 0
    run.rewind(step=12_345_678)
    assert run.n_steps == 12_345_678
