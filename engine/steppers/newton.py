"""The implicit stage that diagonally implicit methods share: Newton's method, and their errors.

Stages are solved for the vector itself, ``z = base + gdt f(t, z)``, and a slope is what follows
from it, ``(z - base) / gdt``: the right-hand side would multiply what is left of the iteration's
error by the stiffness.
"""

# Free names are symbols of the rendered unit.
# ruff: noqa: F821
# mypy: disable-error-code="no-untyped-def, no-untyped-call, name-defined"

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from engine.model import Model

__all__ = ["NEWTON", "checked_error", "implicit_slope", "implicit_stage", "too_large"]

MAX_DENSE_STATES = 200


def too_large(model: "Model") -> str:
    """Say why a model cannot be stepped by a method with dense linear algebra; empty: it can."""
    n = len(model.state_names)
    if n <= MAX_DENSE_STATES:
        return ""
    return (
        f"its linear systems are solved by dense elimination, for at most {MAX_DENSE_STATES} "
        f"states, and the model has {n}; take an explicit stepper such as 'dopri5'"
    )


def implicit_stage(t, gdt, base, guess, matrix, y, p, rtol, atol):
    """Solve ``z = base + gdt f(t, z)`` for z (n,) by the simplified Newton method.

    It ends when the rate of contraction tells that the error is below 0.01 of the local error
    that `checked_error` allows, and gives up when it tells that it never will be.  Hairer &
    Wanner, Solving ODEs II (1996), IV.8.  The states alone decide; the tangent vectors follow at
    the end.

    Parameters
    ----------
    guess : vector (n,)
        Where the iteration begins.
    matrix : vector
        Factors of ``I - gdt J``, with the Jacobian at the step's begin.
    y : vector (n,)
        State at the step's begin, for the size of the tolerance.

    Returns
    -------
    tuple of (vector (n,), float)
        z; 1 if it is found, 0 if not.
    """
    z = keep(guess)
    found = 0.0
    last = 0.0
    left = 10
    # Closer than rounding allows no iteration comes.
    relative = max(0.01 * rtol, 1.0e-12)
    absolute = 0.01 * atol
    while left > 0:
        left -= 1
        change = newton_residual(gdt, base, z, flow(t, z, p))
        solve_block(matrix, change, 0)
        total = 0.0
        for i in range(STATES):
            e = div(change[i], absolute + relative * max(abs(y[i]), abs(z[i])))
            total = total + e * e
            z[i] += change[i]
        size = sqrt(total / STATES)
        bound = size
        if last > 0.0:
            rate = div(size, last)
            bound = size * div(rate, 1.0 - rate)
            if not rate < 1.0:
                bound = size
                left = 0
            elif bound * power(rate, float(left)) > 0.01:
                left = 0
        elif not size < 1.0e300:
            left = 0
        if min(size, bound) <= 0.01 or (left == 0 and size <= 0.1):
            found = 1.0
            left = 0
        last = size
    z = solve_tangents(t, gdt, base, z, p)
    return z, found


def newton_residual(gdt, base, z, f):
    """Return what ``base + gdt f`` is off `z`, of the states."""
    off = keep(z)
    for i in range(STATES):
        off[i] = base[i] + gdt * f[i] - z[i]
    return off


def implicit_slope(gdt, base, z):
    """Return the slope (n,) that solved a stage."""
    return weighted2(div(1.0, gdt), 1.0, z, -1.0, base)


def checked_error(times, estimate, found):
    """Return the error (n,) to be controlled, or one beyond any tolerance for an unsolved step.

    It is so many times the local error: what a step of order 2 errs by is not taken off its end,
    so that over thousands of steps it adds up, and a tolerance is meant for the sum.  Shampine,
    Tolerance proportionality in ODE codes, Lecture Notes in Mathematics 1386 (1989) 118.

    It is not damped by the matrix: made of slopes that solved their stages, it has no stiff parts
    to speak of where those are of order 2.
    """
    error = weighted1(1.0, times, estimate)
    if found == 0.0:
        error[0] = 1.0e300
    return error


NEWTON = (implicit_stage, newton_residual, implicit_slope, checked_error)
"""The functions that enter a unit."""
