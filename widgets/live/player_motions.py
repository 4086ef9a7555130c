"""The part of a player that moves parameters while the run goes on."""

import math
from abc import ABC, abstractmethod
from collections.abc import Callable, Iterable
from typing import Any

import engine
from widgets.live.motion import Motion
from widgets.live.motions import Motions
from widgets.live.pacing import Pace


class PlayerMotions(ABC):
    """Move parameters by edits at the boundaries of slices, in the order of the run's time.

    Attributes
    ----------
    motions : Motions
        What moves.
    unmovable : dict of str to str
        Why motions ended that the engine refused to go on with, by parameter.
    """

    pace: Pace
    motions: Motions
    unmovable: dict[str, str]
    _clock: Callable[[], float]

    @abstractmethod
    def _present(self) -> engine.Run:
        """Return the run; raise RunError where there is none yet."""

    @abstractmethod
    def _note_edit(self, control: str, words: str, *, same: bool | None = None) -> None:
        """Put a change on the timeline; `same`: it goes on with the control's latest mark."""

    def begin_motion(self, name: str, motion: Motion) -> None:
        """Let a parameter move from the next step on.

        Raises
        ------
        engine.PhasescopeError
            There is no such parameter, or it cannot have the values.
        """
        run = self._present()
        # The engine says what it has against a name or a value before anything moves.
        run.sim.replace(params={name: self._fitted(motion.value(0.0))})
        run.sim.replace(params={name: self._fitted(motion.value(0.25))})
        self.unmovable.pop(name, None)
        self.motions.begin(name, motion, run.t)
        self._note_edit(name, f"{name} moves {motion.words()}", same=False)

    def end_motions(self, names: Iterable[str]) -> None:
        """Let parameters stay where they are."""
        self.motions.end(names)

    def _begin_slice(self, run: engine.Run) -> None:
        if self.motions:
            self.motions.begin_slice(run.t, now=self._clock(), speed=self.pace.speed)

    def _moved(self, run: engine.Run, bound: dict[str, Any]) -> dict[str, Any]:
        """Move what is due, and return the bound of an advance that ends at the next change."""
        if not self.motions:
            return bound
        sim, t = run.sim, run.t
        shortest = 0.0 if sim.method.adaptive else sim.dt
        due = {n: self._fitted(v) for n, v in self.motions.due(t, shortest).items()}
        changed = {name: value for name, value in due.items() if value != sim.params[name]}
        try:
            if changed:
                run.set_params(**changed)
                for name in changed:
                    words = f"{name} moves {self.motions.described[name].words()}"
                    self._note_edit(name, words, same=True)
        except engine.PhasescopeError as error:
            self.motions.end(changed)
            self.unmovable |= dict.fromkeys(changed, str(error))
        self.motions.over(t)
        next_t = self.motions.next_t(t, shortest)
        if math.isinf(next_t):
            return bound
        if sim.method.adaptive:
            return bound | {"t": min(bound.get("t", math.inf), next_t)}
        steps = max(math.ceil((next_t - t) / sim.dt - 1e-9), 1)
        return bound | {"n_steps": min(bound.get("n_steps", steps), steps)}

    def _fitted(self, value: float) -> float:
        """Return the nearest value that a parameter of the model can have."""
        whole = self._present().sim.model.dtype == "int64"
        return float(round(value)) if whole and math.isfinite(value) else value
