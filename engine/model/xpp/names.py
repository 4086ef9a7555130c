"""Names of one ``.ode`` file: upper and lower case alike, and made to fit model files."""

import re
from dataclasses import dataclass

from engine.errors import suggest
from engine.model.names import name_fault
from engine.model.xpp.report import Report

__all__ = ["Entry", "Names", "fresh"]


@dataclass
class Entry:
    """A name and what it stands for.

    Attributes
    ----------
    kind : str
        "state", "param", "number", "fixed", "derived", "function", "wiener"
        or "refused", which a statement defines that cannot be had.
    spelled : str
        As the file defines it.
    name : str
        In the model; the spelling, unless that cannot be a name.
    line : int
        Where it is defined.
    """

    kind: str
    spelled: str
    name: str
    line: int


class Names:
    """The names that formulas of a file may use, by their spelling in lower case."""

    def __init__(self, report: Report) -> None:
        self.report = report
        self.entries: dict[str, Entry] = {}
        self.taken: set[str] = set()

    def define(self, kind: str, spelled: str, line: int) -> None:
        """Define a name.

        Raises
        ------
        ModelError
            If it is defined already, or is the time or pi.
        """
        key = spelled.lower()
        if key in ("t", "pi"):
            raise self.report.error(line, f"{spelled!r} has a meaning of its own in .ode files")
        if key in self.entries:
            other = self.entries[key]
            raise self.report.error(
                line, f"{spelled!r} is already defined as {other.spelled!r} in line {other.line}"
            )
        self.entries[key] = Entry(kind, spelled, spelled, line)

    def settle(self) -> None:
        """Choose a name of the model for each, the spelling where that can be one."""
        late = []
        for entry in self.entries.values():
            if name_fault(entry.spelled) is None:
                self.taken.add(entry.spelled)
            else:
                late.append(entry)
        for entry in late:
            entry.name = self.renamed(entry.spelled, entry.line)

    def renamed(self, spelled: str, line: int) -> str:
        """Return a free name near to a spelling, and note that it is another."""
        name = fresh(re.sub(r"\W", "_", spelled), self.taken)
        self.taken.add(name)
        if name != spelled:
            self.report.note(line, f"{spelled!r} is called {name!r} here")
        return name

    def find(self, spelled: str) -> Entry | None:
        """Return what a name stands for, None if it is not defined."""
        return self.entries.get(spelled.lower())

    def of_kind(self, *kinds: str) -> list[Entry]:
        """Return the entries of some kinds, in the order of their definition."""
        return [entry for entry in self.entries.values() if entry.kind in kinds]

    def hint(self, spelled: str, *kinds: str) -> str:
        """Return the end of an error message about an unknown name."""
        known = self.of_kind(*kinds) if kinds else list(self.entries.values())
        return suggest(spelled, [entry.spelled for entry in known])


def fresh(name: str, taken: set[str]) -> str:
    """Return `name`, with underscores behind it until nothing speaks against it."""
    while name_fault(name) or name in taken:
        name += "_"
    return name
