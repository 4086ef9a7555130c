"""Blocks of statements, one a line or separated by ``;``, as equations and actions are written."""

import re
import unicodedata
from collections.abc import Iterator
from dataclasses import dataclass

from engine.errors import ModelError
from engine.model.expressions import NAME_PATTERN
from engine.model.spec import Formula

__all__ = ["Statement", "derivative_of", "normalised", "statements"]

_ASSIGNMENT = re.compile(r"(?<![<>=!])=(?!=)")
_DERIVATIVES = tuple(
    re.compile(pattern.replace("NAME", f"({NAME_PATTERN})"))
    for pattern in (r"d\(\s*NAME\s*\)(?:\s*/\s*dt)?", r"dNAME(?:\s*/\s*dt)?", r"NAME\s*'")
)


@dataclass(frozen=True, kw_only=True)
class Statement:
    """One statement and where it stands.

    Attributes
    ----------
    text : str
        The statement without its comment and the white space around it.
    where : str
        Its block and line, for error messages.
    column : int
        How many characters stand before it in its line.
    """

    text: str
    where: str
    column: int

    @property
    def left(self) -> str:
        """What stands before the ``=``; everything if there is none."""
        return _ASSIGNMENT.split(self.text, maxsplit=1)[0].strip()

    @property
    def right(self) -> Formula:
        """The expression after the ``=``."""
        assignment = _ASSIGNMENT.search(self.text)
        if assignment is None:
            raise self.error(f"expected 'name = expression', found {self.text[:40]!r}")
        behind = self.text[assignment.end() :]
        spaces = len(behind) - len(behind.lstrip())
        column = self.column + assignment.end() + spaces
        return Formula(text=behind.strip(), where=self.where, column=column)

    def error(self, message: str) -> ModelError:
        """Return an error about this statement."""
        return ModelError(f"{self.place}: {message}")

    @property
    def place(self) -> str:
        """Where the statement begins, for error messages."""
        return f"{self.where}, column {self.column + 1}"


def statements(text: str, where: str = "") -> Iterator[Statement]:
    """Yield the statements of `text`; `where` says whose lines are counted."""
    for number, line in enumerate(text.splitlines(), start=1):
        column = 0
        for part in line.split("#", maxsplit=1)[0].split(";"):
            content = part.strip()
            if content:
                place = ", ".join(filter(None, (where, f"line {number}")))
                margin = len(part) - len(part.lstrip())
                yield Statement(text=content, where=place, column=column + margin)
            column += len(part) + 1


def derivative_of(left: str) -> str | None:
    """Return the state whose derivative `left` denotes (dx, d(x), dx/dt, x'), else None."""
    for pattern in _DERIVATIVES:
        if found := pattern.fullmatch(left):
            return normalised(found.group(1))
    return None


def normalised(name: str) -> str:
    """Return a name in the form in which names are compared (NFKC)."""
    return unicodedata.normalize("NFKC", name).strip()
