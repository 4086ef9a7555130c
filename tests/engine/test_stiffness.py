"""Explicit steppers stop with a word about stiffness where they would crawl, and only there."""

import numpy as np
import pytest
from linear import interval_of_stability
from registered import assert_same_bits, collect, load

import engine
from engine.steppers import find_stepper

EXPLICIT = [s.name for s in engine.list_steppers("ode") if s.stability > 0.0]
ROBERTSON = (
    "a' = -0.04*a + 1e4*b*c; b' = 0.04*a - 1e4*b*c - 3e7*b^2; c' = 3e7*b^2; "
    "a(0) = 1; b(0) = 0; c(0) = 0"
)
STIFF = {
    "robertson": (ROBERTSON, None),
    "robertson for long": (ROBERTSON, 1e11),
    "van der Pol": ("x' = v; v' = mu*(1 - x^2)*v - x; mu = 1000; x(0) = 2; v(0) = 0", 2000.0),
    "oregonator": (
        "x' = 77.27*(y + x*(1 - 8.375e-6*x - y)); y' = (z - (1 + x)*y)/77.27; z' = 0.161*(x - z); "
        "x(0) = 1; y(0) = 2; z(0) = 3",
        360.0,
    ),
}
# Stiffness is no matter here: a short step is due to the motion, or costs little.
EASY = {
    "chaos": ("lorenz", {}, 100.0),
    "at rest": ("lorenz", {"rho": 14.0}, 1e5),
    "damped": ("q' = p; p' = -q - 0.1*p; q(0) = 1; p(0) = 0", {}, 1e5),
    "relaxation": ("van_der_pol", {"mu": 5.0}, 60.0),
    "spikes": ("fitzhugh_nagumo", {}, 200.0),
    "slaved": ("x' = -100*(x - cos(t)); x(0) = 0", {}, 50.0),
}


def test_every_adaptive_explicit_stepper_watches():
    adaptive = [s.name for s in engine.list_steppers("ode") if s.adaptive and not s.stiff]
    assert {"dopri5", "tsit5", "dop853"} <= set(adaptive)
    assert [name for name in adaptive if name not in EXPLICIT and name != "taylor"] == []


@pytest.mark.parametrize("stepper", EXPLICIT)
def test_the_interval_of_stability_is_that_of_the_step(stepper):
    assert find_stepper(stepper, "ode").stability == pytest.approx(
        interval_of_stability(stepper), abs=1e-3
    )


@pytest.mark.parametrize("stepper", EXPLICIT)
@pytest.mark.parametrize("name", STIFF)
def test_stiff_problems_end_with_a_word_about_it(stepper, name):
    text, t_end = STIFF[name]
    result = engine.Sim(engine.load_model(text), stepper=stepper).run(t_end=t_end)
    assert result.status is engine.Status.STEPFAIL
    assert 500 < result.provenance["n_steps"] < 5000
    assert len(result) == result.provenance["n_steps"] + 1
    for word in ("stiff", stepper, "rodas4", "max_steps = 1000000"):
        assert word in result.failure.message


@pytest.mark.parametrize("stepper", EXPLICIT)
@pytest.mark.parametrize("name", EASY)
def test_other_problems_never_do(stepper, name):
    model, params, t_end = EASY[name]
    sim = engine.Sim(engine.load_model(model), stepper=stepper, params=params, record=False)
    assert sim.run(t_end=t_end).status is engine.Status.DONE


def test_the_stop_does_not_depend_on_chunks_and_a_kick_lifts_it():
    sim = engine.Sim(engine.load_model(ROBERTSON), stepper="dopri5", rtol=1e-4)
    one = sim.run()
    run = sim.start()
    sizes = [1, 99, 1, 203, 250, 7, 9000]
    t, y = collect(run, sizes)
    assert run.status is one.status is engine.Status.STEPFAIL
    assert run.failure == one.failure
    assert_same_bits(t, one.t)
    assert_same_bits(y, one.y)
    python = sim.replace(jit=False).run()
    assert_same_bits(python.y, one.y)
    assert python.failure == one.failure
    assert run.advance(n_steps=10).status is engine.Status.STEPFAIL
    twin = run.snapshot().start()
    assert twin.advance(n_steps=10).status is engine.Status.STEPFAIL
    run.rewind(step=300)
    assert_same_bits(collect(run, [80, 9000])[1][-1], one.y[-1])
    run.set_state(b=1e-5)
    assert run.advance(n_steps=300).status is engine.Status.DONE
    assert run.advance(n_steps=9000).status is engine.Status.STEPFAIL
    run.set_stepper("rodas4")
    assert run.advance(t=40.0).status is engine.Status.DONE
    assert run.state["a"] == pytest.approx(0.7158, abs=0.02)


def test_raising_max_steps_lets_it_crawl_and_lowering_it_says_why_it_ended():
    sim = engine.Sim(engine.load_model(ROBERTSON), stepper="dopri5", max_steps=10**8)
    assert sim.run(t_end=3.0).status is engine.Status.DONE
    few = sim.replace(max_steps=400).run(t_end=3.0)
    assert "max_steps = 400" in few.failure.message
    assert "the problem is stiff there" in few.failure.message
    chaos = engine.Sim(load("lorenz"), stepper="dopri5", max_steps=400).run()
    assert "max_steps = 400" in chaos.failure.message
    assert "stiff" not in chaos.failure.message


def test_an_observer_leaves_the_stop_where_it_is():
    sim = engine.Sim(engine.load_model(ROBERTSON), stepper="tsit5")
    run = sim.start()
    run.advance(n_steps=150)
    run.set_observers((engine.observers.lyapunov_mle(),))
    run.advance(n_steps=9000)
    assert run.status is engine.Status.STEPFAIL
    assert run.n_steps == sim.run().provenance["n_steps"]
    assert np.isfinite(run.y).all()
