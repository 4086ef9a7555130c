"""Yoshida's symplectic method, three leapfrogs, order 4."""

# Free names are symbols of the rendered unit.
# ruff: noqa: F821
# mypy: disable-error-code="no-untyped-def, name-defined"

from engine.steppers.separated import not_separated
from engine.steppers.stepper import Stepper


def step(t, dt, y, p, memory):
    """Advance `y` (n,) from `t` to `t + dt` by three leapfrogs, the middle one backward.

    Yoshida, Phys. Lett. A 150 (1990) 262, formulas (2.11) and (4.7); also Forest & Ruth, Physica D
    43 (1990) 105.  The two kicks that meet are one.
    """
    outer = 1.3512071919596576 * dt
    inner = -1.7024143839193153 * dt
    half = 0.5 * outer
    between = 0.5 * (outer + inner)
    y = kick(t, half, y, p)
    y = drift(t + half, outer, y, p)
    y = kick(t + outer, between, y, p)
    y = drift(t + 0.5 * dt, inner, y, p)
    y = kick(t + (outer + inner), between, y, p)
    y = drift(t + (dt - half), outer, y, p)
    return kick(t + dt, half, y, p), memory


STEPPER = Stepper(
    name="yoshida4",
    kind="ode",
    order=4,
    step=step,
    symplectic=True,
    needs=frozenset({"drift", "kick"}),
    misfit=not_separated,
    summary="Yoshida's composition of three leapfrogs for separated flows",
    reference="Yoshida, Phys. Lett. A 150 (1990) 262",
)
