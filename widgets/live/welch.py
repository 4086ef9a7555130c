"""The power spectrum of a signal that goes on: Welch's average of windowed pieces."""

from collections import deque

import numpy as np

from widgets.live.columns import Array
from widgets.live.gathering import Gatherer

FEWEST = 32
"""Fewest rows of which a spectrum is made."""

UNEVEN = 1e-4
"""Deviation of the times from even ones, in intervals, from which on they count as uneven."""


class Welch(Gatherer):
    """Average the periodograms of overlapping pieces of a column.

    Each piece has its mean taken away and a Hann window; neighbours overlap by half.  The density
    is one-sided: its integral over the frequencies is the variance of the signal.  P. D. Welch,
    IEEE Trans. Audio Electroacoust. 15 (1967) 70.  Rows at uneven times are interpolated linearly
    at even ones.

    Parameters
    ----------
    live, texts
        As for a `Gatherer`; one text.
    length : int
        Rows of a piece.
    remembered : int
        Rows over which is averaged: the latest ones.

    Attributes
    ----------
    dt : float
        Time between two rows, nan before it is known.
    uneven : bool
        The rows were at uneven times.
    """

    length = 2048
    remembered = 1 << 17

    def clear(self) -> None:
        """Forget the signal."""
        self.dt = np.nan
        self.uneven = False
        self._begin_average()
        self._t: Array = np.empty(0)
        self._x: Array = np.empty(0)
        self._row = 0

    def _begin_average(self) -> None:
        most = max(2 * self.remembered // self.length - 1, 1)
        self._powers: deque[tuple[int, Array]] = deque(maxlen=most)

    def set_length(self, length: int) -> None:
        """Choose how many rows a piece has, and begin with the rows that are kept."""
        with self.lock:
            self.length = length
            self.restart(0)

    def gather(self, t: Array, columns: Array, first: int) -> None:
        """Add the periodograms of the pieces that are complete by now."""
        if not len(self._t):
            self._row = first
        # Time may run backward; a frequency has no direction.
        self._t = np.concatenate([self._t, -t if self._falls(t) else t])
        self._x = np.concatenate([self._x, columns[0]])
        half = self.length // 2
        taken = 0
        while len(self._t) - taken > self.length:
            times = self._t[taken : taken + self.length + 1]
            dt = float(times[-2] - times[0]) / (self.length - 1)
            if not abs(dt - self.dt) <= 1e-3 * dt:
                # Rows at another distance have other frequencies.
                self.dt = dt
                self._begin_average()
            x, _ = self._even(times, self._x[taken : taken + self.length + 1], self.length)
            if np.isfinite(x).all():
                self._powers.append((self._row + taken, periodogram(x, self.dt)))
            taken += half
        self._t, self._x = self._t[taken:], self._x[taken:]
        self._row += taken

    def _falls(self, t: Array) -> bool:
        if len(t) > 1:
            return bool(t[-1] < t[0])
        return bool(len(self._t) and t[0] < self._t[-1])

    def _even(self, t: Array, x: Array, length: int) -> tuple[Array, bool]:
        """Return so many values at even times."""
        even = t[0] + self.dt * np.arange(length)
        if np.max(np.abs(t[:length] - even)) <= UNEVEN * self.dt:
            return x[:length], False
        self.uneven = True
        return np.interp(even, t, x), True

    def read(self, since: int = 0) -> tuple[Array, Array, int]:
        """Return frequencies, density and the number of pieces, of rows from `since` on.

        Before the first piece is complete, the spectrum is that of the rows there are, and the
        number 0; without enough of them everything is empty.
        """
        with self.lock:
            powers = [power for row, power in self._powers if row >= since]
            if powers:
                density = np.mean(powers, axis=0)
                return np.fft.rfftfreq(self.length, self.dt), density, len(powers)
            skipped = max(since - self._row, 0)
            t, x = self._t[skipped:], self._x[skipped:]
            if len(t) < FEWEST or not np.isfinite(x).all() or not t[-1] > t[0]:
                return np.empty(0), np.empty(0), 0
            rows = min(len(t), self.length)
            self.dt = float(t[rows - 1] - t[0]) / (rows - 1)
            x, _ = self._even(t[:rows], x[:rows], rows)
            return np.fft.rfftfreq(rows, self.dt), periodogram(x, self.dt), 0


def periodogram(x: Array, dt: float) -> Array:
    """Return the one-sided power spectral density of evenly sampled values, Hann-windowed.

    Parameters
    ----------
    x : array (rows,)
    dt : float
        Time between two of them.

    Returns
    -------
    array (rows // 2 + 1,)
        At the frequencies of ``numpy.fft.rfftfreq(rows, dt)``.
    """
    rows = len(x)
    window = 0.5 - 0.5 * np.cos(2.0 * np.pi * np.arange(rows) / rows)
    density = np.abs(np.fft.rfft(window * (x - x.mean()))) ** 2 * (dt / np.sum(window**2))
    density[1 : (rows + 1) // 2] *= 2.0
    return np.asarray(density)


def peak(frequency: Array, density: Array) -> tuple[float, float]:
    """Return where the density is largest, apart from the frequency 0, and how large.

    Both are nan where it only falls from the lowest frequencies on.  A parabola through the
    logarithms of three neighbours gives the place between them.
    """
    if len(density) < 4:
        return np.nan, np.nan
    # The window spreads what is left of the mean over the first two.
    at = 2 + int(np.argmax(density[2:]))
    if not density[at] > 0.0 or density[at - 1] > density[at]:
        return np.nan, np.nan
    if at + 1 >= len(density) or min(density[at - 1], density[at + 1]) <= 0.0:
        return float(frequency[at]), float(density[at])
    left, top, right = np.log(density[at - 1 : at + 2])
    bend = left - 2.0 * top + right
    shift = 0.5 * (left - right) / bend if bend < 0.0 else 0.0
    return float((at + shift) * frequency[1]), float(density[at])
