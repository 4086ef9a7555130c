"""Laws 1, 2, 4 and 8 for observers: any set of them, any numbers, since the start or the change."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from registered import OBSERVERS, assert_same_bits, assert_same_results, collect, load

import engine
from engine import observers

NUMBERS = {
    "drift": ({"trace_every": 3}, {"trace_every": 40}),
    "escape": ({"low": -2.0, "high": 3.0}, {"low": -9.0, "stop": True}),
    "extrema": ({"kind": "max"}, {"kind": "min"}),
    "histogram": ({"bins": 10}, {"bins": 900, "low": -3.0, "weight": "time"}),
    "histogram2d": ({"bins": 10}, {"bins": (30, 40), "x_range": (-5.0, 5.0)}),
    "intervals": ({"level": 0.5}, {"level": -0.1, "direction": "both"}),
    "lyapunov_mle": ({"every": 1}, {"every": 9, "trace_every": 10}),
    "lyapunov_spectrum": ({"every": 1}, {"every": 9, "trace_every": 10}),
    "moments": ({"since": "start"}, {"since": "change"}),
    "period": ({"level": 0.5}, {"level": -0.1, "direction": "down"}),
    "poincare_section": ({"level": 0.5}, {"level": -0.1, "direction": "both"}),
    "recurrence": ({"radius": 0.5}, {"radius": 0.1, "reference": {"x": 1.0, "y": 0.0}}),
    "return_map": ({"of": "max"}, {"of": "min"}),
    "stroboscope": ({"period": 2.0}, {"period": 3.5, "offset": 0.1}),
}
SETS = st.lists(
    st.tuples(st.sampled_from(OBSERVERS), st.sampled_from(["start", "change"])),
    min_size=1,
    max_size=5,
)
HENON = ("x[n+1] = 1 - a*x^2 + y\ny[n+1] = 0.3*x\na = 1.4\nx(0) = 0.1", {"a": 1.1})
CIRCLE = ("x' = w*y\ny' = -w*x\nw = 2\nx(0) = 0.1\ny(0) = 1", {"w": 3.0})


def made(names):
    return tuple(
        observers.OBSERVERS[name](key=f"{name}_{i}", since=since)
        for i, (name, since) in enumerate(names)
    )


@pytest.mark.parametrize("model", ["henon", "rossler"])
@pytest.mark.parametrize("name", OBSERVERS)
def test_no_number_of_an_observer_makes_another_runner(name, model):
    if model == "rossler" and name == "recurrence":
        numbers = ({"radius": 0.5}, {"radius": 2.0})
    else:
        numbers = NUMBERS[name]
    stepper = "map" if model == "henon" else "rk4"
    digests = set()
    for arguments in ({}, *numbers):
        observer = observers.OBSERVERS[name](**arguments)
        sim = engine.Sim(load(model), stepper=stepper, observers=observer)
        digests.add(
            engine.get_runner(
                engine.RunnerVariant.ANALYSIS,
                model=sim.model,
                stepper=sim.stepper,
                observers=sim.observers,
                jit=False,
            ).digest
        )
    assert len(digests) == 1


@settings(max_examples=12)
@given(names=SETS, sizes=st.lists(st.integers(0, 40), min_size=1, max_size=4))
@pytest.mark.parametrize("model", [HENON, CIRCLE], ids=["map", "flow"])
def test_any_set_of_observers_sees_one_run_whatever_the_chunks(model, names, sizes):
    sim = engine.Sim(engine.load_model(model[0]), observers=made(names), jit=False)
    one = sim.run(n_steps=sum(sizes))
    run = sim.start()
    collect(run, sizes)
    assert_same_results(run.results(), one)
    if len(names) > 1:
        # An observer measures the same beside others as alone, on the same orbit.
        alone = sim.replace(observers=sim.observers[:1]).run(n_steps=sum(sizes))
        key = sim.observers[0].key
        for output, value in alone.observers[key].items():
            assert_same_bits(np.array(value), np.array(one.observers[key][output]))


@settings(max_examples=10)
@given(names=SETS)
@pytest.mark.parametrize("model", [HENON, CIRCLE], ids=["map", "flow"])
def test_edits_rewinding_and_replay_keep_what_was_measured(model, names):
    sim = engine.Sim(engine.load_model(model[0]), observers=made(names), jit=False)
    run = sim.start()
    run.advance(n_steps=60)
    run.set_params(**model[1])
    run.advance(n_steps=60)
    run.set_state(x=0.2)
    run.advance(n_steps=40)
    results, journal = run.results(), run.journal
    assert_same_results(engine.replay(sim, journal).results(), results)
    snapshot = run.snapshot()
    run.advance(n_steps=30)
    run.restore(snapshot)
    assert_same_results(run.results(), results)
    run.rewind(step=90)
    run.advance(n_steps=30)
    again = sim.start()
    again.advance(n_steps=60)
    again.set_params(**model[1])
    again.advance(n_steps=60)
    assert_same_results(run.results(), again.results())


@pytest.mark.parametrize("name", OBSERVERS)
@pytest.mark.parametrize("model", [HENON, CIRCLE], ids=["map", "flow"])
def test_since_the_last_change_is_since_a_beginning_there(model, name):
    make = observers.OBSERVERS[name]
    both = (make(), make(key="recent", since="change"))
    sim = engine.Sim(engine.load_model(model[0]), observers=both, jit=False)
    run = sim.start()
    run.advance(n_steps=70)
    run.set_params(**model[1])
    fresh = sim.replace(params=model[1], y0=run.state, t0=run.t).start()
    run.advance(n_steps=50)
    fresh.advance(n_steps=50)
    for output, value in fresh.observers["recent"].items():
        assert np.allclose(value, run.observers["recent"][output], 1e-9, 1e-12, equal_nan=True)
    whole = sim.run(n_steps=70)
    assert run.observers[name].keys() == whole.observers["recent"].keys()


def test_all_observers_at_once_are_the_same_in_python():
    every = tuple(make() for make in observers.OBSERVERS.values())
    sim = engine.Sim(load("henon"), observers=every)
    assert_same_results(sim.replace(jit=False).run(n_steps=200), sim.run(n_steps=200))


def test_a_hook_may_end_the_call_in_any_chunks():
    def post(t, dt, y_old, y, p, memory, ws, out, trace, row):
        out[STEPS] += 1.0  # noqa: F821
        if out[STEPS] % 25 == 0.0:  # noqa: F821
            ws[BREAK] = 1.0  # noqa: F821
        return y, memory, row

    alarm = engine.ObserverModule(
        key="alarm", title="alarm", workspace={"break": 0.0}, outputs={"steps": 0.0}, post=post
    )
    sim = engine.Sim(load("henon"), observers=alarm, jit=False)
    run = sim.start()
    assert run.advance(n_steps=100).status is engine.Status.USER_BREAK
    assert run.n_steps == 25
    assert run.advance(n_steps=10).status is engine.Status.DONE
    assert run.advance(n_steps=100).status is engine.Status.USER_BREAK
    assert run.n_steps == 50
    while run.n_steps < 120:
        run.advance(n_steps=120 - run.n_steps)
    assert run.observers["alarm"]["steps"] == 120.0
    assert_same_bits(run.results().y, sim.replace(observers=()).run(n_steps=120).y)
