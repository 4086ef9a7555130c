"""Sums and products of numbers alone, which are worth a number when a model is loaded."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

from engine.errors import ExpressionError
from engine.model.arithmetic import COMPOSED, PRIMITIVES
from engine.model.nodes import Apply, Call, Chain, Negate, Node, Number, Symbol, children
from engine.model.render import Renderer

__all__ = ["Allowance", "as_number", "folded", "is_foldable", "size"]

LARGEST_WHOLE = 2.0**53


@dataclass
class Allowance:
    """What the expressions of one model may still take while it is loaded.

    Attributes
    ----------
    written : int
        Parts of expressions, sums written out.
    added : int
        Operations on numbers, sums of numbers added up.
    """

    written: int = 300_000
    added: int = 20_000_000


def is_foldable(term: Node, index: Symbol, values: Mapping[Symbol, float]) -> bool:
    """Tell whether a term depends on nothing but the index of its sum and constants."""
    match term:
        case Apply():
            return False
        case Symbol():
            return term == index or term in values
    return all(is_foldable(child, index, values) for child in children(term))


def size(node: Node) -> int:
    """Return how many operations, numbers and names a tree has."""
    return 1 + sum(map(size, children(node)))


def folded(
    operator: str, term: Node, index: Symbol, run: range, values: Mapping[Symbol, float]
) -> float:
    """Add up, or multiply, a foldable term for each value of its index, from left to right.

    Parameters
    ----------
    operator : {"sum", "prod"}
        What is done with the terms.
    term : Node
        The resolved term; `is_foldable` says yes to it.
    index : Symbol
        The index, of the role ``argument``.
    run : range
        Its values, one at least.
    values : mapping of Symbol to float
        The constants.

    Returns
    -------
    float
        The same, to the bit, as the generated code would compute; infinite or nan where it would.
    """
    renderer = Renderer(values, {})
    text = renderer.number(term)
    namespace: dict[str, Any] = {**PRIMITIVES, **COMPOSED}
    functions = "\n".join(renderer.definitions.values())
    # Nothing that a user wrote: the text is made from the tree, as that of the equations is.
    exec(f"{functions}\ndef term(u_{index.name}):\n    return {text}\n", namespace)
    of: Callable[[float], float] = namespace["term"]
    total = of(float(run[0]))
    if operator == "sum":
        for value in run[1:]:
            total = total + of(float(value))
    else:
        for value in run[1:]:
            total = total * of(float(value))
    return total


def as_number(total: float, term: Node) -> Node:
    """Return what a sum is worth as a node, whole where its terms are.

    Raises
    ------
    ExpressionError
        If it is not finite.
    """
    if not abs(total) < float("inf"):
        raise ExpressionError(f"is worth {total}, which is no number of a model")
    exact = total.is_integer() and abs(total) < LARGEST_WHOLE and _is_whole(term)
    number = Number(abs(total), int(abs(total)) if exact else None)
    return Negate(number) if total < 0.0 else number


def _is_whole(term: Node) -> bool:
    match term:
        case Number(_, whole):
            return whole is not None
        case Call():
            return False
        case Chain(_, rest) if any(sign == "/" for sign, _ in rest):
            return False
    return all(map(_is_whole, children(term)))
