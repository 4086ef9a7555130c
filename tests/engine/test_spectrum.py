"""Lyapunov spectra against the literature and against sums that are known exactly."""

import math

import numpy as np
import pytest
from registered import load

import engine
from engine.observers import kaplan_yorke, lyapunov_mle, lyapunov_spectrum


def spectrum(model, n_steps, transient, k=None, **settings):
    """Return the results of the observer on a bundled model or a text."""
    model = load(model) if "=" not in model else engine.load_model(model)
    sim = engine.Sim(model, observers=lyapunov_spectrum(k), record=False, **settings)
    result = sim.run(n_steps=n_steps, transient=transient)
    return result.observers["lyapunov_spectrum"]


@pytest.mark.parametrize("stepper", ["rk4", "dopri5"])
def test_lorenz_flow(stepper):
    # 0.9056, 0, -14.572 and dimension 2.062: Sprott, Chaos and Time-Series Analysis (2003),
    # appendix A.  The trace of the Jacobian is -(sigma + 1 + beta) everywhere.
    found = spectrum("lorenz", 300_000, 20.0, stepper=stepper, dt=0.01)
    assert np.allclose(found["exponents"], [0.9056, 0.0, -14.572], atol=[0.012, 0.002, 0.012])
    assert found["kaplan_yorke"] == pytest.approx(2.062, abs=0.001)
    assert found["exponents"].sum() == pytest.approx(-(11.0 + 8.0 / 3.0), abs=2e-3)


def test_rossler_flow():
    # 0.0714, 0, -5.394: Sprott, appendix A.
    found = spectrum(
        "rossler", 400_000, 100.0, stepper="rk4", dt=0.02, params={"a": 0.2, "b": 0.2, "c": 5.7}
    )
    assert np.allclose(found["exponents"], [0.0714, 0.0, -5.394], atol=[0.003, 0.001, 0.02])


def test_henon_map():
    # 0.4192, -1.6230: Sprott, appendix A; the sum is log 0.3 exactly.
    found = spectrum("henon", 300_000, 1000, params={"a": 1.4, "b": 0.3})
    assert np.allclose(found["exponents"], [0.4192, -1.6230], atol=0.003)
    assert found["exponents"].sum() == pytest.approx(math.log(0.3), abs=1e-9)
    assert found["kaplan_yorke"] == pytest.approx(1.258, abs=0.002)


def test_logistic_map_at_4_is_ln_2():
    assert spectrum("logistic", 200_000, 100, params={"r": 4.0})["exponents"] == pytest.approx(
        [math.log(2.0)], abs=2e-3
    )


def test_an_area_preserving_map_has_exponents_that_sum_to_0():
    found = spectrum("standard", 100_000, 0)
    assert found["exponents"].sum() == pytest.approx(0.0, abs=1e-10)
    assert found["exponents"][0] >= found["exponents"][1]


def test_lorenz_96_contracts_volumes_by_its_dimension():
    n = 5
    lines = [
        f"x{i}' = (x{(i + 1) % n} - x{(i - 2) % n})*x{(i - 1) % n} - x{i} + F" for i in range(n)
    ]
    lines += ["F = 8", *(f"x{i}(0) = {8.0 + 0.01 * i}" for i in range(n))]
    found = spectrum("\n".join(lines), 100_000, 20.0, stepper="rk4", dt=0.01)
    assert found["exponents"].sum() == pytest.approx(-n, abs=1e-4)
    assert np.all(np.diff(found["exponents"]) < 0.0)


def test_a_superstable_orbit_has_minus_infinity():
    settings = {"params": {"r": 2.0}, "y0": {"x": 0.5}, "jit": False}
    found = spectrum("logistic", 100, 0, **settings)
    assert found["exponents"][0] == -math.inf
    assert found["kaplan_yorke"] == 0.0
    plane = "x[n+1] = 4*x*(1 - x)\ny[n+1] = 0.5\nx(0) = 0.3\ny(0) = 0.1"
    first, second = spectrum(plane, 20_000, 0)["exponents"]
    assert first == pytest.approx(math.log(2.0), abs=0.01)
    assert second == -math.inf


def test_the_first_of_several_is_the_largest():
    sim = engine.Sim(load("henon"), observers=(lyapunov_mle(), lyapunov_spectrum(1)), jit=False)
    found = sim.run(n_steps=500).observers
    assert found["lyapunov_mle"]["mle"] == found["lyapunov_spectrum"]["exponents"][0]


def test_linear_flow_gives_its_eigenvalues_whatever_the_interval():
    text = "x' = -x + 3*y\ny' = -2*y\nx(0) = 1\ny(0) = 1"
    for every in (1, 7):
        sim = engine.Sim(
            engine.load_model(text),
            dt=0.02,
            jit=False,
            observers=lyapunov_spectrum(every=every, trace_every=70),
        )
        found = sim.run(n_steps=2100).observers["lyapunov_spectrum"]
        assert np.allclose(found["exponents"], [-1.0, -2.0], atol=0.05)
        assert np.allclose(
            [found.trace["exponent_1"][-1], found.trace["exponent_2"][-1]], found["exponents"]
        )
        assert len(found.trace["t"]) == 30


@pytest.mark.parametrize(
    ("exponents", "dimension"),
    [
        ([0.9, 0.0, -14.5], 2.0 + 0.9 / 14.5),
        ([-14.5, 0.9, 0.0], 2.0 + 0.9 / 14.5),
        ([-1.0, -2.0], 0.0),
        ([0.5, -0.5], 2.0),
        ([0.3], 1.0),
        ([0.5, -math.inf], 1.0),
    ],
)
def test_kaplan_yorke_dimension(exponents, dimension):
    assert kaplan_yorke(exponents) == pytest.approx(dimension)
    assert math.isnan(kaplan_yorke([*exponents, math.nan]))
