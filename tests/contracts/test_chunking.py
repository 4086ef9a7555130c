"""Law 1: any chunking is one run, bit for bit."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from registered import (
    IN_A_RUN,
    assert_same_bits,
    assert_same_results,
    collect,
    fits,
    load,
    make_sim,
    sim_for,
)

import engine

STEPS = 700
SIZES = (1, 2, 37, 160, 0, 500)


def test_resume_in_any_chunks_equals_one_run(sim):
    one = sim.run(n_steps=STEPS)
    t, y = collect(sim.start(), SIZES)
    assert len(one) == STEPS + 1
    assert_same_bits(t, one.t)
    assert_same_bits(y, one.y)


def test_observers_see_one_run_whatever_the_chunks(observed_sim):
    one = observed_sim.run(n_steps=STEPS)
    run = observed_sim.start()
    collect(run, SIZES)
    assert len(one.observers) == IN_A_RUN
    assert_same_results(run.results(), one)


@given(
    sizes=st.lists(st.integers(0, 60), min_size=1, max_size=12),
    interval=st.integers(1, 9),
    stepper=st.sampled_from([s.name for s in engine.list_steppers("ode")]),
)
def test_random_chunks_and_intervals(sizes, interval, stepper):
    sim = sim_for(stepper, observed=True, record_interval=interval)
    one = sim.run(n_steps=sum(sizes))
    run = sim.start()
    collect(run, sizes)
    assert_same_results(run.results(), one)
    assert len(one) == sum(sizes) // interval + 1


@pytest.mark.parametrize("bound", ["rows", "t", "budget_s"])
def test_other_bounds_cut_nothing(sim, bound):
    run = sim.start()
    while run.n_steps < STEPS:
        run.advance(**{bound: {"rows": 7, "t": run.t + 3.3, "budget_s": 1e-4}[bound]})
    rows = run.results()
    one = sim.run(n_steps=run.n_steps)
    assert_same_results(rows, one)


@pytest.mark.parametrize("stepper", [s.name for s in engine.list_steppers("ode") if s.dense])
@given(sizes=st.lists(st.integers(1, 25), min_size=1, max_size=6), rows=st.integers(1, 5))
def test_dense_samples_do_not_depend_on_chunks_or_buffers(stepper, sizes, rows):
    sim = sim_for(stepper, sample_dt=0.037)
    one = engine.run_with_wrapper(sim, n_steps=sum(sizes), record_rows=1)
    run = sim.start()
    collect(run, sizes)
    assert_same_results(run.results(), one)
    few = sim.start()
    while few.n_steps < sum(sizes):
        few.advance(n_steps=sum(sizes) - few.n_steps, rows=rows)
    assert_same_results(few.results(), one)
    assert np.all(one.t == 0.0 + np.arange(len(one)) * 0.037)


@pytest.mark.parametrize("rows", [1, 2, 3, 50])
def test_growing_buffers_repeats_nothing(observed_sim, rows):
    one = observed_sim.run(n_steps=300)
    grown = engine.run_with_wrapper(observed_sim, n_steps=300, record_rows=rows, trace_rows=rows)
    assert_same_results(grown, one)


@given(chunks=st.integers(1, 40))
def test_fixed_step_times_are_a_grid(chunks):
    sim = engine.Sim(load("lorenz"), stepper="rk4", dt=0.1, t0=0.3)
    run = sim.start()
    for i in range(chunks):
        run.advance(t=0.3 + 0.7 * (i + 1))
    assert run.n_steps == 7 * chunks
    assert run.t == 0.3 + run.n_steps * 0.1


def test_2000_steps_are_2000_steps_in_20_chunks():
    sim = make_sim("lorenz", "rk4", dt=0.01)
    run = sim.start()
    for i in range(20):
        run.advance(t=(i + 1) * 1.0)
    assert run.n_steps == 2000
    assert_same_bits(run.y, np.array(list(sim.run(t_end=20.0).final_state.values())))


def test_an_adaptive_step_is_shortened_by_the_runs_own_end_only():
    sim = make_sim("lorenz", "dopri5")
    free = sim.run(n_steps=100)
    run = sim.start()
    while run.n_steps < 100:
        run.advance(t=run.t + 0.001)
    assert_same_bits(run.y, np.array(list(free.final_state.values())))
    assert sim.run(t_end=3.3).t[-1] == 3.3
    ended = sim.start(t_end=3.3)
    while ended.t < 3.3:
        ended.advance(n_steps=3)
    assert_same_results(ended.results(), sim.run(t_end=3.3))


DECAY = engine.load_model("x' = -x\nx(0) = 1")
DECAYING = [s.name for s in engine.list_steppers("ode") if fits(s.name, DECAY)]


@pytest.mark.parametrize("stepper", DECAYING)
def test_one_step_may_hold_more_samples_than_any_buffer(stepper):
    sim = engine.Sim(DECAY, stepper=stepper, dt=0.5, sample_dt=2e-6, rtol=1e-3)
    one = sim.run(n_steps=3)
    assert len(one) > 20_000
    run = sim.start()
    first = run.advance(rows=10)
    assert run.n_steps == 1
    assert len(first) > 10
    while run.n_steps < 3:
        run.advance(n_steps=3 - run.n_steps, budget_s=1e-9)
        run.set_observers(())
    assert_same_bits(run.results().t, one.t)
    assert np.max(np.abs(run.results()["x"] - one["x"])) < 1e-3


def test_an_edit_does_not_come_between_the_samples_of_a_step():
    sim = engine.Sim(DECAY, stepper="dopri5", dt=0.5, sample_dt=1e-5)
    run = sim.start()
    run.advance(n_steps=2, budget_s=1e-9)
    kicked_at = run.t
    run.set_state(x=5.0)
    run.advance(n_steps=2)
    rows = run.results()
    before = rows.t <= kicked_at
    assert np.max(np.abs(rows["x"][before] - np.exp(-rows.t[before]))) < 1e-4
    assert rows["x"][~before].min() > 1.0


@pytest.mark.parametrize("t_end", [0.3, 0.6, 0.7, 1.1, 2.0])
def test_the_last_sample_asked_for_is_there(t_end):
    result = make_sim("lorenz", "dopri5", sample_dt=0.1).run(t_end)
    assert len(result) == round(t_end / 0.1) + 1
    assert result.t[-1] == pytest.approx(t_end)


def test_a_chunk_too_large_is_handed_over_in_parts(monkeypatch):
    monkeypatch.setattr(engine.row_buffers, "MAX_CHUNK_ROWS", 100)
    sim = make_sim("lorenz", "rk4")
    run = sim.start()
    statuses = []
    while run.n_steps < 450:
        chunk = run.advance(n_steps=450 - run.n_steps)
        statuses.append(chunk.status)
        assert len(chunk) <= 100
    assert statuses == [engine.Status.GROW_REC] * 4 + [engine.Status.DONE]
    assert_same_results(run.results(), sim.run(n_steps=450))
    assert engine.replay(sim, run.journal).n_steps == 450


def test_many_small_chunks_lose_no_samples():
    sim = make_sim("logistic", "map").replace(
        observers=(engine.observers.lyapunov_mle(every=1, trace_every=1),)
    )
    run = sim.start()
    for _ in range(6000):
        run.advance(n_steps=2)
    assert_same_results(run.results(), sim.run(n_steps=12_000))


def test_nothing_recorded_takes_no_rows():
    run = make_sim("lorenz", "rk4", record=False).start()
    chunk = run.advance(n_steps=1000)
    assert len(chunk) == 0
    assert run.n_steps == 1000
    sampled = make_sim("lorenz", "dopri5", record=False, sample_dt=0.1)
    assert len(sampled.run(t_end=3.0)) == 0


def test_a_chunk_that_outgrows_its_memory_stays_in_one_piece(monkeypatch):
    pieces = []
    real = engine.run.joined
    monkeypatch.setattr(engine.run, "joined", lambda rows: pieces.append(rows) or real(rows))
    for sim in (make_sim("lorenz", "rk4"), make_sim("lorenz", "dopri5", sample_dt=0.001)):
        run = sim.start(history_rows=10_000)
        first = run.advance(t=30.0, budget_s=1000.0)
        kept_t, kept_y = first.t.copy(), first.y.copy()
        for n in (1, 700, 20_000):
            run.advance(n_steps=n)
        run.advance(rows=5000)
        whole = sim.run(n_steps=run.n_steps) if not sim.sampled else sim.run(t_end=run.t)
        assert_same_bits(kept_y, whole.y[: len(kept_y)])
        assert_same_bits(first.y, kept_y)
        assert_same_bits(first.t, kept_t)
        kept = run.results()
        assert len(kept) == 10_000
        if not sim.sampled:
            assert_same_bits(kept.y, whole.y[-10_000:])
    assert {len(rows) for rows in pieces} == {1}
