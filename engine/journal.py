"""The journal of a run: what was changed, and at which step."""

import threading
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, overload

from engine.errors import StorageError
from engine.observers import ObserverModule
from engine.plain import from_plain, to_plain
from engine.settings import observers_from_plain, plain_observers, plain_sim, sim_from_plain
from engine.sim import Sim


@dataclass(frozen=True, kw_only=True, slots=True)
class Edit:
    """Hold one change of a run.

    Attributes
    ----------
    kind : str
        ``"params"``, ``"state"``, ``"preset"``, ``"stepper"``, ``"dt"``, ``"tolerances"``,
        ``"seed"`` or ``"observers"``.
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


@dataclass(frozen=True, kw_only=True, slots=True)
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


class Entries(Sequence[JournalEntry]):
    """Hold the edits of a run in order, immutably; a longer one shares what came before.

    It is a stretch of a list that only grows, so another edit costs the same after a million of
    them, and the journals that snapshots and checkpoints hold are not copies.  Where two go on
    from the same stretch, as after a rewind, the second takes a list of its own.

    Parameters
    ----------
    entries : iterable of JournalEntry
        In order of action.
    """

    __slots__ = ("_count", "_log")

    def __init__(self, entries: Iterable[JournalEntry] = ()) -> None:
        self._log = _Log(entries)
        self._count = len(self._log.entries)

    @classmethod
    def of(cls, entries: Iterable[JournalEntry]) -> "Entries":
        """Return the entries themselves where they are such a stretch already."""
        return entries if isinstance(entries, cls) else cls(entries)

    def __len__(self) -> int:
        """Return the number of entries."""
        return self._count

    def __iter__(self) -> Iterator[JournalEntry]:
        """Go through the entries in order; those that others add meanwhile stay out."""
        entries = self._log.entries
        return (entries[place] for place in range(self._count))

    @overload
    def __getitem__(self, place: int) -> JournalEntry: ...

    @overload
    def __getitem__(self, place: slice) -> tuple[JournalEntry, ...]: ...

    def __getitem__(self, place: int | slice) -> JournalEntry | tuple[JournalEntry, ...]:
        """Return one entry, or a tuple of those of a slice."""
        found = range(self._count)[place]
        entries = self._log.entries
        if isinstance(found, int):
            return entries[found]
        return tuple(entries[place] for place in found)

    def __eq__(self, other: object) -> bool:
        """Tell whether the other holds the same entries, as a tuple or as such a stretch."""
        if isinstance(other, Entries):
            return len(self) == len(other) and self.begins(other)
        return tuple(self) == other if isinstance(other, tuple) else NotImplemented

    __hash__ = None  # type: ignore[assignment]

    def __repr__(self) -> str:
        """Write the entries as a tuple."""
        return repr(tuple(self))

    def __reduce__(self) -> tuple[Any, ...]:
        """Be pickled as the entries alone."""
        return Entries, (tuple(self),)

    def begins(self, other: "Entries") -> bool:
        """Tell whether the other begins with all of these."""
        if len(self) > len(other):
            return False
        return self._log is other._log or all(
            mine is theirs or mine == theirs for mine, theirs in zip(self, other, strict=False)
        )

    def first(self, count: int) -> "Entries":
        """Return the first `count` of them, which are shared."""
        stretch = Entries.__new__(Entries)
        stretch._log, stretch._count = self._log, min(count, self._count)
        return stretch

    def followed_by(self, entry: JournalEntry) -> "Entries":
        """Return these and one more."""
        stretch = Entries.__new__(Entries)
        stretch._log = self._log.followed_by(entry, self._count)
        stretch._count = self._count + 1
        return stretch


class _Log:
    """A list that only grows, at one end, whichever thread adds to it."""

    __slots__ = ("_adding", "entries")

    def __init__(self, entries: Iterable[JournalEntry]) -> None:
        self.entries = list(entries)
        self._adding = threading.Lock()

    def followed_by(self, entry: JournalEntry, count: int) -> "_Log":
        """Return a list whose first `count` entries are these, and whose next is `entry`."""
        with self._adding:
            if len(self.entries) == count:
                self.entries.append(entry)
                return self
        return _Log([*self.entries[:count], entry])


@dataclass(frozen=True, kw_only=True)
class Journal:
    """Hold all edits of a run in order, and the number of steps it has taken.

    Attributes
    ----------
    origin : Sim
        The problem the run started from.
    entries : sequence of JournalEntry
        In order of action, an immutable `Entries`.
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
    entries: Entries = field(default_factory=Entries)
    n_steps: int = 0
    t: float | None = None
    t_end: float | None = None
    n_end: int | None = None

    def __post_init__(self) -> None:
        """Take over entries that are given otherwise, as a tuple."""
        object.__setattr__(self, "entries", Entries.of(self.entries))

    def is_continued_by(self, other: "Journal") -> bool:
        """Tell whether a run with another journal went through all of this one."""
        known = len(self.entries)
        return (
            self.n_steps <= other.n_steps
            and (self.t_end, self.n_end) == (other.t_end, other.n_end)
            and self.entries.begins(other.entries)
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
                entries=Entries(_entry(entry, observers) for entry in plain["entries"]),
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
