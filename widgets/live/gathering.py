"""What is gathered from every row of an orbit, however long it becomes."""

import threading
import weakref
from abc import ABC, abstractmethod
from collections.abc import Sequence

import numpy as np

import engine
from widgets.live.columns import Array, Piece
from widgets.live.live_run import LiveRun


class Gatherer(ABC):
    """Listen to some columns of a run, each row once: first those kept, then those to come.

    To add one, give `clear` and `gather`; what they keep may be read while `lock` is held.

    Parameters
    ----------
    live : LiveRun
        The run, which does not stay alive by this.
    texts : sequence of str
        Recorded variables, the time or expressions.

    Attributes
    ----------
    count : int
        Rows gathered.
    since : float
        Time of the first of them, nan before there is one.
    until : float
        Time of the last of them.
    trouble : str
        Why rows could not be gathered, in words.
    """

    def __init__(self, live: LiveRun, texts: Sequence[str]) -> None:
        self._live = weakref.ref(live)
        self.lock = threading.RLock()
        self.texts = tuple(texts)
        self._anew(0)

    @abstractmethod
    def clear(self) -> None:
        """Forget what was gathered."""

    @abstractmethod
    def gather(self, t: Array, columns: Array, first: int) -> None:
        """Take down rows that follow those before: `columns` is (texts, rows)."""

    def begin(self) -> None:
        """Forget everything: another orbit begins."""
        self._anew(0)

    def restart(self, row: int, texts: Sequence[str] | None = None) -> None:
        """Gather anew from a row on, or from the first one that is still kept; by other texts."""
        with self.lock:
            self.texts = self.texts if texts is None else tuple(texts)
            self._anew(row)

    def take(self, piece: Piece) -> None:
        """Gather the rows that have just been recorded."""
        with self.lock:
            self._reach(piece.first)
            skipped = max(self._next - piece.first, 0)
            if skipped >= len(piece.t):
                return
            try:
                columns = np.array([piece.column(text) for text in self.texts])
            except engine.PhasescopeError as error:
                # Rows of a model that the view has not heard of yet.
                self.trouble = str(error)
                return
            self._take(piece.t[skipped:], columns[:, skipped:], piece.first + skipped)

    def catch_up(self) -> None:
        """Gather the rows that are kept and were not heard of, as while a run is paused."""
        with self.lock:
            live = self._live()
            # While an orbit begins, its ring is known before its rows are.
            if live is not None and live.ring is live.moment.ring:
                self._reach(live.ring.total)

    def _anew(self, row: int) -> None:
        with self.lock:
            self._next = row
            self.count = 0
            self.since = self.until = np.nan
            self.trouble = ""
            self.clear()

    def _reach(self, stop: int) -> None:
        live = self._live()
        if live is None or self._next >= stop:
            return
        try:
            first, t, columns = live.read(self.texts, self._next, stop)
        except engine.PhasescopeError as error:
            self.trouble = str(error)
            return
        if len(t):
            self._take(t, columns, first)

    def _take(self, t: Array, columns: Array, first: int) -> None:
        if not self.count:
            self.since = float(t[0])
        self.until = float(t[-1])
        self.count += len(t)
        self._next = first + len(t)
        self.trouble = ""
        self.gather(t, columns, first)
