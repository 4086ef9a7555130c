"""Values of expressions in whole numbers of any length, as int64 maps mean them."""

from collections.abc import Callable, Mapping

from engine.model import arithmetic
from engine.model.evaluation import FunctionTable
from engine.model.integers import LARGEST
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

__all__ = ["exact_value"]

_WHOLE: Mapping[str, Callable[..., int]] = {
    "absolute": abs, "minimum": min, "maximum": max, "mod": lambda a, b: a % b,
    "sign": lambda a: (a > 0) - (a < 0), "step": lambda a: int(a >= 0),
    "relu": lambda a: max(0, a), "clip": lambda x, lo, hi: min(max(x, lo), hi),
    "floor": int, "ceil": int, "trunc": int, "rint": int,
}  # fmt: skip
_COMPARISONS: Mapping[str, Callable[[float, float], bool]] = {
    "<": lambda a, b: a < b, "<=": lambda a, b: a <= b, ">": lambda a, b: a > b,
    ">=": lambda a, b: a >= b, "==": lambda a, b: a == b, "!=": lambda a, b: a != b,
}  # fmt: skip
MAX_POWER = 10_000


def exact_value(node: Node, values: Mapping[Symbol, float], functions: FunctionTable) -> float:
    """Evaluate a resolved expression; what is whole in an int64 map has all its digits.

    Raises
    ------
    KeyError
        If `values` lacks a symbol.
    ZeroDivisionError
        If something whole is divided by zero.
    OverflowError
        If a float does not exist, or a power is beyond imagination.
    """

    def value(node: Node) -> float:
        return exact_value(node, values, functions)

    match node:
        case Number(known, whole):
            return known if whole is None else whole
        case Symbol():
            found = values[node]
            return int(found) if float(found).is_integer() and abs(found) <= LARGEST else found
        case Negate(operand):
            return -value(operand)
        case Not(operand):
            return int(not value(operand))
        case Chain(first, rest):
            total = value(first)
            for sign, term in rest:
                total = _operated(sign, total, value(term))
            return total
        case Power(base, exponent):
            return _power(value(base), value(exponent))
        case Compare(first, rest):
            terms = [value(first), *(value(term) for _, term in rest)]
            signs = [sign for sign, _ in rest]
            pairs = zip(signs, terms, terms[1:], strict=False)
            return int(all(_COMPARISONS[sign](a, b) for sign, a, b in pairs))
        case Logic(word, operands):
            return int((all if word == "and" else any)(value(operand) for operand in operands))
        case Conditional(then, condition, otherwise):
            return value(then) if value(condition) else value(otherwise)
        case Call(name, arguments):
            given = [value(argument) for argument in arguments]
            if name in _WHOLE and all(isinstance(each, int) for each in given):
                return _WHOLE[name](*given)
            function = arithmetic.PRIMITIVES.get(name) or arithmetic.COMPOSED[name]
            return function(*map(float, given))
        case Apply(name, arguments):
            parameters, body = functions[name]
            symbols = [Symbol("argument", parameter) for parameter in parameters]
            given = [value(argument) for argument in arguments]
            return exact_value(
                body, {**values, **dict(zip(symbols, given, strict=True))}, functions
            )
    raise KeyError(node)


def _operated(sign: str, a: float, b: float) -> float:
    if sign == "/":
        return arithmetic.div(float(a), float(b))
    if sign in "+-*":
        return a + b if sign == "+" else a - b if sign == "-" else a * b
    if isinstance(a, int) and isinstance(b, int):
        return a // b if sign == "//" else a % b
    divide = arithmetic.floordiv if sign == "//" else arithmetic.mod
    return divide(float(a), float(b))


def _power(base: float, exponent: float) -> float:
    if isinstance(base, int) and float(exponent).is_integer() and exponent >= 0:
        if exponent * base.bit_length() > MAX_POWER:
            raise OverflowError("a power of too many digits")
        raised: int = base ** int(exponent)
        return raised
    return arithmetic.power(float(base), float(exponent))
