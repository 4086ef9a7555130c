"""Axis limits that follow a moving curve without trembling."""

import math

Limits = tuple[float, float]

MARGIN = 0.06
"""Room around a curve that is fitted, as a part of its extent."""

STRIDE = 0.2
"""Extra room, as a part of the extent, on a side that has to grow: growing stays rare."""


FIRST_ROWS = 16
"""Rows after which a picture is fitted for the first time again."""


class FirstFits:
    """Tell when a picture that fills up is to be fitted afresh: whenever it has doubled.

    The first row alone does not tell how far a curve will go.
    """

    def __init__(self) -> None:
        self._next = FIRST_ROWS

    def begin(self) -> None:
        """Note that an empty picture begins to fill up."""
        self._next = FIRST_ROWS

    def due(self, rows: int, *, full: bool) -> bool:
        """Tell whether a picture of so many rows, `full` or not, is to be fitted now."""
        if rows < self._next:
            return False
        self._next = 10**18 if full else 2 * rows
        return True


class GrowingRange:
    """Keep limits that contain everything shown since the last fit, and grow in rare steps."""

    def __init__(self) -> None:
        self._limits: Limits | None = None

    @property
    def limits(self) -> Limits:
        """Return the limits; (0, 1) before anything was shown."""
        return (0.0, 1.0) if self._limits is None else self._limits

    def forget(self) -> None:
        """Let the next values determine the limits afresh."""
        self._limits = None

    def include(self, low: float, high: float) -> Limits:
        """Return limits that contain `low` and `high`, grown if need be.

        Values that are not finite are passed over.
        """
        if not (math.isfinite(low) and math.isfinite(high)):
            return self.limits
        if self._limits is None:
            room = MARGIN * (high - low) or max(0.5 * abs(high), 1e-9)
            self._limits = (low - room, high + room)
            return self._limits
        bottom, top = self._limits
        room = STRIDE * (max(high, top) - min(low, bottom))
        self._limits = (low - room if low < bottom else bottom, high + room if high > top else top)
        return self._limits
