"""The journal of a run: what was changed, and at which step."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from engine.sim import Sim


@dataclass(frozen=True, kw_only=True)
class Edit:
    """Hold one change of a run.

    Attributes
    ----------
    kind : str
        ``"params"``, ``"state"``, ``"stepper"``, ``"dt"``, ``"tolerances"`` or
        ``"observers"``.
    values : mapping
        The new values by name.
    """

    kind: str
    values: Mapping[str, Any]


@dataclass(frozen=True, kw_only=True)
class JournalEntry:
    """Hold an edit with the number of accepted steps after which it acted.

    Attributes
    ----------
    step : int
        Accepted steps before the edit.
    t : float
        Time of that step.
    edit : Edit
        The change.
    """

    step: int
    t: float
    edit: Edit


@dataclass(frozen=True, kw_only=True)
class Journal:
    """Hold all edits of a run in order, and the number of steps it has taken.

    Attributes
    ----------
    origin : Sim
        The problem the run started from.
    entries : tuple of JournalEntry
        In order of action.
    n_steps : int
        Accepted steps of the run so far.
    t_end : float or None
        The run's own end, which shortens the last adaptive step.
    """

    origin: Sim
    entries: tuple[JournalEntry, ...] = ()
    n_steps: int = 0
    t_end: float | None = None

    def is_continued_by(self, other: "Journal") -> bool:
        """Tell whether a run with another journal went through all of this one."""
        known = len(self.entries)
        return (
            self.n_steps <= other.n_steps
            and self.t_end == other.t_end
            and self.entries == other.entries[:known]
            and all(entry.step >= self.n_steps for entry in other.entries[known:])
            and self.origin.differs_in(other.origin) is None
        )
