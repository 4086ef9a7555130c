"""Wiener variables of an ``.ode`` file as the amplitudes of noise.

A Wiener variable is a normal random number over the square root of the step, held for the step.
Where it enters a right-hand side linearly, ``x' = f + s*w``, Euler's method makes of it the
Euler-Maruyama method with the amplitude s, in Itô's sense.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field

from engine.model.dependence import sorted_by_use
from engine.model.nodes import Call, Chain, Conditional, Name, Negate, Node, Number, Power, children
from engine.model.xpp.report import Report, Unsupported
from engine.model.xpp.translation import names_in

__all__ = ["NoiseParts", "amplitudes", "is_random", "noisy_fixed", "separated"]

_ONE, _ZERO = Number(1.0), Number(0.0)


@dataclass(frozen=True)
class NoiseParts:
    """A quantity as ``rest + sum of factor times Wiener variable``.

    Attributes
    ----------
    rest : Node or None
        What is not random; None for nothing.
    factors : mapping of str to Node
        By the names of the Wiener variables.
    """

    rest: Node | None
    factors: Mapping[str, Node] = field(default_factory=dict)


def noisy_fixed(
    fixed: Mapping[str, Node], wiener: Iterable[str], report: Report, lines: Mapping[str, int]
) -> dict[str, NoiseParts]:
    """Return the parts of the Wiener variables and of the fixed quantities that use them."""
    known = {name: NoiseParts(None, {name: _ONE}) for name in wiener}
    if not known:
        return {}
    uses = {name: set(names_in(tree)).intersection(fixed) for name, tree in fixed.items()}
    for name in sorted_by_use(uses, lambda name: f"{report.place(lines[name])}, {name}"):
        try:
            parts = separated(fixed[name], known)
        except Unsupported as error:
            report.refuse(lines[name], f"{name}: {error}")
            continue
        if parts.factors:
            known[name] = NoiseParts(parts.rest and Name(name), parts.factors)
    return known


def separated(node: Node, known: Mapping[str, NoiseParts]) -> NoiseParts:
    """Return the parts of a tree; `known` has those of the names that are random.

    Raises
    ------
    Unsupported
        If a Wiener variable enters otherwise than linearly.
    """
    if not known or not is_random(node, known):
        return NoiseParts(node)
    match node:
        case Name(name):
            return known[name]
        case Negate(operand):
            parts = separated(operand, known)
            return NoiseParts(
                parts.rest and Negate(parts.rest),
                {name: Negate(factor) for name, factor in parts.factors.items()},
            )
        case Chain() if node.is_sum:
            return _sum(node, known)
        case Chain():
            return _product(node, known)
        case Conditional(then, condition, otherwise):
            if not is_random(condition, known):
                return _choice(condition, separated(then, known), separated(otherwise, known))
    raise Unsupported("a Wiener variable may only be added, with a factor without noise")


def _sum(node: Chain, known: Mapping[str, NoiseParts]) -> NoiseParts:
    rest: list[tuple[str, Node]] = []
    factors: dict[str, list[tuple[str, Node]]] = {}
    for sign, term in [("+", node.first), *node.rest]:
        parts = separated(term, known)
        if parts.rest is not None:
            rest.append((sign, parts.rest))
        for name, factor in parts.factors.items():
            factors.setdefault(name, []).append((sign, factor))
    return NoiseParts(
        _added(rest) if rest else None, {name: _added(terms) for name, terms in factors.items()}
    )


def _added(terms: Sequence[tuple[str, Node]]) -> Node:
    (sign, first), *others = terms
    head = first if sign == "+" else Negate(first)
    return Chain(head, tuple(others)) if others else head


def _product(node: Chain, known: Mapping[str, NoiseParts]) -> NoiseParts:
    terms = [("*", node.first), *node.rest]
    random = [i for i, (_, term) in enumerate(terms) if is_random(term, known)]
    if len(random) != 1 or terms[random[0]][0] != "*":
        raise Unsupported("a Wiener variable may only be added, with a factor without noise")
    at = random[0]
    parts = separated(terms[at][1], known)

    def times(value: Node) -> Node:
        kept = [("*", value) if i == at else term for i, term in enumerate(terms)]
        if value == _ONE and len(kept) > 1 and (at > 0 or kept[1][0] == "*"):
            del kept[at]
        return Chain(kept[0][1], tuple(kept[1:])) if kept[1:] else kept[0][1]

    return NoiseParts(
        None if parts.rest is None else times(parts.rest),
        {name: times(factor) for name, factor in parts.factors.items()},
    )


def _choice(condition: Node, then: NoiseParts, otherwise: NoiseParts) -> NoiseParts:
    rest = None
    if then.rest is not None or otherwise.rest is not None:
        rest = Conditional(then.rest or _ZERO, condition, otherwise.rest or _ZERO)
    factors: dict[str, Node] = {
        name: Conditional(
            then.factors.get(name, _ZERO), condition, otherwise.factors.get(name, _ZERO)
        )
        for name in {**then.factors, **otherwise.factors}
    }
    return NoiseParts(rest, factors)


def amplitudes(
    states: Mapping[str, NoiseParts], report: Report, lines: Mapping[str, int]
) -> dict[str, Node]:
    """Return the amplitude of the noise of each state that has any.

    Several Wiener variables of one state add up to one of the root of the sum of their squares.
    One that drives two states is refused: the noises of the states are independent here.
    """
    drives: dict[str, str] = {}
    found: dict[str, Node] = {}
    for state, parts in states.items():
        for name in parts.factors:
            if name in drives:
                report.refuse(
                    lines[state],
                    f"the Wiener variable {name!r} drives both {drives[name]!r} and {state!r}; "
                    "the noises of different states are independent here",
                )
            drives[name] = state
        several = list(parts.factors.values())
        if len(several) == 1:
            found[state] = several[0]
        elif several:
            squares = [Power(factor, Number(2.0)) for factor in several]
            total = Chain(squares[0], tuple(("+", square) for square in squares[1:]))
            found[state] = Call("sqrt", (total,))
    return found


def is_random(node: Node, known: Mapping[str, NoiseParts]) -> bool:
    """Tell whether a tree uses a Wiener variable, directly or not."""
    if isinstance(node, Name):
        return node.name in known
    return any(is_random(child, known) for child in children(node))
