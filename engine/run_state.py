"""The arrays of one run: what a runner reads and writes, and what a snapshot copies."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from engine.errors import SimError
from engine.observers import ObserverModule
from engine.observers.memory import new_outputs, new_workspace
from engine.runner import abi
from engine.runner.arrays import ALIGNMENT
from engine.runner.dtypes import state_dtype
from engine.runner.event_code import event_columns, first_levels
from engine.runner.lags import lags_of, past_rows
from engine.runner.random_numbers import seed_words
from engine.runner.runner_cache import Runner
from engine.runner.runner_variants import RunnerVariant, get_runner, is_stored
from engine.runner.sampling import sample_time
from engine.sim import Sim

Floats = NDArray[np.float64]
Integers = NDArray[np.int64]

NO_EVENTS = np.empty((0, abi.EVENT_VALUES))
FOREVER = np.iinfo(np.int64).max


@dataclass(frozen=True, kw_only=True)
class RunState:
    """Hold the arrays described in `engine.runner.abi`, without the record and trace buffers."""

    counters: Integers
    clock: Floats
    params: Floats
    state: Floats
    memory: Floats
    analysis_ws: Floats
    analysis_out: Floats
    sample_times: Floats
    event_memory: Floats

    def copy(self) -> "RunState":
        """Return an independent copy; the sample times, which nobody writes, are shared."""
        copies = {name: array.copy() for name, array in vars(self).items()}
        return RunState(**(copies | {"sample_times": self.sample_times}))

    @property
    def n_steps(self) -> int:
        """Return the accepted steps so far."""
        return int(self.counters[abi.STEP])

    @property
    def t(self) -> float:
        """Return the time of the current state."""
        return float(self.clock[abi.T])

    def call(
        self,
        runner: Runner,
        record_t: Floats,
        record_y: Floats,
        trace: Floats,
        event_log: Floats = NO_EVENTS,
    ) -> abi.Status:
        """Call a runner on these arrays and return its signal."""
        memory, own = self.memory, len(self.memory)
        if runner.memory_rows > own:
            memory = work_memory(runner.memory_rows, memory.shape[1], memory.dtype)
            memory[:own] = self.memory
        signal = runner.run(
            self.counters,
            self.clock,
            self.params,
            self.state,
            memory,
            record_t,
            record_y,
            self.analysis_ws,
            self.analysis_out,
            trace,
            self.sample_times,
            self.event_memory,
            event_log,
        )
        if memory is not self.memory:
            self.memory[...] = memory[:own]
        return abi.SIGNALS[signal]

    def samples_due(self, sim: Sim) -> bool:
        """Tell whether dense output has samples of the last step left to record."""
        if not sim.sampled:
            return False
        due = self._sample_time(int(self.counters[abi.SAMPLE]))
        return bool(due <= self.clock[abi.T] + abi.SAMPLE_GRACE * self.clock[abi.SAMPLE_DT])

    def unfinished(self, sim: Sim) -> bool:
        """Tell whether the step under way is not one that an edit may follow.

        Samples are left to record, events to fire, or a fixed step is divided by an event.
        """
        due = self.counters[abi.EVENTS_DUE] == abi.DUE_NOW
        return bool(due or self.counters[abi.INSIDE_CELL]) or self.samples_due(sim)

    def _sample_time(self, k: int) -> float:
        origin, spacing = self.clock[[abi.SAMPLE_ORIGIN, abi.SAMPLE_DT]]
        due: float = sample_time(k, origin, spacing, self.sample_times)  # type: ignore[no-untyped-call]
        return due

    def begin_sampling(self, sim: Sim, first: int = 0) -> None:
        """Make a grid's sample `first`, or the next of the given times, the next to record."""
        self.clock[abi.SAMPLE_ORIGIN] = self.t if sim.record else np.inf
        self.clock[abi.SAMPLE_DT] = sim.sample_dt or 0.0
        self.counters[abi.SAMPLE] = first
        if sim.sample_times is not None:
            gaps = np.diff(self.sample_times[:-1])
            spacing = min(sim.dt, gaps[gaps > 0.0].min(initial=np.inf))
            grace = abi.SAMPLE_GRACE * spacing
            self.clock[abi.SAMPLE_DT] = spacing
            self.counters[abi.SAMPLE] = np.searchsorted(self.sample_times, self.t - grace)

    def row_due(self, sim: Sim) -> bool:
        """Tell whether the row of the current step is still to be recorded."""
        if sim.sampled:
            return self.samples_due(sim)
        return bool(self.counters[abi.RECORD_COUNTDOWN] == 0)

    def recorded_until(self, sim: Sim) -> float:
        """Return the time up to which, and not beyond, rows have been recorded."""
        taken = int(self.counters[abi.SAMPLE])
        if sim.sample_times is not None:
            return self._sample_time(taken - 1) if taken else -np.inf
        if sim.sample_dt is not None:
            return self._sample_time(taken) - 0.5 * sim.sample_dt
        owed = self.counters[abi.RECORD_COUNTDOWN] == 0
        return float(np.nextafter(self.t, -np.inf)) if owed else self.t

    def steps_until(self, sim: Sim, t: float) -> int:
        """Return the step count at which a fixed-step run first reaches time `t`.

        A grid time within 1e-9 of a step of `t` counts as `t`.

        Raises
        ------
        SimError
            The horizon is more steps away than can be counted.
        """
        steps = (t - float(self.clock[abi.ORIGIN_T])) / sim.dt
        if not abs(steps) < 2.0**62:
            raise SimError(f"t = {t:g} is not within reach of steps of dt = {sim.dt:g}")
        return int(self.counters[abi.ORIGIN_STEP]) + int(np.ceil(steps - 1e-9))

    def restart(self, mode: int) -> None:
        """Make the next step one without history, and put dense output on the current state."""
        self.counters[abi.RESTART] = max(mode, self.counters[abi.RESTART])
        self.clock[abi.T_PREVIOUS] = self.clock[abi.T]
        self.state[abi.PREVIOUS] = self.state[abi.CURRENT]

    def set_clock(self, sim: Sim) -> None:
        """Begin a new time grid at the current step with the step size of `sim`."""
        self.counters[abi.ORIGIN_STEP] = self.counters[abi.STEP]
        self.clock[abi.ORIGIN_T] = self.clock[abi.T]
        self.clock[abi.DT] = sim.dt
        self.clock[abi.RTOL] = sim.rtol
        self.clock[abi.ATOL] = sim.atol
        own = sim.model.spec.sim
        self.clock[abi.CRAWL_STEP] = (own.t_end - own.t0) / (abi.STIFF_BUDGET * sim.max_steps)


def initial_run_state(sim: Sim) -> RunState:
    """Return the arrays of a run at its initial state."""
    n = len(sim.model.state_names)
    counters = np.zeros(abi.N_COUNTERS, np.int64)
    counters[abi.RECORD_INTERVAL] = sim.record_interval
    counters[[abi.SEED_LOW, abi.SEED_HIGH]] = seed_words(sim.seed)
    counters[abi.RECORD_COUNTDOWN] = 0 if sim.record else FOREVER
    # Phase "end" leaves the initial state untested.
    counters[abi.STOP_TESTED] = 0 if sim.stop is None or sim.stop.phase == "end" else -1
    clock = np.zeros(abi.N_CLOCK)
    clock[[abi.T, abi.T_PREVIOUS]] = sim.t0
    clock[abi.T_BOUND] = clock[abi.T_END] = np.inf
    clock[abi.LAST_ERROR] = 1.0
    clock[abi.NEXT_STEP] = sim.dt
    lags = lags_of(sim.model, sim.stop.cond if sim.stop else None)
    state = np.zeros((abi.N_STATE_ROWS + past_rows(lags), n), state_dtype(sim.model))
    state[abi.CURRENT] = state[abi.PREVIOUS] = list(sim.y0.values())
    # Before the start a state was what it is there.
    state[abi.N_STATE_ROWS :] = state[abi.CURRENT]
    params = np.zeros(max(len(sim.params) + len(lags), 1), state.dtype)
    params[: len(sim.params)] = list(sim.params.values())
    arrays = RunState(
        counters=counters,
        clock=clock,
        params=params,
        state=state,
        memory=new_memory(sim),
        analysis_ws=new_workspace(sim.observers, n),
        analysis_out=new_outputs(sim.observers),
        sample_times=_listed_times(sim),
        event_memory=_new_event_memory(sim),
    )
    arrays.begin_sampling(sim)
    arrays.set_clock(sim)
    arrays.restart(abi.RESTART_STEP)
    return arrays


def _new_event_memory(sim: Sim) -> Floats:
    memory = np.zeros((abi.N_EVENT_ROWS, event_columns(sim.model)))
    levels = first_levels(sim.model)
    memory[abi.LEVEL_BEGIN, : len(levels)] = levels
    memory[abi.MARKS] = np.nan
    return memory


def _listed_times(sim: Sim) -> Floats:
    if sim.sample_times is None:
        return np.empty(0)
    return np.array([*(sim.sample_times if sim.record else ()), np.inf])


def new_memory(sim: Sim) -> Floats:
    """Return an empty stepper memory of the right shape."""
    tangents = sum(observer.tangents for observer in sim.observers)
    extended = len(sim.model.state_names) * (1 + tangents)
    return np.zeros((sim.method.stored_rows, extended), state_dtype(sim.model))


def work_memory(rows: int, components: int, dtype: np.dtype[Any]) -> Floats:
    """Return a block (rows, components) for a runner to work with, at the start of a cache line."""
    block = np.zeros(rows * components + ALIGNMENT, dtype)
    start = -block.ctypes.data // block.itemsize % ALIGNMENT
    return block[start : start + rows * components].reshape(rows, components)


def runner_for(sim: Sim, *, fastpath: bool = False, compile_first: bool = True) -> Runner:
    """Return the runner that computes a sim; see `get_runner` for `compile_first`."""
    names = ("BASE", "ANALYSIS") if not fastpath else ("FASTPATH", "FASTPATH_ANALYSIS")
    variant = RunnerVariant[names[bool(sim.observers)]]
    return get_runner(variant, **_structure(sim), jit=sim.jit, compile_first=compile_first)


def is_compiled(sim: Sim) -> bool:
    """Tell whether machine code for a problem is in memory or on disk; nothing is built."""
    variant = RunnerVariant.ANALYSIS if sim.observers else RunnerVariant.BASE
    return sim.jit and is_stored(variant, **_structure(sim))


def _structure(sim: Sim) -> dict[str, Any]:
    return {
        "model": sim.model,
        "stepper": sim.stepper,
        "observers": sim.observers,
        "record": sim.record,
        "sampled": sim.sampled,
        "stop": sim.stop,
        "fastmath": sim.fastmath,
    }


def trace_columns(observers: Sequence[ObserverModule]) -> int:
    """Return the number of columns of the trace buffer."""
    widths = [len(observer.trace.columns) for observer in observers if observer.trace]
    return abi.TRACE_VALUES + max(widths, default=0)


def split_trace(observers: Sequence[ObserverModule], trace: Floats) -> dict[str, dict[str, Floats]]:
    """Return each observer's samples: ``t`` and its columns, by name."""
    traces = {}
    for place, observer in enumerate(observers):
        if observer.trace is not None:
            own = trace[trace[:, abi.TRACE_OBSERVER] == place]
            columns = {"t": own[:, abi.TRACE_TIME].copy()}
            for i, name in enumerate(observer.trace.columns):
                columns[name] = own[:, abi.TRACE_VALUES + i].copy()
            traces[observer.key] = columns
    return traces
