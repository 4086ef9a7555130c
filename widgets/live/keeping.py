"""Orbits as they were before something disturbed them, kept so that it can be undone."""

import copy
from abc import ABC, abstractmethod
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any

import engine
from widgets.live.breakpoints import Breakpoints
from widgets.live.limits import LIMITS
from widgets.live.listener import Listener
from widgets.live.measuring import Measuring
from widgets.live.motion import Motion
from widgets.live.motions import Motions
from widgets.live.pacing import Pace
from widgets.live.reversal import Reversal
from widgets.live.ring import Ring
from widgets.live.timeline import Timeline
from widgets.live.whole_run import WholeRun

MOST_KEPT = 20
"""Most orbits that are kept; of more the oldest are forgotten."""

MOST_BYTES = int(min(96.0, 0.25 * LIMITS.memory_mb) * (1 << 20))
"""Most memory of the kept orbits' rows together; the latest orbit is kept even so."""

SAME_S = 1.0
"""Seconds within which kicks that follow one another are one: a point that is dragged."""


@dataclass(eq=False)
class Kept:
    """Hold an orbit as it was, in a place where it can be exchanged for the present one.

    Attributes
    ----------
    words : str
        What disturbed it.
    orbit : dict of str to Any or None
        The player's attributes; None where the orbit is no longer kept.
    snapshot : engine.Snapshot or None
        Where its run was.
    """

    words: str
    orbit: dict[str, Any] | None = field(default=None, repr=False)
    snapshot: engine.Snapshot | None = field(default=None, repr=False)

    @property
    def nbytes(self) -> int:
        """Return the memory that the rows take, twice: those of the views and of the run."""
        if self.orbit is None:
            return 0
        ring = self.orbit["ring"]
        return 2 * _row_bytes(ring) * len(ring)

    def forget(self) -> None:
        """Free the memory."""
        self.orbit = self.snapshot = None


class PlayerKeeping(ABC):
    """The part of a player that keeps its orbit before it is disturbed, and gives it back.

    Attributes
    ----------
    kept : list of Kept
        Orbits, the latest last.
    disturbed : list of Kept
        Those that were kept since somebody took them from here.
    """

    run: engine.Run | None
    ring: Ring
    initial: Mapping[str, float]
    timeline: Timeline
    measuring: Measuring
    whole: WholeRun
    motions: Motions
    reversal: Reversal
    pace: Pace
    listeners: list[Listener]
    failure: engine.Failure | None
    ended: bool
    moment: Any
    breakpoints: Breakpoints
    pause_refused: str
    kept: list[Kept]
    disturbed: list[Kept]
    _gesture: tuple[str, float]
    _initial_t: float
    _shown_t: float
    _kicked: bool
    _owed: tuple[engine.ObserverModule, ...]
    _clock: Callable[[], float]

    @abstractmethod
    def _restart_control(self) -> None:
        """Forget what belongs to the rows that are no longer the past of those to come."""

    @abstractmethod
    def _observe(self, *, generation: int | None = None) -> None:
        """Take down what is to be seen now."""

    def _keep(self, words: str, *, gesture: str = "") -> None:
        """Keep the orbit before it is disturbed; many disturbances of one gesture are one."""
        now = self._clock()
        before, at = self._gesture
        self._gesture = gesture, now
        if self.run is None or (gesture and gesture == before and now - at < SAME_S):
            return
        kept = Kept(words, self._orbit(), self.run.snapshot())
        self.kept = [other for other in self.kept if other.orbit is not None]
        self.kept.append(kept)
        self.disturbed.append(kept)
        while len(self.kept) > 1 and (
            len(self.kept) > MOST_KEPT or sum(other.nbytes for other in self.kept) > MOST_BYTES
        ):
            self.kept.pop(0).forget()

    def exchange(self, kept: Kept) -> None:
        """Go on with a kept orbit from where it was, and keep the present one in its place.

        Raises
        ------
        engine.RunError
            It is no longer kept.
        """
        orbit, snapshot, run = kept.orbit, kept.snapshot, self.run
        if orbit is None or snapshot is None or run is None:
            raise engine.RunError("the orbit as it was before is no longer kept")
        present, here, model = self._orbit(), run.snapshot(), self.reversal.forward(run.sim).model
        orbit["run"].restore(snapshot)
        kept.orbit, kept.snapshot = present, here
        self._gesture = "", 0.0
        run, moves = orbit["run"], orbit["moves"]
        for name in _ATTRIBUTES:
            setattr(self, name, orbit[name])
        self.failure, self.ended = run.failure, False
        if orbit["model"] is not model:
            self.pause_refused = self.breakpoints.adapt(orbit["model"])
        self._shown_t = run.t
        self._kicked = False
        self._resume_motions(moves, here.t, run.t)
        self.pace.rest()
        for listener in self.listeners:
            listener.begin()
        self._restart_control()
        self._observe(generation=self.moment.generation + 1)

    def _resume_motions(self, moves: Mapping[str, Motion], t_before: float, t: float) -> None:
        """Let the parameters move that moved then; those that still do go on as they are."""
        present = self.motions.described
        self.motions.end(set(present) - set(moves))
        for name, motion in moves.items():
            if name not in present:
                self.motions.begin(name, motion, t_before)
        self.motions.adapt(moves, t_before, t)

    def _orbit(self) -> dict[str, Any]:
        """Return everything of the present orbit, as copies where it goes on."""
        run = self.run
        return {
            "run": run,
            "model": None if run is None else self.reversal.forward(run.sim).model,
            "initial": self.initial,
            "_initial_t": self._initial_t,
            "ring": self.ring.copy(MOST_BYTES // 8 // _row_bytes(self.ring)),
            "timeline": self.timeline.copy(),
            "measuring": self.measuring.copy(),
            "whole": self.whole.copy(),
            "_owed": self._owed,
            "reversal": copy.copy(self.reversal),
            "moves": self.motions.described,
        }


_ATTRIBUTES = (
    *("run", "initial", "_initial_t", "ring", "timeline", "measuring"),
    *("whole", "_owed", "reversal"),
)


def _row_bytes(ring: Ring) -> int:
    return 8 * (1 + len(ring.names))
