"""Steppers: order of convergence, exactness, dense output, agreement with SciPy."""

import math

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from registered import fits, load
from scipy.integrate import solve_ivp

import engine

# x' = -x + cos t, x(0) = 1: x = (cos t + sin t)/2 + exp(-t)/2; depends on t and x.
FORCED = "x' = -x + cos(t)\nx(0) = 1"
# Those for any flow; what others are for is in files of their own.
FLOWS = [s for s in engine.list_steppers("ode") if fits(s.name, engine.load_model(FORCED))]
FIXED = [s for s in FLOWS if not s.adaptive]
ADAPTIVE = [s for s in FLOWS if s.adaptive]


def forced(t):
    return 0.5 * (np.cos(t) + np.sin(t)) + 0.5 * np.exp(-t)


def by_name(stepper):
    return stepper.name


def expected_error(stepper, rtol):
    """Return the size that the error at the end has: that of a step times the number of steps."""
    return rtol ** (stepper.order / (stepper.error_order + 1))


@pytest.mark.parametrize("stepper", FIXED, ids=by_name)
def test_order_of_convergence(stepper):
    model = engine.load_model(FORCED)
    errors = []
    for dt in (0.1, 0.05, 0.025):
        result = engine.Sim(model, stepper=stepper.name, dt=dt).run(t_end=2.0)
        errors.append(np.max(np.abs(result["x"] - forced(result.t))))
    observed = [math.log2(a / b) for a, b in zip(errors, errors[1:], strict=False)]
    assert observed[-1] == pytest.approx(stepper.order, abs=0.15)


@pytest.mark.parametrize("stepper", [s for s in ADAPTIVE if s.propose is None], ids=by_name)
def test_order_of_an_adaptive_step(stepper):
    # Loose tolerances accept the first trial step, of size dt; its error is of order dt^(q + 1).
    model = engine.load_model(FORCED)
    errors = []
    # The error of a high order is soon below the rounding.
    for dt in (0.8, 0.4) if stepper.order > 5 else (0.2, 0.1):
        squares = 0.0
        for t0 in np.linspace(0.0, 2.0 * np.pi, 20):
            settings = {"dt": dt, "t0": t0, "y0": {"x": forced(t0)}, "rtol": 1.0, "atol": 1.0}
            result = engine.Sim(model, stepper=stepper.name, **settings).run(n_steps=1)
            assert result.t[-1] == t0 + dt
            squares += (result["x"][-1] - forced(t0 + dt)) ** 2
        errors.append(math.sqrt(squares))
    assert math.log2(errors[0] / errors[1]) == pytest.approx(stepper.order + 1, abs=0.3)


@pytest.mark.parametrize("stepper", ADAPTIVE, ids=by_name)
@pytest.mark.parametrize("rtol", [1e-4, 1e-6, 1e-8, 1e-10])
def test_error_follows_the_tolerance(stepper, rtol):
    sim = engine.Sim(engine.load_model(FORCED), stepper=stepper.name, rtol=rtol, atol=rtol)
    result = sim.run(t_end=20.0)
    error = np.max(np.abs(result["x"] - forced(result.t)))
    assert 1e-3 * rtol < error < 20.0 * expected_error(stepper, rtol)


def rhs_of(name, params):
    """Give a bundled flow's right-hand side for SciPy, written independently."""
    if name == "lorenz":
        s, r, b = params["sigma"], params["rho"], params["beta"]
        return lambda t, y: [s * (y[1] - y[0]), y[0] * (r - y[2]) - y[1], y[0] * y[1] - b * y[2]]
    assert name == "van_der_pol"
    mu = params["mu"]
    return lambda t, y: [y[1], mu * (1.0 - y[0] ** 2) * y[1] - y[0]]


@pytest.mark.parametrize("name", ["lorenz", "van_der_pol"])
@pytest.mark.parametrize("stepper", ADAPTIVE, ids=by_name)
def test_agrees_with_scipy_dop853_at_tight_tolerance(name, stepper):
    # Methods of order 2 take more than a million steps.
    settings = {"rtol": 1e-12, "atol": 1e-12, "sample_dt": 0.1, "max_steps": 10**7}
    result = (sim := engine.Sim(load(name), stepper=stepper.name, **settings)).run(t_end=5.0)
    reference = solve_ivp(
        rhs_of(name, sim.params),
        (0.0, 5.0),
        list(sim.y0.values()),
        method="DOP853",
        t_eval=result.t[result.t <= 5.0],
        rtol=1e-13,
        atol=1e-13,
    )
    n = len(sim.y0)
    assert len(result) == 51
    allowed = 2e5 * expected_error(stepper, 1e-12)
    assert np.max(np.abs(result.y[:, :n] - reference.y.T)) < allowed


@pytest.mark.parametrize("stepper", ADAPTIVE, ids=by_name)
@given(sample_dt=st.floats(0.003, 0.4))
def test_dense_output_is_as_good_as_the_steps(stepper, sample_dt):
    sim = engine.Sim(
        engine.load_model(FORCED), stepper=stepper.name, rtol=1e-8, atol=1e-8, sample_dt=sample_dt
    )
    result = sim.run(t_end=6.0)
    assert np.max(np.abs(result["x"] - forced(result.t))) < 20.0 * expected_error(stepper, 1e-8)
    assert np.array_equal(result.t, np.arange(len(result)) * sample_dt)
    assert 6.0 - sample_dt < result.t[-1] <= 6.0 + 1e-9 * sample_dt


@pytest.mark.parametrize("stepper", FLOWS, ids=by_name)
def test_dense_output_meets_the_steps_at_their_ends(stepper):
    # An accepted step that ends on a sample gives that sample's bits.
    model = load("lorenz")
    steps = engine.Sim(model, stepper=stepper.name).run(n_steps=40)
    t_end = float(steps.t[-1])
    samples = engine.Sim(model, stepper=stepper.name, sample_dt=t_end).run(n_steps=40)
    assert np.array_equal(samples.y[-1], steps.y[-1])


@pytest.mark.parametrize("stepper", [s for s in FLOWS if s.order > 2 or s in FIXED], ids=by_name)
def test_dense_output_of_a_cubic_is_exact_between_exact_steps(stepper):
    # x = t^3 - t^2 + 2 t + 1, y = x' as a parameter of time; every method of order 3 is exact.
    model = engine.load_model("x' = 3*t^2 - 2*t + 2\nx(0) = 1")
    sim = engine.Sim(model, stepper=stepper.name, dt=0.25, sample_dt=0.0625)
    result = sim.run(t_end=2.0)
    exact = result.t**3 - result.t**2 + 2.0 * result.t + 1.0
    assert len(result) == 33
    if stepper.order >= 3:
        assert np.max(np.abs(result["x"] - exact)) < 1e-13
    else:
        steps = sim.replace(sample_dt=None).run(t_end=2.0)
        assert np.max(np.abs(steps["x"] - exact[::4])) > 1e-6
        assert np.array_equal(result["x"][::4], steps["x"])


@pytest.mark.parametrize("stepper", [s for s in FIXED if s.order >= 4], ids=by_name)
def test_hermite_interpolation_has_order_four(stepper):
    model = engine.load_model(FORCED)
    errors = []
    for dt in (0.2, 0.1, 0.05):
        sim = engine.Sim(model, stepper=stepper.name, dt=dt, sample_dt=dt / 4.0)
        result = sim.run(t_end=4.0)
        errors.append(np.max(np.abs(result["x"] - forced(result.t))))
    assert math.log2(errors[1] / errors[2]) == pytest.approx(4.0, abs=0.3)


@pytest.mark.parametrize("stepper", FLOWS, ids=by_name)
def test_a_hook_may_look_inside_the_step(stepper):
    for model in (engine.load_model(FORCED), engine.load_model("lorenz")):
        settings = {"stepper": stepper.name, "dt": 0.01, "jit": False}
        result = engine.Sim(model, observers=(half_way(),), **settings).run(n_steps=20)
        middle = result.observers["half_way"]["x"]
        samples = engine.Sim(model, sample_dt=1e-4, **settings).run(n_steps=20)
        t = 0.5 * (result.t[-2] + result.t[-1])
        assert middle == pytest.approx(np.interp(t, samples.t, samples["x"]), abs=1e-5)


@pytest.mark.parametrize("name", ["rk4", "dopri5", "rodas4", "taylor"])
def test_what_a_hook_sees_inside_the_step_is_the_same_compiled(name):
    sim = engine.Sim("lorenz", stepper=name, dt=0.01, observers=(half_way(),))
    python = sim.replace(jit=False).run(n_steps=20)
    assert python.observers["half_way"]["x"] == sim.run(n_steps=20).observers["half_way"]["x"]


def look_half_way(t, dt, y_old, y, p, memory, ws, out, trace, row):
    dense = dense_rows(t - dt, dt, y_old, y, p, memory)  # noqa: F821
    out[X] = interpolate(0.5, dt, y_old, y, dense)[0]  # noqa: F821
    return y, memory, row


def half_way():
    return engine.ObserverModule(
        key="half_way", title="half way", outputs={"x": 0.0}, post=look_half_way, kinds=("ode",)
    )


def test_maps_iterate_exactly():
    result = engine.Sim(load("logistic"), params={"r": 3.7}, y0={"x": 0.3}).run(n_steps=500)
    x = 0.3
    for row in result["x"]:
        assert row == x
        x = 3.7 * x * (1.0 - x)
    assert np.array_equal(result.t, np.arange(501.0))


def test_a_linear_flow_ends_at_its_exponential():
    model = engine.load_model("x' = -k*x\nk = 0.5\nx(0) = 2")
    for stepper in ADAPTIVE:
        result = engine.Sim(model, stepper=stepper.name, rtol=1e-11, atol=1e-13).run(t_end=8.0)
        error = abs(result["x"][-1] - 2.0 * math.exp(-4.0))
        assert error < 2.0 * expected_error(stepper, 1e-11)


def test_the_registry_tells_what_there_is():
    names = [s.name for s in engine.list_steppers()]
    assert names.count("dopri5") == 1
    assert {"euler", "rk4", "dopri5", "map"} <= set(names)
    assert engine.Sim(load("lorenz"), stepper="rk45").stepper == "dopri5"
    for stepper in engine.list_steppers():
        assert stepper.summary
        assert stepper.reference
        assert engine.steppers.find_stepper(stepper.name, stepper.kind) is stepper


@pytest.mark.parametrize(
    ("declaration", "message"),
    [
        ({"kind": "pde"}, "'pde' is not 'ode' or 'map'"),
        ({"memory_rows": 2}, "no start function"),
        ({"adaptive": True}, "error_order"),
        ({"dense_rows": print}, "has no interpolate"),
        ({"stability": 3.3}, "controls no steps"),
        ({"error_norm": print}, "controls no steps"),
        ({"tolerances": True}, "takes tolerances and is not adaptive"),
        ({"kind": "map", "interpolate": print}, "is for maps"),
    ],
)
def test_a_contradictory_stepper_is_refused(declaration, message):
    settings = {"name": "x", "kind": "ode", "order": 1, "step": print, "reference": "none"}
    with pytest.raises(engine.StepperError, match=message):
        engine.Stepper(**(settings | declaration))


@pytest.mark.parametrize("stepper", [s.name for s in engine.list_steppers("ode") if s.adaptive])
def test_an_orbit_at_rest_goes_on_for_any_number_of_steps(stepper):
    model = engine.load_model("x' = -x + x*y; y' = -2*y; x(0) = 0; y(0) = 0")
    result = engine.Sim(model, stepper=stepper, record=False, jit=False).run(n_steps=700)
    assert result.status is engine.Status.DONE
    assert result.provenance["n_steps"] == 700
