"""Compute a run again from a checkpoint, without recording."""

import math
from collections.abc import Callable

import numpy as np

from engine.edits import apply_edit, edited_sim
from engine.event_log import new_event_log
from engine.journal import Entries, Journal, JournalEntry
from engine.run_state import FOREVER, trace_columns
from engine.runner import abi
from engine.runner.abi import Status
from engine.runner.dtypes import record_dtype
from engine.runner.runner_cache import Runner
from engine.sim import Sim
from engine.snapshot import Snapshot

SCRATCH_ROWS = 1024

RunnerChoice = Callable[[Sim], Runner]


def arrival_at(start: Snapshot, entries: Entries, step: int, runner_for: RunnerChoice) -> Snapshot:
    """Return the run as it first arrived at a step.

    Parameters
    ----------
    start : Snapshot
        A checkpoint at or before the step, without edits made there.
    entries : Entries
        All edits of the run; those of the checkpoint come first.
    step : int
        Accepted steps.
    runner_for : callable
        From settings to the runner that computes them.

    Returns
    -------
    Snapshot
        With the edits before the step, and no others, in its journal.
    """
    walk = _Walk(start, entries, runner_for)
    for entry in entries[len(start.journal.entries) :]:
        if entry.step < step:
            walk.to_entry(entry)
            walk.apply(entry)
    walk.to_step(step)
    return walk.snapshot()


def step_at_or_before(start: Snapshot, entries: Entries, t: float, runner_for: RunnerChoice) -> int:
    """Return the count of the last step at or before a time, from a checkpoint before it."""
    walk = _Walk(start, entries, runner_for)
    for entry in entries[len(start.journal.entries) :]:
        if entry.t <= t:
            walk.to_entry(entry)
            walk.apply(entry)
    walk.to_time(t)
    n = walk.arrays.n_steps
    return n - 1 if walk.arrays.t > t + 1e-9 * walk.sim.dt else n


class _Walk:
    """Advance a copy of a snapshot and throw the rows away."""

    def __init__(self, start: Snapshot, entries: Entries, runner_for: RunnerChoice) -> None:
        self.runner_for = runner_for
        self.sim, self.arrays = start.sim, start.arrays.copy()
        self.journal = start.journal
        self.entries = entries.first(len(start.journal.entries))
        self.known = entries
        self.status = start.status

    def apply(self, entry: JournalEntry) -> None:
        after = edited_sim(self.sim, entry.edit)
        self.arrays = apply_edit(self.sim, after, self.arrays, entry.edit)
        self.sim = after
        # Those of a run come in order, so what has been walked through is a stretch of them.
        self.entries = self.known.first(len(self.entries) + 1)

    def to_entry(self, entry: JournalEntry) -> None:
        """Go to where an edit was made: behind an event, if the rest of that step failed."""
        self.to_step(entry.step)
        if self.arrays.t < entry.t:
            self.to_step(entry.step + 1)

    def to_step(self, step: int) -> None:
        self._drive(step, math.inf)

    def to_time(self, t: float) -> None:
        if self.sim.method.adaptive:
            self._drive(FOREVER, t)
        else:
            self._drive(self.arrays.steps_until(self.sim, t), math.inf)

    def _drive(self, step_bound: int, t_bound: float) -> None:
        runner, arrays = self.runner_for(self.sim), self.arrays
        end = self.journal.t_end
        record_t = np.empty(SCRATCH_ROWS)
        rows = (SCRATCH_ROWS, len(self.sim.record))
        record_y = np.empty(rows, record_dtype(self.sim.model, self.sim.record))
        trace = np.empty((SCRATCH_ROWS, trace_columns(self.sim.observers)))
        events = new_event_log(self.sim.model, SCRATCH_ROWS)
        arrays.counters[abi.STEP_BOUND] = step_bound
        arrays.clock[abi.T_BOUND] = t_bound
        arrays.clock[abi.T_END] = math.inf if end is None else end
        # Where the run went on after a stop condition, so does this.  What is due at the step
        # where it begins, the first row, is still due after a walk that goes nowhere.
        begun = arrays.n_steps
        while (arrays.n_steps > begun and arrays.unfinished(self.sim)) or (
            arrays.n_steps < step_bound and arrays.t < t_bound
        ):
            arrays.counters[[abi.ROW, abi.TRACE_ROW, abi.EVENT_ROW]] = 0
            self.status = arrays.call(runner, record_t, record_y, trace, events)
            if self.status is Status.GROW_EVT and not arrays.counters[abi.EVENT_ROW]:
                events = new_event_log(self.sim.model, 2 * len(events))
            if self.status.is_failure:
                break
        arrays.counters[[abi.ROW, abi.TRACE_ROW, abi.EVENT_ROW]] = 0

    def snapshot(self) -> Snapshot:
        journal = Journal(
            origin=self.journal.origin,
            entries=self.entries,
            n_steps=self.arrays.n_steps,
            t=self.arrays.t,
            t_end=self.journal.t_end,
            n_end=self.journal.n_end,
        )
        return Snapshot(sim=self.sim, arrays=self.arrays, journal=journal, status=self.status)
