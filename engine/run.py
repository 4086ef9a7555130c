"""The normal runner, live: advance, pause, edit, snapshot, rewind."""

import math
import threading
import time
from functools import partial
from typing import Any

import numpy as np

from engine.boundary import Boundary
from engine.checks import count, number
from engine.editable import Editable
from engine.edits import apply_edit, edited_sim, fitted_edit
from engine.errors import RunError
from engine.event_log import EventStore, joined_log
from engine.goal import Goal, make_goal
from engine.journal import Edit, Entries, Journal, JournalEntry
from engine.machine_code import Compilable
from engine.pause import PauseRequest
from engine.readable import Readable
from engine.results import Chunk, Results, make_results
from engine.rewind import arrival_at, step_at_or_before
from engine.row_buffers import LEAST_ROOM, ChunkParts, RowStore, SampleStore, joined
from engine.run_state import FOREVER, initial_run_state, runner_for, trace_columns
from engine.runner import abi
from engine.runner.abi import Status
from engine.runner.dtypes import record_dtype
from engine.segments import Begun
from engine.sim import Sim
from engine.slice_length import SliceLength
from engine.snapshot import Checkpoints, Snapshot, check_fits

TRACE_ROWS = 512
HISTORY_ROWS = 1 << 20
# One call into compiled code lasts about this long: the delay of a pause or an edit.
SLICE_SECONDS = 0.005
# What no number of a run does: they make another runner.
STRUCTURAL = ("observers", "stepper")
_FULL_BUFFERS = (Status.GROW_REC, Status.GROW_EVT, Status.TRACE_OVERFLOW)


class Run(Readable, Compilable, Editable):
    """Advance an orbit in chunks; edit, pause, snapshot and rewind it while it runs.

    Any sequence of chunks is one run, bit for bit.  One thread advances; every other method
    may be called from any thread and acts at the next step boundary.

    Parameters
    ----------
    sim : Sim
        The problem.
    t_end, n_steps : float, int, optional
        The run's own end; endless by default.  Only this end shortens an adaptive step.
    history_rows : int
        Rows that `results` can give back, at most; older ones go.
    compile_first : bool
        False: what is not compiled yet runs in plain Python until `take_compiled`.

    Attributes
    ----------
    status : Status
        The signal of the last advance.
    """

    def __init__(
        self,
        sim: Sim,
        *,
        t_end: float | None = None,
        n_steps: int | None = None,
        history_rows: int = HISTORY_ROWS,
        compile_first: bool = True,
    ) -> None:
        self._runner_for = partial(runner_for, compile_first=compile_first)
        self._runner = self._runner_for(sim)
        self._t_end = None if t_end is None else number("t_end", t_end)
        self._n_end = None if n_steps is None else count("n_steps", n_steps, 0)
        self._boundary = Boundary()
        self._advancing = threading.Lock()
        self._pause = PauseRequest()
        self._slice_length = SliceLength(SLICE_SECONDS)
        rows_kept = count("history_rows", history_rows, 1)
        self._store = RowStore(len(sim.record), rows_kept, record_dtype(sim.model, sim.record))
        self._samples = SampleStore(sim.observers)
        self._events = EventStore(sim.model)
        self._checkpoints = Checkpoints(stride=100_000 if self._runner.compiled else 100)
        self._entries = Entries()
        self.status = Status.DONE
        self._sim = self._origin = sim
        self._presets = sim.model.presets
        self._arrays = initial_run_state(sim)
        self._watch()
        self._checkpoints.begin(self._snapshot())

    @property
    def sim(self) -> Sim:
        """Return the settings in force; `y0` and `t0` are where the run began."""
        return self._sim

    @property
    def t(self) -> float:
        """Return the time of the current state."""
        return self._arrays.t

    @property
    def n_steps(self) -> int:
        """Return the accepted steps so far."""
        return self._arrays.n_steps

    @property
    def journal(self) -> Journal:
        """Return the edits so far."""
        return Journal(
            origin=self._origin,
            entries=self._entries,
            n_steps=self.n_steps,
            t=self.t,
            t_end=self._t_end,
            n_end=self._n_end,
        )

    def results(self) -> Results:
        """Return the latest rows, within `history_rows`, and everything else the run knows.

        They stay readable after a blow-up, a pause or an exception in whoever used the chunks.
        """
        with self._boundary.edit():
            rows, traces = self._store.rows(), self._samples.samples()
            kept = {"rows": len(rows[0]), "samples": {k: len(c["t"]) for k, c in traces.items()}}
            given = (self._sim, self._arrays, self.status, rows, traces)
            known: dict[str, Any] = {"journal": self.journal, "events": self._events.logs()}
            return make_results(*given, horizon={"way": "live", **kept}, **known)

    def advance(
        self,
        n_steps: int | None = None,
        *,
        t: float | None = None,
        rows: int | None = None,
        budget_s: float | None = None,
    ) -> Chunk:
        """Advance until the first of the given bounds and return what was recorded.

        Parameters
        ----------
        n_steps : int, optional
            Steps (iterations) to take.
        t : float, optional
            Time to reach: the first step at or after it; no step is shortened for it.
        rows : int, optional
            Rows to record at most; a step's samples from dense output stay together.
        budget_s : float, optional
            Seconds of wall time to spend.

        Returns
        -------
        Chunk
            Status DONE, or USER_BREAK after `pause`, EARLY_EXIT, NAN_DETECTED, STEPFAIL.
            GROW_REC says that the chunk is full, at 2**22 rows or 1 GB, before a bound was met:
            take it and call again.

        Raises
        ------
        RunError
            No bound is given, or another thread is advancing the run.
        SimError
            A bound is not a valid number.
        """
        given = (n_steps, t, rows, budget_s, self._t_end, self._n_end)
        if given.count(None) == len(given):
            raise RunError("advance needs a bound: n_steps=, t=, rows= or budget_s=")
        goal = make_goal(self.n_steps, n_steps, t, rows, budget_s)
        if not self._advancing.acquire(blocking=False):
            raise RunError("another thread is advancing this run; pause it first")
        try:
            return self._collect(goal)
        finally:
            self._advancing.release()

    def pause(self) -> None:
        """Make the `advance` under way in another thread, or else the next, return at once.

        It returns within a few milliseconds, with status USER_BREAK and what it has recorded.
        """
        self._pause.ask()

    def _collect(self, goal: Goal) -> Chunk:
        parts = ChunkParts(self._store.max_chunk_rows if goal.rows is None else goal.rows)
        begun: Begun | None = None
        while True:
            if self._pause.answered():
                self.status = Status.USER_BREAK
                break
            with self._boundary:
                begun = begun or self._begun()
                finished = self._slice(goal, parts)
                entries = self._entries
            if finished or (goal.deadline < math.inf and time.perf_counter() >= goal.deadline):
                self._pause.settle(self.status)
                break
        if begun is None:
            # Paused before the first slice.
            begun, entries = self._begun(), self._entries
            parts.add_rows(self._store.commit(0))
        t, y = joined(parts.rows)
        return Chunk(
            t=t,
            y=y,
            names=self._sim.record,
            status=self.status,
            events=joined_log(self._sim.model, parts.events),
            traces=parts.traces(),
            begun=begun,
            entries=entries[begun.edits :],
        )

    def _begun(self) -> Begun:
        return Begun(self._sim, len(self._entries), self.n_steps, self.t)

    def _slice(self, goal: Goal, parts: ChunkParts) -> bool:
        """Advance by one slice; return True when the goal is met or the orbit cannot go on."""
        arrays, sim = self._arrays, self._sim
        n_before = arrays.n_steps
        if self._checkpoints.due(n_before):
            self._checkpoints.keep(self._snapshot())
        step_bound, t_bound = goal.bounds(sim, arrays, own_step=self._n_end, own_t=self._t_end)
        wanted = None
        if not parts.n_rows and step_bound < FOREVER and not sim.sampled:
            wanted = (step_bound - n_before) // sim.record_interval + 2
        arrays.clock[abi.T_BOUND] = t_bound
        arrays.clock[abi.T_END] = math.inf if self._t_end is None else self._t_end
        begun = time.perf_counter()
        slice_bound = min(step_bound, n_before + self._slice_length.steps)
        status = self._call(slice_bound, wanted, parts)
        while arrays.unfinished(sim) and not status.is_failure:
            # A step stays together: an edit or a pause must not come between its samples, nor
            # between an event that divides it and its end.
            status = self._call(arrays.n_steps, None, parts)
        n_after = arrays.n_steps
        self._slice_length.tune(n_after - n_before, time.perf_counter() - begun)
        if status in _FULL_BUFFERS and not parts.full:
            return False
        if parts.full and (status is Status.DONE or status in _FULL_BUFFERS):
            status = Status.GROW_REC if goal.rows is None else Status.DONE
        self.status = status
        met = n_after >= step_bound or arrays.t >= t_bound
        return met or parts.full or status is not Status.DONE

    def _call(self, step_bound: int, wanted: int | None, parts: ChunkParts) -> Status:
        """Call the runner once and take over what it recorded."""
        arrays, counters = self._arrays, self._arrays.counters
        room = self._store.reserve(wanted, max(parts.rows_left, LEAST_ROOM * parts.full), parts)
        counters[abi.STEP_BOUND] = step_bound
        counters[abi.ROW] = 0
        status = arrays.call(self._runner, *room, self._trace, self._events.buffer)
        parts.events.append(self._events.take(counters, status))
        parts.add_rows(self._store.commit(int(counters[abi.ROW])))
        if self._sim.observers:
            trace = self._trace[: counters[abi.TRACE_ROW]]
            self._samples.add(trace)
            parts.add_trace(self._sim.observers, trace)
            counters[abi.TRACE_ROW] = 0
        return status

    def edit(self, edit: Edit) -> None:
        """Apply an edit, one's own or one of a journal.

        Raises
        ------
        PhasescopeError
            A name or a value of the edit is not valid; the run is as before.
        """
        # Validate and compile where the edit is made, while the run goes on.
        after = edited_sim(before := self._sim, edit)
        if edit.kind in STRUCTURAL:
            self._runner_for(after)
        if not edit.values:
            return
        with self._boundary.edit():
            # Unless another thread has edited the run in the meantime.
            self._apply(edit, after if self._sim is before else edited_sim(self._sim, edit))

    def _apply(self, edit: Edit, after: Sim) -> None:
        row_owed, edit = self._arrays.row_due(self._sim), fitted_edit(self._sim, edit)
        entry = JournalEntry(step=self.n_steps, t=self.t, edit=edit, after_row=not row_owed)
        self._arrays = apply_edit(self._sim, after, self._arrays, edit)
        self._sim = after
        if edit.kind in STRUCTURAL:
            self._take(self._runner_for(after))
        if edit.kind == "observers":
            self._watch()
        self._entries = self._entries.followed_by(entry)
        self.status = Status.DONE

    def _watch(self) -> None:
        observers = self._sim.observers
        self._samples.watch(observers)
        a_step = sum(observer.trace_rows_a_step for observer in observers)
        self._trace = np.empty((max(TRACE_ROWS, 2 * a_step), trace_columns(observers)))

    def snapshot(self) -> Snapshot:
        """Return everything the run is now."""
        with self._boundary.edit():
            return self._snapshot()

    def _snapshot(self) -> Snapshot:
        arrays = self._arrays.copy()
        return Snapshot(sim=self._sim, arrays=arrays, journal=self.journal, status=self.status)

    def restore(self, snapshot: Snapshot) -> None:
        """Put the run back to a snapshot of the same model and recording.

        Raises
        ------
        RunError
            The snapshot is of another model or records other variables.
        """
        check_fits(snapshot, self._sim)
        with self._boundary.edit():
            present = self.journal
            if not snapshot.journal.is_continued_by(present):
                self._store.clear()
                self._samples.clear()
                self._events.forget_after(0)
                if not present.is_continued_by(snapshot.journal):
                    self._checkpoints.begin(snapshot)
            self._put_back(snapshot)
            self.status = snapshot.status

    def rewind(self, t: float | None = None, *, step: int | None = None) -> None:
        """Go back to the last step at or before a time, or to a step, to the same bits.

        The state is the one at which that step first arrived: edits made there or later are
        undone and leave the journal.

        Raises
        ------
        RunError
            The time or step is not in the run's past, or both or neither are given.
        """
        if (t is None) == (step is None):
            raise RunError("rewind needs a time or a step: rewind(t=3.0) or rewind(step=300)")
        with self._boundary.edit():
            if t is not None:
                step = self._step_at(number("t", t))
            step = count("step", step, 0)
            start = self._checkpoints.before_step(step)
            if start is None or step > self.n_steps:
                raise RunError(f"step {step} is not in this run's past: {self._past()}")
            self._put_back(arrival_at(start, self._entries, step, self._runner_for))
            self.status = Status.DONE

    def _step_at(self, t: float) -> int:
        start = self._checkpoints.before_time(t)
        if start is None or t > self.t + 1e-9 * self._sim.dt:
            raise RunError(f"t = {t:g} is not in this run's past: {self._past()}")
        return step_at_or_before(start, self._entries, t, self._runner_for)

    def _past(self) -> str:
        first = self._checkpoints.first
        return f"t = {first.t:g} to {self.t:g}, step {first.n_steps} to {self.n_steps}"

    def _put_back(self, snapshot: Snapshot) -> None:
        self._sim, self._origin = snapshot.sim, snapshot.journal.origin
        self._take(self._runner_for(self._sim))
        self._arrays = snapshot.arrays.copy()
        self._events.forget_after(int(self._arrays.counters[abi.EVENT_TOTAL]))
        journal = snapshot.journal
        self._entries, self._t_end, self._n_end = journal.entries, journal.t_end, journal.n_end
        self._checkpoints.forget_after(snapshot)
        self._watch()
        self._store.forget_after(self._arrays.recorded_until(self._sim))
        self._samples.forget_after(self.t)
