"""Explicit Euler method, order 1."""

# Free names are symbols of the rendered unit.
# ruff: noqa: F821
# mypy: disable-error-code="no-untyped-def, name-defined"

from engine.steppers.stepper import Stepper


def step(t, dt, y, p, memory):
    """Advance `y` (n,) from `t` to `t + dt`.  Hairer, Nørsett & Wanner, Solving ODEs I, I.7."""
    return axpy(y, dt, rhs(t, y, p)), memory


STEPPER = Stepper(
    name="euler",
    kind="ode",
    order=1,
    step=step,
    summary="Explicit Euler method",
    reference="Hairer, Nørsett & Wanner, Solving ODEs I (1993), I.7",
)
