"""Compile in another process, which fills the disk cache and leaves this one's threads alone."""

import contextlib
import json
import math
import os
import pickle
import queue
import subprocess
import sys
import threading
import time
from collections.abc import Callable
from typing import IO

from engine.errors import CompileError, CompileUnavailable, PhasescopeError
from engine.fastpath.preparing import is_prepared, prepare
from engine.runner.runner_cache import DIRECTORY_VARIABLE, cache_directory
from engine.sim import Sim

__all__ = ["CompileProcess"]

# What waits for the compiler looks this often whether it is still wanted.
POLL_SECONDS = 0.05
# Whoever answers a reader goes first.
NICENESS = 10
LENGTH_BYTES = 8


class CompileProcess:
    """Hold a process that compiles what it is sent, one problem after another.

    It starts with the first problem, or with `start`, and again after it has ended; it ends
    with `close` and with the process that it belongs to.  One thread at a time may call
    `compile`.
    """

    def __init__(self) -> None:
        self._process: subprocess.Popen[bytes] | None = None
        self._answers: queue.SimpleQueue[bytes] = queue.SimpleQueue()
        self._lock = threading.Lock()

    @property
    def pid(self) -> int | None:
        """Return the number of the process, None while there is none."""
        process = self._process
        return None if process is None or process.poll() is not None else process.pid

    def start(self) -> None:
        """Start the process if there is none; it takes a second or two until it compiles.

        Raises
        ------
        CompileError
            The system starts no process.
        """
        with self._lock:
            self._running()

    def compile(
        self,
        sim: Sim,
        *,
        batch: bool = False,
        timeout: float | None = None,
        wanted: Callable[[], bool] = lambda: True,
    ) -> None:
        """Have the machine code of a problem in the disk cache.

        Parameters
        ----------
        sim : Sim
            The problem.
        batch : bool
            For `run_batch_fastpath` instead of a run.
        timeout : float, optional
            Seconds after which the process is ended.
        wanted : callable
            Asked again and again; where it says False, the process is ended.

        Raises
        ------
        CompileError
            It was not compiled: the message says why.  `CompileUnavailable` where no process could
            have done it for this one.
        """
        try:
            content = pickle.dumps((str(cache_directory()), sim, batch))
        except (pickle.PicklingError, AttributeError, TypeError, RecursionError) as error:
            raise CompileUnavailable(
                f"the problem cannot be sent to another process: {error}"
            ) from error
        with self._lock:
            answer = self._asked(content, timeout, wanted)
        if answer["error"]:
            raise (CompileUnavailable if answer["unknown"] else CompileError)(answer["error"])
        if not is_prepared(sim, batch=batch):
            raise CompileUnavailable(
                f"the cache directory {cache_directory()} takes no files; let {DIRECTORY_VARIABLE} "
                "name one that does"
            )

    def close(self) -> None:
        """End the process, also while it compiles."""
        process, self._process = self._process, None
        if process is None:
            return
        process.kill()
        process.wait()
        if process.stdin is not None:
            with contextlib.suppress(BrokenPipeError):
                # What was not sent yet is sent here, to nobody.
                process.stdin.close()

    def _running(self) -> "subprocess.Popen[bytes]":
        if self.pid is None:
            self.close()
            serving = f"from {__name__} import serve; serve()"
            command = f"import sys; sys.path[:] = {sys.path!r}; {serving}"
            try:
                process = subprocess.Popen(
                    [sys.executable, "-c", command], stdin=subprocess.PIPE, stdout=subprocess.PIPE
                )
            except OSError as error:
                raise CompileUnavailable(
                    f"no process can be started to compile in: {error}"
                ) from error
            self._process, self._answers = process, queue.SimpleQueue()
            listener = threading.Thread(
                target=_listen, args=(process.stdout, self._answers), daemon=True
            )
            listener.start()
        if self._process is None:
            raise CompileError("the compiler was closed")
        return self._process

    def _asked(
        self, content: bytes, timeout: float | None, wanted: Callable[[], bool]
    ) -> dict[str, str]:
        """Send a problem and wait for the answer."""
        process = self._running()
        deadline = math.inf if timeout is None else time.monotonic() + timeout
        try:
            _send(process.stdin, content)
        except OSError as error:
            self.close()
            raise CompileError(f"the process that compiles takes nothing: {error}") from error
        while True:
            try:
                line = self._answers.get(timeout=POLL_SECONDS)
            except queue.Empty:
                if wanted() and time.monotonic() < deadline:
                    continue
                self.close()
                late = f"compiling takes longer than {timeout:g} s" if timeout is not None else ""
                raise CompileError(late if wanted() else "it is no longer wanted") from None
            if not line:
                status = process.wait()
                self.close()
                raise CompileError(f"the process that compiles has ended with status {status}")
            answer: dict[str, str] = json.loads(line)
            return answer


def _send(pipe: IO[bytes] | None, content: bytes) -> None:
    if pipe is None:
        raise OSError("it has no input")
    pipe.write(len(content).to_bytes(LENGTH_BYTES, "little") + content)
    pipe.flush()


def _listen(pipe: IO[bytes], answers: "queue.SimpleQueue[bytes]") -> None:
    """Hand on the lines of a process, and an empty one where it has ended."""
    with pipe:
        for line in pipe:
            answers.put(line)
    answers.put(b"")


def serve() -> None:
    """Compile what comes in until the input ends; what `CompileProcess` starts."""
    if hasattr(os, "nice"):
        os.nice(NICENESS)
    answers = os.fdopen(os.dup(1), "w", encoding="utf-8")
    # What a hook prints is no answer.
    os.dup2(2, 1)
    problems: queue.SimpleQueue[bytes] = queue.SimpleQueue()
    threading.Thread(target=_receive, args=(problems,), daemon=True).start()
    while True:
        answers.write(json.dumps(_answer(problems.get())) + "\n")
        answers.flush()


def _receive(problems: "queue.SimpleQueue[bytes]") -> None:
    """Take problems in; where whoever sends them is gone, end whatever is being done."""
    stream = sys.stdin.buffer
    while True:
        length = stream.read(LENGTH_BYTES)
        if len(length) < LENGTH_BYTES:
            os._exit(0)
        problems.put(stream.read(int.from_bytes(length, "little")))


def _answer(content: bytes) -> dict[str, str]:
    """Compile a problem; return why it could not be, in words, or empty texts."""
    try:
        directory, sim, batch = pickle.loads(content)
        os.environ[DIRECTORY_VARIABLE] = directory
        prepare(sim, batch=batch)
    except (AttributeError, ImportError, pickle.UnpicklingError) as error:
        what = "an observer of one's own is not known to another process"
        return {"error": f"{what}: {error}", "unknown": "yes"}
    except (PhasescopeError, MemoryError, RecursionError) as error:
        return {"error": f"{type(error).__name__}: {error}", "unknown": ""}
    return {"error": "", "unknown": ""}
