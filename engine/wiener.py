"""The Wiener path that drives a run, to be compared with a solution along the very same path."""

import math
from typing import Any

import numpy as np
from numpy.typing import NDArray

from engine.checks import count
from engine.errors import SimError
from engine.runner.random_numbers import normal
from engine.sim import Sim

__all__ = ["wiener_increments"]


def wiener_increments(sim: Sim, n_steps: int) -> NDArray[Any]:
    """Return what the Wiener process of each state adds up to in each step of a run.

    These are the numbers that a run of `sim` draws, to the bit: a function of seed, step and state,
    whatever the stepper and the chunks, and up to the factor ``sqrt(dt)`` whatever the step size.
    Along them an exact solution, or a method of one's own, can be compared with the run; the sums
    of neighbours are the increments of a path of longer steps.

    Parameters
    ----------
    sim : Sim
        The problem; its seed and `dt` matter.
    n_steps : int
        Steps from the beginning.

    Returns
    -------
    ndarray (n_steps, states)
        In the order of the model's states; 0 where a state has no noise.  A step that an event
        divides is driven anew from there, by numbers that are not among these.

    Raises
    ------
    SimError
        The model has no noise, or the number of steps is not valid.
    """
    noise = sim.model.noise
    if not noise:
        raise SimError(f"model {sim.model.name!r} has no noise, and so no Wiener increments")
    steps = count("n_steps", n_steps, 0)
    scale = math.sqrt(sim.dt)
    increments = np.zeros((steps, len(sim.model.state_names)))
    for i in np.flatnonzero(noise.noisy).tolist():
        increments[:, i] = [scale * normal(sim.seed, n, i) for n in range(steps)]
    return increments
