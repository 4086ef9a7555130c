"""Classical Runge-Kutta method, order 4."""

# Free names are symbols of the rendered unit.
# ruff: noqa: F821
# mypy: disable-error-code="no-untyped-def, name-defined"

from engine.steppers.stepper import Stepper


def step(t, dt, y, p, memory):
    """Advance `y` (n,) from `t` to `t + dt`.  Hairer, Nørsett & Wanner, Solving ODEs I, II.1."""
    k1 = rhs(t, y, p)
    k2 = rhs(t + 0.5 * dt, axpy(y, 0.5 * dt, k1), p)
    k3 = rhs(t + 0.5 * dt, axpy(y, 0.5 * dt, k2), p)
    k4 = rhs(t + dt, axpy(y, dt, k3), p)
    return combine4(y, dt / 6.0, 1.0, k1, 2.0, k2, 2.0, k3, 1.0, k4), memory


STEPPER = Stepper(
    name="rk4",
    kind="ode",
    order=4,
    step=step,
    summary="Classical Runge-Kutta method",
    reference="Hairer, Nørsett & Wanner, Solving ODEs I (1993), table II.1.2",
)
