"""What a run does, in words."""

import math
from collections.abc import Mapping
from typing import Any

STATES = 6
"""Most states of which a status line says the value."""


def number(value: float) -> str:
    """Write a number as a person would read it: at most five digits that count."""
    if value == 0.0 or not math.isfinite(value):
        return f"{value:g}"
    size = abs(value)
    if 1e-3 <= size < 1e6:
        digits = max(0, 4 - math.floor(math.log10(size)))
        return f"{value:,.{min(digits, 4)}f}"
    return f"{value:.4g}"


def _integer(value: float) -> str:
    return f"{value:,.0f}" if abs(value) < 1e15 else number(value)


def brief(value: float) -> str:
    """Write a setting as one would type it."""
    return f"{value:.6g}"


def instant(t: float) -> str:
    """Write a time to hundredths, a short one to the digits that count."""
    return f"{t:,.2f}" if t == 0.0 or 0.1 <= abs(t) < 1e12 else number(t)


def mode(playing: bool, backward: bool, goal: str, paused_by: str) -> str:
    """Say whether a run moves, in which direction and whereto, or what has paused it."""
    if not playing:
        return f"Paused, because {paused_by}" if paused_by else "Paused"
    return " ".join(filter(None, ["Running", "backward" if backward else "", goal]))


def position(
    kind: str, t: float, n_steps: int, values: Mapping[str, float], *, whole: bool = False
) -> str:
    """Say where a run is: its time, its steps, its state, of many variables the first few.

    The state of a model that counts in integers is told as such.
    """
    write = _integer if whole else number
    state = [f"{name} = {write(value)}" for name, value in values.items()]
    if len(state) > STATES:
        state = [*state[: STATES // 2], f"and {len(state) - STATES // 2} more"]
    if kind == "map":
        return " · ".join([f"iteration {n_steps:,}", *state])
    return " · ".join([f"t = {instant(t)}", f"{n_steps:,} steps", *state])


def method(stepper: Any) -> tuple[str, str]:
    """Say what an integration method is: in a few words, and which group it belongs to."""
    told = [f"order {stepper.order}"] if stepper.order else []
    told += [n for n in ("adaptive", "stiff", "symplectic") if getattr(stepper, n)]
    name = f"{stepper.name} · {', '.join(told)}" if told else stepper.name
    if stepper.stiff:
        group = "Implicit, for stiff problems"
    elif stepper.symplectic:
        group = "Symplectic, fixed step"
    elif stepper.adaptive:
        group = "Explicit, adaptive step"
    elif stepper.kind == "map":
        group = "Iteration"
    else:
        group = "Explicit, fixed step"
    return name, group


def failure(
    kind: str,
    variable: str | None,
    value: float | None,
    t: float,
    step: int,
    message: str,
    *,
    adaptive: bool = False,
    event: str | None = None,
    stiff: str = "",
) -> str:
    """Say which variable or event stopped a run, where, and what can be done.

    `stiff` names the methods that may do where the problem is stiff.
    """
    if kind == "map":
        where, advice = f"iteration {step:,}", "change a parameter or the initial state"
    elif adaptive:
        where = f"t = {instant(t)} (step {step:,})"
        advice = "change a parameter or allow larger tolerances"
    else:
        where = f"t = {instant(t)} (step {step:,})"
        advice = "change a parameter or take a smaller step"
    if event is not None:
        advice = "change a parameter or what the event does"
        reason = (
            f"The event {event} fires without end at {where}: its action brings its condition "
            "back before time passes"
        )
    elif variable is not None and value is not None and not math.isfinite(value):
        left = "is no longer a number" if math.isnan(value) else "has grown beyond all numbers"
        reason = f"{variable} {left} at {where}"
    elif stiff:
        advice = f"choose {stiff} under Solver"
        reason = (
            f"The problem is stiff at {where}: stability keeps the steps of an explicit method "
            "tiny although the solution is smooth"
        )
    elif adaptive:
        reason = (
            f"The step size became too small at {where}: the solution may end there, "
            "or the tolerances ask for too much"
        )
    else:
        reason = f"The run stopped at {where}: {message.rstrip('.')}"
    return f"{reason}. Go back, then {advice}."
