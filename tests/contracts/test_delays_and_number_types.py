"""The laws hold for delayed states, for 32-bit floats and for whole numbers."""

import functools

import numpy as np
import pytest
from registered import assert_same_bits, assert_same_results, collect

import engine
from engine.runner.runner_cache import cache_counts

TEXTS = {
    "delayed map": "x[n+1] = r*x*(1 - lag_x(2))\nr = 1.6\nx(0) = 0.2\nrise = x - lag_x(5)",
    "delayed flow": (
        "x' = -a*lag_x(7) + lag_y()\ny' = -y + x*lag_x(3)/4\na = 0.6\nx(0) = 1\ny(0) = 0.2\n"
        "when cross_up(x, lag_y(2)): y = y + 0.1*lag_x(1)"
    ),
    "single flow": (
        "[model]\ntype = 'ode'\ndtype = 'float32'\n[states]\nx = 0.3\nv = 0.1\n"
        "[params]\nk = 1.7\n"
        "[aux]\nenergy = '0.5*v^2 + k*x^2'\n[equations.rhs]\nx = 'v'\n"
        "v = '-k*sin(x) + 0.1*cos(t)'\n"
    ),
    "single map": (
        "[model]\ntype = 'map'\ndtype = 'float32'\n[states]\nx = 0.3\ny = 0.2\n[params]\na = 1.4\n"
        "[equations.rhs]\nx = '1 - a*x^2 + y'\ny = '0.3*x'\n"
    ),
    "whole map": (
        "[model]\ntype = 'map'\ndtype = 'int64'\n[states]\nx = 7\ny = 3\n[params]\na = 48271\n"
        "[aux]\nodd = 'x % 2 == 1'\n[equations.rhs]\nx = 'a*x % (2^31 - 1)'\n"
        "y = 'y + lag_x(2) % 5'\n"
        "[events.wrap]\ncond = 'y > 40'\naction = 'y = y // 3'\nlog = ['x']\n"
    ),
}
CHANGED = {"delayed map": "r", "delayed flow": "a", "single flow": "k", "single map": "a",
           "whole map": "a"}  # fmt: skip


@functools.cache
def sim_of(name):
    return engine.Sim(engine.load_model(TEXTS[name]))


@pytest.fixture(params=list(TEXTS))
def name(request):
    return request.param


def test_python_equals_compiled_in_any_chunks(name):
    sim = sim_of(name)
    one = sim.run(n_steps=300)
    assert one.status is engine.Status.DONE
    assert len(one) == 301
    assert_same_results(one, sim.replace(jit=False).run(n_steps=300))
    t, y = collect(sim.start(), (1, 2, 0, 97, 200))
    assert y.dtype == one.y.dtype
    assert_same_bits(t, one.t)
    assert y.tobytes() == one.y.tobytes()
    run = sim.start()
    while run.n_steps < 300:
        run.advance(n_steps=300 - run.n_steps, rows=7)
    assert run.results().y.tobytes() == one.y.tobytes()


def test_edits_snapshots_rewinding_and_replay_keep_every_bit(name, tmp_path):
    sim = sim_of(name)
    run = sim.start()
    run.advance(n_steps=83)
    run.set_params(**{CHANGED[name]: 1})
    run.advance(n_steps=5)
    run.set_state(x=2 if name == "whole map" else 0.25)
    run.snapshot().save(tmp_path / "here.npz")
    after = run.advance(n_steps=60)
    twin = engine.Snapshot.load(tmp_path / "here.npz").start()
    assert twin.advance(n_steps=60).y.tobytes() == after.y.tobytes()
    assert engine.replay(sim, run.journal).y.tobytes() == run.y.tobytes()
    here = run.y
    run.rewind(step=100)
    run.advance(n_steps=48)
    assert run.y.tobytes() == here.tobytes()


def test_every_way_of_running_agrees(name):
    sim = sim_of(name)
    if sim.model.spec.events:
        with pytest.raises(engine.FastpathUnsupported):
            engine.run_batch_fastpath(sim, n_steps=1)
        return
    orbit = sim.run(n_steps=120, transient=5)
    single = engine.run_single_fastpath(sim, n_steps=120, transient=5)
    assert single.y.tobytes() == orbit.y.tobytes()
    batch = engine.run_batch_fastpath(
        sim, y0={"x": np.array([sim.y0["x"], 0.25])}, n_steps=120, transient=5
    )
    assert batch.y.dtype == orbit.y.dtype
    assert batch.y[0].tobytes() == orbit.y.tobytes()
    other = batch.sim(1).run(n_steps=120, transient=5)
    assert batch.y[1].tobytes() == other.y.tobytes()


def test_a_number_compiles_nothing(name):
    sim = sim_of(name)
    sim.run(n_steps=2)
    before = cache_counts()
    sim.replace(params={CHANGED[name]: 1}, y0={"x": 3}).run(n_steps=2)
    after = cache_counts()
    assert (after.compilations, after.renderings) == (before.compilations, before.renderings)


@pytest.mark.parametrize(
    "stepper",
    [s.name for s in engine.list_steppers("ode") if not (s.adaptive or s.stochastic)],
)
def test_every_fixed_step_keeps_what_is_delayed_through_chunks(stepper):
    model = engine.load_model("x' = v\nv' = -lag_x(3) - x^3\nx(0) = 1\nv(0) = 0")
    sim = engine.Sim(model, stepper=stepper, dt=0.02, jit=stepper != "euler")
    one = sim.run(n_steps=90)
    assert one.status is engine.Status.DONE
    assert_same_results(one, sim.replace(jit=not sim.jit).run(n_steps=90))
    assert_same_bits(collect(sim.start(), (1, 40, 2, 47))[1], one.y)
    assert np.abs(one["x"] - sim.replace(stepper="rk4", jit=False).run(n_steps=90)["x"]).max() < 0.1
