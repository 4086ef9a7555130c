"""Laws 2, 3 and 4 for batches: an orbit in a batch is the orbit of a single run, bit for bit."""

import platform

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from registered import (
    RUNS_WITHOUT_EVENTS,
    TEXTS,
    WITHOUT_EVENTS,
    assert_same_bits,
    assert_same_results,
    fits,
    load,
    make_sim,
)

import engine
from engine.recording import Every, Nothing, Tail
from engine.runner import runner_cache, runner_variants
from engine.runner.lane_layout import FLOW_LANES

FIXED = [run for run in RUNS_WITHOUT_EVENTS if not make_sim(*run).method.adaptive]
# Every stepper, a driven flow and maps: to compile observers for all models takes long.
WATCHED_MODELS = ("lorenz", "duffing", "henon", "standard", *TEXTS)
WATCHED = [pair for pair in FIXED if pair[0] in WATCHED_MODELS]
EVERY_PAIR = [
    (name, stepper.name)
    for name in WITHOUT_EVENTS
    for stepper in engine.list_steppers(load(name).kind)
    if not stepper.adaptive and fits(stepper.name, load(name))
]
ORBITS = 70


def swept(sim, orbits=ORBITS):
    """Return parameters and states spread about those of a sim; every ninth orbit blows up."""
    rng = np.random.default_rng(7)
    params = {n: v * rng.uniform(0.7, 1.1, orbits) for n, v in sim.params.items()}
    y0 = {n: v + 0.1 * rng.standard_normal(orbits) for n, v in sim.y0.items()}
    for values in y0.values():
        values[4::9] *= 1e300
    return {"params": params, "y0": y0}


def assert_same_orbit(one, other):
    """Compare everything two runs say, to the last bit."""
    assert_same_results(one, other)
    assert one.status is other.status
    assert repr(one.failure) == repr(other.failure)
    assert repr(one.final_state) == repr(other.final_state)
    assert one.params == other.params
    assert {**one.provenance, "horizon": None} == {**other.provenance, "horizon": None}


def single(batch, i, **horizon):
    """Run one orbit of a batch by the normal runner."""
    return batch.sim(i).run(**horizon)


SOME = (0, 4, 13, FLOW_LANES - 1, FLOW_LANES, ORBITS - 1)


@pytest.mark.parametrize("pair", FIXED, ids="-".join)
def test_an_orbit_in_lanes_is_the_orbit_of_a_single_run(pair):
    sim = make_sim(*pair)
    batch = engine.run_batch_fastpath(sim, **swept(sim), n_steps=300)
    assert batch.y.shape == (ORBITS, 301, len(sim.record))
    for i in SOME:
        assert_same_orbit(batch[i], single(batch, i, n_steps=300))


@pytest.mark.parametrize("pair", EVERY_PAIR, ids="-".join)
def test_every_stepper_takes_every_model_in_lanes(pair):
    sim = make_sim(*pair, jit=False)
    batch = engine.run_batch_fastpath(sim, **swept(sim, 9), n_steps=12)
    for i in (0, 4, 8):
        assert_same_orbit(batch[i], single(batch, i, n_steps=12))


@pytest.mark.parametrize("pair", WATCHED, ids="-".join)
def test_an_observed_orbit_in_a_batch_is_the_one_of_a_single_run(pair):
    sim = make_sim(*pair, observed=True)
    batch = engine.run_batch_fastpath(sim, **swept(sim, 11), n_steps=230)
    for i in (0, 4, 10):
        assert_same_orbit(batch[i], single(batch, i, n_steps=230))


@pytest.mark.parametrize("pair", FIXED, ids="-".join)
def test_python_equals_compiled_for_batches(pair):
    for observed, orbits in ((False, 5), (True, 3))[: 1 + (pair in WATCHED)]:
        sim = make_sim(*pair, observed=observed)
        compiled = engine.run_batch_fastpath(sim, **swept(sim, orbits), n_steps=40)
        python = engine.run_batch_fastpath(sim.replace(jit=False), **swept(sim, orbits), n_steps=40)
        assert_same_bits(python.y, compiled.y)
        assert list(python.status) == list(compiled.status)
        for key, observer in compiled.observers.items():
            for name, values in observer.items():
                assert_same_bits(python.observers[key][name], values)


@pytest.mark.parametrize("pair", [("van_der_pol", "rk4"), ("henon", "map")], ids="-".join)
@settings(max_examples=25)
@given(
    steps=st.integers(0, 400),
    transient=st.integers(0, 300),
    plan=st.one_of(
        st.integers(1, 150).map(Every), st.integers(1, 500).map(Tail), st.just(Nothing())
    ),
    observed=st.booleans(),
    first=st.floats(-3.0, 3.0),
)
def test_any_plan_and_transient_keep_rows_of_the_single_run(
    pair, steps, transient, plan, observed, first
):
    sim = make_sim(*pair, observed=observed)
    horizon = {"n_steps": steps, "transient": transient * sim.dt}
    name = sim.model.state_names[0]
    batch = engine.run_batch_fastpath(sim, y0={name: [first, 0.1, 1e250]}, plan=plan, **horizon)
    for i in range(3):
        whole = single(batch, i, **horizon)
        alone = engine.run_single_fastpath(batch.sim(i), plan=plan, **horizon)
        orbit = batch[i]
        kept = np.arange(plan.skipped(steps), steps + 1, plan.interval)[: plan.capacity(steps)]
        kept = kept[kept < len(whole)]
        columns = slice(None) if plan.select is None else slice(0)
        if whole.status.is_failure and whole.provenance["n_steps"] < transient:
            # A single run shows where its transient ended; the rows of a batch share their times.
            kept = kept[:0]
            assert len(alone) == (plan.capacity(steps) > 0)
        assert_same_bits(orbit.t, np.ascontiguousarray(whole.t[kept]))
        assert_same_bits(
            np.ascontiguousarray(orbit.y), np.ascontiguousarray(whole.y[kept, columns])
        )
        if not whole.status.is_failure:
            assert_same_results(alone, orbit)
        for result in (alone, orbit):
            assert repr(result.final_state) == repr(whole.final_state)
            assert result.status is whole.status
            assert repr(result.failure) == repr(whole.failure)
            assert repr(result.observers) == repr(whole.observers)


def test_lanes_that_die_at_any_step_leave_the_others_alone():
    sim = make_sim("logistic", "map")
    r = np.linspace(3.98, 4.03, 200)
    batch = engine.run_batch_fastpath(sim, params={"r": r}, n_steps=600)
    assert len(set(batch.n_steps.tolist())) > 10
    assert [s.name for s in np.unique(batch.status)] == ["DONE", "NAN_DETECTED"]
    for i in range(0, 200, 7):
        assert_same_orbit(batch[i], single(batch, i, n_steps=600))
        rows = len(batch[i])
        assert np.isnan(batch.y[i, rows:]).all()
        assert rows == batch.n_steps[i] + 1


def test_a_dead_lane_that_would_come_back_stays_dead():
    model = engine.load_model("x[n+1] = 1/x + a*0\nx(0) = 1\na = 1")
    sim = engine.Sim(model)
    batch = engine.run_batch_fastpath(sim, y0={"x": [2.0, 0.0, 4.0, 0.0]}, n_steps=300)
    assert batch.n_steps.tolist() == [300, 0, 300, 0]
    assert batch.rejected[1, 0] == np.inf
    assert_same_orbit(batch[1], single(batch, 1, n_steps=300))


@pytest.mark.parametrize(
    "changes",
    [{"t0": 3.7}, {"record_interval": 7}, {"record": ("aux.energy", "theta")}, {"record": False}],
    ids=repr,
)
def test_settings_of_the_sim_mean_the_same_in_a_batch(changes):
    sim = make_sim("pendulum", "rk4").replace(**changes)
    batch = engine.run_batch_fastpath(sim, params={"q": [2.0, 3.0]}, t_end=9.013, transient=2.3)
    for i in range(2):
        assert_same_orbit(batch[i], single(batch, i, t_end=9.013, transient=2.3))


def test_fused_arithmetic_is_the_same_in_lanes():
    sim = make_sim("lorenz", "rk4", fastmath=("contract",))
    batch = engine.run_batch_fastpath(sim, params={"rho": [5.0, 28.0]}, n_steps=200)
    for i in range(2):
        assert_same_orbit(batch[i], single(batch, i, n_steps=200))


def test_a_model_too_large_for_lanes_is_computed_in_turn():
    n = 30
    lines = [f"x{i}' = k*(x{(i + 1) % n} - x{i}) + x{i} - x{i}^3" for i in range(n)]
    model = engine.load_model(
        "\n".join([*lines, *(f"x{i}(0) = {i / 10}" for i in range(n)), "k = 0.1"])
    )
    sim = engine.Sim(model, stepper="euler", dt=0.01)
    batch = engine.run_batch_fastpath(sim, params={"k": [0.1, 0.5, 2.0]}, n_steps=50, transient=0.2)
    for i in range(3):
        assert_same_orbit(batch[i], single(batch, i, n_steps=50, transient=0.2))


def built():
    """Count the units rendered and runners compiled or loaded so far."""
    counts = engine.cache_counts()
    return counts.renderings + counts.compilations + counts.disk_hits


def test_no_size_length_or_value_makes_a_runner():
    for sim in (make_sim("henon", "map"), make_sim("henon", "map", observed=True)):
        engine.run_batch_fastpath(sim, params={"a": [1.0, 1.4]}, n_steps=3, transient=2)
        before = built()
        for orbits in (1, 31, 64, 65, 300):
            given = {"params": {"a": np.linspace(0.1, 1.4, orbits)}, "y0": {"x": np.zeros(orbits)}}
            for plan in (None, Every(3), Tail(2)):
                for steps in (0, 1, 129):
                    engine.run_batch_fastpath(sim, **given, n_steps=steps, plan=plan)
            engine.run_batch_fastpath(sim, **given, t_end=40, transient=17)
        engine.run_batch_fastpath(sim.replace(t0=4, params={"b": 0.1}), n_steps=9)
        assert built() == before


def test_the_loop_over_lanes_is_made_of_vectors(tmp_path, monkeypatch):
    if platform.machine() not in ("x86_64", "AMD64"):
        pytest.skip("reads the instructions of x86-64")
    monkeypatch.setenv(runner_cache.DIRECTORY_VARIABLE, str(tmp_path))
    memory = runner_cache.RunnerMemory(runner_cache.MEMORY_LIMIT)
    monkeypatch.setattr(runner_variants, "MEMORY", memory)
    for name, stepper in (("lorenz", "rk4"), ("logistic", "map"), ("van_der_pol", "euler")):
        runner = engine.get_runner(
            engine.RunnerVariant.FASTPATH, model=load(name), stepper=stepper, entry="run_lanes"
        )
        (code,) = runner.run.inspect_asm().values()
        assert code.count("mulpd") > 4
