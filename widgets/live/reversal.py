"""Running a model backward, with its own time running down."""

from functools import lru_cache
from typing import Any

import engine
from engine.model.inversion import inverted_spec
from widgets.live.columns import Array
from widgets.live.compiling import begin
from widgets.live.measuring import measured

UNMEASURED = "nothing is measured while time runs backward"

HISTORY_ROWS = 1 << 17


class Reversal:
    """Translate between a run and the model whose orbit it follows, forward or backward.

    Backward a run is one of the model's inverse, whose time is the model's with the sign
    changed: it begins at the present state with a journal of its own.

    Attributes
    ----------
    backward : bool
        Whether the model's time runs down.
    steps : int
        Steps that were taken before the run began, in the other direction.
    """

    def __init__(self) -> None:
        self.backward = False
        self.steps = 0
        self._model: engine.Model | None = None
        self._known: tuple[engine.Sim, engine.Sim] | None = None

    def begin(self, model: engine.Model) -> None:
        """Follow a model forward, from the beginning."""
        self._model = model
        self.backward = False
        self.steps = 0

    def time(self, t: float) -> float:
        """Return the model's time at a time of the run, or the other way round."""
        return 0.0 - t if self.backward else t

    def times(self, t: Array) -> Array:
        """Return the model's times at times of the run, or the other way round."""
        return 0.0 - t if self.backward else t

    def forward(self, sim: engine.Sim) -> engine.Sim:
        """Return the settings of a run as those of the model, in the model's own time."""
        if not self.backward or self._model is None:
            return sim
        if self._known is None or self._known[0] is not sim:
            self._known = (sim, _with_model(sim, self._model))
        return self._known[1]

    def start(
        self, sim: engine.Sim, *, backward: bool, wanted: tuple[engine.ObserverModule, ...]
    ) -> engine.Run:
        """Begin a run with a model's settings, in a direction; measured forward only.

        Raises
        ------
        engine.PhasescopeError
            The model cannot be undone.
        """
        if backward:
            sim = _with_model(sim, _inverse(sim.model))
        else:
            sim, _ = measured(sim, wanted)
        return begin(sim, HISTORY_ROWS)


def irreversible(model: engine.Model) -> str:
    """Return why a model cannot run backward, in words; empty where it can."""
    try:
        inverted_spec(model.spec)
    except engine.ModelError as error:
        return str(error)
    return ""


@lru_cache(maxsize=8)
def _inverse(model: engine.Model) -> engine.Model:
    return model.inverted()


def _with_model(sim: engine.Sim, model: engine.Model) -> engine.Sim:
    """Return the same settings for a model's inverse: time has its sign changed."""
    stop: dict[str, Any] = {} if sim.stop is not None else {"stop": False}
    return engine.Sim(
        model,
        stepper=sim.stepper,
        dt=None if model.kind == "map" else sim.dt,  # type: ignore[arg-type]
        params=sim.params,
        y0=sim.y0,
        t0=0.0 - sim.t0,
        record=sim.record,
        record_interval=sim.record_interval,
        sample_dt=sim.sample_dt,
        rtol=sim.rtol,
        atol=sim.atol,
        seed=sim.seed,
        jit=sim.jit,
        fastmath=sim.fastmath,
        max_steps=sim.max_steps,
        **stop,
    )
