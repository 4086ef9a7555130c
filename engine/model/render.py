"""Resolved expressions to Python text.

The text contains the prefixed names of the model, float literals, ``+ - *``, comparisons, ``and or
not``, conditional expressions, and calls of primitives, composed functions and the functions
written along with it; nothing a user wrote reaches it except through the tree.

A power whose exponent is a whole number becomes a product, one with half a whole number a product
and a square root: exact in few digits, quick, and the same in Python and in compiled code.
"""

import math
from collections.abc import Mapping
from dataclasses import dataclass, field
from hashlib import sha256
from types import MappingProxyType

from engine.errors import ExpressionError
from engine.model.arithmetic import COMPOSED
from engine.model.evaluation import FunctionTable, constant_value
from engine.model.nodes import (
    Apply,
    Call,
    Chain,
    Compare,
    Conditional,
    Logic,
    Name,
    Negate,
    Node,
    Not,
    Number,
    Power,
    Reduction,
    Symbol,
    children,
    rebuild,
)

__all__ = ["PREFIXES", "Renderer"]

PREFIXES: Mapping[str, str] = MappingProxyType(
    {
        "state": "s_",
        "lag": "l_",
        "param": "p_",
        "aux": "a_",
        "argument": "u_",
        "tangent": "v_",
        "direction": "d_",
        "temporary": "w_",
    }
)
MAX_POWER = 1_000
MAX_VARIANTS = 500
# CPython reads at most 200 open brackets; a model function's call adds to what a caller opened.
MAX_BRACKETS = 180

_DIVISIONS = {"/": "div", "//": "floordiv", "%": "mod"}
# How tightly the outermost operation of a rendered text binds.
_SUM, _PRODUCT, _SIGN, _ATOM = range(4)


@dataclass
class Renderer:
    """Writes expressions of one model, and collects the functions they need.

    Attributes
    ----------
    values : mapping of Symbol to float
        The constants, written as literals.
    table : mapping
        The model's functions, callees first: names of the arguments, and resolved body.
    dtype : str
        The model's numbers.
    definitions : dict of str to str
        Source of each function the texts so far call, callees first.
    composed : set of str
        Composed functions the texts so far call directly.
    """

    values: Mapping[Symbol, float]
    table: FunctionTable
    dtype: str = "float64"
    definitions: dict[str, str] = field(default_factory=dict)
    composed: set[str] = field(default_factory=set)
    _open: set[str] = field(default_factory=set, init=False)

    def __post_init__(self) -> None:
        # Functions with a power whose exponent is no constant; `table` has callees first.
        for name, (_, body) in self.table.items():
            if self._has_open_power(body):
                self._open.add(name)

    def _has_open_power(self, node: Node) -> bool:
        match node:
            case Power(_, exponent) if self._constant(exponent) is None:
                return True
            case Apply(name, _) if name in self._open:
                return True
        return any(map(self._has_open_power, children(node)))

    def number(self, node: Node, where: str = "") -> str:
        """Return the text of `node` as a number; a condition becomes 1.0 or 0.0.

        Raises
        ------
        ExpressionError
            If a power is beyond 1000 or the text nests deeper than Python reads.
        """
        try:
            text = self._term(node, _SUM)
            _check_brackets(text)
        except ExpressionError as error:
            raise ExpressionError(f"{where}: {error}" if where else str(error)) from None
        return text

    def assigned(self, node: Node, where: str = "") -> str:
        """Return the text of a number that is stored in a state or parameter."""
        text = self.number(node, where)
        return f"single({text})" if self.dtype == "float32" else text

    def condition(self, node: Node, where: str = "") -> str:
        """Return the text of `node` as a condition; a number becomes a comparison with 0."""
        try:
            text = self._truth(node)
            _check_brackets(text)
        except ExpressionError as error:
            raise ExpressionError(f"{where}: {error}" if where else str(error)) from None
        return text

    def _term(self, node: Node, binding: int) -> str:
        text, own = self._written(node)
        return text if own >= binding else f"({text})"

    def _written(self, node: Node) -> tuple[str, int]:
        match node:
            case Number(value):
                return repr(value), _ATOM
            case Symbol():
                return self._symbol(node)
            case Negate(operand):
                return f"-{self._term(operand, _ATOM)}", _SIGN
            case Chain():
                return self._chain(node)
            case Power(base, exponent):
                return self._power(base, exponent)
            case Compare() | Logic() | Not():
                return f"(1.0 if {self._truth(node)} else 0.0)", _ATOM
            case Conditional(then, condition, otherwise):
                chosen, other = self._term(then, _SUM), self._term(otherwise, _SUM)
                return f"({chosen} if {self._truth(condition)} else {other})", _ATOM
            case Call(name, arguments):
                return self._call(name, *arguments), _ATOM
            case Apply():
                return self._apply(node), _ATOM
            case Name() | Reduction():
                raise ExpressionError(f"unresolved {node}")

    def _symbol(self, symbol: Symbol) -> tuple[str, int]:
        if symbol.role == "time":
            return "t", _ATOM
        if symbol in self.values:
            value = self.values[symbol]
            return repr(float(value)), _ATOM if math.copysign(1.0, value) > 0 else _SIGN
        return PREFIXES[symbol.role] + symbol.name, _ATOM

    def _chain(self, node: Chain) -> tuple[str, int]:
        if node.is_sum:
            text = self._term(node.first, _SUM)
            for sign, term in node.rest:
                text += f" {sign} {self._term(term, _PRODUCT)}"
            return text, _SUM
        text, binding = self._written(node.first)
        for sign, factor in node.rest:
            if sign == "*":
                left = text if binding >= _PRODUCT else f"({text})"
                text, binding = f"{left} * {self._term(factor, _SIGN)}", _PRODUCT
            else:
                text, binding = f"{_DIVISIONS[sign]}({text}, {self._term(factor, _SUM)})", _ATOM
        return text, binding

    def _call(self, name: str, *arguments: Node) -> str:
        if name in COMPOSED:
            self.composed.add(name)
        return f"{name}({', '.join(self._term(argument, _SUM) for argument in arguments)})"

    def _constant(self, node: Node) -> float | None:
        return constant_value(node, self.values, self.table)

    def _power(self, base: Node, exponent: Node) -> tuple[str, int]:
        known = self._constant(exponent)
        if known is not None:
            return self._known_power(base, known)
        root = self._constant(base)
        if root == math.e:
            return self._call("exp", exponent), _ATOM
        if root is not None and 0.0 < root < math.inf and math.frexp(root)[0] == 0.5:
            scale = math.frexp(root)[1] - 1
            if scale == 0:
                return "1.0", _ATOM
            if scale == 1:
                return self._call("exp2", exponent), _ATOM
            return f"exp2({float(scale)!r} * {self._term(exponent, _SIGN)})", _ATOM
        return self._call("power", base, exponent), _ATOM

    def _known_power(self, base: Node, exponent: float) -> tuple[str, int]:
        if not math.isfinite(exponent) or abs(exponent) > MAX_POWER and exponent.is_integer():
            raise ExpressionError(f"the power {exponent:g} is beyond {MAX_POWER}")
        if not (2.0 * exponent).is_integer() or abs(exponent) > MAX_POWER:
            return f"power({self._term(base, _SUM)}, {exponent!r})", _ATOM
        if exponent < 0.0:
            positive = self._known_power(base, -exponent)[0]
            return f"div(1.0, {positive})", _ATOM
        if exponent == 0.0:
            return "1.0", _ATOM
        if exponent == 1.0:
            return self._written(base)
        if exponent == 0.5:
            return self._call("sqrt", base), _ATOM
        if exponent == 2.0 and isinstance(base, Symbol) and base not in self.values:
            factor = self._symbol(base)[0]
            return f"{factor} * {factor}", _PRODUCT
        return f"{self._multiplication(exponent)}({self._term(base, _SUM)})", _ATOM

    def _multiplication(self, exponent: float) -> str:
        whole = int(exponent)
        if whole == exponent:
            name, body = f"ipow_{whole}", _binary_powering(whole)
        else:
            name = f"hpow_{int(2 * exponent)}"
            factor = "x" if whole == 1 else f"{self._multiplication(whole)}(x)"
            body = f"    return {factor} * sqrt(x)\n"
        self.definitions.setdefault(name, f"def {name}(x):\n{body}")
        return name

    def _apply(self, node: Apply) -> str:
        """Write a call; arguments that are constants go into a variant of a function with powers.

        A compiler would propagate them into the exponent and replace the power by a product with
        other last digits; written out here, both sides multiply.
        """
        parameters, body = self.table[node.function]
        fixed: dict[Node, Node] = {}
        if node.function in self._open:
            for parameter, argument in zip(parameters, node.arguments, strict=True):
                known = self._constant(argument)
                if known is not None and math.isfinite(known):
                    fixed[Symbol("argument", parameter)] = _literal(known)
        name = f"f_{node.function}"
        if fixed:
            name = self._fixed_name(name, fixed)
        remaining = {
            parameter: argument
            for parameter, argument in zip(parameters, node.arguments, strict=True)
            if Symbol("argument", parameter) not in fixed
        }
        self._define(name, tuple(remaining), _substituted(body, fixed))
        return f"{name}({', '.join(self._term(argument, _SUM) for argument in remaining.values())})"

    def _fixed_name(self, name: str, fixed: Mapping[Node, Node]) -> str:
        key = repr(sorted((symbol.name, known) for symbol, known in self._named(fixed)))
        return f"f{sha256(key.encode()).hexdigest()[:12]}{name[1:]}"

    def _named(self, fixed: Mapping[Node, Node]) -> list[tuple[Symbol, str]]:
        return [(key, repr(value)) for key, value in fixed.items() if isinstance(key, Symbol)]

    def _define(self, name: str, parameters: tuple[str, ...], body: Node) -> None:
        if name in self.definitions:
            return
        if len(self.definitions) > MAX_VARIANTS:
            raise ExpressionError(f"more than {MAX_VARIANTS} functions when written out")
        text = self.number(body)
        arguments = ", ".join(PREFIXES["argument"] + parameter for parameter in parameters)
        self.definitions.setdefault(name, f"def {name}({arguments}):\n    return {text}\n")

    def _truth(self, node: Node) -> str:
        match node:
            case Compare(first, rest):
                text = self._term(first, _SUM)
                return (
                    f"({text}{''.join(f' {sign} {self._term(term, _SUM)}' for sign, term in rest)})"
                )
            case Logic(word, operands):
                return f"({f' {word} '.join(map(self._truth, operands))})"
            case Not(operand):
                return f"(not {self._truth(operand)})"
            case _:
                return f"({self._term(node, _SUM)} != 0.0)"


def _check_brackets(text: str) -> None:
    depth = 0
    for letter in text:
        depth += (letter == "(") - (letter == ")")
        if depth > MAX_BRACKETS:
            raise ExpressionError("nested too deeply when written out")


def _literal(value: float) -> Node:
    return Negate(Number(-value)) if math.copysign(1.0, value) < 0 else Number(value)


def _substituted(node: Node, replacements: Mapping[Node, Node]) -> Node:
    if node in replacements:
        return replacements[node]
    return rebuild(node, lambda child: _substituted(child, replacements))


def _binary_powering(exponent: int) -> str:
    """Return the body that raises x to `exponent` by squaring.  Knuth, TAOCP 2, 4.6.3."""
    lines = []
    factors = ["x"] if exponent & 1 else []
    last = "x"
    for bit in range(1, exponent.bit_length()):
        square = f"x{2**bit}"
        lines.append(f"    {square} = {last} * {last}\n")
        last = square
        if exponent >> bit & 1:
            factors.append(square)
    return "".join(lines) + f"    return {' * '.join(reversed(factors))}\n"
