"""How long it is from one firing of an event to the next."""

from collections.abc import Mapping
from typing import Any

import numpy as np

from widgets.live import words
from widgets.live.firings import Firings, Train
from widgets.live.live_run import LiveRun
from widgets.live.moment import Moment
from widgets.views.expressions import number_control, one_of, select_control
from widgets.views.fired import Fired
from widgets.views.gathered import absent
from widgets.views.numbers import whole
from widgets.views.ranges import GrowingRange
from widgets.views.screen import Frame
from widgets.views.view import button, extent, floats

SHOWN = {
    "histogram": "histogram",
    "number": "against number",
    "time": "against time",
    "next": "next against last",
}

MOST_POINTS = 5_000
"""Most intervals that are drawn one by one: the latest."""


class EventIntervals(Fired):
    """Draw the intervals between firings: counted, one after the other, or each over the last.

    Parameters
    ----------
    live : LiveRun
        What is watched.
    """

    kind = "event_intervals"
    caption = "Event intervals"

    def __init__(self, live: LiveRun) -> None:
        self.event = ""
        self.show_as = "histogram"
        self.bins = 64
        self._range = GrowingRange()
        super().__init__(live, Firings(live), title="Event intervals")

    def take_model(self) -> None:
        """Keep the event where there is one of that name, else take the first."""
        names = self.event_names()
        if self.event not in names:
            self.event = names[0] if names else ""
        self._range.forget()
        self._dress()

    def settings(self) -> dict[str, Any]:
        """Return the event and how its intervals are shown."""
        return {"event": self.event, "show": self.show_as, "bins": self.bins}

    def take_settings(self, settings: Mapping[str, Any]) -> None:
        """Take over settings; see `View.take_settings`."""
        event, names = str(settings.get("event", self.event)), self.event_names()
        if event != self.event and self.live.model is not None:
            event = one_of("the event", event, names)
        shown = one_of("what is shown", settings.get("show", self.show_as), SHOWN)
        self.bins = whole("the number of bins", settings.get("bins", self.bins), 2, 512)
        self.event, self.show_as = event, shown
        self._range.forget()
        self._turn += 1
        self._dress()
        self.redraw()

    def fit(self) -> None:
        """Fit the intervals to what is to be seen now."""
        self._range.forget()
        self.redraw()

    def _dress(self) -> None:
        names, unit = self.event_names(), "iterations" if self.live.kind == "map" else "time"
        along = {
            "histogram": f"interval, {unit}",
            "number": "number of the interval",
            "time": "iteration n" if self.live.kind == "map" else "time t",
            "next": "interval before",
        }
        up = "density" if self.show_as == "histogram" else f"interval, {unit}"
        self.param.update(
            controls=[
                select_control("event", "", "Event", self.event, [[n, n] for n in names]),
                select_control("show", "", "Show", self.show_as, [[*o] for o in SHOWN.items()]),
                number_control("bins", "Bins", "Most bins", self.bins, min=2, max=512),
                button("clear", "Clear", "Clear event intervals"),
                button("fit", "Fit", "Fit event intervals"),
            ],
            x_label=along[self.show_as],
            y_label=up,
            description=f"Intervals between firings of {self.event or 'no event'}: "
            f"{SHOWN[self.show_as]}",
        )

    def picture(self, moment: Moment) -> Frame:
        """Return the intervals, and their mean in words."""
        if not self.event:
            return absent(self.misfit(self.live))
        (train,) = self._gatherer.named([self.event])
        if train.count < 2:
            fired = "once" if train.count else "not at all"
            return absent("", f"{self.event} fired {fired} so far")
        frame = self._histogram(train) if self.show_as == "histogram" else self._points(train)
        variation = train.variation
        told = [
            f"{train.count - 1:,} interval{'s' * (train.count > 2)}",
            f"mean {words.number(train.mean)}",
        ]
        if np.isfinite(variation):
            # A time is rounded to its own size: what scatters less does not scatter.
            told.append(f"CV {words.number(variation)}" if variation > 1e-9 else "CV 0")
        return frame | {"words": " · ".join(told)}

    def _histogram(self, train: Train) -> Frame:
        bins = train.intervals
        (edges,), counts = bins.read([self.bins])
        heights = counts / (bins.counted * np.diff(edges))
        bars = {"color": 0, "style": "bars", "x": floats(edges)}
        bars["y"] = floats(np.append(heights, heights[-1]))
        return {
            "x": _along(float(edges[0]), float(edges[-1])),
            "y": [0.0, 1.06 * float(heights.max())],
            "origin": 0.0,
            "curves": [bars],
            "lines": [{"axis": "x", "at": train.mean, "words": "mean"}],
        }

    def _points(self, train: Train) -> Frame:
        times = train.times()[-MOST_POINTS - 1 :]
        intervals = np.abs(np.diff(times))
        number = np.arange(train.count - len(intervals), train.count, dtype=np.float64)
        x, y = {
            "number": (number, intervals),
            "time": (times[1:], intervals),
            "next": (intervals[:-1], intervals[1:]),
        }[self.show_as]
        if not len(x):
            return absent("", "")
        limits = self._range.include(*extent(intervals))
        ends = limits
        if self.show_as != "next":
            first, last = extent(x)
            room = 0.03 * (last - first) or max(0.5 * abs(last), 1e-9)
            ends = (first - room, last + room)
        origin = float(x[0])
        return {
            "x": list(ends),
            "y": list(limits),
            "origin": origin,
            "curves": [{"color": 0, "style": "points", "x": floats(x, origin), "y": floats(y)}],
            "time_axis": self.show_as == "time",
            "lines": [{"axis": "y", "at": train.mean, "words": "mean"}],
        }


def _along(first: float, last: float) -> list[float]:
    """Return limits around edges, so wide that a single value does not fill the picture."""
    room = max(0.0, 0.1 * abs(last) - (last - first)) / 2.0
    return [first - room, last + room]
