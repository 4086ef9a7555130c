"""Where in a plane an orbit, however long, has been how often."""

from collections.abc import Mapping
from typing import Any

import numpy as np

from widgets.live.binning import Binning
from widgets.live.live_run import LiveRun
from widgets.live.moment import Moment
from widgets.views.counted import Counted
from widgets.views.expressions import number_control, short
from widgets.views.gathered import absent
from widgets.views.head import expression, flags, recorded, toggle, valid
from widgets.views.numbers import whole
from widgets.views.screen import Frame
from widgets.views.view import button

FINEST = 512
"""Bins along each axis in which points are counted; what is shown is these, merged."""


class Density(Counted):
    """Draw in colours how many points of the whole orbit lie where in a plane.

    Parameters
    ----------
    live : LiveRun
        What is watched.
    """

    kind = "density"
    caption = "Density"

    def __init__(self, live: LiveRun) -> None:
        self.axes: tuple[str, str] = ("", "")
        self.bins = 256
        self.log = True
        super().__init__(live, Binning(live, ("t", "t"), (FINEST, FINEST)), title="Density")

    @classmethod
    def misfit(cls, live: LiveRun) -> str:
        """Return why there is no plane."""
        if live.model is None or len(recorded(live)) > 1:
            return ""
        return "The model has one variable, and a plane takes two: choose the histogram."

    def take_model(self) -> None:
        """Keep the axes where they have a meaning, else take what the model suggests."""
        axes = self.axes if all(self.axes) else self._suggested()
        kept = self.kept_texts(axes)
        self.choose_axes(*(kept if kept == axes else self._suggested()))

    def _suggested(self) -> tuple[str, str]:
        names = recorded(self.live)
        axes = [name for name in self.live.model.spec.meta.axes if name in names]
        chosen = [*axes, *(name for name in names if name not in axes)]
        return chosen[0], chosen[min(1, len(chosen) - 1)]

    def choose_axes(self, horizontal: str, vertical: str) -> None:
        """Choose what lies along and up: expressions of the model's variables.

        Raises
        ------
        engine.ExpressionError, ValueError
            One is none.
        """
        self.axes = (valid(self.live, horizontal), valid(self.live, vertical))
        # Rows of an image lie above each other, so the vertical axis comes first.
        self.choose(self.axes[1], self.axes[0])
        self._dress()

    def settings(self) -> dict[str, Any]:
        """Return the axes, the number of bins and the scale of the colours."""
        return {"x": self.axes[0], "y": self.axes[1], "bins": self.bins, "log": self.log}

    def take_settings(self, settings: Mapping[str, Any]) -> None:
        """Take over settings; see `View.take_settings`."""
        axes = [
            valid(self.live, settings.get(name, axis))
            for name, axis in zip(("x", "y"), self.axes, strict=True)
        ]
        bins = whole("the number of bins", settings.get("bins", self.bins), 8, FINEST)
        log = flags(settings, ("log",)).get("log", self.log)
        self.bins, self.log = bins, log
        self.choose_axes(axes[0], axes[1])

    def _dress(self) -> None:
        x, y = (short(axis) for axis in self.axes)
        self.param.update(
            controls=[
                expression(self.live, "y", "↑", "Vertical axis", self.axes[1]),
                expression(self.live, "x", "→", "Horizontal axis", self.axes[0]),
                number_control(
                    "bins", "Bins", "Most bins along an axis", self.bins, min=8, max=FINEST
                ),
                toggle("log", "log", "Logarithmic colours", self.log),
                button("clear", "Clear", "Clear density"),
                button("fit", "Fit", "Fit density"),
            ],
            x_label=x,
            y_label=y,
            description=f"Density of the whole orbit in the plane of {y} against {x}",
        )
        self.redraw()

    def picture(self, moment: Moment) -> Frame:
        """Return an image, and how many points there are since when."""
        bins = self._gatherer.bins
        if not bins.counted:
            return absent("", self.counts_in_words())
        (up, along), counts = bins.read([self.bins, self.bins])
        values = counts.astype(np.float32)
        if self.log:
            np.log1p(values, out=values)
        values *= np.float32(1.0 / values.max())
        # Where nothing has been, nothing is painted.
        values[counts == 0] = np.nan
        x, y = [float(along[0]), float(along[-1])], [float(up[0]), float(up[-1])]
        height, width = counts.shape
        image = {"values": values.ravel(), "width": width, "height": height, "x": x, "y": y}
        return {
            "x": x,
            "y": y,
            "origin": 0.0,
            "curves": [],
            "image": image,
            "words": self.counts_in_words(),
        }
