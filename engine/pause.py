"""A pause: asked for by one thread, answered once by the thread that advances."""

import threading

from engine.runner.abi import Status


class PauseRequest:
    """Hold a pause until it is answered, so that none is lost between two advances."""

    def __init__(self) -> None:
        self._asked = threading.Event()

    def ask(self) -> None:
        """Ask the advance under way, or else the next one, to return."""
        self._asked.set()

    def answered(self) -> bool:
        """Tell whether a pause was asked for; the caller answers it, and it is over."""
        if not self._asked.is_set():
            return False
        self._asked.clear()
        return True

    def settle(self, status: Status) -> None:
        """Forget a pause that came while the run ended by itself."""
        if status.is_failure or status is Status.EARLY_EXIT:
            self._asked.clear()
