"""A thread that runs a task again and again and takes requests in between."""

import threading
import time
import weakref
from collections.abc import Callable

Request = Callable[[], None]
Task = Callable[[], bool]


class Worker:
    """Run `task` at a steady rate on a thread of its own, and requests between two runs.

    A request is posted under a key, and a newer one under the same key takes the place of one
    that still waits: a slider that moves faster than the model can follow leaves no queue.
    Requests are answered in the order of their latest posting, without waiting for the next
    turn of the task.

    Parameters
    ----------
    task : callable
        Called once a turn; returns False when there is nothing to do until the next request.
        Neither it nor a request may raise, except for an error in the program itself, which
        ends the thread with the usual report.
    rate : float
        Turns per second; may be changed at any time.
    name : str
        Name of the thread.

    Notes
    -----
    The thread starts with the first request that does not wait and belongs to this object: it
    ends soon after `close`, and also when nobody refers to the object any more.
    """

    def __init__(self, task: Task, *, rate: float = 30.0, name: str = "phasescope-worker") -> None:
        self._desk = _Desk(task, rate)
        self._name = name
        self._thread: threading.Thread | None = None
        self._start_lock = threading.Lock()
        self._finalizer = weakref.finalize(self, self._desk.close)

    @property
    def rate(self) -> float:
        """Return the turns per second."""
        return self._desk.rate

    @rate.setter
    def rate(self, rate: float) -> None:
        self._desk.rate = rate

    @property
    def closed(self) -> bool:
        """Return True after `close`."""
        return self._desk.closed

    def is_alive(self) -> bool:
        """Return True while the thread exists."""
        return self._thread is not None and self._thread.is_alive()

    def post(self, key: str, request: Request, *, start: bool = True) -> None:
        """Have `request` called soon on the thread, in place of one waiting under `key`.

        With `start` false it waits until another request starts the thread.  After `close`
        nothing is posted any more.
        """
        if not self._desk.post(key, request) or not start:
            return
        with self._start_lock:
            if self._thread is None:
                self._thread = threading.Thread(
                    target=self._desk.work, name=self._name, daemon=True
                )
                self._thread.start()

    def waker(self) -> Request:
        """Return what causes a turn of the task, from any thread; it does not keep the worker."""
        return self._desk.wake

    def withdraw(self, prefix: str) -> None:
        """Forget the waiting requests whose key begins with `prefix`."""
        self._desk.withdraw(prefix)

    def settle(self, timeout: float) -> bool:
        """Wait until every request posted so far, and the turn after it, is done.

        Returns False at the timeout, and True at once on the worker's own thread, which cannot
        wait for itself.
        """
        if threading.current_thread() is self._thread:
            return True
        return self._desk.settle(timeout)

    def close(self) -> None:
        """End the thread after its present turn; may be called again."""
        self._finalizer()

    def join(self, timeout: float) -> bool:
        """Wait until the thread has ended; return False at the timeout."""
        if self._thread is not None:
            self._thread.join(timeout)
        return not self.is_alive()


class _Desk:
    """What the thread and its owner share; the thread holds no reference to the owner."""

    def __init__(self, task: Task, rate: float) -> None:
        self.task = task
        self.rate = rate
        self.closed = False
        self._changed = threading.Condition()
        self._waiting: dict[str, Request] = {}
        self._answering = False

    def post(self, key: str, request: Request) -> bool:
        with self._changed:
            if self.closed:
                return False
            self._waiting.pop(key, None)
            self._waiting[key] = request
            self._changed.notify_all()
            return True

    def wake(self) -> None:
        self.post("wake", _nothing)

    def withdraw(self, prefix: str) -> None:
        with self._changed:
            for key in [key for key in self._waiting if key.startswith(prefix)]:
                del self._waiting[key]
            self._changed.notify_all()

    def settle(self, timeout: float) -> bool:
        with self._changed:
            return self._changed.wait_for(
                lambda: self.closed or not (self._waiting or self._answering), timeout
            )

    def close(self) -> None:
        with self._changed:
            self.closed = True
            self._waiting.clear()
            self._changed.notify_all()

    def work(self) -> None:
        try:
            while not self.closed:
                started = time.monotonic()
                self._answer()
                if self.closed:
                    break
                busy = self.task()
                self._rest(started + 1.0 / self.rate - time.monotonic() if busy else None)
        finally:
            self.close()

    def _answer(self) -> None:
        while True:
            with self._changed:
                if self.closed or not self._waiting:
                    return
                self._answering = True
                request = self._waiting.pop(next(iter(self._waiting)))
            request()

    def _rest(self, seconds: float | None) -> None:
        with self._changed:
            if not self._waiting:
                self._answering = False
                self._changed.notify_all()
            self._changed.wait_for(
                lambda: self.closed or bool(self._waiting),
                None if seconds is None else max(seconds, 0.0),
            )


def _nothing() -> None:
    """Do nothing, so that a turn follows."""
