"""Why an orbit could not go on, in words."""

from dataclasses import dataclass

import numpy as np

from engine.model.exact import exact_value
from engine.model.integers import LARGEST, UNDEFINED
from engine.model.lags import state_and_steps
from engine.model.nodes import Symbol
from engine.run_state import RunState
from engine.runner import abi
from engine.runner.abi import Status
from engine.sim import Sim
from engine.steppers import list_steppers

__all__ = ["Failure", "find_failure", "implicit_steppers"]


@dataclass(frozen=True, kw_only=True)
class Failure:
    """Say why an orbit could not go on.

    Attributes
    ----------
    variable : str or None
        The first state that left the finite numbers, if one did.
    value : float or None
        What it would have become.
    t : float
        Time of the last good state.
    step : int
        Accepted steps until then.
    message : str
        The same in words.
    event : str or None
        The event that fires without end, if that is why.
    stiff : str
        Where a stiff problem is why: the steppers that may do, in words.
    """

    variable: str | None
    value: float | None
    t: float
    step: int
    message: str
    event: str | None = None
    stiff: str = ""


def find_failure(status: Status, sim: Sim, arrays: RunState) -> Failure | None:
    """Describe the failure that a signal stands for, or return None where it is none."""
    if not status.is_failure:
        return None
    rejected = arrays.state[abi.REJECTED]
    at = f"after t = {arrays.t:.6g} (step {arrays.n_steps})"
    if status is Status.NAN_DETECTED:
        if sim.model.dtype == "int64":
            return _undefined(sim, arrays, at)
        lost = int(np.argmin(np.isfinite(rejected)))
        name, value = sim.model.state_names[lost], float(rejected[lost])
        what = "became undefined (nan)" if np.isnan(value) else f"left to {value:+.0f}inity"
        return Failure(
            variable=name,
            value=value,
            t=arrays.t,
            step=arrays.n_steps,
            message=f"{name} {what} {at}",
        )
    endless = int(arrays.counters[abi.ENDLESS_EVENT])
    if endless:
        event = sim.model.events.events[endless - 1]
        message = (
            f"event {event.name!r} fires without end {at}: its action brings its condition back "
            "before time passes; end the motion there by another event, or change the action"
        )
        return Failure(
            variable=None,
            value=None,
            t=arrays.t,
            step=arrays.n_steps,
            message=message,
            event=event.name,
        )
    message = (
        f"the step size fell below what t can resolve {at}: the solution may end there, or "
        f"rtol = {sim.rtol:g} and atol = {sim.atol:g} ask for too much"
    )
    stiff = implicit_steppers(sim) if arrays.counters[abi.STIFF] else ""
    if stiff:
        message = (
            f"the problem is stiff {at}: stability holds the steps of {sim.stepper} at "
            f"{arrays.clock[abi.NEXT_STEP]:.2g} although the solution is smooth; use "
            f"{stiff}, or raise max_steps = {sim.max_steps} to let it crawl"
        )
    return Failure(
        variable=None,
        value=None,
        t=arrays.t,
        step=arrays.n_steps,
        message=message,
        stiff=stiff,
    )


def implicit_steppers(sim: Sim) -> str:
    """Name the steppers for stiff problems that can step a sim's model."""
    model = sim.model
    fitting = [s for s in list_steppers(model.kind) if s.stiff]
    names = [s.name for s in fitting if s.misfit is None or not s.misfit(model)]
    if not names:
        return "an implicit stepper"
    listed = " or ".join(filter(None, (", ".join(names[:-1]), names[-1])))
    return f"an implicit stepper such as {listed}"


def _undefined(sim: Sim, arrays: RunState, at: str) -> Failure:
    """Say what a whole number would have become."""
    model, rejected = sim.model, arrays.state[abi.REJECTED]
    values = dict(zip(model.param_names, arrays.params[: len(model.param_names)], strict=True))
    lost = [name for name, value in values.items() if value == UNDEFINED]
    name = lost[0] if lost else model.state_names[int(np.argmax(rejected == UNDEFINED))]
    value: float | None = None
    what = f"left the range of int64, +-{LARGEST}, or became undefined in the action of an event"
    if not lost:
        try:
            value = exact_value(
                model.resolved_rhs[model.state_names.index(name)],
                _known(sim, arrays),
                model.function_table,
            )
        except ZeroDivisionError:
            what = "became undefined, by a division by zero,"
        except (KeyError, OverflowError, ValueError):
            what = "left the range of int64"
        else:
            if value != value:
                what = "became undefined (nan)"
            elif abs(value) > LARGEST:
                what = f"left the range of int64 (it would be {value:.6g})"
            elif not model.events.events:
                what = "left the range of int64 on the way to its value"
    return Failure(
        variable=name,
        value=None if value is None else float(value),
        t=arrays.t,
        step=arrays.n_steps,
        message=f"{name} {what} {at}",
    )


def _known(sim: Sim, arrays: RunState) -> dict[Symbol, float]:
    """Return what the symbols of a map's equations are worth at the last good state."""
    model, n = sim.model, arrays.n_steps
    current, past = arrays.state[abi.CURRENT], arrays.state[abi.N_STATE_ROWS :]
    known: dict[Symbol, float] = dict(model.constant_values)
    known[Symbol("time", "t")] = int(arrays.t)
    known |= {Symbol("state", s): int(v) for s, v in zip(model.state_names, current, strict=True)}
    params = arrays.params[: len(model.param_names)]
    known |= {Symbol("param", p): int(v) for p, v in zip(model.param_names, params, strict=True)}
    for lag in model.lags:
        state, steps = state_and_steps(lag)
        row = past[(n - steps) % len(past)]
        known[Symbol("lag", lag)] = int(row[model.state_names.index(state)])
    for name, tree in model.resolved_aux.items():
        known[Symbol("aux", name)] = exact_value(tree, known, model.function_table)
    return known
