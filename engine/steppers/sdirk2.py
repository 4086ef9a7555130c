"""Singly diagonally implicit Runge-Kutta method of two stages, order 2, L-stable."""

# Free names are symbols of the rendered unit.
# ruff: noqa: F821
# mypy: disable-error-code="no-untyped-def, no-untyped-call, name-defined"

from engine.steppers.newton import NEWTON, too_large
from engine.steppers.parabola import interpolate
from engine.steppers.stepper import Stepper


def start(t, y, p):
    """Give the slope at `y`."""
    return (rhs(t, y, p),)


def damped_error(estimate, matrix):
    """Return the local error (n,), or what is tolerable of that of dense output if it is larger.

    Where the motion is stiff the slopes are of order 1 only, and the states at the steps' ends of
    order 2: the matrix takes off the estimate what does not reach the states, as Hosea &
    Shampine, Appl. Numer. Math. 20 (1996) 21, section 4.  Dense output takes its slope at the end
    and errs there by 0.27 of the estimate; it does not add up.
    """
    error = keep(estimate)
    solve_block(matrix, error, 0)
    for i in range(STATES):
        error[i] = max(abs(error[i]), 0.0135 * abs(estimate[i]))
    return error


def step(t, dt, y, p, memory, rtol, atol):
    """Advance `y` (n,) by a trial step; the memory is the slope at its begin.

    Alexander, SIAM J. Numer. Anal. 14 (1977) 1006, with gamma = 1 - 1/sqrt(2).  The error is
    estimated by the second difference of the slopes at 0, gamma and 1, weighted so that it is the
    local error of a linear equation to leading order.
    """
    gdt = 0.2928932188134525 * dt
    begin = memory[0]
    matrix = factors(t, y, p, gdt)
    guess = axpy(y, gdt, begin)
    z, found = implicit_stage(t + gdt, gdt, y, guess, matrix, y, p, rtol, atol)
    middle = implicit_slope(gdt, y, z)
    base = axpy(y, dt - gdt, middle)
    # The parabola through y with the slopes at 0 and gamma.
    guess = combine2(y, dt, -0.7071067811865475, begin, 1.7071067811865475, middle)
    y_new, also = implicit_stage(t + dt, gdt, base, guess, matrix, y, p, rtol, atol)
    end = implicit_slope(gdt, base, y_new)
    # fmt: off
    estimate = weighted3(
        dt, 0.4714045207910317, begin, -0.6666666666666666, middle, 0.19526214587563497, end)
    # fmt: on
    error = checked_error(20.0, damped_error(estimate, matrix), found * also)
    return y_new, error, (end,)


STEPPER = Stepper(
    name="sdirk2",
    kind="ode",
    order=2,
    step=step,
    start=start,
    interpolate=interpolate,
    adaptive=True,
    error_order=2,
    memory_rows=1,
    summary="Alexander's L-stable diagonally implicit Runge-Kutta method of order 2, adaptive",
    reference="Alexander, SIAM J. Numer. Anal. 14 (1977) 1006",
    stiff=True,
    needs=frozenset({"jacobian"}),
    functions=(*NEWTON, damped_error),
    arrays=True,
    tolerances=True,
    misfit=too_large,
)
