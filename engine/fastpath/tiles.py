"""Tiles: some orbits of a batch, in the arrays that one call of a runner advances together."""

from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from engine.fastpath.course import Course, Floats, Integers
from engine.fastpath.starts import Starts
from engine.run_state import FOREVER, NO_EVENTS, initial_run_state, trace_columns
from engine.runner import abi
from engine.runner.abi import Status
from engine.runner.batch_template import RUN_ARGUMENTS, SHARED
from engine.runner.dtypes import LOST
from engine.runner.lane_layout import LaneShape, lane_shape
from engine.runner.layout import Shape
from engine.runner.random_numbers import seed_words
from engine.runner.runner_cache import Runner
from engine.runner.runner_variants import RunnerVariant, get_runner, is_stored
from engine.sim import Sim


@dataclass(frozen=True, kw_only=True)
class Standing:
    """Hold where the orbits of a tile are.

    Attributes
    ----------
    y : ndarray (orbits, n)
        Last good states.
    rejected : ndarray (orbits, n)
        What the failed steps would have led to; nan where none failed.
    steps : ndarray (orbits,)
        Steps taken.
    status : ndarray (orbits,)
        Signals; DONE for an orbit that can go on.
    past : ndarray (orbits, rows, n)
        Rings of past states, of no rows without delays; None before the start.
    completed : ndarray (orbits,)
        False for an orbit that was given up before its end.
    """

    y: Floats
    rejected: Floats
    steps: Integers
    status: Integers
    past: Floats | None = None
    completed: NDArray[np.bool_] | None = None

    def __len__(self) -> int:
        """Return the number of orbits."""
        return len(self.y)


@dataclass(frozen=True, kw_only=True)
class Observed:
    """Hold what observers have measured along the orbits of a tile.

    Attributes
    ----------
    workspace, outputs : ndarray (orbits, w), (orbits, o)
        Memory and results.
    trace : ndarray (orbits, rows, 2 + c)
        Trace buffers.
    used : ndarray (orbits,)
        Rows in use in them.
    """

    workspace: Floats
    outputs: Floats
    trace: Floats
    used: Integers


def at_start(starts: Starts) -> Standing:
    """Return the standing of orbits that have not begun."""
    orbits = len(starts)
    return Standing(
        y=starts.y0.copy(),
        rejected=np.full_like(starts.y0, LOST[starts.y0.dtype.kind]),
        steps=np.zeros(orbits, np.int64),
        status=np.full(orbits, Status.DONE, np.int64),
    )


def in_lanes(sim: Sim) -> bool:
    """Tell whether a batch of this sim is carried in lanes: a question of structure alone."""
    model = sim.model
    alone = sim.observers or model.noise or model.lags or model.dtype == "int64"
    return not alone and not _shape_of(sim).arrays


def orbits_a_call(sim: Sim) -> int:
    """Return the number of orbits that a tile is best made a multiple of."""
    return _lanes_of(sim).lanes if in_lanes(sim) else 1


def batch_runner(sim: Sim) -> Runner:
    """Return the runner for tiles of this sim."""
    return get_runner(_variant(sim), jit=sim.jit, **_structure(sim))


def is_batch_compiled(sim: Sim) -> bool:
    """Tell whether machine code for tiles of this sim is in memory or on disk."""
    return sim.jit and is_stored(_variant(sim), **_structure(sim))


def _variant(sim: Sim) -> RunnerVariant:
    return RunnerVariant.FASTPATH_ANALYSIS if sim.observers else RunnerVariant.FASTPATH


def _structure(sim: Sim) -> dict[str, Any]:
    return {
        "model": sim.model,
        "stepper": sim.stepper,
        "observers": sim.observers,
        "record": sim.record,
        "entry": "run_lanes" if in_lanes(sim) else "run_orbits",
        "fastmath": sim.fastmath,
    }


def _shape_of(sim: Sim) -> Shape:
    return Shape(
        n=len(sim.model.state_names),
        tangents=0,
        n_params=len(sim.params),
        memory_rows=sim.method.memory_rows,
        always_arrays=sim.method.arrays,
    )


def _lanes_of(sim: Sim) -> LaneShape:
    return lane_shape(_shape_of(sim), sim.model.kind)


@dataclass(frozen=True, kw_only=True)
class LaneTile:
    """Hold orbits side by side in lanes; all of them have taken the same number of steps."""

    orbits: int
    layout: LaneShape
    counters: Integers
    clock: Floats
    lanes: Floats

    @property
    def n(self) -> int:
        """Return the step count that the tile has come to."""
        return int(self.counters[abi.STEP])

    @property
    def rows(self) -> int:
        """Return the number of rows recorded."""
        return int(self.counters[abi.ROW])

    def advance(self, runner: Runner, bound: int, record_t: Floats, record_y: Floats) -> None:
        """Advance every orbit to a step count."""
        self.counters[abi.STEP_BOUND] = bound
        runner.run(self.counters, self.clock, self.lanes, record_t, record_y)

    def standing(self) -> Standing:
        """Return where the orbits are."""
        width, n = self.layout.lanes, self.layout.shape.n
        grouped = self.lanes.reshape(len(self.lanes), self.layout.rows, width)

        def rows(first: int, count: int) -> Floats:
            flat = grouped[:, first : first + count].transpose(0, 2, 1).reshape(-1, count)
            return flat[: self.orbits].copy()

        alive = rows(self.layout.alive, 1)[:, 0] == 1.0
        died_at = rows(self.layout.steps, 1)[:, 0].astype(np.int64)
        return Standing(
            y=rows(0, n),
            rejected=rows(self.layout.rejected, n),
            steps=np.where(alive, self.n, died_at),
            status=np.where(alive, int(Status.DONE), int(Status.NAN_DETECTED)),
        )

    def observed(self) -> Observed:
        """Return nothing: orbits in lanes are not observed."""
        return Observed(
            workspace=np.empty((self.orbits, 0)),
            outputs=np.empty((self.orbits, 0)),
            trace=np.empty((self.orbits, 0, abi.TRACE_VALUES)),
            used=np.zeros(self.orbits, np.int64),
        )


def lane_tile(course: Course, starts: Starts, standing: Standing, countdown: int) -> LaneTile:
    """Put orbits into lanes, at the same step; those of the last group's rest are copies."""
    sim = course.sim
    layout = _lanes_of(sim)
    arrays = initial_run_state(sim)
    counters, clock = arrays.counters, arrays.clock
    groups = -(-len(standing) // layout.lanes)
    orbit = np.minimum(np.arange(groups * layout.lanes), len(standing) - 1)
    lanes = np.zeros((groups, layout.rows, layout.lanes))

    def fill(first: int, values: Floats) -> None:
        columns = values[orbit].reshape(groups, layout.lanes, -1)
        lanes[:, first : first + columns.shape[2]] = columns.transpose(0, 2, 1)

    fill(0, standing.y)
    fill(layout.params, starts.params)
    fill(layout.alive, (standing.status == Status.DONE)[:, None].astype(np.float64))
    fill(layout.steps, standing.steps[:, None].astype(np.float64))
    fill(layout.rejected, standing.rejected)
    counters[abi.STEP] = standing.steps.max()
    counters[abi.RECORD_COUNTDOWN] = countdown
    counters[abi.RECORD_INTERVAL] = course.plan.interval
    return LaneTile(
        orbits=len(standing),
        layout=layout,
        counters=counters,
        clock=clock,
        lanes=lanes.reshape(groups, -1),
    )


@dataclass(frozen=True, kw_only=True)
class OrbitTile:
    """Hold orbits that are computed one after the other, each with the arrays of a run."""

    arrays: dict[str, NDArray[Any]]
    status: Integers

    @property
    def n(self) -> int:
        """Return the step count that the orbits have come to which can go on."""
        going = self.status == Status.DONE
        steps = self.arrays["counters"][:, abi.STEP]
        return int(steps[going].min() if going.any() else FOREVER)

    @property
    def rows(self) -> int:
        """Return the largest number of rows recorded."""
        return int(self.arrays["counters"][:, abi.ROW].max())

    def advance(self, runner: Runner, bound: int, record_t: Floats, record_y: Floats) -> None:
        """Advance every orbit to a step count, or to where it cannot go on."""
        self.arrays["counters"][:, abi.STEP_BOUND] = bound
        memory = self.arrays["memory"]
        if runner.memory_rows > memory.shape[1]:
            rows = runner.memory_rows - memory.shape[1]
            more = np.zeros((len(memory), rows, memory.shape[2]), memory.dtype)
            self.arrays["memory"] = np.concatenate([memory, more], axis=1)
        full = np.ones(1, bool)
        while full.any():
            given = {
                **self.arrays,
                "record_t": record_t,
                "record_y": record_y,
                "event_log": NO_EVENTS,
            }
            runner.run(*(given[name] for name in RUN_ARGUMENTS), self.status)
            full = self.status == Status.TRACE_OVERFLOW
            if full.any():
                self.status[full] = Status.DONE
                trace = self.arrays["trace"]
                self.arrays["trace"] = np.concatenate([trace, np.empty_like(trace)], axis=1)

    def standing(self) -> Standing:
        """Return where the orbits are."""
        failed = self.status == Status.NAN_DETECTED
        rejected = self.arrays["state"][:, abi.REJECTED]
        return Standing(
            y=self.arrays["state"][:, abi.CURRENT].copy(),
            rejected=np.where(failed[:, None], rejected, LOST[rejected.dtype.kind]),
            steps=self.arrays["counters"][:, abi.STEP].astype(np.int64),
            status=self.status.copy(),
            past=self.arrays["state"][:, abi.N_STATE_ROWS :].copy(),
        )

    def observed(self) -> Observed:
        """Return what the observers have measured."""
        return Observed(
            workspace=self.arrays["analysis_ws"],
            outputs=self.arrays["analysis_out"],
            trace=self.arrays["trace"],
            used=self.arrays["counters"][:, abi.TRACE_ROW].astype(np.int64),
        )


def orbit_tile(course: Course, starts: Starts, standing: Standing, countdown: int) -> OrbitTile:
    """Give each orbit the arrays of a run of its own, at the step where it stands."""
    sim, orbits = course.sim, len(standing)
    single = vars(initial_run_state(sim))
    arrays = {
        name: array if name in SHARED else np.repeat(array[None], orbits, axis=0)
        for name, array in single.items()
    }
    arrays["params"][:, : starts.params.shape[1]] = starts.params
    arrays["state"][:, abi.CURRENT] = arrays["state"][:, abi.PREVIOUS] = standing.y
    arrays["state"][:, abi.REJECTED] = standing.rejected
    past = standing.y[:, None] if standing.past is None else standing.past
    arrays["state"][:, abi.N_STATE_ROWS :] = past
    counters, clock = arrays["counters"], arrays["clock"]
    counters[:, abi.STEP] = standing.steps
    counters[:, abi.SEED_LOW], counters[:, abi.SEED_HIGH] = seed_words(starts.seeds)
    counters[:, abi.RECORD_COUNTDOWN] = countdown
    counters[:, abi.RECORD_INTERVAL] = course.plan.interval
    clock[:, abi.T] = clock[:, abi.T_PREVIOUS] = sim.t0 + standing.steps * sim.dt
    arrays["trace"] = np.empty((orbits, course.trace_rows(), trace_columns(sim.observers)))
    return OrbitTile(arrays=arrays, status=standing.status.copy())
