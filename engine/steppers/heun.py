"""Heun's method, the explicit trapezoidal rule, order 2."""

# Free names are symbols of the rendered unit.
# ruff: noqa: F821
# mypy: disable-error-code="no-untyped-def, name-defined"

from engine.steppers.stepper import Stepper


def step(t, dt, y, p, memory):
    """Advance `y` (n,) from `t` to `t + dt`.  Heun, Z. Math. Phys. 45 (1900) 23."""
    k1 = rhs(t, y, p)
    k2 = rhs(t + dt, axpy(y, dt, k1), p)
    return combine2(y, dt, 0.5, k1, 0.5, k2), memory


STEPPER = Stepper(
    name="heun",
    kind="ode",
    order=2,
    step=step,
    summary="Heun's method, the explicit trapezoidal rule",
    reference="Heun, Z. Math. Phys. 45 (1900) 23",
)
