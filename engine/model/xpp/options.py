"""``@`` options of an ``.ode`` file: those that mean something here, and a list of the others."""

import math
import re
from collections.abc import Sequence
from typing import Any

from engine.model.spec import Formula, SimDefaults, Stop, make_part
from engine.model.xpp.names import Names
from engine.model.xpp.report import Report
from engine.model.xpp.statements import Item

__all__ = ["axes_of", "is_map", "sim_of"]

# XPPAUT's own defaults.
_TOTAL, _DT = 20.0, 0.05
MAX_BOUNDED_STATES = 500

# Methods by their first letter, as XPPAUT tells them apart: the stepper here, and whether it is
# the same method.
_METHODS = {
    "e": ("euler", True),
    "m": ("heun", True),
    "r": ("rk4", True),
    "a": ("ab3", False),
    "g": ("bdf2", False),
    "b": ("trbdf2", False),
    "q": ("dopri5", False),
    "s": ("rodas4", False),
    "c": ("bdf2", False),
    "5": ("dopri5", True),
    "8": ("dop853", True),
    "2": ("rodas4", False),
    "y": ("yoshida4", False),
}
_NUMBERS = {"total": "total", "dt": "dt", "t0": "t0", "toler": "rtol", "atoler": "atol"}
_USED = {*_NUMBERS, "meth", "method", "bound", "xp", "yp", "zp", "axes", "xplot", "yplot", "zplot"}


def is_map(options: Sequence[Item]) -> bool:
    """Tell whether the method is the iteration of a map."""
    return _value(options, "meth", "method").lower().startswith("d")


def sim_of(
    options: Sequence[Item], *, discrete: bool, noisy: bool, states: Sequence[str], report: Report
) -> SimDefaults:
    """Return how long and by which method the model runs; what has no effect is noted.

    Raises
    ------
    ModelError
        If a value is no number or makes no sense.
    """
    given: dict[str, float] = {}
    without: dict[int, list[str]] = {}
    last = {item.name.lower(): item.line for item in options}
    for item in options:
        name = item.name.lower()
        if name in _NUMBERS or name == "bound":
            given[name] = _number(item, report)
        elif name not in _USED:
            without.setdefault(item.line, []).append(f"{item.name}={item.text}")
    for line, several in without.items():
        report.note(line, f"without effect here: {', '.join(several)}")
    t0 = given.get("t0", 0.0)
    total = given.get("total", _TOTAL)
    if total < 0.0 or (not discrete and given.get("dt", _DT) < 0.0):
        raise report.error(last.get("total", 0), "a run backward in time cannot be a default")
    settings: dict[str, Any] = {"t0": t0, "t_end": t0 + total}
    if discrete:
        settings |= {"dt": 1.0, "stepper": "map"}
    else:
        settings |= {"dt": given.get("dt", _DT), "stepper": _stepper(options, noisy, report)}
    for option, name in (("toler", "rtol"), ("atoler", "atol")):
        if option in given:
            settings[name] = given[option]
    if "bound" in given:
        settings["stop"] = _stop(given["bound"], states, last["bound"], report)
    return make_part(report.origin or "@ options", SimDefaults, **settings)


def axes_of(options: Sequence[Item], names: Names, report: Report) -> tuple[str, ...]:
    """Return the suggested axes of a phase portrait; empty where there are none."""
    chosen = []
    for short in ("xp", "yp", "zp"):
        spelled = _value(options, short, f"{short}lot")
        entry = names.find(spelled) if spelled else None
        if spelled.lower() == "t":
            chosen.append("t")
        elif entry is not None and entry.kind == "state":
            chosen.append(entry.name)
        elif entry is not None and entry.kind in ("fixed", "derived"):
            chosen.append(f"aux.{entry.name}")
        elif spelled:
            line = next(i.line for i in options if i.text == spelled)
            report.note(line, f"{spelled!r} is no variable to be shown")
            return ()
    return tuple(chosen) if len(chosen) >= 2 else ()


def _value(options: Sequence[Item], *names: str) -> str:
    found = [item.text for item in options if item.name.lower() in names]
    return found[-1] if found else ""


def _number(item: Item, report: Report) -> float:
    try:
        value = float(item.text)
    except ValueError:
        value = math.nan
    if not math.isfinite(value) or not re.fullmatch(r"[-+.0-9eE]+", item.text):
        raise report.error(item.line, f"{item.name}: a number is expected, not {item.text!r}")
    return value


def _stepper(options: Sequence[Item], noisy: bool, report: Report) -> str:
    line = next((i.line for i in options if i.name.lower() in ("meth", "method")), 0)
    wanted = _value(options, "meth", "method").lower() or "rungekutta"
    if wanted[0] not in _METHODS:
        if wanted[0] != "v":
            report.note(line, f"unknown method {wanted!r}; rk4 instead")
        return "euler_maruyama" if noisy else "rk4"
    stepper, same = _METHODS[wanted[0]]
    if noisy:
        if stepper != "euler":
            report.note(line, f"the method is euler_maruyama, as there is noise, not {wanted!r}")
        return "euler_maruyama"
    if not same:
        report.note(line, f"the method {wanted!r} is not available; {stepper} instead")
    return stepper


def _stop(bound: float, states: Sequence[str], line: int, report: Report) -> Stop | None:
    if len(states) > MAX_BOUNDED_STATES:
        report.note(line, "bound has no effect on so many variables")
        return None
    text = " or ".join(f"abs({state}) > {bound!r}" for state in states)
    return Stop(condition=Formula(text=text, where=report.place(line)))
