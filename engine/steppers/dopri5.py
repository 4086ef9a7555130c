"""Dormand-Prince pair, order 5(4), with dense output of order 4."""

# Free names are symbols of the rendered unit.
# ruff: noqa: F821
# mypy: disable-error-code="no-untyped-def, name-defined"

from engine.steppers.stepper import Stepper


def start(t, y, p):
    """Give a memory whose last stage is the derivative at `y` (first same as last)."""
    k = rhs(t, y, p)
    return (k, k, k, k, k, k, k)


def step(t, dt, y, p, memory):
    """Advance `y` (n,) by a trial step; the memory is the seven stages.

    Dormand & Prince, J. Comput. Appl. Math. 6 (1980) 19, table 2.
    """
    k1 = memory[6]
    # fmt: off
    k2 = rhs(t + dt / 5.0, axpy(y, dt / 5.0, k1), p)
    k3 = rhs(t + 0.3 * dt, combine2(y, dt, 3.0 / 40.0, k1, 9.0 / 40.0, k2), p)
    k4 = rhs(t + 0.8 * dt, combine3(
        y, dt, 44.0 / 45.0, k1, -56.0 / 15.0, k2, 32.0 / 9.0, k3), p)
    k5 = rhs(t + dt * (8.0 / 9.0), combine4(
        y, dt, 19372.0 / 6561.0, k1, -25360.0 / 2187.0, k2, 64448.0 / 6561.0, k3,
        -212.0 / 729.0, k4), p)
    k6 = rhs(t + dt, combine5(
        y, dt, 9017.0 / 3168.0, k1, -355.0 / 33.0, k2, 46732.0 / 5247.0, k3,
        49.0 / 176.0, k4, -5103.0 / 18656.0, k5), p)
    y_new = combine5(
        y, dt, 35.0 / 384.0, k1, 500.0 / 1113.0, k3, 125.0 / 192.0, k4,
        -2187.0 / 6784.0, k5, 11.0 / 84.0, k6)
    k7 = rhs(t + dt, y_new, p)
    error = weighted6(
        dt, 71.0 / 57600.0, k1, -71.0 / 16695.0, k3, 71.0 / 1920.0, k4,
        -17253.0 / 339200.0, k5, 22.0 / 525.0, k6, -1.0 / 40.0, k7)
    # fmt: on
    return y_new, error, (k1, k2, k3, k4, k5, k6, k7)


def interpolate(theta, dt, y_old, y, dense):
    """Evaluate the continuous extension at `theta` in [0, 1]; `dense` is the seven stages.

    Hairer, Nørsett & Wanner, Solving ODEs I (1993), II.6, and their code DOPRI5 (contd5).
    """
    rest = 1.0 - theta
    a = theta * rest
    b = theta * a
    c = a * a
    d1 = -12715105075.0 / 11282082432.0
    d3 = 87487479700.0 / 32700410799.0
    d4 = -10690763975.0 / 1880347072.0
    d5 = 701980252875.0 / 199316789632.0
    d6 = -1453857185.0 / 822651844.0
    d7 = 69997945.0 / 29380423.0
    # fmt: off
    return combine6(
        blend(y_old, y, theta - a + 2.0 * b), dt,
        a - b + c * d1, dense[0], c * d3, dense[2], c * d4, dense[3],
        c * d5, dense[4], c * d6, dense[5], c * d7 - b, dense[6])
    # fmt: on


STEPPER = Stepper(
    name="dopri5",
    kind="ode",
    order=5,
    step=step,
    start=start,
    interpolate=interpolate,
    adaptive=True,
    error_order=4,
    stability=3.3066,
    memory_rows=7,
    aliases=("rk45",),
    summary="Dormand-Prince pair of order 5(4), adaptive",
    reference="Dormand & Prince, J. Comput. Appl. Math. 6 (1980) 19",
)
