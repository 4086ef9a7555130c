"""The machine code of all the runs of a server: asked for here, made in another process."""

import contextlib
import queue
import threading
import time
from collections.abc import Callable

import engine
from widgets.live.limits import LIMITS

PATIENCE_S = 2.0
"""For how long a problem that nobody wants any more is compiled all the same: starting the
process again would take as long."""

START = "start"

TRIES = 2
"""How often a problem is sent to a process that ends over it."""


class Job:
    """Hold what is known of one problem that is to be compiled.

    Attributes
    ----------
    sim : engine.Sim
        The problem.
    batch : bool
        It is a batch of orbits.
    done : bool
        Its machine code is in memory.
    refused : str
        Why there will be none, in words; empty where there may be.
    wanted : bool
        Somebody waits for it.
    asked_at : float
        When it was asked for, by the monotonic clock.
    """

    def __init__(self, sim: engine.Sim, wake: Callable[[], None], batch: bool = False) -> None:
        self.sim, self.batch = sim, batch
        self.done = False
        self.refused = ""
        self.wanted = True
        self.asked_at = time.monotonic()
        self._wake = wake

    def cancel(self) -> None:
        """Say that nobody waits any more."""
        self.wanted = False
        self._wake = _nobody

    def settle(self, refused: str = "") -> None:
        """Note the end, and tell who waits."""
        self.refused = refused
        self.done = not refused
        self._wake()


def _nobody() -> None:
    """Stand for whoever no longer waits."""


class Compiler:
    """Have problems compiled, one after the other, without holding up anything else.

    What is in the cache is loaded by a thread of its own, so that it never waits for what has
    yet to be compiled.  That happens in a process with a lower priority; where no process can
    do it, a thread here does, unless a limit is set that it could not keep.

    Parameters
    ----------
    longest_s : float, optional
        Seconds that one problem may take; no limit by default.
    """

    def __init__(self, longest_s: float | None = None) -> None:
        self.longest_s = longest_s
        self._process = engine.CompileProcess()
        self._to_load: queue.SimpleQueue[Job | None] = queue.SimpleQueue()
        self._to_build: queue.SimpleQueue[Job | str | None] = queue.SimpleQueue()
        self._lock = threading.Lock()
        self._begun = False

    @property
    def pid(self) -> int | None:
        """Return the number of the process that compiles, None while there is none."""
        return self._process.pid

    def ask(
        self, sim: engine.Sim, wake: Callable[[], None] = _nobody, *, batch: bool = False
    ) -> Job:
        """Have a problem compiled; `wake` is called, on another thread, when that has ended."""
        job = Job(sim, wake, batch)
        self._begin()
        self._to_load.put(job)
        return job

    def warm_up(self) -> None:
        """Have the process started before there is anything to compile; returns at once."""
        if self.pid is None:
            self._begin()
            self._to_build.put(START)

    def close(self) -> None:
        """End the process and the threads; what is still waited for is refused."""
        with self._lock:
            begun, self._begun = self._begun, False
        if begun:
            self._to_load.put(None)
            self._to_build.put(None)
        self._process.close()

    def _begin(self) -> None:
        with self._lock:
            if self._begun:
                return
            self._begun = True
        for work in (self._load, self._build):
            threading.Thread(target=work, name="phasescope-compiler", daemon=True).start()

    def _load(self) -> None:
        """Take from the cache what is there, and pass the rest on."""
        while (job := self._to_load.get()) is not None:
            if not job.wanted:
                continue
            try:
                if engine.is_prepared(job.sim, batch=job.batch):
                    engine.prepare(job.sim, batch=job.batch)
                    job.settle()
                else:
                    self._to_build.put(job)
            except engine.PhasescopeError as error:
                job.settle(str(error))

    def _build(self) -> None:
        """Have one problem after another compiled."""
        while (job := self._to_build.get()) is not None:
            if isinstance(job, str):
                # Where that fails it is tried again, and said, with the first problem.
                with contextlib.suppress(engine.CompileError):
                    self._process.start()
            elif job.wanted:
                self._compile(job, TRIES)

    def _compile(self, job: Job, tries: int) -> None:
        begun = time.monotonic()

        def wanted() -> bool:
            return job.wanted or time.monotonic() - begun < PATIENCE_S

        try:
            if not engine.is_prepared(job.sim, batch=job.batch):
                limits = {"timeout": self.longest_s, "wanted": wanted}
                self._process.compile(job.sim, batch=job.batch, **limits)
        except engine.CompileUnavailable as error:
            self._compile_here(job, str(error))
            return
        except engine.CompileError as error:
            late = self.longest_s is not None and time.monotonic() - begun >= self.longest_s
            if job.wanted and not late and tries > 1:
                self._compile(job, tries - 1)
            else:
                job.settle(str(error))
            return
        self._to_load.put(job)

    def _compile_here(self, job: Job, why: str) -> None:
        if self.longest_s is not None:
            job.settle(why)
            return
        try:
            engine.prepare(job.sim, batch=job.batch)
        except engine.PhasescopeError as error:
            job.settle(str(error))
        else:
            job.settle()


COMPILER = Compiler(LIMITS.compile_s)
"""Every run of this process has its machine code from here."""
