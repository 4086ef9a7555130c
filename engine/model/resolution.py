"""Looking up the names in the expressions of a specification."""

from engine.errors import ModelError
from engine.model.dependence import called_functions, sorted_by_use, used_aux
from engine.model.names import Scope, resolve
from engine.model.nodes import Node, Symbol
from engine.model.spec import Formula, ModelSpec

__all__ = ["resolved", "resolved_functions", "sorted_aux"]


def resolved(formula: Formula, scope: Scope) -> Node:
    """Return the tree of a formula, its names looked up in `scope`."""
    return resolve(formula.text, scope, formula.where, formula.column)


def resolved_functions(
    spec: ModelSpec, constants: Scope
) -> dict[str, tuple[tuple[str, ...], Node]]:
    """Return the arguments and the tree of each function, callees first.

    Raises
    ------
    ModelError
        If a function uses what it may not, or itself.
    """
    reason = "a function sees only its arguments and the constants; make it an argument"
    hidden = dict.fromkeys((name for table, name in spec.named() if table != "functions"), reason)
    hidden["t"] = reason
    arity = {function.name: len(function.args) for function in spec.functions}
    constant = {symbol.name for symbol in constants.values}
    table: dict[str, tuple[tuple[str, ...], Node]] = {}
    for function in spec.functions:
        place = spec.place(f"functions.{function.name}")
        for argument in function.args:
            if argument in constant or argument in arity:
                raise ModelError(f"{place}: the argument {argument!r} has another meaning")
        arguments = [Symbol("argument", argument) for argument in function.args]
        scope = constants.extended(arguments, arity, hidden)
        table[function.name] = (function.args, resolved(function.formula, scope))
    calls = {name: called_functions(body) for name, (_, body) in table.items()}
    order = sorted_by_use(calls, lambda name: spec.place(f"functions.{name}"))
    return {name: table[name] for name in order}


def sorted_aux(spec: ModelSpec, scope: Scope) -> dict[str, Node]:
    """Return the tree of each aux, each after those it uses.

    Raises
    ------
    ModelError
        If an aux uses an unknown name, or itself.
    """
    trees = {aux.name: resolved(aux.formula, scope) for aux in spec.aux}
    uses = {name: used_aux(tree) for name, tree in trees.items()}
    order = sorted_by_use(uses, lambda name: spec.place("aux", name))
    return {name: trees[name] for name in order}
