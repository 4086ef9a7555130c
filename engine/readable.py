"""What a run is at this moment, by name."""

from abc import ABC

import numpy as np

from engine.failure import Failure, find_failure
from engine.results import ByKey, Floats, ObserverResult, live_params, observed
from engine.run_state import RunState
from engine.runner import abi
from engine.runner.abi import Status
from engine.runner.dtypes import record_dtype
from engine.sim import Sim


class Readable(ABC):
    """The part of `Run` that says what its arrays hold."""

    status: Status
    _sim: Sim
    _arrays: RunState

    @property
    def y(self) -> Floats:
        """Return the current state (n,)."""
        model = self._sim.model
        return np.array(self._arrays.state[abi.CURRENT], record_dtype(model, model.state_names))

    @property
    def state(self) -> dict[str, float]:
        """Return the current state by name."""
        return dict(zip(self._sim.model.state_names, self.y.tolist(), strict=True))

    @property
    def params(self) -> dict[str, float]:
        """Return the parameter values in force, those that events changed among them."""
        return dict(live_params(self._sim, self._arrays))

    @property
    def failure(self) -> Failure | None:
        """Return why the orbit cannot go on, or None."""
        return find_failure(self.status, self._sim, self._arrays)

    @property
    def observers(self) -> dict[str, ObserverResult]:
        """Return the observers' results so far."""
        values = observed(self._sim, self._arrays)
        return ByKey({key: ObserverResult(outputs=values[key]) for key in values})
