"""How far an expression of an orbit has gone from its first value, over the whole orbit."""

import numpy as np

from widgets.live.columns import Array
from widgets.live.gathering import Gatherer

BINS = 1 << 11
"""Bins of the history; when they are full, they are merged in pairs."""


class Drifting(Gatherer):
    """Keep between which values a column lay, from the first row on, in bounded memory.

    Attributes
    ----------
    first : float
        The value at the first row.
    most : float
        The largest deviation from it so far.
    most_t : float
        When that was.
    last : float
        The latest value.
    """

    def clear(self) -> None:
        """Forget everything."""
        self.first = self.last = self.most = self.most_t = np.nan
        self._stride = 1
        self._rows = 0
        self._t: Array = np.empty(BINS)
        self._low: Array = np.empty(BINS)
        self._high: Array = np.empty(BINS)

    def gather(self, t: Array, columns: Array, first: int) -> None:
        """Add rows."""
        values = columns[0]
        if np.isnan(self.first):
            defined = np.flatnonzero(np.isfinite(values))
            if not len(defined):
                return
            t, values = t[defined[0] :], values[defined[0] :]
            self.first, self.most, self.most_t = float(values[0]), 0.0, float(t[0])
        self.last = float(values[-1])
        away = np.abs(values - self.first)
        if np.isfinite(away).any():
            place = int(np.nanargmax(np.where(np.isfinite(away), away, np.nan)))
            if away[place] > self.most:
                self.most, self.most_t = float(away[place]), float(t[place])
        while len(t):
            room = BINS * self._stride - self._rows
            self._add(t[:room], values[:room])
            t, values = t[room:], values[room:]
            if self._rows == BINS * self._stride:
                self._merge()

    def read(self) -> tuple[Array, Array, Array]:
        """Return the times of the bins, and the lowest and the highest value in each."""
        used = -(-self._rows // self._stride)
        return self._t[:used].copy(), self._low[:used].copy(), self._high[:used].copy()

    def _add(self, t: Array, values: Array) -> None:
        places = (self._rows + np.arange(len(t))) // self._stride
        starts = np.flatnonzero(np.diff(places, prepend=places[0] - 1))
        low, high = np.fmin.reduceat(values, starts), np.fmax.reduceat(values, starts)
        if self._rows % self._stride:
            low[0] = np.fmin(low[0], self._low[places[0]])
            high[0] = np.fmax(high[0], self._high[places[0]])
        bins = slice(places[0], places[-1] + 1)
        self._low[bins], self._high[bins] = low, high
        self._t[bins] = t[np.append(starts[1:], len(t)) - 1]
        self._rows += len(t)

    def _merge(self) -> None:
        half = BINS // 2
        self._t[:half] = self._t[1::2]
        self._low[:half] = np.fmin(self._low[::2], self._low[1::2])
        self._high[:half] = np.fmax(self._high[::2], self._high[1::2])
        self._stride *= 2
