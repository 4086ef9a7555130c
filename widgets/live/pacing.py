"""The pace of the model against the clock on the wall."""

import math

LONGEST_DEBT = 0.1
"""Seconds of wall time that are made up for after a stall; what is beyond is forgiven."""


class Pace:
    """Say how much model time is due, at a speed that may change at any moment.

    Nothing here accumulates: each call answers for the time since the previous one, so there is
    no schedule to drift from and, after a stall (a page in the background, a long compile), no
    backlog to race through.

    Parameters
    ----------
    speed : float
        Model time units, or iterations of a map, per second; `inf`: as fast as possible.
    """

    def __init__(self, speed: float) -> None:
        self.speed = speed
        self._last: float | None = None

    @property
    def unlimited(self) -> bool:
        """Return True when the model runs as fast as it can."""
        return math.isinf(self.speed)

    def rest(self) -> None:
        """Begin afresh: the time until the next call of `due` does not count."""
        self._last = None

    def due(self, now: float) -> float:
        """Return the model time due since the previous call, at wall time `now` in seconds."""
        elapsed = 0.0 if self._last is None else min(max(now - self._last, 0.0), LONGEST_DEBT)
        self._last = now
        return self.speed * elapsed if elapsed else 0.0


def speed_to_show(duration: float) -> float:
    """Return a speed, 1, 2 or 5 times a power of ten, that shows `duration` in 20 to 50 s."""
    if not duration > 0.0 or not math.isfinite(duration):
        return 1.0
    decade = 10.0 ** math.floor(math.log10(duration / 20.0))
    return max(step * decade for step in (1.0, 2.0, 5.0) if step * decade <= duration / 20.0)


SLOWEST, FASTEST = 1e-4, 1e7
"""Between which speeds steps are taken; a number may lie beyond."""


def rounder_speed(speed: float, *, up: bool) -> float:
    """Return the next speed above or below that is 1, 2 or 5 times a power of ten.

    It stays between `SLOWEST` and `FASTEST`.
    """
    exponents = range(round(math.log10(SLOWEST)), round(math.log10(FASTEST)))
    ladder = [*(m * 10.0**e for e in exponents for m in (1.0, 2.0, 5.0)), FASTEST]
    tolerance = 1.0 + 1e-9
    if up:
        return next((s for s in ladder if s > speed * tolerance), max(speed, FASTEST))
    return next((s for s in reversed(ladder) if s < speed / tolerance), min(speed, SLOWEST))
