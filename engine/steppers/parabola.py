"""Dense output of implicit methods: the parabola that ends with the step's last slope."""

# Free names are symbols of the rendered unit.
# ruff: noqa: F821
# mypy: disable-error-code="no-untyped-def, name-defined"


def interpolate(theta, dt, y_old, y, dense):
    """Evaluate it at `theta` in [0, 1]; the first row of `dense` is the slope at the end.

    Of order 2, with an error of ``theta (1 - theta)^2 dt^3 y''' / 6``.  It takes nothing from
    the slope at the begin, which is steep where a fast motion is about to decay.
    """
    rest = 1.0 - theta
    return axpy(blend(y_old, y, 1.0 - rest * rest), -theta * rest * dt, dense[0])
