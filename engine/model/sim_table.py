"""The table `[sim]` of a model file."""

from typing import Any

from engine.model.event_tables import phase_of
from engine.model.names import Scope
from engine.model.spec import DEFAULT_SPAN, SimDefaults, Stop, make_part
from engine.model.tables import Table
from engine.model.warn import warn_user

__all__ = ["read_sim", "sim_fields"]

_KEYS = ("t0", "t_end", "dt", "stepper", "stop", "record", "rtol", "atol", "max_steps")


def read_sim(table: Table, kind: str, scope: Scope) -> SimDefaults:
    """Return what a run uses where its call says nothing."""
    settings: dict[str, Any] = {"dt": 1.0, "stepper": "map"} if kind == "map" else {}
    settings |= sim_fields(table, scope)
    if "t0" in settings:
        settings.setdefault("t_end", settings["t0"] + DEFAULT_SPAN)
    return make_part(table.place(), SimDefaults, **settings)


def sim_fields(table: Table, scope: Scope) -> dict[str, Any]:
    """Return what the table says, by the names of `SimDefaults`."""
    table.only(*_KEYS, "stepper_config")
    if "stepper_config" in table:
        message = f"{table.place('stepper_config')}: ignored, steppers have no such settings"
        warn_user(message)
    fields: dict[str, Any] = {
        key: table.number(key, scope)
        for key in ("t0", "t_end", "dt", "rtol", "atol")
        if key in table
    }
    if "max_steps" in table:
        steps = table.number("max_steps", scope)
        if not steps.is_integer():
            raise table.fail("max_steps", "a whole number is expected")
        fields["max_steps"] = int(steps)
    if "stepper" in table:
        fields["stepper"] = table.text("stepper")
    if "record" in table:
        chosen = isinstance(table.content["record"], list)
        fields["record"] = table.texts("record") if chosen else table.flag("record", True)
    if isinstance(table.content.get("stop"), dict):
        stop = table.table("stop").only("cond", "phase")
        fields["stop"] = Stop(condition=stop.formula("cond"), phase=phase_of(stop))
    elif "stop" in table:
        fields["stop"] = Stop(condition=table.formula("stop"))
    return fields
