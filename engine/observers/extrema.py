"""Extrema: the maxima and minima of an expression along the orbit."""

# Free names in the hooks are symbols of the rendered unit.
# ruff: noqa: F821
# mypy: disable-error-code="no-untyped-def, name-defined"

import math
from functools import partial

from engine.errors import ObserverError, suggest
from engine.observers.arguments import on_first_state
from engine.observers.observer import ObserverModule, Rate, Trace
from engine.observers.recipe import measurement

KINDS = {"max": 1.0, "min": -1.0, "both": 0.0}


def in_flow(t, dt, y_old, y, p, memory, ws, out, trace, row):
    """Locate the zero of the rate of change within the step."""
    before = rate(t - dt, y_old, p)
    after = rate(t, y, p)
    highest = before > 0.0 and after <= 0.0 and ws[KIND] >= 0.0
    lowest = before < 0.0 and after >= 0.0 and ws[KIND] <= 0.0
    if highest or lowest:
        dense = dense_rows(t - dt, dt, y_old, y, p, memory)
        theta = locate_rate(t, dt, y_old, y, p, dense, 0.0)
        time = min(t, t - dt + theta * dt)
        found = value(time, interpolate(theta, dt, y_old, y, dense), p)
        out[COUNT] += 1.0
        out[LAST] = found
        row = record_trace(trace, row, time, found, 1.0 if highest else -1.0)
    return y, memory, row


def in_map(t, dt, y_old, y, p, memory, ws, out, trace, row):
    """Compare three iterates."""
    before = value(t - dt, y_old, p)
    after = value(t, y, p)
    if ws[REACHED] == before:
        highest = before > ws[EARLIER] and before >= after and ws[KIND] >= 0.0
        lowest = before < ws[EARLIER] and before <= after and ws[KIND] <= 0.0
        if highest or lowest:
            out[COUNT] += 1.0
            out[LAST] = before
            row = record_trace(trace, row, t - dt, before, 1.0 if highest else -1.0)
    # Where the orbit was put elsewhere in between, there are no three iterates to compare.
    ws[EARLIER] = before
    ws[REACHED] = after
    return y, memory, row


@measurement
def extrema(
    expr: str | None = None, *, kind: str = "both", key: str = "extrema", since: str = "start"
) -> ObserverModule:
    """Collect the local maxima and minima of an expression along the orbit.

    In a flow an extremum is where the rate of change, derived from the equations, crosses zero; it
    is located within the step, on dense output, to 1e-11 of the step.  In a map it is an iterate
    above both its neighbours (of equal ones the first), and known one iteration later.

    Parameters
    ----------
    expr : str, optional
        The expression; by default the model's first state.
    kind : {"max", "min", "both"}
        Which extrema.
    key : str
        Name of the results.
    since : {"start", "change"}
        Count since the run's start, or anew since the last edit of parameters or state.

    Returns
    -------
    ObserverModule
        Outputs ``"count"`` and ``"last"``, the last extremum's value; trace columns ``"value"`` and
        ``"kind"``, 1 for a maximum and -1 for a minimum.

    Raises
    ------
    ObserverError
        An argument is not valid.
    """
    if kind not in KINDS:
        raise ObserverError(f"{key}: kind = {kind!r}{suggest(str(kind), KINDS)}")
    return on_first_state(partial(_made, KINDS[kind], key, since), key, expr)


def _made(kind: float, key: str, since: str, expr: str) -> ObserverModule:
    made = partial(_declared, kind, key, since, expr)
    return made("ode", (), fit=made)


def _declared(
    which: float,
    key: str,
    since: str,
    expr: str,
    kind: str,
    states: tuple[str, ...],
    fit: "partial[ObserverModule] | None" = None,
) -> ObserverModule:
    flow = kind == "ode"
    return ObserverModule(
        key=key,
        title=f"extrema of {expr}",
        workspace={"kind": which, "earlier": math.nan, "reached": math.nan},
        outputs={"count": 0.0, "last": math.nan},
        expressions={"value": expr, "rate": Rate(expr)} if flow else {"value": expr},
        trace=Trace(columns=("value", "kind"), lag=0 if flow else 1),
        post=in_flow if flow else in_map,
        since=since,
        fit=fit,
    )
