"""Write a function of the model with one component a state, together with its tangent part."""

from engine.model import Model
from engine.model.generated import VectorCode
from engine.runner.arrays import STORE, array_model_function
from engine.runner.bindings import bindings
from engine.runner.layout import Shape, define, pack

__all__ = ["vector_function"]


def vector_function(
    name: str, model: Model, shape: Shape, value: VectorCode, tangent: VectorCode | None
) -> list[str]:
    """Write ``name(t, y, p)`` for the extended state.

    Parameters
    ----------
    name : str
        Of the function in the unit.
    model : Model
        Whose function it is.
    shape : Shape
        Sizes of the unit; with tangent vectors `tangent` is needed.
    value, tangent : VectorCode
        The function of the state, and its derivative along a tangent vector.

    Returns
    -------
    list of str
        Definitions, in either layout.
    """
    if tangent is None or shape.tangents == 0:
        return [_of_state(name, model, shape, value)]
    parts = [_of_state(f"{name}_of_state", model, shape, value)]
    parts.append(_of_tangent(f"{name}_of_tangent", model, shape, tangent))
    n = shape.n
    if shape.arrays:
        store, at = STORE
        lines = [f"{name}_of_state(t, y, p, {store}, {at})"]
        for k in range(1, 1 + shape.tangents):
            block = f"y[{n * k}:{n * (k + 1)}]"
            lines.append(f"{name}_of_tangent(t, y, {block}, p, {store}, {at} + {n * k})")
        lines += [f"out0 = view({store}, {at}, {shape.extended})", "return out0"]
        return [*parts, define(name, f"t, y, p, {store}, {at}", lines)]
    lines, items = [f"f = {name}_of_state(t, y, p)"], [f"f[{i}]" for i in range(n)]
    for k in range(1, 1 + shape.tangents):
        block = pack(f"y[{i}]" for i in range(n * k, n * (k + 1)))
        lines.append(f"g{k} = {name}_of_tangent(t, y, {block}, p)")
        items += [f"g{k}[{i}]" for i in range(n)]
    return [*parts, define(name, "t, y, p", [*lines, f"return {pack(items)}"])]


def _places(model: Model) -> dict[str, str]:
    states = {f"s_{name}": f"y[{i}]" for i, name in enumerate(model.state_names)}
    return states | {f"p_{name}": f"p[{i}]" for i, name in enumerate(model.param_names)}


def _of_state(name: str, model: Model, shape: Shape, code: VectorCode) -> str:
    expressions = dict(model.code.aux)
    if shape.arrays:
        prelude = [f"a_{aux} = {expressions[aux]}" for aux in code.aux]
        return array_model_function(name, "t, y, p", prelude, code.result, _places(model))
    lines = [*bindings(model, code.result, code.aux), f"return {pack(code.result)}"]
    return define(name, "t, y, p", lines)


def _of_tangent(name: str, model: Model, shape: Shape, code: VectorCode) -> str:
    statements = [f"{temporary} = {expression}" for temporary, expression in code.statements]
    directions = {f"v_{name}": f"v[{i}]" for i, name in enumerate(model.state_names)}
    if shape.arrays:
        places = _places(model) | directions
        return array_model_function(name, "t, y, v, p", statements, code.result, places)
    lines = bindings(model, [*statements, *code.result], ())
    lines += [f"{direction} = {place}" for direction, place in directions.items()]
    return define(name, "t, y, v, p", [*lines, *statements, f"return {pack(code.result)}"])
