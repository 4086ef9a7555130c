"""Runs with everything in them that a file must hold, and how two of them compare."""

import numpy as np
from registered import assert_same_bits, load, make_sim

import engine


def edited_run():
    """Return a run with every kind of edit behind it."""
    run = make_sim("lorenz", "rk4", observed=True, stop="x > 1e6").start(history_rows=500)
    run.set_state(z=2.0)
    run.advance(n_steps=120)
    run.set_params(rho=20.0)
    run.set_state(x=np.float64(3.0))
    run.advance(n_steps=33)
    run.set_dt(0.005)
    run.advance(n_steps=67)
    run.set_stepper("dopri5", sample_dt=0.05)
    run.set_tolerances(rtol=1e-8)
    run.advance(t=4.0)
    run.set_observers(())
    run.advance(n_steps=40)
    run.set_observers(engine.observers.lyapunov_mle(every=3))
    run.advance(n_steps=200)
    return run


def varied_results():
    """Return results of many kinds by what is special about them."""
    blow_up = engine.load_model("β' = β^2\nβ(0) = 1")
    lorenz = make_sim("lorenz", "rk4", observed=True)
    return {
        "observed": lorenz.run(n_steps=300),
        "after a transient": lorenz.run(t_end=3.0, transient=1.5),
        "dense output": make_sim("lorenz", "dopri5", sample_dt=0.1).run(t_end=3.0),
        "given times": make_sim("lorenz", "rk4", sample_times=[0.0, 0.05, 0.111]).run(t_end=1.0),
        "map": make_sim("henon", "map", observed=True, record_interval=3).run(n_steps=200),
        "aux": make_sim("lotka_volterra", "rk4", record=("aux.invariant", "prey")).run(n_steps=9)
        if "invariant" in load("lotka_volterra").aux_names
        else make_sim("duffing", "rk4", record=("aux.energy", "x")).run(n_steps=9),
        "no rows": make_sim("lorenz", "rk4", record=False).run(n_steps=10),
        "blow-up": engine.Sim(blow_up, dt=0.01).run(t_end=3.0),
        "blow-up in the transient": engine.Sim(blow_up, dt=0.01).run(t_end=9.0, transient=3.0),
        "stopped": make_sim("lorenz", "dopri5", stop="x > 15").run(t_end=50.0),
        "too many steps": make_sim("lorenz", "dopri5", max_steps=20).run(t_end=50.0),
        "plain Python": make_sim("logistic", "map", jit=False).run(n_steps=30),
        "fast path": engine.run_single_fastpath(
            lorenz, n_steps=200, plan=engine.recording.Tail(17)
        ),
        "live": edited_run().results(),
    }


def assert_same_record(a, b):
    """Compare everything in two results, numbers to the last bit."""
    assert a.names == b.names
    assert_same_bits(np.ascontiguousarray(a.t), np.ascontiguousarray(b.t))
    assert_same_bits(np.ascontiguousarray(a.y), np.ascontiguousarray(b.y))
    assert a.status is b.status
    assert repr(a.failure) == repr(b.failure)
    assert_same_numbers(a.params, b.params)
    assert_same_numbers(a.final_state, b.final_state)
    assert list(a.observers) == list(b.observers)
    for key, result in a.observers.items():
        assert_same_numbers(result.outputs, b.observers[key].outputs)
        assert_same_numbers(result.trace, b.observers[key].trace)
    assert list(a.events) == list(b.events)
    for name, columns in a.events.items():
        assert_same_numbers(columns, b.events[name])
        assert columns.tags == b.events[name].tags
    assert a.segments == b.segments
    assert a.provenance == b.provenance


def assert_same_numbers(a, b):
    """Compare scalars and arrays by name, to the last bit."""
    assert list(a) == list(b)
    for name in a:
        one, other = (np.array(each[name], dtype=np.float64, ndmin=1) for each in (a, b))
        assert np.shape(a[name]) == np.shape(b[name])
        assert_same_bits(np.ascontiguousarray(one), np.ascontiguousarray(other))
