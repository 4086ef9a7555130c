"""Counts in equal bins that widen by merging pairs, so that no value is ever lost."""

import math
from collections.abc import Sequence

import numpy as np
import numpy.typing as npt

Array = npt.NDArray[np.float64]
Counts = npt.NDArray[np.int64]

FAR = 64.0
"""How many times the extent so far a value lies away to count as far."""

SETTLED = 1_000
"""Values after which some that are far no longer decide the bins at once."""

NARROWEST = 2.0**-18
"""Width of the narrowest bins that are given back, as a part of the values' size."""

FINEST = 1e-60
"""Smallest size that a first value counts as having."""

MOST_FAR = 256
"""Most values that are held apart as far; more of them are no exception."""


class Grid:
    """Place values in bins ``[i * 2**k, (i + 1) * 2**k)``, of which so many are held.

    A bin of the next power is exactly two of these, so nothing is lost or misplaced when a value
    lies outside and the bins are merged in pairs.

    Attributes
    ----------
    power : int
        k.
    low, high : int
        The lowest and the highest bin in which there is a value.
    """

    def __init__(self, bins: int) -> None:
        self.bins = bins
        self.power = 0
        self.first = 0
        self.low = self.high = 0
        self.least, self.most = math.inf, -math.inf

    @property
    def empty(self) -> bool:
        """Return True before there is a value."""
        return self.most < self.least

    def covers(self, least: float, most: float) -> bool:
        """Tell whether there have been values as small and as large; False of what is no number."""
        return self.least <= least and most <= self.most

    def far(self, values: Array) -> npt.NDArray[np.bool_]:
        """Tell which values lie far away from all others so far."""
        room = FAR * max(self.most - self.least, 2.0**self.power)
        return np.asarray((values < self.least - room) | (values > self.most + room))

    def cover(self, values: Array) -> Counts | None:
        """Let the bins reach as far as the values; return where the old bins went, if they did."""
        least = min(self.least, float(values.min()))
        most = max(self.most, float(values.max()))
        if self.covers(least, most):
            return None
        was_empty, power, first = self.empty, self.power, self.first
        self.least, self.most = least, most
        if was_empty:
            self.power = self._finest(least, most)
        half = 0.5 * most - 0.5 * least
        if half > 0.0:
            self.power = max(self.power, math.frexp(half)[1] - self.bins.bit_length())
        while self._bin(most) - self._bin(least) >= self.bins:
            self.power += 1
        self.low, self.high = self._bin(least), self._bin(most)
        same = not was_empty and self.power == power
        if same and first <= self.low and self.high < first + self.bins:
            return None
        self.first = self.low - (self.bins - 1 - (self.high - self.low)) // 2
        return ((np.arange(self.bins) + first) >> (self.power - power)) - self.first

    def place(self, values: Array) -> Counts:
        """Return the places of values that are covered, from 0 to `bins` - 1."""
        scaled = values * 2.0**-self.power
        np.floor(scaled, out=scaled)
        scaled -= self.first
        return scaled.astype(np.int64)

    def coarser(self, bins: int) -> tuple[int, Array]:
        """Return how often to merge pairs for at most so many bins, and their edges."""
        times = 0
        # Narrower bins than the eye, or a page's numbers, can tell apart say nothing.
        narrow = NARROWEST * max(abs(self.least), abs(self.most))
        while (self.high >> times) - (self.low >> times) >= bins or (
            math.ldexp(1.0, self.power + times) < narrow
        ):
            times += 1
        low, high = self.low >> times, self.high >> times
        return times, np.ldexp(np.arange(low, high + 2, dtype=np.float64), self.power + times)

    def merged(self, counts: Counts, times: int, axis: int = 0) -> Counts:
        """Return the counts from the lowest to the highest bin, merged in pairs so many times."""
        start, low, high = self.low - self.first, self.low, self.high
        shown = np.moveaxis(counts, axis, 0)[start : start + high - low + 1]
        for _ in range(times):
            edge = np.zeros((1, *shown.shape[1:]), np.int64)
            before, after = ([edge] if odd else [] for odd in (low % 2, not high % 2))
            whole = np.concatenate([*before, shown, *after]) if before or after else shown
            shown = whole[::2] + whole[1::2]
            low, high = low >> 1, high >> 1
        return np.moveaxis(shown, 0, axis)

    def _bin(self, value: float) -> int:
        return math.floor(math.ldexp(value, -self.power))

    def _finest(self, least: float, most: float) -> int:
        """Return the power of bins that leave the first values room, and can be counted."""
        size = max(abs(least), abs(most), FINEST)
        width = max((0.5 * most - 0.5 * least) / (self.bins // 4), size * 2.0**-40)
        return math.ceil(math.log2(width))


class Bins:
    """Count values, or pairs of them, in bins that grow with what comes.

    A value that lies far outside of all others, as while an orbit blows up, is held apart, so that
    a few of them do not make one bin of all the rest; many of them are no exception.

    Parameters
    ----------
    sizes : sequence of int
        Most bins along each axis.

    Attributes
    ----------
    counted : int
        Values counted.
    undefined : int
        Values that were no finite number.
    """

    def __init__(self, *sizes: int) -> None:
        self._sizes = sizes
        self.clear()

    def clear(self) -> None:
        """Forget every value."""
        self.grids = tuple(Grid(size) for size in self._sizes)
        self.counts = np.zeros(self._sizes, np.int64)
        self.counted = self.undefined = 0
        self._apart: Array = np.empty((len(self._sizes), 0))
        self._waiting: list[Counts] = []
        self._waits = 0

    @property
    def far(self) -> int:
        """Return how many values are held apart."""
        return self._apart.shape[1]

    def add(self, columns: Array) -> None:
        """Count values (axes, rows)."""
        if not columns.shape[1]:
            return
        ends = zip(columns.min(axis=1).tolist(), columns.max(axis=1).tolist(), strict=True)
        if all(grid.covers(*end) for grid, end in zip(self.grids, ends, strict=True)):
            self._count(columns)
            return
        finite = np.isfinite(columns).all(axis=0)
        if not finite.all():
            self.undefined += int(len(finite) - np.count_nonzero(finite))
            columns = columns[:, finite]
        if self.counted >= SETTLED:
            far = np.zeros(columns.shape[1], bool)
            for grid, values in zip(self.grids, columns, strict=True):
                far |= grid.far(values)
            self._apart = np.concatenate([self._apart, columns[:, far]], axis=1)
            columns = columns[:, ~far]
        self._cover(columns)
        if self.far > MOST_FAR:
            apart, self._apart = self._apart, np.empty((len(self._sizes), 0))
            self._cover(apart)

    def _cover(self, columns: Array) -> None:
        if not columns.shape[1]:
            return
        for axis, (grid, values) in enumerate(zip(self.grids, columns, strict=True)):
            went = grid.cover(values)
            if went is not None and self.counted:
                self._sum_up()
                self._move(axis, went)
        self._count(columns)

    def _count(self, columns: Array) -> None:
        places = [grid.place(v) for grid, v in zip(self.grids, columns, strict=True)]
        flat = places[0]
        for size, more in zip(self._sizes[1:], places[1:], strict=True):
            flat *= size
            flat += more
        self.counted += len(flat)
        self._waiting.append(flat)
        self._waits += len(flat)
        # An array of all the bins is worth its while for many values only.
        if 4 * self._waits > self.counts.size:
            self._sum_up()

    def _sum_up(self) -> None:
        if self._waits:
            flat = np.concatenate(self._waiting)
            self.counts += np.bincount(flat, minlength=self.counts.size).reshape(self._sizes)
            self._waiting, self._waits = [], 0

    def _move(self, axis: int, went: Counts) -> None:
        old = np.moveaxis(self.counts, axis, 0)
        kept = (went >= 0) & (went < self._sizes[axis])
        new = np.zeros_like(old)
        np.add.at(new, went[kept], old[kept])
        self.counts = np.ascontiguousarray(np.moveaxis(new, 0, axis))

    def read(self, bins: Sequence[int]) -> tuple[tuple[Array, ...], Counts]:
        """Return the edges along each axis, and the counts between them, in at most `bins`."""
        self._sum_up()
        counts, edges = self.counts, []
        for axis, (grid, most) in enumerate(zip(self.grids, bins, strict=True)):
            times, along = grid.coarser(most)
            counts = grid.merged(counts, times, axis)
            edges.append(along)
        return tuple(edges), counts
