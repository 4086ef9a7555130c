"""Lyapunov spectrum from orthonormal tangent vectors, and the dimension it implies."""

# Free names in the hooks are symbols of the rendered unit.
# ruff: noqa: F821
# mypy: disable-error-code="no-untyped-def, name-defined"

import math
from collections.abc import Mapping
from functools import partial
from typing import Any

import numpy as np
from numpy.typing import ArrayLike

from engine.errors import ObserverError
from engine.observers.arguments import whole
from engine.observers.observer import ObserverModule, Trace
from engine.observers.recipe import measurement
from engine.observers.slots import Value


def post(t, dt, y_old, y, p, memory, ws, out, trace, row):
    """Add the logarithms of the growth in each direction and make them orthonormal again."""
    ws[SPAN] += dt
    ws[COUNTDOWN] -= 1.0
    if ws[COUNTDOWN] <= 0.0:
        ws[COUNTDOWN] = ws[EVERY]
        ws[TRACE_COUNTDOWN] -= ws[EVERY]
        y, memory = orthonormalize(y, memory, ws, NORMS)
        known = True
        lost = False
        for j in range(int(ws[K])):
            length = ws[NORMS + j]
            known = known and length < 1.0e300
            lost = lost or length == 0.0
        if known:
            ws[ELAPSED] += ws[SPAN]
            for j in range(int(ws[K])):
                ws[LOG_SUMS + j] += log(ws[NORMS + j])
        ws[SPAN] = 0.0
        if lost or not known:
            # A derivative that is 0 or undefined left no direction: begin with a new one.
            y, memory = reseed_tangents(t, y, p, memory, not known)
        if ws[TRACE_COUNTDOWN] <= 0.0:
            ws[TRACE_COUNTDOWN] = ws[TRACE_EVERY]
            for j in range(int(ws[K])):
                ws[NORMS + j] = ws[LOG_SUMS + j] / ws[ELAPSED]
            row = record_values(trace, row, t, ws, NORMS)
    return y, memory, row


def kaplan_yorke(exponents: ArrayLike) -> float:
    """Return the Kaplan-Yorke (Lyapunov) dimension of a spectrum.

    With the exponents in descending order and j the last index up to which their sum is not
    negative, it is j + (the sum of the first j) / \\|exponent j + 1\\|.  Kaplan & Yorke, Lect.
    Notes Math. 730 (1979) 204.

    Parameters
    ----------
    exponents : array-like (k,)
        In any order; -inf is allowed.

    Returns
    -------
    float
        0 where all are negative; k where no partial sum is negative, so that the dimension is at
        least k, and exactly k for a complete spectrum; nan where an exponent is nan.
    """
    ordered = np.sort(np.asarray(exponents, dtype=np.float64).ravel())[::-1]
    if np.isnan(ordered).any():
        return math.nan
    total = 0.0
    for j, exponent in enumerate(ordered.tolist()):
        if total + exponent < 0.0:
            return j + (total / -exponent if math.isfinite(exponent) else 0.0)
        total += exponent
    return float(len(ordered))


def summary(workspace: Mapping[str, Any], outputs: Mapping[str, Any]) -> Mapping[str, Value]:
    """Return the exponents and the dimension."""
    elapsed = workspace["elapsed"]
    exponents = workspace["log_sums"] / (elapsed if elapsed > 0.0 else math.nan)
    return {"exponents": exponents, "kaplan_yorke": kaplan_yorke(exponents)}


@measurement
def lyapunov_spectrum(
    k: int | None = None,
    *,
    every: int = 5,
    trace_every: int = 50,
    key: str = "lyapunov_spectrum",
    since: str = "start",
) -> ObserverModule:
    """Measure the `k` largest Lyapunov exponents of a flow or a map, by default all of them.

    The run's own stepper carries `k` tangent vectors along the orbit, through the Jacobian-vector
    product derived from the equations; every few steps the modified Gram-Schmidt process makes
    them orthonormal again, and the memory of the stepper undergoes the same linear map.  The
    exponents are the mean rates of growth, per unit of time (flow) or per iteration (map), in
    descending order once they have settled.  Benettin, Galgani, Giorgilli & Strelcyn, Meccanica
    15 (1980) 9 and 21; Shimada & Nagashima, Prog. Theor. Phys. 61 (1979) 1605.

    At the action of an event the vectors are mapped by the derivative of the action and of its
    instant: Müller, Chaos Solitons Fractals 5 (1995) 1671.

    A direction that is contracted to nothing, as on a superstable orbit, has the exponent -inf; an
    interval in which a derivative was undefined (nan) does not count.  Contraction by more than
    1e16 between two renormalisations drowns in rounding: choose `every` small enough.

    Parameters
    ----------
    k : int, optional
        Exponents, at most as many as the model has states.
    every : int
        Steps between two orthonormalisations.
    trace_every : int
        Steps between two samples of the convergence trace, rounded up to a multiple of `every`.
    key : str
        Name of the results.
    since : {"start", "change"}
        Measure since the run's start, or anew since the last edit of parameters or state.

    Returns
    -------
    ObserverModule
        Outputs ``"exponents"`` (k,) and ``"kaplan_yorke"``; trace columns ``"exponent_1"`` ... .

    Raises
    ------
    ObserverError
        A count is not a positive integer; when the `Sim` is made, `k` exceeds the states or the
        derivative of an event of the model is not known.
    """
    every, trace_every = whole(key, "every", every), whole(key, "trace_every", trace_every)
    wanted = None if k is None else whole(key, "k", k)
    made = partial(_spectrum, every, -(-trace_every // every) * every, key, since)
    return made(wanted or 1, partial(_fitted, wanted, made))


def _fitted(wanted: int | None, made: Any, kind: str, states: tuple[str, ...]) -> ObserverModule:
    n = len(states)
    k = n if wanted is None else wanted
    observer: ObserverModule = made(k)
    if k > n:
        raise ObserverError(
            f"{observer.key}: k = {k} exponents of a model with {n} states; at most {n} exist"
        )
    return observer


def _spectrum(
    every: int, interval: int, key: str, since: str, k: int, fit: Any = None
) -> ObserverModule:
    return ObserverModule(
        key=key,
        title="Lyapunov spectrum",
        workspace={
            "k": float(k),
            "every": float(every),
            "countdown": float(every),
            "elapsed": 0.0,
            "span": 0.0,
            "trace_every": float(interval),
            "trace_countdown": float(interval),
            "log_sums": np.zeros(k),
            "norms": np.zeros(k),
        },
        trace=Trace(columns=tuple(f"exponent_{j + 1}" for j in range(k)), interval=interval),
        post=post,
        tangents=k,
        since=since,
        summary=summary,
        fit=fit,
    )
