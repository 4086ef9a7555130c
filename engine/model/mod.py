"""A variant of a model (mod): what it changes.

A mod changes a specification by four verbs, always in this order: `remove`, `replace` what is
there, `add` what is not there, `set` values of what is there (an aux, a function or an event that
is not there is added).  Several mods act one after the other, as they are asked for.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any, TypeAlias

if TYPE_CHECKING:
    from engine.model.spec import Aux, Event, Function, Param

__all__ = ["Mod", "Part"]

Part: TypeAlias = "Event | Param | Aux | Function"


@dataclass(frozen=True, kw_only=True)
class Mod:
    """One variant of a model.

    Attributes
    ----------
    name : str
        What `load_model(…, mods=[name])` asks for.
    group : str
        Mods of one group may exclude each other; "" for none.
    exclusive : bool
        No other mod of the same group may be applied with this one.
    remove : mapping of str to tuple of str
        Names to remove, by table: ``events``, ``params``, ``aux``, ``functions``.
    replace, add : mapping of str to tuple
        Whole parts, by table.
    set : mapping
        By table, then name: the fields that get other values.  Also of ``states``; for ``sim``,
        by field: the values themselves.
    origin : str
        Name of the file, for error messages.
    """

    name: str
    group: str = ""
    exclusive: bool = False
    remove: Mapping[str, tuple[str, ...]] = field(default_factory=dict)
    replace: Mapping[str, tuple[Part, ...]] = field(default_factory=dict)
    add: Mapping[str, tuple[Part, ...]] = field(default_factory=dict)
    set: Mapping[str, Mapping[str, Any]] = field(default_factory=dict)
    origin: str = field(default="", compare=False)

    def place(self, verb: str, table: str, name: str = "") -> str:
        """Return the file, the table and the key, as error messages put them."""
        parts = (self.origin, f"[mods.{self.name}.{verb}.{table}]", name)
        return " ".join(part for part in parts if part)
