"""The derivatives of a model's right-hand sides, as Python text and as numbers."""

from collections.abc import Callable, Mapping, Sequence
from functools import cached_property
from types import MappingProxyType
from typing import TYPE_CHECKING, Any

import numpy as np
import numpy.typing as npt

from engine.errors import ModelError, suggest
from engine.model.arithmetic import COMPOSED, PRIMITIVES, composed_closure
from engine.model.evaluation import constant_value
from engine.model.generated import Jacobian, Tangent
from engine.model.nodes import Node
from engine.model.render import Renderer

if TYPE_CHECKING:
    from engine.model.model import Model

__all__ = ["Derivatives", "evaluator", "given_jacobian"]

Matrix = npt.NDArray[np.float64]
Values = Mapping[str, float] | Sequence[float] | npt.NDArray[np.float64]
NOTHING: Mapping[str, float] = MappingProxyType({})


class Derivatives:
    """Derive by SymPy, once, when asked.

    They hold almost everywhere: steps and roundings count as flat, a remainder as its dividend.

    Parameters
    ----------
    model : Model
        Whose right-hand sides.
    given : Jacobian or None
        The matrix of the model file.
    renderer : callable
        Returns a fresh renderer.

    Raises
    ------
    ModelError
        On use, if the model is too large or nested too deeply to be differentiated.
    """

    def __init__(
        self, model: "Model", given: Jacobian | None, renderer: Callable[[], Renderer]
    ) -> None:
        self._model = model
        self._given = given
        self._renderer = renderer

    @cached_property
    def jacobian(self) -> Jacobian:
        """The derivative of each equation (row) by each state (column)."""
        return self._given or self._derived("jacobian_entries")

    @cached_property
    def tangent_trees(self) -> tuple[tuple[tuple[str, Node], ...], tuple[Node, ...]]:
        """The trees of `tangent`: temporaries, each in terms of the earlier ones, and products."""
        from engine.model.symbolic import tangent_product

        return self._shallow(tangent_product)

    @cached_property
    def tangent(self) -> Tangent:
        """The product of the Jacobian matrix and a tangent vector ``v_<state>``."""
        renderer = self._renderer()
        temporaries, products = self.tangent_trees
        return Tangent(
            statements=_assigned(temporaries, renderer),
            result=tuple(renderer.number(tree) for tree in products),
            aux=(),
            functions="\n\n".join(renderer.definitions.values()),
            composed=composed_closure(renderer.composed),
        )

    @cached_property
    def time_slopes(self) -> Jacobian:
        """The partial derivative of each equation by time."""
        return self._derived("time_slopes")

    @cached_property
    def tangent_slopes(self) -> Jacobian:
        """The second derivative along ``v_<state>`` and along ``d_<state>``, ``d_t``."""
        return self._derived("tangent_slopes")

    def at(self, t: float = 0.0, y: Values = NOTHING, params: Values = NOTHING) -> Matrix:
        """Evaluate the Jacobian matrix (n, n); see `Model.jacobian_at`."""
        model = self._model
        state = _values(model.state_names, model.initial_state, y)
        values = _values(model.param_names, model.param_values, params)
        return evaluator(model, self.jacobian, len(state))(float(t), state, values)

    def _derived(self, what: str) -> Jacobian:
        from engine.model import jacobian

        renderer = self._renderer()
        temporaries, entries = self._shallow(getattr(jacobian, what))
        statements = _assigned(temporaries, renderer)
        written = tuple((row, column, renderer.number(tree)) for row, column, tree in entries)
        return _code(renderer, entries=written, statements=statements)

    def _shallow(self, derive: Callable[["Model"], tuple[Any, Any]]) -> tuple[Any, Any]:
        try:
            return derive(self._model)
        except RecursionError:
            place = self._model.spec.origin or self._model.name
            raise ModelError(f"{place}: nested too deeply to be differentiated") from None


def given_jacobian(
    model: "Model", trees: Sequence[Sequence[Node]], renderer: Renderer, aux: tuple[str, ...]
) -> Jacobian | None:
    """Write the Jacobian matrix of a model file, None where it has none.

    Parameters
    ----------
    model : Model
        Whose matrix.
    trees : sequence of sequence of Node
        Its entries.
    renderer : Renderer
        A fresh one.
    aux : tuple of str
        The aux that the entries use, in order.
    """
    if not trees:
        return None
    for name in aux:
        renderer.number(model.resolved_aux[name])
    entries = tuple(
        (row, column, renderer.number(tree))
        for row, of_row in enumerate(trees)
        for column, tree in enumerate(of_row)
        if constant_value(tree, model.constant_values) != 0.0
    )
    return _code(renderer, entries=entries, aux=aux, is_given=True)


def _assigned(
    temporaries: Sequence[tuple[str, Node]], renderer: Renderer
) -> tuple[tuple[str, str], ...]:
    return tuple((f"w_{name}", renderer.number(tree)) for name, tree in temporaries)


def _code(renderer: Renderer, **parts: Any) -> Jacobian:
    return Jacobian(
        **{"statements": (), **parts},
        functions="\n\n".join(renderer.definitions.values()),
        composed=composed_closure(renderer.composed),
    )


def evaluator(
    model: "Model", code: Jacobian, columns: int
) -> Callable[[float, Sequence[float], Sequence[float]], Matrix]:
    """Return a Python function ``(t, y, p)`` that evaluates entries into a matrix.

    Parameters
    ----------
    model : Model
        Whose names the code is in terms of.
    code : Jacobian
        The entries.
    columns : int
        Columns of the matrix, which has a row for each state.
    """
    aux = dict(model.code.aux)
    lines = [
        *(f"s_{name} = y[{i}]" for i, name in enumerate(model.state_names)),
        *(f"p_{name} = p[{i}]" for i, name in enumerate(model.param_names)),
        *(f"a_{name} = {aux[name]}" for name in code.aux),
        *(f"{name} = {text}" for name, text in code.statements),
        *(f"out[{row}, {column}] = {text}" for row, column, text in code.entries),
    ]
    body = "".join(f"    {line}\n" for line in lines)
    namespace: dict[str, Any] = {**PRIMITIVES, **COMPOSED}
    exec(f"{code.functions}\n\ndef fill(out, t, y, p):\n{body}    return\n", namespace)

    def evaluate(t: float, y: Sequence[float], p: Sequence[float]) -> Matrix:
        out = np.zeros((len(model.state_names), columns))
        namespace["fill"](out, t, y, p)
        return out

    return evaluate


def _values(names: Sequence[str], defaults: Sequence[float], given: Values) -> list[float]:
    """Return values in the order of their names; a mapping may leave some at their defaults."""
    if isinstance(given, Mapping):
        for name in given:
            if name not in names:
                raise ModelError(f"unknown name {name!r}{suggest(name, names)}")
        return [float(given.get(n, v)) for n, v in zip(names, defaults, strict=True)]
    if len(given) != len(names):
        raise ModelError(f"{len(given)} values for {len(names)} names: {', '.join(names)}")
    return [float(value) for value in given]
