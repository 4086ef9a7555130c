"""Law 6: an edit acts at the next step boundary, is journalled, and replays."""

import threading
import time

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from registered import assert_same_bits, assert_same_results, load, make_sim

import engine

FLOW_EDITS = st.one_of(
    st.floats(0.0, 40.0).map(lambda rho: ("set_params", {"rho": rho})),
    st.floats(-9.0, 9.0).map(lambda x: ("set_state", {"x": x})),
    st.floats(0.001, 0.02).map(lambda dt: ("set_dt", {"dt": dt})),
    st.floats(1e-9, 1e-4).map(lambda rtol: ("set_tolerances", {"rtol": rtol})),
    st.sampled_from(["rk4", "euler", "dopri5", "rk45"]).map(
        lambda name: ("set_stepper", {"stepper": name})
    ),
    st.sampled_from([(), (engine.observers.lyapunov_mle(),)]).map(
        lambda observers: ("set_observers", {"observers": observers})
    ),
)


def play(run, script):
    """Advance and edit a run as a list of (steps, (method, arguments)) says."""
    for steps, (method, arguments) in script:
        run.advance(n_steps=steps)
        getattr(run, method)(**arguments)
    run.advance(n_steps=20)


@given(script=st.lists(st.tuples(st.integers(0, 60), FLOW_EDITS), max_size=6))
def test_journal_replays_to_the_same_bits(script):
    sim = make_sim("lorenz", "rk4")
    run = sim.start()
    play(run, script)
    twin = engine.replay(sim, run.journal)
    assert_same_results(twin.results(), run.results())
    assert_same_bits(twin.y, run.y)
    assert twin.params == run.params
    assert twin.journal == run.journal


@given(
    script=st.lists(
        st.tuples(
            st.integers(0, 60),
            st.floats(0.0, 4.0).map(lambda r: ("set_params", {"r": r})),
        ),
        max_size=6,
    )
)
def test_journal_of_a_map_replays(script):
    sim = make_sim("logistic", "map", observed=True)
    run = sim.start()
    play(run, script)
    assert_same_results(engine.replay(sim, run.journal).results(), run.results())


@pytest.mark.parametrize(
    ("model", "stepper", "param"),
    [("lorenz", "rk4", "rho"), ("lorenz", "euler", "rho"), ("henon", "map", "a")],
)
def test_an_edit_is_a_new_problem_from_here(model, stepper, param):
    sim = make_sim(model, stepper)
    run = sim.start()
    run.advance(n_steps=30)
    edited = {param: 0.9 * run.params[param]}
    fresh = sim.replace(params=edited, y0=run.state).start()
    run.set_params(**edited)
    fresh.advance(n_steps=40)
    run.advance(n_steps=40)
    assert_same_bits(fresh.y, run.y)


def test_a_kick_restarts_the_step_size_control():
    # Reported of another system: after a kick its solver kept its history and missed a spike.
    sim = make_sim("van_der_pol", "dopri5", dt=0.001)
    run = sim.start()
    run.advance(t=3.0)
    run.set_state(x=-2.0)
    restarted = sim.replace(y0=run.state, t0=run.t).start()
    run.advance(n_steps=25)
    restarted.advance(n_steps=25)
    assert_same_bits(run.y, restarted.y)
    assert run.t == restarted.t


def test_the_fixed_grid_goes_on_after_parameter_edits_and_begins_anew_after_dt_edits():
    run = make_sim("lorenz", "rk4", dt=0.1).start()
    run.advance(n_steps=3)
    run.set_params(rho=20.0)
    run.advance(n_steps=3)
    assert run.t == 0.0 + 6 * 0.1
    run.set_dt(0.03)
    run.advance(n_steps=5)
    assert run.t == 6 * 0.1 + 5 * 0.03


@pytest.mark.parametrize(
    ("method", "arguments", "message"),
    [
        ("set_params", {"rhoo": 1.0}, "unknown parameter 'rhoo'.*'rho'"),
        ("set_params", {"rho": float("nan")}, "'rho' = nan is not finite"),
        ("set_params", {"rho": "28"}, "is not a number"),
        ("set_state", {"w": 1.0}, "unknown state 'w'"),
        ("set_dt", {"dt": 0.0}, "dt = 0 is not positive"),
        ("set_dt", {"dt": -1}, "not positive"),
        ("set_tolerances", {"rtol": -1.0}, "tolerances above 0"),
        ("set_stepper", {"stepper": "rk5"}, "unknown stepper 'rk5'"),
        ("set_stepper", {"stepper": "map"}, "is for maps"),
        ("set_observers", {"observers": ("mle",)}, "is not an observer"),
    ],
)
def test_a_bad_edit_says_so_and_changes_nothing(method, arguments, message):
    sim = make_sim("lorenz", "rk4")
    run, untouched = sim.start(), sim.start()
    run.advance(n_steps=10)
    with pytest.raises(engine.PhasescopeError, match=message):
        getattr(run, method)(**arguments)
    run.advance(n_steps=10)
    untouched.advance(n_steps=20)
    assert_same_bits(run.y, untouched.y)
    assert run.journal.entries == ()


def test_edits_and_pause_from_another_thread_act_while_it_runs():
    sim = make_sim("lorenz", "rk4", record_interval=1000)
    run = sim.start()
    worker = threading.Thread(target=lambda: run.advance(n_steps=10**12))
    worker.start()
    while not run.n_steps:
        time.sleep(0.001)
    for rho in np.linspace(20.0, 30.0, 25):
        run.set_params(rho=float(rho))
        time.sleep(0.001)
    with pytest.raises(engine.RunError, match="another thread"):
        run.advance(n_steps=1)
    run.pause()
    worker.join(timeout=120.0)
    assert not worker.is_alive()
    assert run.status is engine.Status.USER_BREAK
    assert len(run.journal.entries) == 25
    assert_same_bits(engine.replay(sim, run.journal).y, run.y)


def test_latest_value_of_a_fast_drag_is_in_force():
    run = engine.Sim(load("lorenz"), stepper="rk4").start()
    for i in range(500):
        run.set_params(rho=float(i))
    run.advance(n_steps=1)
    assert run.params["rho"] == 499.0


def test_edits_where_an_event_divides_a_step_replay_and_rewind():
    # The bounces come closer and closer until no step leads past them: the run fails inside a cell.
    model = engine.load_model(
        "h' = v; v' = -g; g = 9.81; r = 0.8; h(0) = 0.3; v(0) = 0\n"
        "when cross_down(h, 0): h = 0; v = -r*v"
    )
    sim = engine.Sim(model, stepper="ab2", dt=0.1, jit=False)
    run = sim.start()
    assert run.advance(n_steps=40).status is engine.Status.STEPFAIL
    inside, n = run.t, run.n_steps
    assert 0.1 * n < inside < 0.1 * (n + 1)
    failed = engine.replay(sim, run.journal)
    assert (failed.t, failed.n_steps) == (inside, n)
    assert_same_bits(failed.y, run.y)
    run.set_stepper("euler", dt=0.05)
    run.set_state(h=10.0)
    run.advance(n_steps=20)
    run.set_params(g=1.0)
    run.advance(n_steps=4)
    twin = engine.replay(sim, run.journal)
    assert twin.t == run.t
    assert_same_bits(twin.y, run.y)
    assert_same_bits(twin.results().y, run.results().y)
    here = run.y
    run.rewind(step=n + 20)
    assert run.t == pytest.approx(inside + 1.0)
    run.set_params(g=1.0)
    run.advance(n_steps=4)
    assert_same_bits(run.y, here)
