"""Law 4: a number never compiles; only structure makes a new runner."""

import pytest
from registered import load, make_sim

import engine


def built():
    """Count the units rendered and runners compiled or loaded so far."""
    counts = engine.cache_counts()
    return counts.renderings + counts.compilations + counts.disk_hits


def test_no_setting_that_is_a_number_makes_a_runner():
    sim = make_sim("lorenz", "dopri5").replace(observers=(engine.observers.lyapunov_mle(),))
    sim.run(n_steps=3)
    sim.start()
    before = built()
    for changes in (
        {"params": {"rho": 3.0}},
        {"y0": {"x": -4.0}},
        {"dt": 0.002, "t0": 5.0},
        {"rtol": 1e-4, "atol": 1e-5},
        {"record_interval": 7, "seed": 3, "max_steps": 10},
        {"observers": (engine.observers.lyapunov_mle(every=3, trace_every=11),)},
    ):
        sim.replace(**changes).run(n_steps=3)
        sim.replace(**changes).run(t_end=5.001)
    run = sim.start()
    run.set_params(rho=17.0)
    run.set_state(x=2.0)
    run.set_dt(0.001)
    run.set_tolerances(rtol=1e-5)
    run.advance(10)
    assert built() == before


def test_editing_defaults_ranges_and_presets_is_a_cache_hit():
    text = """
    [model]
    type = "ode"
    [states]
    x = {x}
    [params]
    a = {{ value = {a}, min = 0.0, max = {top} }}
    [equations.rhs]
    x = "-a * x"
    [presets.slow.params]
    a = {preset}
    [sim]
    dt = {dt}
    """
    first = engine.load_model(text.format(x=1.0, a=2.0, top=9.0, preset=0.1, dt=0.1))
    second = engine.load_model(text.format(x=3.0, a=4.0, top=8.0, preset=0.3, dt=0.2))
    engine.Sim(first).run(n_steps=2)
    before = built()
    engine.Sim(second).run(n_steps=2)
    assert built() == before
    assert first.digest == second.digest


@pytest.mark.parametrize(
    "changes",
    [{"stepper": "euler"}, {"stop": "x > 1e9"}, {"record": ("x",)}, {"fastmath": ("contract",)}],
    ids=lambda changes: next(iter(changes)),
)
def test_structure_makes_another_runner(changes):
    sim = engine.Sim(load("lorenz"), stepper="rk4", stop=False, jit=False)
    key = _digest(sim)
    assert _digest(sim.replace(**changes)) != key
    assert _digest(sim.replace(params={"rho": 1.0})) == key


def _digest(sim):
    return engine.get_runner(
        engine.RunnerVariant.BASE,
        model=sim.model,
        stepper=sim.stepper,
        record=sim.record,
        stop=sim.stop,
        fastmath=sim.fastmath,
        jit=sim.jit,
    ).digest


def test_signature_hash_is_stable_and_structural():
    make = engine.observers.lyapunov_mle
    signature = engine.analysis_signature_hash((make(),))
    assert len(signature) == 16
    assert engine.analysis_signature_hash((make(every=9),)) == signature
    assert engine.analysis_signature_hash(()) != signature
