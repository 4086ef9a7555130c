"""Whether a flow is that of a separable Hamiltonian, and which states are its positions.

A flow separates where the states fall into two groups, each of which is driven by the other
alone: q' = f(p, t), p' = g(q, t).  It is the flow of a Hamiltonian T(p, t) + V(q, t) where both f
and g are gradients once each position has its momentum.  That is told from the derived Jacobian
matrix.  The masses of the canonical pairing need not be 1: with velocities in the place of
momenta the conserved form is the sum of m dq ∧ dv.
"""

import ast
import math
import random
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

from engine.errors import ModelError
from engine.model.arithmetic import COMPOSED, PRIMITIVES
from engine.model.nodes import Node, Symbol, symbols
from engine.model.pairing import SAME, Matrix, pairing_fault

if TYPE_CHECKING:
    from engine.model.model import Model

__all__ = ["Separation", "separation"]

# Points at which the derivatives are compared, and how often a point outside their domain is
# replaced by another.
POINTS = 4
ATTEMPTS = 200


@dataclass(frozen=True, kw_only=True)
class Separation:
    """Say how a flow separates, or why it does not.

    Attributes
    ----------
    positions, momenta : tuple of int
        Places of the states in the model's order; empty where the flow does not separate.
    reason : str
        Why it does not; empty where it does.
    """

    positions: tuple[int, ...] = ()
    momenta: tuple[int, ...] = ()
    reason: str = ""


def separation(model: "Model") -> Separation:
    """Return how the states of a flow fall into positions and momenta, or why they do not."""
    drivers = _drivers(model)
    for name, driving in drivers.items():
        if name in driving:
            return Separation(reason=_self_driven(model, name))
    names = model.state_names
    groups = _two_groups(drivers)
    if isinstance(groups, str):
        return Separation(reason=groups)
    try:
        jacobians = _jacobians(model)
    except ModelError as error:
        return Separation(reason=str(error))
    if len(jacobians) < POINTS:
        return Separation(reason="its derivatives are not finite where they were tried")
    positions: list[str] = []
    momenta: list[str] = []
    for first, second in groups:
        swapped = _are_positions(names, jacobians, second, first)
        positions += second if swapped else first
        momenta += first if swapped else second
    rows, columns = sorted(map(names.index, positions)), sorted(map(names.index, momenta))
    reason = pairing_fault(names, jacobians, rows, columns)
    if reason:
        return Separation(reason=reason)
    return Separation(positions=tuple(rows), momenta=tuple(columns))


def _drivers(model: "Model") -> dict[str, set[str]]:
    """Return the states that each right-hand side contains, itself or through aux."""
    trees = zip(model.state_names, model.resolved_rhs, strict=True)
    return {name: _states_in(model, tree) for name, tree in trees}


def _states_in(model: "Model", tree: Node) -> set[str]:
    found: set[str] = set()
    seen: set[Symbol] = set()
    ahead = symbols(tree)
    while ahead:
        symbol = ahead.pop()
        if symbol in seen:
            continue
        seen.add(symbol)
        if symbol.role == "state":
            found.add(symbol.name)
        elif symbol.role == "aux":
            ahead |= symbols(model.resolved_aux[symbol.name])
    return found


def _self_driven(model: "Model", name: str) -> str:
    """Say that a state drives itself, and by which term."""
    text, of = model.spec.equations[model.state_names.index(name)].formula.text, ""
    aux = {entry.name: entry.formula.text for entry in model.spec.aux}
    while True:
        terms = [term for term in _terms(text) if name in _states_of_term(model, term)]
        if not terms:
            return f"{name}' depends on {name} itself"
        if terms[0].lstrip("-") not in aux:
            return f"{name}' depends on {name} itself (the term {terms[0]}{of})"
        text, of = aux[terms[0].lstrip("-")], f" of {terms[0].lstrip('-')}"


def _terms(text: str) -> list[str]:
    """Split the text of a sum into its terms, each with its sign."""
    try:
        node: ast.expr = ast.parse(f"({text.replace('^', '**')})", mode="eval").body
    except SyntaxError:
        return [text.strip()]
    terms = []
    while isinstance(node, ast.BinOp) and isinstance(node.op, ast.Add | ast.Sub):
        sign = "-" if isinstance(node.op, ast.Sub) else ""
        terms.append(sign + ast.unparse(node.right))
        node = node.left
    terms.append(ast.unparse(node))
    return [term.replace("**", "^") for term in reversed(terms)]


def _states_of_term(model: "Model", term: str) -> set[str]:
    try:
        tree = ast.parse(term.replace("^", "**"), mode="eval")
    except SyntaxError:
        return set()
    used = {node.id for node in ast.walk(tree) if isinstance(node, ast.Name)}
    found = used & set(model.state_names)
    for name in used & set(model.aux_names):
        found |= _states_in(model, model.resolved_aux[name])
    return found


def _two_groups(drivers: Mapping[str, set[str]]) -> list[tuple[list[str], list[str]]] | str:
    """Divide the states, one pair of groups for each set that hangs together, or say why not."""
    beside: dict[str, set[str]] = {name: set(driving) for name, driving in drivers.items()}
    for name, driving in drivers.items():
        for driver in driving:
            beside[driver].add(name)
    side: dict[str, int] = {}
    found = []
    for start in drivers:
        if start in side:
            continue
        side[start] = 0
        ahead, together = [start], [start]
        while ahead:
            name = ahead.pop()
            for other in sorted(beside[name], key=list(drivers).index):
                if other not in side:
                    side[other] = 1 - side[name]
                    ahead.append(other)
                    together.append(other)
                elif side[other] == side[name]:
                    driven, driver = (name, other) if other in drivers[name] else (other, name)
                    return (
                        f"{driven}' depends on {driver}, and the states do not fall into two "
                        "groups of which each is driven by the other alone"
                    )
        together.sort(key=list(drivers).index)
        halves = tuple([name for name in together if side[name] == half] for half in (0, 1))
        found.append((halves[0], halves[1]))
    return found


def _are_positions(
    names: Sequence[str], jacobians: Sequence[Matrix], driven: list[str], driving: list[str]
) -> bool:
    """Tell whether the states of the second group listed are positions rather than momenta.

    A kinetic energy is quadratic as a rule, so that velocities are linear in the momenta.
    """

    def is_linear(driven: list[str], driving: list[str]) -> bool:
        rows, columns = ([names.index(name) for name in chosen] for chosen in (driven, driving))
        one, other, *_ = jacobians
        return all(
            abs(other[i][j] - one[i][j]) <= SAME * abs(one[i][j]) for i in rows for j in columns
        )

    return is_linear(driven, driving) and not is_linear(driving, driven)


def _jacobians(model: "Model") -> list[Matrix]:
    """Evaluate the derived Jacobian matrix at a few points in general position.

    All have the same parameters: what their derivatives have in common holds for every state.
    The first two also have the same time.
    """
    product = _tangent_function(model)
    dice = random.Random(1)
    n = len(model.state_names)
    # A parameter that is 0 by default may have any value later.
    p = tuple(dice.uniform(0.8, 1.2) * (value or 0.5) for value in model.param_values)
    found: list[Matrix] = []
    for _ in range(ATTEMPTS):
        spread = dice.choice((0.3, 1.0, 1.0, 3.0))
        # Most models are at home about their initial state.
        y = tuple(value + spread * dice.uniform(-1.0, 1.0) for value in model.initial_state)
        t = 0.7 if len(found) < POINTS // 2 else 2.3
        units = [tuple(float(i == j) for i in range(n)) for j in range(n)]
        columns = [product(t, y, unit, p) for unit in units]
        if all(math.isfinite(value) for column in columns for value in column):
            found.append([[columns[j][i] for j in range(n)] for i in range(n)])
        if len(found) == POINTS:
            break
    return found


def _tangent_function(model: "Model") -> Callable[..., tuple[float, ...]]:
    tangent = model.jvp()
    lines = [f"s_{name} = y[{i}]" for i, name in enumerate(model.state_names)]
    lines += [f"v_{name} = v[{i}]" for i, name in enumerate(model.state_names)]
    lines += [f"p_{name} = p[{i}]" for i, name in enumerate(model.param_names)]
    lines += [f"{name} = {text}" for name, text in tangent.statements]
    lines.append(f"return ({', '.join(tangent.result)},)")
    body = "\n    ".join(lines)
    namespace: dict[str, Callable[..., tuple[float, ...]]] = {**PRIMITIVES, **COMPOSED}  # type: ignore[dict-item]
    exec(f"{tangent.functions}\n\ndef product(t, y, v, p):\n    {body}", namespace)
    return namespace["product"]
