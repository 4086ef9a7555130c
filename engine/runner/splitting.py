"""The two halves of a separated flow: motion of the positions alone, and of the momenta alone.

``drift(t, h, y, p)`` moves the positions along their rate for a time `h`, ``kick(t, h, y, p)`` the
momenta.  Tangent vectors are moved by the derivative of either, which is exact.
"""

from collections.abc import Collection

from engine.model import Model
from engine.runner.arrays import array_model_function
from engine.runner.bindings import bindings, names_used, needed_aux
from engine.runner.layout import define, pack
from engine.runner.plan import UnitPlan

__all__ = ["drift", "kick"]


def drift(plan: UnitPlan) -> list[str]:
    """Write ``drift``."""
    return _motion("drift", plan, plan.model.separation.positions)


def kick(plan: UnitPlan) -> list[str]:
    """Write ``kick``."""
    return _motion("kick", plan, plan.model.separation.momenta)


def _motion(name: str, plan: UnitPlan, moved: Collection[int]) -> list[str]:
    """Write a motion of some states, with their tangent vectors."""
    model, shape = plan.model, plan.shape
    write = _array_function if shape.arrays else _tuple_function
    rates = model.code.rhs
    ends = [f"y[{i}] + h * ({rates[i]})" if i in moved else f"y[{i}]" for i in range(shape.n)]
    aux = needed_aux(model, [rates[i] for i in moved])
    expressions = dict(model.code.aux)
    statements = [f"a_{a} = {expressions[a]}" for a in aux]
    if not shape.tangents:
        return [write(model, name, "t, h, y, p", statements, ends)]
    parts = [write(model, f"{name}_state", "t, h, y, p", statements, ends)]
    tangent = model.jvp()
    ends = [
        f"v[{i}] + h * ({tangent.result[i]})" if i in moved else f"v[{i}]" for i in range(shape.n)
    ]
    needed = names_used("\n".join(tangent.result[i] for i in moved))
    statements = []
    for temporary, expression in reversed(tangent.statements):
        if temporary in needed:
            needed |= names_used(expression)
            statements.insert(0, f"{temporary} = {expression}")
    parts.append(write(model, f"{name}_tangent", "t, h, y, v, p", statements, ends))
    return [*parts, _extended(name, plan)]


def _tuple_function(
    model: Model, name: str, arguments: str, statements: list[str], ends: list[str]
) -> str:
    lines = [*statements, *ends]
    used = names_used("\n".join(lines))
    seeds = [f"v_{s} = v[{i}]" for i, s in enumerate(model.state_names) if f"v_{s}" in used]
    named = [*bindings(model, lines, ()), *seeds]
    return define(name, arguments, [*named, *statements, f"return {pack(ends)}"])


def _array_function(
    model: Model, name: str, arguments: str, statements: list[str], ends: list[str]
) -> str:
    places = {f"s_{state}": f"y[{i}]" for i, state in enumerate(model.state_names)}
    places |= {f"p_{param}": f"p[{i}]" for i, param in enumerate(model.param_names)}
    places |= {f"v_{state}": f"v[{i}]" for i, state in enumerate(model.state_names)}
    return array_model_function(name, arguments, statements, ends, places)


def _extended(name: str, plan: UnitPlan) -> str:
    """Write the motion of the state and its tangent vectors together."""
    shape = plan.shape
    n, blocks = shape.n, range(1, 1 + shape.tangents)
    if shape.arrays:
        lines = [f"{name}_state(t, h, y, p, row_store, row_at)"]
        for k in blocks:
            block = f"y[{n * k}:{n * (k + 1)}]"
            lines.append(f"{name}_tangent(t, h, y, {block}, p, row_store, row_at + {n * k})")
        lines += [f"out0 = view(row_store, row_at, {shape.extended})", "return out0"]
        return define(name, "t, h, y, p, row_store, row_at", lines)
    lines = [f"f = {name}_state(t, h, y, p)"]
    items = [f"f[{i}]" for i in range(n)]
    for k in blocks:
        block = pack(f"y[{i}]" for i in range(n * k, n * (k + 1)))
        lines.append(f"g{k} = {name}_tangent(t, h, y, {block}, p)")
        items += [f"g{k}[{i}]" for i in range(n)]
    return define(name, "t, h, y, p", [*lines, "return " + pack(items)])
