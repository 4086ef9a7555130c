"""Expressions of int64 maps to Python text: every expression is whole or a float.

States, parameters, delayed states, the iteration, whole literals and constants are whole.
``+ - * // %``, powers with whole exponents, ``abs min max sign relu clip step`` and conditionals
of what is whole are whole, as are comparisons, which are worth 1 or 0.  Everything else is a
float: ``/``, literals with a point, and all other functions; a float that becomes a state or a
parameter is cut off at its point.

A result that does not exist in 64 bits is `engine.model.integers.UNDEFINED` and stays so through
everything that it enters, conditions included, up to the state that it would have been.
"""

import math
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field

from engine.errors import ExpressionError
from engine.model.evaluation import FunctionTable
from engine.model.integers import LARGEST, UNDEFINED, integer_source
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
from engine.model.render import _ATOM, _SUM, MAX_POWER, PREFIXES, Renderer, _substituted

__all__ = ["IntegerRenderer", "renderer_for"]

_SUMS = {"+": "iadd", "-": "isub"}
_PRODUCTS = {"*": "imul", "//": "ifloordiv", "%": "imod"}
# Functions that are whole where all their arguments are.
_WHOLE = {
    "absolute": "iabs", "minimum": "imin", "maximum": "imax", "sign": "isign", "step": "istep",
    "relu": "relu", "clip": "clip", "mod": "imod", "floordiv": "ifloordiv",
    "floor": "", "ceil": "", "trunc": "", "rint": "",
}  # fmt: skip
_ALWAYS_DEFINED = ("state", "param", "lag", "time", "constant")


@dataclass
class IntegerRenderer(Renderer):
    """Writes expressions of one int64 map.

    Attributes
    ----------
    aux : mapping of str to Node
        The model's aux: whether they are whole decides what uses them.
    """

    aux: Mapping[str, Node] = field(default_factory=dict)
    _arguments: dict[str, bool] = field(default_factory=dict, init=False)
    _aux_whole: dict[str, bool] = field(default_factory=dict, init=False)

    def is_whole(self, node: Node) -> bool:
        """Tell whether an expression is a whole number."""
        match node:
            case Number(_, whole):
                return whole is not None
            case Symbol():
                return self._is_whole_symbol(node)
            case Negate(operand):
                return self.is_whole(operand)
            case Not() | Compare() | Logic():
                return True
            case Chain(first, rest):
                signs = all(sign != "/" for sign, _ in rest)
                return signs and self.is_whole(first) and all(self.is_whole(t) for _, t in rest)
            case Power(base, exponent):
                return self.is_whole(base) and self._is_whole_exponent(exponent)
            case Conditional(then, _, otherwise):
                return self.is_whole(then) and self.is_whole(otherwise)
            case Call(name, arguments):
                return name in _WHOLE and all(map(self.is_whole, arguments))
            case Apply(name, arguments):
                parameters, body = self.table[name]
                with self._given(dict(zip(parameters, map(self.is_whole, arguments), strict=True))):
                    return self.is_whole(body)
        return False

    def _is_whole_symbol(self, symbol: Symbol) -> bool:
        if symbol.role == "aux":
            if symbol.name not in self._aux_whole:
                self._aux_whole[symbol.name] = self.is_whole(self.aux[symbol.name])
            return self._aux_whole[symbol.name]
        if symbol.role == "argument":
            return self._arguments.get(symbol.name, False)
        if symbol in self.values:
            value = self.values[symbol]
            return float(value).is_integer() and abs(value) <= LARGEST
        return symbol.role in _ALWAYS_DEFINED

    def _is_whole_exponent(self, exponent: Node) -> bool:
        known = self._constant(exponent)
        if known is None:
            return self.is_whole(exponent)
        return float(known).is_integer() and known >= 0.0

    @contextmanager
    def _given(self, arguments: dict[str, bool]) -> Iterator[None]:
        before, self._arguments = self._arguments, arguments
        try:
            yield
        finally:
            self._arguments = before

    def assigned(self, node: Node, where: str = "") -> str:
        """Return the text of what becomes a state or a parameter: a whole number."""
        if self.is_whole(node):
            text = self.number(node, where)
            # A literal has a type of its own when compiled.
            return f"int({text})" if isinstance(node, Number | Negate) else text
        return self._integer("itrunc", self.number(node, where))

    def _term(self, node: Node, binding: int) -> str:
        """Write a float, for what the base class makes of it."""
        if not self.is_whole(node):
            return super()._term(node, binding)
        if isinstance(node, Number):
            return repr(float(node.value))
        return self._integer("ifloat", self._whole(node))

    def _written(self, node: Node) -> tuple[str, int]:
        if self.is_whole(node):
            return self._term(node, _ATOM), _ATOM
        if isinstance(node, Conditional):
            text, binding = super()._written(node)
            return self._guarded(node.condition, text, "div(0.0, 0.0)"), binding
        return super()._written(node)

    def number(self, node: Node, where: str = "") -> str:
        """Return the text of `node` as a number, whole or a float."""
        if not self.is_whole(node):
            return super().number(node, where)
        try:
            return self._whole(node)
        except ExpressionError as error:
            raise ExpressionError(f"{where}: {error}" if where else str(error)) from None

    def _whole(self, node: Node) -> str:
        match node:
            case Number(_, whole):
                return self._literal(int(whole or 0))
            case Symbol():
                return self._whole_symbol(node)
            case Negate(Number(_, whole)):
                return f"({self._literal(-int(whole or 0))})"
            case Negate(operand):
                return self._integer("ineg", self._whole(operand))
            case Not() | Compare() | Logic():
                text = f"(1 if {self._truth(node)} else 0)"
                return self._guarded(node, text, str(UNDEFINED))
            case Chain(first, rest):
                text = self._whole(first)
                for sign, term in rest:
                    name = _SUMS.get(sign) or _PRODUCTS[sign]
                    text = self._integer(name, text, self._whole(term))
                return text
            case Power(base, exponent):
                return self._whole_power(base, exponent)
            case Conditional(then, condition, otherwise):
                chosen, other = self._whole(then), self._whole(otherwise)
                text = f"({chosen} if {self._truth(condition)} else {other})"
                return self._guarded(condition, text, str(UNDEFINED))
            case Call(name, arguments):
                return self._whole_call(name, [self._whole(a) for a in arguments])
            case Apply():
                return self._apply(node)
        raise ExpressionError(f"unresolved {node}")

    def _literal(self, value: int) -> str:
        if abs(value) > LARGEST:
            raise ExpressionError(f"{value} is beyond the range of int64, +-{LARGEST}")
        return repr(value)

    def _whole_symbol(self, symbol: Symbol) -> str:
        if symbol.role == "time":
            return self._integer("itrunc", "t")
        if symbol in self.values:
            value = int(self.values[symbol])
            return self._literal(value) if value >= 0 else f"({self._literal(value)})"
        return PREFIXES[symbol.role] + symbol.name

    def _whole_call(self, name: str, given: list[str]) -> str:
        if not _WHOLE[name]:
            # What is whole need not be rounded.
            return given[0]
        if name == "relu":
            return self._integer("imax", "0", given[0])
        if name == "clip":
            return self._integer("imin", self._integer("imax", *given[:2]), given[2])
        return self._integer(_WHOLE[name], *given)

    def _whole_power(self, base: Node, exponent: Node) -> str:
        known, text = self._constant(exponent), self._whole(base)
        if known is None:
            return self._integer("ipower", text, self._whole(exponent))
        if known > MAX_POWER:
            raise ExpressionError(f"the power {known:g} is beyond {MAX_POWER}")
        return self._integer("ipower", text, str(int(known)))

    def _chain(self, node: Chain) -> tuple[str, int]:
        """Write a chain that is a float: what comes first may still be whole."""
        whole: list[tuple[str, Node]] = []
        first = node.first
        for place, (sign, term) in enumerate(node.rest):
            before = Chain(first, tuple(whole)) if whole else first
            if sign == "/" or not self.is_whole(before) or not self.is_whole(term):
                if whole:
                    return super()._chain(Chain(before, node.rest[place:]))
                break
            whole.append((sign, term))
        return super()._chain(node)

    def _truth(self, node: Node) -> str:
        match node:
            case Compare(first, rest):
                # Only what is whole on both sides compares without rounding.
                whole = all(map(self.is_whole, [first, *(term for _, term in rest)]))
                write = self._whole if whole else (lambda term: self._term(term, _SUM))
                text = write(first) + "".join(f" {sign} {write(term)}" for sign, term in rest)
                return f"({text})"
            case Logic() | Not():
                return super()._truth(node)
        if self.is_whole(node):
            return f"({self._whole(node)} != 0)"
        return super()._truth(node)

    def _guarded(self, condition: Node, text: str, undefined: str) -> str:
        """Write a choice that is undefined where its condition is."""
        lost = self._lost(condition)
        return f"({undefined} if {lost} else {text})" if lost else text

    def _lost(self, node: Node) -> str:
        """Write the test whether a condition compares what is undefined; empty where it cannot."""
        match node:
            case Not(operand):
                return self._lost(operand)
            case Logic(word, operands):
                text = self._lost(operands[-1])
                for operand in reversed(operands[:-1]):
                    own, truth = self._lost(operand), self._truth(operand)
                    # What comes after is not looked at where this decides.
                    later = f"({truth if word == 'and' else f'(not {truth})'} and {text})"
                    text = _either(own, later if text else "")
                return text
            case Compare(first, rest):
                terms = [first, *(term for _, term in rest)]
                text = ""
                for term in terms:
                    text = _either(text, self._lost_number(term))
                return text
        return self._lost_number(node)

    def _lost_number(self, node: Node) -> str:
        known = isinstance(node, Number) or (
            isinstance(node, Symbol) and node.role in _ALWAYS_DEFINED
        )
        if known or not self.is_whole(node):
            return ""
        return f"({self._whole(node)} == {UNDEFINED})"

    def _apply(self, node: Apply) -> str:
        """Write a call of the function's variant for whole and float arguments."""
        parameters, body = self.table[node.function]
        fixed: dict[Node, Node] = {}
        for parameter, argument in zip(parameters, node.arguments, strict=True):
            known = self._constant(argument) if node.function in self._open else None
            if known is not None and math.isfinite(known):
                fixed[Symbol("argument", parameter)] = argument
        remaining = {
            parameter: argument
            for parameter, argument in zip(parameters, node.arguments, strict=True)
            if Symbol("argument", parameter) not in fixed
        }
        kinds = {parameter: self.is_whole(argument) for parameter, argument in remaining.items()}
        given = [
            self._whole(argument) if kinds[parameter] else self._term(argument, _SUM)
            for parameter, argument in remaining.items()
        ]
        name = self._variant(f"f_{node.function}", fixed, kinds)
        with self._given(kinds):
            self._define(name, tuple(remaining), _substituted(body, fixed))
        return f"{name}({', '.join(given)})"

    def _variant(self, name: str, fixed: Mapping[Node, Node], kinds: Mapping[str, bool]) -> str:
        letters = "".join("i" if whole else "f" for whole in kinds.values())
        if not fixed:
            return f"{name}__{letters}"
        return f"{self._fixed_name(name, fixed)}__{letters}"

    def _integer(self, name: str, *arguments: str) -> str:
        for callee, source in integer_source(name):
            self.definitions.setdefault(callee, source)
        return f"{name}({', '.join(arguments)})"


def _either(one: str, other: str) -> str:
    return f"({one} or {other})" if one and other else one or other


def renderer_for(
    dtype: str,
    values: Mapping[Symbol, float],
    table: FunctionTable,
    aux: Mapping[str, Node],
) -> Renderer:
    """Return a fresh renderer for models of a scalar type."""
    if dtype == "int64":
        return IntegerRenderer(values=values, table=table, aux=aux)
    return Renderer(values=values, table=table, dtype=dtype)
