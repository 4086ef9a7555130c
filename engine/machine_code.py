"""Machine code of a problem: is there some, get some, and have a run go over to it."""

from abc import ABC
from functools import partial

from engine.boundary import Boundary
from engine.run_state import is_compiled, runner_for
from engine.runner.runner_cache import Runner
from engine.sim import Sim
from engine.slice_length import SliceLength

__all__ = ["Compilable", "is_compiled", "prepare"]


def prepare(sim: Sim) -> bool:
    """Have the runner of a problem in memory, compiled, from disk or from the compiler.

    Returns
    -------
    bool
        True where it is compiled, False where the problem asks for plain Python.

    Raises
    ------
    PhasescopeError
        The parts do not fit together.
    """
    return runner_for(sim).compiled


class Compilable(ABC):
    """The part of `Run` that begins in plain Python and goes on in machine code."""

    _sim: Sim
    _runner: Runner
    _runner_for: "partial[Runner]"
    _boundary: Boundary
    _slice_length: SliceLength

    @property
    def compiled(self) -> bool:
        """Tell whether machine code computes now, rather than the same in plain Python."""
        return self._runner.compiled

    @property
    def runner(self) -> Runner:
        """Return what computes now."""
        return self._runner

    def take_compiled(self) -> bool:
        """Go over to machine code at the next step boundary, where there is some in memory.

        Nothing compiles, nothing is journalled and no bit changes: see `engine.prepare`.

        Returns
        -------
        bool
            Whether machine code computes from now on.
        """
        with self._boundary.edit():
            self._take(self._runner_for(self._sim))
        return self.compiled

    def _take(self, runner: Runner) -> None:
        if runner is not self._runner:
            self._runner = runner
            self._slice_length.begin_anew()
