"""What differs between two descriptions, and how a change is called."""

import math
from collections.abc import Mapping
from typing import Any

from widgets.live.description import FASTEST
from widgets.live.words import number

Path = tuple[str, ...]

GONE = None
"""What stands for something that is not there."""

DEPTH = {"run": 2, "parameters": 2, "board": 0, "observers": 0}
"""How far below its section a difference is told apart; more deeply, it is one change."""


def differences(before: Mapping[str, Any], after: Mapping[str, Any]) -> dict[Path, tuple[Any, Any]]:
    """Return what differs between the sections of two sessions: by path, before and after."""
    found: dict[Path, tuple[Any, Any]] = {}
    for name in {**before, **after}:
        _compare((name,), before.get(name, GONE), after.get(name, GONE), DEPTH.get(name, 1), found)
    return found


def _compare(
    path: Path, before: Any, after: Any, depth: int, found: dict[Path, tuple[Any, Any]]
) -> None:
    if before == after:
        return
    if depth and isinstance(before, Mapping) and isinstance(after, Mapping):
        for name in {**before, **after}:
            _compare((*path, name), before.get(name, GONE), after.get(name, GONE), depth - 1, found)
        return
    found[path] = (before, after)


def change_words(changes: Mapping[Path, tuple[Any, Any]]) -> str:
    """Say what has changed, of many things the first two."""
    if ("model", "name") in changes or ("model", "text") in changes:
        return (
            "model" if ("model", "name") not in changes else f"model {changes['model', 'name'][1]}"
        )
    moved = {path[-1] for path in changes if path[:2] == ("run", "motions")}
    told = [
        _words(path, *values)
        for path, values in changes.items()
        if not (path[:2] == ("run", "parameters") and path[-1] in moved)
    ]
    told = list(dict.fromkeys(told))
    if len(told) > 2:
        return f"{', '.join(told[:2])} and {len(told) - 2} more"
    return ", ".join(told)


def _words(path: Path, before: Any, after: Any) -> str:
    section, *rest = path
    if section == "run" and len(rest) == 2:
        kind, name = rest
        if kind == "parameters":
            return f"{name} = {_value(after)}"
        if kind == "initial":
            return f"{name}(0) = {_value(after)}"
        return f"{name} stays" if after is GONE else f"{name} moves"
    if section == "run":
        return _setting_words(rest[0], before, after)
    if section == "parameters" and rest:
        keys = rest[1:] or [key for given in (before, after) if given for key in given]
        kinds = dict.fromkeys("range" if key in ("min", "max") else key for key in keys)
        return f"{' and '.join(kinds)} of {rest[0]}"
    return _SECTIONS.get(section, section)


def _setting_words(name: str, before: Any, after: Any) -> str:
    if name == "stepper":
        return f"method {after}"
    if name == "speed":
        return "as fast as possible" if after == FASTEST else f"speed {_value(after)}"
    if name == "fps":
        return f"{_value(after)} pictures a second"
    if name == "locked":
        changed = sorted({*(before or ())} ^ {*(after or ())})
        verb = "locked" if {*changed} <= {*(after or ())} else "unlocked"
        return f"{', '.join(changed)} {verb}"
    if name == "backward":
        return "time backward" if after else "time forward"
    if name in ("pause_when", "pause_armed"):
        return "where to halt"
    return f"{name} = {_value(after)}"


def _value(value: Any) -> str:
    if isinstance(value, float) and math.isfinite(value):
        text = number(value)
        return text.rstrip("0").rstrip(".") if "." in text and "e" not in text else text
    return str(value)


_SECTIONS = {"board": "views", "views": "views", "observers": "what is measured"}
