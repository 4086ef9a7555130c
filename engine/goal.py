"""Where one advance of a run ends."""

import math
import time
from dataclasses import dataclass

from engine.checks import count, number, positive
from engine.run_state import FOREVER, RunState
from engine.sim import Sim


@dataclass(frozen=True, kw_only=True, slots=True)
class Goal:
    """Hold the bounds of one advance, of which the first that is met ends it.

    Attributes
    ----------
    step : int or None
        Step count to reach.
    t : float or None
        Time to reach.
    rows : int or None
        Rows to record at most.
    deadline : float
        Reading of `time.perf_counter` to end at.
    """

    step: int | None
    t: float | None
    rows: int | None
    deadline: float

    def bounds(
        self, sim: Sim, arrays: RunState, *, own_step: int | None, own_t: float | None
    ) -> tuple[int, float]:
        """Return the step count and the time at which this goal or the run's own end is met."""
        step, time_bound = FOREVER, math.inf
        for bound in (self.step, own_step):
            if bound is not None and bound < step:
                step = bound
        for t in (self.t, own_t):
            if t is not None and sim.method.adaptive:
                time_bound = min(time_bound, t)
            elif t is not None:
                step = min(step, max(arrays.steps_until(sim, t), arrays.n_steps))
        return step, time_bound


def make_goal(
    step_now: int,
    n_steps: int | None,
    t: float | None,
    rows: int | None,
    budget_s: float | None,
) -> Goal:
    """Validate the bounds of an advance that begins at a step count.

    Raises
    ------
    SimError
        A bound is not a valid number.
    """
    deadline = math.inf
    if budget_s is not None:
        deadline = time.perf_counter() + positive("budget_s", budget_s)
    return Goal(
        step=None if n_steps is None else step_now + count("n_steps", n_steps, 0),
        t=None if t is None else number("t", t),
        rows=None if rows is None else count("rows", rows, 1),
        deadline=deadline,
    )
