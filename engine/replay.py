"""Replay a journal: the same problem, the same edits, the same bits."""

from engine.errors import RunError
from engine.journal import Journal
from engine.run import HISTORY_ROWS, Run
from engine.sim import Sim


def replay(sim: Sim, journal: Journal, *, history_rows: int = HISTORY_ROWS) -> Run:
    """Return a run that took the same steps with the same edits.

    Parameters
    ----------
    sim : Sim
        The problem the first run started from.
    journal : Journal
        Its `Run.journal`.
    history_rows : int
        Rows that the new run's `results` can give back, at most.

    Returns
    -------
    Run
        At the same step, with the same state, observers and rows, to the bit.

    Raises
    ------
    PhasescopeError
        The journal belongs to another problem.
    """
    setting = sim.differs_in(journal.origin)
    if setting is not None:
        raise RunError(
            f"the journal began with {setting} = {getattr(journal.origin, setting)!r}, not "
            f"{getattr(sim, setting)!r}; replay(journal.origin, journal) begins as it did"
        )
    twin = Run(sim, t_end=journal.t_end, n_steps=journal.n_end, history_rows=history_rows)
    for entry in journal.entries:
        _advance_to(twin, entry.step, entry.t)
        if entry.after_row and twin.t == sim.t0:
            twin.advance(n_steps=0)
        twin.edit(entry.edit)
    _advance_to(twin, journal.n_steps, journal.t)
    return twin


def _advance_to(run: Run, step: int, t: float | None) -> None:
    """Advance to a step, through stop conditions and full chunks.

    Where an event divides a step and the rest of it fails, the run stays at the event's time `t`,
    later than that of the step.
    """
    while run.n_steps < step:
        if run.advance(n_steps=step - run.n_steps).status.is_failure and run.n_steps < step:
            raise RunError(f"the replay failed at step {run.n_steps}, the run reached {step}")
    if t is not None and run.t < t:
        run.advance(n_steps=1)
