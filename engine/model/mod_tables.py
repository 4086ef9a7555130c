"""The variants of a model file, `[mods.NAME]`."""

from collections.abc import Callable, Iterable, Iterator, Mapping
from typing import Any

from engine.model.entries import (
    function_fields,
    param_fields,
    read_aux,
    read_functions,
    read_params,
    state_fields,
)
from engine.model.event_tables import event_fields, read_events
from engine.model.mod import Mod, Part
from engine.model.names import Scope
from engine.model.sim_table import sim_fields
from engine.model.tables import Table

__all__ = ["read_mod", "read_mods"]

_TABLES = ("events", "params", "aux", "functions")


def read_mods(table: Table, scope: Scope) -> Iterator[Mod]:
    """Yield the mods in the order of the file; what they name is not looked up yet."""
    for name, entry in table.tables():
        yield read_mod(entry, name, scope)


def read_mod(table: Table, name: str, scope: Scope) -> Mod:
    """Return the mod that a table of its own describes."""
    table.only("name", "group", "exclusive", "remove", "replace", "add", "set")
    table.text("name", name)
    return Mod(
        name=name,
        group=table.text("group", ""),
        exclusive=table.flag("exclusive", False),
        remove=dict(_removals(table.table("remove"))),
        replace=dict(_parts(table.table("replace"), scope)),
        add=dict(_parts(table.table("add"), scope)),
        set=dict(_changes(table.table("set"), scope)),
        origin=table.origin,
    )


def _removals(table: Table) -> Iterator[tuple[str, tuple[str, ...]]]:
    """Yield names by table: ``remove.events.names = […]`` or ``remove.events = […]``."""
    for key in table.only(*_TABLES).content:
        if isinstance(table.content[key], list):
            yield key, table.texts(key)
        else:
            yield key, table.table(key).only("names").texts("names")


def _parts(table: Table, scope: Scope) -> Iterator[tuple[str, tuple[Part, ...]]]:
    readers: Mapping[str, Callable[[Table], Iterable[Part]]] = {
        "events": read_events,
        "params": lambda inner: read_params(inner, scope),
        "aux": read_aux,
        "functions": read_functions,
    }
    for key, inner in table.only(*_TABLES).tables():
        yield key, tuple(readers[key](inner))


def _changes(table: Table, scope: Scope) -> Iterator[tuple[str, dict[str, Any]]]:
    readers: Mapping[str, Callable[[Table, str], dict[str, Any]]] = {
        "states": lambda inner, name: state_fields(inner, name, scope),
        "params": lambda inner, name: param_fields(inner, name, scope),
        "aux": lambda inner, name: {"formula": inner.formula(name)},
        "functions": lambda inner, name: function_fields(inner.table(name)),
        "events": lambda inner, name: event_fields(inner.table(name)),
    }
    for key, inner in table.only("states", *_TABLES, "sim").tables():
        if key == "sim":
            yield key, sim_fields(inner, scope)
        else:
            yield key, {name: readers[key](inner, name) for name in inner.content}
