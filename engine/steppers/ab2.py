"""Adams-Bashforth method of two steps, order 2."""

# Free names are symbols of the rendered unit.
# ruff: noqa: F821
# mypy: disable-error-code="no-untyped-def, name-defined"

from engine.steppers.stepper import Stepper


def start(t, y, p):
    """Give a memory of no steps: a derivative, which nobody reads yet, and the count."""
    return (rhs(t, y, p), counting(0.0))


def step(t, dt, y, p, memory):
    """Advance `y` (n,) from `t` to `t + dt`; the memory is the last derivative and a count.

    Hairer, Nørsett & Wanner, Solving ODEs I (1993), III.1, formula (1.5).  A step without
    history is one of the explicit midpoint method.
    """
    f = rhs(t, y, p)
    if memory[1][0] < 1.0:
        y_new = axpy(y, dt, rhs(t + 0.5 * dt, axpy(y, 0.5 * dt, f), p))
    else:
        y_new = combine2(y, dt, -0.5, memory[0], 1.5, f)
    return y_new, (f, counting(1.0))


STEPPER = Stepper(
    name="ab2",
    kind="ode",
    order=2,
    step=step,
    start=start,
    memory_rows=2,
    summary="Adams-Bashforth method of two steps",
    reference="Hairer, Nørsett & Wanner, Solving ODEs I (1993), III.1",
)
