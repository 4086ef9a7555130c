"""Machine code of a problem, by itself or as a batch: is there some, get some."""

from engine import machine_code
from engine.fastpath.tiles import batch_runner, is_batch_compiled
from engine.sim import Sim

__all__ = ["is_prepared", "prepare"]


def is_prepared(sim: Sim, *, batch: bool = False) -> bool:
    """Tell whether machine code for a problem, or for a batch of it, is in memory or on disk."""
    return is_batch_compiled(sim) if batch else machine_code.is_compiled(sim)


def prepare(sim: Sim, *, batch: bool = False) -> bool:
    """Have the runner of a problem in memory, compiled, from disk or from the compiler.

    Parameters
    ----------
    sim : Sim
        The problem.
    batch : bool
        The runner of `run_batch_fastpath` instead of that of a run.

    Returns
    -------
    bool
        True where it is compiled, False where the problem asks for plain Python.

    Raises
    ------
    PhasescopeError
        The parts do not fit together.
    """
    return batch_runner(sim).compiled if batch else machine_code.prepare(sim)
