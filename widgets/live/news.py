"""News of a run on its way to the thread of its page: never more than one at a time."""

import time
import weakref
from collections.abc import Callable

from widgets.live.sharing import SHARING, Sharing

LOST_S = 5.0
"""After so long a call counts as lost."""

Deliver = Callable[[Callable[[], None]], object]


class News:
    """Have viewers called on the page's thread, and measure how long that takes.

    While one call is under way another is not needed: the viewers look at what there is to be
    seen when they are called.

    Parameters
    ----------
    sharing : Sharing
        What is told how late the news was.
    """

    def __init__(self, sharing: Sharing = SHARING) -> None:
        self._sharing = sharing
        self._viewers: list[weakref.WeakMethod[Callable[[], None]]] = []
        self._sent_at: float | None = None

    def subscribe(self, viewer: Callable[[], None]) -> None:
        """Have a viewer's method called from now on; it is not kept alive by this."""
        self._viewers.append(weakref.WeakMethod(viewer))

    def clear(self) -> None:
        """Forget the viewers."""
        self._viewers.clear()

    def send(self, deliver: Deliver) -> None:
        """Have the viewers called by way of `deliver`, unless they are just about to be."""
        now = time.monotonic()
        lost = self._sent_at is not None and now - self._sent_at > LOST_S
        if self._viewers and (self._sent_at is None or lost):
            self._sent_at = now
            deliver(self._arrive)

    def _arrive(self) -> None:
        sent_at, self._sent_at = self._sent_at, None
        if sent_at is not None:
            self._sharing.note(time.monotonic() - sent_at)
        for reference in list(self._viewers):
            viewer = reference()
            if viewer is not None:
                viewer()
