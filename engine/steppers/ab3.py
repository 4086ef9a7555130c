"""Adams-Bashforth method of three steps, order 3."""

# Free names are symbols of the rendered unit.
# ruff: noqa: F821
# mypy: disable-error-code="no-untyped-def, name-defined"

from engine.steppers.stepper import Stepper


def start(t, y, p):
    """Give a memory of no steps: derivatives, which nobody reads yet, and the count."""
    f = rhs(t, y, p)
    return (f, f, counting(0.0))


def step(t, dt, y, p, memory):
    """Advance `y` (n,) from `t` to `t + dt`; the memory is the last two derivatives and a count.

    Hairer, Nørsett & Wanner, Solving ODEs I (1993), III.1, formula (1.5).  The first two steps
    without history are those of Kutta's method of order 3 (ibid., II.1).
    """
    f = rhs(t, y, p)
    if memory[2][0] < 2.0:
        k2 = rhs(t + 0.5 * dt, axpy(y, 0.5 * dt, f), p)
        k3 = rhs(t + dt, combine2(y, dt, -1.0, f, 2.0, k2), p)
        y_new = combine3(y, dt / 6.0, 1.0, f, 4.0, k2, 1.0, k3)
    else:
        y_new = combine3(y, dt / 12.0, 5.0, memory[1], -16.0, memory[0], 23.0, f)
    return y_new, (f, memory[0], counting(min(memory[2][0] + 1.0, 2.0)))


STEPPER = Stepper(
    name="ab3",
    kind="ode",
    order=3,
    step=step,
    start=start,
    memory_rows=3,
    summary="Adams-Bashforth method of three steps",
    reference="Hairer, Nørsett & Wanner, Solving ODEs I (1993), III.1",
)
