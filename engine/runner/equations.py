"""What a unit contains of its model: right-hand side, tangent flow, stop condition."""

from collections.abc import Sequence

from engine.model import Model, Tangent
from engine.model.generated import EventsCode, EventsTangent
from engine.runner.arrays import array_model_function
from engine.runner.bindings import bindings, composed_sources, definitions
from engine.runner.layout import Shape, define, pack
from engine.runner.noise import noise_codes
from engine.runner.plan import UnitPlan

__all__ = ["model_functions"]


def model_functions(plan: UnitPlan) -> list[str]:
    """Write right-hand side, tangent flow and stop condition, after the functions they call."""
    shape = plan.shape
    model, code = plan.model, plan.model.code
    composed = list(code.composed)
    functions = [code.functions]
    if shape.tangents == 0:
        equations = [_flow("rhs", model, shape)]
    else:
        tangent = model.jvp()
        composed += [name for name in tangent.composed if name not in composed]
        functions.append(tangent.functions)
        equations = [_flow("flow", model, shape), *_extended_rhs(model, tangent, shape)]
    if plan.stop is not None:
        condition = model.expression(plan.stop.cond, "stop condition")
        composed += [name for name in condition.composed if name not in composed]
        functions.append(condition.functions)
        bound = bindings(model, [condition.code], condition.aux, plan.lags)
        body = [*bound, f"return {condition.code}"]
        equations.append(define("stop", "t, y, p", body))
    for expression in plan.measuring.needed:
        composed += [name for name in expression.composed if name not in composed]
        functions.append(expression.functions)
    composed += [name for name in plan.measuring.composed if name not in composed]
    if model.events.events:
        texts: list[EventsCode | EventsTangent] = [model.events]
        if shape.tangents:
            texts.append(model.events_tangent)
        for text in texts:
            composed += [name for name in text.composed if name not in composed]
            functions.append(text.functions)
    for noise in noise_codes(plan):
        composed += [name for name in noise.composed if name not in composed]
        functions.append(noise.functions)
    distinct = dict.fromkeys(definitions("\n\n".join(f for f in functions if f)))
    return [*composed_sources(composed), *distinct, *equations]


def _flow(name: str, model: Model, shape: Shape) -> str:
    """Write the right-hand side."""
    code = model.code
    if shape.arrays:
        expressions = dict(code.aux)
        prelude = [f"a_{aux} = {expressions[aux]}" for aux in code.rhs_aux]
        return array_model_function(name, "t, y, p", prelude, code.rhs, _places(model))
    lines = [*bindings(model, code.rhs, code.rhs_aux), "return " + pack(code.rhs)]
    return define(name, "t, y, p", lines)


def _places(model: Model) -> dict[str, str]:
    states = {f"s_{name}": f"y[{i}]" for i, name in enumerate(model.state_names)}
    given = [f"p_{name}" for name in model.param_names] + [f"l_{lag}" for lag in model.lags]
    return states | {name: f"p[{i}]" for i, name in enumerate(given)}


def _extended_rhs(model: Model, tangent: Tangent, shape: Shape) -> list[str]:
    """Write the tangent flow and the right-hand side of state and tangents together."""
    statements = [f"{name} = {expression}" for name, expression in tangent.statements]
    if shape.arrays:
        return _extended_array_rhs(model, tangent, statements, shape)
    code = [*statements, *tangent.result]
    seeds = [f"v_{name} = v[{i}]" for i, name in enumerate(model.state_names)]
    body = [
        *bindings(model, code, tangent.aux),
        *seeds,
        *statements,
        "return " + pack(tangent.result),
    ]
    n = shape.n
    blocks = [range(n * (1 + k), n * (2 + k)) for k in range(shape.tangents)]
    lines = ["f = flow(t, y, p)"]
    items = [f"f[{i}]" for i in range(n)]
    for k, block in enumerate(blocks):
        lines.append(f"g{k} = tangent_flow(t, y, {pack(f'y[{i}]' for i in block)}, p)")
        items += [f"g{k}[{i}]" for i in range(n)]
    return [
        define("tangent_flow", "t, y, v, p", body),
        define("rhs", "t, y, p", [*lines, "return " + pack(items)]),
    ]


def _extended_array_rhs(
    model: Model, tangent: Tangent, statements: Sequence[str], shape: Shape
) -> list[str]:
    """Write the same for arrays: each part fills its own part of the row."""
    n, places = shape.n, _places(model)
    places |= {f"v_{name}": f"v[{i}]" for i, name in enumerate(model.state_names)}
    lines = ["flow(t, y, p, row_store, row_at)"]
    for k in range(1, 1 + shape.tangents):
        block = f"y[{n * k}:{n * (k + 1)}]"
        lines.append(f"tangent_flow(t, y, {block}, p, row_store, row_at + {n * k})")
    lines += [f"out0 = view(row_store, row_at, {shape.extended})", "return out0"]
    return [
        array_model_function("tangent_flow", "t, y, v, p", statements, tangent.result, places),
        define("rhs", "t, y, p, row_store, row_at", lines),
    ]
