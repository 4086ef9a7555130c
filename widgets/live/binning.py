"""Counts of an orbit's values in bins, at a memory that does not grow."""

from collections.abc import Sequence

from widgets.live.columns import Array
from widgets.live.dyadic import Bins
from widgets.live.gathering import Gatherer
from widgets.live.live_run import LiveRun


class Binning(Gatherer):
    """Count the values of as many columns as there are sizes; see `Bins`.

    Parameters
    ----------
    live, texts
        As for a `Gatherer`.
    sizes : sequence of int
        Most bins of each column.
    """

    def __init__(self, live: LiveRun, texts: Sequence[str], sizes: Sequence[int]) -> None:
        self.bins = Bins(*sizes)
        super().__init__(live, texts)

    def clear(self) -> None:
        """Forget every value."""
        self.bins.clear()

    def gather(self, t: Array, columns: Array, first: int) -> None:
        """Count the values of new rows."""
        self.bins.add(columns)
