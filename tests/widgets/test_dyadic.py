"""Bins that widen by merging pairs lose and misplace nothing."""

import time

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from widgets.live.dyadic import MOST_FAR, Bins

numbers = st.floats(-1e9, 1e9, allow_subnormal=False)


@settings(deadline=None, max_examples=60)
@given(st.lists(st.lists(numbers, min_size=1, max_size=40), min_size=1, max_size=8))
def test_counts_are_those_of_numpy_whatever_comes_in_whatever_order(pieces) -> None:
    bins = Bins(64)
    for piece in pieces:
        bins.add(np.array([piece]))
    values = np.concatenate([np.array(piece) for piece in pieces])
    for most in (64, 10, 3):
        (edges,), counts = bins.read([most])
        assert len(counts) <= most
        assert counts.sum() == len(values)
        below = np.searchsorted(np.sort(values), edges[1:-1], side="left")
        assert np.array_equal(np.cumsum(counts)[:-1], below)


def test_counts_in_a_plane_are_those_of_numpy() -> None:
    random = np.random.default_rng(1)
    bins, pieces = Bins(128, 64), []
    for k in range(40):
        piece = random.normal(size=(2, 300)) * (1.0 + k % 7) + 0.2 * k
        bins.add(piece)
        pieces.append(piece)
    values = np.concatenate(pieces, axis=1)
    edges, counts = bins.read([32, 32])
    expected, _, _ = np.histogram2d(*values, bins=edges)
    assert np.array_equal(counts, expected)


def test_a_blow_up_does_not_make_one_bin_of_all_the_rest() -> None:
    bins = Bins(256)
    bins.add(np.random.default_rng(2).normal(size=(1, 5_000)))
    bins.add(np.array([[1e3, 1e20, 1e300, np.inf, np.nan]]))
    (edges,), counts = bins.read([256])
    assert (len(counts) > 60, bins.far, bins.undefined) == (True, 3, 2)
    assert (counts.sum(), edges[-1] < 10.0) == (5_000, True)
    # But where an orbit has gone for good is no exception.
    bins.add(np.full((1, MOST_FAR), 1e4))
    (edges,), counts = bins.read([256])
    assert bins.far == 0
    assert counts.sum() == 5_000 + 3 + MOST_FAR


@pytest.mark.parametrize("sizes", [(4096,), (512, 512)])
def test_1e8_values_take_flat_memory_and_little_time(sizes) -> None:
    bins = Bins(*sizes)
    piece = np.random.default_rng(3).normal(size=(len(sizes), 10_000))
    bins.add(piece)
    held, spent = bins.counts.nbytes, []
    for _ in range(300):
        begun = time.process_time()
        bins.add(piece)
        spent.append(time.process_time() - begun)
    assert bins.counts.nbytes == held
    assert sum(place.nbytes for place in bins._waiting) <= 4 * held
    # About 0.03 and 0.1 ms on an idle machine.
    assert np.mean(spent) < 2e-3
