"""How well a quantity that should be conserved is conserved."""

from collections.abc import Mapping
from typing import Any

import numpy as np

from widgets.live import words
from widgets.live.columns import Array
from widgets.live.drifting import Drifting
from widgets.live.live_run import LiveRun
from widgets.live.moment import Moment
from widgets.views.expressions import one_of, select_control, short, suggested_arguments
from widgets.views.gathered import Gathered, absent
from widgets.views.head import expression, flags, recorded, toggle, valid
from widgets.views.ranges import GrowingRange
from widgets.views.screen import Frame
from widgets.views.view import button, extent, floats

CONSERVED = ("energy", "H", "E", "hamiltonian", "total", "invariant", "momentum")
"""Names that a conserved quantity usually has."""

SCALES = {"relative": "relative", "absolute": "absolute"}
SINCE = {"start": "since start", "change": "since change"}

LEAST = 1e-17
"""Where a logarithmic axis ends: what is smaller is rounding."""


class Drift(Gathered):
    """Draw the deviation of an expression from its first value, over the whole orbit.

    Parameters
    ----------
    live : LiveRun
        What is watched.
    """

    kind = "drift"
    caption = "Conserved quantity"

    def __init__(self, live: LiveRun) -> None:
        self.text = ""
        self.scale = "relative"
        self.since = "start"
        self.log = False
        self._range = GrowingRange()
        self._time = GrowingRange()
        self._from = -1
        super().__init__(live, Drifting(live, ("t",)), title="Drift")

    def take_model(self) -> None:
        """Keep the expression where it has a meaning, else take what should be conserved."""
        if not (self.text and self.live.knows(self.text)):
            self.text = self._suggested()
        self.show(self.text)

    def _suggested(self) -> str:
        suggested = str(suggested_arguments(self.live, "drift").get("expr", ""))
        names = recorded(self.live)
        likely = [f"aux.{name}" for name in CONSERVED] + list(CONSERVED)
        aux = [name for name in names if name.startswith("aux.")]
        return suggested or next((n for n in likely if n in names), (aux + names)[0])

    def show(self, text: str) -> None:
        """Choose the expression.

        Raises
        ------
        engine.ExpressionError, ValueError
            It is none of the model's variables.
        """
        self.text = valid(self.live, text)
        self._forget()
        self.choose(self.text)
        self._dress()

    def settings(self) -> dict[str, Any]:
        """Return the expression and how its deviation is drawn."""
        return {"text": self.text, "scale": self.scale, "since": self.since, "log": self.log}

    def take_settings(self, settings: Mapping[str, Any]) -> None:
        """Take over settings; see `View.take_settings`."""
        text = valid(self.live, settings.get("text", self.text))
        scale = one_of("the scale", settings.get("scale", self.scale), SCALES)
        since = one_of("since", settings.get("since", self.since), SINCE)
        log = flags(settings, ("log",)).get("log", self.log)
        self.scale, self.since, self.log = scale, since, log
        self.show(text)

    def fit(self) -> None:
        """Fit the axes to what is to be seen now."""
        self._forget()
        self.redraw()

    def clear(self) -> None:
        """Count the drift from the next row on."""
        self._forget()
        super().clear()

    def _forget(self) -> None:
        self._range.forget()
        self._time.forget()

    def _dress(self) -> None:
        name = short(self.text)
        first = f"{name}₀" if name.isidentifier() else "first value"
        change = f"{name} − {first}"
        self.param.update(
            controls=[
                expression(self.live, "text", "of", "Conserved quantity", self.text),
                select_control("scale", "", "Scale of the drift", self.scale, _pairs(SCALES)),
                select_control("since", "", "Since when", self.since, _pairs(SINCE)),
                toggle("log", "log", "Logarithmic drift", self.log),
                button("clear", "Restart", "Restart the drift from here"),
                button("fit", "Fit", "Fit drift"),
            ],
            x_label="iteration n" if self.live.kind == "map" else "time t",
            y_label=f"({change}) / |{first}|" if self.scale == "relative" else change,
            description=f"Drift of {name} from its first value against time",
        )
        self.redraw()

    def measured(self) -> Any:
        """Return from which row on the drift counts; a later change begins another one."""
        row = 0
        if self.since == "change":
            marks = [mark for mark in self.live.marks if mark.control != "observers"]
            row = marks[-1].row if marks else 0
        if row != self._from:
            began, self._from = self._from, row
            if began >= 0:
                self._forget()
                self._gatherer.restart(row)
                self.begin_anew()
        return row

    def picture(self, moment: Moment) -> Frame:
        """Return the deviation, and the largest one in words."""
        drift = self._gatherer
        if np.isnan(drift.first):
            nothing = f"{short(self.text)} has been no number so far" if drift.count else ""
            return absent(nothing, "" if nothing else "no points yet")
        t, low, high = drift.read()
        # The first value of what is zero at first has no size to compare with.
        relative = self.scale == "relative" and drift.first != 0.0
        unit = abs(drift.first) if relative else 1.0
        # Dividing first keeps a large value's deviation within what numbers can hold.
        low, high = low / unit - drift.first / unit, high / unit - drift.first / unit
        start, end = float(t[0]), float(t[-1])
        span = sorted([start, self._time.include(min(start, end), max(start, end))[1]])
        x, y = _there_and_back(t, low, high)
        if self.log:
            away = np.maximum(np.maximum(np.abs(low), np.abs(high)), LEAST)
            x, y = t, away
            lowest, highest = extent(np.log10(away))
            limits = [10.0**power for power in self._range.include(lowest, highest + 1e-9)]
        else:
            limits = list(self._range.include(*extent(y))) if np.isfinite(y).any() else [-1.0, 1.0]
        return {
            "x": span if span[0] < span[1] else [start, start + 1.0],
            "y": limits,
            "origin": start,
            "curves": [{"color": 0, "x": floats(x, start), "y": floats(y)}],
            "log": ["y"] if self.log else [],
            "lines": [] if self.log else [{"axis": "y", "at": 0.0, "words": ""}],
            "time_axis": True,
            "marks": [{"t": m.t, "until": m.until, "words": m.words} for m in self.live.marks],
            "words": self._words(drift, unit, relative),
        }

    def _words(self, drift: Drifting, unit: float, relative: bool) -> str:
        kind = "relative" if relative else "absolute"
        where = words.instant(drift.most_t)
        most = f"max |drift| {drift.most / unit:.3g} {kind}, at {where}"
        return f"{most} · now {(drift.last - drift.first) / unit:.3g}"


def _there_and_back(t: Array, low: Array, high: Array) -> tuple[Array, Array]:
    """Return a line through the lowest and the highest value of each bin."""
    return np.repeat(t, 2), np.stack([low, high], axis=1).ravel()


def _pairs(options: Mapping[str, str]) -> list[list[str]]:
    return [list(option) for option in options.items()]
