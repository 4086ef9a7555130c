"""Poincaré section: the states at which the orbit crosses a surface."""

# Free names in the hooks are symbols of the rendered unit.
# ruff: noqa: F821
# mypy: disable-error-code="no-untyped-def, name-defined"

import math
from functools import partial

from engine.observers.arguments import Section, on_first_state, section
from engine.observers.observer import ObserverModule, Trace
from engine.observers.recipe import measurement


def post(t, dt, y_old, y, p, memory, ws, out, trace, row):
    """Locate a crossing within the step and leave its time and state."""
    level = ws[LEVEL]
    before = surface(t - dt, y_old, p)
    after = surface(t, y, p)
    rises = before < level and after >= level and ws[SENSE] >= 0.0
    falls = before > level and after <= level and ws[SENSE] <= 0.0
    if rises or falls:
        dense = dense_rows(t - dt, dt, y_old, y, p, memory)
        theta = locate_surface(t, dt, y_old, y, p, dense, level)
        time = min(t, t - dt + theta * dt)
        out[COUNT] += 1.0
        out[LAST] = time
        row = record_state(trace, row, time, interpolate(theta, dt, y_old, y, dense))
    return y, memory, row


@measurement
def poincare_section(
    variable: str | None = None,
    level: float | str | None = None,
    *,
    expr: str | None = None,
    direction: str = "up",
    key: str = "poincare_section",
    since: str = "start",
) -> ObserverModule:
    """Collect the states at which an expression crosses a level.

    In a flow the crossing is located within the step, on dense output, to 1e-11 of the step; two
    crossings within one step cancel and are not seen.  In a map there is nothing between the
    iterates: the sample is the later of the two between which the crossing lies.  A point exactly
    on the surface belongs to the step that reaches it.  Hénon, Physica D 5 (1982) 412; Ott, Chaos
    in Dynamical Systems (2002), 1.3.

    Parameters
    ----------
    variable, expr : str, optional
        The surface, by one of the two: an expression such as ``"z"`` or ``"x - y"``; a condition,
        crossed upwards where it becomes true; or ``"cross_up(z, 27)"``.  By default the model's
        first state.
    level : float or str, optional
        The level; a number is data, a text an expression. 0 by default.
    direction : {"up", "down", "both"}
        Which crossings count.
    key : str
        Name of the results.
    since : {"start", "change"}
        Count since the run's start, or anew since the last edit of parameters or state.

    Returns
    -------
    ObserverModule
        Outputs ``"count"`` and ``"last"``, the time of the last crossing; trace: time and all
        states.

    Raises
    ------
    ObserverError
        An argument is not valid.
    """
    given = expr if variable is None else variable
    return on_first_state(partial(_made, level, direction, key, since), key, given)


def _made(
    level: float | str | None, direction: str, key: str, since: str, expr: str
) -> ObserverModule:
    surface = section(key, expr, level, direction)
    made = partial(_declared, surface, key, since)
    return made("", ("state",), fit=made)


def _declared(
    surface: Section,
    key: str,
    since: str,
    kind: str,
    states: tuple[str, ...],
    fit: "partial[ObserverModule] | None" = None,
) -> ObserverModule:
    return ObserverModule(
        key=key,
        title="Poincaré section",
        workspace={"level": surface.level, "sense": surface.sense},
        outputs={"count": 0.0, "last": math.nan},
        expressions={"surface": surface.expr},
        trace=Trace(columns=states),
        post=post,
        since=since,
        fit=fit,
    )
