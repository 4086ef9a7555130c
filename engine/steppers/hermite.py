"""Cubic Hermite interpolation: dense output for every stepper that has none of its own."""

# Free names are symbols of the rendered unit.
# ruff: noqa: F821
# mypy: disable-error-code="no-untyped-def, name-defined"


def dense_rows(t, dt, y_old, y, p, memory):
    """Give the derivatives at both ends of the step from `t` to `t + dt`."""
    return (rhs(t, y_old, p), rhs(t + dt, y, p))


def interpolate(theta, dt, y_old, y, dense):
    """Evaluate the cubic through both ends with their derivatives at `theta` in [0, 1].

    Exact for cubics, else with an error of order ``dt**4``.  Hairer, Nørsett & Wanner, Solving
    ODEs I (1993), II.6, formula (6.7).
    """
    rest = 1.0 - theta
    a = theta * theta * (3.0 - 2.0 * theta)
    b = theta * rest
    return combine2(blend(y_old, y, a), dt, b * rest, dense[0], -b * theta, dense[1])
