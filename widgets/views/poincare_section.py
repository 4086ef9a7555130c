"""Where the orbit crosses a surface."""

import itertools
import math
from collections.abc import Mapping
from typing import Any

import param

from widgets.live.columns import TIME
from widgets.live.live_run import LiveRun
from widgets.live.sampling import DIRECTIONS, Crossings
from widgets.live.words import number
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
from widgets.views.sampled_points import SampledPoints
from widgets.views.view import extent

WORDS = {"up": "upward", "down": "downward", "both": "in either direction"}

_numbers = itertools.count(1)

LOOKED_AT = 5_000
"""How many of the latest rows tell between which values an expression lies."""

MOST_TRIED, ROWS_TRIED = 8, 20_000
"""Most states, and latest rows of them, that are looked at for a surface to begin with."""


class PoincareSection(SampledPoints):
    """Gather the points at which the orbit crosses a surface: an expression equals a level.

    In a flow they are located between the rows by cubic Hermite interpolation.  H. Poincaré, Les
    méthodes nouvelles de la mécanique céleste III (1899); M. Hénon, Physica D 5 (1982) 412.

    Parameters
    ----------
    live : LiveRun
        What is watched.
    """

    kind = "poincare_section"
    caption = "Poincaré section"
    thing = "crossings"

    def __init__(self, live: LiveRun) -> None:
        self._id = f"{self.kind} {next(_numbers)}"
        self.expression = ""
        self.level = 0.0
        self.direction = "up"
        self.axes = ("", "")
        super().__init__(live, title="Poincaré section")

    @classmethod
    def misfit(cls, live: LiveRun) -> str:
        """Return that a single variable leaves nothing to be drawn on a surface."""
        if len(live.model.state_names) < 2:
            return "A section needs two variables at least, one to cross and one to draw."
        return ""

    def take_model(self) -> None:
        """Keep what still has a meaning; else cross what the model suggests."""
        if self.expression and still_valid(self.live, (self.expression, *self.axes)):
            self.sample()
            return
        given = suggested_arguments(self.live, "poincare_section")
        states = self.live.model.state_names
        axes = suggested_axes(self.live)
        outside = [name for name in states if name not in axes]
        found, middle = self._crossed([*outside, *(name for name in states if name in axes)])
        text = str(given.get("variable", given.get("expr", found)))
        level = given.get("level", 0.0 if given else middle)
        direction = given.get("direction", "up")
        known = self.live.knows(text)
        self.expression = text if known else states[0]
        self.level = float(level) if known and isinstance(level, int | float) else 0.0
        self.direction = str(direction) if direction in DIRECTIONS else "up"
        drawn = dict.fromkeys(name for name in (*axes, *states, TIME) if name != self.expression)
        self.axes = ([*drawn][0], [*drawn, *states][1])
        self.sample()

    def _crossed(self, states: list[str]) -> tuple[str, float]:
        """Return a surface the orbit has crossed: of the first state that changes sign, at 0.

        Where none does it is the first state, in the middle of where it has been.
        """
        moment = self.live.moment
        asked = states[:MOST_TRIED]
        looked = self.live.look(moment, asked, max(moment.rows - ROWS_TRIED, 0))
        if looked is None or len(looked[1]) < 2:
            return states[0], 0.0
        ranges = [extent(values) for values in looked[2]]
        for name, (low, high) in zip(asked, ranges, strict=True):
            if low < 0.0 < high:
                return name, 0.0
        low, high = ranges[0]
        if not high > low:
            return states[0], 0.0
        digits = 1 - math.floor(math.log10(high - low))
        return states[0], round((low + high) / 2.0, digits)

    def sampler(self) -> Crossings:
        """Return what finds the crossings."""
        return Crossings(self.expression, self.level, self.direction, self.axes)

    def sample(self) -> None:
        """Gather what is now set, and let the run stop there when it is asked to."""
        super().sample()
        self._offer()

    @param.depends("shown", watch=True)
    def _offer(self) -> None:
        if self.shown:
            self.live.set_section(self._id, self.expression, self.level, self.direction)
        else:
            self.live.drop_section(self._id)

    def close(self) -> None:
        """Let go of the run."""
        super().close()
        self.live.drop_section(self._id)

    def dress(self) -> None:
        """Say what is crossed and what is drawn."""
        options = suggestions(self.live)
        surface = f"{short(self.expression)} = {number(self.level)}"
        x, y = (short(name) for name in self.axes)
        self.param.update(
            controls=[
                text_control("expression", "", "Section expression", self.expression, options),
                number_control("level", "=", "Section level", self.level),
                select_control(
                    "direction",
                    "",
                    "Section direction",
                    self.direction,
                    [["up", "↑ up"], ["down", "↓ down"], ["both", "↕ both"]],
                ),
                text_control("vertical", "↑", "Vertical axis of section", self.axes[1], options),
                text_control(
                    "horizontal", "→", "Horizontal axis of section", self.axes[0], options
                ),
                *self.buttons(),
            ],
            x_label=x,
            y_label=y,
            description=(
                f"Poincaré section: {y} against {x} where {surface}, {WORDS[self.direction]}"
            ),
        )

    def settings(self) -> dict[str, Any]:
        """Return surface, direction and axes."""
        return {
            "expression": self.expression,
            "level": self.level,
            "direction": self.direction,
            "horizontal": self.axes[0],
            "vertical": self.axes[1],
        }

    def take_settings(self, settings: Mapping[str, Any]) -> None:
        """Take over surface, direction and axes.

        Raises
        ------
        engine.ExpressionError, ValueError
            A value is not valid; the view is as before.
        """
        new = self.settings() | settings
        expression = valid(self.live, new["expression"])
        level = real("the level", new["level"])
        direction = one_of("the direction", new["direction"], DIRECTIONS)
        axes = valid(self.live, new["horizontal"]), valid(self.live, new["vertical"])
        if expression in axes and not {"horizontal", "vertical"} & {*settings}:
            # What is crossed is the same at all crossings, so something else is drawn.
            others = (self.expression, *self.live.model.state_names, TIME)
            free = next(name for name in others if name != expression and name not in axes)
            axes = tuple(free if name == expression else name for name in axes)  # type: ignore[assignment]
        self.expression, self.level, self.direction, self.axes = expression, level, direction, axes
        self.sample()

    def nothing(self) -> str:
        """Say between which values the expression lies."""
        surface = f"{short(self.expression)} = {number(self.level)}"
        said = f"The orbit has not crossed {surface} {WORDS[self.direction]} yet."
        moment = self.live.moment
        looked = self.live.look(moment, [self.expression], moment.rows - LOOKED_AT)
        if looked is None or len(looked[1]) < 100:
            return said
        value = looked[2][0]
        low, high = number(float(value.min())), number(float(value.max()))
        return f"{said} Lately {short(self.expression)} lies between {low} and {high}."
