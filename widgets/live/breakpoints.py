"""What pauses a run by itself: expressions that become true or cross a level, and events."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass

import numpy as np

import engine
from widgets.live.columns import Array, Piece, observable
from widgets.live.words import number

DIRECTIONS = ("up", "down", "both")

UNTIL_EVENT = "event"
UNTIL_SECTION = "section"


@dataclass(frozen=True, kw_only=True)
class Breakpoint:
    """Name an expression and the crossing of it that pauses a run.

    A point exactly on the level belongs to the step that reaches it; an orbit that begins there,
    or where a condition already holds, moves on.

    Attributes
    ----------
    text : str
        The expression; a condition is 1 where it holds and 0 elsewhere.
    level : float
        What is crossed.
    direction : str
        "up", "down" or "both".
    words : str
        What happens there: "x > 15 became true".
    """

    text: str
    level: float = 0.0
    direction: str = "both"
    words: str

    def first(self, values: Array, before: float) -> int | None:
        """Return the first of some rows' values (rows,) that has crossed, None where none has.

        `before` is the value at the row before them, nan where there was none.
        """
        earlier = np.concatenate(([before], values[:-1])) - self.level
        later = values - self.level
        crossed = np.zeros(len(values), np.bool_)
        if self.direction != "down":
            crossed |= (earlier < 0.0) & (later >= 0.0)
        if self.direction != "up":
            crossed |= (earlier > 0.0) & (later <= 0.0)
        place = int(np.argmax(crossed)) if len(values) else 0
        return place if len(values) and crossed[place] else None


def auto_pause(model: engine.Model, text: str) -> Breakpoint:
    """Return what pauses where a condition becomes true, or a number crosses zero.

    Raises
    ------
    engine.ExpressionError
        The text is no expression of the model's variables.
    """
    if observable(model, text.removeprefix("aux.")).is_condition:
        return Breakpoint(text=text, level=0.5, direction="up", words=f"{text} became true")
    return Breakpoint(text=text, words=f"{text} crossed zero")


def section(model: engine.Model, text: str, level: float, direction: str) -> Breakpoint:
    """Return what pauses where a section is crossed.

    Raises
    ------
    engine.ExpressionError
        The text is no expression of the model's variables.
    engine.RunError
        The level is not finite, or there is no such direction.
    """
    if direction not in DIRECTIONS:
        raise engine.RunError(f"direction {direction!r}; valid: {', '.join(DIRECTIONS)}")
    if not np.isfinite(level):
        raise engine.RunError(f"level = {level:g} is not finite")
    condition = observable(model, text.removeprefix("aux.")).is_condition
    surface = text if condition else f"{text} = {number(level)}"
    sense = {"up": " upward", "down": " downward", "both": ""}[direction]
    words = f"the section {surface} was crossed{sense}"
    # A condition without a level of its own is crossed between 0 and 1.
    chosen = 0.5 if condition and level == 0.0 else level
    return Breakpoint(text=text, level=chosen, direction=direction, words=words)


@dataclass(frozen=True, kw_only=True)
class Hit:
    """Say at which row of a piece a run is to pause, and why in words."""

    row: int
    words: str


class Breakpoints:
    """Hold what pauses a run, and find it in the rows that have just been computed.

    Attributes
    ----------
    auto : Breakpoint or None
        The expression that the reader typed.
    armed : bool
        Whether it acts.
    sections : dict of str to Breakpoint
        The sections that views show, by the views' ids.
    until : str
        "event" or "section" while the run hurries to the next of these, else empty.
    """

    def __init__(self) -> None:
        self.auto: Breakpoint | None = None
        self.armed = True
        self.sections: dict[str, Breakpoint] = {}
        self.until = ""
        self._before: dict[Breakpoint, float] = {}
        self._event = ""

    @property
    def active(self) -> bool:
        """Tell whether anything pauses the run at present."""
        return bool(self.until) or (self.armed and self.auto is not None)

    def _acting(self) -> list[Breakpoint]:
        chosen = [self.auto] if self.armed and self.auto is not None else []
        if self.until == UNTIL_SECTION:
            chosen += self.sections.values()
        return chosen

    def begin(self, present: Piece | None) -> None:
        """Forget the rows so far; `present` is the one row at which the orbit now is."""
        self._before.clear()
        self._event = ""
        if present is not None:
            self.know(present)

    def know(self, present: Piece) -> None:
        """Take down what the expressions are at the last row of a piece, which does not pause."""
        if len(present.t):
            for each in self._acting():
                self._before[each] = float(present.column(each.text)[-1])

    def adapt(self, model: engine.Model) -> str:
        """Keep what has a meaning in another model; say of the reader's own why it has none."""
        for name, each in [*self.sections.items()]:
            try:
                observable(model, each.text.removeprefix("aux."))
            except engine.ExpressionError:
                del self.sections[name]
        try:
            self.auto = self.auto and auto_pause(model, self.auto.text)
        except engine.ExpressionError as error:
            self.auto = None
            return str(error)
        return ""

    def check(self, piece: Piece) -> Hit | None:
        """Return where the rows of a piece pause the run first, None where they do not."""
        acting = self._acting()
        columns = {each: piece.column(each.text) for each in acting}
        found: list[tuple[int, str]] = []
        for each, values in columns.items():
            row = each.first(values, self._before.get(each, np.nan))
            if row is not None:
                found.append((row, each.words))
        if self.until == UNTIL_EVENT:
            found += self._fired(piece)
        row = min((row for row, _ in found), default=len(piece.t) - 1)
        if row >= 0:
            self._before = {each: float(values[row]) for each, values in columns.items()}
        if not found:
            return None
        self._event = ""
        reasons = dict.fromkeys(words for place, words in found if place == row)
        return Hit(row=row, words=" and ".join(reasons))

    def _fired(self, piece: Piece) -> Sequence[tuple[int, str]]:
        """Return the first row at or after an event; one behind the last row waits for the next."""
        if self._event:
            return [(0, self._event)] if len(piece.t) else []
        first = _first_event(piece.events, backward=piece.backward)
        if first is None:
            return []
        t, words = first
        sign = -1.0 if piece.backward else 1.0
        row = int(np.searchsorted(sign * piece.t, sign * t))
        if row < len(piece.t):
            return [(row, words)]
        self._event = words
        return []


def _first_event(
    events: Mapping[str, Mapping[str, Array]], *, backward: bool
) -> tuple[float, str] | None:
    fired: Iterable[tuple[float, str]] = (
        (float(log["t"][0]), f"the event {name} fired")
        for name, log in events.items()
        if len(log["t"])
    )
    return (max if backward else min)(fired, default=None)
