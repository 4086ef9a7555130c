"""Axis limits that follow a moving curve without trembling."""

import math

Limits = tuple[float, float]

MARGIN = 0.06
"""Room around a curve that is fitted, as a part of its extent."""

STRIDE = 0.2
"""Extra room, as a part of the extent, on a side that has to grow: growing stays rare."""


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
