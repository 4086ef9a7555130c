"""Batches of orbits: what is given and what comes back."""

import numpy as np
import pytest
from registered import assert_same_bits

import engine
from engine.recording import Every, Nothing, Tail
from engine.results import Results

LOGISTIC = engine.Sim("logistic")
LORENZ = engine.Sim("lorenz", stepper="rk4", dt=0.01)
OBSERVED = LORENZ.replace(observers=(engine.observers.lyapunov_mle(),))


def test_a_batch_mixes_parameters_states_arrays_and_numbers():
    x = np.linspace(-1.0, 1.0, 3)
    batch = engine.run_batch_fastpath(
        LORENZ, params={"rho": [20, 25, 30], "beta": 2}, y0={"x": x, "z": 9.0}, n_steps=10
    )
    assert batch.y.shape == (3, 11, 3)
    assert batch.names == ("x", "y", "z")
    assert batch.status.tolist() == [engine.Status.DONE] * 3
    assert (batch.status == engine.Status.DONE).all()
    assert {n: v.tolist() for n, v in batch.params.items()} == {
        "sigma": [10.0] * 3,
        "rho": [20.0, 25.0, 30.0],
        "beta": [2.0] * 3,
    }
    assert batch.y0["x"].tolist() == x.tolist()
    assert batch.y[:, 0].tolist() == [[-1.0, 1.0, 9.0], [0.0, 1.0, 9.0], [1.0, 1.0, 9.0]]
    assert_same_bits(batch.final, np.ascontiguousarray(batch.y[:, -1]))
    assert_same_bits(np.ascontiguousarray(batch["z"]), np.ascontiguousarray(batch.y[:, :, 2]))
    assert batch["t"] is batch.t


def test_initial_states_may_come_as_rows_of_an_array():
    y0 = np.arange(12.0).reshape(4, 3) / 10
    batch = engine.run_batch_fastpath(LORENZ, y0=y0, n_steps=5)
    assert_same_bits(np.ascontiguousarray(batch.y[:, 0]), y0)


def test_without_arrays_there_is_one_orbit():
    batch = engine.run_batch_fastpath(LORENZ, n_steps=20)
    assert len(batch) == 1
    assert_same_bits(batch.y[0], LORENZ.run(n_steps=20).y)


def test_the_horizon_is_the_models_own_unless_given():
    batch = engine.run_batch_fastpath(LOGISTIC, params={"r": [3.0, 3.5]}, plan=Nothing())
    assert batch.n_steps.tolist() == [500, 500]
    assert batch.t_final.tolist() == [500.0, 500.0]
    assert batch.y.shape == (2, 0, 0)


def test_orbits_of_a_batch_are_results_of_a_run():
    batch = engine.run_batch_fastpath(OBSERVED, params={"rho": [14.0, 28.0]}, n_steps=400)
    orbit = batch[-1]
    assert isinstance(orbit, Results)
    assert orbit.params["rho"] == 28.0
    assert orbit.final_state == dict(zip("xyz", batch.final[1].tolist(), strict=True))
    assert [o.params["rho"] for o in batch] == [14.0, 28.0]
    exponent = batch.observers["lyapunov_mle"]
    assert exponent["mle"].shape == (2,)
    assert orbit.observers["lyapunov_mle"]["mle"] == exponent["mle"][1]
    assert exponent.trace["t"].shape == exponent.trace["mle"].shape == (2, 8)
    for wrong in (2, -3, 1.5, True, None):
        with pytest.raises(engine.RunError, match="the batch has 2"):
            batch[wrong]
    with pytest.raises(engine.RunError, match="did you mean"):
        batch["X"]
    with pytest.raises(engine.RunError, match="did you mean 'lyapunov_mle'"):
        batch.observers["lyapunov"]
    with pytest.raises(engine.RunError, match="no output"):
        exponent["mean"]


def test_an_orbit_that_blows_up_is_marked_and_says_where():
    batch = engine.run_batch_fastpath(LOGISTIC, params={"r": [3.0, 5.0, 3.9]}, n_steps=100)
    assert [s.name for s in batch.status] == ["DONE", "NAN_DETECTED", "DONE"]
    assert batch.completed.all()
    died = int(batch.n_steps[1])
    assert np.isfinite(batch.y[1, : died + 1]).all()
    assert np.isnan(batch.y[1, died + 1 :]).all()
    assert np.isfinite(batch.y[[0, 2]]).all()
    assert batch.failure(1).message == f"x left to -infinity after t = {died} (step {died})"
    assert batch.failure(0) is None
    assert batch.t_final[1] == died


def test_a_selection_is_what_is_kept():
    pendulum = engine.Sim("pendulum", dt=0.02)
    whole = pendulum.run(n_steps=90)
    for plan in (Every(10, select=("omega", "aux.energy")), Tail(7, select="aux.energy")):
        alone = engine.run_single_fastpath(pendulum, n_steps=90, plan=plan)
        batch = engine.run_batch_fastpath(pendulum, n_steps=90, plan=plan)
        assert alone.names == batch.names == plan.select
        assert alone.y.shape == (plan.capacity(90), len(plan.select))
        rows = slice(None, None, 10) if plan.interval == 10 else slice(-7, None)
        assert_same_bits(alone["aux.energy"].copy(), whole["aux.energy"][rows].copy())
        assert_same_bits(batch.y[0], alone.y)


def test_the_tail_of_a_long_run_takes_its_rows_of_memory_only():
    result = engine.run_single_fastpath(LOGISTIC, n_steps=3_000_000, plan=Tail(5))
    assert result.y.base is None or result.y.base.nbytes <= 5 * 8
    assert result.t.tolist() == [2999996.0, 2999997.0, 2999998.0, 2999999.0, 3000000.0]


def test_the_tail_of_a_run_that_fails_are_its_last_rows():
    sim = LOGISTIC.replace(params={"r": 4.5})
    whole = sim.run(n_steps=4000)
    assert whole.status.is_failure
    tail = engine.run_single_fastpath(sim, n_steps=4000, plan=Tail(4))
    assert tail.status is whole.status
    assert_same_bits(tail.y, np.ascontiguousarray(whole.y[-4:]))
    assert_same_bits(tail.t, np.ascontiguousarray(whole.t[-4:]))


@pytest.mark.parametrize(
    ("given", "said"),
    [
        ({"params": {"rhoo": [1.0]}}, "unknown parameter 'rhoo'; did you mean 'rho'"),
        ({"y0": {"q": [1.0]}}, "unknown state 'q'; valid: x, y, z"),
        (
            {"params": {"rho": [1.0, 2.0]}, "y0": {"x": [1.0, 2.0, 3.0]}},
            "parameter 'rho' has 2, state 'x' has 3",
        ),
        ({"params": {"rho": [[1.0, 2.0]]}}, r"parameter 'rho' has shape \(1, 2\)"),
        ({"params": {"rho": [1.0, np.nan]}}, "parameter 'rho': value 1 is nan"),
        ({"y0": {"x": [np.inf]}}, "state 'x': value 0 is inf"),
        ({"y0": {"x": ["1"]}}, "state 'x': an array of <U1"),
        ({"y0": {"x": [1j]}}, "complex128 does not hold real numbers"),
        ({"params": {"rho": True}}, "parameter 'rho' = True is not a number"),
        ({"params": {"rho": []}}, "parameter 'rho' has no values"),
        ({"params": [1.0]}, "parameters are given as {'name': values}, not as list"),
        ({"y0": np.zeros((4, 2))}, r"y0 has shape \(4, 2\).*x, y, z"),
        ({"plan": 3}, "plan = 3 is not a recording plan"),
        ({"plan": Every(2, select=("w",))}, "'w' is not a variable"),
        ({"transient": -1.0}, "transient = -1 is negative"),
        ({"n_steps": -1}, "n_steps = -1"),
        ({"t_end": 4.0}, "not both"),
        ({"executor": 2}, "executor = 2 is not a concurrent.futures.Executor"),
        ({"progress": 2}, "progress = 2 is not a function"),
        ({"cancel": 2}, "cancel = 2 is neither"),
        ({"n_steps": 10**15}, "do not fit into memory.*Tail"),
    ],
)
def test_what_cannot_be_run_is_said_before_anything_runs(given, said):
    with pytest.raises(engine.PhasescopeError, match=said):
        engine.run_batch_fastpath(LORENZ, **({"n_steps": 5} | given))


@pytest.mark.parametrize(
    ("sim", "said"),
    [
        (engine.Sim("lorenz", stepper="dopri5"), "adaptive steps.*'dopri5'.*stepper='rk4'"),
        (engine.Sim("lorenz", stop="x > 9"), r"stop condition.*stop=False"),
        (engine.Sim("lorenz", stepper="rk4", sample_dt=0.1), r"sample_dt.*Every\(k\)"),
    ],
    ids=["adaptive", "stop", "samples"],
)
def test_what_the_fast_path_does_not_do_it_names(sim, said):
    for run in (engine.run_single_fastpath, engine.run_batch_fastpath):
        with pytest.raises(engine.FastpathUnsupported, match=f"{said}.*normal runner"):
            run(sim, n_steps=3)


@pytest.mark.parametrize("select", [3, (1, 2), {"x": 1.0, 2: 3.0}])
def test_a_selection_is_of_names(select):
    for plan in (Every, Tail):
        with pytest.raises(engine.SimError, match="is not a sequence of variables' names"):
            plan(3, select=select)


def test_samples_beyond_what_was_expected_find_room():
    """An observer may leave more samples than its interval says."""
    eager = engine.observers.lyapunov_mle(every=1, trace_every=1)
    trace = type(eager.trace)(columns=eager.trace.columns, interval=50)
    settings = {n: getattr(eager, n) for n in ("key", "title", "workspace", "outputs", "post")}
    observer = engine.ObserverModule(**settings, tangents=1, trace=trace)
    sim = LORENZ.replace(observers=(observer,))
    batch = engine.run_batch_fastpath(sim, params={"rho": [20.0, 28.0]}, n_steps=500)
    alone = engine.run_single_fastpath(batch.sim(1), n_steps=500)
    assert batch.observers["lyapunov_mle"].trace["mle"].shape == (2, 500)
    assert_same_bits(
        batch[1].observers["lyapunov_mle"].trace["mle"].copy(),
        alone.observers["lyapunov_mle"].trace["mle"],
    )


def stop_far_out(t, dt, y_old, y, p, memory, ws, out, trace, row):
    """Ask for a break beyond x = 10."""
    out[SEEN] = y[0]  # noqa: F821
    if y[0] > 10.0:
        ws[BREAK] = 1.0  # noqa: F821
    return y, memory, row


def test_an_orbit_that_an_observer_breaks_is_complete():
    observer = engine.ObserverModule(
        key="fence",
        title="fence",
        workspace={"break": 0.0},
        outputs={"seen": 0.0},
        post=stop_far_out,
    )
    sim = LORENZ.replace(observers=(observer,))
    batch = engine.run_batch_fastpath(sim, params={"rho": [0.5, 28.0]}, n_steps=300)
    assert [s.name for s in batch.status] == ["DONE", "USER_BREAK"]
    assert batch.completed.all()
    alone = batch.sim(1).run(n_steps=300)
    assert alone.status is engine.Status.USER_BREAK
    assert_same_bits(batch[1].y.copy(), alone.y.copy())
    assert batch.observers["fence"]["seen"][1] == alone.observers["fence"]["seen"] > 10.0
