"""Snapshots of a run, and the thinned set of them that makes rewinding possible."""

import os
from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

from engine.errors import RunError
from engine.journal import Journal
from engine.model import Model
from engine.observers import ObserverModule
from engine.run_state import RunState
from engine.runner.abi import Status
from engine.sim import Sim

if TYPE_CHECKING:
    from engine.run import Run


@dataclass(frozen=True, kw_only=True)
class Snapshot:
    """Hold everything a run is at one step: settings, arrays, journal.

    Attributes
    ----------
    sim : Sim
        The settings in force.
    arrays : RunState
        The run's arrays, observers' memory included.
    journal : Journal
        The edits until then.
    status : Status
        The last signal.
    """

    sim: Sim
    arrays: RunState
    journal: Journal
    status: Status

    @property
    def t(self) -> float:
        """Return the time of the snapshot."""
        return self.arrays.t

    @property
    def n_steps(self) -> int:
        """Return the accepted steps until the snapshot."""
        return self.arrays.n_steps

    def start(self, *, history_rows: int = 1 << 20) -> "Run":
        """Return a run that goes on from here, to the same bits.

        Its rows begin after the snapshot; `Run.rewind` reaches back to the run's beginning.

        Parameters
        ----------
        history_rows : int
            Rows that `Run.results` can give back, at most.
        """
        from engine.run import Run

        journal = self.journal
        run = Run(
            journal.origin, t_end=journal.t_end, n_steps=journal.n_end, history_rows=history_rows
        )
        run.restore(self)
        return run

    def save(self, path: str | os.PathLike[str]) -> None:
        """Write the snapshot into one self-contained file, whole or not at all.

        Parameters
        ----------
        path : str or path
            An archive of NumPy's, whatever its suffix; ``.npz`` tells others.

        Raises
        ------
        StorageError
            The disk does not take the file.
        """
        from engine.snapshot_file import save_snapshot

        save_snapshot(self, path)

    @classmethod
    def load(
        cls, path: str | os.PathLike[str], *, observers: Sequence[ObserverModule] = ()
    ) -> "Snapshot":
        """Return the snapshot that `save` wrote.

        The file holds the model, the settings, the journal and the memory of stepper and
        observers: ``Snapshot.load(path).start()`` goes on in another process, to the same bits.
        Observers' memory is handed to their compiled hooks as it is, so load files only from
        people whose code you would run.

        Parameters
        ----------
        path : str or path
            The file.
        observers : sequence of ObserverModule
            Observers of one's own that the run had: a file cannot hold their code.

        Raises
        ------
        StorageError
            The file cannot be read, is damaged, or was taken by a version whose memory is laid
            out otherwise; or an observer is missing.
        """
        from engine.snapshot_file import load_snapshot

        return load_snapshot(path, observers)


def check_fits(snapshot: Snapshot, sim: Sim) -> None:
    """Make sure that a run of `sim` can be put back to a snapshot.

    Raises
    ------
    RunError
        It is of another model or records other variables.
    """
    if not isinstance(snapshot, Snapshot):
        raise RunError(f"{snapshot!r} is not a snapshot; take one with run.snapshot()")
    theirs = snapshot.sim
    if theirs.model.digest != sim.model.digest:
        raise RunError(
            f"the snapshot is of model {theirs.model.name!r}, the run of {sim.model.name!r}: "
            f"{difference(theirs.model, sim.model)}"
        )
    if theirs.record != sim.record:
        raise RunError(f"the snapshot records {theirs.record}, the run {sim.record}")


def difference(one: Model, other: Model) -> str:
    """Say in which part the equations of two models differ first."""
    for what in ("kind", "dtype", "state_names", "param_names", "aux_names"):
        a, b = getattr(one, what), getattr(other, what)
        if a != b:
            return f"their {what.replace('_', ' ')} are {a!r} and {b!r}"
    for a, b in zip(one.spec.equations, other.spec.equations, strict=True):
        if a != b:
            return f"the equations of {a.state!r} are {str(a.formula)!r} and {str(b.formula)!r}"
    for a, b in zip(one.spec.aux, other.spec.aux, strict=True):
        if a != b:
            return f"the aux {a.name!r} are {str(a.formula)!r} and {str(b.formula)!r}"
    return "their functions, constants or events differ"


# Large observers make large snapshots: of these fewer are kept.
CHECKPOINT_BYTES = 1 << 28


class Checkpoints:
    """Keep snapshots over the whole history of a run, thinned so that their memory is bounded.

    Parameters
    ----------
    limit : int
        Most snapshots kept; when there are more, every second one goes and the distance
        doubles.
    stride : int
        First distance, in steps.
    """

    def __init__(self, limit: int = 128, stride: int = 100_000) -> None:
        self._limit = limit
        self._stride = stride
        self._kept: list[Snapshot] = []

    def due(self, n_steps: int) -> bool:
        """Tell whether the distance to the last checkpoint is large enough for another."""
        return not self._kept or n_steps >= self._kept[-1].n_steps + self._stride

    def keep(self, snapshot: Snapshot) -> None:
        """Add a checkpoint later than all others."""
        self._kept.append(snapshot)
        size = sum(array.nbytes for array in vars(snapshot.arrays).values())
        if len(self._kept) > max(4, min(self._limit, CHECKPOINT_BYTES // size)):
            self._kept = self._kept[::2]
            self._stride *= 2

    def before_step(self, step: int) -> Snapshot | None:
        """Return the last checkpoint from which the arrival at a step can be computed."""
        for snapshot in reversed(self._kept):
            entries = snapshot.journal.entries
            if snapshot.n_steps <= step and not (entries and entries[-1].step >= step):
                return snapshot
        return None

    def before_time(self, t: float) -> Snapshot | None:
        """Return the last checkpoint at or before a time, or None."""
        for snapshot in reversed(self._kept):
            if snapshot.t <= t:
                return snapshot
        return None

    def forget_after(self, snapshot: Snapshot) -> None:
        """Drop the checkpoints that a run put back to a snapshot has not reached."""
        n_edits = len(snapshot.journal.entries)
        self._kept = [
            kept
            for kept in self._kept
            if kept.n_steps <= snapshot.n_steps and len(kept.journal.entries) <= n_edits
        ]

    @property
    def first(self) -> Snapshot:
        """Return the earliest checkpoint."""
        return self._kept[0]

    def begin(self, snapshot: Snapshot) -> None:
        """Drop all checkpoints and begin with this one."""
        self._kept = [snapshot]
