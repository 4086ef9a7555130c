"""Why an orbit could not go on, in words."""

from dataclasses import dataclass

import numpy as np

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
    """

    variable: str | None
    value: float | None
    t: float
    step: int
    message: str
    event: str | None = None


def find_failure(status: Status, sim: Sim, arrays: RunState) -> Failure | None:
    """Describe the failure that a signal stands for, or return None where it is none."""
    if not status.is_failure:
        return None
    rejected = arrays.state[abi.REJECTED]
    at = f"after t = {arrays.t:.6g} (step {arrays.n_steps})"
    if status is Status.NAN_DETECTED:
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
    if arrays.counters[abi.STIFF]:
        message = (
            f"the problem is stiff {at}: stability holds the steps of {sim.stepper} at "
            f"{arrays.clock[abi.NEXT_STEP]:.2g} although the solution is smooth; use "
            f"{implicit_steppers(sim)}, or raise max_steps = {sim.max_steps} to let it crawl"
        )
    return Failure(variable=None, value=None, t=arrays.t, step=arrays.n_steps, message=message)


def implicit_steppers(sim: Sim) -> str:
    """Name the steppers for stiff problems that can step a sim's model."""
    model = sim.model
    fitting = [s for s in list_steppers(model.kind) if s.stiff]
    names = [s.name for s in fitting if s.misfit is None or not s.misfit(model)]
    if not names:
        return "an implicit stepper"
    listed = " or ".join(filter(None, (", ".join(names[:-1]), names[-1])))
    return f"an implicit stepper such as {listed}"
