"""What an observer is: hooks around each accepted step, a memory, results, a trace."""

import ast
import hashlib
import math
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from functools import cached_property
from typing import Any

from engine.errors import ObserverError, suggest
from engine.steppers.stepper import function_source
from engine.values import Values


@dataclass(frozen=True, kw_only=True)
class Trace:
    """Declare the samples an observer leaves while it runs.

    Attributes
    ----------
    columns : tuple of str
        Names of the sampled values; each sample also carries its time.
    interval : int
        Steps from one sample to the next.
    """

    columns: tuple[str, ...]
    interval: int = 1

    def record_interval(self) -> int:
        """Return the number of steps from one sample to the next."""
        return self.interval


@dataclass(frozen=True, kw_only=True)
class ObserverModule:
    """Declare one observer: what it needs, remembers, measures and does at each step.

    To add one, write a file in `engine/observers/` with the hooks and a function that returns
    an `ObserverModule`, and name it in `engine.observers`; the contract tests run it.

    A hook is a plain function whose source becomes part of the runner::

        def post(t, dt, y_old, y, p, memory, ws, out, trace, row):
            ...
            return y, memory, row

    `y_old` and `y` are the states before and after the accepted step that ended at `t`, `ws`
    and `out` the observer's own memory and results, both float64.  UPPERCASE names stand for
    the slots declared in `workspace` and `outputs` (``ws[COUNT] += 1.0``).  In a flow
    ``interpolate(theta, dt, y_old, y, dense)`` is the state inside the step, theta in [0, 1],
    with ``dense = dense_rows(t - dt, dt, y_old, y, p, memory)`` prepared once.
    ``row = record_trace(trace, row, t, value, ...)`` leaves a sample.  A hook may change
    nothing of the orbit, only its own tangent vectors.

    Attributes
    ----------
    key : str
        Name under which the results are found.
    title : str
        The measurement in words, for people.
    workspace : mapping of str to float
        Slots of memory and their first values.
    outputs : mapping of str to float
        Slots of results and their values before the first step.
    trace : Trace or None
        The samples it leaves.
    post, pre : callable or None
        Hooks after and before each accepted step; `pre` lacks the argument `y_old`.
    tangents : int
        Tangent vectors it needs carried along the orbit; the hooks reach them by
        ``tangent_norm(y)``, ``scale_tangent(y, factor)``, ``scale_memory(memory, factor)``
        and ``reseed_tangent(y)``.
    kinds : tuple of str
        Kinds of model it is for.
    trace_rows_a_step : int
        Most samples one step can leave.
    recipe : tuple or None
        Name of the function of `engine.observers` it came from, and its arguments; see
        `engine.observers.recipe`.
    """

    key: str
    title: str
    outputs: Mapping[str, float]
    workspace: Mapping[str, float] = field(default_factory=dict)
    trace: Trace | None = None
    post: Callable[..., Any] | None = None
    pre: Callable[..., Any] | None = None
    tangents: int = 0
    kinds: tuple[str, ...] = ("ode", "map")
    trace_rows_a_step: int = 1
    recipe: tuple[str, Mapping[str, Any]] | None = field(default=None, compare=False)

    def __post_init__(self) -> None:
        """Validate the declaration.

        Raises
        ------
        ObserverError
            A name is used twice, a number is not finite, or there is no hook.
        """
        object.__setattr__(self, "workspace", Values(self.workspace))
        object.__setattr__(self, "outputs", Values(self.outputs))
        if not self.key.isidentifier():
            raise ObserverError(f"observer key {self.key!r} is not an identifier")
        twice = set(self.workspace) & set(self.outputs)
        if twice:
            raise ObserverError(f"observer {self.key!r} declares {sorted(twice)} twice")
        if self.post is None and self.pre is None:
            raise ObserverError(f"observer {self.key!r} has neither a pre nor a post hook")
        if self.tangents not in (0, 1):
            raise ObserverError(
                f"observer {self.key!r} asks for {self.tangents} tangents, not 0 or 1"
            )
        for name, value in self.workspace.items():
            if not math.isfinite(value):
                raise ObserverError(f"observer {self.key!r}: {name} = {value} is not finite")
        if self.trace is not None and self.trace.interval < 1:
            raise ObserverError(
                f"observer {self.key!r}: a trace interval of {self.trace.interval} steps "
                "is less than 1"
            )

    @property
    def analysis_kind(self) -> str:
        """Return ``"variational"`` when tangent vectors are carried, else ``"passive"``."""
        return "variational" if self.tangents else "passive"

    @cached_property
    def slots(self) -> Mapping[str, int]:
        """Map UPPERCASE slot names to their index in `ws` or `out`."""
        indices = {name.upper(): i for i, name in enumerate(self.workspace)}
        return indices | {name.upper(): i for i, name in enumerate(self.outputs)}

    def hook_source(self, which: str) -> str | None:
        """Return the source of the hook ``"pre"`` or ``"post"`` as it enters a unit.

        The function is named ``<key>_<which>``, slots are replaced by their indices, and the
        tangent and trace operations by the observer's own.

        Raises
        ------
        ObserverError
            The hook uses an UPPERCASE name that is not one of its slots.
        """
        return self._hook_sources[which]

    @cached_property
    def _hook_sources(self) -> Mapping[str, str | None]:
        return {
            which: None if hook is None else self._written(which, hook)
            for which, hook in (("pre", self.pre), ("post", self.post))
        }

    def _written(self, which: str, hook: Callable[..., Any]) -> str:
        definition = ast.parse(function_source(hook)).body[0]
        assert isinstance(definition, ast.FunctionDef)
        definition.name = f"{self.key}_{which}"
        return ast.unparse(_OwnNames(self).visit(definition))

    @cached_property
    def structure(self) -> str:
        """Describe what the observer compiles to; no number of a run is in it."""
        columns = self.trace.columns if self.trace else ()
        parts = (self.key, self.tangents, tuple(self.workspace), tuple(self.outputs), columns)
        return repr((*parts, self.trace_rows_a_step, self._hook_sources))


OWN_OPERATIONS = (
    "record_trace",
    "tangent_norm",
    "scale_tangent",
    "scale_memory",
    "reseed_tangent",
)


class _OwnNames(ast.NodeTransformer):
    """Replace slot names by indices and shared operations by the observer's own."""

    def __init__(self, observer: ObserverModule) -> None:
        self.observer = observer

    def visit_Name(self, node: ast.Name) -> ast.expr:
        if node.id in OWN_OPERATIONS:
            return ast.Name(f"{self.observer.key}_{node.id}", node.ctx)
        if node.id.isupper():
            if node.id not in self.observer.slots:
                raise ObserverError(
                    f"observer {self.observer.key!r}: {node.id} is not a slot"
                    f"{suggest(node.id, list(self.observer.slots))}"
                )
            return ast.Constant(self.observer.slots[node.id])
        return node


def resolve_hooks(
    observers: Sequence[ObserverModule] | ObserverModule | None, kind: str
) -> tuple[ObserverModule, ...]:
    """Check a set of observers against a kind of model and put them in their fixed order.

    Parameters
    ----------
    observers : sequence of ObserverModule, one ObserverModule, or None
        The observers of one run.
    kind : {"ode", "map"}
        Kind of the model.

    Returns
    -------
    tuple of ObserverModule
        Sorted by key, so that the same set always makes the same runner.

    Raises
    ------
    ObserverError
        Two observers share a key, or one is not for this kind of model.
    """
    if observers is None:
        return ()
    if isinstance(observers, ObserverModule):
        observers = (observers,)
    if not isinstance(observers, Iterable):
        raise ObserverError(f"observers = {observers!r} is not a sequence of observers")
    observers = tuple(observers)
    for observer in observers:
        if not isinstance(observer, ObserverModule):
            raise ObserverError(
                f"{observer!r} is not an observer; "
                "pass what a function of engine.observers returns, as in lyapunov_mle()"
            )
        if kind not in observer.kinds:
            raise ObserverError(f"observer {observer.key!r} is not for models of kind {kind!r}")
    keys = [observer.key for observer in observers]
    for key in keys:
        if keys.count(key) > 1:
            raise ObserverError(f"two observers have the key {key!r}")
    return tuple(sorted(observers, key=lambda observer: observer.key))


def analysis_signature_hash(observers: Sequence[ObserverModule]) -> str:
    """Return a stable 16-character hash of what a set of observers compiles to.

    Numbers (intervals, first values) are data and not part of it; no observers give
    ``"0" * 16``.
    """
    if not observers:
        return "0" * 16
    digest = hashlib.sha256()
    for observer in sorted(observers, key=lambda o: o.key):
        digest.update(observer.structure.encode())
    return digest.hexdigest()[:16]


def build_observer_metadata(observers: Sequence[ObserverModule]) -> tuple[dict[str, Any], ...]:
    """Describe a run's observers as plain values for its provenance."""
    return tuple(
        {
            "key": observer.key,
            "title": observer.title,
            "analysis_kind": observer.analysis_kind,
            "outputs": tuple(observer.outputs),
            "settings": dict(observer.workspace),
            "trace": None
            if observer.trace is None
            else {
                "columns": observer.trace.columns,
                "record_interval": observer.trace.record_interval(),
            },
        }
        for observer in observers
    )
