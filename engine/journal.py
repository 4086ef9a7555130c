"""The journal of a run: what was changed, and at which step."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from engine.errors import StorageError
from engine.observers import ObserverModule
from engine.plain import from_plain, to_plain
from engine.settings import observers_from_plain, plain_observers, plain_sim, sim_from_plain
from engine.sim import Sim


@dataclass(frozen=True, kw_only=True)
class Edit:
    """Hold one change of a run.

    Attributes
    ----------
    kind : str
        ``"params"``, ``"state"``, ``"preset"``, ``"stepper"``, ``"dt"``, ``"tolerances"`` or
        ``"observers"``.
    values : mapping
        The new values by name; for a preset, ``params`` and ``states``, each by name.
    """

    kind: str
    values: Mapping[str, Any]

    def __post_init__(self) -> None:
        """Take the values over, observers as a tuple."""
        values = dict(self.values)
        if "observers" in values:
            given = values["observers"]
            if given is None or isinstance(given, ObserverModule):
                values["observers"] = () if given is None else (given,)
            elif isinstance(given, Iterable):
                values["observers"] = tuple(given)
        object.__setattr__(self, "values", values)


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
    after_row : bool
        False where the edit came before the row of that step was recorded, which can only be
        the initial one: the row then shows the edit.
    """

    step: int
    t: float
    edit: Edit
    after_row: bool = True


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
    t : float or None
        Its time; later than that of the step where the rest of a step that an event divides failed.
    t_end : float or None
        The run's own end, which shortens the last adaptive step.
    n_end : int or None
        The run's own end as a number of steps.
    """

    origin: Sim
    entries: tuple[JournalEntry, ...] = ()
    n_steps: int = 0
    t: float | None = None
    t_end: float | None = None
    n_end: int | None = None

    def is_continued_by(self, other: "Journal") -> bool:
        """Tell whether a run with another journal went through all of this one."""
        known = len(self.entries)
        return (
            self.n_steps <= other.n_steps
            and (self.t_end, self.n_end) == (other.t_end, other.n_end)
            and self.entries == other.entries[:known]
            and all(entry.step >= self.n_steps for entry in other.entries[known:])
            and self.origin.differs_in(other.origin) is None
        )

    def to_dict(self) -> dict[str, Any]:
        """Return the journal as plain values, fit for JSON."""
        return {
            "origin": plain_sim(self.origin),
            "entries": [
                {
                    "step": entry.step,
                    "t": to_plain(entry.t),
                    "kind": entry.edit.kind,
                    "values": _plain_values(entry.edit),
                    "after_row": entry.after_row,
                }
                for entry in self.entries
            ],
            "n_steps": self.n_steps,
            "t": to_plain(self.t),
            "t_end": to_plain(self.t_end),
            "n_end": self.n_end,
        }

    @classmethod
    def from_dict(cls, plain: Any, observers: Sequence[ObserverModule] = ()) -> "Journal":
        """Return the journal that `to_dict` gave.

        Parameters
        ----------
        plain : mapping
            What `to_dict` gave.
        observers : sequence of ObserverModule
            Observers of one's own that occur in it.

        Raises
        ------
        StorageError
            Something is missing, or is not what it should be.
        """
        if not isinstance(plain, Mapping) or not isinstance(plain.get("entries"), (list, tuple)):
            raise StorageError("a stored journal is a mapping with 'origin' and 'entries'")
        try:
            return cls(
                origin=sim_from_plain(plain["origin"], observers),
                entries=tuple(_entry(entry, observers) for entry in plain["entries"]),
                n_steps=int(plain["n_steps"]),
                t=None if plain.get("t") is None else float(from_plain(plain["t"])),
                t_end=None if plain["t_end"] is None else float(plain["t_end"]),
                n_end=None if plain["n_end"] is None else int(plain["n_end"]),
            )
        except (KeyError, TypeError, ValueError) as error:
            raise StorageError(f"the stored journal is not whole: {error!r}") from error


def _plain_values(edit: Edit) -> dict[str, Any]:
    values = dict(edit.values)
    if "observers" in values:
        return {"observers": plain_observers(values["observers"])}
    plain: dict[str, Any] = to_plain(values, edit.kind)
    return plain


def _entry(plain: Mapping[str, Any], own: Sequence[ObserverModule]) -> JournalEntry:
    values = dict(plain["values"])
    if "observers" in values:
        values["observers"] = observers_from_plain(values["observers"], own)
    edit = Edit(kind=str(plain["kind"]), values=from_plain(values))
    return JournalEntry(
        step=int(plain["step"]),
        t=float(from_plain(plain["t"])),
        edit=edit,
        after_row=bool(plain["after_row"]),
    )
