"""Law 9: a chunk costs the same however long the run, and live memory is bounded."""

import pickle
import tracemalloc

from registered import make_sim

import engine
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


def edited(run, count):
    """Make `count` edits, a step apart."""
    for place in range(count):
        run.set_params(r=3.5 + (place % 100) * 1e-3)
        run.advance(n_steps=1)


def allocated_by(action):
    """Return the peak of what an action allocates, in bytes."""
    tracemalloc.start()
    try:
        action()
        return tracemalloc.get_traced_memory()[1]
    finally:
        tracemalloc.stop()


def test_an_edit_costs_the_same_after_many_edits():
    run = make_sim("logistic", "map").start(history_rows=1000)
    edited(run, 100)
    early = allocated_by(lambda: edited(run, 1))
    entry = run.journal.entries[-1]
    for _ in range(100_000):
        run._entries = run._entries.followed_by(entry)
    log = run.journal.entries._log
    # The list grows by an eighth now and then: the least of several edits is what one takes.
    assert min(allocated_by(lambda: edited(run, 1)) for _ in range(3)) < 2 * early
    snapshot, before = run.snapshot(), run.journal
    edited(run, 1)
    assert run.journal.entries._log is log
    assert snapshot.journal.entries._log is log
    assert len(snapshot.journal.entries) == len(before.entries) == len(run.journal.entries) - 1
    assert before.is_continued_by(run.journal)
    assert not run.journal.is_continued_by(before)


def test_many_edits_take_little_memory_and_replay_in_time():
    run = make_sim("logistic", "map").start(history_rows=1000)
    edited(run, 200)
    tracemalloc.start()
    try:
        before, _ = tracemalloc.get_traced_memory()
        edited(run, 5_000)
        after, _ = tracemalloc.get_traced_memory()
    finally:
        tracemalloc.stop()
    assert (after - before) / 5_000 < 600
    twin = engine.replay(run.journal.origin, run.journal, history_rows=1000)
    assert twin.journal == run.journal
    assert twin.y.tobytes() == run.y.tobytes()


def test_two_runs_that_go_on_from_one_snapshot_keep_journals_of_their_own():
    run = make_sim("logistic", "map").start()
    edited(run, 3)
    snapshot = run.snapshot()
    other = snapshot.start()
    run.set_params(r=3.1)
    other.set_params(r=3.2)
    assert run.journal.entries[-1].edit.values == {"r": 3.1}
    assert other.journal.entries[-1].edit.values == {"r": 3.2}
    assert len(snapshot.journal.entries) == 3
    assert snapshot.journal.is_continued_by(run.journal)
    assert snapshot.journal.is_continued_by(other.journal)
    assert not run.journal.is_continued_by(other.journal)
    assert pickle.loads(pickle.dumps(run.journal.entries)) == run.journal.entries  # noqa: S301


def test_a_rewind_shares_the_edits_that_stay():
    run = make_sim("logistic", "map").start()
    edited(run, 50)
    all_of_them = run.journal
    run.rewind(step=20)
    assert len(run.journal.entries) == 20
    assert run.journal.entries._log is all_of_them.entries._log
    edited(run, 1)
    assert len(all_of_them.entries) == 50
    assert all_of_them.entries[20].edit != run.journal.entries[20].edit
