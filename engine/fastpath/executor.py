"""The fast path: fixed steps into buffers that are allocated first."""

import numpy as np

from engine.recording import Every, RecordingPlan, plain_plan
from engine.results import Results, make_results
from engine.run_state import initial_run_state, runner_for, split_trace, trace_columns
from engine.runner import abi
from engine.sim import Sim, count


def run_single_fastpath(sim: Sim, *, n_steps: int, plan: RecordingPlan | None = None) -> Results:
    """Run one fixed-step orbit of known length in a single call of compiled code.

    Parameters
    ----------
    sim : Sim
        The problem; its `record_interval` gives way to the plan.
    n_steps : int
        Steps (iterations) to take.
    plan : RecordingPlan, optional
        Which rows to keep; every step by default.

    Returns
    -------
    Results
        The same bits as the normal runner's.

    Raises
    ------
    FastpathUnsupported
        The sim has adaptive steps or a stop condition.
    SimError
        `n_steps` is not a count.
    """
    plan = Every(1) if plan is None else plan
    n_steps = count("n_steps", n_steps, 0)
    runner = runner_for(sim, fastpath=True)
    arrays = initial_run_state(sim)
    rows = plan.capacity(n_steps)
    arrays.counters[abi.STEP_BOUND] = n_steps
    arrays.counters[abi.RECORD_INTERVAL] = plan.interval
    arrays.counters[abi.RECORD_COUNTDOWN] = plan.skipped(n_steps)
    record_t, record_y = np.empty(rows), np.empty((rows, len(sim.record)))
    samples = sum(
        o.trace_rows_a_step * (n_steps // o.trace.record_interval() + 2)
        for o in sim.observers
        if o.trace is not None
    )
    trace = np.empty((samples, trace_columns(sim.observers)))
    status = arrays.call(runner, record_t, record_y, trace)
    used = int(arrays.counters[abi.ROW])
    taken = trace[: int(arrays.counters[abi.TRACE_ROW])]
    repeatable = plain_plan(plan)
    return make_results(
        *(sim, arrays, status, (record_t[:used], record_y[:used])),
        split_trace(sim.observers, taken),
        horizon=repeatable and {"way": "fastpath", "n_steps": n_steps, "plan": repeatable},
    )
