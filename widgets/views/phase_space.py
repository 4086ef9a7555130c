"""The orbit in space: three expressions against each other."""

from collections.abc import Mapping
from typing import Any

from widgets.live.columns import TIME
from widgets.live.live_run import LiveRun
from widgets.live.moment import Moment
from widgets.live.pacing import speed_to_show
from widgets.views.expressions import (
    number_control,
    short,
    still_valid,
    suggested_axes,
    suggestions,
    text_control,
    valid,
)
from widgets.views.numbers import real
from widgets.views.ranges import FirstFits, GrowingRange
from widgets.views.screen import Frame
from widgets.views.view import View, button, calm_extent, extent, floats

LONGEST_TAIL = 100_000
"""Most points of an orbit."""

NAMES = ("x", "y", "z")


class PhaseSpace(View):
    """Draw the orbit of three expressions in space; the page turns it.

    Parameters
    ----------
    live : LiveRun
        What is watched.
    """

    kind = "phase_space"
    caption = "3-D orbit"

    def __init__(self, live: LiveRun) -> None:
        self._ranges = (GrowingRange(), GrowingRange(), GrowingRange())
        self._fits = FirstFits()
        self._generation = -1
        self.axes = ("", "", "")
        self.tail = 5_000
        super().__init__(live, title="3-D orbit")
        self._take_model()

    @classmethod
    def misfit(cls, live: LiveRun) -> str:
        """Return that space needs three variables."""
        states = len(live.model.state_names)
        if states < 3:
            return f"An orbit in space needs three variables; this model has {states}."
        return ""

    def take_model(self) -> None:
        """Keep axes that still have a meaning; else those that the model suggests."""
        if not (self.axes[0] and still_valid(self.live, self.axes)):
            chosen = (*suggested_axes(self.live, 3), TIME, TIME)[:3]
            # In the order in which the model names them, as pictures in the literature have them.
            names = [text for text, _ in suggestions(self.live)]
            x, y, z = sorted(chosen, key=names.index)
            self.axes = (x, y, z)
            sim = self.live.model.spec.sim
            watched = 60.0 * speed_to_show(sim.t_end - sim.t0) / self.live.row_dt
            discrete = self.live.kind == "map"
            self.tail = 20_000 if discrete else int(min(max(watched, 2_000), 20_000))
        self._forget()
        self._dress()

    def _forget(self) -> None:
        for axis in self._ranges:
            axis.forget()
        self._fits.begin()

    def _dress(self) -> None:
        options = suggestions(self.live)
        x, y, z = (short(text) for text in self.axes)
        axes = [
            text_control(name, name, f"{name} axis in space", text, options)
            for name, text in zip(NAMES, self.axes, strict=True)
        ]
        tail = number_control(
            "tail", "Tail", "Tail length in space", self.tail, min=2, max=LONGEST_TAIL
        )
        self.param.update(
            controls=[*axes, tail, button("fit", "Fit", "Fit 3-D orbit")],
            x_label=x,
            y_label=y,
            z_label=z,
            description=f"Orbit in space: {x}, {y} and {z}",
        )

    def fit(self) -> None:
        """Fit the box to what is to be seen now."""
        self._forget()
        self.redraw()

    def settings(self) -> dict[str, Any]:
        """Return axes and tail."""
        return {**dict(zip(NAMES, self.axes, strict=True)), "tail": self.tail}

    def take_settings(self, settings: Mapping[str, Any]) -> None:
        """Take over axes and tail.

        Raises
        ------
        engine.ExpressionError, ValueError
            A value is not valid; the view is as before.
        """
        new = self.settings() | settings
        x, y, z = (valid(self.live, new[name]) for name in NAMES)
        tail = int(min(max(real("the tail", new["tail"]), 2), LONGEST_TAIL))
        self.axes, self.tail = (x, y, z), tail
        self._forget()
        self._dress()
        self.redraw()

    def draw(self, seen: Any) -> Frame | None:
        """Return the points that are new to the page."""
        moment = self.live.moment
        if moment.generation != self._generation:
            self._generation = moment.generation
            self._forget()
        picture = (moment.generation, self.version)
        same = seen is not None and seen[0] == picture
        shown = seen[1] if same else 0
        looked = self.live.look(moment, self.axes, max(shown, moment.rows - self.tail))
        if looked is None:
            return None
        x, y, z = looked[2]
        self._follow(moment, looked[2])
        same_run = seen is not None and seen[0][0] == moment.generation
        limits = [list(axis.limits) for axis in self._ranges]
        return {
            **dict(zip(NAMES, limits, strict=True)),
            "origin": 0.0,
            "space": True,
            "curves": [{"x": floats(x), "y": floats(y), "z": floats(z)}],
            "append": True,
            "keep": self.tail,
            "points": self.live.kind == "map",
            "reset": not same if same_run else "all",
            "edits": moment.edits,
            "seen": (picture, moment.rows),
        }

    def place_at(self, t: float) -> list[float] | None:
        """Return where the orbit was at a time."""
        return self.live.place_at(t, self.axes)

    def _follow(self, moment: Moment, values: Any) -> None:
        """Let the limits contain new points, but not a blow-up."""
        shown = min(moment.rows, self.tail)
        if moment.failed or self._fits.due(shown, full=moment.rows >= self.tail):
            looked = self.live.look(moment, self.axes, moment.rows - self.tail)
            values = values if looked is None else looked[2]
            for axis in self._ranges:
                axis.forget()
        for axis, column in zip(self._ranges, values, strict=True):
            axis.include(*(calm_extent(column) if moment.failed else extent(column)))
