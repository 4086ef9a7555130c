"""Drift: how well an expression that should be constant is conserved."""

# Free names in the hooks are symbols of the rendered unit.
# ruff: noqa: F821
# mypy: disable-error-code="no-untyped-def, name-defined"

import math
from functools import partial

from engine.observers.arguments import on_first_state, whole
from engine.observers.observer import ObserverModule, Trace
from engine.observers.recipe import measurement


def post(t, dt, y_old, y, p, memory, ws, out, trace, row):
    """Compare the value with the first one."""
    if ws[STARTED] == 0.0:
        ws[STARTED] = 1.0
        out[INITIAL] = value(t - dt, y_old, p)
        ws[SCALE] = abs(out[INITIAL])
        if ws[SCALE] == 0.0:
            ws[SCALE] = 1.0
    out[LAST] = (value(t, y, p) - out[INITIAL]) / ws[SCALE]
    if not abs(out[LAST]) <= out[MAX]:
        out[MAX] = abs(out[LAST])
    ws[COUNTDOWN] -= 1.0
    if ws[COUNTDOWN] <= 0.0:
        ws[COUNTDOWN] = ws[EVERY]
        row = record_trace(trace, row, t, out[LAST])
    return y, memory, row


@measurement
def drift(
    expr: str | None = None, *, trace_every: int = 50, key: str = "drift", since: str = "start"
) -> ObserverModule:
    """Measure how far a conserved quantity, such as an energy, drifts from its first value.

    The drift is relative to the first value's magnitude, and absolute where that is 0.  Hairer,
    Lubich & Wanner, Geometric Numerical Integration (2006), IX.8.

    Parameters
    ----------
    expr : str, optional
        The quantity; by default the model's first state.
    trace_every : int
        Steps between two samples of the trace.
    key : str
        Name of the results.
    since : {"start", "change"}
        Since the run's start, or anew since the last edit of parameters or state.

    Returns
    -------
    ObserverModule
        Outputs ``"initial"``, ``"last"`` and ``"max"``, the present and the largest drift; trace
        column ``"drift"``.

    Raises
    ------
    ObserverError
        An argument is not valid.
    """
    every = whole(key, "trace_every", trace_every)
    return on_first_state(partial(_declared, every, key, since), key, expr)


def _declared(every: int, key: str, since: str, expr: str) -> ObserverModule:
    return ObserverModule(
        key=key,
        title=f"drift of {expr}",
        workspace={
            "started": 0.0,
            "scale": 1.0,
            "every": float(every),
            "countdown": float(every),
        },
        outputs={"initial": math.nan, "last": 0.0, "max": 0.0},
        expressions={"value": expr},
        trace=Trace(columns=("drift",), interval=every),
        post=post,
        since=since,
    )
