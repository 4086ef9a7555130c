"""How a parameter moves by itself while the run goes on."""

import math
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

HOLDS = 200
"""In how many equal stretches of a period a moving parameter is held; each is a step or longer."""

RAMP, SINE = "ramp", "sine"
THERE_AND_BACK, ONCE, WRAP = "there and back", "once", "wrap around"
COURSES = (THERE_AND_BACK, ONCE, WRAP)
MODEL_TIME, WATCHING = "model time", "seconds"
UNITS = (MODEL_TIME, WATCHING)


class MotionError(ValueError):
    """A motion is not described as it has to be."""


@dataclass(frozen=True, kw_only=True)
class Motion:
    """Describe the motion of one parameter.

    Attributes
    ----------
    kind : str
        ``"ramp"`` or ``"sine"``.
    first, second : float
        Of a ramp where it begins and where it ends, of a sine its centre and its amplitude.
    course : str
        Of a ramp ``"there and back"``, ``"once"`` or ``"wrap around"``.
    period : float
        How long it takes: there and back together, once, or one wave.
    unit : str
        Of what: ``"model time"`` (iterations of a map) or ``"seconds"`` of watching.
    log : bool
        A ramp between two positive numbers grows by equal factors, not by equal amounts.

    Raises
    ------
    MotionError
        A number is not finite, the period is not positive, or a word is none of those.
    """

    kind: str = RAMP
    first: float
    second: float
    course: str = THERE_AND_BACK
    period: float
    unit: str = MODEL_TIME
    log: bool = False

    def __post_init__(self) -> None:
        """Check every field."""
        for name, offered in (("kind", (RAMP, SINE)), ("course", COURSES), ("unit", UNITS)):
            if getattr(self, name) not in offered:
                given = getattr(self, name)
                raise MotionError(f"{name} = {given!r}: give one of {', '.join(offered)}")
        for name, words in self.names().items():
            value = getattr(self, name)
            if isinstance(value, bool) or not isinstance(value, int | float):
                raise MotionError(f"{words} = {value!r} is not a number")
            if not math.isfinite(value):
                raise MotionError(f"{words} = {value:g} is not finite")
            object.__setattr__(self, name, float(value))
        if self.period <= 0.0:
            raise MotionError(f"period = {self.period:g} is not positive")
        if self.kind == RAMP and not math.isfinite(self.second - self.first):
            raise MotionError(f"from {self.first:g} to {self.second:g} is too far")
        if self.log and self.kind == RAMP and not min(self.first, self.second) > 0.0:
            raise MotionError("a ramp on a log scale needs both ends above 0")

    def names(self) -> dict[str, str]:
        """Return what the numbers are called, by attribute."""
        ends = ("from", "to") if self.kind == RAMP else ("centre", "amplitude")
        return {"first": ends[0], "second": ends[1], "period": "period"}

    def value(self, phase: float) -> float:
        """Return the value after `phase` periods; a ramp that is taken once stays at its end."""
        if self.kind == SINE:
            return self.first + self.second * math.sin(2.0 * math.pi * math.fmod(phase, 1.0))
        share = phase - math.floor(phase)
        if self.course == ONCE:
            share = min(max(phase, 0.0), 1.0)
        elif self.course == THERE_AND_BACK:
            share = 1.0 - abs(2.0 * share - 1.0)
        if share in (0.0, 1.0):
            return self.second if share else self.first
        if self.log:
            return float(self.first * (self.second / self.first) ** share)
        return self.first + (self.second - self.first) * share

    def ends(self, phase: float) -> bool:
        """Tell whether the motion is over after `phase` periods."""
        return self.kind == RAMP and self.course == ONCE and phase >= 1.0

    def words(self) -> str:
        """Say how it moves."""
        unit = "s" if self.unit == WATCHING else "of model time"
        if self.kind == SINE:
            return f"a sine about {self.first:g} by {self.second:g}, period {self.period:g} {unit}"
        course = {THERE_AND_BACK: "and back", ONCE: "once", WRAP: "again and again"}[self.course]
        return f"from {self.first:g} to {self.second:g} {course} in {self.period:g} {unit}"

    def describe(self) -> dict[str, Any]:
        """Return the motion as plain values."""
        return dict(vars(self))

    @classmethod
    def restore(cls, described: Mapping[str, Any]) -> "Motion":
        """Return the motion that `describe` has described.

        Raises
        ------
        MotionError
            Something is missing, unknown or not valid.
        """
        if not isinstance(described, Mapping):
            raise MotionError(f"a motion is a mapping, not {described!r}")
        known = cls.__dataclass_fields__
        for name in described:
            if name not in known:
                raise MotionError(f"a motion has no {name!r}; it has {', '.join(known)}")
        for name in ("first", "second", "period"):
            if name not in described:
                raise MotionError(f"a motion needs {name!r}")
        if not isinstance(described.get("log", False), bool):
            raise MotionError(f"log = {described['log']!r} is neither true nor false")
        return cls(**described)
