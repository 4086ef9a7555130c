"""Recurrence: returns of the orbit to a ball around a reference state."""

# Free names in the hooks are symbols of the rendered unit.
# ruff: noqa: F821
# mypy: disable-error-code="no-untyped-def, name-defined"

import math
from collections.abc import Mapping
from functools import partial
from typing import Any

import numpy as np

from engine.errors import ObserverError, suggest
from engine.observers.arguments import positive, real
from engine.observers.observer import ObserverModule, Trace
from engine.observers.recipe import measurement
from engine.observers.slots import Value


def post(t, dt, y_old, y, p, memory, ws, out, trace, row):
    """Locate an entry into the ball within the step and take the time since the last one."""
    n = int(ws[N])
    if ws[STARTED] == 0.0:
        ws[STARTED] = 1.0
        if ws[GIVEN] == 0.0:
            for i in range(n):
                ws[REFERENCE + i] = y_old[i]
            ws[REACHED] = t - dt
    before = 0.0
    after = 0.0
    for i in range(n):
        before += (y_old[i] - ws[REFERENCE + i]) * (y_old[i] - ws[REFERENCE + i])
        after += (y[i] - ws[REFERENCE + i]) * (y[i] - ws[REFERENCE + i])
    limit = ws[RADIUS] * ws[RADIUS]
    ws[ELAPSED] += dt
    if after <= limit:
        ws[INSIDE] += dt
    if before > limit and after <= limit:
        outside = 0.0
        inside = 1.0
        if ws[FLOW] != 0.0:
            dense = dense_rows(t - dt, dt, y_old, y, p, memory)
            while inside - outside > 1.0e-11:
                theta = 0.5 * (outside + inside)
                between = interpolate(theta, dt, y_old, y, dense)
                square = 0.0
                for i in range(n):
                    gap = between[i] - ws[REFERENCE + i]
                    square += gap * gap
                if square > limit:
                    outside = theta
                else:
                    inside = theta
        time = min(t, t - dt + inside * dt)
        out[COUNT] += 1.0
        out[LAST] = time - ws[REACHED]
        if out[LAST] == out[LAST]:
            ws[RETURNS] += 1.0
            ws[TOTAL] += out[LAST]
        ws[REACHED] = time
        row = record_trace(trace, row, time, out[LAST])
    return y, memory, row


def summary(workspace: Mapping[str, Any], outputs: Mapping[str, Any]) -> Mapping[str, Value]:
    """Return the mean return time, the share of time inside and the reference."""
    returns, elapsed = workspace["returns"], workspace["elapsed"]
    return {
        "mean": workspace["total"] / returns if returns else math.nan,
        "rate": workspace["inside"] / elapsed if elapsed > 0.0 else math.nan,
        "reference": workspace["reference"],
    }


@measurement
def recurrence(
    radius: float = 1.0,
    reference: Mapping[str, float] | None = None,
    *,
    key: str = "recurrence",
    since: str = "start",
) -> ObserverModule:
    """Observe the returns of the orbit to a ball around a reference state.

    An entry is located within the step, on dense output, to 1e-11 of the step; the distance is
    Euclidean in the states.  A passage through the ball within one step is not seen: steps should
    be shorter than the radius.  Poincaré, Acta Math. 13 (1890) 1; Kac, Bull. Amer. Math. Soc. 53
    (1947) 1002: for a map the mean return time is 1 / rate.

    Parameters
    ----------
    radius : float
        Radius of the ball.
    reference : mapping of str to float, optional
        Its centre, a value for every state; by default the state at which the observation begins.
    key : str
        Name of the results.
    since : {"start", "change"}
        Since the run's start, or anew since the last edit of parameters or state.

    Returns
    -------
    ObserverModule
        Outputs ``"count"`` (entries), ``"last"`` and ``"mean"`` (times between entries, the first
        one from the start where the orbit begins at the centre), ``"rate"`` (share of the time
        inside), ``"reference"`` (n,); trace column ``"interval"``, at the entry.

    Raises
    ------
    ObserverError
        An argument is not valid; when the `Sim` is made, a state is missing or unknown.
    """
    size = positive(key, "radius", radius)
    centre = None
    if reference is not None:
        if not isinstance(reference, Mapping):
            raise ObserverError(f"{key}: reference = {reference!r}: give {{'x': 1.0, ...}}")
        centre = {str(n): real(key, f"reference {n!r}", v) for n, v in reference.items()}
    made = partial(_declared, size, centre, key, since)
    return made("ode", (), fit=partial(_fitted, made, centre, key))


def _fitted(
    made: Any,
    centre: Mapping[str, float] | None,
    key: str,
    kind: str,
    states: tuple[str, ...],
) -> ObserverModule:
    for name in centre or ():
        if name not in states:
            raise ObserverError(f"{key}: reference {name!r} is not a state{suggest(name, states)}")
    missing = [name for name in states if centre is not None and name not in centre]
    if missing:
        raise ObserverError(f"{key}: reference gives no value for {', '.join(missing)}")
    fitted: ObserverModule = made(kind, states)
    return fitted


def _declared(
    radius: float,
    centre: Mapping[str, float] | None,
    key: str,
    since: str,
    kind: str,
    states: tuple[str, ...],
    fit: Any = None,
) -> ObserverModule:
    values = [0.0] * len(states) if centre is None else [centre.get(name, 0.0) for name in states]
    return ObserverModule(
        key=key,
        title="recurrence",
        workspace={
            "n": float(len(states)),
            "flow": float(kind == "ode"),
            "radius": radius,
            "given": float(centre is not None),
            "started": 0.0,
            "reached": math.nan,
            "elapsed": 0.0,
            "inside": 0.0,
            "returns": 0.0,
            "total": 0.0,
            "reference": np.array(values),
        },
        outputs={"count": 0.0, "last": math.nan},
        trace=Trace(columns=("interval",)),
        post=post,
        since=since,
        summary=summary,
        fit=fit,
    )
