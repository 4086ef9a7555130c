"""The table `[sim]` of a model file."""

from typing import Any

from engine.model.event_tables import phase_of
from engine.model.names import Scope
from engine.model.spec import DEFAULT_SPAN, SimDefaults, Stop, make_part
from engine.model.tables import Table
from engine.model.warn import warn_user

__all__ = ["read_sim"]


def read_sim(table: Table, kind: str, scope: Scope) -> SimDefaults:
    """Return what a run uses where its call says nothing."""
    table.only(
        "t0", "t_end", "dt", "stepper", "stop", "record", "rtol", "atol", "max_steps",
        "stepper_config",
    )  # fmt: skip
    if "stepper_config" in table.content:
        message = f"{table.place('stepper_config')}: ignored, steppers have no such settings"
        warn_user(message)
    settings: dict[str, Any] = {"dt": 1.0, "stepper": "map"} if kind == "map" else {}
    for key in ("t0", "t_end", "dt", "rtol", "atol"):
        if key in table.content:
            settings[key] = table.number(key, scope)
    if "t0" in settings:
        settings.setdefault("t_end", settings["t0"] + DEFAULT_SPAN)
    if "max_steps" in table.content:
        steps = table.number("max_steps", scope)
        if not steps.is_integer():
            raise table.fail("max_steps", "a whole number is expected")
        settings["max_steps"] = int(steps)
    if "stepper" in table.content:
        settings["stepper"] = table.text("stepper")
    if "record" in table.content:
        chosen = isinstance(table.content["record"], list)
        settings["record"] = table.texts("record") if chosen else table.flag("record", True)
    if isinstance(table.content.get("stop"), dict):
        stop = table.table("stop").only("cond", "phase")
        settings["stop"] = Stop(condition=stop.formula("cond"), phase=phase_of(stop))
    elif "stop" in table.content:
        settings["stop"] = Stop(condition=table.formula("stop"))
    return make_part(table.place(), SimDefaults, **settings)
