"""Each value at a section, a maximum or an event against the one before."""

from collections.abc import Mapping
from typing import Any

from widgets.live.live_run import LiveRun
from widgets.live.ring import Ring
from widgets.live.sampling import Crossings, Extrema, Intervals, Sampler
from widgets.views.expressions import (
    number_control,
    one_of,
    select_control,
    short,
    still_valid,
    suggested_arguments,
    suggested_axes,
    suggestions,
    text_control,
    valid,
)
from widgets.views.numbers import real
from widgets.views.sampled_points import SampledPoints, Values

EVENT = "event "
"""What comes before an event's name among what a return map is of."""

EXTREMA = {"max": "maxima", "min": "minima"}
SECTIONS = {"up": "at upward crossings", "down": "at downward crossings"}


class ReturnMap(SampledPoints):
    """Draw successive values, m(k+1) against m(k), with the diagonal.

    The values are the maxima or minima of an expression (E. N. Lorenz, J. Atmos. Sci. 20 (1963)
    130), its values where another expression crosses a level, or the times between the firings
    of an event.

    Parameters
    ----------
    live : LiveRun
        What is watched.
    """

    kind = "return_map"
    caption = "Return map"
    thing = "values"
    diagonal = True

    def __init__(self, live: LiveRun) -> None:
        self.expression = ""
        self.of = "max"
        self.section = ""
        self.level = 0.0
        super().__init__(live, title="Return map")

    def take_model(self) -> None:
        """Keep what still has a meaning; else take the maxima that the model suggests."""
        texts = (self.expression, self.section)
        if self.expression and still_valid(self.live, texts) and self.of in self._choices():
            self.sample()
            return
        given = suggested_arguments(self.live, "return_map")
        expression = str(given.get("expr", ""))
        first = suggested_axes(self.live, 1)[0]
        self.expression = expression if self.live.knows(expression) else first
        of = str(given.get("of", "max"))
        self.of = of if of in EXTREMA else "max"
        self.section, self.level = self.live.model.state_names[0], 0.0
        self.sample()

    def _choices(self) -> dict[str, str]:
        model = self.live.model
        events = {EVENT + event.name: f"intervals of {event.name}" for event in model.spec.events}
        return {**EXTREMA, **SECTIONS, **events}

    def sampler(self) -> Sampler:
        """Return what finds the values."""
        if self.of.startswith(EVENT):
            return Intervals(self.of.removeprefix(EVENT))
        if self.of in SECTIONS:
            return Crossings(self.section, self.level, self.of, [self.expression])
        return Extrema(self.expression, self.of)

    def dress(self) -> None:
        """Say of what the map is."""
        options = suggestions(self.live)
        choices = [[name, words] for name, words in self._choices().items()]
        controls = [select_control("of", "", "Kind of return map", self.of, choices)]
        symbol = short(self.expression)
        what = f"{self._choices()[self.of]} of {symbol}"
        if self.of.startswith(EVENT):
            symbol, what = "T", self._choices()[self.of]
        else:
            controls.append(
                text_control("expression", "of", "Expression mapped", self.expression, options)
            )
        if self.of in SECTIONS:
            what = f"{symbol} where {short(self.section)} = {self.level:g}, {SECTIONS[self.of]}"
            controls += [
                text_control("section", "where", "Section of the map", self.section, options),
                number_control("level", "=", "Section level of the map", self.level),
            ]
        self.param.update(
            controls=[*controls, *self.buttons()],
            x_label=f"{symbol} at k",
            y_label=f"{symbol} at k+1",
            description=f"Return map: {what}, each against the one before",
        )

    def settings(self) -> dict[str, Any]:
        """Return what is mapped."""
        return {
            "expression": self.expression,
            "of": self.of,
            "section": self.section,
            "level": self.level,
        }

    def take_settings(self, settings: Mapping[str, Any]) -> None:
        """Take over what is mapped.

        Raises
        ------
        engine.ExpressionError, ValueError
            A value is not valid; the view is as before.
        """
        new = self.settings() | settings
        of = one_of("a return map", new["of"], self._choices())
        expression = valid(self.live, new["expression"])
        section, level = valid(self.live, new["section"]), real("the level", new["level"])
        self.of, self.expression, self.section, self.level = of, expression, section, level
        self.sample()

    def points(self, ring: Ring, first: int) -> tuple[Values, Values]:
        """Return each value from `first` on, and the one before as its abscissa."""
        _, _, y = ring.read(max(first - 1, 0), ring.total)
        return y[0, :-1], y[0, 1:]

    def nothing(self) -> str:
        """Say what is waited for."""
        if self.of.startswith(EVENT):
            return f"The event {self.of.removeprefix(EVENT)} has not fired twice yet."
        return f"There are no two {self._choices()[self.of]} of {short(self.expression)} yet."
