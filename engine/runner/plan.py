"""What one runner is made of: the plan of a unit, in which no number of a run is."""

from dataclasses import dataclass
from functools import cached_property

from engine.errors import SimError
from engine.model import Model
from engine.observers import ObserverModule
from engine.runner.lags import lags_of
from engine.runner.layout import Shape
from engine.runner.measuring import Measuring
from engine.steppers import Stepper

__all__ = ["StopCondition", "UnitPlan"]


@dataclass(frozen=True, kw_only=True)
class StopCondition:
    """Say when a run ends early.

    Attributes
    ----------
    cond : str
        Condition of states, parameters, aux and t.
    phase : {"start", "end", "both"}
        Tested before each step, after it, or both.
    """

    cond: str
    phase: str = "end"

    def __post_init__(self) -> None:
        """Validate the phase.

        Raises
        ------
        SimError
            The phase is not one of the three.
        """
        if not isinstance(self.cond, str):
            raise SimError(f"stop condition {self.cond!r} is not a text")
        if self.phase not in ("start", "end", "both"):
            raise SimError(f"stop phase {self.phase!r} is not 'start', 'end' or 'both'")


@dataclass(frozen=True, kw_only=True)
class UnitPlan:
    """Name everything a unit is made of; no number of a run is among it.

    Attributes
    ----------
    model : Model
        The equations.
    stepper : Stepper
        The method.
    observers : tuple of ObserverModule
        Resolved observers, in order.
    record : tuple of str
        Recorded variables: state names and ``aux.<name>``.
    sampled : bool
        Rows from dense output at times of their own instead of accepted steps.
    bounded : bool
        The buffers are known to suffice: the fast path.
    stop : StopCondition or None
        Early end.
    entry : str
        The function the unit is called by: ``"run"`` for one orbit, ``"run_orbits"`` for many
        in turn, ``"run_lanes"`` for many side by side.
    """

    model: Model
    stepper: Stepper
    observers: tuple[ObserverModule, ...] = ()
    record: tuple[str, ...] = ()
    sampled: bool = False
    bounded: bool = False
    stop: StopCondition | None = None
    entry: str = "run"

    @property
    def stochastic(self) -> bool:
        """Tell whether steps take the increments of the model's noise."""
        return bool(self.model.noise)

    @property
    def lags(self) -> tuple[str, ...]:
        """Return the delayed states that the unit loads before each step."""
        return lags_of(self.model, self.stop.cond if self.stop else None)

    @property
    def shape(self) -> Shape:
        """Return the sizes the unit is written out for."""
        return Shape(
            n=len(self.model.state_names),
            tangents=sum(observer.tangents for observer in self.observers),
            n_params=len(self.model.param_names),
            lags=len(self.lags),
            memory_rows=self.stepper.memory_rows,
            events=bool(self.model.events.events),
            always_arrays=self.stepper.arrays,
            whole=self.model.dtype == "int64",
        )

    @cached_property
    def measuring(self) -> Measuring:
        """Return what writes the observers' part."""
        return Measuring(model=self.model, observers=self.observers, shape=self.shape)
