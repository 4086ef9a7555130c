"""The events of a model file."""

from collections.abc import Callable, Iterator
from typing import Any, Literal, cast

from engine.model.spec import Event, Formula, make_part
from engine.model.statements import statements
from engine.model.tables import Table

__all__ = ["event_fields", "phase_of", "read_events"]

_PHASE_SYNONYMS = {"pre": "start", "post": "end"}


def read_events(table: Table) -> Iterator[Event]:
    """Yield the events in the order of the file."""
    for name, entry in table.tables():
        fields = event_fields(entry)
        if "condition" not in fields:
            raise entry.fail("", "the key 'cond' is missing")
        yield make_part(entry.place(), Event, name=name, **fields)


def event_fields(entry: Table) -> dict[str, Any]:
    """Return what an event's own table says, by the names of `Event`."""
    entry.only("cond", "phase", "action", "log", "tags", "trigger", "locate")
    readers: dict[str, tuple[str, Callable[[], Any]]] = {
        "cond": ("condition", lambda: entry.formula("cond")),
        "phase": ("phase", lambda: phase_of(entry)),
        "trigger": ("trigger", lambda: entry.choice("trigger", ("edge", "level"), "edge")),
        "locate": ("locate", lambda: entry.flag("locate", True)),
        "action": ("action", lambda: _action(entry)),
        "log": ("log", lambda: tuple(map(_logged, entry.texts("log")))),
        "tags": ("tags", lambda: entry.texts("tags")),
    }
    return {name: read() for key, (name, read) in readers.items() if key in entry}


def _action(table: Table) -> tuple[Formula, ...]:
    if isinstance(table.content.get("action"), dict):
        keyed = table.table("action")
        return tuple(
            # The column is that of the expression in its own text.
            Formula(
                text=f"{name} = {keyed.formula(name)}",
                where=keyed.place(name),
                column=-len(f"{name} = "),
            )
            for name in keyed.content
        )
    place = table.place("action")
    return tuple(
        Formula(text=statement.text, where=statement.where, column=statement.column)
        for statement in statements(table.text("action", ""), place)
    )


def _logged(name: str) -> str:
    """Return what is logged without the prefix that says of which table it is."""
    table, found, rest = name.partition(":")
    if not found or table.strip() not in ("state", "param", "aux"):
        return name.strip()
    return f"aux.{rest.strip()}" if table.strip() == "aux" else rest.strip()


def phase_of(table: Table) -> Literal["start", "end", "both"]:
    """Return when in a step something is tested, from the key `phase` of its table."""
    phase = table.choice("phase", ("start", "end", "both", "pre", "post"), "end")
    return cast(Literal["start", "end", "both"], _PHASE_SYNONYMS.get(phase, phase))
