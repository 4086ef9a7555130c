"""Explicit midpoint method, order 2."""

# Free names are symbols of the rendered unit.
# ruff: noqa: F821
# mypy: disable-error-code="no-untyped-def, name-defined"

from engine.steppers.stepper import Stepper


def step(t, dt, y, p, memory):
    """Advance `y` (n,) from `t` to `t + dt`.  Runge, Math. Ann. 46 (1895) 167."""
    k1 = rhs(t, y, p)
    return axpy(y, dt, rhs(t + 0.5 * dt, axpy(y, 0.5 * dt, k1), p)), memory


STEPPER = Stepper(
    name="midpoint",
    kind="ode",
    order=2,
    step=step,
    summary="Explicit midpoint method",
    reference="Runge, Math. Ann. 46 (1895) 167; Hairer, Nørsett & Wanner, Solving ODEs I, II.1",
)
