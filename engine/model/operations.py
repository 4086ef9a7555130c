"""Expressions as a list of elementary operations on functions of time.

An orbit makes every expression of a model a function of time.  Here expressions are taken apart
into operations each of which has a recurrence for its Taylor coefficients (`engine.runner.series`);
equal ones occur once.  What does not depend on time, as a parameter, stays an expression.
"""

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from engine.errors import ExpressionError
from engine.model.evaluation import constant_value
from engine.model.nodes import (
    Apply,
    Call,
    Chain,
    Conditional,
    Logic,
    Negate,
    Node,
    Not,
    Number,
    Power,
    Symbol,
    children,
    is_condition,
    rebuild,
)

if TYPE_CHECKING:
    from engine.model.model import Model

__all__ = ["NotAnalyticError", "Operation", "Operations", "Value"]

MAX_VISITS = 20_000
# Positive whole powers are products; beyond, powers by their logarithmic derivative.
MAX_PRODUCT_POWER = 1_000


@dataclass(frozen=True, slots=True)
class Operation:
    """One elementary operation.

    Attributes
    ----------
    kind : str
        Which one, a key of `engine.runner.series.RECURRENCES`.
    operands : tuple of int
        The operations it is of, by their places in the list.  All but those of a pair (sine and
        cosine, a tangent and its square) come earlier.
    constants : tuple of Node
        Factors and exponents that do not depend on time.
    signs : str
        Of the operands of a sum.
    value : Node or None
        What it is worth, in terms of ``temporary`` symbols named by the operands' places; None
        for what the recurrence gives anyhow.
    """

    kind: str
    operands: tuple[int, ...] = ()
    constants: tuple[Node, ...] = ()
    signs: str = ""
    value: Node | None = None


# What an expression is: the place of an operation, or a tree that does not depend on time.
Value = int | Node


def temporary(place: int) -> Symbol:
    """Return the symbol of what an operation is worth."""
    return Symbol("temporary", str(place))


class NotAnalyticError(ExpressionError):
    """An expression that is no analytic function of time."""


@dataclass
class Operations:
    """Takes the expressions of one model apart.

    Attributes
    ----------
    model : Model
        The model.
    listed : list of Operation
        The operations so far, each after those it is of.
    """

    model: "Model"
    listed: list[Operation] = field(default_factory=list)
    _places: dict[Operation, int] = field(default_factory=dict)
    _aux: dict[str, Value] = field(default_factory=dict)
    _visits: int = 0

    def place(self, operation: Operation) -> int:
        """Return where an operation is in the list, at whose end it is put if it is new."""
        if operation not in self._places:
            self._places[operation] = len(self.listed)
            self.listed.append(operation)
        return self._places[operation]

    def value(self, node: Node, known: Mapping[Symbol, Value]) -> Value:
        """Take an expression apart.

        Parameters
        ----------
        node : Node
            A resolved tree of the model.
        known : mapping of Symbol to Value
            What states, time, tangent vectors, temporaries and arguments are.

        Raises
        ------
        ExpressionError
            It is no analytic function of time, or too large.
        """
        self._visits += 1
        if self._visits > MAX_VISITS:
            raise NotAnalyticError(f"it has more than {MAX_VISITS} operations when written out")
        if isinstance(node, Symbol):
            return self._symbol(node, known)
        parts = [self.value(child, known) for child in children(node)]
        fixed = {
            id(child): part
            for child, part in zip(children(node), parts, strict=True)
            if not isinstance(part, int)
        }
        if len(fixed) == len({id(child) for child in children(node)}):
            return rebuild(node, lambda child: fixed[id(child)])
        match node:
            case Negate():
                return self.total([("-", parts[0])])
            case Chain(_, rest) if node.is_sum:
                signs = ["+", *(sign for sign, _ in rest)]
                return self.total(list(zip(signs, parts, strict=True)))
            case Chain(_, rest):
                result = parts[0]
                for (sign, _), part in zip(rest, parts[1:], strict=True):
                    result = self._factor(sign, result, part)
                return result
            case Power():
                return self.power(parts[0], parts[1])
            case Apply(name, _):
                arguments, body = self.model.function_table[name]
                symbols = (Symbol("argument", argument) for argument in arguments)
                return self.value(body, dict(zip(symbols, parts, strict=True)))
            case Conditional() if not isinstance(parts[1], int):
                return self._choice(parts[1], parts[0], parts[2])
            case Call(name, _):
                return self.function(name, parts)
            case _ if is_condition(node) or isinstance(node, Conditional | Logic | Not):
                raise NotAnalyticError("a condition that depends on the state or on t jumps")
        raise NotAnalyticError(f"{node} has no Taylor series")

    def _symbol(self, symbol: Symbol, known: Mapping[Symbol, Value]) -> Value:
        if symbol in known:
            return known[symbol]
        if symbol.role == "aux":
            if symbol.name not in self._aux:
                self._aux[symbol.name] = self.value(self.model.resolved_aux[symbol.name], known)
            return self._aux[symbol.name]
        return symbol

    def total(self, terms: Sequence[tuple[str, Value]]) -> int:
        """Return a sum; its constants are added up first."""
        constants = [(sign, part) for sign, part in terms if not isinstance(part, int)]
        series = [(sign, part) for sign, part in terms if isinstance(part, int)]
        fixed: tuple[Node, ...] = ()
        if constants:
            (sign, first), *rest = constants
            head: Node = first if sign == "+" else Negate(first)
            fixed = (Chain(head, tuple(rest)) if rest else head,)
        places = tuple(part for _, part in series)
        signs = "".join(sign for sign, _ in series)
        if not fixed and signs == "+":
            return places[0]
        return self.place(Operation("sum", places, fixed, signs))

    def _factor(self, sign: str, left: Value, right: Value) -> Value:
        if sign == "*":
            return self.product(left, right)
        if sign == "/":
            return self.quotient(left, right)
        raise NotAnalyticError(
            f"{'a remainder (%)' if sign == '%' else 'a rounded division (//)'} jumps"
        )

    def product(self, left: Value, right: Value) -> Value:
        """Return a product."""
        if isinstance(left, int) and isinstance(right, int):
            if left == right:
                return self.place(Operation("square", (left,)))
            return self.place(Operation("product", (min(left, right), max(left, right))))
        if isinstance(left, int):
            left, right = right, left
        if not isinstance(right, int):
            return Chain(left, (("*", right),))  # type: ignore[arg-type]
        return self.place(Operation("scaled", (right,), (left,)))  # type: ignore[arg-type]

    def quotient(self, left: Value, right: Value) -> Value:
        """Return a quotient."""
        if not isinstance(right, int):
            inverse = Chain(Number(1.0), (("/", right),))
            if isinstance(left, int):
                return self.place(Operation("scaled", (left,), (inverse,)))
            return Chain(left, (("/", right),))
        if isinstance(left, int):
            return self.place(Operation("quotient", (left, right)))
        return self.place(Operation("reciprocal", (right,), (left,)))

    def _choice(self, condition: Node, then: Value, otherwise: Value) -> int:
        places = (self._series(then), self._series(otherwise))
        return self.place(Operation("choice", places, (condition,)))

    def constant(self, node: Node) -> float | None:
        """Return what a tree is worth whatever the parameters are, else None."""
        return constant_value(node, self.model.constant_values, self.model.function_table)

    def power(self, base: Value, exponent: Value) -> Value:
        """Return a power."""
        if isinstance(exponent, int):
            if not isinstance(base, int) and self.constant(base) == math.e:
                return self.function("exp", [exponent])
            raised = Power(self._worth(base), temporary(exponent))
            logarithm = self._logarithm(base)
            return self.place(
                Operation("exp", (self._series(self.product(exponent, logarithm)),), (), "", raised)
            )
        assert isinstance(base, int)
        known = self.constant(exponent)
        if known is not None and known.is_integer() and 0.0 <= known <= MAX_PRODUCT_POWER:
            return self._whole_power(base, int(known))
        raised = Power(temporary(base), exponent)
        if known == 0.5:
            return self.place(Operation("root", (base,), (), "", raised))
        return self.place(Operation("power", (base,), (exponent,), "", raised))

    def _worth(self, value: Value) -> Node:
        return temporary(value) if isinstance(value, int) else value

    def _series(self, value: Value) -> int:
        return value if isinstance(value, int) else self.place(Operation("constant", (), (value,)))

    def _logarithm(self, base: Value) -> Value:
        if isinstance(base, int):
            return self.function("log", [base])
        return Call("log", (base,))

    def _whole_power(self, base: int, exponent: int) -> Value:
        """Raise by squaring.  Knuth, TAOCP 2, 4.6.3."""
        result: Value = Number(1.0)
        factor: Value = base
        while exponent:
            if exponent & 1:
                result = factor if isinstance(result, Number) else self.product(result, factor)
            exponent >>= 1
            if exponent:
                factor = self.product(factor, factor)
        return result

    def function(self, name: str, arguments: Sequence[Value]) -> int:
        """Return a function of which at least one argument depends on time."""
        value = Call(name, tuple(map(self._worth, arguments)))
        if name in _OF_TWO:
            y, x = map(self._series, arguments)
            squares = self.total([("+", self.product(y, y)), ("+", self.product(x, x))])
            if name == "hypot":
                return self.place(Operation("root", (squares,), (), "", value))
            return self.place(Operation("angle", (y, x, squares), (), "", value))
        if name not in _OF_ONE:
            raise NotAnalyticError(f"{_WORDS.get(name, name)}() is no analytic function")
        (operand,) = arguments
        assert isinstance(operand, int)
        if name in _PAIRS:
            return self._pair(name, operand)
        if name in ("tan", "tanh"):
            return self._with_square(name, operand, value)
        return self._by_derivative(name, operand, value)

    def _with_square(self, name: str, operand: int, value: Node) -> int:
        """Return a function whose derivative is a polynomial of its square."""
        for k, made in enumerate(self.listed):
            if made.kind == name and made.operands[0] == operand:
                return k
        place = len(self.listed)
        self.place(Operation(name, (operand, place + 1), (), "", value))
        self.place(Operation("square", (place,)))
        return place

    def _pair(self, name: str, operand: int) -> int:
        """Return one of two functions each of which is the other's derivative."""
        names = next(pair for pair in (("sin", "cos"), ("sinh", "cosh")) if name in pair)
        for k, made in enumerate(self.listed):
            if made.kind == names[0] and made.operands[0] == operand:
                return k + names.index(name)
        place = len(self.listed)
        for k, each in enumerate(names):
            value = Call(each, (temporary(operand),))
            self.place(Operation(each, (operand, place + 1 - k), (), "", value))
        return place + names.index(name)

    def _by_derivative(self, name: str, x: int, value: Node) -> int:
        """Return a function whose derivative is a function that has a recurrence."""
        one = Number(1.0)
        if name == "exp":
            return self.place(Operation("exp", (x,), (), "", value))
        if name == "expm1":
            return self.place(Operation("shifted", (self.function("exp", [x]),), (), "", value))
        if name == "exp2":
            scaled = self._series(self.product(Call("log", (Number(2.0),)), x))
            return self.place(Operation("exp", (scaled,), (), "", value))
        if name == "sqrt":
            return self.place(Operation("root", (x,), (), "", value))
        if name == "cbrt":
            third = Chain(one, (("/", Number(3.0)),))
            return self.place(Operation("power", (x,), (third,), "", value))
        if name in ("erf", "erfc"):
            bell = self.function("exp", [self.total([("-", self.product(x, x))])])
            scale = Number(2.0 / math.sqrt(math.pi))
            slope = self._series(self.product(scale, bell))
            if name == "erfc":
                slope = self.total([("-", slope)])
            return self.place(Operation("integral", (x, slope), (), "", value))
        below = self._series(self._denominator(name, x))
        return self.place(Operation("primitive", (x, below), (), "", value))

    def _denominator(self, name: str, x: int) -> Value:
        """Return the reciprocal of a function's derivative."""
        one = Number(1.0)
        match name:
            case "log":
                return x
            case "log2" | "log10":
                return self.product(Call("log", (Number(float(name[3:])),)), x)
            case "log1p":
                return self.total([("+", one), ("+", x)])
        square = self.product(x, x)
        match name:
            case "atan":
                return self.total([("+", one), ("+", square)])
            case "atanh":
                return self.total([("+", one), ("-", square)])
            case "asinh":
                return self.function("sqrt", [self.total([("+", one), ("+", square)])])
            case "acosh":
                return self.function("sqrt", [self.total([("+", square), ("-", one)])])
        root = self.function("sqrt", [self.total([("+", one), ("-", square)])])
        return root if name == "asin" else self.total([("-", root)])


_OF_TWO = ("atan2", "hypot")
_PAIRS = ("sin", "cos", "sinh", "cosh")
_OF_ONE = (
    *_PAIRS, "tan", "tanh", "exp", "exp2", "expm1", "log", "log2", "log10", "log1p", "sqrt", "cbrt",
    "asin", "acos", "atan", "asinh", "acosh", "atanh", "erf", "erfc",
)  # fmt: skip
# As a model calls them.
_WORDS = {
    "absolute": "abs",
    "with_sign": "copysign",
    "minimum": "min",
    "maximum": "max",
    "rint": "round",
}
