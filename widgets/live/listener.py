"""What hears of every row of a live run, also of those that no ring keeps long enough."""

from typing import Protocol

from widgets.live.columns import Piece


class Listener(Protocol):
    """Hear of each piece of an orbit on the worker's thread, and of each new beginning.

    To add one, give an object these two methods and hand it to `LiveRun.listen`.  It must be
    quick, for the run waits, and may not raise.  What it gathers is read by a view on another
    thread, so it replaces what it shows rather than changing it in place, or holds a lock.
    """

    def begin(self) -> None:
        """Forget everything: the rows heard of are not the past of those to come."""
        ...

    def take(self, piece: Piece) -> None:
        """Take down the rows that have just been recorded."""
        ...
