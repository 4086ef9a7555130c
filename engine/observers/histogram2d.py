"""Two-dimensional histogram: where in a plane the orbit spends its time."""

# Free names in the hooks are symbols of the rendered unit.
# ruff: noqa: F821
# mypy: disable-error-code="no-untyped-def, name-defined"

from collections.abc import Mapping
from functools import partial
from typing import Any

import numpy as np

from engine.errors import ObserverError, suggest
from engine.observers.arguments import text
from engine.observers.histogram import WEIGHTS, uniform_grid
from engine.observers.observer import ObserverModule
from engine.observers.recipe import measurement
from engine.observers.slots import Floats, Value


def post(t, dt, y_old, y, p, memory, ws, out, trace, row):
    """Count the point at the step's end."""
    across = first(t, y, p)
    up = second(t, y, p)
    weight = 1.0 + ws[BY_TIME] * (dt - 1.0)
    columns = int(ws[COLUMNS])
    rows = int(ws[ROWS])
    if across != across or up != up:
        out[UNDEFINED] += weight
    elif (
        ws[FIRST_EDGES] <= across <= ws[FIRST_EDGES + columns]
        and ws[SECOND_EDGES] <= up <= ws[SECOND_EDGES + rows]
    ):
        i = min(columns - 1, int((across - ws[FIRST_EDGES]) * ws[FIRST_SCALE]))
        while across < ws[FIRST_EDGES + i]:
            i -= 1
        while i < columns - 1 and across >= ws[FIRST_EDGES + i + 1]:
            i += 1
        j = min(rows - 1, int((up - ws[SECOND_EDGES]) * ws[SECOND_SCALE]))
        while up < ws[SECOND_EDGES + j]:
            j -= 1
        while j < rows - 1 and up >= ws[SECOND_EDGES + j + 1]:
            j += 1
        out[COUNTS + i * rows + j] += weight
    else:
        out[OUTSIDE] += weight
    return y, memory, row


def summary(workspace: Mapping[str, Any], outputs: Mapping[str, Any]) -> Mapping[str, Value]:
    """Return the edges, the number of samples and the density."""
    counts = outputs["counts"]
    total = float(counts.sum()) + outputs["outside"] + outputs["undefined"]
    areas = np.outer(np.diff(workspace["first_edges"]), np.diff(workspace["second_edges"]))
    return {
        "x_edges": workspace["first_edges"],
        "y_edges": workspace["second_edges"],
        "total": total,
        "density": counts / areas / total if total else np.full_like(counts, np.nan),
    }


@measurement
def histogram2d(
    x: str | None = None,
    y: str | None = None,
    *,
    x_range: tuple[float, float] = (-1.0, 1.0),
    y_range: tuple[float, float] = (-1.0, 1.0),
    bins: int | tuple[int, int] = 100,
    weight: str = "steps",
    key: str = "histogram2d",
    since: str = "start",
) -> ObserverModule:
    """Count the points (x, y) of two expressions after each step on a grid.

    Edges belong to bins as in `numpy.histogram2d`.  Counts are exact up to 2**53.  The grid is
    data: another one compiles nothing.

    Parameters
    ----------
    x, y : str, optional
        The expressions; by default the model's first two states (the first twice if it has one).
    x_range, y_range : (float, float)
        The grid's ends.
    bins : int or (int, int)
        Number of bins along each axis.
    weight : {"steps", "time"}
        Every step counts 1, or as long as it lasts: the latter for adaptive steps.
    key : str
        Name of the results.
    since : {"start", "change"}
        Since the run's start, or anew since the last edit of parameters or state.

    Returns
    -------
    ObserverModule
        Outputs ``"counts"`` (nx, ny), ``"outside"``, ``"undefined"`` (nan), ``"total"``,
        ``"x_edges"``, ``"y_edges"`` and ``"density"`` (nx, ny).

    Raises
    ------
    ObserverError
        An argument is not valid.
    """
    if weight not in WEIGHTS:
        raise ObserverError(f"{key}: weight = {weight!r}{suggest(str(weight), WEIGHTS)}")
    each = bins if isinstance(bins, tuple) else (bins, bins)
    ranges = (_pair(key, "x_range", x_range), _pair(key, "y_range", y_range))
    nx, ny = _pair(key, "bins", each)
    grids = (uniform_grid(key, *ranges[0], nx), uniform_grid(key, *ranges[1], ny))
    given = (None if x is None else text(key, "x", x), None if y is None else text(key, "y", y))
    made = partial(_declared, grids, float(weight == "time"), key, since, given)
    return made("ode", ("t", "t"), fit=made)


def _pair(key: str, name: str, value: Any) -> tuple[Any, Any]:
    if not isinstance(value, (tuple, list)) or len(value) != 2:
        raise ObserverError(f"{key}: {name} = {value!r} is not a pair")
    return value[0], value[1]


def _declared(
    grids: tuple[Floats, Floats],
    by_time: float,
    key: str,
    since: str,
    given: tuple[str | None, str | None],
    kind: str,
    states: tuple[str, ...],
    fit: Any = None,
) -> ObserverModule:
    first, second = given[0] or states[0], given[1] or states[:2][-1]
    columns, rows = len(grids[0]) - 1, len(grids[1]) - 1
    return ObserverModule(
        key=key,
        title=f"histogram of {first} and {second}",
        workspace={
            "columns": float(columns),
            "rows": float(rows),
            "first_scale": columns / (grids[0][-1] - grids[0][0]),
            "second_scale": rows / (grids[1][-1] - grids[1][0]),
            "by_time": by_time,
            "first_edges": grids[0],
            "second_edges": grids[1],
        },
        outputs={"outside": 0.0, "undefined": 0.0, "counts": np.zeros((columns, rows))},
        expressions={"first": first, "second": second},
        post=post,
        since=since,
        summary=summary,
        fit=fit,
    )
