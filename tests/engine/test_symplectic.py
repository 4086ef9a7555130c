"""Symplectic steppers: order, energy, reversal, the symplectic form, and what they refuse."""

import math

import numpy as np
import pytest

import engine
from engine.steppers import list_steppers

SYMPLECTIC = [s.name for s in list_steppers("ode") if s.symplectic]
ORDER = {s.name: s.order for s in list_steppers("ode")}
HENON_HEILES = (
    "x' = px; y' = py; px' = -x - 2*x*y; py' = -y - x^2 + y^2; "
    "energy = (px^2 + py^2 + x^2 + y^2)/2 + x^2*y - y^3/3; "
    "x(0) = 0; y(0) = 0.1; px(0) = 0.49; py(0) = 0"
)
KEPLER = (
    "x' = u; y' = v; u' = -x/r^3; v' = -y/r^3; r = sqrt(x^2 + y^2); "
    "energy = (u^2 + v^2)/2 - 1/r; momentum = x*v - y*u; "
    "x(0) = 0.5; y(0) = 0; u(0) = 0; v(0) = sqrt(3)"
)
FORCED = "q' = p*(1 + c*cos(t)); p' = -sin(q) + a*sin(w*t); a = 0.4; c = 0.2; w = 0.7; q(0) = 1"
# Forces of two masses on each other, by velocities: the form is the sum of m dx dv.
UNEQUAL = (
    "x1' = v1; x2' = v2; v1' = -k/m1*(x1 - x2)^3; v2' = -k/m2*(x2 - x1)^3; k = 1; m1 = 1; m2 = 5; "
    "energy = m1*v1^2/2 + m2*v2^2/2 + k*(x1 - x2)^4/4; x1(0) = 1; x2(0) = -0.5"
)


def ready(text):
    return engine.load_model(text + ("; p(0) = 0.3" if text is FORCED else ""))


def test_there_are_two():
    assert set(SYMPLECTIC) == {"leapfrog", "yoshida4"}


@pytest.mark.parametrize("stepper", SYMPLECTIC)
@pytest.mark.parametrize("text", [FORCED, HENON_HEILES], ids=["forced", "henon_heiles"])
def test_order_of_convergence(stepper, text):
    sim = engine.Sim(ready(text), stepper=stepper)
    exact = sim.replace(stepper="dop853", rtol=1e-13, atol=1e-13).run(t_end=4.0).y[-1]
    errors = [np.abs(sim.replace(dt=dt).run(t_end=4.0).y[-1] - exact).max() for dt in (0.1, 0.05)]
    assert math.log2(errors[0] / errors[1]) == pytest.approx(ORDER[stepper], abs=0.15)


@pytest.mark.parametrize(
    ("text", "dt", "bound"),
    [(HENON_HEILES, 0.05, 1e-3), (KEPLER, 0.01, 2e-3)],
    ids=["hh", "kepler"],
)
@pytest.mark.parametrize("stepper", SYMPLECTIC)
def test_energy_stays_within_bounds_for_a_million_steps(stepper, text, dt, bound):
    sim = engine.Sim(engine.load_model(text), stepper=stepper, dt=dt, record=("aux.energy",))
    energy = sim.run(n_steps=1_000_000)["aux.energy"]
    error = np.abs(energy / energy[0] - 1.0)
    first, last = error[1:100_001].max(), error[-100_000:].max()
    assert error.max() < bound
    assert last < 1.1 * first
    # Its order shows in the bound: half the step, a 2^order of the error.
    half = sim.replace(dt=0.5 * dt).run(n_steps=20_000)["aux.energy"]
    less = np.abs(half / half[0] - 1.0).max()
    assert math.log2(error[:10_001].max() / less) == pytest.approx(ORDER[stepper], abs=0.4)


def test_a_method_that_is_not_symplectic_drifts():
    sim = engine.Sim(engine.load_model(KEPLER), stepper="rk4", dt=0.05, record=("aux.energy",))
    error = np.abs(sim.run(n_steps=100_000)["aux.energy"] + 0.5)
    assert error[-10_000:].max() > 5.0 * error[:10_000].max()


@pytest.mark.parametrize("stepper", SYMPLECTIC)
def test_angular_momentum_is_kept_to_rounding(stepper):
    sim = engine.Sim(engine.load_model(KEPLER), stepper=stepper, dt=0.02)
    momentum = sim.run(n_steps=5000)["aux.momentum"]
    assert np.abs(momentum - momentum[0]).max() < 1e-12


@pytest.mark.parametrize("stepper", SYMPLECTIC)
def test_reversed_velocities_lead_back(stepper):
    sim = engine.Sim(engine.load_model(HENON_HEILES), stepper=stepper, dt=0.05, jit=False)
    there = sim.run(n_steps=400).final_state
    back = {name: -value if name.startswith("p") else value for name, value in there.items()}
    home = sim.replace(y0=back).run(n_steps=400).final_state
    assert home["x"] == pytest.approx(0.0, abs=1e-11)
    assert home["y"] == pytest.approx(0.1, abs=1e-11)
    assert home["px"] == pytest.approx(-0.49, abs=1e-11)


@pytest.mark.parametrize("stepper", SYMPLECTIC)
@pytest.mark.parametrize("text", [FORCED, HENON_HEILES, UNEQUAL], ids=["forced", "hh", "unequal"])
def test_the_step_keeps_the_symplectic_form(stepper, text):
    model = ready(text)
    sim = engine.Sim(model, stepper=stepper, dt=0.2, jit=False)
    n = len(model.state_names)
    masses = [sim.params.get("m1", 1.0), sim.params.get("m2", 1.0)][: n // 2]
    form = np.zeros((n, n))
    form[: n // 2, n // 2 :] = np.diag(masses)
    form -= form.T
    base, h, columns = np.array(list(sim.y0.values())), 1e-5, []
    for j in range(n):
        ends = []
        for sign in (1.0, -1.0):
            y0 = dict(zip(model.state_names, base + sign * h * np.eye(n)[j], strict=True))
            ends.append(sim.replace(y0=y0).run(n_steps=3).y[-1, :n])
        columns.append((ends[0] - ends[1]) / (2.0 * h))
    jacobian = np.array(columns).T
    assert np.abs(jacobian - np.eye(n)).max() > 0.1
    assert np.abs(jacobian.T @ form @ jacobian - form).max() < 1e-8
    euler = sim.replace(stepper="euler")
    assert euler.stepper == "euler"


def test_leapfrog_is_the_velocity_verlet_formula():
    result = engine.Sim(
        engine.load_model("v' = -x^3; x' = v; x(0) = 1; v(0) = 0.2"),
        stepper="leapfrog",
        dt=0.1,
        jit=False,
    ).run(n_steps=50)
    x, v = 1.0, 0.2
    for row in result.y[1:]:
        a = -(x**3)
        x += 0.1 * v + 0.005 * a
        v += 0.05 * (a - x**3)
        assert row == pytest.approx([v, x], abs=1e-13)


@pytest.mark.parametrize(
    ("text", "reason"),
    [
        ("x' = v; v' = -x - c*v; c = 0", r"v' depends on v itself \(the term -c \* v\); use rk4"),
        ("x' = v; v' = -x - sign(v)", r"v' depends on v itself \(the term -sign\(v\)\)"),
        ("x' = v; v' = f; f = -x - g(v); g(u) = u^3", r"\(the term -g\(v\) of f\)"),
        ("x' = y; y' = z; z' = x", "do not fall into two groups"),
        ("x' = 1", "as many of each"),
        ("x' = y; y' = -x + z; z' = 0*y", "as many of each"),
        ("x' = u; y' = v; u' = -x + 0.3*y; v' = -2*y - 0.3*x", "not Hamiltonian"),
        ("x' = u; y' = v; u' = -x*y; v' = -y*x^3", "not derivatives of one energy"),
    ],
)
@pytest.mark.parametrize("stepper", SYMPLECTIC)
def test_other_flows_are_refused_with_the_reason(stepper, text, reason):
    with pytest.raises(engine.StepperError, match=reason):
        engine.Sim(engine.load_model(text), stepper=stepper)


@pytest.mark.parametrize(
    ("text", "positions"),
    [
        ("q' = p; p' = -q", [0]),
        ("v' = -x^3; x' = v", [1]),
        ("x' = v2; y' = v1; v1' = -y; v2' = -x", [0, 1]),
        ("u' = a - b*exp(v); v' = d*exp(u) - c; a = 1; b = 1; c = 1; d = 1", [0]),
        ("q' = p; p' = F + a*cos(t); F = -k*q if q > 0 else -2*k*q; k = 1; a = 1", [0]),
        (HENON_HEILES, [0, 1]),
        (KEPLER, [0, 1]),
        (UNEQUAL, [0, 1]),
    ],
)
def test_separable_flows_are_found(text, positions):
    separation = engine.load_model(text).separation
    assert separation.reason == ""
    assert list(separation.positions) == positions
