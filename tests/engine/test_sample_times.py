"""Rows at given times: exact times, dense output, data and not structure."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from registered import assert_same_bits, assert_same_results, collect, load, make_sim, sim_for

import engine
from engine.runner import abi

FLOW_STEPPERS = [s.name for s in engine.list_steppers("ode")]
TIMES = (0.0, 0.003, 0.2, 0.2, 0.31, 0.9999, 1.0, 1.7)


@pytest.mark.parametrize("stepper", FLOW_STEPPERS)
def test_rows_are_at_exactly_the_given_times(stepper):
    result = sim_for(stepper, sample_times=TIMES).run(t_end=2.0)
    assert result.t.tolist() == list(TIMES)
    grid = sim_for(stepper, sample_dt=0.1).run(t_end=2.0)
    listed = sim_for(stepper, sample_times=grid.t).run(t_end=2.0)
    assert_same_bits(listed.y, grid.y)


def test_samples_follow_the_solution():
    model = engine.load_model("x' = -k*x\nk = 1\nx(0) = 1")
    times = np.sort(np.random.default_rng(1).uniform(0.0, 5.0, 300))
    for settings in ({"stepper": "rk4", "dt": 0.01}, {"stepper": "dopri5", "rtol": 1e-10}):
        result = engine.Sim(model, sample_times=times, **settings).run(t_end=5.0)
        assert np.max(np.abs(result["x"] - np.exp(-times))) < 1e-9


@pytest.mark.parametrize("stepper", FLOW_STEPPERS)
@given(
    times=st.lists(st.floats(0.0, 0.6), max_size=30).map(sorted),
    sizes=st.lists(st.integers(1, 25), min_size=1, max_size=6),
    rows=st.integers(1, 4),
)
def test_any_chunks_and_buffers_give_the_same_rows(stepper, times, sizes, rows):
    sim = sim_for(stepper, sample_times=times)
    one = engine.run_with_wrapper(sim, n_steps=sum(sizes), record_rows=1)
    run = sim.start()
    collect(run, sizes)
    assert_same_results(run.results(), one)
    few = sim.start()
    while few.n_steps < sum(sizes):
        few.advance(n_steps=sum(sizes) - few.n_steps, rows=rows)
    assert_same_results(few.results(), one)
    assert one.t.tolist() == times[: len(one)]
    assert_same_results(sim.replace(jit=False).run(n_steps=sum(sizes)), one)


def test_other_times_do_not_compile():
    make_sim("lorenz", "rk4", sample_times=[0.1]).run(t_end=0.5)
    before = engine.cache_counts()
    for times in ([], [0.3], np.linspace(0.0, 0.5, 1000), None):
        sampling = {"sample_dt": 0.1} if times is None else {"sample_times": times}
        make_sim("lorenz", "rk4", **sampling).run(t_end=0.5)
    after = engine.cache_counts()
    assert after.compilations == before.compilations
    assert after.renderings == before.renderings


def test_the_last_time_is_there_and_none_before_the_transients_end():
    sim = make_sim("lorenz", "rk4", dt=0.1, sample_times=[0.3, 0.6, 0.7, 1.1])
    assert sim.run(t_end=1.1).t.tolist() == [0.3, 0.6, 0.7, 1.1]
    assert sim.run(t_end=2.0, transient=0.6).t.tolist() == [0.6, 0.7, 1.1]
    assert len(sim.replace(record=False).run(t_end=2.0)) == 0


def test_rewinding_and_replaying_keep_the_samples():
    sim = make_sim("lorenz", "dopri5", sample_times=np.linspace(0.0, 6.0, 777))
    run = sim.start()
    run.advance(t=2.0)
    run.set_params(rho=20.0)
    run.advance(t=5.0)
    whole = run.results()
    assert_same_results(engine.replay(sim, run.journal).results(), whole)
    n_steps = run.n_steps
    run.rewind(t=3.0)
    run.advance(n_steps=n_steps - run.n_steps)
    assert_same_results(run.results(), whole)


def test_a_step_without_error_holds_a_bounded_number_of_samples():
    sim = engine.Sim(
        engine.load_model("x' = 1\nx(0) = 0"), stepper="dopri5", sample_dt=0.01, dt=0.01
    )
    run = sim.start()
    chunk = run.advance(n_steps=12)
    assert len(chunk) <= 12 * (abi.SAMPLES_A_STEP + 1)
    np.testing.assert_allclose(chunk["x"], chunk.t, rtol=1e-12)
    python = sim.replace(jit=False).start().advance(n_steps=6)
    assert_same_bits(python.y, chunk.y[: len(python)])


@pytest.mark.parametrize(
    ("settings", "message"),
    [
        ({"sample_times": [0.2, 0.1]}, "0.1 follows 0.2; sort them"),
        ({"sample_times": [0.1, np.inf]}, "inf is not finite"),
        ({"sample_times": [-0.1]}, "lies before t0"),
        ({"sample_times": "soon"}, "not a sequence of times"),
        ({"sample_times": [[0.1]]}, r"shape \(1, 1\)"),
        ({"sample_times": [0.1], "sample_dt": 0.1}, "sample_times and sample_dt both"),
        ({"sample_times": [0.1], "record_interval": 2}, "sample_times and record_interval both"),
    ],
)
def test_bad_times_are_named(settings, message):
    with pytest.raises(engine.SimError, match=message):
        engine.Sim(load("lorenz"), **settings)


def test_a_map_has_no_times_between_iterations():
    with pytest.raises(engine.SimError, match="no state between its iterations"):
        engine.Sim(load("henon"), sample_times=[1.0])
