"""A run begins in plain Python, is compiled elsewhere, and goes over to the same bits."""

import time
from collections.abc import Callable

import engine
from widgets.live.compiler import COMPILER, Compiler, Job
from widgets.live.measuring import measured
from widgets.live.model_size import operations

Observers = tuple[engine.ObserverModule, ...]

UNSAID_S = 0.3
"""What takes no longer is not worth a word."""

QUICK_OPERATIONS = 40
"""Up to so many operations in its equations a model's derivatives are found in an instant."""

DERIVED = frozenset({"jacobian", "second_derivatives"})
"""What a method may need that takes time to be found."""


class Compiling:
    """Have the machine code of one player's run made, and let the run take it.

    Everything happens on the player's thread but `wake`, which is called on another one when
    there is something to take.

    Parameters
    ----------
    compiler : Compiler
        Who compiles.

    Attributes
    ----------
    wake : callable
        Has the player look again.
    purpose : str
        What the run goes over to when its code is there, empty where there is nothing.
    """

    def __init__(self, compiler: Compiler = COMPILER) -> None:
        self.wake: Callable[[], None] = _nothing
        self.purpose = ""
        self._compiler = compiler
        self._job: Job | None = None
        self._structure: object = None
        self._awaited: Job | None = None
        self._awaited_structure: object = None

    @property
    def words(self) -> str:
        """Return how the run is computed while it is not compiled, empty where there is no news."""
        now = time.monotonic()
        if self._awaited is not None and now - self._awaited.asked_at >= UNSAID_S:
            return f"{self.purpose} is being compiled"
        job = self._job
        if job is None or now - job.asked_at < UNSAID_S:
            return ""
        if job.refused:
            return f"interpreted: {job.refused}"
        return "" if job.done else "interpreted while it is compiled"

    def follow(self, run: engine.Run, owed: Observers = ()) -> bool:
        """Have a run go over to machine code, which is asked for where there is none yet.

        Parameters
        ----------
        run : engine.Run
            The run.
        owed : tuple of engine.ObserverModule
            Observers that are to be put on as soon as that takes no time.

        Returns
        -------
        bool
            True where what is owed can be put on now.
        """
        if run.compiled and not owed:
            self._drop()
            return False
        structure = (run.sim.model, run.runner.digest, owed)
        job = self._job
        if structure != self._structure:
            self._drop()
            self._structure = structure
            target = run.sim.replace(observers=owed) if owed else run.sim
            if target.jit:
                self._job = self._compiler.ask(target, self._wake)
        elif job is not None and job.done:
            # It may have been dropped again in the meantime, for there are many runs.
            if not owed:
                run.take_compiled()
            self._drop()
            return bool(owed)
        return bool(owed) and (self._job is None or bool(self._job.refused))

    def ready(self, sim: engine.Sim, purpose: str, again: Callable[[], None]) -> bool:
        """Tell whether a run can go over to `sim` without a halt.

        Where its equations have yet to be differentiated, and that takes time, it is compiled
        elsewhere while the run goes on as it was; `again` is called, on another thread, when it is
        done or cannot be, and `purpose` is kept until then.  A later question takes the place of
        an earlier one.
        """
        structure = (sim.model, sim.stepper, sim.observers, sim.record, sim.sampled)
        job = self._awaited
        if job is not None and structure == self._awaited_structure:
            if not (job.done or job.refused):
                return False
            self.forget_awaited()
            return True
        self.forget_awaited()
        if not is_slow_to_begin(sim):
            return True
        self.purpose = purpose
        self._awaited_structure = structure
        self._awaited = self._compiler.ask(sim, again)
        return False

    def close(self) -> None:
        """Want nothing any more."""
        self._drop()
        self.forget_awaited()

    def forget_awaited(self) -> None:
        """Want nothing more of what `ready` was asked for."""
        if self._awaited is not None:
            self._awaited.cancel()
        self._awaited = None
        self.purpose = ""

    def _drop(self) -> None:
        if self._job is not None:
            self._job.cancel()
        self._job = self._structure = None

    def _wake(self) -> None:
        self.wake()


def begin(sim: engine.Sim, history_rows: int) -> engine.Run:
    """Return a run that moves at once: not compiled where it is not, unmeasured if that is slow."""
    if sim.observers and is_slow_to_begin(sim):
        sim = sim.replace(observers=())
    return sim.start(history_rows=history_rows, compile_first=False)


def owed(sim: engine.Sim, wanted: Observers) -> Observers:
    """Return the observers that a run has been begun without, but is to have."""
    fitting = measured(sim, wanted)[0].observers
    return () if fitting == sim.observers else fitting


def is_slow_to_begin(sim: engine.Sim) -> bool:
    """Tell whether derivatives of large equations have to be found before a run can move."""
    derived = any(o.tangents for o in sim.observers) or bool(sim.method.needs & DERIVED)
    if not derived or not sim.jit or operations(sim.model) <= QUICK_OPERATIONS:
        return False
    return not engine.is_compiled(sim)


def _nothing() -> None:
    """Wake nobody."""
