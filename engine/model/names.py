"""Names of the expression language, and their lookup in a model: the second half of parsing."""

import math
import re
import unicodedata
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field, replace
from types import MappingProxyType
from typing import NoReturn

from engine.errors import ExpressionError, suggest
from engine.model.evaluation import constant_value
from engine.model.expressions import NAME_PATTERN, keyword_remedy, parse, place_in
from engine.model.folding import Allowance
from engine.model.lags import LAG, MAX_LAG, lag_symbol
from engine.model.nodes import (
    Apply,
    Call,
    Conditional,
    Name,
    Node,
    Number,
    Power,
    Reduction,
    Symbol,
    rebuild,
)
from engine.model.reductions import Reductions

__all__ = [
    "CONSTANTS",
    "EVENT_MACROS",
    "FUNCTIONS",
    "Scope",
    "name_fault",
    "resolve",
    "resolve_tree",
]

_NAME = re.compile(NAME_PATTERN)

CONSTANTS: Mapping[str, float] = MappingProxyType({"pi": math.pi, "π": math.pi, "e": math.e})

EVENT_MACROS = frozenset(
    {
        "cross_up", "cross_down", "cross_either", "changed", "increasing", "decreasing",
        "in_interval", "enters_interval", "leaves_interval",
    }
)  # fmt: skip


@dataclass(frozen=True, slots=True)
class _Signature:
    """What a function of the language is called in generated code, and how many arguments it has.

    `defaults` complete a call that leaves out its last arguments.
    """

    target: str
    arity: int = 1
    defaults: tuple[float, ...] = ()
    variadic: bool = False


def _signatures() -> dict[str, _Signature]:
    unary = """
        exp exp2 expm1 log log2 log10 log1p sqrt cbrt sin cos tan asin acos atan sinh cosh tanh
        asinh acosh atanh floor ceil trunc rint erf erfc sign step relu
    """
    table = {name: _Signature(name) for name in unary.split()}
    for name in ("sin", "cos", "tan", "sinh", "cosh", "tanh"):
        table["arc" + name] = _Signature("a" + name)
    table |= {name: _Signature("absolute") for name in ("abs", "fabs", "absolute")}
    table |= {name: _Signature("minimum", 2, variadic=True) for name in ("min", "minimum")}
    table |= {name: _Signature("maximum", 2, variadic=True) for name in ("max", "maximum")}
    table |= {name: _Signature(name, 2) for name in ("hypot", "mod", "atan2")}
    table |= {name: _Signature("power", 2) for name in ("power", "pow")}
    return table | {
        "copysign": _Signature("with_sign", 2),
        "arctan2": _Signature("atan2", 2),
        "round": _Signature("rint"),
        "heaviside": _Signature("heaviside", 2, defaults=(0.5,)),
        "clip": _Signature("clip", 3),
        "approx": _Signature("approx", 3),
        "where": _Signature("where", 3),
    }


FUNCTIONS: Mapping[str, _Signature] = MappingProxyType(_signatures())
# What functions are called elsewhere.
_HABITS = {
    "ln": "log", "lg": "log10", "sgn": "sign", "tg": "tan", "arctg": "atan", "fix": "trunc",
    "H": "heaviside", "Heaviside": "heaviside", "theta": "heaviside", "θ": "heaviside",
    "ceiling": "ceil", "int": "trunc", "ifelse": "where",
}  # fmt: skip
_RESERVED = frozenset({*FUNCTIONS, *EVENT_MACROS, "sum", "prod", "range"})


@dataclass(frozen=True, kw_only=True)
class Scope:
    """The names an expression may use.

    Attributes
    ----------
    symbols : mapping of str to Symbol
        Names of values.
    functions : mapping of str to int
        Functions the model defines, with their number of arguments.
    values : mapping of Symbol to float
        What the constants among `symbols` are worth.
    hidden : mapping of str to str
        Names that exist but may not be used here, with the reason.
    captured : mapping of str to tuple of Symbol
        The parameters that a function uses besides its arguments: calls hand them over.
    allowance : Allowance or None
        While a model is loaded, what all of its expressions may still take together.
    """

    symbols: Mapping[str, Symbol] = field(default_factory=dict)
    functions: Mapping[str, int] = field(default_factory=dict)
    values: Mapping[Symbol, float] = field(default_factory=dict)
    hidden: Mapping[str, str] = field(default_factory=dict)
    captured: Mapping[str, tuple[Symbol, ...]] = field(default_factory=dict)
    allowance: Allowance | None = field(default=None, compare=False)

    @classmethod
    def of_constants(
        cls,
        constants: Mapping[str, float] = MappingProxyType({}),
        allowance: Allowance | None = None,
    ) -> "Scope":
        """Return the scope of pi, e and the model's `constants`."""
        worth = {
            Symbol("constant", name): value for name, value in {**CONSTANTS, **constants}.items()
        }
        symbols = {symbol.name: symbol for symbol in worth}
        return cls(symbols=symbols, values=worth, allowance=allowance)

    def extended(
        self,
        symbols: Iterable[Symbol],
        functions: Mapping[str, int] = MappingProxyType({}),
        hidden: Mapping[str, str] = MappingProxyType({}),
    ) -> "Scope":
        """Return a scope with more names."""
        return replace(
            self,
            symbols={**self.symbols, **{symbol.name: symbol for symbol in symbols}},
            functions={**self.functions, **functions},
            hidden={**self.hidden, **hidden},
        )


def name_fault(name: str) -> str | None:
    """Return why `name` cannot name a state, parameter, constant, aux or function, else None."""
    if remedy := keyword_remedy(name):
        return f"{name!r} is a keyword of Python and no name; {remedy}"
    if not _NAME.fullmatch(name) or unicodedata.normalize("NFKC", name) != name:
        return f"{name!r} is no name: it may have letters, Greek ones too, digits and _"
    if name == "t":
        return "'t' is the time and cannot be defined"
    if name in CONSTANTS:
        worth = f"the constant {CONSTANTS[name]:.6g}"
        return f"{name!r} is {worth} and cannot be defined; choose another name"
    if name in _RESERVED:
        return f"{name!r} is a function of the expression language and cannot be defined"
    return None


def resolve(text: str, scope: Scope, where: str = "", column: int = 0) -> Node:
    """Parse `text` and look up its names in `scope`.

    Raises
    ------
    ExpressionError
        If `text` is no expression, or uses a name that `scope` does not hold.
    """
    return resolve_tree(parse(text, where, column), scope, where, column, text)


def resolve_tree(
    tree: Node, scope: Scope, where: str = "", column: int = 0, text: str = ""
) -> Node:
    """Look up the names of a parsed tree in `scope`, as `resolve` does."""
    return _Resolver(scope, where, column, text).visit(tree)


class _Resolver(Reductions):
    def __init__(self, scope: Scope, where: str, column: int, text: str) -> None:
        super().__init__(scope.symbols, scope.values, scope.allowance or Allowance())
        self.scope = scope
        self.where = where
        self.column = column
        self.text = text

    def fail(self, message: str, column: int) -> NoReturn:
        place = place_in(self.text, column, self.where, self.column)
        raise ExpressionError(f"{place}: {message}")

    def visit(self, node: Node) -> Node:
        self.budget -= 1
        self.allowance.written -= 1
        match node:
            case Name(name, column):
                return self.name(name, column)
            case Call():
                return self.call(node)
            case Reduction():
                if fault := name_fault(node.index):
                    self.fail(fault, node.column)
                return self.reduction(node)
            case _:
                return rebuild(node, self.visit)

    def name(self, name: str, column: int) -> Node:
        if name in self.indices:
            return self.indices[name]
        if name in self.scope.symbols:
            return self.scope.symbols[name]
        if name in self.scope.hidden:
            self.fail(f"{name!r} cannot be used here: {self.scope.hidden[name]}", column)
        if name in FUNCTIONS or name in self.scope.functions:
            self.fail(f"{name!r} is a function; write {name}(…)", column)
        if name.startswith(LAG) and self.is_state(name.removeprefix(LAG)):
            self.fail(f"{name!r} is a function; write {name}(k), k steps ago", column)
        self.fail(f"unknown name {name!r}{suggest(name, self.scope.symbols)}", column)

    def call(self, node: Call) -> Node:
        name, count = node.function, len(node.arguments)
        if name in self.scope.functions:
            expected = self.scope.functions[name]
            if count != expected:
                self.fail(f"{name}() takes {_arguments(expected)}, not {count}", node.column)
            handed = self.scope.captured.get(name, ())
            return Apply(name, (*map(self.visit, node.arguments), *handed))
        if name not in FUNCTIONS:
            if self.is_state(name.removeprefix(LAG)) and name.startswith(LAG):
                return self.lag(node)
            self.fail(self.unknown_call(name), node.column)
        signature = FUNCTIONS[name]
        least = signature.arity - len(signature.defaults)
        if count < least or (count > signature.arity and not signature.variadic):
            wanted = f"{least} or more arguments" if signature.variadic else _arguments(least)
            if signature.defaults:
                wanted = f"{least} or {signature.arity} arguments"
            self.fail(f"{name}() takes {wanted}, not {count}", node.column)
        given = tuple(map(self.visit, node.arguments))
        omitted = signature.arity - count
        defaults = signature.defaults[-omitted:] if omitted > 0 else ()
        return _builtin(signature, (*given, *map(Number, defaults)))

    def is_state(self, name: str) -> bool:
        return self.scope.symbols.get(name) == Symbol("state", name)

    def lag(self, node: Call) -> Node:
        """Return the symbol of a state some steps ago; without an argument, one step."""
        name, count = node.function, len(node.arguments)
        if count > 1:
            self.fail(f"{name}() takes the number of steps, not {count} arguments", node.column)
        steps = constant_value(self.visit(node.arguments[0]), {}) if count else 1.0
        if steps is None or not steps.is_integer() or not 1 <= steps <= MAX_LAG:
            self.fail(
                f"{name}(k) takes a whole number of steps from 1 to {MAX_LAG}, written out",
                node.column,
            )
        return lag_symbol(name.removeprefix(LAG), int(steps))

    def no_lag(self, state: str) -> str:
        """Say why there is no past of what is not a state here."""
        if state in self.scope.hidden:
            return f"{LAG}{state}() cannot be used here: {self.scope.hidden[state]}"
        states = [name for name in self.scope.symbols if self.is_state(name)]
        what = "is not a state" if state in self.scope.symbols else "does not exist"
        return f"{LAG}{state}(): {state!r} {what}; only states have a past{suggest(state, states)}"

    def unknown_call(self, name: str) -> str:
        if name in self.scope.symbols or name in self.indices:
            return f"{name!r} is no function; write '*' to multiply"
        if name in EVENT_MACROS:
            return f"{name}() compares with what was before: it belongs into an event's condition"
        if name.startswith(LAG):
            return self.no_lag(name.removeprefix(LAG))
        if name in ("sum", "prod"):
            return f"write {name}(expression for i in range(first, end))"
        if name in _HABITS:
            return f"unknown function {name!r}; did you mean {_HABITS[name]!r}?"
        return f"unknown function {name!r}{suggest(name, [*self.scope.functions, *FUNCTIONS])}"


def _builtin(signature: _Signature, arguments: tuple[Node, ...]) -> Node:
    if signature.target == "where":
        condition, then, otherwise = arguments
        return Conditional(then, condition, otherwise)
    if signature.target == "power":
        return Power(*arguments)
    if signature.variadic:
        folded = arguments[0]
        for argument in arguments[1:]:
            folded = Call(signature.target, (folded, argument))
        return folded
    return Call(signature.target, arguments)


def _arguments(count: int) -> str:
    return f"{count} argument" + ("" if count == 1 else "s")
