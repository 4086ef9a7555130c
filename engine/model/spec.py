"""What a model file says, as values: `ModelSpec` and its parts.

Every part checks itself when it is made and raises `ModelError`; whether the expressions make
sense together is checked by `engine.model.Model`.
"""

import math
import sys
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any, Literal, TypeVar

from engine.errors import ModelError, suggest
from engine.model.formula import Formula, check_finite, check_name
from engine.model.mod import Mod
from engine.model.sim_defaults import DEFAULT_SPAN, SimDefaults, Stop
from engine.model.views import VIEWS

__all__ = [
    "DEFAULT_SPAN",
    "Aux",
    "Constant",
    "Equation",
    "Event",
    "Formula",
    "Function",
    "Meta",
    "ModelSpec",
    "Noise",
    "Param",
    "Preset",
    "SimDefaults",
    "State",
    "Stop",
    "SuggestedObserver",
    "make_part",
]

_Part = TypeVar("_Part")

DTYPES = ("float64", "float32", "int64")


@dataclass(frozen=True, kw_only=True)
class State:
    """A state variable and its initial value."""

    name: str
    value: float
    unit: str = ""
    label: str = ""

    def __post_init__(self) -> None:
        check_name(self.name)
        check_finite(self.value, "the initial value")


@dataclass(frozen=True, kw_only=True)
class Param:
    """A parameter: its value, and what a slider needs.

    Attributes
    ----------
    min, max : float or None
        The declared range; None where the model gives none, see `bounds`.
    step : float or None
        The slider's step; None leaves it to the user interface.
    scale : {"linear", "log"}
        How the slider is divided.
    """

    name: str
    value: float
    min: float | None = None
    max: float | None = None
    step: float | None = None
    scale: Literal["linear", "log"] = "linear"
    unit: str = ""
    label: str = ""

    def __post_init__(self) -> None:
        check_name(self.name)
        for role, number in (("value", self.value), ("min", self.min), ("max", self.max)):
            if number is not None:
                check_finite(number, role)
        if self.scale not in ("linear", "log"):
            raise ModelError(f"scale is 'linear' or 'log', not {self.scale!r}")
        if self.min is not None and self.max is not None and not self.min < self.max:
            raise ModelError(f"min ({self.min:g}) must be less than max ({self.max:g})")
        lo = -math.inf if self.min is None else self.min
        hi = math.inf if self.max is None else self.max
        if not lo <= self.value <= hi:
            raise ModelError(f"the value {self.value:g} lies outside [{lo:g}, {hi:g}]")
        if self.step is not None and not 0.0 < self.step < math.inf:
            raise ModelError(f"step must be positive, not {self.step:g}")
        if self.scale == "log" and not self.bounds()[0] > 0.0:
            raise ModelError("a log scale needs a positive value and min")

    def bounds(self) -> tuple[float, float]:
        """Return the range of a slider: declared, else derived from the value.

        Returns
        -------
        tuple of float
            ``lo < hi``, finite, with the value in between. Undeclared ends reach from 0 to twice
            the value (a tenth to ten times the value on a log scale, -1 to 1 about 0).
        """
        if self.scale == "log":
            lo, hi = self.value / 10.0, self.value * 10.0
        elif self.value == 0.0:
            lo, hi = -1.0, 1.0
        else:
            lo, hi = min(0.0, 2.0 * self.value), max(0.0, 2.0 * self.value)
        lo = max(lo, -sys.float_info.max) if self.min is None else self.min
        hi = min(hi, sys.float_info.max) if self.max is None else self.max
        return lo, hi


@dataclass(frozen=True, kw_only=True)
class Constant:
    """A named number that no run can change."""

    name: str
    value: float

    def __post_init__(self) -> None:
        check_name(self.name)
        check_finite(self.value, "the value")


@dataclass(frozen=True, kw_only=True)
class Function:
    """A pure function of its arguments and the constants."""

    name: str
    args: tuple[str, ...]
    formula: Formula

    def __post_init__(self) -> None:
        check_name(self.name)
        for argument in self.args:
            check_name(argument)
        if len(set(self.args)) < len(self.args):
            raise ModelError("an argument occurs twice")


@dataclass(frozen=True, kw_only=True)
class Aux:
    """A named expression of states, parameters, time and other such expressions."""

    name: str
    formula: Formula

    def __post_init__(self) -> None:
        check_name(self.name)


@dataclass(frozen=True, kw_only=True)
class Equation:
    """The time derivative of a state, or its next iterate."""

    state: str
    formula: Formula


@dataclass(frozen=True, kw_only=True)
class Noise:
    """The amplitude with which a Wiener process of its own drives a state."""

    state: str
    formula: Formula


@dataclass(frozen=True, kw_only=True)
class Event:
    """Something that happens when a condition becomes true, as the model file says it."""

    name: str
    condition: Formula
    phase: Literal["start", "end", "both"] = "end"
    trigger: Literal["edge", "level"] = "edge"
    locate: bool = True
    action: tuple[Formula, ...] = ()
    log: tuple[str, ...] = ()
    tags: tuple[str, ...] = ()


@dataclass(frozen=True, kw_only=True)
class Preset:
    """Named values of some parameters and states."""

    name: str
    params: Mapping[str, float] = field(default_factory=dict)
    states: Mapping[str, float] = field(default_factory=dict)


@dataclass(frozen=True, kw_only=True)
class SuggestedObserver:
    """A measurement that a model file recommends.

    Attributes
    ----------
    name : str
        An observer's name; `engine.observers.suggested` looks it up.
    arguments : mapping of str to number, text or bool
        What the observer is asked for with, by name.
    """

    name: str
    arguments: Mapping[str, str | float | bool] = field(default_factory=dict)


@dataclass(frozen=True, kw_only=True)
class Meta:
    """What people read about a model.

    Attributes
    ----------
    axes : tuple of str
        Suggested axes of a phase portrait: names of states or aux.
    views : tuple of str
        Suggested pictures, the most telling first: names of `engine.model.views.VIEWS`.
    observers : tuple of SuggestedObserver
        Suggested measurements.
    """

    title: str = ""
    description: str = ""
    reference: str = ""
    tags: tuple[str, ...] = ()
    axes: tuple[str, ...] = ()
    views: tuple[str, ...] = ()
    observers: tuple[SuggestedObserver, ...] = ()

    def __post_init__(self) -> None:
        for view in self.views:
            if view not in VIEWS:
                raise ModelError(f"views: unknown view {view!r}{suggest(view, VIEWS)}")


@dataclass(frozen=True, kw_only=True)
class ModelSpec:
    """A dynamical system as its model file describes it.

    Attributes
    ----------
    origin : str
        Name of the file, for error messages.
    equations : tuple of Equation
        One for each state, in the order of the states.
    jacobian : tuple of tuple of Formula
        The Jacobian matrix if the model gives one, else empty.
    inverse : tuple of Equation
        The backward map, in the order of the states, if the model gives one.
    noise : tuple of Noise
        For a flow, of the states that noise drives, in the order of the states.
    calculus : {"ito", "stratonovich"}
        What the stochastic integral of `noise` means.
    mods : tuple of Mod
        The variants that can be applied.
    applied : tuple of str
        The variants that have been applied, in order.
    """

    name: str
    kind: Literal["ode", "map"]
    dtype: Literal["float64", "float32", "int64"] = "float64"
    states: tuple[State, ...]
    params: tuple[Param, ...] = ()
    constants: tuple[Constant, ...] = ()
    functions: tuple[Function, ...] = ()
    aux: tuple[Aux, ...] = ()
    equations: tuple[Equation, ...]
    jacobian: tuple[tuple[Formula, ...], ...] = ()
    inverse: tuple[Equation, ...] = ()
    noise: tuple[Noise, ...] = ()
    calculus: Literal["ito", "stratonovich"] = "ito"
    events: tuple[Event, ...] = ()
    sim: SimDefaults = field(default_factory=SimDefaults)
    presets: tuple[Preset, ...] = ()
    meta: Meta = field(default_factory=Meta)
    mods: tuple[Mod, ...] = ()
    applied: tuple[str, ...] = ()
    origin: str = field(default="", compare=False)

    def __post_init__(self) -> None:
        if self.kind not in ("ode", "map"):
            raise ModelError(f"the type of a model is 'ode' or 'map', not {self.kind!r}")
        if self.dtype not in DTYPES or (self.dtype == "int64" and self.kind == "ode"):
            raise ModelError(
                f"dtype is float64 or float32, for maps also int64, not {self.dtype!r}"
            )
        if not self.states:
            raise ModelError("a model needs at least one state")
        taken: dict[str, str] = {}
        for table, name in self.named():
            if name in taken:
                raise ModelError(f"[{table}] {name}: already defined in [{taken[name]}]")
            taken[name] = table
        equations = [equation.state for equation in self.equations]
        if equations != [state.name for state in self.states]:
            raise ModelError("a model needs one equation for each state, in their order")
        size = len(self.states)
        if self.jacobian and any(len(row) != size for row in (self.jacobian, *self.jacobian)):
            raise ModelError(f"the Jacobian matrix needs {size} rows of {size} entries")
        noisy = [part.state for part in self.noise]
        ordered = [state.name for state in self.states if state.name in noisy]
        if noisy != ordered or (noisy and self.kind == "map"):
            raise ModelError("[noise] is for flows: one amplitude a state, in their order")
        if self.calculus not in ("ito", "stratonovich"):
            raise ModelError(f"calculus is 'ito' or 'stratonovich', not {self.calculus!r}")
        for preset in self.presets:
            _check_preset(preset, self)

    def place(self, table: str, key: str = "") -> str:
        """Return the file, a table and a key, as error messages put them."""
        return " ".join(part for part in (self.origin, f"[{table}]", key) if part)

    def named(self) -> Iterator[tuple[str, str]]:
        """Yield the table and the name of everything the model names."""
        for table in ("states", "params", "constants", "functions", "aux"):
            for entry in getattr(self, table):
                yield table, entry.name


def make_part(where: str, part: Callable[..., _Part], **values: Any) -> _Part:
    """Make a part of a specification; what it finds wrong with itself is said to be `where`."""
    try:
        return part(**values)
    except ModelError as error:
        raise ModelError(f"{where}: {error}") from None


def _check_preset(preset: Preset, spec: ModelSpec) -> None:
    for table, given, entries in (
        ("params", preset.params, spec.params),
        ("states", preset.states, spec.states),
    ):
        known = [entry.name for entry in entries]
        for name, value in given.items():
            if name not in known:
                raise ModelError(
                    f"[presets.{preset.name}.{table}] unknown name {name!r}{suggest(name, known)}"
                )
            if isinstance(value, bool) or not isinstance(value, int | float):
                raise ModelError(
                    f"[presets.{preset.name}.{table}] {name}: a number is expected, not {value!r}"
                )
            check_finite(value, f"[presets.{preset.name}.{table}] {name}:")
