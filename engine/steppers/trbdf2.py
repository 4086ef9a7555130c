"""TR-BDF2: the trapezoidal rule, then the second-order backward difference; order 2, L-stable."""

# Free names are symbols of the rendered unit.
# ruff: noqa: F821
# mypy: disable-error-code="no-untyped-def, no-untyped-call, name-defined"

from engine.steppers.newton import NEWTON, too_large
from engine.steppers.parabola import interpolate
from engine.steppers.stepper import Stepper


def start(t, y, p):
    """Give the slope at `y`."""
    return (rhs(t, y, p),)


def trbdf2_step(t, dt, y, p, begin, rtol, atol):
    """Return the state (n,) after a step, the error and the slope at the end.

    Bank et al., IEEE Trans. Electron Devices 32 (1985) 1992, as a Runge-Kutta method with one
    matrix and an embedded formula of order 3: Hosea & Shampine, Appl. Numer. Math. 20 (1996) 21.
    """
    gdt = 0.2928932188134525 * dt
    matrix = factors(t, y, p, gdt)
    base = axpy(y, gdt, begin)
    guess = axpy(y, 2.0 * gdt, begin)
    z, found = implicit_stage(t + 2.0 * gdt, gdt, base, guess, matrix, y, p, rtol, atol)
    middle = implicit_slope(gdt, base, z)
    base = combine2(y, dt, 0.3535533905932738, begin, 0.3535533905932738, middle)
    # The parabola through y with the slopes at 0 and 2 gamma.
    guess = combine2(y, dt, 0.14644660940672624, begin, 0.8535533905932737, middle)
    y_new, also = implicit_stage(t + dt, gdt, base, guess, matrix, y, p, rtol, atol)
    end = implicit_slope(gdt, base, y_new)
    # fmt: off
    estimate = weighted3(
        dt, 0.1380711874576984, begin, -0.3333333333333333, middle, 0.1952621458756350, end)
    # fmt: on
    return y_new, checked_error(100.0, estimate, found * also), end


def step(t, dt, y, p, memory, rtol, atol):
    """Advance `y` (n,) by a trial step; the memory is the slope at its begin."""
    y_new, error, end = trbdf2_step(t, dt, y, p, memory[0], rtol, atol)
    return y_new, error, (end,)


STEPPER = Stepper(
    name="trbdf2",
    kind="ode",
    order=2,
    step=step,
    start=start,
    interpolate=interpolate,
    adaptive=True,
    error_order=2,
    memory_rows=1,
    summary="Trapezoidal rule and backward difference in one step, L-stable, order 2, adaptive",
    reference="Hosea & Shampine, Appl. Numer. Math. 20 (1996) 21",
    stiff=True,
    needs=frozenset({"jacobian"}),
    functions=(*NEWTON, trbdf2_step),
    arrays=True,
    tolerances=True,
    misfit=too_large,
)
