"""What comes out of a batch: rows, statuses, final states and measurements of many orbits."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any

import numpy as np
from numpy.typing import NDArray

from engine.errors import RunError, suggest
from engine.failure import Failure
from engine.fastpath.course import Course, Floats, Integers
from engine.results import Results, make_results
from engine.run_state import RunState, initial_run_state
from engine.runner import abi
from engine.runner.abi import Status
from engine.sim import Sim


@dataclass(frozen=True, kw_only=True, eq=False)
class BatchObserver(Mapping[str, Floats]):
    """Hold one observer's results for all orbits, by name, and its samples.

    Attributes
    ----------
    outputs : mapping of str to ndarray (orbits, ...)
        Results at the end of each orbit, numbers or arrays.
    trace : mapping of str to ndarray (orbits, samples)
        ``"t"`` and the observer's columns; nan after an orbit's last sample.
    samples : ndarray (orbits,)
        How many samples each orbit left.
    """

    outputs: Mapping[str, Floats]
    trace: Mapping[str, Floats] = field(default_factory=dict)
    samples: Integers

    def __getitem__(self, name: str) -> Floats:
        """Return the results (orbits,) of this name."""
        if name not in self.outputs:
            raise RunError(f"the observer has no output {name!r}{suggest(name, self.outputs)}")
        return self.outputs[name]

    def __iter__(self) -> Iterator[str]:
        """Iterate over the names of the results."""
        return iter(self.outputs)

    def __len__(self) -> int:
        """Return the number of results."""
        return len(self.outputs)


class BatchObservers(dict[str, BatchObserver]):
    """Hold a batch's observers by key, and help after a wrong one."""

    def __missing__(self, key: str) -> BatchObserver:
        """Raise RunError with the keys there are."""
        raise RunError(f"there is no observer {key!r}{suggest(str(key), list(self))}")


@dataclass(frozen=True, kw_only=True, eq=False)
class Batch:
    """Hold the orbits of `run_batch_fastpath`, in the order of the given values.

    ``batch["x"]`` is one variable's rows (orbits, rows), ``batch[7]`` the `Results` of one orbit,
    as a single run would have given them.

    Attributes
    ----------
    t : ndarray (rows,)
        Times of the rows, the same for all orbits.
    y : ndarray (orbits, rows, k)
        Recorded variables; nan where an orbit did not get to.
    names : tuple of str
        Their names.
    status : ndarray (orbits,) of Status
        DONE; NAN_DETECTED where the orbit left the finite numbers; USER_BREAK where it was
        cancelled before its end, or an observer asked for a break.
    completed : ndarray (orbits,) of bool
        Whether the orbit was followed to its end, good or bad.
    n_steps : ndarray (orbits,)
        Steps taken, the transient's included.
    params, y0 : mapping of str to ndarray (orbits,)
        Every parameter and initial value, read-only.
    seeds : ndarray (orbits,)
        The seed of each orbit.
    final : ndarray (orbits, n)
        The last good states, in the order of the model's states.
    rejected : ndarray (orbits, n)
        What the failed steps would have led to; nan where none failed.
    observers : mapping of str to BatchObserver
        Observers' results by key: ``batch.observers["lyapunov_mle"]["mle"]`` is (orbits,).
    analysis : tuple of ndarray (orbits, w), (orbits, o)
        The observers' packed memory and outputs, see `engine.runner.abi`.
    course : Course
        The problem and how far it was to be followed.
    """

    t: Floats
    y: Floats
    names: tuple[str, ...]
    status: NDArray[np.object_]
    completed: NDArray[np.bool_]
    n_steps: Integers
    params: Mapping[str, Floats]
    y0: Mapping[str, Floats]
    seeds: NDArray[np.uint64]
    final: Floats
    rejected: Floats
    observers: Mapping[str, BatchObserver]
    analysis: tuple[Floats, Floats]
    course: Course
    rows: Integers

    def __len__(self) -> int:
        """Return the number of orbits."""
        return len(self.status)

    @property
    def t_final(self) -> Floats:
        """Return the time (orbits,) of the last good state of each orbit."""
        sim = self.course.sim
        return np.asarray(sim.t0 + self.n_steps * sim.dt, np.float64)

    def __getitem__(self, key: str | int) -> "Floats | Results":
        """Return a variable's rows (orbits, rows) by its name, or one orbit by its place.

        Raises
        ------
        RunError
            The variable was not recorded, or there is no such orbit.
        """
        if not isinstance(key, str):
            return self.orbit(key)
        if key == "t":
            return self.t
        if key not in self.names:
            raise RunError(f"{key!r} was not recorded{suggest(key, self.names)}")
        return self.y[:, :, self.names.index(key)]

    def __iter__(self) -> Iterator[Results]:
        """Iterate over the orbits."""
        return (self.orbit(i) for i in range(len(self)))

    def sim(self, i: int) -> Sim:
        """Return the problem of one orbit by itself."""
        i = self._place(i)
        return self.course.sim.replace(
            params={name: values[i].item() for name, values in self.params.items()},
            y0={name: values[i].item() for name, values in self.y0.items()},
            seed=int(self.seeds[i]),
        )

    def failure(self, i: int) -> Failure | None:
        """Return why an orbit could not go on, with variable, time and step; None if it could."""
        return self.orbit(i).failure

    def orbit(self, i: int) -> Results:
        """Return one orbit as the results of a run; its rows end where it failed.

        Raises
        ------
        RunError
            There is no such orbit.
        """
        i = self._place(i)
        sim, rows = self.sim(i), int(self.rows[i])
        traces = {
            key: {name: c[i, : observer.samples[i]] for name, c in observer.trace.items()}
            for key, observer in self.observers.items()
        }
        return make_results(
            *(sim, self._arrays(sim, i), self.status[i], (self.t[:rows], self.y[i, :rows]), traces),
            begun=(self.course.warm_steps, sim.t0 + self.course.warm_steps * sim.dt),
            horizon=self._horizon(i),
        )

    def _horizon(self, i: int) -> Mapping[str, Any] | None:
        """Return how to compute an orbit again, where a run by itself comes to the same."""
        course = self.course
        whole = self.status[i] is Status.DONE or course.plan.skipped(course.recorded_steps) == 0
        repeatable = whole and self.completed[i] and course.asked["plan"] is not None
        return {**course.asked, "broken_at": None} if repeatable else None

    def _arrays(self, sim: Sim, i: int) -> RunState:
        """Return what a single run's arrays would say at the end."""
        arrays = initial_run_state(sim)
        arrays.counters[abi.STEP] = self.n_steps[i]
        arrays.clock[abi.T] = self.t_final[i]
        arrays.state[abi.CURRENT] = self.final[i]
        arrays.state[abi.REJECTED] = self.rejected[i]
        arrays.analysis_ws[...], arrays.analysis_out[...] = (part[i] for part in self.analysis)
        return arrays

    def _place(self, i: int) -> int:
        if isinstance(i, bool) or not hasattr(i, "__index__") or not -len(self) <= i < len(self):
            raise RunError(f"there is no orbit {i!r}: the batch has {len(self)}, from 0")
        return i.__index__() % len(self)
