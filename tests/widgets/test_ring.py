"""The ring and the thinned history keep what they promise, in any order of appending."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from widgets.live.ring import History, Ring


def filled(chunks: list[int], capacity: int) -> Ring:
    ring = Ring(("a", "b"), capacity)
    total = 0
    for rows in chunks:
        t = np.arange(total, total + rows, dtype=float)
        ring.append(t, np.column_stack([t, -t]))
        total += rows
    return ring


@given(st.lists(st.integers(0, 40), max_size=30), st.integers(1, 25))
def test_latest_rows_survive_in_order_whatever_the_chunks(chunks: list[int], capacity: int) -> None:
    ring = filled(chunks, capacity)
    total = sum(chunks)
    first, t, y = ring.read(0, total)
    assert ring.total == total
    assert first == max(0, total - capacity)
    np.testing.assert_array_equal(t, np.arange(first, total))
    np.testing.assert_array_equal(y, [t, -t])


@given(st.lists(st.integers(0, 40), max_size=30), st.integers(1, 25), st.floats(-5, 600))
def test_truncate_forgets_exactly_what_is_later(chunks: list[int], capacity: int, t: float) -> None:
    ring = filled(chunks, capacity)
    before = ring.read(0, ring.total)[1]
    ring.truncate(t)
    np.testing.assert_array_equal(ring.read(0, ring.total)[1], before[before <= t])


def test_rows_are_found_by_time() -> None:
    ring = filled([30], 20)
    assert ring.rows_until(25.5) == 26
    assert ring.first_since(25.5) == 26
    assert ring.first_since(-1.0) == 10
    assert ring.row(26) == (26.0, {"a": 26.0, "b": -26.0})
    with pytest.raises(IndexError, match="not kept"):
        ring.row(3)


def test_memory_never_grows() -> None:
    ring = filled([10], 100)
    held = ring.nbytes
    for _ in range(50):
        ring.append(np.zeros(1000), np.zeros((1000, 2)))
    assert ring.nbytes == held


def test_columns_are_read_by_name() -> None:
    ring = filled([5], 10)
    assert ring.read(0, 5, ["b"])[2].tolist() == [[-0.0, -1.0, -2.0, -3.0, -4.0]]


@given(st.lists(st.integers(0, 50), max_size=40))
def test_history_spans_the_whole_curve_evenly(chunks: list[int]) -> None:
    history = History(16)
    total = 0
    for rows in chunks:
        t = np.arange(total, total + rows, dtype=float)
        history.append(t, 2.0 * t)
        total += rows
    t, value = history.read()
    assert len(t) <= 17
    np.testing.assert_array_equal(value, 2.0 * t)
    if total:
        assert t[0] == 0.0
        assert t[-1] == total - 1
        assert len(t) >= min(total, 8)
        assert len(set(np.diff(t[:-1]))) <= 1
