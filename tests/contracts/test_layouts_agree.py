"""Both layouts of vectors, tuples and arrays, give the same bits."""

import numpy as np
import pytest
from chain import lorenz96, springs
from registered import RUNS, assert_same_bits, assert_same_results, collect, fits, make_sim, sim_for

import engine
from engine.runner import layout

STEPPERS = [stepper.name for stepper in engine.list_steppers("ode")]


@pytest.fixture
def choose(monkeypatch):
    """Return a function that forces one layout on all sizes."""

    def force(name):
        monkeypatch.setattr(layout, "TUPLE_COMPONENTS", {"tuples": 10**6, "arrays": 0}[name])

    return force


def in_both(choose, compute):
    choose("tuples")
    tuples = compute()
    choose("arrays")
    return tuples, compute()


def assert_layouts_agree(choose, sim, **horizon):
    assert_same_results(*in_both(choose, lambda: sim.run(**horizon)))


@pytest.mark.parametrize("observed", [False, True], ids=["bare", "observed"])
@pytest.mark.parametrize("run", RUNS, ids="-".join)
def test_layouts_agree_for_everything_registered(choose, run, observed):
    sim = make_sim(*run, observed=observed, jit=False)
    assert_layouts_agree(choose, sim, n_steps=60)


@pytest.mark.parametrize("stepper", STEPPERS)
def test_compiled_layouts_agree(choose, stepper):
    assert_layouts_agree(choose, sim_for(stepper, observed=True), n_steps=200)


@pytest.mark.parametrize("stepper", STEPPERS)
def test_arrays_in_python_equal_compiled_ones_on_a_long_chain(stepper):
    model = lorenz96(60) if fits(stepper, lorenz96(60)) else springs(30)
    sim = engine.Sim(model, stepper=stepper, dt=0.01)
    assert_same_results(sim.replace(jit=False).run(n_steps=50), sim.run(n_steps=50))


def test_compiled_layouts_agree_on_twenty_variables(choose):
    sim = engine.Sim(
        lorenz96(20), stepper="rk4", dt=0.01, observers=engine.observers.lyapunov_mle()
    )
    assert_layouts_agree(choose, sim, n_steps=200)


@pytest.mark.parametrize("stepper", [s.name for s in engine.list_steppers("ode") if s.dense])
def test_layouts_agree_for_dense_output(choose, stepper):
    sim = sim_for(stepper, sample_dt=0.013, jit=False)
    assert_layouts_agree(choose, sim, t_end=2.0)


def test_layouts_agree_for_an_irregular_model_of_one_variable(choose):
    model = engine.load_model("x' = sin(t) - a*x^3\nsq = x^2\na = 2\nx(0) = 1")
    assert_layouts_agree(choose, engine.Sim(model, stop="x < 0.2", dt=0.1), n_steps=50)


def test_layouts_agree_on_a_blow_up(choose):
    model = engine.load_model("x' = x^2\ny' = -y\nx(0) = 1\ny(0) = 1")
    tuples, arrays = in_both(choose, lambda: engine.Sim(model, dt=0.01).run(t_end=5.0))
    assert_same_results(tuples, arrays)
    assert tuples.status is arrays.status is engine.Status.NAN_DETECTED
    assert tuples.failure == arrays.failure


@pytest.mark.parametrize("stepper", ["rk4", "dopri5"])
def test_arrays_resume_in_any_chunks(stepper):
    sim = engine.Sim(lorenz96(60), stepper=stepper, dt=0.01)
    whole, parts = sim.start(), sim.start()
    _, expected = collect(whole, [90])
    _, found = collect(parts, [1, 2, 3, 40, 44])
    assert_same_bits(found, expected)
    snapshot = parts.snapshot()
    later = parts.advance(n_steps=20).y
    parts.restore(snapshot)
    assert_same_bits(parts.advance(n_steps=20).y, later)
    assert_same_bits(whole.advance(n_steps=20).y, later)


def test_arrays_take_edits_in_the_middle():
    sim = engine.Sim(lorenz96(60), stepper="dopri5", dt=0.01)
    run = sim.start()
    run.advance(n_steps=20)
    run.set_params(F=4.0)
    run.advance(n_steps=20)
    run.set_stepper("rk4")
    run.set_observers(engine.observers.lyapunov_mle())
    run.advance(n_steps=20)
    twin = engine.replay(sim, run.journal)
    twin.advance(n_steps=run.n_steps - twin.n_steps)
    assert_same_bits(twin.y, run.y)
    assert np.isfinite(run.observers["lyapunov_mle"]["mle"])


def test_fast_path_equals_normal_path_with_arrays():
    sim = engine.Sim(lorenz96(60), stepper="rk4", dt=0.01)
    assert_same_results(engine.run_single_fastpath(sim, n_steps=80), sim.run(n_steps=80))


def test_five_hundred_variables_run():
    result = engine.Sim(lorenz96(500), stepper="rk4", dt=0.01).run(n_steps=20)
    assert result.y.shape == (21, 500)
    assert np.all(np.isfinite(result.y))


CHAIN_WITH_EVENTS = engine.load_model(
    "\n".join(
        f"x{i}' = drive - 1.2*x{i} + 0.1*(x{(i + 1) % 60} + x{i - 1 if i else 59})"
        for i in range(60)
    )
    + """
    drive = 2
    x0(0) = 0.5
    when x3 > 1: x3 = 0; x4 -= 0.7; drive = 4.1 - drive
    when cross_up(x4, 0.9) and x5 > 0: x4 = x3 / 2; x59 = x4
    """
)


@pytest.mark.parametrize("settings", [{"stepper": "rk4"}, {"stepper": "dopri5", "sample_dt": 0.03}])
def test_a_long_chain_with_events_is_one_run_in_both_layouts(choose, settings):
    sim = engine.Sim(CHAIN_WITH_EVENTS, dt=0.05, jit=False, **settings)
    arrays = sim.run(n_steps=60)
    assert arrays.events["when_1"].count > 2
    assert arrays.events["when_2"].count > 1
    grown = engine.run_with_wrapper(sim, n_steps=60, record_rows=1, event_rows=1)
    assert_same_results(grown, arrays)
    run = sim.start()
    collect(run, [17, 20])
    run.rewind(step=9)
    collect(run, [51])
    assert_same_results(run.results(), arrays)
    choose("tuples")
    tuples = sim.run(n_steps=60)
    assert_same_results(tuples, arrays)
    assert run.params == tuples.params == arrays.params


def test_a_long_chain_with_events_is_compiled_to_the_same_bits():
    sim = engine.Sim(CHAIN_WITH_EVENTS, dt=0.05)
    assert_same_results(sim.run(n_steps=60), sim.replace(jit=False).run(n_steps=60))


def test_large_tuples_may_be_changed_by_several_events(choose):
    choose("tuples")
    lines = [f"x{i}[n+1] = x{i} + 1" for i in range(31)]
    lines += ["when x0 > 10: x0 = 0", "when x1 > 5: x1 = 0"]
    sim = engine.Sim(engine.load_model("\n".join(lines)))
    assert_same_results(sim.run(n_steps=30), sim.replace(jit=False).run(n_steps=30))
