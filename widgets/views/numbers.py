"""Numbers and lists that a reader or a document gives a view: what is none is refused in words."""

import math
from collections.abc import Sequence
from reprlib import Repr

_SHORT = Repr()
_SHORT.maxstring = _SHORT.maxother = _SHORT.maxlong = 40


def brief(value: object) -> str:
    """Write a value as a sentence can quote it."""
    return _SHORT.repr(value)


def real(what: str, value: object) -> float:
    """Return a finite number.

    Raises
    ------
    ValueError
        It is none.
    """
    found = _number(value)
    if not math.isfinite(found):
        raise ValueError(f"{what} is a number, not {brief(value)}")
    return found


def positive(what: str, value: object) -> float:
    """Return a finite number above 0.

    Raises
    ------
    ValueError
        It is none.
    """
    found = _number(value)
    if not (found > 0.0 and math.isfinite(found)):
        raise ValueError(f"{what} is a positive number, not {brief(value)}")
    return found


def whole(what: str, value: object, low: int, high: int) -> int:
    """Return a whole number within limits.

    Raises
    ------
    ValueError
        It is none, or beyond them.
    """
    found = _number(value)
    if not (low <= found <= high and found == int(found)):
        given = brief(value)
        raise ValueError(f"{what} is a whole number from {low:,} to {high:,}, not {given}")
    return int(found)


def texts(what: str, value: object) -> Sequence[object]:
    """Return a list of texts; what is in it is looked at where it is read.

    Raises
    ------
    ValueError
        It is no list.
    """
    if not isinstance(value, list | tuple):
        raise ValueError(f"{what} are a list of texts, not {brief(value)}")
    return value


def _number(value: object) -> float:
    """Return a value as a number, nan where it is none; truth is none."""
    if isinstance(value, bool):
        return math.nan
    try:
        return float(value)  # type: ignore[arg-type]
    except (TypeError, ValueError, OverflowError):
        return math.nan
