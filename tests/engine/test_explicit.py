"""Tableaus and formulas of the explicit and multistep methods against what is published."""

import math

import numpy as np
import pytest
from registered import fits, load
from scipy.integrate import DOP853, solve_ivp

import engine

MODEL = engine.load_model("x' = y + 0.1*t; y' = -sin(x); x(0) = 0.5; y(0) = 0.2")


def rhs(t, y):
    return np.array([y[1] + 0.1 * t, -math.sin(y[0])])


def rk(t, y, h, order):
    """Take a step of the explicit midpoint method or of Kutta's method of order 3."""
    k1 = rhs(t, y)
    k2 = rhs(t + h / 2, y + h / 2 * k1)
    if order == 2:
        return y + h * k2
    k3 = rhs(t + h, y + h * (2 * k2 - k1))
    return y + h / 6 * (k1 + 4 * k2 + k3)


# Coefficients of f_n, f_(n-1), ...: Hairer, Norsett & Wanner I, table III.1.1.
ADAMS = {"ab2": (3 / 2, -1 / 2), "ab3": (23 / 12, -16 / 12, 5 / 12)}


@pytest.mark.parametrize("stepper", ADAMS)
def test_adams_bashforth_is_the_published_formula(stepper):
    weights, h = ADAMS[stepper], 0.1
    result = engine.Sim(MODEL, stepper=stepper, dt=h, jit=False).run(n_steps=30)
    y, slopes = np.array([0.5, 0.2]), []
    for n, row in enumerate(result.y):
        assert row[:2] == pytest.approx(y, abs=1e-13)
        slopes = [rhs(n * h, y), *slopes][: len(weights)]
        if len(slopes) < len(weights):
            y = rk(n * h, y, h, len(weights))
        else:
            y = y + h * sum(w * f for w, f in zip(weights, slopes, strict=True))


@pytest.mark.parametrize("stepper", ADAMS)
@pytest.mark.parametrize("edit", [("set_params", {"k": 3.0}), ("set_state", {"x": 2.0})])
def test_an_edit_begins_a_new_history(stepper, edit):
    model = engine.load_model("x' = -k*x; k = 1; x(0) = 1")
    run = engine.Sim(model, stepper=stepper, dt=0.1, jit=False).start()
    run.advance(n_steps=20)
    getattr(run, edit[0])(**edit[1])
    before = run.state["x"]
    run.advance(n_steps=1)
    z = -0.1 * run.params["k"]
    taylor = sum(z**i / math.factorial(i) for i in range(len(ADAMS[stepper]) + 1))
    assert run.state["x"] == pytest.approx(before * taylor, rel=1e-14)


def test_heun_and_midpoint_are_the_published_formulas():
    y, h = np.array([0.5, 0.2]), 0.1
    k1 = rhs(0.0, y)
    heun = y + h / 2 * (k1 + rhs(h, y + h * k1))
    for stepper, expected in (("heun", heun), ("midpoint", rk(0.0, y, h, 2))):
        result = engine.Sim(MODEL, stepper=stepper, dt=h, jit=False).run(n_steps=1)
        assert result.y[1] == pytest.approx(expected, abs=1e-15)


def test_yoshida_solves_its_order_conditions():
    outer, inner = 1.3512071919596576, -1.7024143839193153
    assert 2.0 * outer + inner == pytest.approx(1.0, abs=1e-15)
    assert 2.0 * outer**3 + inner**3 == pytest.approx(0.0, abs=1e-14)


@pytest.mark.parametrize(("stepper", "order"), [("dopri5", 5), ("tsit5", 5), ("dop853", 8)])
def test_quadrature_and_linear_order_conditions_hold_to_rounding(stepper, order):
    # x' = t^k is integrated exactly up to k = order - 1, and x' = x by exp's own series.
    for k in range(order):
        model = engine.load_model(f"x' = {k + 1}*t^{k}; x(0) = 0")
        sim = engine.Sim(model, stepper=stepper, dt=1.0, rtol=0.0, atol=1e9, jit=False)
        assert sim.run(n_steps=1)["x"][-1] == pytest.approx(1.0, abs=1e-12)
    model = engine.load_model("a' = b; b' = c; c' = d; d' = e1; e1' = 0; e1(0) = 24")
    names = ("a", "b", "c", "d")
    sim = engine.Sim(
        model, stepper=stepper, dt=1.0, rtol=0.0, atol=1e9, jit=False, y0=dict.fromkeys(names, 0.0)
    )
    ends = sim.run(n_steps=1).final_state
    assert [ends[n] for n in names] == pytest.approx([1.0, 4.0, 12.0, 24.0], rel=1e-12)


@pytest.mark.parametrize(
    ("stepper", "order", "dt"), [("dopri5", 5, 0.1), ("tsit5", 5, 0.1), ("dop853", 8, 0.2)]
)
def test_a_step_of_a_nonlinear_flow_has_the_full_order(stepper, order, dt):
    # Two coupled equations without symmetry, so that every elementary differential counts.
    model = engine.load_model("x' = 1 + x*y; y' = x - y^2 + t; x(0) = 0.3; y(0) = 0.7")
    sim = engine.Sim(model, stepper=stepper, rtol=0.0, atol=1e9, jit=False)
    errors = []
    for h in (2.0 * dt, dt):
        fine = sim.replace(dt=h / 16.0, rtol=1e-14, atol=1e-15, stepper="dop853").run(t_end=h)
        errors.append(np.abs(sim.replace(dt=h).run(n_steps=1).y[-1] - fine.y[-1]).max())
    assert math.log2(errors[0] / errors[1]) > order + 0.6


@pytest.mark.parametrize(("stepper", "order"), [("tsit5", 4), ("dop853", 7)])
def test_dense_output_has_its_order(stepper, order):
    model = engine.load_model("x' = -x + cos(t)\nx(0) = 1")

    def exact(t):
        return 0.5 * (np.cos(t) + np.sin(t)) + 0.5 * np.exp(-t)

    errors = []
    for dt in (0.8, 0.4) if order > 5 else (0.2, 0.1):
        worst = 0.0
        for t0 in np.linspace(0.0, 6.0, 13):
            times = t0 + dt * np.linspace(0.05, 0.95, 19)
            sim = engine.Sim(
                model,
                stepper=stepper,
                dt=dt,
                t0=t0,
                y0={"x": exact(t0)},
                sample_times=times,
                rtol=1.0,
                atol=1.0,
                jit=False,
            )
            result = sim.run(n_steps=1)
            worst = max(worst, np.abs(result["x"] - exact(times)).max())
        errors.append(worst)
    assert math.log2(errors[0] / errors[1]) == pytest.approx(order + 1, abs=0.4)


def test_dop853_takes_the_steps_of_scipy():
    # Same tableau, error and interpolant: single steps agree to rounding.
    sim = engine.Sim(MODEL, stepper="dop853", dt=0.7, rtol=1.0, atol=1.0, jit=False)
    times = np.linspace(0.0, 0.7, 9)
    ours = sim.replace(sample_times=times).run(n_steps=1)
    theirs = DOP853(rhs, 0.0, [0.5, 0.2], 10.0, rtol=1.0, atol=1.0, first_step=0.7)
    theirs.step()
    assert theirs.t == 0.7
    assert np.abs(ours.y.T - theirs.dense_output()(times)).max() < 5e-15


@pytest.mark.parametrize("rtol", [1e-6, 1e-9, 1e-12])
def test_dop853_takes_as_many_steps_as_scipy(rtol):
    s, r, b = 10.0, 28.0, 8.0 / 3.0
    result = engine.Sim(load("lorenz"), stepper="dop853", rtol=rtol, atol=rtol).run(t_end=10.0)
    reference = solve_ivp(
        lambda t, y: [s * (y[1] - y[0]), y[0] * (r - y[2]) - y[1], y[0] * y[1] - b * y[2]],
        (0.0, 10.0), list(engine.Sim(load("lorenz")).y0.values()),
        method="DOP853", rtol=rtol, atol=rtol,
    )  # fmt: skip
    assert len(result) == pytest.approx(len(reference.t), rel=0.1)


def test_a_refused_step_is_followed_by_none_that_is_larger():
    # A jump of the right-hand side is refused; the step after it does not grow at once.
    model = engine.load_model("x' = -1 if t < 1 else 50*cos(40*t)\nx(0) = 0")
    sim = engine.Sim(model, stepper="dopri5", rtol=1e-8, atol=1e-8, jit=False)
    t = sim.run(t_end=2.0).t
    steps = np.diff(t)
    run, refused = sim.start(t_end=2.0), []
    for _ in range(len(steps)):
        before = run.snapshot().arrays.counters[9]
        run.advance(n_steps=1)
        refused.append(run.snapshot().arrays.counters[9] > before)
    after = [k for k in range(len(steps) - 1) if refused[k]]
    assert len(after) >= 2
    assert all(steps[k + 1] <= steps[k] * (1.0 + 1e-9) or refused[k + 1] for k in after)


def test_steppers_tell_what_they_are():
    told = {
        s.name: (s.order, s.adaptive, s.stiff, s.symplectic, s.stochastic, s.dense)
        for s in engine.list_steppers()
    }
    expected = {
        "euler": (1, False, False, False, False, True),
        "midpoint": (2, False, False, False, False, True),
        "rk4": (4, False, False, False, False, True),
        "ab2": (2, False, False, False, False, True),
        "ab3": (3, False, False, False, False, True),
        "leapfrog": (2, False, False, True, False, True),
        "yoshida4": (4, False, False, True, False, True),
        "dopri5": (5, True, False, False, False, True),
        "tsit5": (5, True, False, False, False, True),
        "dop853": (8, True, False, False, False, True),
        "map": (0, False, False, False, False, False),
    }
    assert {name: told[name] for name in expected} == expected
    assert told["heun"][:4] == (2, False, False, False)
    assert engine.steppers.find_stepper("rk45", "ode").name == "dopri5"
    assert all(fits(name, load("lorenz")) for name in ("heun", "ab2", "ab3", "tsit5", "dop853"))
    assert repr(engine.steppers.find_stepper("leapfrog", "ode")) == (
        "<Stepper 'leapfrog': flows, order 2, symplectic, dense>"
    )
