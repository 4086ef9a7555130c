"""The state once in each period of a drive."""

from collections.abc import Mapping
from typing import Any

import numpy as np

from widgets.live.field import driven
from widgets.live.live_run import LiveRun
from widgets.live.sampling import Strobes
from widgets.views.expressions import (
    number_control,
    short,
    still_valid,
    suggested_arguments,
    suggested_axes,
    suggestions,
    text_control,
    valid,
)
from widgets.views.numbers import real
from widgets.views.sampled_points import SampledPoints

FREQUENCIES = ("omega", "Omega", "w", "nu")
"""Names by which models call the angular frequency of a drive."""


class Stroboscope(SampledPoints):
    """Gather the points at which the orbit is once in each period.

    J. Guckenheimer & P. Holmes, Nonlinear Oscillations (1983), 1.5.

    Parameters
    ----------
    live : LiveRun
        What is watched.
    """

    kind = "stroboscope"
    caption = "Stroboscopic section"
    thing = "strobes"

    def __init__(self, live: LiveRun) -> None:
        self.period = ""
        self.phase = 0.0
        self.axes = ("", "")
        super().__init__(live, title="Stroboscopic section")

    @classmethod
    def misfit(cls, live: LiveRun) -> str:
        """Return that nothing drives a flow whose equations do not know the time."""
        if live.model.kind == "ode" and not driven(live.model):
            return "The equations do not depend on time, so nothing gives a period to strobe at."
        return ""

    def take_model(self) -> None:
        """Keep what still has a meaning; else strobe at the period of the drive."""
        texts = (self.period, *self.axes)
        if not (self.period and still_valid(self.live, texts)):
            self.period = _suggested_period(self.live)
            self.axes = (*suggested_axes(self.live), "t")[:2]  # type: ignore[assignment]
        self.sample()

    def sampler(self) -> Strobes:
        """Return what finds the strobes."""
        return Strobes(self.period, self.phase, self.axes)

    def dress(self) -> None:
        """Say the period and what is drawn."""
        options = suggestions(self.live)
        x, y = (short(name) for name in self.axes)
        periods = [[text, text] for text in _periods(self.live)]
        self.param.update(
            controls=[
                text_control("period", "T =", "Period of the strobe", self.period, periods),
                number_control(
                    "phase", "Phase", "Phase of the strobe in periods", self.phase, min=0.0, max=1.0
                ),
                text_control("vertical", "↑", "Vertical axis of the strobe", self.axes[1], options),
                text_control(
                    "horizontal", "→", "Horizontal axis of the strobe", self.axes[0], options
                ),
                *self.buttons(),
            ],
            x_label=x,
            y_label=y,
            description=f"Stroboscopic section: {y} against {x} once every {self.period}",
        )

    def settings(self) -> dict[str, Any]:
        """Return period, phase and axes."""
        return {
            "period": self.period,
            "phase": self.phase,
            "horizontal": self.axes[0],
            "vertical": self.axes[1],
        }

    def take_settings(self, settings: Mapping[str, Any]) -> None:
        """Take over period, phase and axes.

        Raises
        ------
        engine.ExpressionError, ValueError
            A value is not valid; the view is as before.
        """
        new = self.settings() | settings
        period, phase = self._checked_period(new["period"]), real("the phase", new["phase"])
        if not 0.0 <= phase <= 1.0:
            raise ValueError(f"the phase lies between 0 and 1 period, not at {phase:g}")
        axes = valid(self.live, new["horizontal"]), valid(self.live, new["vertical"])
        self.period, self.phase, self.axes = period, phase, axes
        self.sample()

    def _checked_period(self, text: object) -> str:
        period = valid(self.live, text)
        made = self.live.model.observable(period.removeprefix("aux."))
        if made.states or made.timed:
            raise ValueError(f"the period {period} changes along the orbit; use parameters alone")
        value = float(made(np.zeros(1), {}, self.live.parameters)[0])
        if not (value > 0.0 and np.isfinite(value)):
            raise ValueError(f"the period {period} is {value:g}; it has to be positive")
        return period

    def nothing(self) -> str:
        """Say that the first period is not over."""
        return f"The first period, {self.period}, is not over yet."


def _suggested_period(live: LiveRun) -> str:
    """Return the period that the model suggests, or one by a parameter's usual name."""
    return _periods(live)[0]


def _periods(live: LiveRun) -> list[str]:
    given = suggested_arguments(live, "stroboscope").get("period")
    periods = [] if given is None else [str(given)]
    periods += [f"2*pi/{name}" for name in FREQUENCIES if name in live.model.param_names]
    periods += [name for name in ("T", "period") if name in live.model.param_names]
    default = "1" if live.model.kind == "map" else "2*pi"
    return [*dict.fromkeys([*(text for text in periods if live.knows(text)), default])]
