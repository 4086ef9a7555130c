"""Rosenbrock method of six stages, order 4(3), stiffly accurate, with dense output of order 3."""

# Free names are symbols of the rendered unit.
# ruff: noqa: F821
# mypy: disable-error-code="no-untyped-def, no-untyped-call, name-defined"

from engine.steppers.newton import too_large
from engine.steppers.stepper import Stepper


def start(t, y, p):
    """Give a memory for dense output, of a step of size 0."""
    return (weighted1(0.0, 1.0, y), weighted1(0.0, 1.0, y))


def rosenbrock_stage(t, y, p, gdt, matrix, slope, tau):
    """Return k (n,) with ``(I - gdt J) k = gdt (slope + tau df/dt)``, derivatives at (t, y).

    J is the Jacobian of the state together with its tangent vectors v: their equations
    ``v' = J v`` change with the state and with time.
    """
    k = weighted1(gdt, 1.0, slope)
    add_slopes(t, y, p, gdt, tau, k)
    solve_block(matrix, k, 0)
    if VARIATIONAL:
        for at in range(STATES, COMPONENTS, STATES):
            part = k[at : at + STATES]
            add_tangent_slopes(t, y, y[at : at + STATES], p, gdt, tau, k, part)
            solve_block(matrix, k, at)
    return k


def larger_error(t, dt, gdt, y, y_new, p, matrix, k6, dense, more):
    """Return the error (n,) of the step or, where it is larger, that of its dense output.

    Where the motion is stiff, the end of a step is far more accurate than what lies inside.  The
    residual u' - f(u) of the continuous extension u in the middle tells by how much: Enright,
    J. Comput. Appl. Math. 125 (2000) 159.
    """
    u = combine2(blend(y, y_new, 0.5), 0.25, 1.0, dense, 0.5, more)
    slope = weighted3(0.25, 1.0, y_new, -1.0, y, 0.25, more)
    off = combine1(slope, -gdt, 1.0, rhs(t + 0.5 * dt, u, p))
    solve_block(matrix, off, 0)
    error = keep(k6)
    for i in range(STATES):
        error[i] = max(abs(error[i]), abs(off[i]))
    return error


def step(t, dt, y, p, memory):
    """Advance `y` (n,) by a trial step.

    RODAS of Hairer & Wanner, Solving ODEs II (1996), IV.7 and VI.4, with the coefficients of
    their code of that name.  The memory is the two rows of its dense output.
    """
    gdt = 0.25 * dt
    per = div(1.0, dt)
    m = factors(t, y, p, gdt)
    # fmt: off
    k1 = rosenbrock_stage(t, y, p, gdt, m, rhs(t, y, p), 0.25 * dt)
    k2 = rosenbrock_stage(t, y, p, gdt, m, combine1(
        rhs(t + 0.386 * dt, axpy(y, 1.544, k1), p), per, -5.6688, k1), -0.1043 * dt)
    k3 = rosenbrock_stage(t, y, p, gdt, m, combine2(
        rhs(t + 0.21 * dt, combine2(
            y, 1.0, 0.9466785280815826, k1, 0.2557011698983284, k2), p),
        per, -2.430093356833875, k1, -0.2063599157091915, k2), 0.1035 * dt)
    k4 = rosenbrock_stage(t, y, p, gdt, m, combine3(
        rhs(t + 0.63 * dt, combine3(
            y, 1.0, 3.314825187068521, k1, 2.896124015972201, k2, 0.9986419139977817, k3), p),
        per, -0.1073529058151375, k1, -9.594562251023355, k2, -20.47028614809616, k3),
        -0.03620000000000023 * dt)
    y5 = combine4(
        y, 1.0, 1.221224509226641, k1, 6.019134481288629, k2, 12.53708332932087, k3,
        -0.6878860361058950, k4)
    k5 = rosenbrock_stage(t, y, p, gdt, m, combine4(
        rhs(t + dt, y5, p), per, 7.496443313967647, k1, -10.24680431464352, k2,
        -33.99990352819905, k3, 11.70890893206160, k4), 0.0)
    y6 = axpy(y5, 1.0, k5)
    k6 = rosenbrock_stage(t, y, p, gdt, m, combine5(
        rhs(t + dt, y6, p), per, 8.083246795921522, k1, -7.981132988064893, k2,
        -31.52159432874371, k3, 16.31930543123136, k4, -6.058818238834054, k5), 0.0)
    dense = weighted5(
        1.0, 10.12623508344586, k1, -7.487995877610167, k2, -34.80091861555747, k3,
        -7.992771707568823, k4, 1.025137723295662, k5)
    more = weighted5(
        1.0, -0.6762803392801253, k1, 6.087714651680015, k2, 16.43084320892478, k3,
        24.76722511418386, k4, -6.594389125716872, k5)
    # fmt: on
    y_new = axpy(y6, 1.0, k6)
    error = larger_error(t, dt, gdt, y, y_new, p, m, k6, dense, more)
    return y_new, error, (dense, more)


def dense_rows(t, dt, y_old, y, p, memory):
    """Give the two rows of the continuous extension and what it errs by at a quarter of the step.

    Where the motion is stiff, its error is a cubic that is 0 in the middle, where `larger_error`
    does not see it, and the residual solved with the matrix is that error.
    """
    gdt = 0.25 * dt
    u = combine2(blend(y_old, y, 0.25), 0.1875, 1.0, memory[0], 0.25, memory[1])
    slope = weighted4(0.25, 1.0, y, -1.0, y_old, 0.5, memory[0], 0.3125, memory[1])
    off = combine1(slope, -gdt, 1.0, rhs(t + gdt, u, p))
    solve_block(factors(t, y_old, p, gdt), off, 0)
    if VARIATIONAL:
        for i in range(STATES, COMPONENTS):
            off[i] = 0.0
    return (memory[0], memory[1], off)


def interpolate(theta, dt, y_old, y, dense):
    """Evaluate the continuous extension at `theta` in [0, 1], of order 3.

    Hairer & Wanner, Solving ODEs II (1996), VI.4, and their code RODAS (CONTRO), less the cubic
    that is the third row of `dense` at 1/4.
    """
    rest = 1.0 - theta
    a = theta * rest
    extension = combine2(blend(y_old, y, theta), a, 1.0, dense[0], theta, dense[1])
    return axpy(extension, -a * (rest - theta) / 0.09375, dense[2])


STEPPER = Stepper(
    name="rodas4",
    kind="ode",
    order=4,
    step=step,
    start=start,
    interpolate=interpolate,
    dense_rows=dense_rows,
    adaptive=True,
    error_order=3,
    memory_rows=2,
    summary="Rosenbrock method of order 4(3), L-stable, adaptive",
    reference="Hairer & Wanner, Solving ODEs II (1996), VI.4",
    stiff=True,
    needs=frozenset({"jacobian", "second_derivatives"}),
    functions=(rosenbrock_stage, larger_error),
    arrays=True,
    misfit=too_large,
)
