"""Period and amplitude of an oscillation, cycle by cycle."""

# Free names in the hooks are symbols of the rendered unit.
# ruff: noqa: F821
# mypy: disable-error-code="no-untyped-def, name-defined"

import math
from collections.abc import Mapping
from functools import partial
from typing import Any

from engine.observers.arguments import on_first_state, section
from engine.observers.observer import ObserverModule, Rate, Trace
from engine.observers.recipe import measurement
from engine.observers.slots import Value


def post(t, dt, y_old, y, p, memory, ws, out, trace, row):
    """Follow the extremes of the cycle and end it at the crossing."""
    before = value(t - dt, y_old, p)
    after = value(t, y, p)
    slope = rate(t - dt, y_old, p)
    turns = slope * rate(t, y, p) < 0.0
    crosses = (before < ws[LEVEL] and after >= ws[LEVEL] and ws[SENSE] >= 0.0) or (
        before > ws[LEVEL] and after <= ws[LEVEL] and ws[SENSE] <= 0.0
    )
    ws[HIGHEST] = max(ws[HIGHEST], after)
    ws[LOWEST] = min(ws[LOWEST], after)
    if turns or crosses:
        dense = dense_rows(t - dt, dt, y_old, y, p, memory)
        if turns:
            theta = locate_rate(t, dt, y_old, y, p, dense, 0.0)
            peak = value(t - dt + theta * dt, interpolate(theta, dt, y_old, y, dense), p)
            ws[HIGHEST] = max(ws[HIGHEST], peak)
            ws[LOWEST] = min(ws[LOWEST], peak)
        if crosses:
            theta = locate_value(t, dt, y_old, y, p, dense, ws[LEVEL])
            time = min(t, t - dt + theta * dt)
            if ws[KNOWN] != 0.0:
                cycle = time - ws[REACHED]
                size = 0.5 * (ws[HIGHEST] - ws[LOWEST])
                out[COUNT] += 1.0
                out[LAST] = cycle
                if out[COUNT] == 1.0:
                    out[PERIOD] = cycle
                    out[AMPLITUDE] = size
                excess = cycle - out[PERIOD]
                out[PERIOD] += excess / out[COUNT]
                ws[SQUARES] += excess * (cycle - out[PERIOD])
                out[AMPLITUDE] += (size - out[AMPLITUDE]) / out[COUNT]
                row = record_trace(trace, row, time, cycle, size)
            ws[KNOWN] = 1.0
            ws[REACHED] = time
            ws[HIGHEST] = after
            ws[LOWEST] = after
    return y, memory, row


def summary(workspace: Mapping[str, Any], outputs: Mapping[str, Any]) -> Mapping[str, Value]:
    """Return the scatter and the frequency."""
    count, mean = outputs["count"], outputs["period"]
    return {
        "std": math.sqrt(workspace["squares"] / count) if count else math.nan,
        "frequency": 1.0 / mean if mean > 0.0 else math.nan,
    }


@measurement
def period(
    expr: str | None = None,
    level: float | str | None = None,
    *,
    direction: str = "up",
    key: str = "period",
    since: str = "start",
) -> ObserverModule:
    """Measure the period and the amplitude of an oscillation of an expression about a level.

    A cycle lasts from one crossing of the level to the next; its amplitude is half the distance
    from its lowest to its highest value.  In a flow crossings and extremes are located within the
    step, on dense output; in a map they are iterates.

    Parameters
    ----------
    expr : str, optional
        The expression; by default the model's first state.
    level, direction
        The crossing, as in `poincare_section`; upwards through 0 by default.
    key : str
        Name of the results.
    since : {"start", "change"}
        Since the run's start, or anew since the last edit of parameters or state.

    Returns
    -------
    ObserverModule
        Outputs ``"period"`` and ``"amplitude"`` (means over the cycles), ``"std"`` (of the period),
        ``"frequency"``, ``"last"``, ``"count"``; trace columns ``"period"`` and ``"amplitude"``.

    Raises
    ------
    ObserverError
        An argument is not valid.
    """
    return on_first_state(partial(_made, level, direction, key, since), key, expr)


def _made(
    level: float | str | None, direction: str, key: str, since: str, expr: str
) -> ObserverModule:
    made = partial(_declared, level, direction, key, since, expr)
    return made("ode", (), fit=made)


def _declared(
    level: float | str | None,
    direction: str,
    key: str,
    since: str,
    expr: str,
    kind: str,
    states: tuple[str, ...],
    fit: "partial[ObserverModule] | None" = None,
) -> ObserverModule:
    surface = section(key, expr, level, direction)
    return ObserverModule(
        key=key,
        title=f"period of {expr}",
        workspace={
            "level": surface.level,
            "sense": surface.sense,
            "known": 0.0,
            "reached": 0.0,
            "squares": 0.0,
            "highest": -math.inf,
            "lowest": math.inf,
        },
        outputs={
            "count": 0.0,
            "period": math.nan,
            "amplitude": math.nan,
            "last": math.nan,
        },
        # Between the iterates of a map nothing turns.
        expressions={
            "value": surface.expr,
            "rate": Rate(surface.expr, essential=False) if kind == "ode" else "0",
        },
        trace=Trace(columns=("period", "amplitude")),
        post=post,
        since=since,
        summary=summary,
        fit=fit,
    )
