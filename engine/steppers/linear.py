"""Linear interpolation: dense output between the steps of a path that noise drives."""

# Free names are symbols of the rendered unit.
# ruff: noqa: F821
# mypy: disable-error-code="no-untyped-def, name-defined"


def dense_rows(t, dt, y_old, y, p, memory):
    """Give nothing: both ends of the step suffice."""
    return ()


def interpolate(theta, dt, y_old, y, dense):
    """Evaluate the straight line through both ends of the step at `theta` in [0, 1].

    Continuous, and as exact as the steps themselves, of strong order 1/2 uniformly in time.
    Kloeden & Platen, Numerical Solution of Stochastic Differential Equations (1992), 9.1.
    """
    rest = 1.0 - theta
    return weighted2(1.0, rest, y_old, theta, y)
