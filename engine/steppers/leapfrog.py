"""Störmer-Verlet method, kick, drift, kick, order 2."""

# Free names are symbols of the rendered unit.
# ruff: noqa: F821
# mypy: disable-error-code="no-untyped-def, name-defined"

from engine.steppers.separated import not_separated
from engine.steppers.stepper import Stepper


def step(t, dt, y, p, memory):
    """Advance `y` (n,) from `t` to `t + dt`: half a kick, a drift, half a kick.

    Hairer, Lubich & Wanner, Geometric Numerical Integration (2006), I.1.4 and VI.3.  Forces act
    at the ends of the step and a drift that depends on time is that of its middle, so that the
    step is its own inverse.
    """
    half = 0.5 * dt
    y = kick(t, half, y, p)
    y = drift(t + half, dt, y, p)
    return kick(t + dt, half, y, p), memory


STEPPER = Stepper(
    name="leapfrog",
    kind="ode",
    order=2,
    step=step,
    symplectic=True,
    needs=frozenset({"drift", "kick"}),
    misfit=not_separated,
    summary="Störmer-Verlet method for separated flows",
    reference="Verlet, Phys. Rev. 159 (1967) 98",
)
