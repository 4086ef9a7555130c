"""Values of resolved expressions: constants of a model, and a reference for generated code."""

import operator
from collections.abc import Callable, Mapping
from types import MappingProxyType
from typing import Any

from engine.errors import ExpressionError
from engine.model import arithmetic
from engine.model.nodes import (
    Apply,
    Call,
    Chain,
    Compare,
    Conditional,
    Logic,
    Negate,
    Node,
    Not,
    Number,
    Power,
    Symbol,
)

__all__ = [
    "Evaluation",
    "FunctionTable",
    "TooManyOperationsError",
    "constant_value",
    "evaluate",
]

FunctionTable = Mapping[str, tuple[tuple[str, ...], Node]]
_NO_FUNCTIONS: FunctionTable = MappingProxyType({})

_OPERATIONS: Mapping[str, Callable[[float, float], float]] = {
    "+": operator.add,
    "-": operator.sub,
    "*": operator.mul,
    "/": arithmetic.PRIMITIVES["div"],
    "//": arithmetic.PRIMITIVES["floordiv"],
    "%": arithmetic.PRIMITIVES["mod"],
}
_COMPARISONS: Mapping[str, Callable[[float, float], bool]] = {
    "<": operator.lt,
    "<=": operator.le,
    ">": operator.gt,
    ">=": operator.ge,
    "==": operator.eq,
    "!=": operator.ne,
}


def evaluate(
    node: Node, values: Mapping[Symbol, float], functions: FunctionTable = _NO_FUNCTIONS
) -> float:
    """Evaluate a resolved expression; a condition gives 1 or 0.

    Parameters
    ----------
    node : Node
        The expression.
    values : mapping of Symbol to float
        What each symbol is worth.
    functions : mapping, optional
        The model's functions: names of the arguments, and body.

    Returns
    -------
    float
        The value; powers come from C's ``pow``, so it may differ from that of generated code,
        which multiplies, in the last digits.

    Raises
    ------
    KeyError
        If `values` lacks a symbol.
    ExpressionError
        If the functions make it take more than 20,000 operations.
    """
    value: float = Evaluation(functions).value(node, values)
    return value


def constant_value(
    node: Node, values: Mapping[Symbol, float], functions: FunctionTable = _NO_FUNCTIONS
) -> float | None:
    """Return what `node` is worth if it depends on nothing but `values`, else None."""
    try:
        return evaluate(node, values, functions)
    except (KeyError, ExpressionError, RecursionError):
        return None


class TooManyOperationsError(ExpressionError):
    """An expression takes more operations than are allowed."""


class Evaluation:
    """Walk a resolved expression, each operation on floats.

    Another kind of value has other tables, and its own way to choose and to combine truths.

    Parameters
    ----------
    functions : mapping of str to (argument names, body)
        The model's functions.
    """

    operations: Mapping[str, Callable[[Any, Any], Any]] = _OPERATIONS
    comparisons: Mapping[str, Callable[[Any, Any], Any]] = _COMPARISONS
    calls: Mapping[str, Callable[..., Any]] = {**arithmetic.PRIMITIVES, **arithmetic.COMPOSED}
    most = 20_000

    def __init__(self, functions: FunctionTable) -> None:
        self.functions = functions
        self._done = 0

    def value(self, node: Node, values: Mapping[Symbol, Any]) -> Any:
        """Return the value of a node, given that of each symbol.

        Raises
        ------
        KeyError
            `values` lacks a symbol.
        TooManyOperationsError
            It takes more than `most` operations.
        """
        self._done += 1
        if self._done > self.most:
            raise TooManyOperationsError("the expression takes too many operations")
        match node:
            case Number(value):
                return value
            case Symbol():
                return values[node]
            case Negate(operand):
                return -self.value(operand, values)
            case Not(operand):
                return self.negation(self.value(operand, values))
            case Chain(first, rest):
                total = self.value(first, values)
                for sign, term in rest:
                    total = self.operations[sign](total, self.value(term, values))
                return total
            case Power(base, exponent):
                return self.calls["power"](self.value(base, values), self.value(exponent, values))
            case Compare(first, rest):
                return self.comparison(first, rest, values)
            case Logic(word, operands):
                return self.combination(word, operands, values)
            case Conditional(then, condition, otherwise):
                return self.choice(then, condition, otherwise, values)
            case Call(name, arguments):
                return self.calls[name](*(self.value(argument, values) for argument in arguments))
            case Apply(name, arguments):
                parameters, body = self.functions[name]
                given = {
                    Symbol("argument", parameter): self.value(argument, values)
                    for parameter, argument in zip(parameters, arguments, strict=True)
                }
                return self.value(body, {**values, **given})
            case _:
                raise KeyError(node)

    def negation(self, value: Any) -> Any:
        """Return 1 where a value is not true."""
        return 0.0 if value else 1.0

    def combination(
        self, word: str, operands: tuple[Node, ...], values: Mapping[Symbol, Any]
    ) -> Any:
        """Return whether all of the operands are true, or any."""
        quantifier = all if word == "and" else any
        return float(quantifier(self.value(operand, values) for operand in operands))

    def choice(
        self, then: Node, condition: Node, otherwise: Node, values: Mapping[Symbol, Any]
    ) -> Any:
        """Return one value where a condition holds, the other where not."""
        return self.value(then if self.value(condition, values) else otherwise, values)

    def comparison(
        self, first: Node, rest: tuple[tuple[str, Node], ...], values: Mapping[Symbol, Any]
    ) -> Any:
        """Return whether each of a chain of comparisons holds."""
        left = self.value(first, values)
        for sign, term in rest:
            right = self.value(term, values)
            if not self.comparisons[sign](left, right):
                return 0.0
            left = right
        return 1.0
