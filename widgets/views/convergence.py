"""An observer's result against time, as it settles."""

import math
from typing import Any

from widgets.live import words
from widgets.live.live_run import LiveRun
from widgets.live.moment import Moment
from widgets.views.ranges import GrowingRange
from widgets.views.screen import Frame
from widgets.views.view import View, button, extent, floats


class Convergence(View):
    """Draw the curve on which an observer's result settles, and say its present value.

    Parameters
    ----------
    live : LiveRun
        What is watched.
    trace : str
        Which curve, as ``"observer.column"``.
    title, symbol : str
        What is measured, in words and as a letter.
    """

    kind = "lyapunov"
    caption = "Lyapunov exponents"

    def __init__(
        self,
        live: LiveRun,
        trace: str = "lyapunov_mle.mle",
        *,
        title: str = "Largest Lyapunov exponent",
        symbol: str = "λ",
    ) -> None:
        self._trace = trace
        self._symbol = symbol
        self._range = GrowingRange()
        self._time = GrowingRange()
        self._generation = -1
        self._fitted = 0
        thing = title[0].lower() + title[1:]
        super().__init__(
            live,
            title=title,
            description=f"{title} against time",
            x_label="time t",
            y_label=symbol,
            controls=[
                button("restart", "Restart", f"Restart measuring the {thing}"),
                button("fit", "Fit", f"Fit {thing}"),
            ],
        )
        self._take_model()
        live.param.watch(self._take_model, "stepper")

    def take_model(self) -> None:
        """Say whether time or iterations run along, and that nothing is measured where it is so."""
        reason = self.live.unmeasured
        described = f"{self.title} against time"
        self.description = f"{described}, not measured: {reason}" if reason else described
        self.x_label = "iteration n" if self.live.kind == "map" else "time t"

    def use(self, control: str, value: Any) -> None:
        """Measure afresh, or fit."""
        if control == "restart":
            self.live.restart_observers()
        self._forget()
        self.redraw()

    def _forget(self) -> None:
        self._range.forget()
        self._time.forget()
        self._fitted = 0

    def draw(self, seen: Any) -> Frame | None:
        """Return the whole curve and its latest value."""
        moment = self.live.moment
        history = self.live.traces.get(self._trace)
        picture = (moment.generation, history is not None)
        if history is None:
            return self._absent(moment) if seen != picture else None
        if moment.generation != self._generation:
            self._generation = moment.generation
            self._forget()
        t, value = history.read()
        reached = t <= moment.t
        t, value = t[reached], value[reached]
        if len(value) > 2 * self._fitted:
            # What comes first is far off; as the curve settles the axis closes in on it.
            self._fitted = len(value)
            self._range.forget()
        settled = value[len(value) // 4 :]
        start = float(t[0]) if len(t) else moment.t
        span = self._time.include(start, max(moment.t, start + 1e-9))
        low, high = extent(settled)
        limits = self._range.include(min(low, 0.0), max(high, 0.0)) if len(settled) else (-1.0, 1.0)
        return {
            "x": [start, span[1]],
            "y": list(limits),
            "origin": start,
            "curves": [{"color": 2, "x": floats(t, start), "y": floats(value)}],
            "words": self._words(float(value[-1]) if len(value) else math.nan),
            "reset": False if seen == picture else "all",
            "seen": picture,
            "edits": moment.edits,
        }

    def _absent(self, moment: Moment) -> Frame | None:
        """Say why nothing is measured."""
        reason = self.live.unmeasured
        if not reason:
            return None
        self._generation = moment.generation
        self._forget()
        return {
            "x": [moment.t, moment.t + 1.0],
            "y": [-1.0, 1.0],
            "origin": moment.t,
            "curves": [],
            "words": "not measured",
            "notice": f"{reason[0].upper()}{reason[1:]}.",
            "reset": "all",
            "seen": (moment.generation, False),
            "edits": moment.edits,
        }

    def _words(self, value: float) -> str:
        if math.isnan(value):
            return "measuring"
        return f"{self._symbol} = {words.number(value)}"
