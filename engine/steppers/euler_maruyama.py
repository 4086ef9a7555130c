"""Euler-Maruyama method for flows with noise, of strong order 1/2 and weak order 1."""

# Free names are symbols of the rendered unit.
# ruff: noqa: F821
# mypy: disable-error-code="no-untyped-def, name-defined"

from engine.steppers.stepper import Stepper


def step(t, dt, y, p, memory):
    """Advance `y` (n,) from `t` to `t + dt` without noise: Euler's method."""
    return axpy(y, dt, rhs(t, y, p)), memory


def noisy_step(t, dt, y, p, memory, dw):
    """Advance `y` (n,) by the drift of Itô's calculus and the increments `dw` of the noise.

    Kloeden & Platen, Numerical Solution of Stochastic Differential Equations (1992), 10.2.
    """
    drifted = axpy(y, dt, ito_drift(t, y, p))
    return axpy(drifted, 1.0, product(noise(t, y, p), dw)), memory


STEPPER = Stepper(
    name="euler_maruyama",
    kind="ode",
    order=1,
    step=step,
    stochastic=True,
    noisy_step=noisy_step,
    needs=frozenset({"noise"}),
    summary="Euler-Maruyama method for noise; Euler's method without",
    reference="Kloeden & Platen, Numerical Solution of Stochastic Differential Equations (1992), "
    "10.2",
)
