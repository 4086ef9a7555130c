"""Where panes stand: columns of them, with shares of the width and of their column's height."""

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from widgets.live.refusal import nearest
from widgets.views.numbers import brief

SMALLEST, LARGEST = 0.05, 20.0
"""Shares between which a column or pane is kept; 1 is usual."""

STEPS = {"left": -1, "right": 1, "up": -1, "down": 1}


@dataclass
class Column:
    """Hold the panes that stand above one another.

    Attributes
    ----------
    width : float
        Share of the width.
    heights : dict of str to float
        Share of the column's height by pane, from the top.
    """

    width: float = 1.0
    heights: dict[str, float] = field(default_factory=dict)


class Places:
    """Keep panes in columns."""

    def __init__(self, columns: Sequence[Column] = ()) -> None:
        self.columns = list(columns)

    @property
    def panes(self) -> list[str]:
        """Return the panes, column by column."""
        return [pane for column in self.columns for pane in column.heights]

    def described(self) -> list[dict[str, Any]]:
        """Return the columns as plain lists and dicts."""
        return [
            {
                "width": column.width,
                "panes": [{"id": pane, "height": share} for pane, share in column.heights.items()],
            }
            for column in self.columns
        ]

    def append(self, pane: str, number: int | None = None) -> None:
        """Put a pane below all others of a column; one past the last is a new one."""
        if number is None:
            number = self._roomiest()
        if not 0 <= number <= len(self.columns):
            raise ValueError(f"there is no column {number}; there are {len(self.columns)}")
        if number == len(self.columns):
            self.columns.append(Column(self._usual_width()))
        heights = self.columns[number].heights
        heights[pane] = sum(heights.values()) / len(heights) if heights else 1.0

    def remove(self, pane: str) -> None:
        """Take a pane away, with its column where it was the only one there."""
        column = self._column(pane)
        del column.heights[pane]
        if not column.heights:
            self.columns.remove(column)

    def move(self, pane: str, direction: str) -> bool:
        """Move a pane by one place; return False where it stands at that edge already."""
        if direction not in STEPS:
            raise ValueError(f"{direction!r} is no direction; valid: {', '.join(STEPS)}")
        if direction in ("up", "down"):
            return self._shift(pane, STEPS[direction])
        return self._cross(pane, STEPS[direction])

    def place(self, pane: str, beside: str, side: str) -> bool:
        """Put a pane beside another one; return False where nothing changes."""
        if side not in ("left", "right", "top", "bottom"):
            raise ValueError(f"{side!r} is no side; valid: left, right, top, bottom")
        before = self.described()
        share = self._column(pane).heights[pane]
        self.remove(pane)
        target = self._column(beside)
        if side in ("left", "right"):
            number = self.columns.index(target) + (side == "right")
            self.columns.insert(number, Column(self._usual_width(), {pane: 1.0}))
        else:
            at = [*target.heights].index(beside) + (side == "bottom")
            _insert(target, at, pane, share)
        return self.described() != before

    def resize(self, widths: Mapping[int, float], heights: Mapping[str, float]) -> None:
        """Change shares; all of them or none."""
        for number in widths:
            if not 0 <= number < len(self.columns):
                raise ValueError(f"there is no column {number}; there are {len(self.columns)}")
        shares = {f"the width of column {n}": share for n, share in widths.items()}
        shares |= {f"the height of {pane}": share for pane, share in heights.items()}
        for what, share in shares.items():
            _check_share(what, share)
        for number, share in widths.items():
            self.columns[number].width = _kept(share)
        for pane, share in heights.items():
            self._column(pane).heights[pane] = _kept(share)

    def _column(self, pane: str) -> Column:
        return next(column for column in self.columns if pane in column.heights)

    def _usual_width(self) -> float:
        widths = [column.width for column in self.columns]
        return sum(widths) / len(widths) if widths else 1.0

    def _roomiest(self) -> int:
        """Return the column with the fewest panes, of equals the last; at first a second one."""
        if len(self.columns) < 2:
            return len(self.columns)
        fewest = min(len(column.heights) for column in self.columns)
        numbers = range(len(self.columns))
        return max(n for n in numbers if len(self.columns[n].heights) == fewest)

    def _shift(self, pane: str, step: int) -> bool:
        column = self._column(pane)
        share = column.heights[pane]
        at = [*column.heights].index(pane) + step
        if not 0 <= at < len(column.heights):
            return False
        del column.heights[pane]
        _insert(column, at, pane, share)
        return True

    def _cross(self, pane: str, step: int) -> bool:
        column = self._column(pane)
        number = self.columns.index(column) + step
        if 0 <= number < len(self.columns):
            target = self.columns[number]
            at = min([*column.heights].index(pane), len(target.heights))
            _insert(target, at, pane, sum(target.heights.values()) / len(target.heights))
        elif len(column.heights) > 1:
            self.columns.insert(max(number, 0), Column(self._usual_width(), {pane: 1.0}))
        else:
            return False
        del column.heights[pane]
        if not column.heights:
            self.columns.remove(column)
        return True


def _insert(column: Column, at: int, pane: str, share: float) -> None:
    shares = [*column.heights.items()]
    shares.insert(at, (pane, share))
    column.heights = dict(shares)


def _kept(share: float) -> float:
    return min(max(share, SMALLEST), LARGEST)


def _check_share(what: str, share: Any) -> float:
    number = isinstance(share, int | float) and not isinstance(share, bool)
    if not (number and 0.0 < share < math.inf):
        raise ValueError(f"{what} is {brief(share)}; a share is a positive number")
    return float(min(share, LARGEST))


Wanted = dict[str, tuple[str, dict[str, Any]]]
"""Kind and settings by pane."""


def described_places(
    described: Mapping[str, Any], kinds: Mapping[str, Any], most: int
) -> tuple[Places, Wanted, str]:
    """Read what `widgets.views.board.Board.describe` has written.

    Raises
    ------
    ValueError
        Something is missing or not valid; it is named.
    """
    wanted: Wanted = {}
    columns = []
    for number, column in enumerate(_sequence(described, "columns", "the layout")):
        where = f"column {number} of the layout"
        heights = {}
        for place in _sequence(column, "panes", where):
            pane, kind, settings, height = _pane(place, kinds, where)
            if pane in wanted:
                raise ValueError(f"{where}: the pane {pane!r} stands there twice")
            wanted[pane] = (kind, settings)
            heights[pane] = height
        width = _kept(_check_share(f"{where}: its width", column.get("width", 1.0)))
        if heights:
            columns.append(Column(width, heights))
    if len(wanted) > most:
        raise ValueError(f"the layout has {len(wanted)} views; there may be {most}")
    maximised = described.get("maximised") or ""
    if not isinstance(maximised, str) or maximised and maximised not in wanted:
        raise ValueError(f"the layout shows {brief(maximised)} alone, which is none of its panes")
    return Places(columns), wanted, maximised


def _sequence(described: Any, key: str, where: str) -> Sequence[Any]:
    if not isinstance(described, Mapping) or not isinstance(described.get(key), list | tuple):
        raise ValueError(f"{where} has no list of {key}")
    found: Sequence[Any] = described[key]
    return found


def _pane(
    place: Any, kinds: Mapping[str, Any], where: str
) -> tuple[str, str, dict[str, Any], float]:
    if not isinstance(place, Mapping) or not isinstance(place.get("id"), str) or not place["id"]:
        raise ValueError(f"{where}: a pane has no name (id)")
    pane, kind = place["id"], place.get("kind")
    if not isinstance(kind, str) or kind not in kinds:
        hint = nearest(kind, kinds) if isinstance(kind, str) else ""
        raise ValueError(f"{where}: {brief(pane)} is of the unknown kind {brief(kind)}{hint}")
    settings = place.get("settings", {})
    if not isinstance(settings, Mapping):
        raise ValueError(
            f"{where}: the settings of {brief(pane)} are {brief(settings)}, not names and values"
        )
    height = _kept(_check_share(f"{where}: the height of {pane!r}", place.get("height", 1.0)))
    return pane, kind, dict(settings), height
