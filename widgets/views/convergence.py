"""Lyapunov exponents against time, as they settle."""

import math
import time
from collections.abc import Mapping
from typing import Any

import numpy as np
import numpy.typing as npt

from widgets.live import lyapunov, words
from widgets.live.live_run import LiveRun
from widgets.live.lyapunov import Settling
from widgets.live.moment import Moment
from widgets.views.expressions import one_of, select_control
from widgets.views.gathered import absent
from widgets.views.head import flags, toggle
from widgets.views.ranges import GrowingRange
from widgets.views.screen import Frame
from widgets.views.view import View, button, extent, floats

WHICH = {"largest": "largest", "all": "all"}
SINCE = {"start": "since start", "change": "since change"}

FACES = {
    "largest": "Largest Lyapunov exponent",
    "all": "Lyapunov spectrum",
}

MOST_POINTS = 4_000
"""Most points of all curves together, as far as each has a few hundred."""

PERIOD_S = 0.2
"""Seconds between two pictures of a run that moves: a mean changes slowly."""

LEGEND = 6
"""Most exponents that have a name in the picture."""

MADE = (
    "the band is two standard errors of the mean rates over up to 64 blocks of time, or of longer "
    "blocks where these scatter more"
)


class Convergence(View):
    """Draw the curves on which Lyapunov exponents settle, and say their present values.

    Parameters
    ----------
    live : LiveRun
        What is watched.
    """

    kind = "lyapunov"
    caption = "Lyapunov exponents"

    def __init__(self, live: LiveRun) -> None:
        self.exponents = "largest"
        self.since = "start"
        self.log_t = False
        self._range = GrowingRange()
        self._time = GrowingRange()
        self._picture: Any = None
        self._fitted = 0
        super().__init__(live, title=FACES["largest"])
        self._other_watchers = [
            live.param.watch(self._take_model, "stepper"),
            live.param.watch(self._rest, "playing"),
            live.observing.param.watch(self._take_model, ["chosen", "messages"]),
        ]
        self._dress()

    def close(self) -> None:
        """Let go of the run."""
        *of_run, of_observers = self._other_watchers
        for watcher in of_run:
            self.live.param.unwatch(watcher)
        self.live.observing.param.unwatch(of_observers)
        super().close()

    def take_model(self) -> None:
        """Say whether time or iterations run along, and that nothing is measured where it is so."""
        self._dress()

    def settings(self) -> dict[str, Any]:
        """Return which exponents, averaged since when, and the scale of time."""
        return {"exponents": self.exponents, "since": self.since, "log_t": self.log_t}

    def take_settings(self, settings: Mapping[str, Any]) -> None:
        """Take over settings; see `View.take_settings`."""
        which = one_of("exponents", settings.get("exponents", self.exponents), WHICH)
        since = one_of("since", settings.get("since", self.since), SINCE)
        log_t = flags(settings, ("log_t",)).get("log_t", self.log_t)
        self.exponents, self.since, self.log_t = which, since, log_t
        self._forget()
        self._dress()
        self.redraw()

    def use(self, control: str, value: Any) -> None:
        """Choose which exponents, since when or the scale of time; measure afresh; fit."""
        if control == "restart":
            self._measure()
            self.live.restart_observers()
        elif control != "fit":
            self.take_settings({control: value})
            if control == "exponents":
                self._measure()
        self._forget()
        self.redraw()

    def _measure(self) -> None:
        """Have measured what is to be seen, where it is not."""
        observing = self.live.observing
        name = lyapunov.SPECTRUM if self.exponents == "all" else lyapunov.LARGEST
        largest_of_all = self.exponents == "largest" and observing.find(lyapunov.SPECTRUM)
        if not observing.find(name) and not largest_of_all:
            observing.add(name)

    def _reason(self) -> str:
        """Return why there is nothing to be seen, in words."""
        observing = self.live.observing
        name = lyapunov.SPECTRUM if self.exponents == "all" else lyapunov.LARGEST
        key = observing.find(name) or observing.find(lyapunov.SPECTRUM)
        if key:
            return self.live.measuring.refusals.get(key, "")
        if self.live.unmeasured:
            return self.live.unmeasured
        return "nothing measures it: press Restart to begin, or add it under Observers"

    def _dress(self) -> None:
        title = FACES[self.exponents]
        reason = self._reason()
        described = f"{title} against time, {MADE}"
        discrete = self.live.kind == "map"
        since = " since it is measured" if self.log_t else ""
        self.param.update(
            title=title,
            description=f"{title} against time, not measured: {reason}" if reason else described,
            x_label=f"iterations{since}"
            if discrete and since
            else f"time{since}"
            if since
            else "iteration n"
            if discrete
            else "time t",
            y_label="λ",
            controls=[
                select_control("exponents", "", "Exponents", self.exponents, _pairs(WHICH)),
                select_control("since", "", "Average over time", self.since, _pairs(SINCE)),
                toggle("log_t", "log t", "Logarithmic time", self.log_t),
                button(
                    "restart", "Restart", f"Restart measuring the {title[0].lower()}{title[1:]}"
                ),
                button("fit", "Fit", f"Fit {title[0].lower()}{title[1:]}"),
            ],
        )

    def _rest(self, *events: Any) -> None:
        if not self.live.playing:
            self.redraw()

    def _forget(self) -> None:
        self._range.forget()
        self._time.forget()
        self._fitted = 0

    def draw(self, seen: Any) -> Frame | None:
        """Return the whole curves, their bands and their latest values."""
        moment = self.live.moment
        places = lyapunov.places(self.live, self.exponents)
        picture = (moment.generation, self.exponents, self.since, self.log_t, bool(places))
        if picture != self._picture:
            self._picture = picture
            self._forget()
        if not places:
            return self._absent(moment, picture, seen)
        now = time.monotonic()
        same = seen is not None and seen[0] == picture
        state = (picture, self.version, moment.n_steps, moment.edits)
        if same and (seen[1] == state or (now - seen[2] < PERIOD_S and self.live.playing)):
            return None
        curves = [lyapunov.settling(self.live, place, self.since) for place in places]
        frame = self._frame(moment, curves) if any(len(c.t) for c in curves) else None
        if frame is None:
            frame = absent("", "measuring")
        frame |= {
            "reset": False if same else "all",
            "seen": (picture, state, now),
            "edits": moment.edits,
        }
        return frame

    def _frame(self, moment: Moment, curves: list[Settling]) -> Frame:
        start = min(curve.start for curve in curves)
        # What comes after what is to be seen has been computed in advance.
        ends = [float(curve.t[-1]) for curve in curves if len(curve.t)]
        end = max(min(max(ends), moment.t), start + 1e-9)
        span = self._time.include(start, end)
        longest = max(len(curve.t) for curve in curves)
        if longest > 2 * self._fitted:
            # What comes first is far off; as the curves settle the axis closes in on them.
            self._fitted = longest
            self._range.forget()
        limits = self._limits(curves, start, end)
        drawn = []
        for place, curve in enumerate(curves):
            label = f"λ{place + 1}" if len(curves) > 1 and place < LEGEND else ""
            color = 2 + place if len(curves) == 1 else place
            shown = _thinned(int(np.searchsorted(curve.t, end, side="right")), len(curves))
            line = {"color": color, "x": floats(curve.t[shown], start)}
            line["y"] = floats(curve.value[shown])
            drawn.append(line | ({"label": label} if label else {}))
        for line, curve in zip(list(drawn), curves, strict=True):
            if len(curve.band_t):
                drawn.append(
                    {
                        "color": line["color"],
                        "style": "band",
                        "x": floats(curve.band_t, start),
                        "y": floats(curve.low),
                        "z": floats(curve.high),
                    }
                )
        first = min(float(curve.t[0]) for curve in curves if len(curve.t)) - start
        along = [first, max(end - start, 2.0 * first)] if self.log_t else [start, span[1]]
        marks = [] if self.log_t else self.live.marks
        return {
            "x": along,
            "y": list(limits),
            # A logarithmic axis counts from where it is measured.
            "origin": 0.0 if self.log_t else start,
            "curves": drawn,
            "log": ["x"] if self.log_t else [],
            "time_axis": not self.log_t,
            "marks": [{"t": m.t, "until": m.until, "words": m.words} for m in marks],
            "lines": [{"axis": "y", "at": 0.0, "words": ""}],
            "words": self._words(curves),
        }

    def _limits(self, curves: list[Settling], start: float, end: float) -> tuple[float, float]:
        """Return limits that contain the settled parts, their bands and 0."""
        settled = start + 0.25 * (end - start)
        parts = [curve.value[curve.t >= settled] for curve in curves]
        for curve in curves:
            late = curve.band_t >= start + 0.5 * (end - start)
            parts += [curve.low[late], curve.high[late]]
        low, high = extent(np.concatenate(parts))
        if not math.isfinite(low):
            return (-1.0, 1.0)
        return self._range.include(min(low, 0.0), max(high, 0.0))

    def _absent(self, moment: Moment, picture: Any, seen: Any) -> Frame | None:
        """Say why nothing is measured."""
        preparing = self.live.status.startswith("Preparing")
        reason = "" if preparing else self._reason()
        told = (picture, (preparing, reason), 0.0)
        if seen == told or (not reason and not preparing):
            return None
        frame = absent("preparing what is measured" if preparing else reason)
        frame |= {
            "x": [moment.t, moment.t + 1.0],
            "y": [-1.0, 1.0],
            "origin": moment.t,
            "words": "preparing" if preparing else "not measured",
            "reset": "all",
            "seen": told,
            "edits": moment.edits,
        }
        return frame

    def _words(self, curves: list[Settling]) -> str:
        values = [curve.last for curve in curves]
        if any(math.isnan(value) for value in values):
            return "measuring"
        if len(curves) > 1:
            told = [words.number(value) for value in values[:LEGEND]]
            told += ["…"] * (len(values) > LEGEND)
            said = f"λ = {', '.join(told)}"
            if len(values) == len(self.live.model.state_names):
                said += f" · dimension {words.number(lyapunov.dimension(values))}"
            return said
        error = curves[0].error
        scatter = f" ± {2.0 * error:.2g}" if math.isfinite(error) else ""
        return f"λ = {words.number(values[0])}{scatter}"


def _thinned(samples: int, curves: int) -> npt.NDArray[np.intp]:
    """Return places of so many samples, evenly, the last one always among them."""
    stride = -(-samples // max(MOST_POINTS // curves, 200))
    return np.unique(np.append(np.arange(0, samples, stride or 1), max(samples - 1, 0)))


def _pairs(options: Mapping[str, str]) -> list[list[str]]:
    return [list(option) for option in options.items()]
