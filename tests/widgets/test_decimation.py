"""Thinning out to pixels never hides anything that stands out."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from widgets.live.decimation import min_max_rows


@given(
    rows=st.integers(1, 20_000),
    columns=st.integers(1, 400),
    first=st.integers(0, 10**9),
    where=st.floats(0, 1),
    size=st.sampled_from([1.0, -1.0, 1e-9, 1e300]),
)
def test_a_spike_of_one_row_always_survives(
    rows: int, columns: int, first: int, where: float, size: float
) -> None:
    y = np.zeros(rows)
    spike = int(where * (rows - 1))
    y[spike] = size
    assert spike in min_max_rows(y, columns, first)


@given(
    rows=st.integers(1, 20_000),
    columns=st.integers(1, 400),
    first=st.integers(0, 10**9),
    seed=st.integers(0, 2**32 - 1),
)
def test_the_choice_is_ordered_bounded_and_complete(
    rows: int, columns: int, first: int, seed: int
) -> None:
    y = np.random.default_rng(seed).normal(size=rows)
    chosen = min_max_rows(y, columns, first)
    assert np.all(np.diff(chosen) > 0)
    assert len(chosen) <= 4 * columns + 8
    assert chosen[0] == 0
    assert chosen[-1] == rows - 1
    assert y[chosen].min() == y.min()
    assert y[chosen].max() == y.max()


def test_the_same_rows_are_chosen_while_the_window_rolls() -> None:
    y = np.random.default_rng(0).normal(size=30_000)
    early = set(min_max_rows(y[:20_000], 100, 0))
    late = {row + 1000 for row in min_max_rows(y[1000:21_000], 100, 1000)}
    inner = range(2000, 19_000)
    assert early & set(inner) == late & set(inner)


def test_values_that_are_not_numbers_are_passed_over() -> None:
    y = np.full(5000, np.nan)
    y[777] = 3.0
    assert 777 in min_max_rows(y, 20)


def test_no_width_is_refused() -> None:
    with pytest.raises(ValueError, match="at least one pixel"):
        min_max_rows(np.zeros(3), 0)
