"""Law 7: whatever happens, what was computed stays readable, and the run can go back."""

import copy
import pickle
import threading
import time

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from registered import (
    IN_A_RUN,
    assert_same_bits,
    assert_same_results,
    load,
    make_sim,
    sim_for,
)

import engine

# x' = x² from 1 leaves at t = 1.
BLOW_UP = "x' = x^2\nx(0) = 1"


@pytest.mark.parametrize(
    ("stepper", "status"),
    [("rk4", "NAN_DETECTED"), ("euler", "NAN_DETECTED"), ("dopri5", "STEPFAIL")],
)
def test_a_blow_up_keeps_the_rows_and_says_where(stepper, status):
    sim = engine.Sim(engine.load_model(BLOW_UP), stepper=stepper, dt=0.01)
    result = sim.run(t_end=3.0)
    assert result.status is engine.Status[status]
    assert result.status.is_failure
    assert len(result) > 90
    assert np.all(np.isfinite(result.y))
    assert result.failure.t == result.t[-1]
    assert str(result.failure.step) in result.failure.message
    if status == "NAN_DETECTED":
        assert result.failure.variable == "x"
        assert result.failure.message.startswith("x left to +infinity")
    else:
        assert result.failure.t == pytest.approx(1.0, abs=1e-5)


def test_a_run_that_blew_up_goes_back_and_on():
    sim = engine.Sim(engine.load_model(BLOW_UP), stepper="rk4", dt=0.01)
    run = sim.start()
    chunk = run.advance(t=3.0)
    assert chunk.status is engine.Status.NAN_DETECTED
    assert run.failure is not None
    assert_same_results(run.results(), sim.run(t_end=3.0))
    run.rewind(t=0.5)
    assert run.failure is None
    assert run.t == pytest.approx(0.5)
    run.set_state(x=-1.0)
    assert run.advance(t=3.0).status is engine.Status.DONE
    assert run.results().t[-1] == pytest.approx(3.0)


def test_the_right_variable_is_named():
    model = engine.load_model("x' = -x\ny' = 1/(t - 0.5)^3 * 1e200\nx(0) = 1\ny(0) = 0")
    result = engine.Sim(model, stepper="euler", dt=0.1).run(t_end=1.0)
    assert result.failure.variable == "y"


def test_an_exception_in_a_consumer_loses_nothing(sim):
    run = sim.start()

    def consume(chunk):
        raise ValueError(f"cannot draw {len(chunk)} rows")

    with pytest.raises(ValueError, match="cannot draw"):
        consume(run.advance(n_steps=40))
    run.advance(n_steps=60)
    assert_same_results(run.results(), sim.run(n_steps=100))


def test_stop_is_a_success_with_its_rows():
    for phase in ("start", "end", "both"):
        sim = make_sim("lorenz", "rk4", stop={"cond": "x > 15", "phase": phase})
        result = sim.run(t_end=20.0)
        assert result.status is engine.Status.EARLY_EXIT
        assert not result.status.is_failure
        assert result["x"][-1] > 15.0
        assert np.all(result["x"][:-1] <= 15.0)
        run = sim.start()
        while run.advance(n_steps=7).status is engine.Status.DONE:
            pass
        assert_same_results(run.results(), result)


def test_stop_phases_differ_at_the_initial_state():
    start = make_sim("lorenz", "rk4", stop={"cond": "x > 0", "phase": "start"})
    end = make_sim("lorenz", "rk4", stop={"cond": "x > 0", "phase": "end"})
    assert len(start.run(n_steps=5)) == 1
    assert len(end.run(n_steps=5)) == 2


def test_too_many_adaptive_steps_keep_their_rows():
    result = make_sim("lorenz", "dopri5", max_steps=20).run(t_end=50.0)
    assert result.status is engine.Status.STEPFAIL
    assert len(result) == 21
    assert "max_steps = 20" in result.failure.message


@given(steps=st.lists(st.integers(1, 3000), min_size=1, max_size=4), back=st.floats(0.0, 1.0))
def test_rewinding_returns_to_the_same_bits(steps, back):
    sim = make_sim("lorenz", "dopri5", observed=True)
    run = sim.start()
    for i, n in enumerate(steps):
        run.advance(n_steps=n)
        run.set_params(rho=20.0 + i)
    run.advance(n_steps=10)
    journal = run.journal
    step = int(back * run.n_steps)
    run.rewind(step=step)
    assert run.n_steps == step
    kept = tuple(entry for entry in journal.entries if entry.step < step)
    assert run.journal.entries == kept
    twin = engine.replay(sim, run.journal)
    assert_same_bits(twin.y, run.y)
    twin.advance(n_steps=50)
    run.advance(n_steps=50)
    assert_same_results(run.results(), twin.results())


@pytest.mark.parametrize("stepper", [s.name for s in engine.list_steppers("ode")])
def test_rewinding_to_a_time_finds_the_step_at_or_before_it(stepper):
    run = sim_for(stepper).start()
    t = run.advance(n_steps=4000).t
    for target in (0.0, t[17], 0.5 * (t[100] + t[101]), t[-1]):
        twin = run.snapshot()
        run.rewind(t=float(target))
        assert run.t == t[t <= target + 1e-12][-1]
        run.restore(twin)


def test_rewinding_beyond_the_run_is_refused():
    run = make_sim("lorenz", "rk4").start()
    run.advance(n_steps=10)
    for arguments in ({"step": 11}, {"t": 5.0}, {}, {"t": 0.0, "step": 0}, {"t": -1.0}):
        with pytest.raises(engine.RunError):
            run.rewind(**arguments)
    assert run.n_steps == 10


def test_snapshots_carry_everything(observed_sim):
    run = observed_sim.start()
    run.advance(n_steps=123)
    snapshot = run.snapshot()
    first = run.advance(n_steps=300)
    result = run.results()
    run.restore(snapshot)
    assert run.n_steps == snapshot.n_steps == 123
    again = run.advance(n_steps=300)
    assert_same_bits(again.y, first.y)
    assert_same_results(run.results(), result)
    assert len(run.observers) == IN_A_RUN


def test_a_snapshot_of_other_equations_is_refused():
    lorenz, rossler = make_sim("lorenz", "rk4").start(), make_sim("rossler", "rk4").start()
    with pytest.raises(engine.RunError, match="'Rössler|rossler|Rossler"):
        lorenz.restore(rossler.snapshot())
    other = engine.Sim(load("lorenz"), record=("x",)).start()
    with pytest.raises(engine.RunError, match="records"):
        lorenz.restore(other.snapshot())


@pytest.mark.parametrize("phase", ["start", "end", "both"])
def test_a_run_that_went_on_after_a_stop_replays_and_rewinds(phase):
    sim = make_sim("lorenz", "rk4", stop={"cond": "x > 15", "phase": phase})
    run = sim.start()
    for _ in range(6):
        run.advance(n_steps=300)
    assert run.n_steps > 30
    run.set_params(rho=20.0)
    run.advance(n_steps=3)
    twin = engine.replay(sim, run.journal)
    assert twin.n_steps == run.n_steps
    assert_same_bits(twin.y, run.y)
    step = run.n_steps - 4
    run.rewind(step=step)
    assert run.n_steps == step


def test_a_transient_that_takes_too_many_steps_says_so():
    model = engine.load_model("x' = v\nv' = -x\nx(0) = 1")
    sim = engine.Sim(model, stepper="dopri5", rtol=1e-9, max_steps=100)
    result = sim.run(t_end=30.0, transient=25.0)
    assert result.status is engine.Status.STEPFAIL
    assert "max_steps = 100" in result.failure.message


def test_a_snapshot_of_another_run_brings_its_own_past():
    sim = make_sim("lorenz", "rk4")
    run, other = sim.start(), sim.replace(params={"rho": 14.0}, y0={"x": -3.0}).start()
    run.advance(n_steps=500)
    other.advance(n_steps=1000)
    run.restore(other.snapshot())
    assert len(run.results()) == 0
    with pytest.raises(engine.RunError, match="not in this run's past"):
        run.rewind(step=100)
    run.advance(n_steps=10)
    other.advance(n_steps=10)
    assert_same_bits(run.y, other.y)
    assert_same_bits(engine.replay(run.journal.origin, run.journal).y, other.y)


def test_a_snapshot_of_another_branch_is_not_taken_for_the_present_one():
    run = make_sim("lorenz", "rk4").start()
    run.advance(n_steps=50)
    ahead = run.snapshot()
    run.rewind(step=5)
    run.set_params(rho=10.0)
    run.advance(n_steps=100)
    run.restore(ahead)
    run.rewind(step=50)
    assert run.params["rho"] == 28.0
    assert np.all(run.results().t <= 0.5)


def test_a_journal_of_another_problem_is_refused():
    sim = make_sim("lorenz", "rk4")
    run = sim.start()
    run.advance(n_steps=10)
    run.set_params(rho=20.0)
    run.advance(n_steps=10)
    with pytest.raises(engine.RunError, match="the journal began with params"):
        engine.replay(run.sim, run.journal)
    assert_same_bits(engine.replay(run.journal.origin, run.journal).y, run.y)


def test_rewinding_to_an_edit_undoes_it_whatever_the_rounding():
    run = make_sim("lorenz", "rk4", dt=0.03).start()
    run.advance(n_steps=11)
    run.set_params(rho=5.0)
    for _ in range(2):
        run.rewind(t=0.33)
        assert run.n_steps == 11
        assert run.params["rho"] == 28.0
        run.set_params(rho=5.0)
        run.advance(n_steps=20)
    slow = make_sim("lorenz", "rk4", dt=0.03, jit=False).start()
    slow.advance(n_steps=100)
    slow.set_params(rho=5.0)
    slow.advance(n_steps=150)
    slow.rewind(t=100.5 * 0.03)
    assert slow.n_steps == 100
    assert slow.params["rho"] == 28.0


def test_the_initial_row_is_there_once():
    run = make_sim("lorenz", "rk4").start()
    start = run.snapshot()
    run.rewind(step=0)
    run.set_state(x=9.0)
    run.advance(n_steps=3)
    assert run.results()["x"][0] == 9.0
    run.restore(start)
    run.advance(n_steps=5)
    assert_same_results(run.results(), make_sim("lorenz", "rk4").run(n_steps=5))
    run.rewind(step=0)
    run.advance(n_steps=5)
    assert_same_results(run.results(), make_sim("lorenz", "rk4").run(n_steps=5))


def test_rewinding_to_the_beginning_brings_the_first_sample_back():
    sim = make_sim("lorenz", "rk4", sample_dt=0.0031)
    run = sim.start()
    run.rewind(t=0.0)
    run.advance(n_steps=5)
    run.rewind(step=0)
    run.advance(n_steps=5)
    assert_same_results(run.results(), sim.run(n_steps=5))


def test_problems_results_and_snapshots_can_be_pickled_and_copied():
    sim = make_sim("lorenz", "dopri5", observed=True, stop="x > 1e6")
    copied = pickle.loads(pickle.dumps(sim))
    assert copied.differs_in(sim) is None
    assert hash(copied.params) == hash(sim.params)
    assert_same_results(copied.run(n_steps=50), sim.run(n_steps=50))
    assert copy.deepcopy(sim).params == sim.params
    result = pickle.loads(pickle.dumps(sim.run(n_steps=50)))
    assert result.observers["lyapunov_mle"]["mle"] == result.observers["lyapunov_mle"]["mle"]
    run = sim.start()
    run.advance(n_steps=30)
    snapshot = pickle.loads(pickle.dumps(run.snapshot()))
    twin = sim.start()
    twin.restore(snapshot)
    twin.advance(n_steps=30)
    run.advance(n_steps=30)
    assert_same_bits(twin.y, run.y)


def test_an_unbounded_advance_pauses_at_once_and_keeps_its_rows():
    run = make_sim("lorenz", "rk4").start()
    worker = threading.Thread(target=lambda: chunks.append(run.advance(n_steps=10**9)))
    chunks = []
    worker.start()
    while run.n_steps < 300_000:
        time.sleep(0.001)
    run.pause()
    worker.join(timeout=120.0)
    assert not worker.is_alive()
    assert chunks[0].status in (engine.Status.USER_BREAK, engine.Status.GROW_REC)
    assert len(chunks[0]) == run.n_steps + 1


def test_a_pause_between_two_advances_is_not_lost():
    run = make_sim("lorenz", "rk4").start()
    run.advance(n_steps=10)
    run.pause()
    run.pause()
    chunk = run.advance(n_steps=10)
    assert chunk.status is run.status is engine.Status.USER_BREAK
    assert len(chunk) == 0
    assert chunk.y.shape == (0, 3)
    assert run.advance(n_steps=10).status is engine.Status.DONE
    assert_same_results(run.results(), make_sim("lorenz", "rk4").run(n_steps=20))


def test_a_pause_while_the_run_ends_by_itself_does_not_outlive_it():
    run = engine.Sim(engine.load_model(BLOW_UP), stepper="rk4", dt=0.01, jit=False).start()
    real = run._call

    def paused(*arguments):
        run.pause()
        return real(*arguments)

    run._call = paused
    while not run.advance(t=3.0).status.is_failure:
        pass
    run._call = real
    run.rewind(t=0.5)
    assert run.advance(n_steps=3).status is engine.Status.DONE


def test_a_pause_in_plain_python_waits_for_no_more_than_a_few_steps():
    sizes = []
    run = make_sim("lorenz", "rk4", jit=False).start()
    real = run._call

    def watched(step_bound, *arguments):
        sizes.append(step_bound - run.n_steps)
        return real(step_bound, *arguments)

    run._call = watched
    run.advance(n_steps=20)
    assert sizes[0] == 1
    assert all(later <= 2 * earlier for earlier, later in zip(sizes, sizes[1:], strict=False))


@pytest.mark.parametrize("stepper", ["rk4", "dopri5"])
def test_a_transient_that_blows_up_keeps_the_last_good_state(stepper):
    sim = engine.Sim(engine.load_model(BLOW_UP), stepper=stepper, dt=0.01)
    result = sim.run(t_end=9.0, transient=3.0)
    assert result.status.is_failure
    assert result.t.tolist() == [result.failure.t]
    assert result["x"][0] == result.final_state["x"] > 50.0
    assert len(result.segments) == 1
