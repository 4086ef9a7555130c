"""Observables: expressions of a model evaluated on whole columns of rows."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from types import MappingProxyType
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import ArrayLike, NDArray

from engine.errors import ExpressionError
from engine.model.evaluation import Evaluation, FunctionTable, TooManyOperationsError
from engine.model.names import Scope, resolve
from engine.model.nodes import (
    Apply,
    Node,
    Symbol,
    children,
    is_condition,
)

if TYPE_CHECKING:
    from engine.model.model import Model

__all__ = ["MOST_OPERATIONS", "Observable", "field_of", "observable"]

Column = NDArray[np.float64]

MOST_OPERATIONS = 2_000
"""Most operations of an observable, for each is done on every row that is looked at."""

_TIME = Symbol("time", "t")


@dataclass(frozen=True, kw_only=True)
class Observable:
    """Evaluate an expression of states, aux, parameters and time on many rows at once.

    Attributes
    ----------
    text : str
        The expression as it was given.
    states : tuple of str
        The states it needs, in the model's order; those that its aux need are among them.
    params : tuple of str
        The parameters it needs.
    timed : bool
        Whether it needs the time.
    is_condition : bool
        Whether it is true or false; as a number 1 or 0.

    Examples
    --------
    >>> energy = load_model("duffing").observable("v^2/2 - x^2/2 + x^4/4")
    >>> energy(t, {"x": x, "v": v}, params)
    """

    text: str
    states: tuple[str, ...]
    params: tuple[str, ...]
    timed: bool
    is_condition: bool
    _tree: Node = field(repr=False, compare=False)
    _functions: FunctionTable = field(repr=False, compare=False)
    _aux: Mapping[str, Node] = field(repr=False, compare=False)
    _constants: Mapping[Symbol, float] = field(repr=False, compare=False)

    def __call__(
        self, t: ArrayLike, states: Mapping[str, ArrayLike], params: Mapping[str, ArrayLike]
    ) -> Column:
        """Return the values (rows,).

        Parameters
        ----------
        t : array (rows,)
        states : mapping of str to array (rows,)
            At least those that are needed.
        params : mapping of str to float or array (rows,)
            At least those that are needed.

        Returns
        -------
        array (rows,)
            Where the expression has no value, as the logarithm of a negative number, nan.  In
            the last digits it may differ from compiled code, which multiplies powers out.
        """
        times = np.asarray(t, dtype=np.float64)
        known: dict[Symbol, Any] = dict(self._constants)
        known[_TIME] = times
        for name in self.states:
            known[Symbol("state", name)] = np.asarray(states[name], dtype=np.float64)
        for name in self.params:
            known[Symbol("param", name)] = np.asarray(params[name], dtype=np.float64)
        evaluation = _ColumnEvaluation(self._functions)
        with np.errstate(all="ignore"):
            for name, tree in self._aux.items():
                known[Symbol("aux", name)] = evaluation.value(tree, known)
            value = np.asarray(evaluation.value(self._tree, known), dtype=np.float64)
        return np.array(np.broadcast_to(value, times.shape))


def observable(model: "Model", scope: Scope, text: str, where: str) -> Observable:
    """Make an observable of a model; see `Model.observable`."""
    return _observable_of(model, resolve(text, scope, where), text, where)


def field_of(model: "Model") -> Mapping[str, Observable]:
    """Make observables of a model's right-hand sides; see `Model.field`."""
    trees = zip(model.state_names, model.spec.equations, model.resolved_rhs, strict=True)
    return MappingProxyType(
        {
            name: _observable_of(model, tree, equation.formula.text, f"the equation of {name}")
            for name, equation, tree in trees
        }
    )


def _observable_of(model: "Model", tree: Node, text: str, where: str) -> Observable:
    aux = {name: model.resolved_aux[name] for name in _aux_needed(model, tree)}
    found = {symbol for node in (tree, *aux.values()) for symbol in _symbols(node, model)}
    if any(symbol.role == "lag" for symbol in found):
        raise ExpressionError(
            f"{where}: lag_x(k) looks back to steps that no row holds; leave it out"
        )
    made = Observable(
        text=text,
        states=tuple(n for n in model.state_names if Symbol("state", n) in found),
        params=tuple(n for n in model.param_names if Symbol("param", n) in found),
        timed=_TIME in found,
        is_condition=is_condition(tree),
        _tree=tree,
        _functions=model.function_table,
        _aux=MappingProxyType(aux),
        _constants=model.constant_values,
    )
    try:
        made(
            np.empty(0),
            dict.fromkeys(made.states, np.empty(0)),
            dict.fromkeys(made.params, 1.0),
        )
    except RecursionError:
        raise ExpressionError(f"{where}: the expression is nested too deeply") from None
    except TooManyOperationsError:
        raise ExpressionError(
            f"{where}: the expression takes more than {MOST_OPERATIONS} operations a row"
        ) from None
    return made


def _aux_needed(model: "Model", tree: Node) -> list[str]:
    """Return the aux that a tree needs, each after those it uses itself."""
    wanted: set[str] = set()

    def visit(node: Node) -> None:
        for symbol in _symbols(node, model):
            if symbol.role == "aux" and symbol.name not in wanted:
                wanted.add(symbol.name)
                visit(model.resolved_aux[symbol.name])

    visit(tree)
    return [name for name in model.resolved_aux if name in wanted]


def _symbols(node: Node, model: "Model") -> set[Symbol]:
    """Return the symbols of a tree and of the functions it calls."""
    found: set[Symbol] = set()
    called: set[str] = set()
    waiting = [node]
    while waiting:
        present = waiting.pop()
        if isinstance(present, Symbol):
            found.add(present)
        if isinstance(present, Apply) and present.function not in called:
            called.add(present.function)
            waiting.append(model.function_table[present.function][1])
        waiting += children(present)
    return found


def _truth(value: Any) -> Any:
    return np.asarray(value) != 0.0


def _power(base: Any, exponent: Any) -> Any:
    # `**` with a scalar exponent takes NumPy's short ways for squares and roots.
    return np.asarray(base, dtype=np.float64) ** exponent


def _clip(x: Any, low: Any, high: Any) -> Any:
    return np.minimum(np.maximum(x, low), high)


def _with_sign(x: Any, y: Any) -> Any:
    return np.where(np.isnan(y), y, np.copysign(x, y))


def _step(x: Any) -> Any:
    return np.heaviside(x, 1.0)


def _relu(x: Any) -> Any:
    return np.where(np.less(x, 0.0), 0.0, x)


def _approx(x: Any, y: Any, tol: Any) -> Any:
    return np.less_equal(np.absolute(np.subtract(x, y)), tol)


def _elementwise(function: Callable[[float], float]) -> Callable[[Any], Any]:
    """Apply a function of `math` that NumPy lacks to each row."""
    return np.vectorize(function, otypes=[np.float64])


def _table() -> Mapping[str, Callable[..., Any]]:
    from engine.model.arithmetic import PRIMITIVES

    own = {"div": np.divide, "floordiv": np.floor_divide, "mod": np.mod, "power": _power}
    inverse = {"asin": np.arcsin, "acos": np.arccos, "atan": np.arctan, "atan2": np.arctan2}
    inverse |= {"asinh": np.arcsinh, "acosh": np.arccosh, "atanh": np.arctanh}
    rare = {name: _elementwise(PRIMITIVES[name]) for name in ("erf", "erfc")}
    same = {name: getattr(np, name) for name in PRIMITIVES if hasattr(np, name)}
    composed = {
        "absolute": np.absolute,
        "with_sign": _with_sign,
        "minimum": np.minimum,
        "maximum": np.maximum,
        "clip": _clip,
        "sign": np.sign,
        "heaviside": np.heaviside,
        "step": _step,
        "relu": _relu,
        "approx": _approx,
        "hypot": np.hypot,
        "cbrt": np.cbrt,
    }
    return MappingProxyType({**same, **inverse, **own, **rare, **composed})


_FUNCTIONS = _table()
_OPERATIONS: Mapping[str, Callable[[Any, Any], Any]] = {
    "+": np.add,
    "-": np.subtract,
    "*": np.multiply,
    "/": np.divide,
    "//": np.floor_divide,
    "%": np.mod,
}
_COMPARISONS: Mapping[str, Callable[[Any, Any], Any]] = {
    "<": np.less,
    "<=": np.less_equal,
    ">": np.greater,
    ">=": np.greater_equal,
    "==": np.equal,
    "!=": np.not_equal,
}


class _ColumnEvaluation(Evaluation):
    """Walk an expression, each operation on all the rows."""

    operations = _OPERATIONS
    comparisons = _COMPARISONS
    calls = _FUNCTIONS
    most = MOST_OPERATIONS

    def negation(self, value: Any) -> Any:
        return _truth(value) == 0.0

    def combination(
        self, word: str, operands: tuple[Node, ...], values: Mapping[Symbol, Any]
    ) -> Any:
        combine = np.logical_and if word == "and" else np.logical_or
        truths = [_truth(self.value(operand, values)) for operand in operands]
        return combine.reduce(np.broadcast_arrays(*truths))

    def choice(
        self, then: Node, condition: Node, otherwise: Node, values: Mapping[Symbol, Any]
    ) -> Any:
        chosen = _truth(self.value(condition, values))
        return np.where(chosen, self.value(then, values), self.value(otherwise, values))

    def comparison(
        self, first: Node, rest: tuple[tuple[str, Node], ...], values: Mapping[Symbol, Any]
    ) -> Any:
        left = self.value(first, values)
        holds: Any = True
        for sign, term in rest:
            right = self.value(term, values)
            holds = np.logical_and(holds, self.comparisons[sign](left, right))
            left = right
        return holds
