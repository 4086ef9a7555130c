"""The stretches of a run between its edits: which rows were computed under which settings."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace
from typing import Any, NamedTuple

import numpy as np

from engine.journal import Edit, JournalEntry
from engine.model import Model
from engine.plain import from_plain, to_plain
from engine.run_state import Floats
from engine.runner import abi
from engine.runner.dtypes import stored_number
from engine.sim import Sim
from engine.steppers import find_stepper
from engine.values import Values

__all__ = ["Begun", "Segment", "segments_of"]


@dataclass(frozen=True, kw_only=True)
class Segment:
    """Hold the settings of one stretch of a run, and where its rows are.

    Attributes
    ----------
    rows : slice
        The rows of this stretch, ``results.y[segment.rows]``; empty where none were recorded or
        they are no longer kept.
    step : int
        Accepted steps before it.
    t : float
        Time at which it began.
    params : mapping of str to float
        Parameter values at its beginning.
    stepper : str
        Name of the stepper.
    dt, rtol, atol : float
        Step and tolerances.
    observers : tuple of str
        Keys of the observers.
    edits : tuple of Edit
        The edits that began it, all made at the same step, with plain values (observers by
        their keys); empty for the first stretch.
    """

    rows: slice
    step: int
    t: float
    params: Mapping[str, float]
    stepper: str
    dt: float
    rtol: float
    atol: float
    observers: tuple[str, ...] = ()
    edits: tuple[Edit, ...] = ()

    def __len__(self) -> int:
        """Return the number of rows."""
        return int(self.rows.stop - self.rows.start)


class Begun(NamedTuple):
    """Say where a stretch of rows began: settings, number of earlier edits, step and time."""

    sim: Sim
    edits: int
    step: int
    t: float


def segments_of(
    sim: Sim, entries: Iterable[JournalEntry], t: Floats, *, step: int = 0, begun: float
) -> tuple[Segment, ...]:
    """Return the stretches of the rows of a run.

    Parameters
    ----------
    sim : Sim
        The settings of the first stretch.
    entries : iterable of JournalEntry
        The edits since then.
    t : ndarray (rows,)
        Times of the rows, increasing.
    step, begun : int, float
        Where the first stretch began.
    """
    found = [
        Segment(
            rows=slice(0, len(t)),
            step=step,
            t=begun,
            params=sim.params,
            stepper=sim.stepper,
            dt=sim.dt,
            rtol=sim.rtol,
            atol=sim.atol,
            observers=tuple(observer.key for observer in sim.observers),
        )
    ]
    for entry in entries:
        last = found[-1]
        changes = _changes(last, entry.edit, sim.model)
        edit = _plain_edit(entry.edit)
        if last.edits and last.step == entry.step:
            found[-1] = replace(last, edits=(*last.edits, edit), **changes)
            continue
        first = _first_row(t, entry, sim)
        found[-1] = replace(last, rows=slice(min(last.rows.start, first), first))
        begin: dict[str, Any] = {"rows": slice(first, len(t)), "step": entry.step, "t": entry.t}
        found.append(replace(last, edits=(edit,), **begin, **changes))
    return tuple(found)


def _first_row(t: Floats, entry: JournalEntry, sim: Sim) -> int:
    """Return the index of the first row that shows an edit."""
    if not entry.after_row:
        return int(np.searchsorted(t, entry.t, side="left"))
    # A sample a rounding error after the step's end belongs to the step.
    grace = abi.SAMPLE_GRACE * (sim.sample_dt or sim.dt) if sim.sampled else 0.0
    return int(np.searchsorted(t, entry.t + grace, side="right"))


def _plain_edit(edit: Edit) -> Edit:
    values = dict(edit.values)
    if "observers" in values:
        values["observers"] = [observer.key for observer in values["observers"]]
    return Edit(kind=edit.kind, values=from_plain(to_plain(values, edit.kind)))


def _changes(last: Segment, edit: Edit, model: Model) -> dict[str, Any]:
    values = edit.values
    if edit.kind == "state":
        return {}
    if edit.kind == "preset":
        values = values["params"]
    if edit.kind in ("params", "preset"):
        stored = {n: stored_number(model, n, value) for n, value in values.items()}
        return {"params": Values({**last.params, **stored})}
    changes: dict[str, Any] = {n: float(values[n]) for n in ("dt", "rtol", "atol") if n in values}
    if edit.kind == "stepper":
        changes["stepper"] = find_stepper(values["stepper"], model.kind).name
    if edit.kind == "observers":
        changes["observers"] = tuple(sorted(observer.key for observer in values["observers"]))
    return changes
