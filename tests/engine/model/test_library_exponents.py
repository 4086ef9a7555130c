"""Lyapunov exponents of bundled models against the literature."""

from math import log, pi, sqrt

import numpy as np
import pytest
from evaluated import linearised

import engine

SPROTT = "Sprott, Chaos and Time-Series Analysis (2003), appendix A"

# model, parameters, largest exponent, tolerance (of the average over 2e4 iterates), source.
# The sum of the exponents is checked against the mean logarithm of the determinant by itself.
MAPS = [
    ("logistic", {"r": 4.0}, log(2), 0.01, "May 1976"),
    ("tent", {"mu": 1.9}, log(1.9), 1e-12, "the slope's logarithm"),
    ("dyadic", {}, log(1.99999), 1e-12, "Rényi 1957: ln beta"),
    ("dyadic", {"beta": (1 + sqrt(5)) / 2}, log((1 + sqrt(5)) / 2), 1e-12, "Rényi 1957: ln beta"),
    ("gauss_continued_fraction", {}, pi**2 / (6 * log(2)), 0.05, "Khinchin: pi^2 / (6 ln 2)"),
    ("sine", {"r": 1.0}, 0.689067, 0.01, SPROTT),
    ("cubic", {"A": 3.0}, log(3), 0.01, SPROTT),
    ("ricker", {"r": log(20)}, 0.384846, 0.015, SPROTT + ": 20 x exp(-x)"),
    ("circle", {"Omega": 0.5, "K": 2.0}, 0.353863, 0.015, SPROTT),
    ("henon", {}, 0.41922, 0.01, SPROTT),
    ("lozi", {"a": 1.7, "b": 0.5}, 0.47023, 0.01, SPROTT),
    ("ikeda", {"u": 0.9}, 0.50760, 0.02, SPROTT),
    ("tinkerbell", {"b": -0.6}, 0.18997, 0.02, SPROTT),
    ("delayed_logistic", {"a": 2.27}, 0.18312, 0.02, SPROTT),
    ("duffing_map", {"a": 2.77}, 0.59458, 0.015, SPROTT + ": Holmes cubic map"),
    ("baker", {"cut": 0.4}, -0.4 * log(0.4) - 0.6 * log(0.6), 0.01, "entropy of the cut: Ott 4.4"),
    ("baker", {"cut": 0.49999}, log(2), 1e-6, "Ott 3.1"),
    ("arnold_cat", {}, log((3 + sqrt(5)) / 2), 1e-3, "Arnold & Avez 1968"),
    ("arnold_cat", {"k": 2.0}, log(2 + sqrt(3)), 1e-3, "the matrix (1 1; 2 3)"),
]


def _measured(name, params, n=20_000, transient=1_000):
    """Return the largest exponent and the sum of the exponents of a map, in plain Python."""
    system = linearised(name)
    p = system.values(params)
    y, v = system.model.initial_state, (1.0, *(0.0,) * (len(system.model.state_names) - 1))
    growth = volume = 0.0
    plane = len(v) == 2
    for step in range(-transient, n):
        moved = system.jvp(step, y, v, p)
        length = float(np.hypot(*moved)) if plane else abs(moved[0])
        if step >= 0:
            growth += log(length)
            if plane:
                other = system.jvp(step, y, (-v[1], v[0]), p)
                volume += log(abs(moved[0] * other[1] - moved[1] * other[0]))
        v = tuple(entry / length for entry in moved)
        y = system.rhs(step, y, p)
    return growth / n, volume / n if plane else growth / n


@pytest.mark.parametrize(
    ("name", "params", "expected", "tolerance", "source"), MAPS, ids=[row[0] for row in MAPS]
)
def test_a_map_separates_orbits_as_the_literature_says(name, params, expected, tolerance, source):
    largest, total = _measured(name, params)
    assert largest == pytest.approx(expected, abs=tolerance), source
    areas = {"henon": log(0.3), "lozi": log(0.5), "ikeda": 2 * log(0.9), "duffing_map": log(0.2)}
    areas |= {"baker": 0.0, "arnold_cat": 0.0}
    if name in areas:
        assert total == pytest.approx(areas[name], abs=1e-9)


# model, steps, exponents, tolerance, their sum where it is the constant divergence.
FLOWS = [
    ("chua", 300_000, (0.3271, 0.0), 0.025, None),
    ("halvorsen", 200_000, (0.7899, 0.0, -4.5999), 0.02, -3 * 1.27),
    ("chen", 300_000, (2.0272, 0.0, -12.0272), 0.05, 28.0 - 35.0 - 3.0),
    ("sprott_jerk", 200_000, (0.0551, 0.0, -2.0721), 0.006, -2.017),
    ("rossler_hyperchaos", 300_000, (0.112, 0.019, 0.0), 0.01, None),
]


@pytest.mark.parametrize(
    ("name", "steps", "expected", "tolerance", "divergence"), FLOWS, ids=[row[0] for row in FLOWS]
)
def test_a_flow_separates_orbits_as_the_literature_says(
    name, steps, expected, tolerance, divergence
):
    # Sprott, Chaos and Time-Series Analysis (2003), appendix A.
    observer = engine.observers.lyapunov_spectrum(every=20, trace_every=10_000)
    sim = engine.Sim(name, record=False, observers=(observer,))
    result = sim.run(n_steps=steps, transient=50.0)
    assert not result.status.is_failure
    exponents = result.observers["lyapunov_spectrum"]["exponents"]
    assert exponents[: len(expected)] == pytest.approx(expected, abs=tolerance)
    if divergence is not None:
        assert exponents.sum() == pytest.approx(divergence, abs=1e-3 * abs(divergence))


def test_forty_sites_of_the_atmosphere_double_their_errors_in_two_fifths_of_a_unit():
    # Lorenz & Emanuel, J. Atmos. Sci. 55 (1998) 399: doubling time 0.42, exponent ln 2 / 0.42.
    model = engine.load_model("lorenz_96", n=40)
    sim = engine.Sim(model, dt=0.02, record=False, observers=(engine.observers.lyapunov_mle(),))
    result = sim.run(n_steps=400_000, transient=50.0)
    assert result.observers["lyapunov_mle"]["mle"] == pytest.approx(log(2) / 0.42, abs=0.07)
