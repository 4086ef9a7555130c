"""Law 2: the same unit in Python gives the same bits."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from registered import assert_same_results, load, sim_for

import engine


def test_python_equals_compiled(observed_sim):
    compiled = observed_sim.run(n_steps=300)
    python = observed_sim.replace(jit=False).run(n_steps=300)
    assert_same_results(python, compiled)


@pytest.mark.parametrize("stepper", [s.name for s in engine.list_steppers("ode") if s.dense])
def test_python_equals_compiled_for_dense_output(stepper):
    sim = sim_for(stepper, sample_dt=0.013)
    assert_same_results(sim.replace(jit=False).run(t_end=3.0), sim.run(t_end=3.0))


def test_both_run_the_same_text():
    chosen = {"model": load("lorenz"), "stepper": "rk4"}
    compiled = engine.get_runner(engine.RunnerVariant.BASE, **chosen)
    python = engine.get_runner(engine.RunnerVariant.BASE, jit=False, **chosen)
    assert compiled.source == python.source
    assert compiled.compiled
    assert not python.compiled


@given(
    r=st.floats(-6.0, 6.0),
    x=st.floats(-2.0, 2.0),
)
def test_blow_ups_agree(r, x):
    sim = engine.Sim(load("logistic"), params={"r": r}, y0={"x": x})
    compiled = sim.run(n_steps=60)
    python = sim.replace(jit=False).run(n_steps=60)
    assert_same_results(python, compiled)
    assert compiled.status == python.status
    assert np.all(np.isfinite(compiled.y))
