"""How far apart the rows of a run are."""

import engine
from widgets.live.pacing import speed_to_show

ROWS_A_SECOND = 250.0
"""Most rows a second of an adaptive stepper, at the speed at which a model opens."""

FEWEST_ROWS = 1_000.0
"""Fewest rows of an adaptive stepper over a model's usual duration."""

MOST_A_SLICE = 4_096
"""Rows in one slice from which on a stiff problem's rows are put farther apart."""

WIDER = 8.0
"""How much farther apart they are put, or nearer again."""

EARLY_ROWS = 400
"""Most steps recorded before the first row at an even time."""

EARLY_S = 0.1
"""Most seconds that they may take."""


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


def respaced(sim: engine.Sim, rows: int, speed: float) -> float | None:
    """Return another time between rows where the present one does not suit the speed.

    A stiff problem is followed over many decades of time, to each of which other rows belong:
    they are put farther apart where a slice has given too many, and nearer again where the
    `speed`, in model time a second, has become slow.

    Parameters
    ----------
    sim : engine.Sim
    rows : int
        How many rows the latest slice has given.
    speed : float
        `inf` where it is as fast as possible.

    Returns
    -------
    float or None
        None where nothing is to be changed.
    """
    if not (sim.method.adaptive and sim.method.stiff and sim.sample_dt):
        return None
    if rows > MOST_A_SLICE:
        return WIDER * sim.sample_dt
    suiting = max(row_interval(sim), speed / ROWS_A_SECOND)
    return suiting if sim.sample_dt > WIDER * suiting else None


def early_rows(sim: engine.Sim) -> engine.Chunk | None:
    """Return the steps before the first row at an even time, where a stiff problem has such.

    Its first steps may be decades shorter than the time between two rows.  The few there are go
    in plain Python, for nothing else would need their machine code.
    """
    if not (sim.method.adaptive and sim.method.stiff and sim.sample_dt):
        return None
    run = sim.replace(sample_dt=None, observers=(), jit=False).start()
    chunk = run.advance(t=sim.t0 + sim.sample_dt, rows=EARLY_ROWS, budget_s=EARLY_S)
    return None if chunk.status.is_failure else chunk
