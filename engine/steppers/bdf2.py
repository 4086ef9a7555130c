"""Backward differentiation formula of order 2 with variable steps."""

# Free names are symbols of the rendered unit.
# ruff: noqa: F821
# mypy: disable-error-code="no-untyped-def, no-untyped-call, name-defined"

from engine.steppers.newton import NEWTON, too_large
from engine.steppers.parabola import interpolate
from engine.steppers.stepper import Stepper
from engine.steppers.trbdf2 import trbdf2_step


def sized(y, dt):
    """Return a vector whose first number is a step size."""
    sizes = keep(y)
    for i in range(COMPONENTS):
        sizes[i] = 0.0
    sizes[0] = dt
    return sizes


def start(t, y, p):
    """Give the slope at `y` and no step before it, which is a step of size 0."""
    return (rhs(t, y, p), keep(y), sized(y, 0.0))


def bdf2_step(t, dt, y, p, slope, y_last, ratio, rtol, atol):
    """Return the state (n,) after a step `ratio` times the last, the error and the slope there.

    Hairer, Nørsett & Wanner, Solving ODEs I (1993), III.5.  The prediction, a parabola through the
    last two states with the last slope, and the formula err by ``dt^2 (dt + dt_last) y'''/6`` times
    1 and times ``-(1 + ratio)/(1 + 2 ratio)``, so that their distance tells the error: Milne's
    device, Hairer, Nørsett & Wanner, III.7.
    """
    share = div(1.0 + ratio, 1.0 + 2.0 * ratio)
    gdt = share * dt
    matrix = factors(t, y, p, gdt)
    weight = -div(ratio * ratio, 1.0 + 2.0 * ratio)
    base = blend(y, y_last, weight)
    bend = weighted3(ratio, ratio, y_last, -ratio, y, dt, slope)
    guess = combine2(y, 1.0, dt, slope, 1.0, bend)
    y_new, found = implicit_stage(t + dt, gdt, base, guess, matrix, y, p, rtol, atol)
    end = implicit_slope(gdt, base, y_new)
    estimate = weighted2(div(share, 1.0 + share), 1.0, y_new, -1.0, guess)
    return y_new, checked_error(100.0, estimate, found), end


def step(t, dt, y, p, memory, rtol, atol):
    """Advance `y` (n,) by a trial step; the memory is slope, last state and last step size.

    The first step after a start, and one more than 2.4 times the last, to which the formula does
    not extend its stability (Grigorieff, Numer. Math. 42 (1983) 359: up to ``1 + sqrt(2)``), is a
    step of TR-BDF2.
    """
    slope, y_last, sizes = memory[0], memory[1], memory[2]
    if dt < 2.4 * sizes[0]:
        ratio = div(dt, sizes[0])
        y_new, error, end = bdf2_step(t, dt, y, p, slope, y_last, ratio, rtol, atol)
    else:
        y_new, error, end = trbdf2_step(t, dt, y, p, slope, rtol, atol)
    return y_new, error, (end, y, sized(y, dt))


STEPPER = Stepper(
    name="bdf2",
    kind="ode",
    order=2,
    step=step,
    start=start,
    interpolate=interpolate,
    adaptive=True,
    error_order=2,
    memory_rows=3,
    summary="Backward differentiation of order 2 with variable steps, L-stable, adaptive",
    reference="Hairer, Nørsett & Wanner, Solving ODEs I (1993), III.5",
    stiff=True,
    needs=frozenset({"jacobian"}),
    functions=(*NEWTON, trbdf2_step, sized, bdf2_step),
    arrays=True,
    tolerances=True,
    misfit=too_large,
)
