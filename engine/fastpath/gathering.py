"""Put the pieces of a batch together as they come in."""

from collections.abc import Mapping, Sequence

import numpy as np

from engine.errors import RunError
from engine.fastpath.batch import Batch, BatchObserver, BatchObservers
from engine.fastpath.course import Course, Floats, Integers, allocate
from engine.fastpath.pieces import Piece
from engine.fastpath.starts import Starts
from engine.fastpath.tiles import Observed
from engine.observers import ObserverModule
from engine.observers.memory import new_outputs, new_workspace, observer_results
from engine.runner import abi
from engine.runner.abi import Status
from engine.runner.dtypes import LOST


class Gathering:
    """Hold what is known of every orbit of a batch; what is not computed stays nan.

    Parameters
    ----------
    course : Course
        What the orbits go through.
    starts : Starts
        Where they start.

    Attributes
    ----------
    t, y : ndarray (rows,), (orbits, rows, k)
        The rows that runners record into.
    done : int
        Orbits that have come to their end.
    """

    def __init__(self, course: Course, starts: Starts) -> None:
        self._course, self._starts = course, starts
        orbits, rows, columns = len(starts), course.rows, len(course.sim.record)
        self.t, self.y = allocate(
            f"{rows} rows of {columns} variables for {orbits} orbits",
            lambda: (course.times(), course.room(orbits, rows)),
            "record fewer of them, with plan=Every(k, select=...) or Tail(m), or split the batch",
        )
        self.done = 0
        self._began = np.zeros(orbits, bool)
        self._completed = np.zeros(orbits, bool)
        self._status = np.full(orbits, Status.USER_BREAK, np.int64)
        self._steps = np.zeros(orbits, np.int64)
        self._rows = np.zeros(orbits, np.int64)
        self._final = starts.y0.copy()
        self._rejected = np.full_like(starts.y0, LOST[starts.y0.dtype.kind])
        observers, n = course.sim.observers, starts.y0.shape[1]
        self._memory = np.tile(new_workspace(observers, n), (orbits, 1))
        self._outputs = np.tile(new_outputs(observers), (orbits, 1))
        self._samples: list[tuple[int, Observed]] = []

    def __len__(self) -> int:
        """Return the number of orbits."""
        return len(self._starts)

    def rows_of(self, piece: Piece) -> Floats:
        """Return the piece's part of the rows (orbits, rows, k)."""
        rows: Floats = self.y[piece.first : piece.end]
        return rows

    def take_rows(self, piece: Piece, row: int, record_t: Floats, record_y: Floats) -> None:
        """Copy rows that were recorded elsewhere to their place, from index `row` on."""
        new = slice(row, row + len(record_t))
        self.t[new] = record_t
        self.rows_of(piece)[:, new] = record_y

    def take(self, piece: Piece) -> None:
        """Take over a piece, finished or given up."""
        course, part = self._course, slice(piece.first, piece.end)
        standing = piece.standing()
        rows = np.minimum(course.rows_until(standing.steps), piece.rows)
        self._status[part] = standing.status
        self._steps[part] = standing.steps
        self._rows[part] = rows
        self._final[part] = standing.y
        self._rejected[part] = standing.rejected
        if rows.min() < course.rows:
            self.rows_of(piece)[np.arange(course.rows) >= rows[:, None]] = LOST[self.y.dtype.kind]
        observed = piece.observed()
        if observed is not None:
            self._memory[part] = observed.workspace
            self._outputs[part] = observed.outputs
            self._samples.append((piece.first, observed))
        self._began[part] = True
        self._completed[part] = standing.completed
        self.done = int(np.count_nonzero(self._completed))

    def batch(self) -> Batch:
        """Return everything that is known; orbits never begun have nan rows."""
        self.y[~self._began] = LOST[self.y.dtype.kind]
        course, signals = self._course, np.array(abi.SIGNALS, dtype=object)
        sim = course.sim
        return Batch(
            t=self.t,
            y=self.y,
            names=sim.record,
            status=signals[self._status],
            completed=self._completed,
            n_steps=self._steps,
            params=_named(sim.params, self._starts.params),
            y0=_named(sim.y0, self._starts.y0),
            seeds=self._starts.seeds,
            final=self._final,
            rejected=self._rejected,
            observers=self._observers(),
            analysis=(self._memory, self._outputs),
            course=course,
            rows=self._rows,
        )

    def _observers(self) -> Mapping[str, BatchObserver]:
        found, observers = BatchObservers(), self._course.sim.observers
        n = self._starts.y0.shape[1]
        each = [
            observer_results(observers, n, memory, outputs)
            for memory, outputs in zip(self._memory, self._outputs, strict=True)
        ]
        for place, observer in enumerate(observers):
            own = [results[observer.key] for results in each]
            outputs = {
                name: np.array([results[name] for results in own]) for name in observer.output_names
            }
            trace, samples = _gathered_samples(observer, place, self._samples, len(self))
            found[observer.key] = BatchObserver(outputs=outputs, trace=trace, samples=samples)
        return found


def _named(names: Mapping[str, float], table: Floats) -> dict[str, Floats]:
    columns = {}
    for i, name in enumerate(names):
        columns[name] = table[:, i].copy()
        columns[name].flags.writeable = False
    return columns


def _gathered_samples(
    observer: ObserverModule,
    place: int,
    parts: Sequence[tuple[int, Observed]],
    orbits: int,
) -> tuple[dict[str, Floats], Integers]:
    """Return one observer's samples (orbits, samples) by column, and how many each orbit left."""
    counts = np.zeros(orbits, np.int64)
    if observer.trace is None:
        return {}, counts
    own = []
    for first, observed in parts:
        trace = observed.trace
        in_use = np.arange(trace.shape[1]) < observed.used[:, None]
        mine = in_use & (trace[:, :, abi.TRACE_OBSERVER] == place)
        counts[first : first + len(trace)] = mine.sum(axis=1)
        own.append(mine)
    longest = int(counts.max(initial=0))
    names = ("t", *observer.trace.columns)
    columns = {name: np.full((orbits, longest), np.nan) for name in names}
    for (first, observed), mine in zip(parts, own, strict=True):
        orbit, sample = np.nonzero(mine)
        order = (np.cumsum(mine, axis=1) - 1)[orbit, sample]
        for i, name in enumerate(names):
            columns[name][first + orbit, order] = observed.trace[orbit, sample, abi.TRACE_TIME + i]
    return columns, counts


def attach(error: BaseException, batch: Batch) -> None:
    """Leave the orbits computed so far with the exception that ends a batch."""
    error.batch = batch  # type: ignore[attr-defined]
    error.add_note(
        f"{int(batch.completed.sum())} of {len(batch)} orbits were computed until then: they are "
        "in this exception's attribute 'batch'"
    )


def require_progress(progress: object, cancel: object) -> None:
    """Make sure that the callbacks of a batch can be called."""
    if progress is not None and not callable(progress):
        raise RunError(f"progress = {progress!r} is not a function of (done, total)")
    if cancel is not None and not (callable(cancel) or hasattr(cancel, "is_set")):
        raise RunError(f"cancel = {cancel!r} is neither a threading.Event nor a function")
