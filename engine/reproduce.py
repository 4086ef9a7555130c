"""Compute results again from their provenance, to the same bits."""

import dataclasses
from collections.abc import Mapping, Sequence
from typing import Any

from engine.errors import RunError, StorageError
from engine.fastpath import run_single_fastpath
from engine.journal import Journal
from engine.observers import ObserverModule
from engine.provenance import FORMAT
from engine.recording import plan_from_plain
from engine.replay import replay
from engine.results import ByKey, ObserverResult, Results
from engine.run import Run
from engine.runner.abi import Status
from engine.settings import sim_from_plain
from engine.wrapper import run_with_wrapper

__all__ = ["replay_provenance"]


def replay_provenance(
    provenance: Results | Mapping[str, Any], *, observers: Sequence[ObserverModule] = ()
) -> Results:
    """Compute results again, to the same bits.

    Parameters
    ----------
    provenance : Results or mapping
        `Results.provenance`, of this process or of a file, or the results themselves.
    observers : sequence of ObserverModule
        Observers of one's own that took part: a file cannot hold their code.

    Returns
    -------
    Results
        Equal in every bit where the same versions run on the same kind of machine;
        ``provenance["versions"]`` says which those were.

    Raises
    ------
    StorageError
        The provenance is not whole, or not of this version's format.
    RunError
        The results were not computed by a run that can be repeated.
    """
    if isinstance(provenance, Results):
        provenance = provenance.provenance
    if not isinstance(provenance, Mapping) or provenance.get("format") != FORMAT:
        raise StorageError(
            f"this is not a provenance of format {FORMAT}: give Results or Results.provenance"
        )
    horizon = provenance.get("horizon")
    if not isinstance(horizon, Mapping) or horizon.get("way") not in _WAYS:
        raise RunError(
            "the provenance does not say how far the run was to go, so it cannot be repeated; "
            "Sim.from_provenance gives the problem itself"
        )
    try:
        return _WAYS[horizon["way"]](provenance, horizon, observers)
    except (KeyError, TypeError, ValueError) as error:
        raise StorageError(f"the provenance is not whole: {error!r}") from error


def _run(
    provenance: Mapping[str, Any], horizon: Mapping[str, Any], own: Sequence[ObserverModule]
) -> Results:
    return run_with_wrapper(
        sim_from_plain(provenance, own),
        t_end=horizon["t_end"],
        n_steps=horizon["n_steps"],
        transient=horizon["transient"],
        break_at=horizon["broken_at"],
    )


def _fastpath(
    provenance: Mapping[str, Any], horizon: Mapping[str, Any], own: Sequence[ObserverModule]
) -> Results:
    sim = sim_from_plain(provenance, own)
    plan = plan_from_plain(horizon["plan"])
    return run_single_fastpath(
        sim,
        t_end=horizon["t_end"],
        n_steps=horizon["n_steps"],
        transient=horizon["transient"],
        plan=plan,
    )


def _live(
    provenance: Mapping[str, Any], horizon: Mapping[str, Any], own: Sequence[ObserverModule]
) -> Results:
    journal = Journal.from_dict(provenance["journal"], own)
    status, rows = Status[provenance["status"]], int(horizon["rows"])
    twin = replay(journal.origin, journal, history_rows=max(rows, 1))
    _end_as(twin, status, rows)
    found = twin.results()
    # A run put back to a snapshot keeps no rows from before; nor do these results.
    kept = {key: int(count) for key, count in horizon["samples"].items()}
    return dataclasses.replace(
        found,
        t=found.t[len(found) - rows :],
        y=found.y[len(found) - rows :],
        observers=ByKey(
            {k: _last(result, kept.get(k, 0)) for k, result in found.observers.items()}
        ),
        status=status,
        segments=tuple(_moved(s, len(found) - rows) for s in found.segments),
        provenance=dict(provenance),
    )


def _end_as(twin: Run, status: Status, rows: int) -> None:
    """Meet the end that the run met: a failure, a stop, or the row of its beginning."""
    step = twin.n_steps
    if rows and not len(twin.results()):
        twin.advance(n_steps=0)
    ended = status.is_failure or status is Status.EARLY_EXIT
    if ended and twin.status is not status:
        again = twin.advance(n_steps=1).status
        if again is not status or twin.n_steps != step:
            raise RunError(
                f"the run ended at step {step} with {status.name}, the replay with {again.name}"
            )


def _last(result: ObserverResult, samples: int) -> ObserverResult:
    trace = {name: column[len(column) - samples :] for name, column in result.trace.items()}
    return dataclasses.replace(result, trace=trace)


def _moved(segment: Any, by: int) -> Any:
    start, stop = max(segment.rows.start - by, 0), max(segment.rows.stop - by, 0)
    return dataclasses.replace(segment, rows=slice(start, stop))


_WAYS = {"run": _run, "fastpath": _fastpath, "live": _live}
