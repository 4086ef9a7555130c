"""Tsitouras' pair, order 5(4), with dense output of order 4."""

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

    Tsitouras, Comput. Math. Appl. 62 (2011) 770, table 1.
    """
    k1 = memory[6]
    # fmt: off
    k2 = rhs(t + 0.161 * dt, axpy(y, 0.161 * dt, k1), p)
    k3 = rhs(t + 0.327 * dt, combine2(
        y, dt, -0.008480655492356989, k1, 0.335480655492357, k2), p)
    k4 = rhs(t + 0.9 * dt, combine3(
        y, dt, 2.8971530571054935, k1, -6.359448489975075, k2, 4.3622954328695815, k3), p)
    k5 = rhs(t + 0.9800255409045097 * dt, combine4(
        y, dt, 5.325864828439257, k1, -11.748883564062828, k2, 7.4955393428898365, k3,
        -0.09249506636175525, k4), p)
    k6 = rhs(t + dt, combine5(
        y, dt, 5.86145544294642, k1, -12.92096931784711, k2, 8.159367898576159, k3,
        -0.071584973281401, k4, -0.028269050394068383, k5), p)
    y_new = combine6(
        y, dt, 0.09646076681806523, k1, 0.01, k2, 0.4798896504144996, k3, 1.379008574103742, k4,
        -3.290069515436081, k5, 2.324710524099774, k6)
    k7 = rhs(t + dt, y_new, p)
    error = weighted7(
        dt, 0.0017800110522257771, k1, 0.0008164344596567469, k2, -0.007880878010261995, k3,
        0.1447110071732629, k4, -0.5823571654525552, k5, 0.45808210592918697, k6,
        -1.0 / 66.0, k7)
    # fmt: on
    return y_new, error, (k1, k2, k3, k4, k5, k6, k7)


def interpolate(theta, dt, y_old, y, dense):
    """Evaluate the continuous extension at `theta` in [0, 1]; `dense` is the seven stages.

    Tsitouras, Comput. Math. Appl. 62 (2011) 770, section 4.
    """
    square = theta * theta
    # fmt: off
    b1 = -1.0530884977290216 * theta * (theta - 1.3299890189751412) * (
        square - 1.4364028541716351 * theta + 0.7139816917074209)
    b2 = 0.1017 * square * (square - 2.1966568338249754 * theta + 1.2949852507374631)
    b3 = 2.490627285651252793 * square * (
        square - 2.38535645472061657 * theta + 1.57803468208092486)
    b4 = -16.54810288924490272 * square * (
        (theta - 1.21712927295533244) * (theta - 0.61620406037800089))
    b5 = 47.37952196281928122 * square * (
        (theta - 1.203071208372362603) * (theta - 0.658047292653547382))
    b6 = -34.87065786149660974 * square * ((theta - 1.2) * (theta - 2.0 / 3.0))
    b7 = 2.5 * square * ((theta - 1.0) * (theta - 0.6))
    return combine7(
        y_old, dt, b1, dense[0], b2, dense[1], b3, dense[2], b4, dense[3], b5, dense[4],
        b6, dense[5], b7, dense[6])
    # fmt: on


STEPPER = Stepper(
    name="tsit5",
    kind="ode",
    order=5,
    step=step,
    start=start,
    interpolate=interpolate,
    adaptive=True,
    error_order=4,
    stability=3.5068,
    memory_rows=7,
    summary="Tsitouras' pair of order 5(4), adaptive",
    reference="Tsitouras, Comput. Math. Appl. 62 (2011) 770",
)
