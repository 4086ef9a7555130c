"""The table `[sim]` of a model file."""

from typing import Any

from engine.model.event_tables import phase_of
from engine.model.names import Scope
from engine.model.spec import DEFAULT_SPAN, SimDefaults, Stop, make_part
from engine.model.tables import Table
from engine.model.warn import warn_user

__all__ = ["read_sim", "sim_fields"]

_KEYS = ("t0", "t_end", "dt", "stepper", "stop", "record", "rtol", "atol", "max_steps")
# Settings of single steppers of the format's other program; ours choose for themselves.
_STEPPER_SETTINGS = (
    "stepper_config", "tol", "max_iter", "newton_tol", "newton_max_iter", "jac_eps", "jac",
    "jacobian_mode", "safety", "min_factor", "max_factor", "max_tries", "min_step", "dt_min",
    "dt_max",
)  # fmt: skip
# What the format's other program calls the same methods.
_STEPPER_SYNONYMS = {
    "fwd_euler": "euler", "forward_euler": "euler", "rk2": "midpoint", "rk2_midpoint": "midpoint",
    "rk4_classic": "rk4", "classical_rk4": "rk4", "dormand_prince": "dopri5",
    "adams_bashforth_2": "ab2", "adams_bashforth_3": "ab3", "alexander2": "sdirk2",
    "sdirk2_jit": "sdirk2", "bdf2_jit": "bdf2", "bdf2_scipy": "bdf2", "bdf2a": "bdf2",
    "bdf2a_jit": "bdf2", "bdf2a_scipy": "bdf2", "tr-bdf2a": "trbdf2", "trbdf2a": "trbdf2",
    "iter": "map", "discrete": "map",
}  # fmt: skip


def read_sim(table: Table, kind: str, stepper: str, scope: Scope) -> SimDefaults:
    """Return what a run uses where its call says nothing; `stepper` where the table names none."""
    settings: dict[str, Any] = {"stepper": stepper} | ({"dt": 1.0} if kind == "map" else {})
    settings |= sim_fields(table, scope)
    if "t0" in settings:
        settings.setdefault("t_end", settings["t0"] + DEFAULT_SPAN)
    return make_part(table.place(), SimDefaults, **settings)


def sim_fields(table: Table, scope: Scope) -> dict[str, Any]:
    """Return what the table says, by the names of `SimDefaults`."""
    # The settings come last: nearest names are looked for among the others first.
    table.only(*_KEYS, *_STEPPER_SETTINGS)
    for key in _STEPPER_SETTINGS:
        if key in table:
            warn_user(f"{table.place(key)}: ignored, steppers have no such settings")
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
        name = table.text("stepper")
        fields["stepper"] = _STEPPER_SYNONYMS.get(name, name)
    if "record" in table:
        chosen = isinstance(table.content["record"], list)
        fields["record"] = table.texts("record") if chosen else table.flag("record", True)
    if isinstance(table.content.get("stop"), dict):
        stop = table.table("stop").only("cond", "phase")
        fields["stop"] = Stop(condition=stop.formula("cond"), phase=phase_of(stop))
    elif "stop" in table:
        fields["stop"] = Stop(condition=table.formula("stop"))
    return fields
