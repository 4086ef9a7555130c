"""What is meant by statements that are no plain equations, and what to write instead."""

import re
import unicodedata
from collections.abc import Iterable

__all__ = ["meant_name", "remedy"]

_SECOND = "; of a second derivative make two equations: x' = v; v' = …"
_MAP = "; a map is written x[n+1] = …"
_PRIME = "; a derivative is written x' or dx/dt"
# The first that occurs in a statement says what it may mean.
_HABITS = tuple(
    (re.compile(pattern), said)
    for pattern, said in (
        (r"^(%|//|--|!)", "; a comment begins with #"),
        (r"^[^=]*''|^\s*d\s*(\^?2|²)", _SECOND),
        (r"^[^=]*[\u2018\u2019\u2032\u00b4`]", _PRIME),
        (r"^[^=]*(\\dot|\u0307|[\u1e8b\u1e8f\u017c\u1e8a\u1e8e])", _PRIME),
        (r"^\w+\s*_?\s*[\[{][^=]*=", _MAP),
        (r":=", "; write = alone"),
        (r"^(if|on|event)\b", "; an event is written when condition: action"),
        (r"\bin\s*[\[(]|^[^=]*\][^=]*$", "; a parameter is written name = value in [low, high]"),
        (r"^\w+\s*'\s*\(|^\w+\s*'\s*[-+*/]", "; left of = stands x' alone"),
    )
)


def remedy(statement: str) -> str:
    """Return the end of an error message about a statement that is none; often empty."""
    return next((said for pattern, said in _HABITS if pattern.search(statement)), "")


def meant_name(name: str, known: Iterable[str]) -> str:
    """Return which name one that is not given may be: other case, or a Greek letter spelled.

    Returns
    -------
    str
        ``"; did you mean 'beta'?"``, else empty.
    """
    own = _spelled(name)
    near = [other for other in known if other != name and _spelled(other) == own]
    return f"; did you mean {near[0]!r}?" if near else ""


def _spelled(name: str) -> str:
    words = (unicodedata.name(letter, "") for letter in name)
    letters = (
        word.rpartition(" ")[2] if word.startswith("GREEK") else letter
        for letter, word in zip(name, words, strict=True)
    )
    return "".join(letters).casefold().replace("lamda", "lambda")
