"""How the names of a model's expressions come about in the functions of a unit."""

import ast
from collections.abc import Iterable

from engine.model import Model
from engine.model.arithmetic import COMPOSED
from engine.steppers.stepper import function_source


def names_used(text: str) -> set[str]:
    """Return every name that a source text reads."""
    return {node.id for node in ast.walk(ast.parse(text)) if isinstance(node, ast.Name)}


def bindings(
    model: Model, code: Iterable[str], aux: Iterable[str], lags: Iterable[str] | None = None
) -> list[str]:
    """Write the assignments that give states, parameters, delayed states and aux their names.

    Of the aux, those named, in an order in which each comes after those it uses; of the delayed
    states, those of the model unless others are given.
    """
    expressions = dict(model.code.aux)
    lines = [f"a_{name} = {expressions[name]}" for name in aux]
    used = names_used("\n".join([*lines, *code]))
    states = [f"s_{name} = y[{i}]" for i, name in enumerate(model.state_names)]
    params = [f"p_{name} = p[{i}]" for i, name in enumerate(model.param_names)]
    first = len(params)
    given = model.lags if lags is None else lags
    params += [f"l_{lag} = p[{first + j}]" for j, lag in enumerate(given)]
    needed = [line for line in states + params if line.split(" = ")[0] in used]
    return needed + lines


def needed_aux(model: Model, code: Iterable[str]) -> list[str]:
    """Return the aux that some expressions need, each after those it uses."""
    expressions = dict(model.code.aux)
    used = names_used("\n".join(code))
    for name in reversed(expressions):
        if f"a_{name}" in used:
            used |= names_used(expressions[name])
    return [name for name in expressions if f"a_{name}" in used]


def composed_sources(composed: Iterable[str]) -> list[str]:
    """Return the definitions of composed functions."""
    return [function_source(COMPOSED[name]) for name in composed]


def definitions(text: str) -> list[str]:
    """Return each function definition of a text by itself."""
    return [ast.unparse(node) for node in ast.parse(text).body]
