"""Variables and expressions against time, in a window that moves along or over the whole run."""

from collections.abc import Mapping
from typing import Any

import numpy as np
import numpy.typing as npt

from widgets.live.decimation import min_max_rows
from widgets.live.live_run import LiveRun
from widgets.live.moment import Moment
from widgets.live.pacing import speed_to_show
from widgets.live.words import number
from widgets.views.envelopes import decade_below, stroke
from widgets.views.expressions import one_of, short, suggestions, valid
from widgets.views.numbers import positive, texts
from widgets.views.ranges import FirstFits, GrowingRange
from widgets.views.screen import Frame
from widgets.views.series_head import MORE, SHOW, SPANS, head
from widgets.views.view import View, calm_extent, extent, floats

Values = npt.NDArray[np.float64]
Curve = tuple[str, Values, Values]

MOST_CURVES = 32
LABELLED = 4
"""Most variables that the vertical axis names."""

MOST_MARKS = 200
"""Most marks of edits under the axis: the latest."""


class TimeSeries(View):
    """Draw chosen variables and expressions over the latest stretch of time, or over all of it.

    Parameters
    ----------
    live : LiveRun
        What is watched.
    """

    kind = "time_series"
    caption = "Time series"

    def __init__(self, live: LiveRun) -> None:
        self._range = GrowingRange()
        self._fits = FirstFits()
        self._generation = -1
        self._limited = ""
        self.window = 20.0
        self.variables: tuple[str, ...] = ()
        self.whole = self.log_time = self.log_value = False
        super().__init__(live, title="Time series")
        self._take_model()

    def show(self, *variables: str) -> None:
        """Choose the variables and expressions to be drawn.

        Raises
        ------
        engine.ExpressionError, ValueError
            One is no expression of the model's variables.
        """
        self.take_settings({"variables": [*variables]})

    def set_window(self, length: float) -> None:
        """Choose how much time, in the model's units or iterations, is to be seen.

        It is at most what the rows kept can hold.

        Raises
        ------
        ValueError
            The length is not positive.
        """
        self.take_settings({"window": length})

    def _longest(self) -> float:
        """Return how much time the rows that are kept can hold."""
        return self.live.ring.capacity * self.live.row_dt

    def fit(self) -> None:
        """Fit the vertical axis to what is to be seen now."""
        self._range.forget()
        self.redraw()

    def take_model(self) -> None:
        """Keep what still has a meaning; else show what the model suggests, at its usual pace."""
        model = self.live.model
        kept = tuple(text for text in self.variables if self.live.knows(text))
        if kept and kept == self.variables:
            self._dress()
            return
        sim = model.spec.sim
        self.window = 10.0 * speed_to_show(sim.t_end - sim.t0)
        axes = model.spec.meta.axes
        suggested = tuple(name for name in self._names() if name in axes)
        meant = "t" in axes or all(name.startswith("aux.") for name in suggested)
        self.variables = suggested if suggested and meant else model.state_names[:6]
        self._limited = ""
        self._range.forget()
        self._dress()

    def _names(self) -> tuple[str, ...]:
        model = self.live.model
        return (*model.state_names, *(f"aux.{name}" for name in model.aux_names))

    def _color(self, text: str) -> int:
        """Return the place of a variable in the palette; expressions come after all of them."""
        names = self._names()
        if text in names:
            return names.index(text)
        others = [other for other in self.variables if other not in names]
        return len(names) + others.index(text)

    def _dress(self) -> None:
        discrete = self.live.kind == "map"
        time = "iteration n" if discrete else "time t"
        if self.log_time and self.live.start_t != 0.0:
            time = f"{time} − {self.live.start_t:g}"
        self.param.update(
            controls=head(self, self._names(), self._color, suggestions(self.live)),
            x_label=time,
            y_label=_label(self.variables),
            description=f"Time series of {', '.join(self.variables) or 'nothing'}",
        )

    def use(self, control: str, value: Any) -> None:
        """Show or hide something, choose window and scales, or fit."""
        if control == "fit":
            self.fit()
        elif control == "expression":
            if str(value).strip():
                text = valid(self.live, value)
                self.show(*(v for v in self.variables if v != text), text)
        elif control == MORE or control.startswith(SHOW):
            name = str(value) if control == MORE else control.removeprefix(SHOW)
            shown = name in self.variables
            others = [v for v in self.variables if v != name]
            if name:
                self.show(*others, *([] if shown else [name]))
        elif control == "span":
            span = one_of("the span of time", value, SPANS)
            self.take_settings({"whole": span == "whole", "log_time": span == "log"})
        else:
            self.take_settings({control: value})

    def settings(self) -> dict[str, Any]:
        """Return what is drawn, the window and the scales."""
        return {
            "variables": [*self.variables],
            "window": self.window,
            "whole": self.whole,
            "log_time": self.log_time,
            "log_value": self.log_value,
        }

    def take_settings(self, settings: Mapping[str, Any]) -> None:
        """Take over what is drawn, the window and the scales.

        Raises
        ------
        engine.ExpressionError, ValueError
            A value is not valid; the view is as before.
        """
        new = self.settings() | settings
        shown = dict.fromkeys(
            valid(self.live, text) for text in texts("the variables", new["variables"])
        )
        if len(shown) > MOST_CURVES:
            raise ValueError(f"a time series shows at most {MOST_CURVES} curves; hide some")
        window = positive("the window", new["window"])
        longest = self._longest()
        self._limited = ""
        if window > longest:
            window = longest
            self._limited = (
                f"window limited to the {number(longest)} that are kept; choose the whole run"
            )
        names = self._names()
        recorded = [name for name in names if name in shown]
        self.variables = (*recorded, *(text for text in shown if text not in names))
        self.window = window
        self.whole, self.log_time = bool(new["whole"]), bool(new["log_time"])
        self.log_value = bool(new["log_value"])
        self._range.forget()
        self._dress()
        self.redraw()

    def draw(self, seen: Any) -> Frame | None:
        """Return what is to be seen, thinned out to the pixels there are."""
        moment = self.live.moment
        if moment.generation != self._generation:
            self._generation = moment.generation
            self._range.forget()
            self._fits.begin()
        whole = self.whole or self.log_time
        curves = self._whole(moment) if whole else self._window(moment)
        if curves is None:
            return None
        start = self._origin(moment)
        limits = self._follow(moment, curves)
        notice = self._notice(curves)
        return {
            "x": self._span(moment, curves),
            "y": [10.0**v for v in limits] if self.log_value else list(limits),
            "origin": 0.0 if self.log_time else start,
            "curves": [
                {"color": self._color(text), "x": floats(x), "y": floats(y)}
                for text, x, y in curves
            ],
            "points": self.live.kind == "map" and not whole,
            "moves": not whole,
            "log": [*(["x"] if self.log_time else []), *(["y"] if self.log_value else [])],
            "marks": self._marks(start if self.log_time else 0.0),
            "time_axis": not self.log_time or self.live.start_t == 0.0,
            "words": self._limited,
            "notice": notice,
            "reset": False if seen == (moment.generation, self.log_time, self.log_value) else "all",
            "seen": (moment.generation, self.log_time, self.log_value),
            "edits": moment.edits,
        }

    def _origin(self, moment: Moment) -> float:
        """Return the time from which abscissae count."""
        whole = self.whole or self.log_time
        return self.live.start_t if whole else min(self._far(moment), moment.t)

    def _far(self, moment: Moment) -> float:
        """Return the end of the window in the past: where time runs down it lies to the right."""
        return moment.t + self.window if moment.ring.backward else moment.t - self.window

    def _window(self, moment: Moment) -> list[Curve] | None:
        """Return the curves in the window; None while a model is exchanged."""
        start = self._origin(moment)
        looked = self.live.look(moment, self.variables, moment.ring.first_since(self._far(moment)))
        if looked is None:
            return None
        first, t, y = looked
        curves = []
        for text, values in zip(self.variables, y, strict=True):
            rows = min_max_rows(values, self.columns, first)
            curves.append((text, t[rows] - start, values[rows]))
        return curves

    def _whole(self, moment: Moment) -> list[Curve] | None:
        """Return the curves over the whole run; None while a model is exchanged."""
        curves = []
        for text in self.variables:
            envelope = self.live.look_back(text)
            if envelope is None:
                return None
            start = self.live.start_t
            curves.append((text, *stroke(envelope, self.columns, start=start, log=self.log_time)))
        return curves if self.live.model is not None and moment.rows else None

    def _span(self, moment: Moment, curves: list[Curve]) -> list[float]:
        """Return the limits of the axis of time."""
        start = self.live.start_t
        if self.log_time:
            first = min((float(x[0]) for _, x, _ in curves if len(x)), default=1.0)
            last = max(abs(moment.t - start), first)
            low = decade_below(first)
            return [low, max(last, 10.0 * low)]
        far = self._far(moment)
        if self.whole:
            ends = sorted((start, moment.t))
            return [ends[0], max(ends[1], ends[0] + 1e-9 * max(abs(ends[0]), 1.0))]
        if moment.ring.backward:
            right = min(far, start)
            return [right - self.window, right]
        left = max(far, start)
        return [left, left + self.window]

    def _follow(self, moment: Moment, curves: list[Curve]) -> tuple[float, float]:
        """Let the limits contain the curves, but not a blow-up."""
        rows = min(moment.rows, sum(len(x) for _, x, _ in curves[:1]))
        reached = abs(moment.t - self.live.start_t) >= self.window
        full = self.whole or self.log_time or reached
        if moment.failed or self._fits.due(rows, full=full):
            # It runs out of the picture instead of shrinking what led to it to a line.
            self._range.forget()
        for _, _, y in curves:
            if self.log_value:
                y = np.log10(y[y > 0.0])
            self._range.include(*(calm_extent(y) if moment.failed else extent(y)))
        return self._range.limits

    def _notice(self, curves: list[Curve]) -> str:
        """Say why nothing is to be seen."""
        if not curves:
            return "Nothing is shown: choose a variable, or type an expression."
        if self.log_value and not any((y > 0.0).any() for _, _, y in curves):
            return "Nothing here is positive, as a logarithmic axis needs."
        return ""

    def _marks(self, start: float) -> list[dict[str, Any]]:
        """Return the edits as marks under the axis."""
        return [
            {"t": mark.t - start, "until": mark.until - start, "words": mark.words}
            for mark in self.live.marks[-MOST_MARKS:]
        ]


def _label(names: tuple[str, ...]) -> str:
    """Write names beside an axis, of many the first few."""
    written = [short(name) for name in names]
    if len(written) > LABELLED:
        written = [*written[: LABELLED - 1], "…"]
    return ", ".join(written)
