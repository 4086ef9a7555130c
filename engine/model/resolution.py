"""Looking up the names in the expressions of a specification."""

from collections.abc import Mapping
from dataclasses import replace

from engine.errors import ModelError
from engine.model.dependence import called_functions, sorted_by_use, used_aux
from engine.model.names import Scope, resolve
from engine.model.nodes import Apply, Node, Symbol, rebuild, symbols
from engine.model.spec import Formula, ModelSpec

__all__ = ["Captured", "resolved", "resolved_functions", "sorted_aux"]

Definition = tuple[tuple[str, ...], Node]
Captured = Mapping[str, tuple[Symbol, ...]]

_IMPURE = (
    "a function sees only its arguments, the parameters and the constants; make it an argument"
)


def resolved(formula: Formula, scope: Scope) -> Node:
    """Return the tree of a formula, its names looked up in `scope`."""
    return resolve(formula.text, scope, formula.where, formula.column)


def resolved_functions(spec: ModelSpec, constants: Scope) -> tuple[dict[str, Definition], Captured]:
    """Return each function's arguments and tree, callees first, and the parameters it captures.

    A parameter that a function uses, itself or through others, becomes one more argument.

    Raises
    ------
    ModelError
        If a function uses what it may not, or itself.
    """
    hidden = dict.fromkeys(
        (name for table, name in spec.named() if table in ("states", "aux")), _IMPURE
    )
    hidden["t"] = _IMPURE
    arity = {function.name: len(function.args) for function in spec.functions}
    constant = {symbol.name for symbol in constants.values}
    params = {param.name: Symbol("param", param.name) for param in spec.params}
    bodies: dict[str, Definition] = {}
    for function in spec.functions:
        place = spec.place(f"functions.{function.name}")
        for argument in function.args:
            if argument in constant or argument in arity:
                raise ModelError(f"{place}: the argument {argument!r} has another meaning")
        arguments = [Symbol("argument", argument) for argument in function.args]
        scope = constants.extended([*params.values(), *arguments], arity, hidden)
        bodies[function.name] = (function.args, resolved(function.formula, scope))
    calls = {name: called_functions(body) for name, (_, body) in bodies.items()}
    table: dict[str, Definition] = {}
    captured: dict[str, tuple[Symbol, ...]] = {}
    for name in sorted_by_use(calls, lambda name: spec.place(f"functions.{name}")):
        args, body = bodies[name]
        used = symbols(body).union(*(captured[callee] for callee in calls[name]))
        captured[name] = tuple(symbol for symbol in params.values() if symbol in used)
        table[name] = _lifted(args, body, captured, captured[name])
    return table, captured


def _lifted(
    args: tuple[str, ...], body: Node, captured: Captured, own: tuple[Symbol, ...]
) -> Definition:
    """Return a function with the captured parameters as arguments."""
    names: dict[Symbol, str] = {}
    for symbol in own:
        name = symbol.name
        while name in args or name in names.values():
            name += "_"
        names[symbol] = name

    def lifted(node: Node) -> Node:
        if isinstance(node, Symbol):
            return Symbol("argument", names[node]) if node in names else node
        node = rebuild(node, lifted)
        if isinstance(node, Apply):
            handed = tuple(Symbol("argument", names[s]) for s in captured[node.function])
            return replace(node, arguments=(*node.arguments, *handed))
        return node

    return (*args, *names.values()), lifted(body)


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
