"""Statements of an ``.ode`` file, sorted by what they say."""

import re
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass, field
from typing import NamedTuple

from engine.model.xpp.lines import Line
from engine.model.xpp.report import Report

__all__ = ["Item", "Sorted", "assignments"]

_NAME = r"[A-Za-z_][\w.]*"
_ASSIGNED = r"\s*=(?!=)\s*"
_DERIVATIVE = re.compile(rf"d({_NAME})\s*/\s*dt{_ASSIGNED}|({_NAME})\s*'{_ASSIGNED}", re.IGNORECASE)
_ITERATE = re.compile(rf"({_NAME})\s*\(\s*t\s*\+\s*1\s*\){_ASSIGNED}", re.IGNORECASE)
_INITIAL = re.compile(rf"({_NAME})\s*\(\s*0\s*\){_ASSIGNED}")
_FUNCTION = re.compile(rf"({_NAME})\s*\(([^()=]*)\){_ASSIGNED}")
_FIXED = re.compile(rf"(!?)\s*({_NAME}){_ASSIGNED}")
_COMMAND = re.compile(r"([A-Za-z]+)(?:\s+(.*))?", re.DOTALL)
_GIVEN = re.compile(r"\s*,?\s*([A-Za-z_][\w.]*)\s*(?:=\s*([^\s,=][^\s,]*))?\s*(?=[,\sA-Za-z_]|$)")
_BRACES = re.compile(r"\s*(.*?)\s*\{(.*?)\}(.*)", re.DOTALL)
_INTEGRAL = re.compile(r"\bint\s*[\[{]", re.IGNORECASE)

_VOLTERRA = "a Volterra integral equation"
# By the first letters of the command, as XPPAUT tells them apart; the longest match counts.
_REFUSED = {
    "b": "a boundary condition (a boundary value problem)",
    "m": "a Markov variable (a random state)",
    "t": "a table of values",
    "v": _VOLTERRA,
    "ve": "a vector",
    "so": "an algebraic variable (a differential-algebraic system)",
    "sp": "a special network function",
    "e": "a compiled library",
    "gr": "a group",
}


class Item(NamedTuple):
    """A name, what it is said to be, and on which line."""

    name: str
    text: str
    line: int
    args: tuple[str, ...] = ()


@dataclass
class Sorted:
    """The statements of one file.

    Attributes
    ----------
    discrete : bool
        Some equation is written as a map.
    actions : list of Item
        Comments that set values when they are clicked upon in XPPAUT.
    refused : list of Item
        Names that statements define which cannot be had.
    """

    report: Report
    discrete: bool = False
    equations: list[Item] = field(default_factory=list)
    functions: list[Item] = field(default_factory=list)
    fixed: list[Item] = field(default_factory=list)
    derived: list[Item] = field(default_factory=list)
    aux: list[Item] = field(default_factory=list)
    params: list[Item] = field(default_factory=list)
    numbers: list[Item] = field(default_factory=list)
    wiener: list[Item] = field(default_factory=list)
    initial: list[Item] = field(default_factory=list)
    events: list[Item] = field(default_factory=list)
    options: list[Item] = field(default_factory=list)
    sets: list[Item] = field(default_factory=list)
    actions: list[Item] = field(default_factory=list)
    comments: list[str] = field(default_factory=list)
    refused: list[Item] = field(default_factory=list)

    @classmethod
    def of(cls, lines: Iterable[Line], report: Report) -> "Sorted":
        """Sort the statements of a file.

        Raises
        ------
        ModelError
            If a line is no statement.
        """
        made = cls(report)
        for position, line in enumerate(lines):
            if position == 0 and re.match(r"[0-9]+(\s|$)", line.text):
                report.refuse(line.number, "the old form of files, which begin with a number")
                break
            made.sort(line)
        return made

    def sort(self, line: Line) -> None:
        """Take one statement."""
        text, number = line
        if text.startswith('"'):
            self.comment(line)
        elif text.startswith("@"):
            self.options += assignments(text[1:], number, self.report)
        elif text.startswith("#"):
            self.report.refuse(number, f"{text[:40]!r}: another file")
        elif re.match(r"0\s*=", text):
            self.report.refuse(number, "0=…: an algebraic condition")
        elif _INTEGRAL.search(text):
            self.report.refuse(number, f"{text[:40]!r}: {_VOLTERRA}")
        elif found := _DERIVATIVE.match(text):
            name = found[1] or found[2]
            self.equations.append(Item(name, text[found.end() :], number))
        elif found := _ITERATE.match(text):
            self.discrete = True
            self.equations.append(Item(found[1], text[found.end() :], number))
        elif found := _INITIAL.match(text):
            self.initial.append(Item(found[1], text[found.end() :], number))
        elif found := _FUNCTION.match(text):
            args = tuple(arg.strip() for arg in found[2].split(",")) if found[2].strip() else ()
            for arg in args:
                if not re.fullmatch(r"[A-Za-z_]\w*", arg):
                    raise self.report.error(number, f"{arg!r} is no name of an argument")
            self.functions.append(Item(found[1], text[found.end() :], number, args))
        elif found := _FIXED.match(text):
            group = self.derived if found[1] else self.fixed
            group.append(Item(found[2], text[found.end() :], number))
        elif found := _COMMAND.fullmatch(text):
            self.command(found[1].lower(), (found[2] or "").strip(), line)
        else:
            raise self.report.error(number, f"{text[:40]!r} is no statement of an .ode file")

    def command(self, word: str, rest: str, line: Line) -> None:
        """Take a statement that begins with a word; its first letters say which."""
        takers: dict[str, Callable[[str, int], None]] = {
            "a": self.take_aux,
            "g": self.take_event,
            "i": self.given(self.initial),
            "n": self.given(self.numbers),
            "p": self.given(self.params),
            "w": self.take_wiener,
            "se": self.take_set,
            "s": self.take_set,
            "o": lambda _, number: self.report.note(number, f"{line.text[:60]!r} has no effect"),
        }
        for start in (word[:2], word[:1]):
            if start in _REFUSED:
                self.report.refuse(line.number, f"{line.text[:40]!r}: {_REFUSED[start]}")
                if (found := re.match(_NAME, rest)) and start not in ("b", "e"):
                    self.refused.append(Item(found.group(), "", line.number))
                return
            if start in takers:
                takers[start](rest, line.number)
                return
        raise self.report.error(line.number, f"{line.text[:40]!r} is no statement of an .ode file")

    def given(self, group: list[Item]) -> Callable[[str, int], None]:
        """Return what takes ``name=value, name=value`` into a group."""

        def take(rest: str, number: int) -> None:
            group.extend(assignments(rest, number, self.report))

        return take

    def take_aux(self, rest: str, number: int) -> None:
        """Take ``aux name=formula``."""
        found = re.match(rf"({_NAME}){_ASSIGNED}", rest)
        if found is None:
            raise self.report.error(number, f"expected 'aux name=formula', found {rest[:40]!r}")
        self.aux.append(Item(found[1], rest[found.end() :], number))

    def take_event(self, rest: str, number: int) -> None:
        """Take ``global sign {condition} {name=formula; …}``."""
        self.events.append(Item(f"global_{len(self.events) + 1}", rest, number))

    def take_wiener(self, rest: str, number: int) -> None:
        """Take ``wiener name, name``."""
        for item in assignments(rest, number, self.report):
            self.wiener.append(item)

    def take_set(self, rest: str, number: int) -> None:
        """Take ``set name {item=value, …}``."""
        found = _BRACES.fullmatch(rest)
        if found is None or not found[1]:
            raise self.report.error(number, f"expected 'set name {{a=1, …}}', found {rest[:40]!r}")
        self.sets.append(Item(found[1], found[2], number))

    def comment(self, line: Line) -> None:
        """Take a comment, which may set values."""
        found = _BRACES.fullmatch(line.text[1:])
        if found and not found[1]:
            self.actions.append(Item(found[3].strip(), found[2], line.number))
        elif line.text[1:].strip():
            self.comments.append(line.text[1:].strip())


def assignments(text: str, number: int, report: Report) -> Iterator[Item]:
    """Yield the parts of ``a=1, b = 2 c=3``; a name alone has an empty text.

    Raises
    ------
    ModelError
        If the text has another form.
    """
    position = 0
    while text[position:].strip(" \t,"):
        found = _GIVEN.match(text, position)
        if found is None or found.end() == position:
            raise report.error(number, f"expected 'name=value, …', found {text[position:][:40]!r}")
        yield Item(found[1], found[2] or "", number)
        position = found.end()
