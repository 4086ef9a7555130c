"""A whole orbit against time, in as many strokes as there are pixels."""

import math

import numpy as np
import numpy.typing as npt

from widgets.live.whole_run import Envelope

Values = npt.NDArray[np.float64]


def stroke(envelope: Envelope, columns: int, *, start: float, log: bool) -> tuple[Values, Values]:
    """Return a curve that goes through the extremes of every column of pixels.

    Parameters
    ----------
    envelope : Envelope
    columns : int
        Width of the picture in pixels.
    start : float
        Time from which the axis counts.
    log : bool
        The axis is logarithmic: what is not later than `start` is left out.

    Returns
    -------
    x : array (points,)
        Times since `start`.
    y : array (points,)
    """
    t, low, high = envelope.t - start, envelope.low, envelope.high
    if log:
        if len(t) and t[0, 0] < 0.0:
            # Where time runs down, it is how far it has come that counts.
            t, low, high = -t[::-1, ::-1], low[::-1], high[::-1]
        later = t[:, 0] > 0.0
        t, low, high = t[later], low[later], high[later]
    if len(t) > 2 * columns:
        place = np.log(t[:, 0]) if log else t[:, 0]
        span = place[-1] - place[0]
        pixel = np.floor((place - place[0]) * (columns / span if span > 0.0 else 0.0))
        starts = np.flatnonzero(np.diff(pixel, prepend=-1.0))
        low, high = np.fmin.reduceat(low, starts), np.fmax.reduceat(high, starts)
        t = np.column_stack([t[starts, 0], t[np.append(starts[1:], len(t)) - 1, 1]])
    single = low == high
    keep = np.column_stack([np.ones(len(t), bool), ~single | (t[:, 0] != t[:, 1])]).ravel()
    # The extremes come in the order in which the curve goes, as far as its course tells.
    falls = np.gradient(low + high) < 0.0 if len(low) > 1 else np.zeros(len(low), bool)
    ends = np.column_stack([np.where(falls, high, low), np.where(falls, low, high)])
    return t.ravel()[keep], ends.ravel()[keep]


def decade_below(value: float) -> float:
    """Return the power of ten at or below a positive number."""
    return float(10.0 ** math.floor(math.log10(value) + 1e-9))
