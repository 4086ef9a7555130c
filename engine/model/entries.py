"""The named entries of a model file: constants, states, parameters, functions, aux, presets."""

from collections.abc import Iterator
from typing import Any

from engine.model.folding import Allowance
from engine.model.names import CONSTANTS, Scope
from engine.model.spec import Aux, Constant, Function, Param, Preset, State, make_part
from engine.model.statements import normalised
from engine.model.tables import Table

__all__ = [
    "function_fields",
    "param_fields",
    "read_aux",
    "read_constants",
    "read_functions",
    "read_params",
    "read_presets",
    "read_states",
    "state_fields",
]


def read_constants(table: Table, allowance: Allowance) -> Iterator[Constant]:
    """Yield the constants; each may use those before it."""
    known: dict[str, float] = {}
    for name in table.content:
        known[name] = table.number(name, Scope.of_constants(known, allowance))
        yield make_part(table.place(name), Constant, name=name, value=known[name])


def read_states(table: Table, scope: Scope) -> Iterator[State]:
    """Yield the states with their initial values."""
    for name in table.content:
        fields = state_fields(table, name, scope)
        yield make_part(table.place(name), State, name=name, **_with_value(table, name, fields))


def state_fields(table: Table, name: str, scope: Scope) -> dict[str, Any]:
    """Return what the table says of a state, by the names of `State`."""
    if not isinstance(table.content[name], dict):
        return {"value": table.number(name, scope)}
    entry = table.table(name).only("value", "unit", "label")
    fields: dict[str, Any] = {"value": entry.number("value", scope)} if "value" in entry else {}
    return fields | {key: entry.text(key) for key in ("unit", "label") if key in entry}


def read_params(table: Table, scope: Scope) -> Iterator[Param]:
    """Yield the parameters, with what the file says for a slider."""
    for name in table.content:
        fields = param_fields(table, name, scope)
        if fields == {"value": CONSTANTS.get(name)}:
            # Files that say what pi is mean the constant, which is there already.
            continue
        yield make_part(table.place(name), Param, name=name, **_with_value(table, name, fields))


def param_fields(table: Table, name: str, scope: Scope) -> dict[str, Any]:
    """Return what the table says of a parameter, by the names of `Param`."""
    if not isinstance(table.content[name], dict):
        return {"value": table.number(name, scope)}
    entry = table.table(name).only("value", "min", "max", "step", "scale", "unit", "label")
    fields: dict[str, Any] = {
        key: entry.number(key, scope) for key in ("value", "min", "max", "step") if key in entry
    }
    if "scale" in entry:
        fields["scale"] = entry.choice("scale", ("linear", "log"), "linear")
    return fields | {key: entry.text(key) for key in ("unit", "label") if key in entry}


def _with_value(table: Table, name: str, fields: dict[str, Any]) -> dict[str, Any]:
    if "value" not in fields:
        raise table.table(name).fail("value", "a number is expected, not nothing")
    return fields


def read_functions(table: Table) -> Iterator[Function]:
    """Yield the functions."""
    for name, entry in table.tables():
        fields = {"args": ()} | function_fields(entry)
        if "formula" not in fields:
            raise entry.fail("", "the key 'expr' is missing")
        yield make_part(entry.place(), Function, name=name, **fields)


def function_fields(entry: Table) -> dict[str, Any]:
    """Return what a function's own table says, by the names of `Function`."""
    entry.only("args", "expr")
    fields: dict[str, Any] = {}
    if "args" in entry:
        fields["args"] = tuple(map(normalised, entry.texts("args")))
    return fields | ({"formula": entry.formula("expr")} if "expr" in entry else {})


def read_aux(table: Table) -> Iterator[Aux]:
    """Yield the aux in the order of the file."""
    for name in table.content:
        yield make_part(table.place(name), Aux, name=name, formula=table.formula(name))


def read_presets(table: Table, scope: Scope) -> Iterator[Preset]:
    """Yield the presets; what they name is not looked up yet."""
    for name, entry in table.tables():
        values = {
            part: {key: inner.number(key, scope) for key in inner.content}
            for part, inner in entry.only("params", "states").tables()
        }
        yield Preset(name=name, **values)
