"""Stroboscope: the state once every period of time or of a phase."""

# Free names in the hooks are symbols of the rendered unit.
# ruff: noqa: F821
# mypy: disable-error-code="no-untyped-def, name-defined"

import math
from functools import partial

from engine.observers.arguments import positive, real, text
from engine.observers.observer import ObserverModule, Trace
from engine.observers.recipe import measurement

# Most samples that one step can leave.
MOST = 16


def post(t, dt, y_old, y, p, memory, ws, out, trace, row):
    """Leave the states at which the phase passes its next multiples of the period."""
    before = phase(t - dt, y_old, p)
    after = phase(t, y, p)
    if not abs(ws[REACHED] - before) <= 1.0e-9 * (after - before):
        # The first step, or the phase jumped: the next multiple after it.
        ws[NEXT] = floor((before - ws[OFFSET]) / ws[PERIOD]) + 1.0
    ws[REACHED] = after
    due = ws[OFFSET] + ws[NEXT] * ws[PERIOD]
    if due <= after + 1.0e-9 * (after - before):
        dense = dense_rows(t - dt, dt, y_old, y, p, memory)
        left = 16
        while due <= after + 1.0e-9 * (after - before):
            if left > 0:
                theta = 1.0
                if due < after:
                    theta = locate_phase(t, dt, y_old, y, p, dense, due)
                time = min(t, t - dt + theta * dt)
                if ws[TIMED] != 0.0:
                    time = min(t, due)
                out[COUNT] += 1.0
                out[LAST] = time
                row = record_state(trace, row, time, interpolate(theta, dt, y_old, y, dense))
                left = left - 1
                ws[NEXT] += 1.0
            else:
                skipped = floor((after - due) / ws[PERIOD]) + 1.0
                out[SKIPPED] += skipped
                ws[NEXT] += skipped
            due = ws[OFFSET] + ws[NEXT] * ws[PERIOD]
    return y, memory, row


@measurement
def stroboscope(
    period: float | str = 2.0 * math.pi,
    *,
    phase: str = "t",
    offset: float = 0.0,
    key: str = "stroboscope",
    since: str = "start",
) -> ObserverModule:
    """Sample the state whenever a growing phase, by default time, passes a multiple of a period.

    The samples are due at ``offset + k * period``, never at a running sum, for all such values
    after the start; in a flow they are located within the step, on dense output.  In a map the
    sample is the first iterate at or after.  Guckenheimer & Holmes, Nonlinear Oscillations (1983),
    1.5.

    Parameters
    ----------
    period : float or str
        A number, which is data, or an expression of parameters such as ``"2*pi/omega"``.
    phase : str
        An expression that grows along the orbit, such as ``"omega*t"``; time by default.
    offset : float
        Where a multiple lies, in units of the phase (where `period` is an expression: in periods).
    key : str
        Name of the results.
    since : {"start", "change"}
        Count since the run's start, or anew since the last edit of parameters or state.

    Returns
    -------
    ObserverModule
        Outputs ``"count"``, ``"last"``, the time of the last sample, and ``"skipped"``: samples
        beyond the 16 that one long step can leave; trace: time and all states.

    Raises
    ------
    ObserverError
        An argument is not valid.
    """
    progress, length = text(key, "phase", phase), 1.0
    timed = progress.strip() == "t"
    if isinstance(period, str):
        progress, timed = f"({progress})/({text(key, 'period', period)})", False
    else:
        length = positive(key, "period", period)
    made = partial(
        _declared, length, progress, real(key, "offset", offset), float(timed), key, since
    )
    return made("", ("state",), fit=made)


def _declared(
    period: float,
    phase: str,
    offset: float,
    timed: float,
    key: str,
    since: str,
    kind: str,
    states: tuple[str, ...],
    fit: "partial[ObserverModule] | None" = None,
) -> ObserverModule:
    return ObserverModule(
        key=key,
        title="stroboscope",
        workspace={
            "period": period,
            "offset": offset,
            # A map has no state at the due time itself.
            "timed": timed if kind == "ode" else 0.0,
            "next": 0.0,
            "reached": math.nan,
        },
        outputs={"count": 0.0, "last": math.nan, "skipped": 0.0},
        expressions={"phase": phase},
        trace=Trace(columns=states),
        trace_rows_a_step=MOST,
        post=post,
        since=since,
        fit=fit,
    )
