"""A whole orbit in bounded memory: the finer, the earlier."""

import copy
import threading
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

import engine
from widgets.live.columns import TIME, observable

Array = npt.NDArray[np.float64]

MOST_BINS = 1 << 10
LEAST_BINS = 1 << 7
COLUMNS = 32
"""With more columns than this, an octave has fewer bins."""


class _Octave:
    """As many bins, each of as many rows, as one doubling of the orbit's length takes."""

    def __init__(self, bins: int, stride: int, columns: int, params: int) -> None:
        self.stride, self.room = stride, bins * stride
        self.rows = 0
        self.t: Array = np.empty((bins, 2))
        self.low: Array = np.empty((bins, columns))
        self.high: Array = np.empty((bins, columns))
        self.first: Array = np.empty((bins, columns))
        self.params: Array = np.empty((bins, params))

    @property
    def used(self) -> int:
        """Return how many bins hold something."""
        return -(-self.rows // self.stride)

    def take(self, t: Array, y: Array, params: Array) -> None:
        """Add rows, no more than there is room for."""
        part = self.rows % self.stride
        starts = np.arange(-part % self.stride, len(t), self.stride)
        begun, place = bool(part), self.rows // self.stride
        if begun:
            starts = np.concatenate([[0], starts])
        low, high = np.fmin.reduceat(y, starts, axis=0), np.fmax.reduceat(y, starts, axis=0)
        last = np.append(starts[1:], len(t)) - 1
        bins = slice(place, place + len(starts))
        if begun:
            low[0] = np.fmin(low[0], self.low[place])
            high[0] = np.fmax(high[0], self.high[place])
        self.low[bins], self.high[bins], self.t[bins, 1] = low, high, t[last]
        new = slice(place + begun, place + len(starts))
        self.t[new, 0], self.first[new] = t[starts[begun:]], y[starts[begun:]]
        self.params[new] = params
        self.rows += len(t)

    def copy(self) -> "_Octave":
        """Return the same bins, to which others may be added."""
        other = copy.copy(self)
        for name in ("t", "low", "high", "first", "params"):
            setattr(other, name, getattr(self, name).copy())
        return other

    def truncate(self, t: float) -> None:
        """Forget the bins that hold rows later than `t`."""
        kept = int(np.searchsorted(self.t[: self.used, 1], t, side="right"))
        self.rows = min(self.rows, kept * self.stride)


@dataclass(frozen=True, kw_only=True)
class Envelope:
    """Hold between which values a column lay, bin by bin.

    Attributes
    ----------
    t : array (bins, 2)
        Times of the first and of the last row of each bin.
    low, high : array (bins,)
        Of an expression of several variables, the value at the bin's first row.
    """

    t: Array
    low: Array
    high: Array


class WholeRun:
    """Keep the extremes of every recorded variable over a whole orbit, thinned out by octaves.

    The first rows are kept one by one; then each doubling of the orbit's length is kept in the
    same number of bins, so both a linear and a logarithmic axis of time find enough of them, and
    memory grows as the logarithm of the number of rows.

    All methods may be called from any thread.
    """

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._octaves: list[_Octave] = []
        self._model: engine.Model | None = None
        self._names: tuple[str, ...] = ()
        self._bins = MOST_BINS
        self._sign = 1.0

    @property
    def nbytes(self) -> int:
        """Return the memory held, in bytes."""
        with self._lock:
            parts = [(o.t, o.low, o.high, o.first, o.params) for o in self._octaves]
            return sum(array.nbytes for part in parts for array in part)

    def copy(self) -> "WholeRun":
        """Return the same orbit, to which rows may be added."""
        other = WholeRun()
        with self._lock:
            other._octaves = [octave.copy() for octave in self._octaves]
            other._model, other._names = self._model, self._names
            other._bins, other._sign = self._bins, self._sign
        return other

    def begin(self, model: engine.Model, names: Sequence[str], *, backward: bool = False) -> None:
        """Forget everything; rows of these columns are to come, `backward` along falling times."""
        with self._lock:
            self._sign = -1.0 if backward else 1.0
            self._octaves, self._model, self._names = [], model, tuple(names)
            bins = MOST_BINS
            while bins > LEAST_BINS and bins * len(self._names) > MOST_BINS * COLUMNS:
                bins //= 2
            self._bins = bins

    def append(self, t: Array, y: Array, params: Mapping[str, float]) -> None:
        """Add rows: times (rows,), values (rows, k) and the parameters in force."""
        with self._lock:
            if self._model is None:
                return
            values = np.array([params[name] for name in self._model.param_names], np.float64)
            # What is kept rises, whatever the direction of time.
            t = self._sign * t
            while len(t):
                octave = self._present(len(values))
                taken = min(octave.room - octave.rows, len(t))
                octave.take(t[:taken], y[:taken], values)
                t, y = t[taken:], y[taken:]

    def _present(self, params: int) -> _Octave:
        if not self._octaves or self._octaves[-1].rows >= self._octaves[-1].room:
            stride = 1 << max(len(self._octaves) - 1, 0)
            self._octaves.append(_Octave(self._bins, stride, len(self._names), params))
        return self._octaves[-1]

    def truncate(self, t: float) -> None:
        """Forget what is later than `t`, or where time runs down what is earlier."""
        with self._lock:
            t *= self._sign
            while self._octaves and not self._octaves[-1].t[0, 0] <= t:
                self._octaves.pop()
            if self._octaves:
                self._octaves[-1].truncate(t)

    def read(self, model: engine.Model, text: str) -> Envelope | None:
        """Read a recorded variable or an expression; None where the rows are of another model.

        Raises
        ------
        engine.ExpressionError
            It is neither.
        """
        with self._lock:
            if model is not self._model:
                return None
            parts = [(octave, octave.used) for octave in self._octaves]
            t = self._sign * _joined([o.t[:used] for o, used in parts], (0, 2))
            backward = self._sign < 0.0
            if text in self._names:
                k = self._names.index(text)
                low = _joined([o.low[:used, k] for o, used in parts], (0,))
                high = _joined([o.high[:used, k] for o, used in parts], (0,))
                return _rising(t, low, high, backward)
            first = _joined([o.first[:used] for o, used in parts], (0, len(self._names)))
            held = _joined([o.params[:used] for o, used in parts], (0, len(model.param_names)))
        if text == TIME:
            return _rising(t, t.min(axis=1), t.max(axis=1), backward)
        made = observable(model, text.removeprefix("aux."))
        states = {name: first[:, self._names.index(name)] for name in made.states}
        params = {name: held[:, model.param_names.index(name)] for name in made.params}
        value = made(t[:, 0], states, params)
        return _rising(t, value, value, backward)


def _rising(t: Array, low: Array, high: Array, backward: bool) -> Envelope:
    if backward:
        return Envelope(t=t[::-1, ::-1], low=low[::-1], high=high[::-1])
    return Envelope(t=t, low=low, high=high)


def _joined(parts: list[Array], empty: tuple[int, ...]) -> Array:
    return np.concatenate(parts) if parts else np.empty(empty)
