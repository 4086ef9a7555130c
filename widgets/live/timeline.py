"""What was changed when along an orbit: for the timeline, and for the values of parameters."""

import threading
import time
from bisect import bisect_left, bisect_right
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace

import numpy as np
import numpy.typing as npt

MOST_MARKS = 2_000
"""Most marks that are kept; of more the oldest are forgotten."""

SAME_S = 0.5
"""Seconds within which changes of one control are one mark: a slider that is dragged."""


@dataclass(frozen=True, kw_only=True)
class Mark:
    """Describe one change of a control, or one gesture of many.

    Attributes
    ----------
    control : str
        What was changed: a parameter or state, "stepper", "dt", "rtol", "atol", "observers".
    words : str
        What it was changed to.
    t, until : float
        Model time of the first and of the last change of the gesture.
    row : int
        How many rows, since the ring was cleared, came before the first one.
    """

    control: str
    words: str
    t: float
    until: float
    row: int


class Timeline:
    """Remember the changes of an orbit, and which parameters were in force at each row.

    All methods may be called from any thread.

    Parameters
    ----------
    clock : callable
        Wall time in seconds.
    """

    def __init__(self, *, clock: Callable[[], float] = time.monotonic) -> None:
        self._clock = clock
        self._lock = threading.Lock()
        self._marks: list[Mark] = []
        self._dropped = 0
        self._latest: dict[str, tuple[int, float]] = {}
        self._rows: list[int] = []
        self._params: list[Mapping[str, float]] = []

    @property
    def marks(self) -> tuple[Mark, ...]:
        """Return the changes, oldest first."""
        with self._lock:
            return tuple(self._marks[-MOST_MARKS:])

    def begin(self, params: Mapping[str, float]) -> None:
        """Begin an orbit with these parameters and no changes."""
        with self._lock:
            self._marks.clear()
            self._latest.clear()
            self._dropped = 0
            self._rows, self._params = [0], [dict(params)]

    def note(
        self,
        control: str,
        words: str,
        *,
        t: float,
        row: int,
        params: Mapping[str, float],
        same: bool | None = None,
    ) -> None:
        """Note a change before row `row`; `params` are in force from there on.

        It goes on with the control's latest mark where it comes soon after it; `same` says whether
        it does, whatever the time: a motion is one mark, however long it lasts.
        """
        now = self._clock()
        with self._lock:
            number, noted = self._latest.get(control, (-1, -np.inf))
            place = number - self._dropped
            if place >= 0 and (now - noted <= SAME_S if same is None else same):
                self._marks[place] = replace(self._marks[place], words=words, until=t)
            else:
                number = self._dropped + len(self._marks)
                self._marks.append(Mark(control=control, words=words, t=t, until=t, row=row))
                self._forget_marks()
            self._latest[control] = number, now
            if self._params and self._params[-1] == params:
                return
            if self._rows and self._rows[-1] == row:
                self._rows.pop()
                self._params.pop()
            self._rows.append(row)
            self._params.append(dict(params))

    def _forget_marks(self) -> None:
        """Forget the oldest marks, many at once: a mark more costs the same after many."""
        if len(self._marks) >= 2 * MOST_MARKS:
            count = len(self._marks) - MOST_MARKS
            del self._marks[:count]
            self._dropped += count

    def forget_rows_before(self, row: int) -> None:
        """Forget parameters that were in force only before a row that is no longer kept."""
        with self._lock:
            first = max(bisect_right(self._rows, row) - 1, 0)
            if first > 64:
                del self._rows[:first], self._params[:first]

    def truncate(self, t: float, row: int) -> None:
        """Forget the changes from time `t` on, where `row` rows remain."""
        with self._lock:
            kept = [mark for mark in self._marks if mark.t < t]
            self._marks = [replace(mark, until=min(mark.until, t)) for mark in kept]
            self._latest.clear()
            # Parameters in force from the row after the last one on have left no row.
            count = max(bisect_left(self._rows, row), 1)
            del self._rows[count:], self._params[count:]

    def params(
        self, names: Sequence[str], first: int, stop: int
    ) -> dict[str, float | npt.NDArray[np.float64]]:
        """Return the parameters in force at rows ``first <= row < stop``.

        A number where it was the same at all of them, else an array (rows,).
        """
        with self._lock:
            start = max(bisect_right(self._rows, first) - 1, 0)
            end = max(bisect_left(self._rows, stop), start + 1)
            rows, params = self._rows[start:end], self._params[start:end]
        if len(params) <= 1:
            return {name: params[0][name] if params else np.nan for name in names}
        lengths = np.diff([first, *rows[1:], stop])
        found: dict[str, float | npt.NDArray[np.float64]] = {}
        for name in names:
            values = [values[name] for values in params]
            same = all(value == values[0] for value in values)
            found[name] = values[0] if same else np.repeat(values, lengths)
        return found
