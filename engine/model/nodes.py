"""The expression tree: what a parsed expression consists of.

The parser yields trees whose names are `Name`; resolving them against a model's names turns each
into a `Symbol`, each call of a model's function into an `Apply`, and unrolls each `Reduction`.
Columns count characters from 1 and serve error messages; they take no part in comparison.
"""

from collections.abc import Callable
from dataclasses import dataclass, field, replace
from typing import Literal

__all__ = [
    "Apply",
    "Call",
    "Chain",
    "Compare",
    "Conditional",
    "Logic",
    "Name",
    "Negate",
    "Node",
    "Not",
    "Number",
    "Power",
    "Reduction",
    "Role",
    "Symbol",
    "children",
    "is_condition",
    "rebuild",
    "symbols",
]

Role = Literal[
    "time",
    "state",
    "lag",
    "param",
    "aux",
    "constant",
    "argument",
    "tangent",
    "direction",
    "temporary",
]


@dataclass(frozen=True, slots=True)
class Number:
    """A finite literal; `whole` is its value where it is written without point and exponent."""

    value: float
    whole: int | None = field(default=None, compare=False)


@dataclass(frozen=True, slots=True)
class Name:
    """A name as written, not yet looked up."""

    name: str
    column: int = field(default=0, compare=False)


@dataclass(frozen=True, slots=True)
class Symbol:
    """A name with its meaning in the model; that of a lag is ``x_3``, state x three steps ago."""

    role: Role
    name: str


@dataclass(frozen=True, slots=True)
class Negate:
    """Unary minus."""

    operand: "Node"


@dataclass(frozen=True, slots=True)
class Not:
    """Logical negation."""

    operand: "Node"


@dataclass(frozen=True, slots=True)
class Chain:
    """Operations of one precedence, from left to right: ``a + b - c`` or ``a * b / c``.

    Flat, so that a sum of a thousand terms is not a thousand levels deep.
    """

    first: "Node"
    rest: tuple[tuple[str, "Node"], ...]

    @property
    def is_sum(self) -> bool:
        """Tell a chain of ``+ -`` from one of ``* / // %``."""
        return self.rest[0][0] in "+-"


@dataclass(frozen=True, slots=True)
class Power:
    """A power, written ``^`` or ``**``."""

    base: "Node"
    exponent: "Node"


@dataclass(frozen=True, slots=True)
class Compare:
    """A comparison, possibly chained: ``a < b <= c``."""

    first: "Node"
    rest: tuple[tuple[str, "Node"], ...]


@dataclass(frozen=True, slots=True)
class Logic:
    """``and`` or ``or`` of two or more conditions."""

    operator: str
    operands: tuple["Node", ...]


@dataclass(frozen=True, slots=True)
class Conditional:
    """``then if condition else otherwise``."""

    then: "Node"
    condition: "Node"
    otherwise: "Node"


@dataclass(frozen=True, slots=True)
class Call:
    """A call by name; once resolved, of a primitive or composed function."""

    function: str
    arguments: tuple["Node", ...]
    column: int = field(default=0, compare=False)


@dataclass(frozen=True, slots=True)
class Apply:
    """A call of a function the model defines."""

    function: str
    arguments: tuple["Node", ...]


@dataclass(frozen=True, slots=True)
class Reduction:
    """``sum`` or ``prod`` of `body` for `index` in range(*bounds), where `condition` holds."""

    operator: str
    body: "Node"
    index: str
    bounds: tuple["Node", ...]
    condition: "Node | None"
    column: int = field(default=0, compare=False)


Node = (
    Number
    | Name
    | Symbol
    | Negate
    | Not
    | Chain
    | Power
    | Compare
    | Logic
    | Conditional
    | Call
    | Apply
    | Reduction
)


def children(node: Node) -> tuple[Node, ...]:
    """Return the direct subexpressions of `node`, from left to right."""
    match node:
        case Number() | Name() | Symbol():
            return ()
        case Negate(operand) | Not(operand):
            return (operand,)
        case Chain(first, rest) | Compare(first, rest):
            return (first, *(term for _, term in rest))
        case Power(base, exponent):
            return (base, exponent)
        case Logic(_, operands):
            return operands
        case Conditional(then, condition, otherwise):
            return (then, condition, otherwise)
        case Call(_, arguments) | Apply(_, arguments):
            return arguments
        case Reduction(_, body, _, bounds, condition):
            return (body, *bounds, *(() if condition is None else (condition,)))


def rebuild(node: Node, change: Callable[[Node], Node]) -> Node:
    """Return `node` with `change` applied to each direct subexpression."""
    # Made anew rather than by `replace`, which takes most of the time of long sums.
    match node:
        case Number() | Name() | Symbol():
            return node
        case Negate(operand) | Not(operand):
            return type(node)(change(operand))
        case Chain(first, rest) | Compare(first, rest):
            first = change(first)
            return type(node)(first, tuple([(sign, change(term)) for sign, term in rest]))
        case Power(base, exponent):
            return Power(change(base), change(exponent))
        case Logic(operator, operands):
            return Logic(operator, tuple(map(change, operands)))
        case Conditional(then, condition, otherwise):
            return Conditional(change(then), change(condition), change(otherwise))
        case Call(name, arguments, column):
            return Call(name, tuple(map(change, arguments)), column)
        case Apply(name, arguments):
            return Apply(name, tuple(map(change, arguments)))
        case Reduction(_, body, _, bounds, condition):
            return replace(
                node,
                body=change(body),
                bounds=tuple(map(change, bounds)),
                condition=None if condition is None else change(condition),
            )


def symbols(node: Node) -> set[Symbol]:
    """Return every symbol that occurs in a resolved tree."""
    if isinstance(node, Symbol):
        return {node}
    return set().union(*map(symbols, children(node)))


def is_condition(node: Node) -> bool:
    """Tell whether `node` is true or false rather than a number."""
    return isinstance(node, Compare | Logic | Not)
