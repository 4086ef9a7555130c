"""What the views of counted values have in common."""

from widgets.live.binning import Binning
from widgets.views.gathered import Gathered


class Counted(Gathered):
    """Show counts in bins; says in words of how many points since when."""

    _gatherer: Binning

    def counts_in_words(self) -> str:
        """Say how many points are counted since when, and how many are not."""
        bins = self._gatherer.bins
        said = [self.heard()]
        if bins.far:
            said.append(f"{bins.far:,} far outside")
        if bins.undefined:
            said.append(f"{bins.undefined:,} undefined")
        return " · ".join(said)
