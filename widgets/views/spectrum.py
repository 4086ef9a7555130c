"""The power spectrum of an expression, averaged over what is remembered."""

from collections.abc import Mapping
from typing import Any

import numpy as np

from widgets.live import words
from widgets.live.live_run import LiveRun
from widgets.live.moment import Moment
from widgets.live.welch import FEWEST, Welch, peak
from widgets.views.expressions import one_of, select_control, short
from widgets.views.gathered import Gathered, absent
from widgets.views.head import expression, flags, toggle, valid
from widgets.views.numbers import brief
from widgets.views.ranges import GrowingRange
from widgets.views.screen import Frame
from widgets.views.view import button, extent, floats

LENGTHS = ("256", "512", "1024", "2048", "4096", "8192", "16384", "32768", "65536")
"""Rows that one piece may have."""

SINCE = {"start": "all kept", "change": "since change"}

DECADES = 12.0
"""Most decades below the peak that a logarithmic axis shows."""


class PowerSpectrum(Gathered):
    """Draw how the variance of an expression is spread over the frequencies.

    Parameters
    ----------
    live : LiveRun
        What is watched.
    """

    kind = "spectrum"
    caption = "Power spectrum"

    def __init__(self, live: LiveRun) -> None:
        self.text = ""
        self.since = "start"
        self.log_x, self.log_y = False, True
        self._range = GrowingRange()
        self._fitted = 0
        self._welch = Welch(live, ("t",))
        self._welch.remembered = live.ring.capacity
        super().__init__(live, self._welch, title="Power spectrum")

    def take_model(self) -> None:
        """Keep the expression where it has a meaning, else take the first state."""
        self.show(*self.kept_texts((self.text,) if self.text else ()))

    def show(self, text: str) -> None:
        """Choose the expression.

        Raises
        ------
        engine.ExpressionError, ValueError
            It is none of the model's variables.
        """
        self.text = valid(self.live, text)
        self._range.forget()
        self.choose(self.text)
        self._dress()

    def settings(self) -> dict[str, Any]:
        """Return the expression, the pieces' length, the axes' scales and since when."""
        return {
            "text": self.text,
            "length": self._welch.length,
            "log_x": self.log_x,
            "log_y": self.log_y,
            "since": self.since,
        }

    def take_settings(self, settings: Mapping[str, Any]) -> None:
        """Take over settings; see `View.take_settings`."""
        text = valid(self.live, settings.get("text", self.text))
        length = one_of(
            "a piece's length",
            brief(settings.get("length", self._welch.length)).strip("'"),
            LENGTHS,
        )
        since = one_of("since", settings.get("since", self.since), tuple(SINCE))
        for name, value in flags(settings, ("log_x", "log_y")).items():
            setattr(self, name, value)
        self.since = since
        if int(length) != self._welch.length:
            self._welch.set_length(int(length))
            self.begin_anew()
        self.show(text)

    def fit(self) -> None:
        """Fit the axes to what is to be seen now."""
        self._range.forget()
        self.redraw()

    def clear(self) -> None:
        """Average anew, from the next row on."""
        self._range.forget()
        super().clear()

    def _dress(self) -> None:
        name, discrete = short(self.text), self.live.kind == "map"
        unit = "cycles per iteration" if discrete else "cycles per unit of time"
        lengths = [[length, f"{int(length):,}"] for length in LENGTHS]
        self.param.update(
            controls=[
                expression(self.live, "text", "of", "Expression of the spectrum", self.text),
                select_control(
                    "length", "Rows", "Rows of a piece", str(self._welch.length), lengths
                ),
                select_control("since", "", "Average over", self.since, [*SINCE.items()]),
                toggle("log_x", "log f", "Logarithmic frequency", self.log_x),
                toggle("log_y", "log S", "Logarithmic density", self.log_y),
                button("clear", "Clear", "Clear power spectrum"),
                button("fit", "Fit", "Fit power spectrum"),
            ],
            x_label=f"frequency f, {unit}",
            y_label=f"S({name})",
            description=f"Power spectral density of {name} against frequency",
        )
        self.redraw()

    def _since_row(self) -> int:
        marks = [mark for mark in self.live.marks if mark.control != "observers"]
        return marks[-1].row if self.since == "change" and marks else 0

    def measured(self) -> Any:
        """Return since which row the average is taken."""
        return self._since_row()

    def picture(self, moment: Moment) -> Frame:
        """Return the averaged density and its peak in words."""
        frequency, density, pieces = self._welch.read(self._since_row())
        if not len(density):
            return absent(f"a spectrum needs {FEWEST} rows that are numbers", "too few rows")
        at = peak(frequency, density)[0]
        if pieces > 2 * self._fitted or pieces < self._fitted:
            # What is averaged over more pieces reaches less far down.
            self._fitted = pieces
            self._range.forget()
        # The mean was taken away, and what is not positive has no logarithm.
        frequency, density = frequency[1:], density[1:]
        top = float(density.max())
        floor = top * 10.0**-DECADES
        low, high = extent(np.log10(np.maximum(density, floor))) if top > 0.0 else (-1.0, 0.0)
        if self.log_y:
            limits = [10.0**end for end in self._range.include(low, high)]
            # What is smaller runs out of the picture below.
            density = np.maximum(density, 1e-3 * floor or 1e-30)
        else:
            limits = [0.0, self._range.include(0.0, top or 1.0)[1]]
        log = [axis for axis, chosen in (("x", self.log_x), ("y", self.log_y)) if chosen]
        return {
            "x": [float(frequency[0]) if self.log_x else 0.0, float(frequency[-1])],
            "y": limits,
            "origin": 0.0,
            "curves": [{"color": 0, "x": floats(frequency), "y": floats(density)}],
            "log": log,
            "lines": [{"axis": "x", "at": at, "words": ""}] if np.isfinite(at) else [],
            "words": self._words(at, pieces, top),
        }

    def _words(self, at: float, pieces: int, top: float) -> str:
        averaged = f"{pieces:,} pieces" if pieces > 1 else "1 piece"
        if not pieces:
            averaged = f"{min(self._welch.count, self._welch.length):,} rows so far"
        rows = ", resampled at even times" if self._welch.uneven else ""
        if np.isfinite(at):
            said = f"peak at f = {words.number(at)}, period {words.number(1.0 / at)}"
        else:
            said = "largest at the lowest frequencies" if top > 0.0 else "it does not vary"
        return f"{said} · {averaged}{rows}"
