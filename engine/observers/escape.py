"""Escape: the first time at which an expression leaves an interval."""

# Free names in the hooks are symbols of the rendered unit.
# ruff: noqa: F821
# mypy: disable-error-code="no-untyped-def, name-defined"

import math
from functools import partial

from engine.errors import ObserverError
from engine.observers.arguments import bound, on_first_state
from engine.observers.observer import ObserverModule
from engine.observers.recipe import measurement


def post(t, dt, y_old, y, p, memory, ws, out, trace, row):
    """Locate the exit within the step, once."""
    if out[ESCAPED] == 0.0:
        before = value(t - dt, y_old, p)
        after = value(t, y, p)
        side = 0.0
        if after > ws[HIGH] or before > ws[HIGH]:
            side = 1.0
        if after < ws[LOW] or before < ws[LOW]:
            side = -1.0
        if side != 0.0:
            theta = 0.0
            level = ws[HIGH] if side > 0.0 else ws[LOW]
            if ws[LOW] <= before <= ws[HIGH]:
                dense = dense_rows(t - dt, dt, y_old, y, p, memory)
                theta = locate_value(t, dt, y_old, y, p, dense, level)
            out[ESCAPED] = 1.0
            out[SIDE] = side
            out[TIME] = min(t, t - dt + theta * dt)
            ws[BREAK] = ws[STOP]
    return y, memory, row


@measurement
def escape(
    expr: str | None = None,
    low: float = -math.inf,
    high: float = math.inf,
    *,
    stop: bool = False,
    key: str = "escape",
    since: str = "start",
) -> ObserverModule:
    """Find the first time at which an expression leaves the interval [low, high].

    In a flow the exit is located within the step, on dense output, to 1e-11 of the step; in a map
    it is the first iterate outside.  An orbit that begins outside escapes where it begins.

    Parameters
    ----------
    expr : str, optional
        The expression; by default the model's first state.
    low, high : float
        The interval; infinite by default.
    stop : bool
        End the call with ``USER_BREAK`` after the step in which it escapes; the run can go on.
    key : str
        Name of the results.
    since : {"start", "change"}
        Since the run's start, or anew since the last edit of parameters or state.

    Returns
    -------
    ObserverModule
        Outputs ``"escaped"`` (1 or 0), ``"time"`` (nan before), ``"side"``: 1 above, -1 below.

    Raises
    ------
    ObserverError
        An argument is not valid.
    """
    least, most = bound(key, "low", low), bound(key, "high", high)
    if not least < most:
        raise ObserverError(f"{key}: low = {least:g} is not below high = {most:g}")
    return on_first_state(partial(_declared, least, most, float(bool(stop)), key, since), key, expr)


def _declared(
    low: float, high: float, stop: float, key: str, since: str, expr: str
) -> ObserverModule:
    return ObserverModule(
        key=key,
        title=f"escape of {expr}",
        workspace={"low": low, "high": high, "stop": stop, "break": 0.0},
        outputs={"escaped": 0.0, "time": math.nan, "side": 0.0},
        expressions={"value": expr},
        post=post,
        since=since,
    )
