"""When the events of a model fired: a row for each, a tick for each firing."""

from collections.abc import Mapping
from typing import Any

import numpy as np

from widgets.live import words
from widgets.live.firings import Firings
from widgets.live.live_run import LiveRun
from widgets.live.moment import Moment
from widgets.live.pacing import speed_to_show
from widgets.views.expressions import number_control
from widgets.views.fired import Fired
from widgets.views.gathered import absent
from widgets.views.numbers import positive
from widgets.views.screen import Frame
from widgets.views.view import button, floats

MOST_TICKS = 4_000
"""Most ticks of one event in one picture; of more it would be a bar."""

NAMED = 4
"""Most events of which the head says the count."""


class EventRaster(Fired):
    """Draw each firing of each event over the latest stretch of time.

    Parameters
    ----------
    live : LiveRun
        What is watched.
    """

    kind = "event_raster"
    caption = "Event raster"

    def __init__(self, live: LiveRun) -> None:
        self.window = 20.0
        self._chosen = False
        super().__init__(live, Firings(live), title="Event raster")

    def take_model(self) -> None:
        """Show the usual pace of watching, unless a window was chosen."""
        if not self._chosen:
            sim = self.live.model.spec.sim
            self.window = 10.0 * speed_to_show(sim.t_end - sim.t0)
        self._dress()

    def settings(self) -> dict[str, Any]:
        """Return the window."""
        return {"window": self.window}

    def take_settings(self, settings: Mapping[str, Any]) -> None:
        """Take over settings; see `View.take_settings`."""
        if "window" not in settings:
            return
        window = positive("the window", settings["window"])
        self._chosen = self._chosen or window != self.window
        self.window = window
        self._dress()
        self.redraw()

    def _dress(self) -> None:
        names = self.event_names()
        self.param.update(
            controls=[
                number_control("window", "Window", "Window length", self.window, min=1e-6),
                button("clear", "Clear", "Clear event raster"),
            ],
            x_label="iteration n" if self.live.kind == "map" else "time t",
            y_label="event",
            description=f"Raster of the events {', '.join(names) or 'of a model without any'}",
        )

    def measured(self) -> Any:
        """Return the time that is to be seen: the window moves along."""
        return super().measured(), self.live.moment.t

    def picture(self, moment: Moment) -> Frame:
        """Return a tick for each firing within the window."""
        names = self.event_names()
        if not names:
            return absent(self.misfit(self.live))
        ends = self._ends(moment)
        curves = []
        for row, train in enumerate(self._gatherer.named(names)):
            times = train.times()
            times = times[(times >= ends[0]) & (times <= ends[1])][-MOST_TICKS:]
            # The first event stands above the others.
            height = np.full(len(times), float(len(names) - row))
            curve = {"color": row, "style": "ticks"}
            curves.append(curve | {"x": floats(times, ends[0]), "y": floats(height)})
        return {
            "x": [ends[0], ends[1]],
            "y": [0.4, len(names) + 0.6],
            "origin": ends[0],
            "curves": curves,
            "rows": names[::-1],
            "moves": True,
            "time_axis": True,
            "marks": [{"t": m.t, "until": m.until, "words": m.words} for m in self.live.marks],
            "words": self._words(names),
        }

    def _ends(self, moment: Moment) -> list[float]:
        """Return the limits of the window, which first fills up from where the run began."""
        start = self.live.start_t
        if moment.ring.backward:
            right = min(moment.t + self.window, start)
            return [min(right - self.window, moment.t), right]
        left = max(moment.t - self.window, start)
        return [left, max(left + self.window, moment.t)]

    def _words(self, names: list[str]) -> str:
        trains = self._gatherer.named(names)
        told = [f"{n} {t.count:,}" for n, t in zip(names[:NAMED], trains, strict=False)]
        told += ["…"] * (len(names) > NAMED)
        since = self._gatherer.since
        when = f" since {words.instant(since)}" if np.isfinite(since) else ""
        return f"{', '.join(told)}{when}"
