"""Return map: each value at a section or extremum against the one before."""

# Free names in the hooks are symbols of the rendered unit.
# ruff: noqa: F821
# mypy: disable-error-code="no-untyped-def, name-defined"

import math
from functools import partial

from engine.errors import ObserverError, suggest
from engine.observers.arguments import Section, on_first_state, section
from engine.observers.observer import ObserverModule, Rate, Trace
from engine.observers.recipe import measurement

EXTREMA = {"max": -1.0, "min": 1.0}


def post(t, dt, y_old, y, p, memory, ws, out, trace, row):
    """Locate a crossing within the step and pair its value with the last one."""
    level = ws[LEVEL]
    before = surface(t - dt, y_old, p)
    after = surface(t, y, p)
    rises = before < level and after >= level and ws[SENSE] >= 0.0
    falls = before > level and after <= level and ws[SENSE] <= 0.0
    if rises or falls:
        dense = dense_rows(t - dt, dt, y_old, y, p, memory)
        theta = locate_surface(t, dt, y_old, y, p, dense, level)
        time = min(t, t - dt + theta * dt)
        found = value(time, interpolate(theta, dt, y_old, y, dense), p)
        if ws[KNOWN] != 0.0:
            out[COUNT] += 1.0
            out[PREVIOUS] = ws[LAST]
            out[NEXT] = found
            row = record_trace(trace, row, time, ws[LAST], found)
        ws[LAST] = found
        ws[KNOWN] = 1.0
    return y, memory, row


def of_iterates(t, dt, y_old, y, p, memory, ws, out, trace, row):
    """Pair two iterates."""
    out[COUNT] += 1.0
    out[PREVIOUS] = value(t - dt, y_old, p)
    out[NEXT] = value(t, y, p)
    row = record_trace(trace, row, t, out[PREVIOUS], out[NEXT])
    return y, memory, row


@measurement
def return_map(
    expr: str | None = None,
    *,
    section: str | None = None,
    level: float | str | None = None,
    direction: str = "up",
    of: str = "max",
    key: str = "return_map",
    since: str = "start",
) -> ObserverModule:
    """Pair each value of an expression at a section, or at its extrema, with the one before.

    Without a section the values of a flow are the expression's own successive maxima, as in E. N.
    Lorenz, J. Atmos. Sci. 20 (1963) 130, section 7; those of a map its successive iterates.

    Parameters
    ----------
    expr : str, optional
        The expression; by default the model's first state.
    section, level, direction
        Where it is taken: a surface as in `poincare_section`.
    of : {"max", "min"}
        Which extrema, in a flow without a section.
    key : str
        Name of the results.
    since : {"start", "change"}
        Pair since the run's start, or anew since the last edit of parameters or state.

    Returns
    -------
    ObserverModule
        Outputs ``"count"``, ``"previous"`` and ``"next"``, the last pair; trace columns
        ``"previous"`` and ``"next"``.

    Raises
    ------
    ObserverError
        An argument is not valid.
    """
    if of not in EXTREMA:
        raise ObserverError(f"{key}: of = {of!r}{suggest(str(of), EXTREMA)}")
    surface = None if section is None else _section(key, section, level, direction)
    return on_first_state(partial(_made, surface, EXTREMA[of], key, since), key, expr)


def _section(key: str, expr: str, level: float | str | None, direction: str) -> Section:
    return section(key, expr, level, direction, "section")


def _made(surface: Section | None, sense: float, key: str, since: str, expr: str) -> ObserverModule:
    made = partial(_declared, surface, sense, key, since, expr)
    return made("ode", (), fit=made)


def _declared(
    surface: Section | None,
    sense: float,
    key: str,
    since: str,
    expr: str,
    kind: str,
    states: tuple[str, ...],
    fit: "partial[ObserverModule] | None" = None,
) -> ObserverModule:
    crossed: str | Rate = Rate(expr)
    level = 0.0
    if surface is not None:
        crossed, level, sense = surface.expr, surface.level, surface.sense
    of_crossings = kind == "ode" or surface is not None
    return ObserverModule(
        key=key,
        title=f"return map of {expr}",
        workspace={"level": level, "sense": sense, "last": math.nan, "known": 0.0},
        outputs={"count": 0.0, "previous": math.nan, "next": math.nan},
        expressions={"value": expr, "surface": crossed} if of_crossings else {"value": expr},
        trace=Trace(columns=("previous", "next")),
        post=post if of_crossings else of_iterates,
        since=since,
        fit=fit,
    )
