"""How the runs of one server share its processor, so that each gets less and none gets nothing."""

import math
import os
import statistics
import threading
import time
import weakref
from collections.abc import Callable
from typing import Any

from widgets.live.limits import LIMITS

COMPUTING = 0.6
"""Share of the cores that runs may compute on together; the rest is for the pictures."""

LATE_S = 0.05
"""News that reach its page's thread later than this say that there is too much of it."""

EARLY_S = 0.025
"""Where all news comes within this, there may be more."""

WINDOW_S = 0.25
"""How often the pace is looked at."""

FASTEST, SLOWEST = 120.0, 4.0
"""Bounds of the turns a second."""

SAVED_S = 0.02
"""Computing time that a run may save up."""


def cores() -> int:
    """Return the number of cores this process may use."""
    if hasattr(os, "sched_getaffinity"):
        return len(os.sched_getaffinity(0))
    return os.cpu_count() or 1


class Sharing:
    """Find how many turns a second the runs of a process may take, all of them equally many.

    Pictures are made on one thread.  How late news gets there says whether it keeps up: if not,
    all runs slow down by a fifth, and later they try more again.

    Parameters
    ----------
    clock : callable
        Wall time in seconds.
    """

    def __init__(self, clock: Callable[[], float] = time.monotonic) -> None:
        self._clock = clock
        self._lock = threading.Lock()
        self._moving: weakref.WeakSet[Any] = weakref.WeakSet()
        self._cores = cores()
        self._pace = FASTEST
        self._late: list[float] = []
        self._window_ends = 0.0

    @property
    def moving(self) -> int:
        """Return how many runs move."""
        return len(self._moving)

    @property
    def pace(self) -> float:
        """Return the most turns a second that a run may take now."""
        return self._pace

    def attend(self, run: Any, moves: bool) -> None:
        """Note whether a run moves; it is not kept alive by this."""
        with self._lock:
            (self._moving.add if moves else self._moving.discard)(run)

    def share(self) -> float:
        """Return the share of one core that a run may compute now."""
        return min(LIMITS.cpu_share, COMPUTING * self._cores / max(len(self._moving), 1))

    def note(self, late_s: float) -> None:
        """Learn how long news has waited for the thread of the pages."""
        now = self._clock()
        with self._lock:
            self._late.append(late_s)
            if now < self._window_ends:
                return
            # One page that opens holds up the others for a moment: that is no lasting load.
            typical = statistics.median(self._late)
            if typical > LATE_S:
                self._pace = max(0.8 * self._pace, SLOWEST)
            elif typical < EARLY_S:
                self._pace = min(1.15 * self._pace, FASTEST)
            self._late.clear()
            self._window_ends = now + WINDOW_S


SHARING = Sharing()
"""What all the runs of this process share."""


class Allowance:
    """Say for how long a run may compute now, so that it keeps to its share of a core.

    Parameters
    ----------
    share : callable
        The share, which may change at any moment.
    clock, spent : callable
        Wall time, and processor time of this thread, in seconds.
    """

    def __init__(
        self,
        share: Callable[[], float],
        *,
        clock: Callable[[], float] = time.monotonic,
        spent: Callable[[], float] = time.thread_time,
    ) -> None:
        self._share = share
        self._clock = clock
        self._spent = spent
        self._left = SAVED_S
        self._looked_at = clock()
        self._began_at = 0.0

    def begin(self) -> float:
        """Return the seconds that may be spent from now on, until `end`; 0 or less is none."""
        now = self._clock()
        share = self._share()
        # What is not limited may take as long as a slice lasts.
        earned = share * max(now - self._looked_at, 0.0) if share < math.inf else math.inf
        self._left = min(self._left + earned, SAVED_S if share < math.inf else math.inf)
        self._looked_at = now
        self._began_at = self._spent()
        return self._left

    def end(self) -> None:
        """Note that nothing is spent any more; what was too much is missing later."""
        self._left -= self._spent() - self._began_at
