"""What an observer leaves along the orbit, against time."""

from collections.abc import Mapping
from typing import Any

import numpy as np

from widgets.live import words
from widgets.live.live_run import LiveRun
from widgets.views.expressions import one_of, select_control
from widgets.views.gathered import absent
from widgets.views.head import flags, toggle
from widgets.views.numbers import brief
from widgets.views.ranges import GrowingRange
from widgets.views.screen import Frame
from widgets.views.view import View, button, extent, floats

SINCE = {"start": "since start", "change": "since change"}


class ObserverCurve(View):
    """Draw the samples that one observer has left.

    Parameters
    ----------
    live : LiveRun
        What is watched.
    """

    kind = "observer_curve"
    caption = "Observer's curve"

    def __init__(self, live: LiveRun) -> None:
        self.curve = ""
        self.since = "start"
        self.points = False
        self._offered: list[str] = []
        self._range = GrowingRange()
        self._time = GrowingRange()
        self._picture: Any = None
        self._fitted = 0
        super().__init__(live, title="Observer's curve")
        self._choice_watcher = live.observing.param.watch(self._take_model, ["chosen", "messages"])
        self._dress()

    @classmethod
    def misfit(cls, live: LiveRun) -> str:
        """Return why there is no curve."""
        if live.traces or any(c.module.trace for c in live.observing.chosen):
            return ""
        return "No observer that leaves a curve is chosen: add one under Observers."

    def close(self) -> None:
        """Let go of the run."""
        self.live.observing.param.unwatch(self._choice_watcher)
        super().close()

    def take_model(self) -> None:
        """Offer the curves there are; the one that was chosen stays so."""
        self._dress()

    def settings(self) -> dict[str, Any]:
        """Return which curve is drawn, and how."""
        return {"curve": self.curve, "since": self.since, "points": self.points}

    def take_settings(self, settings: Mapping[str, Any]) -> None:
        """Take over settings; see `View.take_settings`.

        A curve that is not there yet is drawn when it is.
        """
        since = one_of("since", settings.get("since", self.since), SINCE)
        curve = settings.get("curve", self.curve)
        if not isinstance(curve, str):
            raise ValueError(f"the curve is a name, not {brief(curve)}")
        points = flags(settings, ("points",)).get("points", self.points)
        self.curve, self.since, self.points = curve, since, points
        self._forget()
        self._dress()
        self.redraw()

    def use(self, control: str, value: Any) -> None:
        """Choose a curve, one of those there are, or do what else there is to a view."""
        chosen = one_of("the curve", value, self._curves()) if control == "curve" else value
        super().use(control, chosen)

    def fit(self) -> None:
        """Fit both axes to the curve."""
        self._forget()
        self.redraw()

    def _curves(self) -> list[str]:
        return list(self.live.traces)

    def _dress(self) -> None:
        self._offered = self._curves()
        if not self.curve and self._offered:
            self.curve = self._offered[0]
        named = self.curve.replace(".", " · ").replace("_", " ") or "nothing"
        options = [[place, place.replace(".", " · ")] for place in self._offered]
        self.param.update(
            controls=[
                select_control("curve", "", "Observer's curve", self.curve, options),
                select_control(
                    "since", "", "Since when", self.since, [[*o] for o in SINCE.items()]
                ),
                toggle("points", "points", "Draw points instead of a line", self.points),
                button("fit", "Fit", "Fit observer's curve"),
            ],
            x_label="iteration n" if self.live.kind == "map" else "time t",
            y_label=named,
            description=f"Curve of {named} against time",
        )

    def _forget(self) -> None:
        self._range.forget()
        self._time.forget()
        self._fitted = 0

    def draw(self, seen: Any) -> Frame | None:
        """Return the curve and its latest value."""
        moment = self.live.moment
        if self._offered != self._curves():
            self._dress()
        picture = (moment.generation, self.curve, self.since, self.points)
        if picture != self._picture:
            self._picture = picture
            self._forget()
        frame = self._frame()
        told = (picture, bool(frame["curves"]))
        same = seen is not None and seen == told
        return frame | {"reset": False if same else "all", "edits": moment.edits, "seen": told}

    def _frame(self) -> Frame:
        measuring = self.live.measuring
        held = measuring.changed if self.since == "change" else measuring.traces
        history = held.get(self.curve)
        if history is None:
            reason = measuring.refusals.get(self.curve.partition(".")[0], "")
            return absent(reason or "choose a curve; observers are added under Observers")
        t, value = history.read()
        if not len(t):
            return absent("", "nothing yet")
        if len(t) > 2 * self._fitted:
            self._fitted = len(t)
            self._range.forget()
        # What comes first may be far off; the axis is for what follows.
        first = len(t) // 8 if not self.points else 0
        start, end = float(t[0]), max(float(t[-1]), float(t[0]) + 1e-9)
        low, high = extent(value[first:])
        limits = self._range.include(low, high) if np.isfinite(low) else (-1.0, 1.0)
        curve = {"color": 0, "x": floats(t, start), "y": floats(value)}
        return {
            "x": [start, self._time.include(start, end)[1]],
            "y": list(limits),
            "origin": start,
            "curves": [curve | ({"style": "points"} if self.points else {})],
            "time_axis": True,
            "marks": [{"t": m.t, "until": m.until, "words": m.words} for m in self.live.marks],
            "words": f"{words.number(float(value[-1]))} at {words.instant(float(t[-1]))}",
        }
