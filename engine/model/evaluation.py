"""Values of resolved expressions: constants of a model, and a reference for generated code."""

import operator
from collections.abc import Callable, Mapping
from types import MappingProxyType

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

__all__ = ["FunctionTable", "constant_value", "evaluate"]

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
_MAX_STEPS = 20_000


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
    return _Evaluation(functions).value(node, values)


def constant_value(
    node: Node, values: Mapping[Symbol, float], functions: FunctionTable = _NO_FUNCTIONS
) -> float | None:
    """Return what `node` is worth if it depends on nothing but `values`, else None."""
    try:
        return evaluate(node, values, functions)
    except (KeyError, ExpressionError, RecursionError):
        return None


class _Evaluation:
    def __init__(self, functions: FunctionTable) -> None:
        self.functions = functions
        self.steps = 0

    def value(self, node: Node, values: Mapping[Symbol, float]) -> float:
        self.steps += 1
        if self.steps > _MAX_STEPS:
            raise ExpressionError("the expression takes too many operations")
        match node:
            case Number(value):
                return value
            case Symbol():
                return values[node]
            case Negate(operand):
                return -self.value(operand, values)
            case Not(operand):
                return 0.0 if self.value(operand, values) else 1.0
            case Chain(first, rest):
                total = self.value(first, values)
                for sign, term in rest:
                    total = _OPERATIONS[sign](total, self.value(term, values))
                return total
            case Power(base, exponent):
                return arithmetic.power(self.value(base, values), self.value(exponent, values))
            case Compare(first, rest):
                return self.comparison(first, rest, values)
            case Logic(word, operands):
                quantifier = all if word == "and" else any
                return float(quantifier(self.value(operand, values) for operand in operands))
            case Conditional(then, condition, otherwise):
                return self.value(then if self.value(condition, values) else otherwise, values)
            case Call(name, arguments):
                function = arithmetic.PRIMITIVES.get(name) or arithmetic.COMPOSED[name]
                return function(*(self.value(argument, values) for argument in arguments))
            case Apply(name, arguments):
                parameters, body = self.functions[name]
                given = {
                    Symbol("argument", parameter): self.value(argument, values)
                    for parameter, argument in zip(parameters, arguments, strict=True)
                }
                return self.value(body, {**values, **given})
            case _:
                raise KeyError(node)

    def comparison(
        self,
        first: Node,
        rest: tuple[tuple[str, Node], ...],
        values: Mapping[Symbol, float],
    ) -> float:
        left = self.value(first, values)
        for sign, term in rest:
            right = self.value(term, values)
            if not _COMPARISONS[sign](left, right):
                return 0.0
            left = right
        return 1.0
