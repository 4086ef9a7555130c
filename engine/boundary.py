"""The step boundary: where other threads may touch a run that is being advanced."""

import threading
from collections.abc import Iterator
from contextlib import contextmanager
from types import TracebackType


class Boundary:
    """Give a run's arrays to one thread at a time; edits go before the next slice.

    The advancing thread holds the boundary, ``with boundary:``, for one slice after the other.
    A thread with an edit waits for the end of the slice under way, never longer.
    """

    def __init__(self) -> None:
        self._arrays = threading.Lock()
        self._edits = threading.Condition()
        self._edits_waiting = 0

    def __enter__(self) -> None:
        """Let the waiting edits act, then hold the run for a slice."""
        if self._edits_waiting:
            with self._edits:
                while self._edits_waiting:
                    self._edits.wait()
        self._arrays.acquire()

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        traceback: TracebackType | None,
    ) -> None:
        """End the slice."""
        self._arrays.release()

    @contextmanager
    def edit(self) -> Iterator[None]:
        """Hold the run between two slices."""
        with self._edits:
            self._edits_waiting += 1
        try:
            with self._arrays:
                yield
        finally:
            with self._edits:
                self._edits_waiting -= 1
                self._edits.notify_all()
