"""The default path: from a `Sim` to `Results`, growing the buffers as the runner asks."""

import math
import time
from collections.abc import Mapping
from typing import Any

import numpy as np

from engine.checks import count, number
from engine.errors import SimError
from engine.event_log import new_event_log, split_event_log
from engine.failure import Failure, find_failure, implicit_steppers
from engine.observers.memory import new_outputs, new_workspace
from engine.results import Floats, Results, make_results
from engine.run_state import (
    FOREVER,
    RunState,
    initial_run_state,
    runner_for,
    split_trace,
    trace_columns,
)
from engine.runner import abi
from engine.runner.abi import Status
from engine.runner.dtypes import record_dtype
from engine.runner.runner_cache import Runner
from engine.sim import Sim
from engine.slice_length import SliceLength

# First buffers, in rows, where the number is not known; they double when full.
RECORD_ROWS = 4096
TRACE_ROWS = 256
SINGLE_ROW = 2
EVENT_ROWS = 64
# A call into compiled code lasts about this long, so that Ctrl-C acts.
SLICE_SECONDS = 0.05


def run_with_wrapper(
    sim: Sim,
    *,
    t_end: float | None = None,
    n_steps: int | None = None,
    transient: float = 0.0,
    record_rows: int | None = None,
    trace_rows: int = TRACE_ROWS,
    event_rows: int = EVENT_ROWS,
    break_at: int | None = None,
) -> Results:
    """Run a sim to its horizon and return everything it recorded.

    Parameters
    ----------
    sim : Sim
        The problem.
    t_end, n_steps : float, int, optional
        The horizon, one of them; the model's own ``t_end`` by default.
    transient : float
        Time (iterations) to run first without recording or observing.
    record_rows, trace_rows, event_rows : int
        First sizes of the buffers; any size gives the same bits.  By default a known number
        of rows is allocated at once.
    break_at : int, optional
        Step count at which to return USER_BREAK, as an interrupt there would.

    Returns
    -------
    Results
        With the status DONE, EARLY_EXIT, USER_BREAK (Ctrl-C), NAN_DETECTED or STEPFAIL.

    Raises
    ------
    SimError
        The horizon is not valid, or the rows do not fit into memory.
    """
    transient = number("transient", transient)
    if transient < 0.0:
        raise SimError(f"transient = {transient:g} is negative")
    asked = {"way": "run", "t_end": t_end, "n_steps": n_steps, "transient": transient}
    arrays = initial_run_state(sim)
    if transient > 0.0:
        status = warm_up(sim, arrays, transient, break_at)
        failure = find_failure(status, sim, arrays)
        if status is Status.DONE and arrays.t < sim.t0 + transient and sim.method.adaptive:
            status, failure = Status.STEPFAIL, _too_many_steps(sim, arrays)
        if status is not Status.DONE:
            # The last good state, so that the point where it ended can be seen.
            buffers = Buffers(sim, SINGLE_ROW, 1, event_rows, asked).begin(arrays)
            arrays.counters[abi.STEP_BOUND] = arrays.n_steps
            arrays.call(runner_for(sim), buffers.t, buffers.y, buffers.trace)
            return buffers.results(sim, arrays, status, failure)
    set_horizon(sim, arrays, t_end, n_steps)
    rows = record_rows or _expected_rows(sim, arrays)
    buffers = Buffers(sim, rows, trace_rows, event_rows, asked).begin(arrays)
    status = drive(arrays, runner_for(sim), buffers, break_at)
    if status is Status.DONE and n_steps is None and sim.method.adaptive and not _at_end(arrays):
        return buffers.results(sim, arrays, Status.STEPFAIL, _too_many_steps(sim, arrays))
    return buffers.results(sim, arrays, status)


def _expected_rows(sim: Sim, arrays: RunState) -> int:
    if sim.sample_times is not None:
        return len(arrays.sample_times)
    if sim.method.adaptive or sim.sampled:
        return RECORD_ROWS
    steps = int(arrays.counters[abi.STEP_BOUND]) - arrays.n_steps
    return steps // sim.record_interval + 1


def _too_many_steps(sim: Sim, arrays: RunState) -> Failure:
    message = (
        f"max_steps = {sim.max_steps} took the run only to t = {arrays.t:g}: raise max_steps or "
        "loosen the tolerances"
    )
    if arrays.counters[abi.STIFF_STEPS] > 0:
        message += f"; the problem is stiff there, so that {implicit_steppers(sim)} may do"
    return Failure(variable=None, value=None, t=arrays.t, step=arrays.n_steps, message=message)


def set_horizon(sim: Sim, arrays: RunState, t_end: float | None, n_steps: int | None) -> None:
    """Write a run's own end into its arrays: a step count, or a time for adaptive steppers.

    Raises
    ------
    SimError
        Both are given, or the end lies before the current time.
    """
    if n_steps is not None:
        if t_end is not None:
            raise SimError(f"give t_end = {t_end!r} or n_steps = {n_steps!r}, not both")
        arrays.counters[abi.STEP_BOUND] = arrays.n_steps + count("n_steps", n_steps, 0)
        return
    end = number("t_end", sim.model.spec.sim.t_end if t_end is None else t_end)
    if end < arrays.t:
        raise SimError(f"t_end = {end:g} lies before the start, t = {arrays.t:g}")
    if sim.method.adaptive:
        arrays.clock[abi.T_END] = arrays.clock[abi.T_BOUND] = end
        arrays.counters[abi.STEP_BOUND] = arrays.n_steps + sim.max_steps
    else:
        arrays.counters[abi.STEP_BOUND] = max(arrays.steps_until(sim, end), arrays.n_steps)


def warm_up(sim: Sim, arrays: RunState, transient: float, break_at: int | None = None) -> Status:
    """Run the transient without observers and rows; what follows starts there."""
    bare = sim.replace(observers=(), record=False, sample_dt=None, sample_times=None)
    start = initial_run_state(bare)
    set_horizon(bare, start, sim.t0 + transient, None)
    status = drive(start, runner_for(bare), Buffers(bare, 1, 1, 1, {}), break_at)
    for name in ("counters", "clock", "params", "state", "event_memory"):
        getattr(arrays, name)[...] = getattr(start, name)
    arrays.counters[abi.RECORD_COUNTDOWN] = 0 if sim.record else FOREVER
    arrays.counters[[abi.ROW, abi.EVENT_ROW, abi.EVENT_TOTAL]] = 0
    arrays.clock[[abi.T_BOUND, abi.T_END]] = np.inf
    arrays.begin_sampling(sim)
    n = len(sim.model.state_names)
    arrays.analysis_ws[...] = new_workspace(sim.observers, n)
    arrays.analysis_out[...] = new_outputs(sim.observers)
    arrays.restart(abi.RESTART_MEMORY)
    return status


class Buffers:
    """Hold a run's record, trace and event buffers, and double them when they are full.

    Parameters
    ----------
    sim : Sim
        The problem.
    record_rows, trace_rows, event_rows : int
        First sizes; a step's samples always find room.
    asked : mapping
        The horizon in the words of the caller, for the provenance.

    Raises
    ------
    SimError
        The rows do not fit into memory.
    """

    def __init__(
        self,
        sim: Sim,
        record_rows: int,
        trace_rows: int,
        event_rows: int,
        asked: Mapping[str, Any],
    ) -> None:
        self.asked = asked
        self.begun = (0, sim.t0)
        columns = len(sim.record)
        try:
            self.t = np.empty(count("record_rows", record_rows, 1))
            self.y = np.empty((record_rows, columns), record_dtype(sim.model, sim.record))
        except (MemoryError, ValueError) as error:
            raise SimError(
                f"{record_rows} rows of {columns} variables do not fit into memory; raise "
                "record_interval, record fewer variables, or advance a Run in chunks"
            ) from error
        least = max(1, sum(observer.trace_rows_a_step for observer in sim.observers))
        self.trace = np.empty((max(trace_rows, least), trace_columns(sim.observers)))
        self.events = new_event_log(sim.model, count("event_rows", event_rows, 1))

    def begin(self, arrays: RunState) -> "Buffers":
        """Note where the rows begin."""
        self.begun = (arrays.n_steps, arrays.t)
        return self

    def grow_record(self) -> None:
        """Make room for as many rows again."""
        self.t, self.y = _doubled(self.t), _doubled(self.y)

    def grow_trace(self) -> None:
        """Make room for as many samples again."""
        self.trace = _doubled(self.trace)

    def grow_events(self) -> None:
        """Make room for as many firings again."""
        self.events = _doubled(self.events)

    def results(
        self, sim: Sim, arrays: RunState, status: Status, failure: Failure | None = None
    ) -> Results:
        """Return what the run has recorded, with the reason why it ended."""
        rows = int(arrays.counters[abi.ROW])
        trace = self.trace[: int(arrays.counters[abi.TRACE_ROW])]
        return make_results(
            sim,
            arrays,
            status,
            (_trimmed(self.t, rows), _trimmed(self.y, rows)),
            split_trace(sim.observers, trace),
            failure,
            begun=self.begun,
            horizon={
                **self.asked,
                "broken_at": arrays.n_steps if status is Status.USER_BREAK else None,
            },
            events=split_event_log(sim.model, self.events[: int(arrays.counters[abi.EVENT_ROW])]),
        )


def _trimmed(array: Floats, rows: int) -> Floats:
    return array[:rows] if 4 * rows > 3 * len(array) else array[:rows].copy()


def _doubled(array: Floats) -> Floats:
    larger = np.empty((2 * len(array), *array.shape[1:]), array.dtype)
    larger[: len(array)] = array
    return larger


def drive(
    arrays: RunState, runner: Runner, buffers: Buffers, break_at: int | None = None
) -> Status:
    """Call the runner until its horizon, answering its signals."""
    horizon = int(arrays.counters[abi.STEP_BOUND])
    if break_at is not None:
        horizon = min(horizon, break_at)
    slices = SliceLength(SLICE_SECONDS, first=256)
    try:
        while True:
            arrays.counters[abi.STEP_BOUND] = min(horizon, arrays.n_steps + slices.steps)
            before, begun = arrays.n_steps, time.perf_counter()
            status = arrays.call(runner, buffers.t, buffers.y, buffers.trace, buffers.events)
            slices.tune(arrays.n_steps - before, time.perf_counter() - begun)
            if status is Status.GROW_REC:
                buffers.grow_record()
            elif status is Status.GROW_EVT:
                buffers.grow_events()
            elif status is Status.TRACE_OVERFLOW:
                buffers.grow_trace()
            elif status is not Status.DONE or arrays.n_steps >= horizon or _at_end(arrays):
                return Status.USER_BREAK if arrays.n_steps == break_at else status
    except KeyboardInterrupt:
        return Status.USER_BREAK


def _at_end(arrays: RunState) -> bool:
    end = float(arrays.clock[abi.T_BOUND])
    return math.isfinite(end) and arrays.t >= end
