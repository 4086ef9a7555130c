"""What came out of a run: rows, observers' results, status, provenance."""

import os
from collections.abc import Mapping
from dataclasses import dataclass, field
from functools import cached_property
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray

from engine.errors import RunError, suggest
from engine.event_log import EventLogs, joined_log
from engine.failure import Failure, find_failure
from engine.journal import Journal, JournalEntry
from engine.observers.memory import observer_results
from engine.observers.slots import Value
from engine.provenance import provenance
from engine.run_state import RunState
from engine.runner import abi
from engine.runner.abi import Status
from engine.segments import Begun, Segment, segments_of
from engine.sim import Sim
from engine.values import Values

if TYPE_CHECKING:
    import pandas as pd
    import xarray as xr

Floats = NDArray[np.float64]


@dataclass(frozen=True, kw_only=True)
class ObserverResult(Mapping[str, Value]):
    """Hold one observer's results by name, and its samples.

    Attributes
    ----------
    outputs : mapping of str to float or ndarray
        Results at the end.
    trace : mapping of str to ndarray
        ``"t"`` (samples,) and one array (samples,) per column.
    """

    outputs: Mapping[str, Value]
    trace: Mapping[str, Floats] = field(default_factory=dict)

    def __getitem__(self, name: str) -> Any:
        """Return the result of this name, a float or an array."""
        if name not in self.outputs:
            raise RunError(f"the observer has no output {name!r}{suggest(name, self.outputs)}")
        return self.outputs[name]

    def __iter__(self) -> Any:
        """Iterate over the names of the results."""
        return iter(self.outputs)

    def __len__(self) -> int:
        """Return the number of results."""
        return len(self.outputs)


class ByKey(dict[str, ObserverResult]):
    """Hold observers' results by key, and help after a wrong one."""

    def __missing__(self, key: str) -> ObserverResult:
        """Raise RunError with the keys there are."""
        raise RunError(f"there is no observer {key!r}{suggest(str(key), list(self))}")


class Rows:
    """Give recorded rows by variable name; shared by chunks and results."""

    t: Floats
    y: Floats
    names: tuple[str, ...]

    def __getitem__(self, name: str) -> Floats:
        """Return the recorded values (rows,) of a variable.

        Raises
        ------
        RunError
            The variable was not recorded.
        """
        if name == "t":
            return self.t
        if name not in self.names:
            raise RunError(f"{name!r} was not recorded{suggest(str(name), self.names)}")
        return self.y[:, self.names.index(name)]

    def __len__(self) -> int:
        """Return the number of rows."""
        return len(self.t)


@dataclass(frozen=True, kw_only=True, eq=False)
class Chunk(Rows):
    """Hold what one call of `Run.advance` produced.

    Attributes
    ----------
    t : ndarray (rows,)
        Times.
    y : ndarray (rows, k)
        Recorded variables.
    names : tuple of str
        Their names.
    status : Status
        Why the call returned.
    events : mapping of str to EventLog
        ``events["spike"]["t"]`` and the values logged, in this chunk.
    traces : mapping
        Samples of each observer: ``traces[key]["t"]`` and its columns.
    begun : Begun
        Settings, step and time at which it began.
    entries : tuple of JournalEntry
        The edits that acted in it.
    """

    t: Floats
    y: Floats
    names: tuple[str, ...]
    status: Status
    events: Mapping[str, Any] = field(default_factory=dict)
    traces: Mapping[str, Mapping[str, Floats]] = field(default_factory=dict)
    begun: Begun = field(repr=False)
    entries: tuple[JournalEntry, ...] = field(default=(), repr=False)

    @cached_property
    def segments(self) -> tuple[Segment, ...]:
        """Return the stretches between edits, each with its rows and its parameters."""
        begun = self.begun
        return segments_of(begun.sim, self.entries, self.t, step=begun.step, begun=begun.t)


@dataclass(frozen=True, kw_only=True, eq=False)
class Results(Rows):
    """Hold a finished run.

    Attributes
    ----------
    t : ndarray (rows,)
        Times.
    y : ndarray (rows, k)
        Recorded variables, in the order of `names`; ``results["x"]`` is one of them (rows,).
    names : tuple of str
        States and ``aux.<name>``.
    status : Status
        How the run ended.
    failure : Failure or None
        Why it could not go on.
    params : mapping of str to float
        Parameter values at the end.
    observers : mapping of str to ObserverResult
        Observers' results and samples by key.
    events : mapping of str to EventLog
        Firings by event: ``events["spike"]["t"]``, the values logged, ``.tags``.
    final_state : mapping of str to float
        State at the end, also when it was not recorded.
    provenance : mapping
        Plain values from which `engine.replay_provenance` computes the same bits again: model
        text, settings, horizon, journal, versions.
    segments : tuple of Segment
        The stretches between edits, each with its rows and its parameters.
    """

    t: Floats
    y: Floats
    names: tuple[str, ...]
    status: Status
    failure: Failure | None
    params: Mapping[str, float]
    observers: Mapping[str, ObserverResult]
    final_state: Mapping[str, float]
    provenance: Mapping[str, Any]
    events: Mapping[str, Any] = field(default_factory=dict)
    segments: tuple[Segment, ...] = ()

    def to_pandas(self) -> "pd.DataFrame":
        """Return the rows as a data frame indexed by t.

        Raises
        ------
        RunError
            pandas is not installed.
        """
        try:
            import pandas as pd
        except ImportError as error:
            raise RunError("to_pandas needs pandas: pip install pandas") from error
        return pd.DataFrame(self.y, index=pd.Index(self.t, name="t"), columns=list(self.names))

    def to_xarray(self) -> "xr.Dataset":
        """Return the rows as a data set over t, with the observers' samples and the provenance.

        A sample column is the variable ``<observer>.<column>`` over ``<observer>.t``, a column
        of events ``<event>.<column>`` over ``<event>.t``; the attributes are texts and numbers
        that every file format of xarray can hold.

        Raises
        ------
        RunError
            xarray is not installed.
        """
        from engine.results_file import to_xarray

        return to_xarray(self)

    def save(self, path: str | os.PathLike[str]) -> None:
        """Write everything into one file, whole or not at all.

        Parameters
        ----------
        path : str or path
            Its suffix chooses the format: ``.npz``, ``.csv``, ``.parquet`` or ``.nc`` (netCDF).
            A file that is there is replaced once the new one is complete.

        Raises
        ------
        StorageError
            There is no such format, a package it needs is not installed, or the disk does not
            take the file.
        """
        from engine.results_file import save_results

        save_results(self, path)

    @classmethod
    def load(cls, path: str | os.PathLike[str]) -> "Results":
        """Return the results that `save` wrote, equal to the bit.

        Raises
        ------
        StorageError
            The file cannot be read, is damaged, was changed, or is no such file.
        """
        from engine.results_file import load_results

        return load_results(path)


def observed(sim: Sim, arrays: RunState) -> dict[str, dict[str, Value]]:
    """Return the observers' results so far, by key and name."""
    n = len(sim.model.state_names)
    return observer_results(sim.observers, n, arrays.analysis_ws, arrays.analysis_out)


def live_params(sim: Sim, arrays: RunState) -> Values:
    """Return the parameter values in force, those that events changed among them."""
    values = arrays.params[: len(sim.params)].tolist()
    return Values(dict(zip(sim.params, values, strict=True)))


def make_results(
    sim: Sim,
    arrays: RunState,
    status: Status,
    rows: tuple[Floats, Floats],
    traces: Mapping[str, Mapping[str, Floats]],
    failure: Failure | None = None,
    *,
    begun: tuple[int, float] | None = None,
    horizon: Mapping[str, Any] | None = None,
    journal: Journal | None = None,
    events: EventLogs | None = None,
) -> Results:
    """Assemble the results of a run from its arrays, rows, samples and firings.

    A failure that the signal alone explains need not be given.  `begun` is the step and time at
    which the rows begin, by default the run's beginning; `horizon` says how far the run was to
    go, see `engine.reproduce`.
    """
    origin, entries = (sim, ()) if journal is None else (journal.origin, journal.entries)
    step, t_begun = begun or (0, origin.t0)
    outputs = observed(sim, arrays)
    current = arrays.state[abi.CURRENT].tolist()
    return Results(
        t=rows[0],
        y=rows[1],
        names=sim.record,
        status=status,
        failure=failure or find_failure(status, sim, arrays),
        params=live_params(sim, arrays),
        events=joined_log(sim.model, ()) if events is None else events,
        observers=ByKey(
            {
                key: ObserverResult(outputs=values, trace=traces.get(key, {}))
                for key, values in outputs.items()
            }
        ),
        final_state=dict(zip(sim.model.state_names, current, strict=True)),
        provenance=provenance(sim, arrays, status, horizon=horizon, journal=journal),
        segments=segments_of(origin, entries, rows[0], step=step, begun=t_begun),
    )
