"""How a batch is computed: pieces, executors, progress, and what ends it early."""

import multiprocessing
import pickle
import threading
from concurrent.futures import Executor, Future, ProcessPoolExecutor, ThreadPoolExecutor

import numpy as np
import pytest
from registered import assert_same_bits

import engine
from engine.fastpath import schedule
from engine.recording import Tail

LOGISTIC = engine.Sim("logistic")
LORENZ = engine.Sim("lorenz", stepper="rk4", dt=0.01)
OBSERVED = LORENZ.replace(observers=(engine.observers.lyapunov_mle(),))
R = np.linspace(2.5, 4.0, 500)
FOREVER = 10**15


class ByPickle(Executor):
    """Do the work at once, in copies of what is given, as a process or a cluster would."""

    def __init__(self):
        self.calls = 0

    def submit(self, function, /, *arguments, **named):
        self.calls += 1
        future = Future()
        function, arguments = pickle.loads(pickle.dumps((function, arguments)))
        try:
            future.set_result(pickle.loads(pickle.dumps(function(*arguments, **named))))
        except ZeroDivisionError as error:
            future.set_exception(error)
        return future


def assert_same_batch(one, other):
    for name in ("t", "y", "final", "n_steps", "rejected"):
        assert_same_bits(getattr(one, name), getattr(other, name))
    assert list(one.status) == list(other.status)
    for key, observer in one.observers.items():
        for name, values in observer.items():
            assert_same_bits(values, other.observers[key][name])
        for name, samples in observer.trace.items():
            assert_same_bits(samples, other.observers[key].trace[name])


@pytest.fixture
def small_pieces(monkeypatch):
    """Make pieces of one group of orbits each."""
    monkeypatch.setattr(schedule, "PIECE_SECONDS", 1e-9)
    monkeypatch.setattr(schedule, "ALONE_SECONDS", 1e9)
    monkeypatch.setattr(schedule, "IN_FLIGHT", 2)
    # As many pieces are under way as there are processors, and more.
    monkeypatch.setattr(schedule, "workers", lambda: 2)


@pytest.mark.parametrize("sim", [LOGISTIC, OBSERVED], ids=["lanes", "observed"])
@pytest.mark.parametrize("threads", [1, 3])
def test_any_executor_and_any_pieces_give_the_same_bits(small_pieces, sim, threads):
    name = next(iter(sim.params))
    given = {"params": {name: R if sim is LOGISTIC else R[:40]}, "n_steps": 120, "transient": 0.3}
    one = engine.run_batch_fastpath(sim, **given, plan=Tail(9))
    with ThreadPoolExecutor(threads) as pool:
        assert_same_batch(engine.run_batch_fastpath(sim, **given, plan=Tail(9), executor=pool), one)
    copies = ByPickle()
    assert_same_batch(engine.run_batch_fastpath(sim, **given, plan=Tail(9), executor=copies), one)
    assert copies.calls > 5


def test_threads_of_its_own_give_the_same_bits(small_pieces, monkeypatch):
    one = engine.run_batch_fastpath(LOGISTIC, params={"r": R}, n_steps=50)
    monkeypatch.setattr(schedule, "ALONE_SECONDS", 0.0)
    names = set()

    def progress(done, total):
        names.update(thread.name for thread in threading.enumerate())

    many = engine.run_batch_fastpath(LOGISTIC, params={"r": R}, n_steps=50, progress=progress)
    assert_same_batch(many, one)
    assert any(name.startswith("phasescope-batch") for name in names)


@pytest.mark.slow
def test_processes_compute_a_batch():
    one = engine.run_batch_fastpath(LOGISTIC, params={"r": R}, n_steps=50)
    with ProcessPoolExecutor(1, mp_context=multiprocessing.get_context("spawn")) as pool:
        there = engine.run_batch_fastpath(LOGISTIC, params={"r": R}, n_steps=50, executor=pool)
    assert_same_batch(there, one)


def test_a_piece_goes_on_elsewhere_with_the_rows_it_has(monkeypatch):
    """An orbit longer than a piece of work travels several times."""
    monkeypatch.setattr(schedule, "PIECE_SECONDS", 1e-9)
    monkeypatch.setattr(schedule, "PILOT_SECONDS", 1e-9)
    copies = ByPickle()
    given = {"params": {"r": [3.1, 5.0, 3.9]}, "n_steps": 3000, "transient": 2000}
    there = engine.run_batch_fastpath(LOGISTIC, **given, executor=copies)
    assert copies.calls > 2
    assert_same_batch(there, engine.run_batch_fastpath(LOGISTIC, **given))


def test_progress_counts_the_orbits_up_to_all(small_pieces):
    seen = []
    engine.run_batch_fastpath(
        LOGISTIC, params={"r": R}, n_steps=9, progress=lambda *counts: seen.append(counts)
    )
    assert len(seen) > 5
    assert seen == sorted(seen)
    assert {total for _, total in seen} == {len(R)}
    assert seen[-1][0] == len(R)


@pytest.mark.parametrize("where", ["alone", "threads", "copies"])
def test_a_cancelled_batch_keeps_what_was_computed(small_pieces, where):
    whole = engine.run_batch_fastpath(LOGISTIC, params={"r": R}, n_steps=60)
    cancel = threading.Event()
    executor = {"alone": None, "threads": ThreadPoolExecutor(2), "copies": ByPickle()}[where]
    batch = engine.run_batch_fastpath(
        LOGISTIC,
        params={"r": R},
        n_steps=60,
        executor=executor,
        cancel=cancel,
        progress=lambda done, total: done > 100 and cancel.set(),
    )
    kept = batch.completed
    assert 100 < kept.sum() < len(R)
    assert_same_bits(batch.y[kept], whole.y[kept])
    rest = batch.status[~kept]
    assert set(rest) == {engine.Status.USER_BREAK}
    assert np.isnan(batch.y[~kept, -1]).all()
    assert_same_bits(batch.t, whole.t)


@pytest.mark.parametrize("sim", [LOGISTIC, OBSERVED], ids=["lanes", "observed"])
def test_an_endless_orbit_is_cancelled_and_keeps_its_rows(sim):
    asked = []

    def cancel():
        asked.append(True)
        return len(asked) > 40

    batch = engine.run_batch_fastpath(
        sim, n_steps=FOREVER, plan=Tail(3), transient=1.0, cancel=cancel
    )
    assert batch.status[0] is engine.Status.USER_BREAK
    assert 0 < batch.n_steps[0] < FOREVER
    again = sim.run(n_steps=int(batch.n_steps[0]))
    assert_same_bits(batch.final[0], np.array(list(again.final_state.values())))
    assert batch[0].status is engine.Status.USER_BREAK


def test_cancelled_before_it_began_a_batch_is_empty():
    batch = engine.run_batch_fastpath(LOGISTIC, params={"r": R}, n_steps=9, cancel=lambda: True)
    assert not batch.completed.any()
    assert np.isnan(batch.y).all()
    assert batch.n_steps.tolist() == [0] * len(R)
    assert len(batch[3]) == 0


@pytest.mark.parametrize("where", ["alone", "threads", "copies"])
def test_an_exception_passes_and_carries_the_batch(small_pieces, where):
    def progress(done, total):
        if done > 100:
            raise ZeroDivisionError("no more")

    executor = {"alone": None, "threads": ThreadPoolExecutor(2), "copies": ByPickle()}[where]
    with pytest.raises(ZeroDivisionError, match="no more") as caught:
        engine.run_batch_fastpath(
            LOGISTIC, params={"r": R}, n_steps=60, executor=executor, progress=progress
        )
    batch = caught.value.batch
    kept = batch.completed
    assert kept.sum() > 100
    whole = engine.run_batch_fastpath(LOGISTIC, params={"r": R}, n_steps=60)
    assert_same_bits(batch.y[kept], whole.y[kept])
    assert "attribute 'batch'" in caught.value.__notes__[0]


def test_an_interrupt_returns_what_was_computed(small_pieces):
    def progress(done, total):
        if done > 100:
            raise KeyboardInterrupt

    batch = engine.run_batch_fastpath(LOGISTIC, params={"r": R}, n_steps=60, progress=progress)
    assert 100 < batch.completed.sum() < len(R)
    assert engine.Status.USER_BREAK in set(batch.status)


def test_an_executor_that_fails_is_not_hushed_up(small_pieces):
    class Failing(ByPickle):
        def submit(self, function, /, *arguments, **named):
            if self.calls > 3:
                return super().submit(divmod, 1, 0)
            return super().submit(function, *arguments, **named)

    with pytest.raises(ZeroDivisionError) as caught:
        engine.run_batch_fastpath(LOGISTIC, params={"r": R}, n_steps=60, executor=Failing())
    assert 0 < caught.value.batch.completed.sum() < len(R)
