"""Law 8: observers keep their memory across pauses, growth, snapshots and edits."""

import numpy as np
import pytest
from registered import assert_same_bits, assert_same_results, make_sim, sim_for

import engine


def test_parameter_edits_keep_the_observers_memory(observed_sim):
    run = observed_sim.start()
    run.advance(n_steps=500)
    before = {key: result.values() for key, result in run.observers.items()}
    name, value = next(iter(run.params.items()))
    run.set_params(**{name: 0.99 * value})
    for key, result in run.observers.items():
        for old, new in zip(before[key], result.values(), strict=True):
            assert_same_bits(np.array(old), np.array(new))
    run.advance(n_steps=500)
    if "lyapunov_mle" not in run.observers:
        return
    samples = run.results().observers["lyapunov_mle"].trace["t"]
    assert np.all(np.diff(samples) > 0.0)
    assert samples[-1] > samples[0] + 0.4 * (run.t - samples[0])


@pytest.mark.parametrize("stepper", [s.name for s in engine.list_steppers("ode")])
def test_taking_observers_off_and_on_leaves_the_orbit_alone(stepper):
    bare = sim_for(stepper)
    run = bare.start()
    run.advance(n_steps=200)
    run.set_observers((engine.observers.lyapunov_mle(),))
    run.advance(n_steps=200)
    run.set_observers(())
    run.advance(n_steps=200)
    assert_same_bits(run.results().y, bare.run(n_steps=600).y)


def test_observers_that_stay_keep_their_memory():
    def count_steps(t, dt, y_old, y, p, memory, ws, out, trace, row):
        out[STEPS] += 1.0  # noqa: F821
        return y, memory, row

    counter = engine.ObserverModule(
        key="counter", title="accepted steps", outputs={"steps": 0.0}, post=count_steps
    )
    exponent = engine.observers.lyapunov_mle()
    sim = make_sim("lorenz", "rk4")
    run = sim.replace(observers=(exponent,)).start()
    run.advance(n_steps=1000)
    run.set_observers((exponent, counter))
    run.advance(n_steps=1000)
    assert run.observers["counter"]["steps"] == 1000.0
    one = sim.replace(observers=(exponent,)).run(n_steps=2000)
    assert dict(run.observers["lyapunov_mle"]) == dict(one.observers["lyapunov_mle"])
    both = sim.replace(observers=(counter, exponent)).run(n_steps=2000)
    assert dict(both.observers["lyapunov_mle"]) == dict(one.observers["lyapunov_mle"])
    assert both.observers["counter"]["steps"] == 2000.0


def test_two_observers_leave_separate_samples():
    def sample(t, dt, y_old, y, p, memory, ws, out, trace, row):
        out[LARGEST] = max(out[LARGEST], y[0])  # noqa: F821
        row = record_trace(trace, row, t, out[LARGEST], dt)  # noqa: F821
        return y, memory, row

    largest = engine.ObserverModule(
        key="largest",
        title="largest x",
        outputs={"largest": -1e9},
        post=sample,
        trace=engine.observers.Trace(columns=("largest", "dt")),
    )
    exponent = engine.observers.lyapunov_mle()
    sim = make_sim("lorenz", "rk4", observed=False)
    both = sim.replace(observers=(largest, exponent)).run(n_steps=2000)
    assert both.observers["largest"]["largest"] == both["x"][1:].max()
    assert len(both.observers["largest"].trace["t"]) == 2000
    alone = sim.replace(observers=(exponent,)).run(n_steps=2000)
    assert_same_bits(
        both.observers["lyapunov_mle"].trace["mle"], alone.observers["lyapunov_mle"].trace["mle"]
    )
    python = sim.replace(observers=(largest, exponent), jit=False).run(n_steps=2000)
    assert_same_results(python, both)
