"""Step-size control shared by all adaptive steppers."""

# Free names are symbols of the rendered unit.
# ruff: noqa: F821
# mypy: disable-error-code="no-untyped-def, name-defined"


def next_step_size(h, norm, last_norm, error_order, beta):
    """Give the step after an accepted one: the PI controller.

    ``h * 0.9 * norm**-(1/q - 0.75 beta) * last_norm**beta`` with ``q = error_order + 1``, kept
    between ``0.2 h`` and ``10 h``.  Hairer & Wanner, Solving ODEs II (1996), IV.2, and
    Gustafsson, ACM Trans. Math. Softw. 17 (1991) 533.  At rest, where nothing holds the steps
    small, they stay finite.
    """
    exponent = 1.0 / (error_order + 1.0) - 0.75 * beta
    factor = 10.0
    if norm > 0.0:
        factor = 0.9 * power(norm, -exponent) * power(max(last_norm, 1.0e-4), beta)
    return min(h * min(10.0, max(0.2, factor)), 1.0e100)


def rejected_step_size(h, norm, error_order):
    """Give the step to try after a rejected one, between ``0.2 h`` and ``0.9 h``.

    A norm that is not finite shrinks the step to ``0.2 h``.
    """
    factor = 0.2
    if norm < 1.0e300:
        factor = 0.9 * power(norm, -1.0 / (error_order + 1.0))
    return h * min(0.9, max(0.2, factor))
