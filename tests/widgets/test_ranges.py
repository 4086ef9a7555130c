"""Axis limits contain what is shown and change rarely."""

import math

from hypothesis import given
from hypothesis import strategies as st

from widgets.views.ranges import FirstFits, GrowingRange

extents = st.tuples(st.floats(-1e6, 1e6), st.floats(-1e6, 1e6)).map(sorted)


@given(st.lists(extents, min_size=1))
def test_limits_contain_everything_and_only_grow(shown: list[list[float]]) -> None:
    axis = GrowingRange()
    before = None
    for low, high in shown:
        bottom, top = axis.include(low, high)
        assert bottom <= low <= high <= top
        assert bottom < top
        if before is not None:
            assert bottom <= before[0]
            assert top >= before[1]
        before = (bottom, top)


def test_a_curve_that_grows_steadily_moves_the_limits_rarely() -> None:
    axis = GrowingRange()
    limits = {axis.include(0.0, 1.0 + k / 100) for k in range(1000)}
    assert len(limits) < 20


def test_fitting_starts_afresh_and_what_is_not_finite_is_passed_over() -> None:
    axis = GrowingRange()
    assert axis.include(math.nan, math.nan) == (0.0, 1.0)
    axis.include(-100.0, 100.0)
    assert axis.include(0.0, math.inf) == axis.limits
    axis.forget()
    bottom, top = axis.include(0.0, 1.0)
    assert (bottom, top) == (-0.06, 1.06)


def test_a_picture_that_fills_up_is_fitted_whenever_it_has_doubled() -> None:
    fits = FirstFits()
    due = [rows for rows in range(1, 1000) if fits.due(rows, full=rows >= 300)]
    assert due == [16, 32, 64, 128, 256, 512]
    fits.begin()
    assert fits.due(16, full=True)
