"""How many steps one call into compiled code takes: as many as last about so long."""

__all__ = ["SliceLength"]


class SliceLength:
    """Find the number of steps that take about a given time, from slice to slice.

    Parameters
    ----------
    seconds : float
        How long a slice may last: what a pause, an interrupt or a cancellation waits for.
    first : int
        Steps of the first slice; nobody knows yet how long one takes.

    Attributes
    ----------
    steps : int
        Steps of the next slice.
    """

    def __init__(self, seconds: float, *, first: int = 1) -> None:
        self._seconds = seconds
        self._first = self.steps = first

    def begin_anew(self) -> None:
        """Forget what was learnt: the steps will take another time from now on."""
        self.steps = self._first

    def tune(self, steps: int, seconds: float) -> None:
        """Learn from a slice of so many steps that took so long."""
        if steps >= self.steps and seconds < 0.5 * self._seconds:
            self.steps *= 2
        elif seconds > 2.0 * self._seconds:
            self.steps = max(1, int(self.steps * self._seconds / seconds))
