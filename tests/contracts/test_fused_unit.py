"""The one function that is compiled does what the unit does, bit for bit."""

# UPPERCASE names in hooks are the observer's slots.
# ruff: noqa: F821

import ast
import dataclasses
import math

import numpy as np
import pytest
from registered import RUNS_WITHOUT_EVENTS, assert_same_bits, make_sim, sim_for

import engine
from engine.run_state import initial_run_state, runner_for, trace_columns
from engine.runner import abi, fuse
from engine.runner.fuse import fused


def fused_runner(runner):
    """Return the same runner in plain Python, written as one function."""
    namespace = {}
    exec(runner.source, namespace)
    exec(fused(runner.source, namespace), namespace)
    return dataclasses.replace(runner, run=namespace["run"])


def orbit(sim, runner, steps):
    arrays = initial_run_state(sim)
    arrays.counters[abi.STEP_BOUND] = steps
    rows = np.empty(500), np.empty((500, len(sim.record)))
    trace = np.empty((200, trace_columns(sim.observers)))
    status = arrays.call(runner, *rows, trace)
    used = int(arrays.counters[abi.ROW])
    parts = (arrays.state[[abi.CURRENT]], arrays.analysis_ws, arrays.analysis_out, arrays.clock)
    return status, [rows[0][:used], rows[1][:used], *parts]


def assert_fused_is_the_same(sim, steps=80):
    runner = runner_for(sim)
    status, arrays = orbit(sim, runner, steps)
    fused_status, fused_arrays = orbit(sim, fused_runner(runner), steps)
    assert fused_status is status
    for mine, theirs in zip(fused_arrays, arrays, strict=True):
        assert_same_bits(np.ascontiguousarray(mine), np.ascontiguousarray(theirs))


@pytest.mark.parametrize("observed", [False, True], ids=["bare", "observed"])
@pytest.mark.parametrize("run", RUNS_WITHOUT_EVENTS, ids="-".join)
def test_the_fused_unit_computes_the_same_bits(run, observed):
    assert_fused_is_the_same(make_sim(*run, observed=observed, jit=False))


@pytest.mark.parametrize("stepper", [s.name for s in engine.list_steppers("ode")])
def test_the_fused_unit_samples_the_same_bits(stepper):
    assert_fused_is_the_same(sim_for(stepper, sample_dt=0.007, jit=False))


def test_the_fused_unit_stops_at_the_same_step():
    assert_fused_is_the_same(make_sim("lorenz", "rk4", stop="z > 30 and x > 0", jit=False), 400)


def twisted(t, dt, y_old, y, p, memory, ws, out, trace, row):
    before = ws[PAIR]
    ws[PAIR] = y[0] - y_old[0]
    a, b = y[0], y[1]
    for k in range(3):
        a, b = b, a + 0.5 * k
        if b > a and k != 1:
            ws[COUNT] += 1.0
        elif k == 2:
            continue
    total = 0.0
    for i in range(len(y)):
        total += y[i] * y[i]
    out[TWISTED] = max(a, total) - min(b, before) + (1.0 if ws[COUNT] > 3.0 else -total)
    return y, memory, row


def returning_early(t, dt, y_old, y, p, memory, ws, out, trace, row):
    if y[0] > 0.0:
        out[TWISTED] = t
        return y, memory, row
    ws[COUNT] += 1.0
    return y, memory, row


def observer(hook):
    return engine.observers.ObserverModule(
        key="twisted",
        title="what a hook may also do",
        workspace={"pair": 0.0, "count": 0.0},
        outputs={"twisted": math.nan},
        post=hook,
    )


@pytest.mark.parametrize("hook", [twisted, returning_early])
@pytest.mark.parametrize("stepper", ["rk4", "dopri5"])
def test_a_hook_may_do_what_python_does(hook, stepper):
    sim = make_sim("lorenz", stepper, jit=False).replace(
        observers=(observer(hook), engine.observers.lyapunov_mle())
    )
    python, compiled = sim.run(n_steps=60), sim.replace(jit=True).run(n_steps=60)
    assert_same_bits(compiled.y, python.y)
    assert dict(compiled.observers["twisted"]) == dict(python.observers["twisted"])
    assert math.isfinite(compiled.observers["twisted"]["twisted"])


def test_a_hook_with_loops_and_swaps_is_fused():
    sim = make_sim("lorenz", "rk4").replace(observers=observer(twisted), jit=False)
    assert_fused_is_the_same(sim)


def test_what_cannot_be_fused_compiles_all_the_same():
    sim = make_sim("lorenz", "rk4").replace(observers=observer(returning_early), jit=False)
    with pytest.raises(fuse.UnfusableError):
        fused_runner(runner_for(sim))


def test_a_fused_unit_has_one_function_and_no_flag():
    source = fused_runner_source("dopri5")
    tree = ast.parse(source)
    assert [type(node) for node in tree.body] == [ast.FunctionDef]
    names = {node.id for node in ast.walk(tree) if isinstance(node, ast.Name)}
    assert not any(name.isupper() for name in names)
    assert "dense_rows" not in source


def fused_runner_source(stepper):
    runner = runner_for(make_sim("lorenz", stepper, jit=False))
    namespace = {}
    exec(runner.source, namespace)
    return fused(runner.source, namespace)
