"""What an observer is: hooks around each accepted step, a memory, results, a trace."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from functools import cached_property
from typing import Any, Protocol

import numpy as np
from numpy.typing import ArrayLike

from engine.errors import ObserverError
from engine.observers.hooks import OWN_OPERATIONS, HookNames, hook_text
from engine.observers.slots import Slots, Value

BREAK = "break"


@dataclass(frozen=True, kw_only=True)
class Trace:
    """Declare the samples an observer leaves while it runs.

    Attributes
    ----------
    columns : tuple of str
        Names of the sampled values; each sample also carries its time.
    interval : int
        Least number of steps from one sample to the next.
    lag : int
        Steps by which the time of a sample may lie before the step that left it.
    """

    columns: tuple[str, ...]
    interval: int = 1
    lag: int = 0

    def record_interval(self) -> int:
        """Return the number of steps from one sample to the next."""
        return self.interval


@dataclass(frozen=True)
class Rate:
    """Ask for the rate of change of an expression along the flow, derived from the equations.

    Attributes
    ----------
    expr : str
        The expression.
    essential : bool
        Whether the measurement is lost where there is no such rate, as in noise.
    """

    expr: str
    essential: bool = True


class Fit(Protocol):
    """Make the observer that suits a model: ``fit(kind, states)``."""

    def __call__(self, kind: str, states: tuple[str, ...]) -> "ObserverModule":
        """Return the observer for a kind of model and its state names."""


@dataclass(frozen=True, kw_only=True)
class ObserverModule:
    """Declare one observer: what it needs, remembers, measures and does at each step.

    To add one, write a file in `engine/observers/` with the hooks and a function that returns
    an `ObserverModule`, and name it in `engine.observers`; the contract tests run it.

    A hook is a plain function whose source becomes part of the runner::

        def post(t, dt, y_old, y, p, memory, ws, out, trace, row):
            ...
            return y, memory, row

    `y_old` and `y` are the states before and after the accepted step of length `dt` that ended at
    `t`, `ws` and `out` the observer's own memory and results, both float64.  UPPERCASE names stand
    for the slots declared in `workspace` and `outputs`: ``ws[COUNT] += 1.0``, and for an array
    ``out[COUNTS + i]``, flat.  A hook may change nothing of the orbit, only its own tangent
    vectors, and it takes jumps into account by comparing `y` with `y_old`, not with what it
    remembers.  It may call

    - ``value(t, y, p)`` for each of its `expressions`, and ``locate_value(t, dt, y_old, y, p,
      dense, level)``: the part of the step, in (0, 1], at which the expression crosses a level
      that lies between its values at both ends, on ``dense = dense_rows(t - dt, dt, y_old, y, p,
      memory)``, to 1e-11 (1 in a map);
    - ``interpolate(theta, dt, y_old, y, dense)``, the state there (`y` in a map);
    - ``row = record_trace(trace, row, t, value, ...)``, ``record_values(trace, row, t, ws,
      ARRAY)`` or ``record_state(trace, row, t, y)``, which leave a sample;
    - with tangent vectors, ``tangent_norm(y)``, ``scale_tangent(y, factor)``,
      ``scale_memory(memory, factor)`` for the first of them, and for all ``orthonormalize(y,
      memory, ws, NORMS)`` and ``reseed_tangents(t, y, p, memory)``, both ``-> y, memory``;
    - the arithmetic of `engine.model.arithmetic`.

    Writing to ``ws[BREAK]``, a slot named ``"break"``, ends the call with ``USER_BREAK`` after this
    step; the run can go on from there.

    Attributes
    ----------
    key : str
        Name under which the results are found.
    title : str
        The measurement in words, for people.
    workspace : mapping of str to float or array
        Slots of memory and their first values.
    outputs : mapping of str to float or array
        Slots of results and their values before the first step.
    trace : Trace or None
        The samples it leaves.
    post, pre : callable or None
        Hooks after and before each accepted step; `pre` lacks the argument `y_old`, and its `t`
        is the step's start.
    expressions : mapping of str to str, tuple of str or Rate
        Expressions of the model's states, parameters and aux.  A tuple gives a function that
        returns a tuple.
    tangents : int
        Tangent vectors it needs carried along the orbit.
    kinds : tuple of str
        Kinds of model it is for.
    trace_rows_a_step : int
        Most samples one step can leave.
    since : {"start", "change"}
        Whether it measures since the run's start, or anew since the last edit of the parameters
        or the state.
    summary : callable or None
        ``summary(workspace, outputs)`` gives further results from the memory, whenever results
        are read; both arguments are dictionaries, arrays in their shape.
    fit : Fit or None
        Makes the observer that suits a model, where size or columns depend on it.
    recipe : tuple or None
        Name of the function of `engine.observers` it came from, and its arguments; see
        `engine.observers.recipe`.
    fitted : tuple or None
        The kind of model and the states that `fit` has made it for.
    """

    key: str
    title: str
    outputs: Mapping[str, ArrayLike] = field(default_factory=dict)
    workspace: Mapping[str, ArrayLike] = field(default_factory=dict)
    trace: Trace | None = None
    post: Callable[..., Any] | None = None
    pre: Callable[..., Any] | None = None
    expressions: Mapping[str, str | tuple[str, ...] | Rate] = field(default_factory=dict)
    tangents: int = 0
    kinds: tuple[str, ...] = ("ode", "map")
    trace_rows_a_step: int = 1
    since: str = "start"
    summary: Callable[[Mapping[str, Any], Mapping[str, Any]], Mapping[str, Value]] | None = None
    fit: Fit | None = None
    recipe: tuple[str, Mapping[str, Any]] | None = field(default=None, compare=False)
    fitted: tuple[str, tuple[str, ...]] | None = field(default=None, compare=False)

    def __post_init__(self) -> None:
        """Validate the declaration, hooks included.

        Raises
        ------
        ObserverError
            A name is used twice or means nothing, there is no hook, or a number is not valid.
        """
        if not isinstance(self.key, str) or not self.key.isidentifier():
            raise ObserverError(f"observer key {self.key!r} is not an identifier")
        object.__setattr__(self, "workspace", Slots(self.workspace))
        object.__setattr__(self, "outputs", Slots(self.outputs))
        object.__setattr__(self, "expressions", _Frozen(self.expressions))
        self._check_names()
        if self.post is None and self.pre is None:
            raise ObserverError(f"observer {self.key!r} has neither a pre nor a post hook")
        if isinstance(self.tangents, bool) or self.tangents != max(0, int(self.tangents)):
            raise ObserverError(f"observer {self.key!r} asks for {self.tangents!r} tangents")
        if self.since not in ("start", "change"):
            raise ObserverError(
                f"observer {self.key!r}: since = {self.since!r} is not 'start' or 'change'"
            )
        if self.trace is not None and self.trace.interval < 1:
            raise ObserverError(
                f"observer {self.key!r}: a trace interval of {self.trace.interval} steps "
                "is less than 1"
            )
        for which in ("pre", "post"):
            self.hook_source(which)

    def _check_names(self) -> None:
        names = [*self.workspace, *self.outputs]
        twice = sorted({name for name in names if names.count(name) > 1})
        if twice:
            raise ObserverError(f"observer {self.key!r} declares {twice} twice")
        if BREAK in self.outputs:
            raise ObserverError(f"observer {self.key!r}: 'break' belongs in the workspace")
        for name, expression in self.expressions.items():
            if not name.isidentifier() or name.isupper() or name in OWN_OPERATIONS:
                raise ObserverError(f"observer {self.key!r}: {name!r} cannot name an expression")
            texts = expression if isinstance(expression, tuple) else (expression,)
            if not texts or not all(isinstance(text, (str, Rate)) for text in texts):
                raise ObserverError(
                    f"observer {self.key!r}: {name} = {expression!r} is not an expression's text"
                )

    @property
    def analysis_kind(self) -> str:
        """Return ``"variational"`` when tangent vectors are carried, else ``"passive"``."""
        return "variational" if self.tangents else "passive"

    @property
    def slots(self) -> tuple[Slots, Slots]:
        """Return memory and results as what they are."""
        assert isinstance(self.workspace, Slots)
        assert isinstance(self.outputs, Slots)
        return self.workspace, self.outputs

    @property
    def breaks(self) -> bool:
        """Tell whether a hook may end a call."""
        return BREAK in self.workspace

    def results(self, workspace: Any, outputs: Any) -> dict[str, Value]:
        """Return the results by name, from the packed memory and outputs (float64 vectors)."""
        memory, found = self.slots[0].named(workspace), self.slots[1].named(outputs)
        if self.summary is None:
            return found
        # Where an orbit blew up its sums are no numbers, and so are what they give.
        with np.errstate(all="ignore"):
            return {**found, **self.summary(memory, found)}

    @property
    def output_names(self) -> tuple[str, ...]:
        """Return the names of the results."""
        return tuple(self.results(self.slots[0].flat(), self.slots[1].flat()))

    def hook_source(self, which: str) -> str | None:
        """Return the source of the hook ``"pre"`` or ``"post"`` as it enters a unit, or None."""
        return self.hook_sources[which]

    @cached_property
    def hook_sources(self) -> Mapping[str, str | None]:
        """Return the sources of both hooks.

        Raises
        ------
        ObserverError
            A hook is not what `engine.observers.hooks.hook_text` can write.
        """
        located = [f"locate_{name}" for name in self.expressions]
        names = HookNames(
            key=self.key,
            workspace=self.slots[0],
            outputs=self.slots[1],
            functions=(*OWN_OPERATIONS, *self.expressions, *located),
        )
        return {
            which: None if hook is None else hook_text(names, which, hook)
            for which, hook in (("pre", self.pre), ("post", self.post))
        }

    @cached_property
    def structure(self) -> str:
        """Describe what the observer compiles to; no number of a run is in it."""
        columns = self.trace.columns if self.trace else ()
        slots = tuple(part.structure for part in self.slots)
        parts = (self.key, self.tangents, slots, columns, tuple(self.expressions.items()))
        return repr((*parts, self.trace_rows_a_step, self.hook_sources))


class _Frozen(dict[str, Any]):
    """A dictionary that hashes by its items."""

    def __hash__(self) -> int:  # type: ignore[override]
        return hash(tuple(self.items()))
