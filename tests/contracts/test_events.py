"""The laws hold with events: chunks, growth, Python, edits, rewinding, snapshots, numbers."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from registered import (
    assert_same_events,
    assert_same_results,
    collect,
    fitting_models,
    load,
    make_sim,
)

import engine
from engine.runner import abi

# A step may hold several events, with and without action; the last changes a parameter.
BUSY = """
[model]
type = "ode"
[states]
x = 0.0
y = 0.4
k = 0.0
[params]
w = 2.0
[equations.rhs]
x = "w - 0.2 * x + y"
y = "-y + 0.3 * x"
k = "0"
[events.wrap]
cond = "x >= 1"
action = "x = -y / 2; k += 1"
log = ["x", "y", "k"]
[events.half]
cond = "cross_up(x, 0.5) or cross_down(y, 0.2)"
log = ["y"]
[events.often]
cond = "k >= 2"
action = "k = 0; w = 3 - w"
[events.tick]
cond = "changed(floor(10 * t)) and x > 0.2"
locate = false
"""
BUSY_MODEL = engine.load_model(BUSY)
SIMS = {
    "rk4": engine.Sim(BUSY_MODEL, dt=0.21, jit=False),
    "euler": engine.Sim(BUSY_MODEL, stepper="euler", dt=0.05, jit=False),
    "sampled": engine.Sim(BUSY_MODEL, dt=0.21, sample_dt=0.017, jit=False),
    "dopri5": engine.Sim(BUSY_MODEL, stepper="dopri5", dt=0.1, jit=False),
    "dopri5 sampled": engine.Sim(BUSY_MODEL, stepper="dopri5", sample_dt=0.04, jit=False),
    "observed": engine.Sim(
        BUSY_MODEL, dt=0.2, jit=False, observers=(engine.observers.lyapunov_mle(),)
    ),
    "map": make_sim("threshold_harvest", "map", jit=False),
    "start of a map": engine.Sim(
        engine.load_model(
            "[model]\ntype='map'\n[states]\nx=0.3\n[params]\nr=3.9\n[equations.rhs]\n"
            "x='r*x*(1-x)'\n[events.e]\ncond='cross_up(x, 0.5)'\nphase='both'\n"
            "action='r = 7.7 - r; x *= 0.9'\nlog=['x', 'r']\n"
        ),
        jit=False,
    ),
}


@pytest.fixture(params=SIMS, ids=str)
def busy(request):
    """Give one sim with many events for each way to compute them."""
    return SIMS[request.param]


@pytest.mark.parametrize("name", SIMS)
@given(sizes=st.lists(st.integers(0, 12), min_size=1, max_size=8))
def test_any_chunks_and_growing_buffers_are_one_run(name, sizes):
    busy = SIMS[name]
    one = busy.run(n_steps=sum(sizes))
    grown = engine.run_with_wrapper(
        busy, n_steps=sum(sizes), record_rows=1, trace_rows=1, event_rows=1
    )
    assert_same_results(grown, one)
    assert grown.params == one.params
    run = busy.start()
    collect(run, sizes)
    assert_same_results(run.results(), one)
    assert run.params == one.params


def test_the_busy_model_is_busy(busy):
    result = busy.run(n_steps=60)
    assert all(log.count > 0 for log in result.events.values())
    assert sum(log.count for log in result.events.values()) >= 28


def test_few_rows_at_a_time_lose_no_event(busy):
    run = busy.start()
    chunks = []
    while run.n_steps < 50:
        chunks.append(run.advance(n_steps=50 - run.n_steps, rows=2))
    one = busy.run(n_steps=50)
    assert_same_results(run.results(), one)
    for name, log in one.events.items():
        for column, values in log.items():
            parts = np.concatenate([chunk.events[name][column] for chunk in chunks])
            assert parts.tobytes() == values.tobytes()


@pytest.mark.parametrize("name", ["rk4", "dopri5 sampled", "observed", "start of a map"])
def test_python_equals_compiled_with_events(name):
    sim = SIMS[name]
    assert_same_results(sim.replace(jit=True).run(n_steps=150), sim.run(n_steps=150))


@given(
    first=st.integers(0, 30),
    second=st.integers(0, 30),
    back=st.integers(0, 59),
    values=st.fixed_dictionaries({"x": st.floats(-1.0, 2.0), "y": st.floats(-1.0, 1.0)}),
)
def test_edits_replay_and_rewind_to_the_same_bits(first, second, back, values):
    sim = SIMS["rk4"]
    run = sim.start()
    run.advance(n_steps=first)
    run.set_state(**values)
    run.advance(n_steps=second)
    run.set_params(w=1.7)
    run.advance(n_steps=15)
    whole, journal = run.results(), run.journal
    twin = engine.replay(sim, journal)
    assert_same_results(twin.results(), whole)
    assert twin.params == run.params
    step = min(back, run.n_steps)
    run.rewind(step=step)
    for entry in journal.entries[len(run.journal.entries) :]:
        run.advance(n_steps=entry.step - run.n_steps)
        run.edit(entry.edit)
    run.advance(n_steps=whole.provenance["n_steps"] - run.n_steps)
    assert_same_results(run.results(), whole)


def test_rewinding_forgets_the_events_that_have_not_happened_yet(busy):
    run = busy.start()
    run.advance(n_steps=50)
    run.rewind(step=23)
    early = busy.run(n_steps=23)
    assert_same_events(run.results().events, early.events)
    assert run.params == early.params
    run.advance(n_steps=27)
    assert_same_results(run.results(), busy.run(n_steps=50))


def test_snapshots_carry_what_events_know(busy, tmp_path):
    run = busy.start()
    run.advance(n_steps=31)
    run.snapshot().save(tmp_path / "run.snap.npz")
    run.advance(n_steps=29)
    after = run.snapshot()
    other = busy.start()
    other.restore(engine.Snapshot.load(tmp_path / "run.snap.npz", observers=busy.observers))
    other.advance(n_steps=29)
    mine, theirs = vars(after.arrays), vars(other.snapshot().arrays)
    for arrays in (mine, theirs):
        # How far the buffers were filled is not part of the run.
        arrays["counters"][[abi.ROW, abi.TRACE_ROW, abi.EVENT_ROW]] = 0
    for name, array in mine.items():
        assert array.tobytes() == theirs[name].tobytes(), name
    whole = busy.run(n_steps=60).events
    for name, log in other.results().events.items():
        first = whole[name].count - log.count
        assert log["t"].tolist() == whole[name]["t"].tolist()[first:]


def test_an_adaptive_run_with_events_reaches_its_end_in_any_chunks():
    sim = SIMS["dopri5"]
    one = sim.run(t_end=5.0)
    run = sim.start(t_end=5.0)
    while run.t < 5.0:
        run.advance(n_steps=3)
    assert_same_results(run.results(), one)
    assert one.t[-1] == 5.0


def test_a_transient_keeps_what_events_did_and_logs_nothing():
    whole = SIMS["rk4"].run(t_end=12.6)
    late = SIMS["rk4"].run(t_end=12.6, transient=6.3)
    assert late.final_state == whole.final_state
    assert late.params == whole.params
    for name, log in late.events.items():
        assert np.all(log["t"] > 6.3)
        assert log.count == np.sum(whole.events[name]["t"] > late.t[0])


def test_numbers_of_a_model_with_events_never_compile():
    make_sim("integrate_and_fire", "rk4").run(n_steps=5)
    before = engine.cache_counts()
    for values in ({"threshold": 0.5}, {"reset": -0.3, "tau": 3.0}):
        make_sim("integrate_and_fire", "rk4", params=values, dt=0.2).run(n_steps=50)
    after = engine.cache_counts()
    assert (after.compilations, after.renderings) == (before.compilations, before.renderings)


def test_another_action_is_another_model_and_another_tag_is_not():
    text = BUSY.replace("k += 1", "k += 2")
    assert engine.load_model(text).digest != BUSY_MODEL.digest
    tagged = BUSY.replace('log = ["y"]', 'log = ["y"]\ntags = ["a"]')
    assert engine.load_model(tagged).digest == BUSY_MODEL.digest
    assert load("lorenz").events.events == ()


def test_a_file_keeps_the_logs(tmp_path):
    result = SIMS["rk4"].run(n_steps=80)
    result.save(tmp_path / "orbit.npz")
    again = engine.Results.load(tmp_path / "orbit.npz")
    assert_same_results(again, result)
    assert again.params == result.params
    assert_same_results(engine.replay_provenance(again), result)


@pytest.mark.parametrize("stepper", [stepper.name for stepper in engine.list_steppers("ode")])
def test_every_stepper_passes_events_alike_in_python_compiled_and_in_chunks(stepper):
    sim = make_sim(fitting_models(stepper, events=True)[0], stepper)
    whole = sim.run(n_steps=1600)
    assert sum(len(log["t"]) for log in whole.events.values()) > 0
    assert_same_results(sim.replace(jit=False).run(n_steps=1600), whole)
    run = sim.start()
    t, y = collect(run, (1, 113, 1486))
    assert np.array_equal(t, whole.t)
    assert np.array_equal(y, whole.y)
    assert_same_events(run.results().events, whole.events)
