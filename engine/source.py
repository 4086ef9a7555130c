"""The generated source of what computes a problem, to be read and stepped through."""

from engine.errors import SimError
from engine.run_state import runner_for
from engine.sim import Sim

__all__ = ["runner_source"]


def runner_source(sim: Sim, *, fastpath: bool = False) -> str:
    """Return the text of the one Python file that computes a sim, compiled or not.

    Nothing is compiled for it.  ``engine.get_runner(...)`` gives the same text as ``source`` and
    the place of the file as ``path``; with ``jit=False`` a debugger steps through it.

    Parameters
    ----------
    sim : Sim
        The problem.
    fastpath : bool
        The runner of the fast path instead of the normal one.

    Raises
    ------
    SimError
        `sim` is not a `Sim`.
    FastpathUnsupported
        The fast path does not do what the sim asks for.
    """
    if not isinstance(sim, Sim):
        raise SimError(f"runner_source({sim!r}): give a Sim")
    return runner_for(sim.replace(jit=False), fastpath=fastpath).source
