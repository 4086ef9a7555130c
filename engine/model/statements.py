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
    """Yield the statements of `text`; `where` says whose lines are counted.

    A statement goes on in the next line while a bracket is open or after a backslash.
    """
    for number, line in _logical_lines(text):
        column = 0
        for part in line.split(";"):
            content = part.strip()
            if content:
                margin = part[: len(part) - len(part.lstrip())]
                below = number + margin.count("\n")
                before = len(margin.rpartition("\n")[2]) + (0 if "\n" in margin else column)
                place = ", ".join(filter(None, (where, f"line {below}")))
                yield Statement(text=content, where=place, column=before)
            number += part.count("\n")
            column = len(part.rpartition("\n")[2]) + (0 if "\n" in part else column) + 1


def _logical_lines(text: str) -> Iterator[tuple[int, str]]:
    """Yield lines without comments, each with those that continue it, and its number."""
    lines = [line.split("#", maxsplit=1)[0] for line in text.splitlines()]
    at = 0
    while at < len(lines):
        first, whole = at, lines[at]
        depth = _open_brackets(whole)
        at += 1
        while at < len(lines) and (depth > 0 or whole.rstrip().endswith("\\")):
            following = lines[at]
            if _ASSIGNMENT.search(following.split(";", maxsplit=1)[0]):
                # No bracket holds an assignment: one was not closed, which is said where it is.
                break
            if whole.rstrip().endswith("\\"):
                whole = whole.rstrip()[:-1] + " "
            whole += "\n" + following
            depth += _open_brackets(following)
            at += 1
        yield first + 1, whole


def _open_brackets(line: str) -> int:
    return line.count("(") - line.count(")")


def derivative_of(left: str) -> str | None:
    """Return the state whose derivative `left` denotes (dx, d(x), dx/dt, x'), else None."""
    for pattern in _DERIVATIVES:
        if found := pattern.fullmatch(left):
            return normalised(found.group(1))
    return None


def normalised(name: str) -> str:
    """Return a name in the form in which names are compared (NFKC)."""
    return unicodedata.normalize("NFKC", name).strip()
