"""Iteration of a map."""

# Free names are symbols of the rendered unit.
# ruff: noqa: F821
# mypy: disable-error-code="no-untyped-def, name-defined"

from engine.steppers.stepper import Stepper


def step(t, dt, y, p, memory):
    """Return the next iterate of `y` (n,); `t` is the iteration, `dt` is 1."""
    return rhs(t, y, p), memory


STEPPER = Stepper(
    name="map",
    kind="map",
    order=0,
    step=step,
    summary="Iteration of the map",
    reference="exact: one step is one iteration",
)
