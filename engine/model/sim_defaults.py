"""What a simulation of a model uses where the call says nothing."""

from dataclasses import dataclass
from typing import Literal

from engine.errors import ModelError
from engine.model.formula import Formula, check_finite

__all__ = ["DEFAULT_SPAN", "SimDefaults", "Stop"]

# Model time that a simulation covers where the model file gives no end.
DEFAULT_SPAN = 100.0


@dataclass(frozen=True, kw_only=True)
class Stop:
    """A condition that ends a run, and when in a step it is tested."""

    condition: Formula
    phase: Literal["start", "end", "both"] = "end"


@dataclass(frozen=True, kw_only=True)
class SimDefaults:
    """What a simulation of the model uses where the call says nothing.

    Attributes
    ----------
    t0, t_end, dt : float
        Time; for a map, iterations, with dt = 1.
    stepper : str
        Name of a stepper.
    record : bool or tuple of str
        True for all states and aux, False for nothing, or their names.
    """

    t0: float = 0.0
    t_end: float = DEFAULT_SPAN
    dt: float = 0.01
    stepper: str = "rk4"
    stop: Stop | None = None
    record: bool | tuple[str, ...] = True
    rtol: float = 1e-6
    atol: float = 1e-9
    max_steps: int = 1_000_000

    def __post_init__(self) -> None:
        for role in ("t0", "t_end", "dt", "rtol", "atol"):
            check_finite(getattr(self, role), role)
        for role in ("dt", "max_steps"):
            if not getattr(self, role) > 0:
                raise ModelError(f"{role} must be positive, not {getattr(self, role):g}")
        if self.rtol < 0.0 or self.atol < 0.0 or self.rtol + self.atol == 0.0:
            raise ModelError("rtol and atol must not be negative, nor both 0")
        if self.t_end < self.t0:
            raise ModelError(f"t_end ({self.t_end:g}) lies before t0 ({self.t0:g})")
