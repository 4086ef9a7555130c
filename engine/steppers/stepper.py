"""What a stepper is: a pure step and the facts about it."""

import ast
import inspect
import re
import textwrap
from collections.abc import Callable
from dataclasses import dataclass
from functools import cache, cached_property
from typing import TYPE_CHECKING, Any

from engine.errors import StepperError
from engine.steppers import hermite, linear

if TYPE_CHECKING:
    from engine.model import Model


_TRAITS = ("adaptive", "stiff", "symplectic", "stochastic", "dense")


@dataclass(frozen=True, kw_only=True)
class Stepper:
    """Hold one integration method as a value: its step, its order, its source.

    To add one, write a file in `engine/steppers/` with a pure function `step` and a module
    constant ``STEPPER = Stepper(...)``; the registry finds it, and the contract tests run it.

    The functions are written on whole state vectors and become part of every runner that uses
    them, compiled or not.  They may call ``rhs(t, y, p)``, the vector operations of
    `engine.runner.layout` (``axpy``, ``combine2`` ... , ``weighted2`` ..., ``blend``) and the
    arithmetic of `engine.model.arithmetic`; ``y`` and every stage are vectors ``(n,)``.  A vector
    holds until the same call runs again; a loop keeps one for longer with ``keep(y)``.  A memory
    that also counts has a vector ``counting(number)``, with the number in component 0.

    Attributes
    ----------
    name : str
        Name by which the stepper is asked for.
    kind : str
        ``"ode"`` or ``"map"``.
    order : int
        Order of convergence of the step.
    step : callable
        ``step(t, dt, y, p, memory) -> (y_new, memory)``, for an adaptive stepper
        ``-> (y_new, error, memory)``.
    reference : str
        Where the formula is published.
    summary : str
        First line of the stepper's own file.
    adaptive : bool
        True when the step gives an error estimate and the runner chooses the step size.
    error_order : int
        Order of the error estimate, the exponent of the step-size control.
    beta : float
        Weight of the last step's error in the step-size control; 0 for an integral controller.
    error_norm : callable or None
        ``error_norm(error, y, y_new, rtol, atol) -> float``, at most 1 for a step that is
        accepted; by default the root mean square of the components in units of their tolerances,
        which ``scaled_norm`` gives of one vector.  With it `step` returns a tuple of vectors as
        the error.
    stability : float
        Length of the interval of stability on the negative real axis of an adaptive stepper that
        is to stop, with a word about it, where a problem is stiff; 0 where it is unbounded.
    memory_rows : int
        Number of vectors carried from step to step.
    start : callable or None
        ``start(t, y, p) -> memory``, the memory of a step without history; needed when
        `memory_rows` is positive.
    interpolate : callable or None
        ``interpolate(theta, dt, y_old, y, dense) -> y(t_old + theta dt)``: dense output of a
        flow; cubic Hermite interpolation where a stepper gives none.
    dense_rows : callable or None
        ``dense_rows(t, dt, y_old, y, p, memory) -> dense``: what `interpolate` needs of the step
        from `t` to `t + dt`, prepared once a step; its memory by default.
    aliases : tuple of str
        Other names of the same method.
    stiff : bool
        True for a method whose step is not limited by the stability of fast, decaying motions.
    symplectic : bool
        True for a method that keeps the symplectic form of a Hamiltonian flow.
    stochastic : bool
        True for a method that takes the increments of the model's noise.
    noisy_step : callable or None
        ``noisy_step(t, dt, y, p, memory, dw) -> (y_new, memory)``: the step of a stochastic method
        where the model has noise; `dw` is a vector of the increments of the Wiener processes, 0
        where a state has none.  It may call what `engine.runner.noise` writes, with ``"noise"``
        among its `needs`.
    needs : frozenset of str
        What the step calls that is derived from the model, by the names of
        `engine.runner.derived.DERIVED`.
    functions : tuple of callable
        Functions that `step` and `start` call and that enter the unit with them.
    arrays : bool
        True for a method written for the array layout, whatever the number of states.
    table_rows : int
        Vectors' worth of numbers, at the beginning of the block of memory, that a method of the
        array layout keeps in a form of its own from step to step; nothing else touches them.
    propose : callable or None
        ``propose(t, h, y, p, memory, rtol, atol) -> h``: the first size to try of an adaptive step
        from `y`, where the method knows better than the controller; `h` is the last proposal.
    tolerances : bool
        True for an adaptive method whose step works to the tolerances of the run:
        ``step(t, dt, y, p, memory, rtol, atol)``.
    misfit : callable or None
        ``misfit(model) -> str``: why a model cannot be stepped by this method, with the way out;
        empty where it can.
    """

    name: str
    kind: str
    order: int
    step: Callable[..., Any]
    reference: str
    summary: str = ""
    adaptive: bool = False
    error_order: int = 0
    beta: float = 0.04
    error_norm: Callable[..., Any] | None = None
    stability: float = 0.0
    memory_rows: int = 0
    start: Callable[..., Any] | None = None
    interpolate: Callable[..., Any] | None = None
    dense_rows: Callable[..., Any] | None = None
    aliases: tuple[str, ...] = ()
    stiff: bool = False
    symplectic: bool = False
    stochastic: bool = False
    noisy_step: Callable[..., Any] | None = None
    needs: frozenset[str] = frozenset()
    functions: tuple[Callable[..., Any], ...] = ()
    arrays: bool = False
    table_rows: int = 0
    propose: Callable[..., Any] | None = None
    tolerances: bool = False
    misfit: Callable[["Model"], str] | None = None

    def __post_init__(self) -> None:
        """Validate the declaration.

        Raises
        ------
        StepperError
            The declaration contradicts itself.
        """
        if self.kind not in ("ode", "map"):
            raise StepperError(f"stepper {self.name!r}: kind {self.kind!r} is not 'ode' or 'map'")
        if self.memory_rows > 0 and self.start is None:
            raise StepperError(f"stepper {self.name!r} keeps a memory and has no start function")
        if self.adaptive and self.error_order < 1:
            raise StepperError(f"adaptive stepper {self.name!r} does not give its error_order")
        if self.tolerances and not self.adaptive:
            raise StepperError(f"stepper {self.name!r} takes tolerances and is not adaptive")
        if (self.stability or self.error_norm is not None) and not self.adaptive:
            raise StepperError(f"stepper {self.name!r} controls no steps: it is not adaptive")
        if self.table_rows and not self.arrays:
            raise StepperError(f"stepper {self.name!r} keeps a table and is not for arrays")
        if self.propose is not None and not self.adaptive:
            raise StepperError(f"stepper {self.name!r} proposes steps and is not adaptive")
        if self.dense_rows is not None and self.interpolate is None:
            raise StepperError(f"stepper {self.name!r} prepares dense_rows and has no interpolate")
        if self.kind == "map" and self.interpolate is not None:
            raise StepperError(f"stepper {self.name!r} is for maps, which have no dense output")
        if self.stochastic != (self.noisy_step is not None):
            raise StepperError(f"stepper {self.name!r}: stochastic means that it has a noisy_step")
        if self.stochastic and (self.adaptive or self.kind == "map"):
            raise StepperError(f"stepper {self.name!r}: noise needs fixed steps of a flow")

    def __repr__(self) -> str:
        """Say what the method is in a line."""
        kind = "flows" if self.kind == "ode" else "maps"
        told = [f"order {self.order}"] if self.order else []
        told += [n for n in _TRAITS if getattr(self, n)]
        return f"<Stepper {self.name!r}: {', '.join([kind, *told])}>"

    @property
    def stored_rows(self) -> int:
        """Return the vectors' worth of memory that a run keeps, at least one."""
        return max(self.memory_rows + self.table_rows, 1)

    @property
    def dense(self) -> bool:
        """Tell whether the state inside a step is known: for every flow."""
        return self.kind == "ode"

    @cached_property
    def source(self) -> str:
        """Give the source of all functions but those of dense output."""
        own = (self.step, self.noisy_step, self.start, self.error_norm, self.propose)
        return _sources(*self.functions, *own)

    def source_for(self, *, noisy: bool) -> str:
        """Give the functions' source as it enters a unit whose model has noise, or has none."""
        step = self.noisy_step if noisy else self.step
        return _sources(*self.functions, step, self.start, self.error_norm, self.propose)

    @cached_property
    def dense_source(self) -> str:
        """Give the source of dense output: two functions, none for a map."""
        return self.dense_source_for(noisy=False)

    def dense_source_for(self, *, noisy: bool) -> str:
        """Give the source of dense output as it enters a unit; with noise it is linear."""
        if not self.dense:
            return ""
        functions: tuple[Callable[..., Any], ...]
        if noisy:
            functions = (linear.dense_rows, linear.interpolate)
        elif self.interpolate is None:
            functions = (hermite.dense_rows, hermite.interpolate)
        else:
            functions = (self.dense_rows or _memory_rows, self.interpolate)
        names = ("dense_rows", "interpolate")
        return "\n\n".join(
            re.sub(r"^def \w+\(", f"def {name}(", function_source(function))
            for name, function in zip(names, functions, strict=True)
        )


def _memory_rows(t, dt, y_old, y, p, memory):  # type: ignore[no-untyped-def]
    return memory


def _sources(*functions: Callable[..., Any] | None) -> str:
    return "\n\n".join(function_source(f) for f in functions if f is not None)


@cache
def function_source(function: Callable[..., Any]) -> str:
    """Return the source text of a function without its docstring.

    Raises
    ------
    StepperError
        The source is not available, as for a function typed into a bare interpreter.
    """
    try:
        text = textwrap.dedent(inspect.getsource(function))
    except OSError as error:
        name = getattr(function, "__name__", repr(function))
        raise StepperError(
            f"the source of {name!r} cannot be read; define it in a file or a notebook cell"
        ) from error
    definition = ast.parse(text).body[0]
    if not isinstance(definition, ast.FunctionDef):
        raise StepperError(f"{text.strip().splitlines()[0]!r} is not a plain function definition")
    if ast.get_docstring(definition) is not None and len(definition.body) > 1:
        definition.body = definition.body[1:]
    return ast.unparse(definition)
