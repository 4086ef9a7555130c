"""Points that are found along the orbit, gathered in a plane."""

from abc import abstractmethod
from typing import Any

import numpy as np
import numpy.typing as npt

from widgets.live.live_run import LiveRun
from widgets.live.ring import Ring
from widgets.live.sampling import MOST_POINTS, Sampler
from widgets.views.ranges import FirstFits, GrowingRange
from widgets.views.screen import Frame
from widgets.views.view import View, button, extent, floats

Values = npt.NDArray[np.float64]


class SampledPoints(View):
    """Gather points in a plane while the run goes on; a base of sections and return maps.

    A subclass gives `sampler`, which finds them, `dress`, `use` and `take_model`.
    """

    thing = "points"
    diagonal = False

    def __init__(self, live: LiveRun, **params: Any) -> None:
        across = GrowingRange()
        # Along a diagonal both axes are the same.
        self._ranges = (across, across if self.diagonal else GrowingRange())
        self._fits = FirstFits()
        self._ring: Ring | None = None
        self._epoch = 0
        super().__init__(live, **params)
        self._take_model()

    @abstractmethod
    def sampler(self) -> Sampler:
        """Return a new sampler of what is set."""

    @abstractmethod
    def dress(self) -> None:
        """Say title, labels and controls."""

    @abstractmethod
    def nothing(self) -> str:
        """Say why no point is to be seen yet."""

    def fit(self) -> None:
        """Fit both axes to the points there are."""
        self._forget()
        self.redraw()

    def clear(self) -> None:
        """Forget the points and gather anew from now on."""
        self.listen(self.sampler())
        self.redraw()

    def sample(self) -> None:
        """Gather what is now set, from the rows on that are still kept."""
        self.dress()
        self.listen(self.sampler(), past=True)
        self.redraw()

    def buttons(self) -> list[dict[str, Any]]:
        """Return the buttons that all of them have."""
        title = self.title[0].lower() + self.title[1:]
        return [
            button("clear", "Clear", f"Clear {title}"),
            button("fit", "Fit", f"Fit {title}"),
        ]

    def _forget(self) -> None:
        for axis in self._ranges:
            axis.forget()
        self._fits.begin()

    def points(self, ring: Ring, first: int) -> tuple[Values, Values]:
        """Return abscissae and ordinates of the points from `first` on."""
        _, _, y = ring.read(first, ring.total)
        return y[0], y[1]

    def draw(self, seen: Any) -> Frame | None:
        """Return the points that are new to the page."""
        sampler = self.listener
        if not isinstance(sampler, Sampler):
            return None
        ring = sampler.points
        if ring is not self._ring:
            self._ring, self._epoch = ring, self._epoch + 1
            self._forget()
        moment = self.live.moment
        total, picture = ring.total, (self._epoch, self.version)
        same = seen is not None and seen[0] == picture
        if same and seen[1:] == (total, moment.edits):
            return None
        shown = seen[1] if same else 0
        x, y = self.points(ring, max(shown, total - MOST_POINTS))
        self._follow(ring, x, y, total)
        curves: list[dict[str, Any]] = [{"x": floats(x), "y": floats(y), "style": "points"}]
        if self.diagonal:
            ends = np.array(self._ranges[0].limits)
            line = {"style": "line", "color": "axis", "alpha": 0.5, "width": 1.0}
            curves.append({"x": floats(ends), "y": floats(ends), **line})
        another = seen is None or seen[0][0] != self._epoch
        return {
            "x": list(self._ranges[0].limits),
            "y": list(self._ranges[1].limits),
            "origin": 0.0,
            "curves": curves,
            "append": True,
            "keep": MOST_POINTS,
            "points": True,
            "words": self._words(total),
            "notice": "" if total else self.nothing(),
            "reset": "all" if another else not same,
            "edits": moment.edits,
            "seen": (picture, total, moment.edits),
        }

    def _words(self, total: int) -> str:
        """Say how many points there are, and of how many they are the latest."""
        if total <= MOST_POINTS:
            return f"{total:,} {self.thing}"
        return f"latest {MOST_POINTS:,} of {total:,} {self.thing}"

    def _follow(self, ring: Ring, x: Values, y: Values, total: int) -> None:
        if self._fits.due(total, full=total >= MOST_POINTS):
            for axis in self._ranges:
                axis.forget()
            x, y = self.points(ring, total - MOST_POINTS)
        for axis, values in zip(self._ranges, (x, y), strict=True):
            axis.include(*extent(values))
