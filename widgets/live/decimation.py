"""Reduce a signal to what a row of pixels can show, without hiding a spike."""

import numpy as np
import numpy.typing as npt
from tsdownsample import MinMaxDownsampler

Array = npt.NDArray[np.float64]

_downsampler = MinMaxDownsampler()


def min_max_rows(y: Array, columns: int, first: int = 0) -> npt.NDArray[np.intp]:
    """Choose the rows whose line looks, `columns` pixels wide, like that of all rows.

    From each bin of rows the smallest and the largest value are taken, so a spike of a single
    row survives wherever it is.  The bins are a power of two long and begin at multiples of
    their length, counted from the run's beginning: in a rolling window a bin's rows stay
    together from frame to frame, and the picture glides instead of shimmering.

    Parameters
    ----------
    y : array (rows,)
        The signal; rows that are not a number are passed over.
    columns : int
        Width of the picture in pixels, at least 1.
    first : int
        Number of the first row, counted since the run began.

    Returns
    -------
    array of int
        Ascending places in `y`, the first and the last row always among them; at most
        4 * columns + 8 of them.
    """
    if columns < 1:
        raise ValueError(f"a picture is at least one pixel wide, not {columns}")
    rows = len(y)
    if rows <= 4 * columns:
        return np.arange(rows)
    length = 1 << int(np.ceil(np.log2(rows / columns)))
    head = min(-first % length, rows)
    bins = (rows - head) // length
    tail = head + bins * length
    pieces = [np.array([0]), _extremes(y[:head], 1)]
    if bins:
        pieces.append(head + _extremes(np.ascontiguousarray(y[head:tail]), bins))
    pieces += [tail + _extremes(y[tail:], 1), np.array([rows - 1])]
    return np.unique(np.concatenate(pieces))


def _extremes(y: Array, bins: int) -> npt.NDArray[np.intp]:
    """Return the places of the smallest and the largest value in each of `bins` equal bins."""
    if len(y) <= 2 * bins:
        return np.arange(len(y))
    return _downsampler.downsample(y, n_out=2 * bins).astype(np.intp)
