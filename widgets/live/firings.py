"""When the events of an orbit fired, and the intervals between."""

from collections.abc import Sequence

import numpy as np

from widgets.live.columns import TIME, Array, Piece
from widgets.live.dyadic import Bins
from widgets.live.gathering import Gatherer
from widgets.live.live_run import LiveRun
from widgets.live.ring import Ring

KEPT = 1 << 15
"""Latest firings of one event that are kept."""

BINS = 1024
"""Bins in which all intervals are counted."""


class Train:
    """Hold the firings of one event: the latest of them, and of all of them the intervals' counts.

    Attributes
    ----------
    count : int
        Firings so far.
    intervals : Bins
        All intervals between them, counted.
    mean, squares : float
        The mean of the intervals, and the sum of the squares of their deviations from it.
    """

    def __init__(self) -> None:
        self.count = 0
        self.intervals = Bins(BINS)
        self.mean = self.squares = 0.0
        self._fired = Ring((), KEPT)
        self._last = np.empty(0)

    def add(self, t: Array) -> None:
        """Add firings at these times."""
        if not len(t):
            return
        self.count += len(t)
        self._fired.append(t, np.empty((len(t), 0)))
        intervals = np.abs(np.diff(np.concatenate([self._last, t])))
        self._last = t[-1:].copy()
        if not len(intervals):
            return
        before = self.intervals.counted + self.intervals.far
        self.intervals.add(intervals[None])
        # Chan, Golub & LeVeque, Am. Stat. 37 (1983) 242: means of parts, merged.
        number, mean = len(intervals), float(intervals.mean())
        shift, total = mean - self.mean, before + number
        self.squares += float(np.sum((intervals - mean) ** 2))
        self.squares += shift * shift * before * number / total
        self.mean += shift * number / total

    @property
    def variation(self) -> float:
        """Return the coefficient of variation of the intervals, nan where it is not known."""
        number = self.count - 1
        if number < 2 or not self.mean > 0.0:
            return np.nan
        return float(np.sqrt(self.squares / number) / self.mean)

    def since(self, t: float, *, backward: bool = False) -> Array:
        """Return the times kept of firings from `t` on."""
        times = self.times()
        return times[times <= t] if backward else times[times >= t]

    def times(self) -> Array:
        """Return the times kept."""
        return self._fired.read(0, self._fired.total)[1]


class Firings(Gatherer):
    """Listen to the events of a run.

    Parameters
    ----------
    live : LiveRun
    """

    def __init__(self, live: LiveRun) -> None:
        self.trains: dict[str, Train] = {}
        super().__init__(live, (TIME,))

    def clear(self) -> None:
        """Forget every firing."""
        self.trains = {}

    def take(self, piece: Piece) -> None:
        """Take down what has fired meanwhile."""
        with self.lock:
            for name, log in piece.events.items():
                self.trains.setdefault(name, Train()).add(np.asarray(log[TIME], np.float64))
            super().take(piece)

    def gather(self, t: Array, columns: Array, first: int) -> None:
        """Nothing more is wanted of the rows themselves."""

    def catch_up(self) -> None:
        """Leave the rows from before alone: it is not kept what fired then."""

    def _reach(self, stop: int) -> None:
        self._next = max(self._next, stop)

    @property
    def fired(self) -> int:
        """Return how many firings there have been of all events."""
        return sum(train.count for train in self.trains.values())

    def named(self, names: Sequence[str]) -> list[Train]:
        """Return the firings of these events, of some maybe none."""
        return [self.trains.get(name) or Train() for name in names]
