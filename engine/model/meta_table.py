"""The table ``[meta]`` of a model file: what people read, and what to look at first."""

from collections.abc import Iterator
from difflib import get_close_matches

from engine.model.spec import Meta, SuggestedObserver, make_part
from engine.model.tables import Table, kind_of

__all__ = ["read_meta"]

_KEYS = ("title", "description", "reference", "tags", "axes", "views", "observers")


def read_meta(table: Table) -> Meta:
    """Read title, description, reference, tags and the suggested axes, views and observers."""
    for key in table.content:
        # The table is free for notes, but a slip of the pen is not to pass for one.
        if key not in _KEYS and get_close_matches(key, _KEYS, cutoff=0.75):
            table.only(*_KEYS)
    return make_part(
        table.place(),
        Meta,
        title=table.text("title", ""),
        description=" ".join(table.text("description", "").split()),
        reference=" ".join(table.text("reference", "").split()),
        tags=table.texts("tags"),
        axes=table.texts("axes"),
        views=table.texts("views"),
        observers=tuple(_suggested_observers(table)),
    )


def _suggested_observers(table: Table) -> Iterator[SuggestedObserver]:
    entries = table.content.get("observers", [])
    if not isinstance(entries, list):
        raise table.fail("observers", f"a list is expected, not {kind_of(entries)}")
    for position, entry in enumerate(entries, start=1):
        place = f"observers, entry {position}"
        given = {"name": entry} if isinstance(entry, str) else entry
        if not isinstance(given, dict) or not isinstance(given.get("name"), str):
            raise table.fail(place, 'an observer\'s name or { name = "…", … } is expected')
        arguments = {key: value for key, value in given.items() if key != "name"}
        for key, value in arguments.items():
            if not isinstance(value, str | int | float):
                raise table.fail(place, f"{key} is a number, a text, true or false")
        yield SuggestedObserver(name=given["name"], arguments=arguments)
