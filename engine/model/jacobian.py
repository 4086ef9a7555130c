"""The Jacobian matrix of a model, and what implicit methods need besides, derived by SymPy.

Importing this module imports SymPy.
"""

from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

import sympy

from engine.model.nodes import Node, Symbol
from engine.model.symbolic import MAX_NODES, Translation

if TYPE_CHECKING:
    from engine.model.model import Model

__all__ = ["Derived", "jacobian_entries", "tangent_slopes", "time_slopes"]

Derived = tuple[tuple[tuple[str, Node], ...], tuple[tuple[int, int, Node], ...]]
"""Temporaries ``0``, ``1``, …, each in terms of the earlier ones; and the entries that are not
zero everywhere, each with its row and column."""


def jacobian_entries(model: "Model") -> Derived:
    """Return the derivatives of a model's right-hand sides (row) by its states (column).

    They hold almost everywhere: steps and roundings count as flat.

    Raises
    ------
    ModelError
        If the right-hand sides exceed 20,000 operations when written out.
    """
    translation = Translation(model)
    states = _states(translation, model)
    found = []
    for row, value in enumerate(_values(translation, model)):
        for column, state in enumerate(states):
            if state in value.free_symbols:
                found.append((row, column, value.diff(state)))
    return _reduced(translation, found)


def time_slopes(model: "Model") -> Derived:
    """Return the partial derivatives of the right-hand sides by time, in column 0."""
    translation = Translation(model)
    time = translation.symbol(Symbol("time", "t"))
    found = []
    for row, value in enumerate(_values(translation, model)):
        if time in value.free_symbols:
            found.append((row, 0, value.diff(time)))
    return _reduced(translation, found)


def tangent_slopes(model: "Model") -> Derived:
    """Return the derivative of the Jacobian matrix times a tangent vector, in column 0.

    The tangent vector has the role ``tangent``; the derivative is that along the role
    ``direction``, in the states and in ``t``: the second derivative f''(tangent, direction).
    """
    translation = Translation(model)
    states = _states(translation, model)
    tangents = [translation.symbol(Symbol("tangent", name)) for name in model.state_names]
    along = {
        state: translation.symbol(Symbol("direction", name))
        for state, name in zip(states, model.state_names, strict=True)
    }
    along[translation.symbol(Symbol("time", "t"))] = translation.symbol(Symbol("direction", "t"))
    found = []
    for row, value in enumerate(_values(translation, model)):
        terms = []
        for state, tangent in zip(states, tangents, strict=True):
            if state in value.free_symbols:
                slope = value.diff(state)
                terms += [
                    slope.diff(variable) * tangent * direction
                    for variable, direction in along.items()
                    if variable in slope.free_symbols
                ]
        found.append((row, 0, sympy.Add(*terms)))
    return _reduced(translation, found)


def _states(translation: Translation, model: "Model") -> list[Any]:
    return [translation.symbol(Symbol("state", name)) for name in model.state_names]


def _values(translation: Translation, model: "Model") -> list[Any]:
    # All are counted before any is differentiated.
    trees = [translation.differentiable(tree) for tree in model.resolved_rhs]
    return [translation.to_sympy(tree) for tree in trees]


def _reduced(translation: Translation, found: Sequence[tuple[int, int, Any]]) -> Derived:
    """Leave out the zeros and share what is common."""
    found = [entry for entry in found if entry[2] != 0]
    names = (translation.symbol(Symbol("temporary", str(i))) for i in range(MAX_NODES))
    shared, reduced = sympy.cse([value for _, _, value in found], symbols=names)
    temporaries = tuple((translation.back[name].name, translation.to_tree(e)) for name, e in shared)
    entries = tuple(
        (row, column, translation.to_tree(value))
        for (row, column, _), value in zip(found, reduced, strict=True)
    )
    return temporaries, entries
