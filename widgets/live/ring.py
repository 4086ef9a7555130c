"""Bounded memories of what a run has recorded."""

import threading
from collections.abc import Sequence
from typing import Literal

import numpy as np
import numpy.typing as npt

Array = npt.NDArray[np.float64]


class Ring:
    """Keep the latest rows of a run, in order and without gaps.

    Rows are counted since the last `clear`, so that a reader who remembers a count can ask for
    what came after it.  The store is twice the capacity: rows are written until it is full and
    then moved once to its start, so every window is one contiguous piece and appending a row
    costs a constant time.

    Parameters
    ----------
    names : sequence of str
        What the k columns hold.
    capacity : int
        How many rows are kept.
    backward : bool
        Whether the times of the rows run down; "later" then means smaller.

    All methods may be called from any thread.  What they return are copies.
    """

    def __init__(self, names: Sequence[str], capacity: int, *, backward: bool = False) -> None:
        if capacity < 1:
            raise ValueError(f"a ring keeps at least one row, not {capacity}")
        self.names = tuple(names)
        self.capacity = capacity
        self.backward = backward
        self._places = {name: place for place, name in enumerate(self.names)}
        self._t: Array = np.empty(2 * capacity)
        self._y: Array = np.empty((len(self.names), 2 * capacity))
        self._end = 0
        self._length = 0
        self._total = 0
        self._lock = threading.Lock()

    def __len__(self) -> int:
        return self._length

    @property
    def total(self) -> int:
        """Return how many rows have been appended since the last `clear`."""
        return self._total

    @property
    def nbytes(self) -> int:
        """Return the memory held, in bytes; it never changes."""
        return self._t.nbytes + self._y.nbytes

    def copy(self, most: int) -> "Ring":
        """Return a ring with the latest rows, at most so many, to which others may be added."""
        other = Ring(self.names, self.capacity, backward=self.backward)
        with self._lock:
            length = min(self._length, most)
            kept = slice(self._end - length, self._end)
            other._t[:length] = self._t[kept]
            other._y[:, :length] = self._y[:, kept]
            other._end = other._length = length
            other._total = self._total
        return other

    def append(self, t: Array, y: Array) -> None:
        """Append rows: times `t` (rows,) and values `y` (rows, k)."""
        rows = len(t)
        with self._lock:
            self._total += rows
            if rows > self.capacity:
                t, y, rows = t[-self.capacity :], y[-self.capacity :], self.capacity
            if self._end + rows > len(self._t):
                kept = self._length
                self._t[:kept] = self._t[self._end - kept : self._end]
                self._y[:, :kept] = self._y[:, self._end - kept : self._end]
                self._end = kept
            self._t[self._end : self._end + rows] = t
            self._y[:, self._end : self._end + rows] = y.T
            self._end += rows
            self._length = min(self._length + rows, self.capacity)

    def clear(self) -> None:
        """Forget every row and start counting afresh."""
        with self._lock:
            self._end = self._length = self._total = 0

    def truncate(self, t: float) -> None:
        """Forget the rows later than time `t`."""
        with self._lock:
            dropped = len(self) - self._place(t, "right")
            self._end -= dropped
            self._length -= dropped
            self._total -= dropped

    def rows_until(self, t: float) -> int:
        """Return the count of rows, since the last `clear`, up to and including time `t`."""
        with self._lock:
            return self._total - len(self) + self._place(t, "right")

    def first_since(self, t: float) -> int:
        """Return the count of rows before the first kept row at or after time `t`."""
        with self._lock:
            return self._total - len(self) + self._place(t, "left")

    def _place(self, t: float, side: Literal["left", "right"]) -> int:
        """Return how many of the kept rows come before a time."""
        times = self._t[self._end - len(self) : self._end]
        if self.backward:
            return int(np.searchsorted(-times, -t, side=side))
        return int(np.searchsorted(times, t, side=side))

    def read(
        self, first: int, stop: int, columns: Sequence[str] | None = None
    ) -> tuple[int, Array, Array]:
        """Copy the kept rows `first <= row < stop`, counted since the last `clear`.

        Returns
        -------
        first : int
            The first row copied: later than asked for when that one is no longer kept.
        t : array (rows,)
        y : array (columns, rows)
        """
        names = self.names if columns is None else columns
        places = [self._places[name] for name in names]
        with self._lock:
            stop = min(stop, self._total)
            first = min(max(first, self._total - len(self)), stop)
            shift = self._end - self._total
            piece = slice(first + shift, stop + shift)
            return first, self._t[piece].copy(), self._y[places, piece]

    def row(self, number: int) -> tuple[float, dict[str, float]]:
        """Return time and values of one kept row, by its count since the last `clear`."""
        first, t, y = self.read(number, number + 1)
        if first != number or not len(t):
            raise IndexError(f"row {number} is not kept")
        return float(t[0]), dict(zip(self.names, y[:, 0].tolist(), strict=True))


class History:
    """Keep a whole curve in bounded memory by thinning it out as it grows.

    Whenever `capacity` samples are held, every second one is dropped and from then on only every
    second one of those that arrive is kept.  This suits curves that settle, such as a running
    average; a `Ring` with `decimation` is for signals that may spike.
    """

    def __init__(self, capacity: int = 4096) -> None:
        if capacity < 2 or capacity % 2:
            raise ValueError(f"the capacity of a history is even and positive, not {capacity}")
        self._t: Array = np.empty(capacity)
        self._value: Array = np.empty(capacity)
        self._latest: tuple[float, float] | None = None
        self._length = 0
        self._stride = 1
        self._seen = 0
        self._lock = threading.Lock()

    def copy(self) -> "History":
        """Return the same curve, to which other samples may be added."""
        other = History(len(self._t))
        with self._lock:
            other._t, other._value = self._t.copy(), self._value.copy()
            other._latest, other._length = self._latest, self._length
            other._stride, other._seen = self._stride, self._seen
        return other

    def clear(self) -> None:
        """Forget the curve."""
        with self._lock:
            self._length = self._seen = 0
            self._stride = 1
            self._latest = None

    @property
    def latest(self) -> tuple[float, float] | None:
        """Return time and value of the last sample, None where it is not known."""
        with self._lock:
            if self._latest is None and self._length:
                last = self._length - 1
                return float(self._t[last]), float(self._value[last])
            return self._latest

    def truncate(self, t: float) -> None:
        """Forget the samples later than time `t`."""
        with self._lock:
            self._length = int(np.searchsorted(self._t[: self._length], t, side="right"))
            self._seen = self._length * self._stride
            self._latest = None

    def append(self, t: Array, value: Array) -> None:
        """Append samples at times `t` (m,) with values `value` (m,)."""
        if not len(t):
            return
        with self._lock:
            self._latest = (float(t[-1]), float(value[-1]))
            taken = 0
            while taken < len(t):
                first = taken + -(self._seen + taken) % self._stride
                room = len(self._t) - self._length
                picked = slice(first, first + room * self._stride, self._stride)
                count = len(t[picked])
                self._t[self._length : self._length + count] = t[picked]
                self._value[self._length : self._length + count] = value[picked]
                self._length += count
                if self._length < len(self._t):
                    break
                taken = first + (count - 1) * self._stride + 1
                self._thin()
            self._seen += len(t)

    def _thin(self) -> None:
        half = self._length // 2
        self._t[:half] = self._t[: self._length : 2].copy()
        self._value[:half] = self._value[: self._length : 2].copy()
        self._length = half
        self._stride *= 2

    def read(self) -> tuple[Array, Array]:
        """Copy times and values, the latest sample always among them."""
        with self._lock:
            t, value = self._t[: self._length].copy(), self._value[: self._length].copy()
            latest = self._latest
        if latest is not None and (not len(t) or t[-1] < latest[0]):
            t, value = np.append(t, latest[0]), np.append(value, latest[1])
        return t, value
