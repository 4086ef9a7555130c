"""Moments: mean, variance, skewness, kurtosis and covariance along the orbit."""

# Free names in the hooks are symbols of the rendered unit.
# ruff: noqa: F821
# mypy: disable-error-code="no-untyped-def, name-defined"

from collections.abc import Mapping, Sequence
from functools import partial
from typing import Any

import numpy as np

from engine.observers.arguments import texts
from engine.observers.observer import ObserverModule
from engine.observers.recipe import measurement
from engine.observers.slots import Value


def post(t, dt, y_old, y, p, memory, ws, out, trace, row):
    """Merge the moments of the step into those so far; every sum carries its rounding error."""
    first = values(t - dt, y_old, p)
    last = values(t, y, p)
    m = len(last)
    w = ws[WEIGHT]
    added = dt - ws[WEIGHT_LOST]
    total = w + added
    ws[WEIGHT_LOST] = (total - w) - added
    ws[WEIGHT] = total
    for i in range(m):
        ws[HALF + i] = 0.5 * ws[TRAPEZOID] * (last[i] - first[i])
        ws[EXCESS + i] = last[i] - ws[HALF + i] - ws[SUMS + i]
    for i in range(m):
        d = ws[EXCESS + i]
        square = ws[HALF + i] * ws[HALF + i]
        m2 = ws[SUMS + m + i]
        m3 = ws[SUMS + 2 * m + i]
        share = d * dt / total
        ws[TERMS + i] = share
        ws[TERMS + m + i] = dt * square + d * share * w
        ws[TERMS + 2 * m + i] = (
            d * d * share * w * (w - dt) / total + 3.0 * d * dt * (w * square - m2) / total
        )
        ws[TERMS + 3 * m + i] = (
            dt * square * square
            + d * d * d * share * w * (w * w - w * dt + dt * dt) / (total * total)
            + 6.0 * d * d * dt * (w * w * square + dt * m2) / (total * total)
            - 4.0 * d * dt * m3 / total
        )
        for j in range(int(ws[PAIRS])):
            both = dt * ws[HALF + i] * ws[HALF + j]
            ws[TERMS + (4 + i) * m + j] = both + share * ws[EXCESS + j] * w
    for k in range((4 + int(ws[PAIRS])) * m):
        term = ws[TERMS + k] - ws[LOST + k]
        summed = ws[SUMS + k] + term
        ws[LOST + k] = (summed - ws[SUMS + k]) - term
        ws[SUMS + k] = summed
    return y, memory, row


def summary(workspace: Mapping[str, Any], outputs: Mapping[str, Any]) -> Mapping[str, Value]:
    """Return the central moments, normalised."""
    weight, pairs = workspace["weight"], int(workspace["pairs"])
    sums = workspace["sums"].reshape(4 + pairs, -1)
    unknown = np.full_like(sums[0], np.nan)
    mean = sums[0] if weight else unknown
    m2, m3, m4 = (total / (weight or np.nan) for total in sums[1:4])
    spread = np.where(m2 > 0.0, m2, np.nan)
    found = {
        "mean": mean,
        "variance": m2,
        "std": np.sqrt(m2),
        "skewness": m3 / spread**1.5,
        "kurtosis": m4 / spread**2 - 3.0,
    }
    if workspace["single"]:
        return {name: float(value[0]) for name, value in found.items()} | {"weight": weight}
    covariance = {"covariance": sums[4:] / (weight or np.nan)} if pairs else {}
    return {**found, **covariance, "weight": weight}


@measurement
def moments(
    exprs: str | Sequence[str] | None = None,
    *,
    covariance: bool = False,
    key: str = "moments",
    since: str = "start",
) -> ObserverModule:
    """Measure the moments of expressions along the orbit.

    In a flow they are averages over time, by the trapezoidal rule over the accepted steps, so that
    steps of any length count as they should; in a map averages over the iterates after the first
    state.  Merged pairwise as in Pébay, Sandia report SAND2008-6212, and Chan, Golub & LeVeque,
    Am. Stat. 37 (1983) 242, with Kahan's summation: 1e9 steps lose no digits.

    Parameters
    ----------
    exprs : str or sequence of str, optional
        One expression or several; by default all states.
    covariance : bool
        The covariance matrix of several expressions as well.
    key : str
        Name of the results.
    since : {"start", "change"}
        Since the run's start, or anew since the last edit of parameters or state.

    Returns
    -------
    ObserverModule
        Outputs ``"mean"``, ``"variance"``, ``"std"``, ``"skewness"``, ``"kurtosis"`` (in excess of
        the normal distribution's 3), numbers for one expression given as a text, else (m,);
        ``"covariance"`` (m, m); ``"weight"``, the time or number of iterates.

    Raises
    ------
    ObserverError
        An argument is not valid.
    """
    single = isinstance(exprs, str)
    given = None if exprs is None else texts(key, "exprs", exprs)
    made = partial(_declared, given, single, bool(covariance) and not single, key, since)
    return made("ode", ("t",), fit=made)


def _declared(
    given: tuple[str, ...] | None,
    single: bool,
    covariance: bool,
    key: str,
    since: str,
    kind: str,
    states: tuple[str, ...],
    fit: Any = None,
) -> ObserverModule:
    chosen = states if given is None else given
    m = len(chosen)
    pairs = m if covariance else 0
    return ObserverModule(
        key=key,
        title=f"moments of {', '.join(chosen)}",
        workspace={
            "single": float(single),
            "pairs": float(pairs),
            "trapezoid": float(kind == "ode"),
            "weight": 0.0,
            "weight_lost": 0.0,
            "half": np.zeros(m),
            "excess": np.zeros(m),
            "sums": np.zeros((4 + pairs) * m),
            "lost": np.zeros((4 + pairs) * m),
            "terms": np.zeros((4 + pairs) * m),
        },
        expressions={"values": chosen},
        post=post,
        since=since,
        summary=summary,
        fit=fit,
    )
