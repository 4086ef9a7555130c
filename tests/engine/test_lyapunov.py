"""The largest Lyapunov exponent against the literature, as means over ensembles."""

import math

import numpy as np
import pytest
from registered import load

import engine
from engine.observers import lyapunov_mle


def exponents(sim, starts, n_steps, transient):
    """Return the exponent from each initial value of x."""
    observed = sim.replace(observers=(lyapunov_mle(),), record=False)
    return np.array(
        [
            observed.replace(y0={"x": float(x)})
            .run(n_steps=n_steps, transient=transient)
            .observers["lyapunov_mle"]["mle"]
            for x in starts
        ]
    )


def assert_mean(values, reference, floor):
    """Compare an ensemble's mean with a reference within three standard errors."""
    error = np.std(values, ddof=1) / math.sqrt(len(values))
    assert abs(np.mean(values) - reference) < 3.0 * error + floor
    assert 3.0 * error < 0.02


def test_logistic_map_at_4():
    # Exactly ln 2: the tent map in other coordinates; Ott, Chaos in Dynamical Systems (2002), 2.4.
    values = exponents(
        engine.Sim(load("logistic"), params={"r": 4.0}), np.linspace(0.11, 0.43, 12), 50_000, 100
    )
    assert_mean(values, math.log(2.0), 5e-5)


def test_henon_map():
    # 0.4192; Sprott, Chaos and Time-Series Analysis (2003), appendix A.
    sim = engine.Sim(load("henon"), params={"a": 1.4, "b": 0.3})
    values = exponents(sim, np.linspace(-0.1, 0.1, 12), 50_000, 1000)
    assert_mean(values, 0.41922, 5e-4)


@pytest.mark.parametrize("stepper", ["rk4", "dopri5"])
def test_lorenz_flow(stepper):
    # 0.9056; Sprott, Chaos and Time-Series Analysis (2003), appendix A; at dt = 0.01 rk4 has
    # 0.9045 ± 0.0009.
    sim = engine.Sim(load("lorenz"), stepper=stepper, dt=0.01)
    values = exponents(sim, np.linspace(0.5, 2.0, 10), 60_000, 20.0)
    assert_mean(values, 0.9056, 2e-3)


def test_rossler_flow():
    # 0.0714; Sprott, Chaos and Time-Series Analysis (2003), appendix A.
    sim = engine.Sim(load("rossler"), stepper="rk4", dt=0.02, params={"a": 0.2, "b": 0.2, "c": 5.7})
    values = exponents(sim, np.linspace(0.5, 2.0, 8), 100_000, 100.0)
    assert_mean(values, 0.0714, 1.5e-3)


def test_stable_fixed_point_gives_its_eigenvalue():
    # x' = -x: the exponent is the eigenvalue, in rk4's arithmetic log(R(-dt)) / dt.
    model = engine.load_model("x' = -x")
    sim = engine.Sim(model, dt=0.1, observers=(lyapunov_mle(),))
    growth = 1.0 - 0.1 + 0.1**2 / 2.0 - 0.1**3 / 6.0 + 0.1**4 / 24.0
    mle = sim.run(n_steps=2000).observers["lyapunov_mle"]["mle"]
    assert mle == pytest.approx(math.log(growth) / 0.1, rel=1e-10)


def test_superstable_orbit_has_minus_infinity():
    sim = engine.Sim(
        load("logistic"), params={"r": 2.0}, y0={"x": 0.5}, observers=(lyapunov_mle(),)
    )
    result = sim.run(n_steps=100)
    assert result.observers["lyapunov_mle"]["mle"] == -math.inf
    assert np.all(result["x"] == 0.5)


def test_period_two_orbit_has_the_exponent_of_its_multiplier():
    # At r = 3.2 the 2-cycle's multiplier is 4 + 2r - r²; Strogatz, Nonlinear Dynamics, 10.3.
    sim = engine.Sim(load("logistic"), params={"r": 3.2}, observers=(lyapunov_mle(every=2),))
    result = sim.run(n_steps=4000, transient=500)
    multiplier = 4.0 + 2.0 * 3.2 - 3.2**2
    expected = 0.5 * math.log(abs(multiplier))
    assert result.observers["lyapunov_mle"]["mle"] == pytest.approx(expected, abs=1e-9)


def test_the_trace_converges_and_ends_near_the_result():
    sim = engine.Sim(load("lorenz"), observers=(lyapunov_mle(every=4, trace_every=20),))
    result = sim.run(n_steps=20_000, transient=10.0).observers["lyapunov_mle"]
    assert len(result.trace["t"]) == 1000
    assert np.allclose(np.diff(result.trace["t"]), 0.2)
    assert result.trace["mle"][-1] == result["mle"]
    late, early = result.trace["mle"][-200:], result.trace["mle"][20:220]
    assert np.ptp(late) < np.ptp(early)


def test_renormalising_rarely_or_often_is_the_same_exponent():
    values = [
        engine.Sim(load("lorenz"), observers=(lyapunov_mle(every=every),))
        .run(n_steps=2000)
        .observers["lyapunov_mle"]["mle"]
        for every in (1, 5, 50)
    ]
    assert np.ptp(values) < 1e-6


@pytest.mark.parametrize("settings", [{"every": 0}, {"trace_every": 1.5}, {"every": True}])
def test_counts_are_checked(settings):
    with pytest.raises(engine.ObserverError, match="is not an integer|is less than 1"):
        lyapunov_mle(**settings)


def test_an_undefined_derivative_does_not_spoil_the_exponent():
    # hypot has no derivative at (0, 0): only the intervals that meet it are left out.
    model = engine.load_model("x[n+1] = 0.5*x + hypot(y, 0)\ny[n+1] = 0\nx(0) = 1\ny(0) = 0")
    result = engine.Sim(model, observers=(lyapunov_mle(every=1),)).run(n_steps=100)
    mle = result.observers["lyapunov_mle"]["mle"]
    assert not math.isinf(mle)


def test_samples_come_at_the_interval_the_trace_declares():
    observer = lyapunov_mle(every=7, trace_every=10)
    assert observer.trace.record_interval() == 14
    result = engine.Sim(load("henon"), observers=observer).run(n_steps=140)
    assert list(np.diff(result.observers["lyapunov_mle"].trace["t"])) == [14.0] * 9
