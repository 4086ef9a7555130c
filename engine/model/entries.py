"""The named entries of a model file: constants, states, parameters, functions, aux, presets."""

from collections.abc import Iterator

from engine.model.names import Scope
from engine.model.spec import Aux, Constant, Function, Param, Preset, State, make_part
from engine.model.statements import normalised
from engine.model.tables import Table

__all__ = [
    "read_aux",
    "read_constants",
    "read_functions",
    "read_params",
    "read_presets",
    "read_states",
]


def read_constants(table: Table) -> Iterator[Constant]:
    """Yield the constants; each may use those before it."""
    known: dict[str, float] = {}
    for name in table.content:
        known[name] = table.number(name, Scope.of_constants(known))
        yield make_part(table.place(name), Constant, name=name, value=known[name])


def read_states(table: Table, scope: Scope) -> Iterator[State]:
    """Yield the states with their initial values."""
    for name, value in table.content.items():
        if not isinstance(value, dict):
            number = table.number(name, scope)
            yield make_part(table.place(name), State, name=name, value=number)
            continue
        entry = table.table(name).only("value", "unit", "label")
        yield make_part(
            table.place(name),
            State,
            name=name,
            value=entry.number("value", scope),
            unit=entry.text("unit", ""),
            label=entry.text("label", ""),
        )


def read_params(table: Table, scope: Scope) -> Iterator[Param]:
    """Yield the parameters, with what the file says for a slider."""
    for name, value in table.content.items():
        if not isinstance(value, dict):
            number = table.number(name, scope)
            yield make_part(table.place(name), Param, name=name, value=number)
            continue
        entry = table.table(name)
        entry.only("value", "min", "max", "step", "scale", "unit", "label")
        yield make_part(
            table.place(name),
            Param,
            name=name,
            value=entry.number("value", scope),
            min=entry.optional_number("min", scope),
            max=entry.optional_number("max", scope),
            step=entry.optional_number("step", scope),
            scale=entry.choice("scale", ("linear", "log"), "linear"),
            unit=entry.text("unit", ""),
            label=entry.text("label", ""),
        )


def read_functions(table: Table) -> Iterator[Function]:
    """Yield the functions."""
    for name, entry in table.tables():
        entry.only("args", "expr")
        args = tuple(map(normalised, entry.texts("args")))
        formula = entry.formula("expr")
        yield make_part(entry.place(), Function, name=name, args=args, formula=formula)


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
