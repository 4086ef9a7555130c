"""Snapshots of a run, and the thinned set of them that makes rewinding possible."""

from dataclasses import dataclass

from engine.errors import RunError
from engine.journal import Journal
from engine.run_state import RunState
from engine.runner.abi import Status
from engine.sim import Sim


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
            f"the snapshot is of model {theirs.model.name!r}, the run of {sim.model.name!r} "
            "with other equations"
        )
    if theirs.record != sim.record:
        raise RunError(f"the snapshot records {theirs.record}, the run {sim.record}")


class Checkpoints:
    """Keep snapshots over the whole history of a run, thinned so that their number is bounded.

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
        if len(self._kept) > self._limit:
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
