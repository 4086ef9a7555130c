"""Largest Lyapunov exponent from one tangent vector."""

# Free names in the hooks are symbols of the rendered unit.
# ruff: noqa: F821
# mypy: disable-error-code="no-untyped-def, name-defined"

import math

from engine.observers.arguments import whole
from engine.observers.observer import ObserverModule, Trace
from engine.observers.recipe import measurement


def post(t, dt, y_old, y, p, memory, ws, out, trace, row):
    """Add the logarithm of the tangent's growth and make it a unit vector again."""
    ws[SPAN] += dt
    ws[COUNTDOWN] -= 1.0
    if ws[COUNTDOWN] <= 0.0:
        ws[COUNTDOWN] = ws[EVERY]
        ws[TRACE_COUNTDOWN] -= ws[EVERY]
        length = tangent_norm(y)
        if length < 1.0e300:
            ws[LOG_SUM] += log(length)
            ws[ELAPSED] += ws[SPAN]
            out[MLE] = ws[LOG_SUM] / ws[ELAPSED]
        ws[SPAN] = 0.0
        if 0.0 < length < 1.0e300:
            y = scale_tangent(y, 1.0 / length)
            memory = scale_memory(memory, 1.0 / length)
        else:
            # A derivative that is 0 or undefined left no direction: begin with a new one.
            y, memory = reseed_tangents(t, y, p, memory, True)
        if ws[TRACE_COUNTDOWN] <= 0.0:
            ws[TRACE_COUNTDOWN] = ws[TRACE_EVERY]
            row = record_trace(trace, row, t, out[MLE])
    return y, memory, row


@measurement
def lyapunov_mle(
    *, every: int = 5, trace_every: int = 50, key: str = "lyapunov_mle", since: str = "start"
) -> ObserverModule:
    """Measure the largest Lyapunov exponent of a flow or a map.

    A tangent vector is carried by the run's own stepper along the orbit, through the
    Jacobian-vector product derived from the equations; the exponent is the mean rate of growth
    of its logarithm, per unit of time (flow) or per iteration (map).  Benettin, Galgani,
    Giorgilli & Strelcyn, Meccanica 15 (1980) 9 and 21.

    At the action of an event the tangent vector is mapped by the derivative of the action and of
    its instant: Müller, Chaos Solitons Fractals 5 (1995) 1671.

    An interval in which the derivative was undefined (nan) does not count; a derivative of zero,
    as on a superstable orbit, gives -inf.

    Parameters
    ----------
    every : int
        Steps between two renormalisations of the tangent vector.
    trace_every : int
        Steps between two samples of the convergence trace, rounded up to a multiple of `every`.
    key : str
        Name of the results.
    since : {"start", "change"}
        Measure since the run's start, or anew since the last edit of parameters or state.

    Returns
    -------
    ObserverModule
        Output ``"mle"``; trace column ``"mle"``.

    Raises
    ------
    ObserverError
        A count is not a positive integer; when the `Sim` is made, the derivative of an event of
        the model is not known.
    """
    every, trace_every = whole(key, "every", every), whole(key, "trace_every", trace_every)
    interval = -(-trace_every // every) * every
    return ObserverModule(
        key=key,
        title="largest Lyapunov exponent",
        workspace={
            "every": float(every),
            "countdown": float(every),
            "log_sum": 0.0,
            "elapsed": 0.0,
            "span": 0.0,
            "trace_every": float(interval),
            "trace_countdown": float(interval),
        },
        outputs={"mle": math.nan},
        trace=Trace(columns=("mle",), interval=interval),
        post=post,
        tangents=1,
        since=since,
    )
