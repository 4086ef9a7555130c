"""The fast path: fixed steps into buffers that are allocated first."""

import threading
from collections.abc import Callable
from concurrent.futures import Executor
from typing import Any

from engine.errors import SimError
from engine.fastpath.batch import Batch
from engine.fastpath.course import Course, chart
from engine.fastpath.gathering import Gathering, attach, require_progress
from engine.fastpath.schedule import Schedule
from engine.fastpath.starts import lay_out
from engine.fastpath.tiles import batch_runner
from engine.recording import RecordingPlan
from engine.results import Results
from engine.run_state import initial_run_state, runner_for
from engine.runner import abi
from engine.runner.abi import Status
from engine.sim import Sim
from engine.wrapper import Buffers, drive, warm_up


def run_single_fastpath(
    sim: Sim,
    *,
    n_steps: int | None = None,
    t_end: float | None = None,
    transient: float = 0.0,
    plan: RecordingPlan | None = None,
) -> Results:
    """Run one fixed-step orbit of known length into rows that are allocated first.

    Parameters
    ----------
    sim : Sim
        The problem.
    n_steps, t_end : int, float, optional
        The horizon, one of them, as for `Sim.run`.
    transient : float
        Time (iterations of a map) to run first without recording or observing.
    plan : RecordingPlan, optional
        Which rows and variables to keep; those of `Sim.run` by default.

    Returns
    -------
    Results
        The same bits as the normal runner's.  Where the orbit fails before the rows of a `Tail`
        begin, they are its last rows before the failure.

    Raises
    ------
    FastpathUnsupported
        The sim has adaptive steps, events, a stop condition or samples between steps.
    SimError
        The horizon, the transient or the plan is not valid, or the rows do not fit into memory.
    """
    course = chart(sim, t_end=t_end, n_steps=n_steps, transient=transient, plan=plan)
    result, failed_after = _one_orbit(course, course.countdown)
    if failed_after is not None and course.rows:
        countdown = course.plan.skipped(failed_after)
        if countdown < course.countdown:
            result, _ = _one_orbit(course, countdown)
    return result


def _one_orbit(course: Course, countdown: int) -> tuple[Results, int | None]:
    """Run the orbit; return it and, where it failed, how many steps after the transient."""
    sim, transient = course.sim, course.transient
    arrays = initial_run_state(sim)
    buffers = Buffers(sim, max(course.rows, 1), max(course.trace_rows(), 1), 1, course.asked)
    status = warm_up(sim, arrays, transient) if transient > 0.0 else Status.DONE
    buffers.begin(arrays)
    runner = runner_for(sim, fastpath=True)
    if status is not Status.DONE:
        # The last good state, as the normal runner gives it.
        arrays.counters[abi.STEP_BOUND] = arrays.n_steps
        arrays.call(runner, buffers.t, buffers.y, buffers.trace)
        return buffers.results(sim, arrays, status), None
    arrays.counters[abi.STEP_BOUND] = course.end_step
    arrays.counters[abi.RECORD_INTERVAL] = course.plan.interval
    arrays.counters[abi.RECORD_COUNTDOWN] = countdown
    status = drive(arrays, runner, buffers)
    failed_after = arrays.n_steps - course.warm_steps if status.is_failure else None
    return buffers.results(sim, arrays, status), failed_after


def run_batch_fastpath(
    sim: Sim,
    params: Any = None,
    y0: Any = None,
    *,
    n_steps: int | None = None,
    t_end: float | None = None,
    transient: float = 0.0,
    plan: RecordingPlan | None = None,
    seed: Any = None,
    executor: Executor | None = None,
    progress: Callable[[int, int], Any] | None = None,
    cancel: threading.Event | Callable[[], bool] | None = None,
) -> Batch:
    """Run many fixed-step orbits that differ in parameters, initial states and seeds.

    The loop over the orbits is compiled.  Without observers and noise they are carried side by
    side in the lanes of SIMD registers, several times faster than one by one; every orbit has
    the same bits as a run of its own.  One that leaves the finite numbers is marked and ends; the
    others go on.

    Parameters
    ----------
    sim : Sim
        The problem.
    params : mapping of str to number or array (orbits,), optional
        Parameter values; arrays of one length, a number is the same for all orbits.
    y0 : mapping of str to number or array (orbits,), or array (orbits, n), optional
        Initial states, likewise; the columns of an array (orbits, n) are all states in order.
    n_steps, t_end : int, float, optional
        The horizon, one of them, as for `Sim.run`.
    transient : float
        Time (iterations of a map) to run first without recording or observing.
    plan : RecordingPlan, optional
        Which rows and variables to keep; those of `Sim.run` by default.
    seed : int or array of int (orbits,), optional
        Seeds of the noise.  By default the first orbit of a model with noise has that of the sim
        and the others have seeds drawn from it (`Batch.seeds`), so that all paths are independent;
        one number gives all orbits the same noise, as for a sweep in which only the parameter is
        to make a difference.
    executor : concurrent.futures.Executor, optional
        Who computes: threads, processes, or a cluster, as Dask's ``client.get_executor()``.  By
        default threads of this process, where there are several processors and work for them.
    progress : callable, optional
        ``progress(done, total)`` in orbits, called in this thread after each piece of work.
    cancel : threading.Event or callable, optional
        Set, or returning True, it ends the batch within a tenth of a second.

    Returns
    -------
    Batch
        Also after a cancellation (or Ctrl-C): `Batch.completed` tells which orbits came to
        their end, the others have the status USER_BREAK and what they recorded until then.

    Raises
    ------
    FastpathUnsupported
        The sim has adaptive steps, events, a stop condition or samples between steps.
    SimError
        A name, an array, the horizon, the transient or the plan is not valid, or the rows do
        not fit into memory.  All this is noticed before anything runs.

    Notes
    -----
    An exception raised by `progress`, `cancel` or the executor ends the batch and passes; its
    attribute ``batch`` holds the `Batch` of what was computed until then.
    """
    require_progress(progress, cancel)
    if executor is not None and not isinstance(executor, Executor):
        raise SimError(f"executor = {executor!r} is not a concurrent.futures.Executor")
    course = chart(sim, t_end=t_end, n_steps=n_steps, transient=transient, plan=plan)
    starts = lay_out(course.sim, params, y0, seed)
    batch_runner(course.sim)
    gathering = Gathering(course, starts)
    schedule = Schedule(course, starts, gathering, progress=progress, cancelled=_question(cancel))
    try:
        schedule.run(executor)
    except KeyboardInterrupt:
        return gathering.batch()
    except BaseException as error:
        attach(error, gathering.batch())
        raise
    return gathering.batch()


def _question(cancel: threading.Event | Callable[[], bool] | None) -> Callable[[], bool]:
    if cancel is None:
        return lambda: False
    if callable(cancel):
        return lambda: bool(cancel())
    return cancel.is_set
