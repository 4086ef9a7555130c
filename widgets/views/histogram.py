"""How often an orbit, however long, has which values."""

from collections.abc import Mapping
from typing import Any

import numpy as np

from widgets.live.binning import Binning
from widgets.live.live_run import LiveRun
from widgets.live.moment import Moment
from widgets.views.counted import Counted
from widgets.views.expressions import number_control, one_of, select_control, short
from widgets.views.gathered import absent
from widgets.views.head import expression, flags, toggle, valid
from widgets.views.numbers import whole
from widgets.views.ranges import GrowingRange
from widgets.views.screen import Frame
from widgets.views.view import button, floats

FINEST = 4096
"""Bins in which values are counted; what is shown is these, merged."""

HEIGHTS = {"density": "density", "count": "count"}


class Histogram(Counted):
    """Draw a histogram of an expression over every row of the orbit.

    Parameters
    ----------
    live : LiveRun
        What is watched.
    """

    kind = "histogram"
    caption = "Histogram"

    def __init__(self, live: LiveRun) -> None:
        self.text = ""
        self.bins = 128
        self.height = "density"
        self.log = False
        self._range = GrowingRange()
        super().__init__(live, Binning(live, ("t",), (FINEST,)), title="Histogram")

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
        """Return the expression, the number of bins and what is drawn up."""
        return {"text": self.text, "bins": self.bins, "height": self.height, "log": self.log}

    def take_settings(self, settings: Mapping[str, Any]) -> None:
        """Take over settings; see `View.take_settings`."""
        text = valid(self.live, settings.get("text", self.text))
        bins = whole("the number of bins", settings.get("bins", self.bins), 2, 1024)
        height = one_of("height", settings.get("height", self.height), tuple(HEIGHTS))
        log = flags(settings, ("log",)).get("log", self.log)
        self.bins, self.height, self.log = bins, height, log
        self.show(text)

    def fit(self) -> None:
        """Fit the height to what is to be seen now."""
        self._range.forget()
        self.redraw()

    def clear(self) -> None:
        """Count anew, from the next row on."""
        self._range.forget()
        super().clear()

    def _dress(self) -> None:
        name = short(self.text)
        self.param.update(
            controls=[
                expression(self.live, "text", "of", "Expression of the histogram", self.text),
                number_control("bins", "Bins", "Most bins", self.bins, min=2, max=1024),
                select_control("height", "", "Height of the bars", self.height, [*HEIGHTS.items()]),
                toggle("log", "log", "Logarithmic height", self.log),
                button("clear", "Clear", "Clear histogram"),
                button("fit", "Fit", "Fit histogram"),
            ],
            x_label=name,
            y_label="density" if self.height == "density" else "points",
            description=f"Histogram of {name} over the whole orbit",
        )
        self.redraw()

    def picture(self, moment: Moment) -> Frame:
        """Return the bars, and how many points there are since when."""
        bins = self._gatherer.bins
        if not bins.counted:
            undefined = bins.undefined and f"{short(self.text)} has been no number so far"
            return absent(undefined or "", self.counts_in_words())
        (edges,), counts = bins.read([self.bins])
        heights = counts.astype(np.float64)
        if self.height == "density":
            heights /= bins.counted * np.diff(edges)
        top = float(heights.max())
        least = float(heights[heights > 0.0].min())
        if self.log:
            limits = [10.0 ** (np.floor(np.log10(least)) - 0.3), top * 2.0]
            heights = np.maximum(heights, 0.1 * limits[0])
        else:
            # Counts grow without end, so their axis grows in steps.
            limits = [0.0, 1.06 * top if self.height == "density" else _round_up(top)]
        return {
            "x": [float(edges[0]), float(edges[-1])],
            "y": limits,
            "origin": 0.0,
            "curves": [
                {
                    "color": 0,
                    "style": "bars",
                    "x": floats(edges),
                    "y": floats(np.append(heights, heights[-1])),
                }
            ],
            "log": ["y"] if self.log else [],
            "words": self.counts_in_words(),
        }


def _round_up(top: float) -> float:
    """Return the next of 1, 2 or 5 times a power of ten that leaves room above `top`."""
    decade = 10.0 ** np.floor(np.log10(1.06 * top))
    return float(next(m * decade for m in (1.0, 2.0, 5.0, 10.0) if m * decade >= 1.06 * top))
