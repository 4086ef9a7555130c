"""How far apart the rows of a run are."""

import engine
from widgets.live.pacing import speed_to_show

ROWS_A_SECOND = 250.0
"""Most rows a second of an adaptive stepper, at the speed at which a model opens."""

FEWEST_ROWS = 1_000.0
"""Fewest rows of an adaptive stepper over a model's usual duration."""


def with_stepper(sim: engine.Sim, name: str) -> engine.Sim:
    """Choose a stepper; an adaptive one gives rows at even times, for a smooth picture.

    Raises
    ------
    engine.StepperError
        There is no such stepper, or it does not suit the model.
    """
    if sim.sample_times is not None:
        return sim.replace(stepper=name)
    chosen = sim.replace(stepper=name, sample_dt=None)
    if not (chosen.method.adaptive and chosen.method.dense):
        return chosen
    return chosen.replace(sample_dt=row_interval(sim))


def row_interval(sim: engine.Sim) -> float:
    """Return the model time between two rows of an adaptive stepper: the model's step if it suits.

    To an adaptive stepper of a stiff model that step is but the first to be tried, by far too
    short for rows.
    """
    defaults = sim.model.spec.sim
    span = defaults.t_end - defaults.t0
    shortest = speed_to_show(span) / ROWS_A_SECOND
    if not span > 0.0:
        return defaults.dt or shortest
    return max(shortest, min(defaults.dt or shortest, span / FEWEST_ROWS))
