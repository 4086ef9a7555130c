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

FORGOTTEN_AT_ONCE = 64
"""Changes before the rows that are kept which are let go of together, so that each costs little."""

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
        self._courses: dict[str, _Course] = {}

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
            self._courses = {name: _Course([0], [value]) for name, value in params.items()}

    def copy(self) -> "Timeline":
        """Return the same changes, to which others may be added."""
        other = Timeline(clock=self._clock)
        with self._lock:
            other._marks = [*self._marks]
            other._dropped = self._dropped
            other._latest = dict(self._latest)
            other._courses = {name: course.copy() for name, course in self._courses.items()}
        return other

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
            self._go_on(row, params)

    def _go_on(self, row: int, params: Mapping[str, float]) -> None:
        for name, value in params.items():
            self._courses.setdefault(name, _Course([], [])).go_on(row, value)

    def _forget_marks(self) -> None:
        """Forget the oldest marks, many at once: a mark more costs the same after many."""
        if len(self._marks) >= 2 * MOST_MARKS:
            count = len(self._marks) - MOST_MARKS
            del self._marks[:count]
            self._dropped += count

    def forget_rows_before(self, row: int) -> None:
        """Forget parameters that were in force only before a row that is no longer kept."""
        with self._lock:
            for course in self._courses.values():
                course.forget_rows_before(row)

    def truncate(
        self, t: float, row: int, params: Mapping[str, float], *, backward: bool = False
    ) -> None:
        """Forget the changes from time `t` on, where `row` rows remain and `params` are in force.

        With `backward` time runs down along the rows.
        """
        sign = -1.0 if backward else 1.0
        with self._lock:
            kept = [mark for mark in self._marks if sign * mark.t < sign * t]
            latest = max if backward else min
            self._marks = [replace(mark, until=latest(mark.until, t)) for mark in kept]
            self._latest.clear()
            for course in self._courses.values():
                course.truncate(row)
            # A change that stays may have left no row: they need not be as close as steps.
            self._go_on(row, params)

    def params(
        self, names: Sequence[str], first: int, stop: int
    ) -> dict[str, float | npt.NDArray[np.float64]]:
        """Return the parameters in force at rows ``first <= row < stop``.

        A number where it was the same at all of them, else an array (rows,).
        """
        with self._lock:
            return {
                name: self._courses[name].values_at(first, stop)
                if name in self._courses
                else np.nan
                for name in names
            }


@dataclass
class _Course:
    """Hold the values of one parameter, and from which row on each was in force."""

    rows: list[int]
    values: list[float]

    def copy(self) -> "_Course":
        return _Course([*self.rows], [*self.values])

    def go_on(self, row: int, value: float) -> None:
        if self.values and self.values[-1] == value:
            return
        if self.rows and self.rows[-1] == row:
            self.values[-1] = value
            return
        self.rows.append(row)
        self.values.append(value)

    def forget_rows_before(self, row: int) -> None:
        first = bisect_right(self.rows, row) - 1
        if first > FORGOTTEN_AT_ONCE:
            del self.rows[:first], self.values[:first]

    def truncate(self, row: int) -> None:
        """Forget what was in force only from the row after the last one on: it has left no row."""
        count = max(bisect_left(self.rows, row), 1)
        del self.rows[count:], self.values[count:]

    def values_at(self, first: int, stop: int) -> float | npt.NDArray[np.float64]:
        start = max(bisect_right(self.rows, first) - 1, 0)
        end = max(bisect_left(self.rows, stop), start + 1)
        values = self.values[start:end]
        if len(values) == 1:
            return values[0]
        return np.repeat(values, np.diff([first, *self.rows[start + 1 : end], stop]))
