"""Histogram: how often an expression takes which values, on a fixed grid."""

# Free names in the hooks are symbols of the rendered unit.
# ruff: noqa: F821
# mypy: disable-error-code="no-untyped-def, name-defined"

from collections.abc import Mapping, Sequence
from functools import partial
from typing import Any

import numpy as np
from numpy.typing import ArrayLike

from engine.errors import ObserverError, suggest
from engine.observers.arguments import on_first_state, real, whole
from engine.observers.observer import ObserverModule
from engine.observers.recipe import measurement
from engine.observers.slots import Floats, Value

WEIGHTS = ("steps", "time")


def post(t, dt, y_old, y, p, memory, ws, out, trace, row):
    """Count the value at the step's end."""
    x = value(t, y, p)
    weight = 1.0 + ws[BY_TIME] * (dt - 1.0)
    last = int(ws[BINS]) - 1
    if x < ws[EDGES]:
        out[BELOW] += weight
    elif x > ws[EDGES + last + 1]:
        out[ABOVE] += weight
    elif x == x:
        i = 0
        if ws[UNIFORM] != 0.0:
            i = min(last, int((x - ws[EDGES]) * ws[SCALE]))
            while x < ws[EDGES + i]:
                i -= 1
            while i < last and x >= ws[EDGES + i + 1]:
                i += 1
        else:
            high = last + 1
            while high - i > 1:
                middle = (i + high) // 2
                if x >= ws[EDGES + middle]:
                    i = middle
                else:
                    high = middle
        out[COUNTS + i] += weight
    else:
        out[UNDEFINED] += weight
    return y, memory, row


def summary(workspace: Mapping[str, Any], outputs: Mapping[str, Any]) -> Mapping[str, Value]:
    """Return the edges, the number of samples and the density."""
    outside = outputs["below"] + outputs["above"] + outputs["undefined"]
    total = float(outputs["counts"].sum()) + outside
    widths = np.diff(workspace["edges"])
    density = outputs["counts"] / widths / total if total else np.full_like(widths, np.nan)
    return {"edges": workspace["edges"], "total": total, "density": density}


@measurement
def histogram(
    expr: str | None = None,
    low: float = -1.0,
    high: float = 1.0,
    bins: int = 100,
    *,
    edges: ArrayLike | None = None,
    weight: str = "steps",
    key: str = "histogram",
    since: str = "start",
) -> ObserverModule:
    """Count the values of an expression after each step in bins.

    A value on an edge belongs to the bin above it, on the last edge to the last bin, as in
    `numpy.histogram`.  Counts are exact up to 2**53.  The grid is data: another one compiles
    nothing.

    Parameters
    ----------
    expr : str, optional
        The expression; by default the model's first state.
    low, high : float
        The grid's ends.
    bins : int
        Number of bins between them, of equal width.
    edges : array-like (bins + 1,), optional
        Increasing edges instead.
    weight : {"steps", "time"}
        Every step counts 1, or as long as it lasts: the latter for adaptive steps.
    key : str
        Name of the results.
    since : {"start", "change"}
        Since the run's start, or anew since the last edit of parameters or state.

    Returns
    -------
    ObserverModule
        Outputs ``"counts"`` (bins,), ``"below"``, ``"above"``, ``"undefined"`` (nan), ``"total"``,
        ``"edges"`` (bins + 1,) and ``"density"`` (bins,): its integral is the share inside.

    Raises
    ------
    ObserverError
        An argument is not valid.
    """
    if weight not in WEIGHTS:
        raise ObserverError(f"{key}: weight = {weight!r}{suggest(str(weight), WEIGHTS)}")
    grid = uniform_grid(key, low, high, bins) if edges is None else given_grid(key, edges)
    by_time = float(weight == "time")
    return on_first_state(
        partial(_declared, grid, float(edges is None), by_time, key, since), key, expr
    )


def uniform_grid(key: str, low: float, high: float, bins: int) -> Floats:
    """Return the edges (bins + 1,) of bins of equal width.

    Raises
    ------
    ObserverError
        An argument is not valid.
    """
    least, most = real(key, "low", low), real(key, "high", high)
    grid: Floats = np.linspace(least, most, whole(key, "bins", bins) + 1)
    if not np.all(np.diff(grid) > 0.0):
        raise ObserverError(f"{key}: {bins} bins do not fit between low = {low} and high = {high}")
    return grid


def given_grid(key: str, edges: ArrayLike | Sequence[float]) -> Floats:
    """Return edges (bins + 1,) that increase.

    Raises
    ------
    ObserverError
        They do not, or are not finite numbers.
    """
    try:
        grid = np.array(edges, dtype=np.float64)
    except (TypeError, ValueError) as error:
        raise ObserverError(f"{key}: edges = {edges!r} are not numbers") from error
    if grid.ndim != 1 or len(grid) < 2 or not np.all(np.isfinite(grid)):
        raise ObserverError(f"{key}: edges = {edges!r} are not two or more finite numbers")
    if not np.all(np.diff(grid) > 0.0):
        raise ObserverError(f"{key}: edges do not increase")
    return grid


def _declared(
    edges: Floats, uniform: float, by_time: float, key: str, since: str, expr: str
) -> ObserverModule:
    bins = len(edges) - 1
    return ObserverModule(
        key=key,
        title=f"histogram of {expr}",
        workspace={
            "bins": float(bins),
            "uniform": uniform,
            "scale": bins / (edges[-1] - edges[0]),
            "by_time": by_time,
            "edges": edges,
        },
        outputs={"below": 0.0, "above": 0.0, "undefined": 0.0, "counts": np.zeros(bins)},
        expressions={"value": expr},
        post=post,
        since=since,
        summary=summary,
    )
