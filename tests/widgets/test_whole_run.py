"""A whole orbit is kept in bounded memory, spikes included, early times finely."""

import numpy as np
import pytest

import engine
from widgets.live.whole_run import MOST_BINS, WholeRun

MODEL = engine.load_model("x' = a\ny' = 0\na = 2")


def filled(values: np.ndarray, pieces: int, a: float = 2.0) -> WholeRun:
    whole = WholeRun()
    whole.begin(MODEL, ("x", "y"))
    t = np.arange(len(values), dtype=float)
    y = np.column_stack([values, 2.0 * values])
    cuts = np.linspace(0, len(values), pieces + 1).astype(int)
    for start, stop in zip(cuts[:-1], cuts[1:], strict=True):
        whole.append(t[start:stop], y[start:stop], {"a": a})
    return whole


@pytest.mark.parametrize("pieces", [1, 7, 913])
def test_bins_hold_the_extremes_of_their_rows_however_they_come(pieces: int) -> None:
    values = np.random.default_rng(0).normal(size=20_000)
    found = filled(values, pieces).read(MODEL, "x")
    assert found is not None
    first, last = found.t.T.astype(int)
    assert first[0] == 0
    assert last[-1] == len(values) - 1
    np.testing.assert_array_equal(first[1:], last[:-1] + 1)
    for a, b, low, high in zip(first, last, found.low, found.high, strict=True):
        assert low == values[a : b + 1].min()
        assert high == values[a : b + 1].max()
    # One by one at first, then the same number of bins for each doubling.
    assert (first[: 2 * MOST_BINS] == np.arange(2 * MOST_BINS)).all()
    assert len(first) < MOST_BINS * (2 + np.log2(len(values) / MOST_BINS))


def test_memory_grows_as_the_logarithm_of_the_rows() -> None:
    few, many = filled(np.zeros(10_000), 3), filled(np.zeros(640_000), 50)
    assert many.nbytes - few.nbytes <= 7 * (few.nbytes / 4)
    whole = WholeRun()
    names = tuple(f"x{k}" for k in range(300))
    whole.begin(MODEL, names)
    whole.append(np.arange(100_000.0), np.zeros((100_000, 300)), {"a": 1.0})
    assert whole.nbytes < 20e6


def test_expressions_have_the_parameters_then_in_force() -> None:
    whole = filled(np.ones(3000), 10)
    whole.append(np.arange(3000.0, 6000.0), np.ones((3000, 2)), {"a": 5.0})
    found = whole.read(MODEL, "a*x + y")
    early = found.t[:, 1] < 3000
    np.testing.assert_array_equal(found.low[early], 4.0)
    np.testing.assert_array_equal(found.high[found.t[:, 0] >= 3000], 6.0)
    # The bin in which the edit fell counts as before it.
    assert found.low[early].shape[0] + (found.t[:, 0] >= 3000).sum() >= len(found.low) - 1
    with pytest.raises(engine.ExpressionError):
        whole.read(MODEL, "nonsense")
    assert whole.read(engine.load_model("henon"), "x") is None


def test_what_is_taken_back_is_forgotten() -> None:
    values = np.arange(30_000.0)
    whole = filled(values, 4)
    whole.truncate(10_000.0)
    found = whole.read(MODEL, "x")
    assert found.t[-1, 1] <= 10_000.0
    assert found.t[-1, 1] > 9_900.0
    assert found.high.max() == found.t[-1, 1]
    whole.append(np.array([10_001.0]), np.array([[7.0, 7.0]]), {"a": 2.0})
    assert whole.read(MODEL, "x").high[-1] == 7.0
    whole.truncate(-1.0)
    assert len(whole.read(MODEL, "x").low) == 0
    whole.begin(MODEL, ("x", "y"))
    assert len(whole.read(MODEL, "x").low) == 0


def test_what_is_no_number_is_passed_over() -> None:
    values = np.ones(6000)
    values[5500] = np.nan
    found = filled(values, 3).read(MODEL, "x")
    assert np.isfinite(found.high).all()
