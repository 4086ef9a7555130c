"""The pace neither drifts nor races after a stall."""

import math

import pytest
from hypothesis import given
from hypothesis import strategies as st

from widgets.live.pacing import LONGEST_DEBT, Pace, speed_to_show


@given(st.lists(st.floats(1e-4, LONGEST_DEBT), min_size=1, max_size=200), st.floats(0.01, 100))
def test_irregular_turns_add_up_to_the_time_passed(turns: list[float], speed: float) -> None:
    pace = Pace(speed)
    now = 5.0
    assert pace.due(now) == 0.0
    due = 0.0
    for turn in turns:
        now += turn
        due += pace.due(now)
    assert due == pytest.approx(speed * (now - 5.0), rel=1e-9)


def test_a_stall_is_forgiven() -> None:
    pace = Pace(2.0)
    pace.due(0.0)
    assert pace.due(3600.0) == pytest.approx(2.0 * LONGEST_DEBT)
    assert pace.due(3600.01) == pytest.approx(0.02)


def test_rest_does_not_count() -> None:
    pace = Pace(1.0)
    pace.due(0.0)
    pace.rest()
    assert pace.due(0.05) == 0.0
    assert pace.due(0.09) == pytest.approx(0.04)


def test_a_clock_set_back_asks_for_nothing() -> None:
    pace = Pace(1.0)
    pace.due(10.0)
    assert pace.due(9.0) == 0.0


@given(st.floats(1e-6, 1e9))
def test_the_speed_to_show_is_round_and_near(duration: float) -> None:
    speed = speed_to_show(duration)
    mantissa = speed / 10.0 ** math.floor(math.log10(speed) + 1e-9)
    assert round(mantissa, 6) in (1.0, 2.0, 5.0)
    assert 19.99 <= duration / speed <= 50.01
