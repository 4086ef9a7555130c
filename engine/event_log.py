"""When the events of a run fired, and what was logged."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field

import numpy as np

from engine.errors import RunError, suggest
from engine.model import Model
from engine.run_state import Floats, Integers
from engine.runner import abi
from engine.runner.abi import Status
from engine.runner.event_code import log_columns

# Firings that a live run can give back, at most twice as many are held.
FIRINGS_KEPT = 1 << 18
LEAST_ROOM = 256


@dataclass(frozen=True, kw_only=True, eq=False)
class EventLog(Mapping[str, Floats]):
    """Hold the firings of one event: ``log["t"]`` and every logged name, arrays (firings,).

    Attributes
    ----------
    columns : mapping of str to ndarray
        Times under ``"t"`` and the logged values, as they were before the action.
    tags : tuple of str
        The event's tags.
    """

    columns: Mapping[str, Floats]
    tags: tuple[str, ...] = ()

    def __getitem__(self, name: str) -> Floats:
        """Return the times or the logged values of this name."""
        if name not in self.columns:
            raise RunError(f"{name!r} was not logged{suggest(str(name), self.columns)}")
        return self.columns[name]

    def __iter__(self) -> Iterator[str]:
        """Iterate over the names."""
        return iter(self.columns)

    def __len__(self) -> int:
        """Return the number of names."""
        return len(self.columns)

    @property
    def count(self) -> int:
        """Return the number of firings."""
        return len(self.columns["t"])


class EventLogs(dict[str, EventLog]):
    """Hold the logs of events by name, and help after a wrong one."""

    def __missing__(self, name: str) -> EventLog:
        """Raise RunError with the names there are."""
        raise RunError(f"there is no event {name!r}{suggest(str(name), list(self))}")


def new_event_log(model: Model, rows: int) -> Floats:
    """Return an empty buffer for so many firings."""
    return np.empty((rows, log_columns(model)))


def split_event_log(model: Model, packed: Floats) -> EventLogs:
    """Return each event's firings by name, from rows as the runner writes them."""
    logs = EventLogs()
    for place, code in enumerate(model.events.events):
        own = packed[packed[:, abi.EVENT_PLACE] == place]
        columns = {"t": own[:, abi.EVENT_TIME].copy()}
        for i, (name, _) in enumerate(code.log):
            columns[name] = own[:, abi.EVENT_VALUES + i].copy()
        logs[code.name] = EventLog(columns=columns, tags=code.tags)
    return logs


@dataclass
class EventStore:
    """Keep the latest firings of a live run.

    Attributes
    ----------
    model : Model
        Whose events.
    buffer : ndarray
        Where the runner writes.
    """

    model: Model
    buffer: Floats = field(init=False)
    _rows: Floats = field(init=False)
    _used: int = 0
    _total: int = 0

    def __post_init__(self) -> None:
        """Begin without firings."""
        self._rows = new_event_log(self.model, LEAST_ROOM)
        self.buffer = new_event_log(self.model, LEAST_ROOM)

    def take(self, counters: Integers, status: Status) -> Floats:
        """Keep what the runner wrote into the buffer, and return it."""
        fired: Floats = self.buffer[: counters[abi.EVENT_ROW]].copy()
        counters[abi.EVENT_ROW] = 0
        self.add(fired)
        self._total = int(counters[abi.EVENT_TOTAL])
        if status is Status.GROW_EVT and not len(fired):
            self.buffer = new_event_log(self.model, 2 * len(self.buffer))
        return fired

    def add(self, packed: Floats) -> None:
        """Keep the rows of an event log."""
        rows = len(packed)
        if self._used + rows > 2 * FIRINGS_KEPT:
            keep = max(0, FIRINGS_KEPT - rows)
            self._rows[:keep] = self._rows[self._used - keep : self._used]
            self._used = keep
        while self._used + rows > len(self._rows):
            self._rows = np.concatenate([self._rows, np.empty_like(self._rows)])
        self._rows[self._used : self._used + rows] = packed
        self._used += rows

    def forget_after(self, total: int) -> None:
        """Drop the firings of the run beyond the first so many."""
        self._used -= min(self._used, max(0, self._total - total))
        self._total = total

    def logs(self) -> EventLogs:
        """Return the kept firings by event."""
        return split_event_log(self.model, self._rows[: self._used])


def joined_log(model: Model, pieces: Sequence[Floats]) -> EventLogs:
    """Return the firings of several pieces of an event log."""
    packed = np.concatenate(pieces) if pieces else new_event_log(model, 0)
    return split_event_log(model, packed)
