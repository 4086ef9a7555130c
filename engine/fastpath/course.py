"""The course of a fast-path run: validated, counted out in steps, before anything runs."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from typing import Any

import numpy as np
from numpy.typing import NDArray

from engine.checks import number
from engine.errors import FastpathUnsupported, SimError
from engine.recording import Every, Nothing, RecordingPlan, plain_plan
from engine.run_state import FOREVER, initial_run_state
from engine.runner import abi
from engine.runner.dtypes import record_dtype
from engine.sim import Sim
from engine.wrapper import set_horizon

Floats = NDArray[np.float64]
Integers = NDArray[np.int64]

# Trace buffers are not made longer than this before they are needed.
MOST_TRACE_ROWS = 4096


def require_supported(sim: Sim) -> None:
    """Make sure that the fast path can compute a sim.

    Raises
    ------
    FastpathUnsupported
        It needs the normal runner; the message says for what, and what to change instead.
    """
    if not isinstance(sim, Sim):
        raise SimError(f"{sim!r} is not a Sim; make one with engine.Sim(model, ...)")
    events = ", ".join(event.name for event in sim.model.spec.events)
    sampling = "sample_times" if sim.sample_dt is None else "sample_dt"
    reasons = (
        (events, f"events ({events})", "take a model without them"),
        (
            sim.method.adaptive,
            f"adaptive steps (stepper {sim.stepper!r})",
            "choose a fixed step, as in sim.replace(stepper='rk4')",
        ),
        (sim.stop, "a stop condition", "drop it, with sim.replace(stop=False)"),
        (sim.sampled, f"samples between steps ({sampling})", "record steps, with plan=Every(k)"),
    )
    for present, what, instead in reasons:
        if present:
            raise FastpathUnsupported(
                f"the fast path does not do {what}: {instead}, or use the normal runner (Sim.run)"
            )


@dataclass(frozen=True, kw_only=True)
class Course:
    """Hold what one orbit of the fast path goes through; every number is known beforehand.

    Attributes
    ----------
    sim : Sim
        The problem, with the variables that the plan selects.
    warm_steps : int
        Step count at which recording and observing begin.
    end_step : int
        Step count at which the run ends.
    plan : RecordingPlan
        Which of the steps between are kept.
    asked : mapping
        Horizon, transient and plan in the words of the caller, as they go into a provenance.
    """

    sim: Sim
    warm_steps: int
    end_step: int
    plan: RecordingPlan
    asked: Mapping[str, Any]

    @property
    def transient(self) -> float:
        """Return the time before recording and observing begin."""
        return float(self.asked["transient"])

    @property
    def recorded_steps(self) -> int:
        """Return the number of steps after the transient."""
        return self.end_step - self.warm_steps

    @property
    def rows(self) -> int:
        """Return the number of rows kept."""
        return self.plan.capacity(self.recorded_steps)

    @property
    def first_row_step(self) -> int:
        """Return the step count of the first row."""
        return self.warm_steps + self.plan.skipped(self.recorded_steps)

    @property
    def countdown(self) -> int:
        """Return the steps from the end of the transient to the first row."""
        return self.first_row_step - self.warm_steps if self.rows else FOREVER

    def warming(self) -> "Course":
        """Return the course of the transient: nothing is recorded or observed in it.

        Without observers it is the same sim's, so that one runner serves both.
        """
        sim = self.sim.replace(observers=(), record=False) if self.sim.observers else self.sim
        return replace(self, sim=sim, warm_steps=0, end_step=self.warm_steps, plan=Nothing())

    def times(self) -> Floats:
        """Return the times of the rows (rows,)."""
        steps = self.first_row_step + self.plan.interval * np.arange(self.rows)
        return np.asarray(self.sim.t0 + steps * self.sim.dt, np.float64)

    def room(self, orbits: int, rows: int) -> Floats:
        """Return room for the recorded variables (orbits, rows, k)."""
        shape = (orbits, rows, len(self.sim.record))
        return np.empty(shape, record_dtype(self.sim.model, self.sim.record))

    def rows_until(self, steps: Integers) -> Integers:
        """Return how many rows are recorded by orbits that came to these step counts."""
        owed = (steps - self.first_row_step) // self.plan.interval + 1
        return np.clip(owed, 0, self.rows)

    def trace_rows(self) -> int:
        """Return room for the samples that the observers leave; buffers grow if it is short."""
        least = sum(observer.trace_rows_a_step for observer in self.sim.observers)
        expected = sum(
            o.trace_rows_a_step * (self.recorded_steps // o.trace.record_interval() + 2)
            for o in self.sim.observers
            if o.trace is not None
        )
        return max(least, min(expected, MOST_TRACE_ROWS))


def chart(
    sim: Sim,
    *,
    t_end: float | None,
    n_steps: int | None,
    transient: float,
    plan: RecordingPlan | None,
) -> Course:
    """Validate a sim, a horizon, a transient and a plan, and count the steps.

    Horizon and transient mean what they mean for `Sim.run`; without a plan the rows are those
    that `Sim.run` records.

    Raises
    ------
    FastpathUnsupported
        The sim needs the normal runner.
    SimError
        The horizon, the transient or the plan is not valid.
    """
    require_supported(sim)
    plan = Every(sim.record_interval) if plan is None else plan
    if not all(hasattr(plan, name) for name in ("select", "interval", "skipped", "capacity")):
        raise SimError(f"plan = {plan!r} is not a recording plan; as in engine.recording.Every(10)")
    if plan.select is not None:
        sim = sim.replace(record=plan.select)
    if not sim.record:
        plan = Nothing()
    transient = number("transient", transient)
    if transient < 0.0:
        raise SimError(f"transient = {transient:g} is negative")
    arrays = initial_run_state(sim)
    if transient > 0.0:
        set_horizon(sim, arrays, sim.t0 + transient, None)
        arrays.counters[abi.STEP] = arrays.counters[abi.STEP_BOUND]
        arrays.clock[abi.T] = sim.t0 + arrays.n_steps * sim.dt
    warm_steps = arrays.n_steps
    set_horizon(sim, arrays, t_end, n_steps)
    return Course(
        sim=sim,
        warm_steps=warm_steps,
        end_step=int(arrays.counters[abi.STEP_BOUND]),
        plan=plan,
        asked={
            "way": "fastpath",
            "t_end": None if t_end is None else float(t_end),
            "n_steps": None if n_steps is None else int(n_steps),
            "transient": transient,
            "plan": plain_plan(plan),
        },
    )


def allocate(what: str, make: Callable[[], Any], way_out: str) -> Any:
    """Return what `make` allocates.

    Raises
    ------
    SimError
        It does not fit into memory.
    """
    try:
        return make()
    except (MemoryError, ValueError) as error:
        raise SimError(f"{what} do not fit into memory; {way_out}") from error
