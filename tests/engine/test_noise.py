"""Steppers of noisy flows: orders of convergence, moments, stationary densities, tangents."""

import functools
import math

import numpy as np
import pytest
from scipy import integrate, stats

import engine
from engine import Sim
from engine.errors import ObserverError, SimError, StepperError
from engine.model import load_model
from engine.observers import extrema, period, return_map
from engine.runner.random_numbers import normal

STOCHASTIC = [s.name for s in engine.list_steppers("ode") if s.stochastic]
CALCULI = ("ito", "stratonovich")

# Geometric Brownian motion, and with m = s = 0, b = 1 the very Wiener process that drives it.
GEOMETRIC = """
[model]
type = "ode"
name = "geometric"
calculus = "{}"
[states]
x = 1.0
[params]
m = 1.2
s = 0.6
b = 0.0
[equations.rhs]
x = "m * x"
[noise]
x = "s * x + b"
"""
M, S = 1.2, 0.6
SEEDS = np.arange(20_000)


@functools.cache
def geometric(calculus):
    return engine.load_model(GEOMETRIC.format(calculus))


def ends(calculus, stepper, steps, **params):
    """Return the states at t = 1 of one orbit a seed."""
    sim = engine.Sim(geometric(calculus), stepper=stepper, dt=1.0 / steps, params=params)
    batch = engine.run_batch_fastpath(
        sim, y0={"x": np.full(len(SEEDS), 1.0 - params.get("b", 0.0))}, n_steps=steps, seed=SEEDS
    )
    return batch.final[:, 0]


def errors(calculus, stepper, steps):
    """Return the differences from the exact solution along the same Wiener paths, at t = 1."""
    wiener = ends(calculus, stepper, steps, m=0.0, s=0.0, b=1.0)
    drift = M - 0.5 * S * S if calculus == "ito" else M
    return ends(calculus, stepper, steps) - np.exp(drift + S * wiener)


@pytest.mark.parametrize("calculus", CALCULI)
@pytest.mark.parametrize("stepper", STOCHASTIC)
def test_strong_and_weak_order(stepper, calculus):
    # Kloeden & Platen (1992): Euler-Maruyama 10.2, Milstein 10.3; Heun's double integrals are
    # exact for one Wiener process, so that it is of strong order 1 as well.
    found = {steps: errors(calculus, stepper, steps) for steps in (16, 32, 64, 128, 256, 512)}
    order = 0.5 if stepper == "euler_maruyama" else 1.0
    strong = [np.mean(np.abs(found[steps])) for steps in (64, 128, 256, 512)]
    assert np.polyfit(range(4), np.log2(strong), 1)[0] == pytest.approx(-order, abs=0.08)
    weak = [abs(np.mean(found[steps])) for steps in (16, 32, 64, 128)]
    assert np.std(found[128]) / math.sqrt(len(SEEDS)) < 0.1 * weak[-1]
    assert np.polyfit(range(4), np.log2(weak), 1)[0] == pytest.approx(-1.0, abs=0.15)


@functools.cache
def ornstein_uhlenbeck():
    return engine.load_model("ornstein_uhlenbeck")


def test_moments_of_the_ornstein_uhlenbeck_process():
    # Uhlenbeck & Ornstein (1930): mean and variance relax with the rates theta and 2 theta.
    theta, mu, sigma, x0, orbits = 1.3, 0.5, 0.8, -1.0, 20_000
    sim = engine.Sim(
        ornstein_uhlenbeck(),
        dt=0.005,
        params={"theta": theta, "mu": mu, "sigma": sigma},
        y0={"x": x0},
    )
    x = engine.run_batch_fastpath(
        sim, y0={"x": np.full(orbits, x0)}, n_steps=300, plan=engine.recording.Every(50)
    )["x"]
    t = 0.005 * np.arange(0, 301, 50)
    variance = sigma**2 / (2.0 * theta) * (1.0 - np.exp(-2.0 * theta * t))
    mean = mu + (x0 - mu) * np.exp(-theta * t)
    assert np.all(np.abs(x.mean(axis=0) - mean) <= 4.0 * np.sqrt(variance / orbits) + 0.004)
    tolerance = 4.0 * math.sqrt(2.0 / orbits) + 0.005
    assert np.all(np.abs(x.var(axis=0) - variance) <= tolerance * variance + 1e-15)
    last = (x[:, -1] - mean[-1]) / math.sqrt(variance[-1])
    assert stats.kstest(last, "norm").pvalue > 1e-3


def test_autocovariance_of_the_ornstein_uhlenbeck_process():
    theta, sigma, dt = 1.0, 0.5, 0.01
    sim = engine.Sim(ornstein_uhlenbeck(), dt=dt, record_interval=25, seed=3)
    x = engine.run_single_fastpath(sim, n_steps=10_000_000, transient=20.0)["x"]
    variance = sigma**2 / (2.0 * theta)
    for lag in (0, 2, 4, 8):
        found = np.mean(x[: len(x) - lag] * x[lag:])
        # Standard error of a covariance over T = 1e5: sqrt(2 variance^2 / (theta T)), at most.
        error = variance * math.sqrt(2.0 / (theta * 1e5))
        assert (
            abs(found - variance * math.exp(-theta * 25 * dt * lag))
            < 4.0 * error + 0.005 * variance
        )


def test_stationary_density_of_the_noisy_double_well():
    # Fokker-Planck: the density is exp(-2 V / sigma^2) up to its norm.
    sigma, tilt = 0.9, 0.1
    sim = engine.Sim(
        "double_well", dt=0.01, params={"sigma": sigma, "F": tilt}, record=("x",), seed=11,
        record_interval=50,
    )  # fmt: skip
    x = engine.run_single_fastpath(sim, n_steps=8_000_000, transient=50.0)["x"]

    def weight(z):
        return np.exp(-2.0 * (z**4 / 4 - z**2 / 2 - tilt * z) / sigma**2)

    grid = np.linspace(-4.0, 4.0, 4001)
    below = integrate.cumulative_trapezoid(weight(grid), grid, initial=0.0)
    below /= below[-1]
    reached = np.searchsorted(np.sort(x), grid) / len(x)
    # About 8000 passages between the wells; the largest deviation is then about 0.01.
    assert np.max(np.abs(reached - below)) < 0.02


@pytest.mark.parametrize("calculus", CALCULI)
@pytest.mark.parametrize("stepper", STOCHASTIC)
def test_tangent_vectors_follow_the_same_path(stepper, calculus):
    text = GEOMETRIC.format(calculus).replace("m * x", "m * x - x^3 + 0.2 * cos(t)")
    model = engine.load_model(text.replace("s * x + b", "s * x * sin(x) + b * x^2"))
    sim = engine.Sim(
        model, stepper=stepper, dt=0.01, params={"b": 0.1}, seed=5, jit=False,
        observers=(engine.observers.lyapunov_mle(),),
    )  # fmt: skip
    measured = sim.run(n_steps=300)
    gap = 1e-6
    above, below = (
        sim.replace(observers=(), y0={"x": 1.0 + side * gap}).run(n_steps=300)["x"][-1]
        for side in (1, -1)
    )
    slope = (above - below) / (2.0 * gap)
    assert measured.observers["lyapunov_mle"]["mle"] == pytest.approx(
        math.log(abs(slope)) / 3.0, rel=1e-6
    )


def test_the_exponent_of_geometric_brownian_motion():
    # log x grows like (m - s^2/2) t in Itô's calculus, with fluctuations s sqrt(t).
    sim = engine.Sim(
        geometric("ito"), dt=0.01, params={"m": -0.1}, seed=2,
        observers=(engine.observers.lyapunov_mle(),),
    )  # fmt: skip
    result = sim.run(n_steps=100_000)
    error = S / math.sqrt(1000.0)
    assert abs(result.observers["lyapunov_mle"]["mle"] - (-0.1 - 0.5 * S * S)) < 4.0 * error


def test_a_noisy_step_is_the_textbook_formula():
    model = engine.load_model(
        "x' = a*x + y\ny' = -x*y\nz' = sin(t)\na = 0.4\nnoise x = 0.3*y\nnoise y = 0.2\n"
        "x(0) = 1\ny(0) = 0.5"
    )
    seed, dt = 2**63 + 7, 0.02
    result = engine.Sim(model, dt=dt, seed=seed, jit=False).run(n_steps=40)
    x, y, z = 1.0, 0.5, 0.0
    for n in range(40):
        dw = [math.sqrt(dt) * normal(seed, n, i) for i in (0, 1)]
        x, y, z = (
            x + dt * (0.4 * x + y) + 0.3 * y * dw[0],
            y - dt * x * y + 0.2 * dw[1],
            z + dt * math.sin(n * dt),
        )
    assert result.y[-1] == pytest.approx([x, y, z], rel=1e-13)


def test_noise_of_one_state_does_not_depend_on_who_else_has_some():
    alone = engine.load_model("x' = -x\ny' = -y\nz' = -z\nnoise z = 1")
    others = engine.load_model("x' = -x\ny' = -y\nz' = -z\nnoise z = 1\nnoise x = 2\nnoise y = 3")
    one, other = (engine.Sim(m, jit=False, seed=4).run(n_steps=20)["z"] for m in (alone, others))
    assert np.array_equal(one, other)


def test_many_states_are_driven_as_few_are():
    # Beyond 12 components vectors are arrays; every second site of this chain is driven.
    n = 15
    lines = [f"x{i}' = -x{i} + 0.3*x{(i + 1) % n}\nx{i}(0) = {0.1 * i}" for i in range(n)]
    lines += [f"noise x{i} = 0.2*x{i} + 0.1" for i in (0, 1, 4, 6, 8, 10, 12, 14)]
    sim = engine.Sim(engine.load_model("\n".join(lines)), dt=0.05, seed=9)
    compiled, python = (sim.replace(jit=jit).run(n_steps=30) for jit in (True, False))
    assert np.array_equal(compiled.y, python.y)
    x = 0.1 * np.arange(n)
    driven = np.isin(np.arange(n), (0, 1, 4, 6, 8, 10, 12, 14))
    for step in range(30):
        z = np.array([normal(9, step, i) for i in range(n)])
        amplitude = np.where(driven, 0.2 * x + 0.1, 0.0)
        x = x + 0.05 * (-x + 0.3 * np.roll(x, -1)) + amplitude * math.sqrt(0.05) * z
    assert python.y[-1] == pytest.approx(x, rel=1e-12)


def test_without_noise_they_are_euler_and_heun():
    model = engine.load_model("x' = -x*y\ny' = x - y\nx(0) = 1\ny(0) = 0.3")
    euler, em, milstein, heun = (
        engine.Sim(model, stepper=name, dt=0.1, jit=False).run(n_steps=20).y
        for name in ("euler", "euler_maruyama", "milstein", "heun")
    )
    assert np.array_equal(euler, em)
    assert np.array_equal(euler, milstein)
    x, y = 1.0, 0.3
    for _ in range(20):
        f, g = -x * y, x - y
        u, v = x + 0.1 * f, y + 0.1 * g
        x, y = x + 0.05 * (f - u * v), y + 0.05 * (g + u - v)
    assert heun[-1] == pytest.approx([x, y], rel=1e-13)


def test_other_steppers_refuse_noise_and_say_what_to_use():
    model = ornstein_uhlenbeck()
    for stepper in engine.list_steppers("ode"):
        if not stepper.stochastic:
            with pytest.raises(StepperError, match="has noise, which this method does not take"):
                engine.Sim(model, stepper=stepper.name)
    assert [s.name for s in engine.list_steppers(model=model)] == STOCHASTIC
    assert "rk4" in [s.name for s in engine.list_steppers(model=engine.load_model("lorenz"))]


def test_milstein_refuses_noise_that_needs_levy_areas():
    coupled = engine.load_model("x' = -x\ny' = -y\nnoise x = r\nnoise y = 1\nr = 1 + y^2")
    with pytest.raises(StepperError, match=r"the noise of 'x' depends on 'y'.*Lévy areas"):
        engine.Sim(coupled, stepper="milstein")
    assert "milstein" not in [s.name for s in engine.list_steppers(model=coupled)]
    # A state without noise may take part.
    fine = engine.load_model("x' = -x\ny' = -y\nnoise x = x*y")
    assert engine.Sim(fine, stepper="milstein", jit=False).run(n_steps=3).status.name == "DONE"


def test_tangent_vectors_refuse_events_that_act():
    model = engine.load_model("x' = 1\nnoise x = 1\nwhen x > 1: x = 0")
    with pytest.raises(ObserverError, match=r"'lyapunov_mle'.*the event 'when_1'.*noise"):
        engine.Sim(model, observers=(engine.observers.lyapunov_mle(),))


@pytest.mark.parametrize("seed", [-1, 2**64, 1.5, True, "7"])
def test_a_seed_is_a_number_of_64_bits(seed):
    with pytest.raises(SimError, match="seed = "):
        engine.Sim(ornstein_uhlenbeck(), seed=seed)
    with pytest.raises(SimError, match="seed = "):
        engine.run_batch_fastpath(engine.Sim(ornstein_uhlenbeck()), n_steps=1, seed=[seed])


def test_zeros_of_the_drift_are_not_taken_for_extrema():
    oscillator = load_model("x' = v\nv' = -x\nx(0) = 1\nz = 2*v\nnoise v = 0.1")
    for observer in (extrema("v"), extrema("aux.z"), return_map("x + v")):
        with pytest.raises(ObserverError, match="noise drives 'v'.*return_map.section='v'"):
            Sim(oscillator, observers=[observer])
    # The rate of x is v itself, and a section needs none.
    for observer in (extrema("x"), return_map("v", section="x", level=0.0), period("v")):
        Sim(oscillator, observers=[observer])
