"""Law 3: the four variants agree bit for bit on the orbit they share."""

import numpy as np
import pytest
from registered import (
    RUNS_WITHOUT_EVENTS,
    WITHOUT_EVENTS,
    assert_same_bits,
    assert_same_results,
    load,
    make_sim,
)

import engine
from engine.recording import Every, Nothing, Tail

ADAPTIVE = [s.name for s in engine.list_steppers() if s.adaptive]
FIXED = [run for run in RUNS_WITHOUT_EVENTS if run[1] not in ADAPTIVE]


@pytest.fixture(params=FIXED, ids="-".join)
def fixed(request):
    return make_sim(*request.param), make_sim(*request.param, observed=True)


def test_observers_leave_the_orbit_alone(observed_sim):
    bare = observed_sim.replace(observers=()).run(n_steps=500)
    observed = observed_sim.run(n_steps=500)
    assert_same_bits(observed.y, bare.y)
    assert_same_bits(observed.t, bare.t)


def test_fast_path_equals_normal_path(fixed):
    bare, observed = fixed
    assert_same_results(engine.run_single_fastpath(bare, n_steps=500), bare.run(n_steps=500))
    assert_same_results(
        engine.run_single_fastpath(observed, n_steps=500), observed.run(n_steps=500)
    )


def test_plans_keep_the_rows_they_promise():
    sim = make_sim("henon", "map")
    whole = sim.run(n_steps=100)
    every = engine.run_single_fastpath(sim, n_steps=100, plan=Every(7))
    assert_same_bits(every.y, np.ascontiguousarray(whole.y[::7]))
    tail = engine.run_single_fastpath(sim, n_steps=100, plan=Tail(9))
    assert_same_bits(tail.y, np.ascontiguousarray(whole.y[-9:]))
    assert_same_bits(tail.t, np.ascontiguousarray(whole.t[-9:]))
    nothing = engine.run_single_fastpath(sim, n_steps=100, plan=Nothing())
    assert len(nothing) == 0
    assert nothing.final_state == whole.final_state


@pytest.mark.parametrize("variant", list(engine.RunnerVariant))
@pytest.mark.parametrize("name", WITHOUT_EVENTS)
def test_every_variant_exists_for_every_model(variant, name):
    model = load(name)
    observers = (engine.observers.lyapunov_mle(),) if variant.observes else ()
    stepper = model.spec.sim.stepper
    runner = engine.get_runner(
        variant, model=model, stepper=stepper, observers=observers, jit=False
    )
    assert f"BOUNDED = {variant.bounded}" in runner.source
    assert f"OBSERVE = {variant.observes}" in runner.source
    assert f"DISCRETE = {model.kind == 'map'}" in runner.source
    assert ("def ANALYSIS_POST(" in runner.source) == variant.observes
    assert ("def ANALYSIS_PRE(" in runner.source) == variant.observes


def test_fast_path_names_what_it_does_not_do():
    with pytest.raises(engine.FastpathUnsupported, match="adaptive steps.*normal runner"):
        engine.run_single_fastpath(make_sim("lorenz", "dopri5"), n_steps=10)
    with pytest.raises(engine.FastpathUnsupported, match="samples between steps"):
        engine.run_single_fastpath(make_sim("lorenz", "rk4", sample_dt=0.1), n_steps=10)
    with pytest.raises(engine.FastpathUnsupported, match=r"events \(spike\).*Sim\.run"):
        engine.run_single_fastpath(make_sim("integrate_and_fire", "rk4"), n_steps=10)
    with pytest.raises(engine.FastpathUnsupported, match="stop condition"):
        engine.run_single_fastpath(make_sim("lorenz", "rk4", stop="x > 5"), n_steps=10)
