"""The assignments that give a model's values their names in generated functions."""

import ast
from collections.abc import Iterable

from engine.model import Model


def names_used(text: str) -> set[str]:
    """Return every name that a source text reads."""
    return {node.id for node in ast.walk(ast.parse(text)) if isinstance(node, ast.Name)}


def bindings(model: Model, code: Iterable[str], aux: Iterable[str]) -> list[str]:
    """Write the assignments that give states, parameters and aux their names."""
    expressions = dict(model.code.aux)
    lines = [f"a_{name} = {expressions[name]}" for name in aux]
    used = names_used("\n".join([*lines, *code]))
    states = [f"s_{name} = y[{i}]" for i, name in enumerate(model.state_names)]
    params = [f"p_{name} = p[{i}]" for i, name in enumerate(model.param_names)]
    needed = [line for line in states + params if line.split(" = ")[0] in used]
    return needed + lines
