"""Points found along an orbit while it runs: crossings, strobes, extrema."""

from abc import ABC, abstractmethod
from collections.abc import Callable, Sequence

import numpy as np

import engine
from widgets.live.columns import TIME, Array, Piece
from widgets.live.dense_rows import DenseRows, Places
from widgets.live.ring import Ring

MOST_POINTS = 100_000
"""Most points that are kept; of more the oldest are forgotten."""

MOST_A_STEP = 16
"""Most strobes from one row to the next."""

DIRECTIONS = ("up", "down", "both")


class Sampler(ABC):
    """Listen to an orbit and keep what is found: a time and some values each.

    To add one, give a subclass `find`; it is a `Listener`.

    Parameters
    ----------
    columns : sequence of str
        What the values are.

    Attributes
    ----------
    points : Ring
        What was found, ordered in time; another ring after each new beginning.
    refused : str
        Why nothing is found, in words.
    """

    def __init__(self, columns: Sequence[str]) -> None:
        self._columns = tuple(columns)
        self.begin()

    def begin(self) -> None:
        """Forget everything."""
        self.points = Ring(self._columns, MOST_POINTS)
        self.refused = ""
        self._before: DenseRows | None = None

    def take(self, piece: Piece) -> None:
        """Look for points among new rows."""
        if not len(piece.t):
            return
        rows = DenseRows(piece, self._before)
        self._before = rows
        try:
            t, values = self.find(rows, piece)
        except engine.ExpressionError as error:
            # Rows of another model, whose view is about to hear of it.
            self.refused = str(error)
            return
        self.points.append(t, values.T)

    @abstractmethod
    def find(self, rows: DenseRows, piece: Piece) -> tuple[Array, Array]:
        """Return times (m,) and values (columns, m) of what lies after the joined rows."""


class Crossings(Sampler):
    """Find where an expression crosses a level.

    In a flow each crossing is located between the rows (`DenseRows`); a state that an event makes
    jump across the level does not cross it.  In a map the point is the later of the two iterates
    between which the crossing lies.

    Parameters
    ----------
    expression : str
    level : float
    direction : {"up", "down", "both"}
    texts : sequence of str
        What is kept of each crossing.
    """

    def __init__(self, expression: str, level: float, direction: str, texts: Sequence[str]) -> None:
        self._expression, self._level, self._direction = expression, level, direction
        self._texts = tuple(texts)
        super().__init__([str(place) for place in range(len(self._texts))])

    def find(self, rows: DenseRows, piece: Piece) -> tuple[Array, Array]:
        """Return times and values at the crossings."""
        height = rows.column(self._expression) - self._level
        rises = (height[:-1] < 0.0) & (height[1:] >= 0.0)
        falls = (height[:-1] > 0.0) & (height[1:] <= 0.0)
        counted = {"up": rises, "down": falls}.get(self._direction, rises | falls)
        places = np.flatnonzero(counted[max(rows.joined - 1, 0) :]) + max(rows.joined - 1, 0)
        if not rows.flows:
            values = [rows.column(text)[places + 1] for text in self._texts]
            return rows.t[places + 1], np.array(values).reshape(len(self._texts), len(places))
        if len(places):
            places = places[rows.steps(places).smooth]
        if not len(places):
            return np.empty(0), np.empty((len(self._texts), 0))
        steps = rows.steps(places)

        def above(theta: Array) -> Array:
            return np.asarray(steps.at(theta, [self._expression])[0] - self._level)

        theta = roots(above, height[places], height[places + 1])
        return steps.t + theta * steps.h, steps.at(theta, self._texts)


class Strobes(Sampler):
    """Find the state once every period, at ``(k + offset) * period``.

    Parameters
    ----------
    period : str
        An expression of parameters, worth a positive number.
    offset : float
        In periods.
    texts : sequence of str
        What is kept.
    """

    def __init__(self, period: str, offset: float, texts: Sequence[str]) -> None:
        self._period, self._offset, self._texts = period, offset, tuple(texts)
        super().__init__([str(place) for place in range(len(self._texts))])

    def find(self, rows: DenseRows, piece: Piece) -> tuple[Array, Array]:
        """Return times and values at the strobes."""
        start = max(rows.joined - 1, 0)
        # From one row to the next, the period is that of the later one.
        period = rows.column(self._period)[start + 1 :]
        t = rows.t[start:]
        with np.errstate(all="ignore"):
            passed = np.floor(t[:-1] / period - self._offset + 1e-9)
            reached = np.floor(t[1:] / period - self._offset + 1e-9)
        # A run may go backward in time, too.
        due = np.where((period > 0.0) & np.isfinite(reached), np.abs(reached - passed), 0.0)
        count = np.clip(due, 0, MOST_A_STEP).astype(int)
        places = np.repeat(np.arange(len(count)), count)
        order = np.arange(len(places)) - np.repeat(np.cumsum(count) - count, count) + 1
        times = (np.minimum(passed, reached)[places] + order + self._offset) * period[places]
        if not rows.flows:
            # The first iterate at or after.
            values = [rows.column(text)[start + 1 + places] for text in self._texts]
            return t[places + 1], np.array(values).reshape(len(self._texts), len(places))
        steps = rows.steps(places + start)
        theta = np.clip((times - steps.t) / steps.h, 0.0, 1.0)
        return steps.t + theta * steps.h, steps.at(theta, self._texts)


class Extrema(Sampler):
    """Find the maxima or the minima of an expression; in a map those of its iterates.

    Parameters
    ----------
    expression : str
    of : {"max", "min"}
    """

    def __init__(self, expression: str, of: str = "max") -> None:
        self._expression = expression
        self._sign = 1.0 if of == "max" else -1.0
        super().__init__(["value"])

    def find(self, rows: DenseRows, piece: Piece) -> tuple[Array, Array]:
        """Return times and values of the extrema."""
        value = self._sign * rows.column(self._expression)
        first = max(rows.joined - 2, 0)
        inner = value[first + 1 : -1]
        top = (inner > value[first:-2]) & (inner >= value[first + 2 :])
        places = np.flatnonzero(top) + first
        t, best = rows.t[places + 1], value[places + 1]
        if rows.flows and len(places):
            t, best = self._vertex(rows, places, value)
        return t, (self._sign * best)[None]

    def _vertex(self, rows: DenseRows, places: Places, value: Array) -> tuple[Array, Array]:
        """Fit a parabola to the highest of five points in each pair of steps, ever closer."""
        left, right = rows.steps(places), rows.steps(places + 1)
        jump = ~(left.smooth & right.smooth)

        def along(s: Array) -> tuple[Array, Array]:
            """Return time and value at `s` in [-1, 1], measured from the middle row."""
            part = np.where(s < 0.0, 1.0 + s, s)
            values = [
                self._sign * side.at(np.clip(part, 0.0, 1.0), [self._expression])[0]
                for side in (left, right)
            ]
            h = np.where(s < 0.0, left.h, right.h)
            return rows.t[places + 1] + s * h, np.where(s < 0.0, values[0], values[1])

        middle, width = np.zeros(len(places)), 0.5
        peak = value[places + 1]
        for _ in range(4):
            sides = along(middle - width)[1], along(middle + width)[1]
            middle = np.where(sides[0] > peak, middle - width, middle)
            middle = np.where(sides[1] > np.maximum(peak, sides[0]), middle + width, middle)
            middle = np.clip(middle, width - 1.0, 1.0 - width)
            peak = along(middle)[1]
            width *= 0.5
        below, above = along(middle - width)[1], along(middle + width)[1]
        bend = below - 2.0 * peak + above
        with np.errstate(all="ignore"):
            shift = np.where(bend < 0.0, 0.5 * (below - above) / bend, 0.0)
        shift = np.clip(shift, -1.0, 1.0)
        t, _ = along(middle + width * shift)
        best = peak - 0.25 * (below - above) * shift
        return (
            np.where(jump, rows.t[places + 1], t),
            np.where(jump, value[places + 1], best),
        )


class Intervals(Sampler):
    """Find the time that passes between two firings of an event, or two crossings of a section.

    Parameters
    ----------
    event : str
    """

    def __init__(self, event: str) -> None:
        self._event = event
        self._fired = np.empty(0)
        super().__init__(["value"])

    def begin(self) -> None:
        """Forget everything."""
        super().begin()
        self._fired = np.empty(0)

    def find(self, rows: DenseRows, piece: Piece) -> tuple[Array, Array]:
        """Return the times of firings and the time since the one before."""
        if self._event not in piece.events:
            return np.empty(0), np.empty((1, 0))
        fired = np.concatenate([self._fired, piece.events[self._event][TIME]])
        self._fired = fired[-1:]
        return fired[1:], np.diff(fired)[None]


def roots(function: Callable[[Array], Array], left: Array, right: Array) -> Array:
    """Return a root in [0, 1] of each of many functions that change their sign there.

    The Illinois variant of the rule of false position, with a bisection every third time.

    Parameters
    ----------
    function : callable
        From places (m,) to values (m,).
    left, right : array (m,)
        Its values at 0 and at 1.
    """
    a, b = np.zeros(len(left)), np.ones(len(left))
    fa, fb = left.copy(), right.copy()
    found = np.where(fb == 0.0, 1.0, np.inf)
    moved_last = np.zeros(len(left), int)
    for turn in range(90):
        with np.errstate(all="ignore"):
            guess = b - fb * (b - a) / (fb - fa)
        usable = np.isfinite(guess) & (guess > a) & (guess < b) & (turn % 3 != 2)
        guess = np.where(usable, guess, 0.5 * (a + b))
        done = (b - a <= 1e-13) | (fb == 0.0)
        if done.all():
            break
        value = function(guess)
        same = np.sign(value) == np.sign(fa)
        # An end that stays a second time counts half, so that it moves the next time.
        stays = np.where(moved_last == np.where(same, 1, -1), 0.5, 1.0)
        moved_last = np.where(same, 1, -1)
        fa, fb = np.where(same, value, stays * fa), np.where(same, stays * fb, value)
        a, b = np.where(same & ~done, guess, a), np.where(same | done, b, guess)
        moved = np.abs(guess - found)
        found = np.where(done, found, guess)
        if (done | (moved <= 1e-14) | (value == 0.0)).all():
            break
    return found
