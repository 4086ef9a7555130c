"""Inter-event intervals: the times between crossings of a level."""

# Free names in the hooks are symbols of the rendered unit.
# ruff: noqa: F821
# mypy: disable-error-code="no-untyped-def, name-defined"

import math
from collections.abc import Mapping
from functools import partial
from typing import Any

from engine.observers.arguments import on_first_state, section
from engine.observers.observer import ObserverModule, Trace
from engine.observers.recipe import measurement
from engine.observers.slots import Value


def post(t, dt, y_old, y, p, memory, ws, out, trace, row):
    """Locate a crossing within the step and take the time since the last one."""
    level = ws[LEVEL]
    before = surface(t - dt, y_old, p)
    after = surface(t, y, p)
    rises = before < level and after >= level and ws[SENSE] >= 0.0
    falls = before > level and after <= level and ws[SENSE] <= 0.0
    if rises or falls:
        dense = dense_rows(t - dt, dt, y_old, y, p, memory)
        theta = locate_surface(t, dt, y_old, y, p, dense, level)
        time = min(t, t - dt + theta * dt)
        if ws[KNOWN] != 0.0:
            interval = time - ws[REACHED]
            out[COUNT] += 1.0
            out[LAST] = interval
            if out[COUNT] == 1.0:
                out[MEAN] = interval
                out[SHORTEST] = interval
                out[LONGEST] = interval
            excess = interval - out[MEAN]
            out[MEAN] += excess / out[COUNT]
            ws[SQUARES] += excess * (interval - out[MEAN])
            out[SHORTEST] = min(out[SHORTEST], interval)
            out[LONGEST] = max(out[LONGEST], interval)
            row = record_trace(trace, row, time, interval)
        ws[KNOWN] = 1.0
        ws[REACHED] = time
    return y, memory, row


def summary(workspace: Mapping[str, Any], outputs: Mapping[str, Any]) -> Mapping[str, Value]:
    """Return the scatter and the rate."""
    count, mean = outputs["count"], outputs["mean"]
    std = math.sqrt(workspace["squares"] / count) if count else math.nan
    known = mean > 0.0
    return {
        "std": std,
        "cv": std / mean if known else math.nan,
        "rate": 1.0 / mean if known else math.nan,
    }


@measurement
def intervals(
    expr: str | None = None,
    level: float | str | None = None,
    *,
    direction: str = "up",
    key: str = "intervals",
    since: str = "start",
) -> ObserverModule:
    """Measure the intervals between successive crossings of a level, such as spikes.

    The crossings are those of `poincare_section`.  Mean and variance are updated as in Welford,
    Technometrics 4 (1962) 419; the coefficient of variation is that of Gabbiani & Koch in Koch &
    Segev, Methods in Neuronal Modeling (1998), ch. 9.

    Parameters
    ----------
    expr, level, direction
        The crossing, as in `poincare_section`; by default the first state's through 0.
    key : str
        Name of the results.
    since : {"start", "change"}
        Since the run's start, or anew since the last edit of parameters or state.

    Returns
    -------
    ObserverModule
        Outputs ``"count"``, ``"mean"``, ``"std"``, ``"cv"`` (std / mean), ``"rate"`` (1 / mean),
        ``"last"``, ``"shortest"``, ``"longest"``; trace column ``"interval"``, at its end.

    Raises
    ------
    ObserverError
        An argument is not valid.
    """
    return on_first_state(partial(_declared, level, direction, key, since), key, expr)


def _declared(
    level: float | str | None, direction: str, key: str, since: str, expr: str
) -> ObserverModule:
    surface = section(key, expr, level, direction)
    return ObserverModule(
        key=key,
        title=f"intervals between crossings of {expr}",
        workspace={
            "level": surface.level,
            "sense": surface.sense,
            "known": 0.0,
            "reached": 0.0,
            "squares": 0.0,
        },
        outputs={
            "count": 0.0,
            "mean": math.nan,
            "last": math.nan,
            "shortest": math.nan,
            "longest": math.nan,
        },
        expressions={"surface": surface.expr},
        trace=Trace(columns=("interval",)),
        post=post,
        since=since,
        summary=summary,
    )
