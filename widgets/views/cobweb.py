"""A map of one variable as a graph, and its iterates as a staircase."""

from collections.abc import Mapping
from typing import Any

import numpy as np
import numpy.typing as npt

from widgets.live.field import field
from widgets.live.live_run import LiveRun
from widgets.live.moment import Moment
from widgets.views.expressions import number_control
from widgets.views.numbers import whole
from widgets.views.ranges import FirstFits, GrowingRange
from widgets.views.screen import Frame
from widgets.views.view import View, button, calm_extent, extent, floats

Values = npt.NDArray[np.float64]

GRAPH_POINTS = 801
MOST_STEPS = 2_000
MOST_ITERATE = 64
FITTED = 2_000
"""How many of the first iterates the picture is fitted to by itself."""


class Cobweb(View):
    """Draw the graph of a map, the diagonal, and the staircase of the latest iterates.

    Parameters
    ----------
    live : LiveRun
        What is watched.
    """

    kind = "cobweb"
    caption = "Cobweb"

    def __init__(self, live: LiveRun) -> None:
        self._range = GrowingRange()
        self._fits = FirstFits()
        self._generation = -1
        self.steps = 60
        self.iterate = 1
        super().__init__(live, title="Cobweb")
        self._take_model()

    @classmethod
    def misfit(cls, live: LiveRun) -> str:
        """Return that only maps of one variable have a graph."""
        model = live.model
        if model.kind != "map":
            return "A cobweb is of a map; this model is a flow."
        if len(model.state_names) != 1:
            return f"A cobweb is of one variable; this map has {len(model.state_names)}."
        if field(model) is None:
            return "A cobweb needs a next value that depends on the present one alone."
        return ""

    def take_model(self) -> None:
        """Show the graph of the map that is now loaded."""
        self._range.forget()
        self._dress()

    def _dress(self) -> None:
        name = self.live.model.state_names[0]
        power = f"+{self.iterate}"
        self.param.update(
            controls=[
                number_control(
                    "iterate", "Iterate", "Which iterate of the map", self.iterate,
                    min=1, max=MOST_ITERATE,
                ),
                number_control(
                    "steps", "Steps", "Steps of the staircase", self.steps, min=1, max=MOST_STEPS
                ),
                button("fit", "Fit", "Fit cobweb"),
            ],
            x_label=f"{name}[n]",
            y_label=f"{name}[n{power}]",
            description=f"Cobweb: {name}[n{power}] against {name}[n], the graph and the iterates",
        )  # fmt: skip

    def use(self, control: str, value: Any) -> None:
        """Put the point elsewhere, or do what else there is to a view."""
        if control == "kick":
            self.live.kick({str(name): float(number) for name, number in dict(value).items()})
        else:
            super().use(control, value)

    def fit(self) -> None:
        """Fit both axes to the staircase."""
        self._range.forget()
        self.redraw()

    def settings(self) -> dict[str, Any]:
        """Return the iterate and the length of the staircase."""
        return {"iterate": self.iterate, "steps": self.steps}

    def take_settings(self, settings: Mapping[str, Any]) -> None:
        """Take over the iterate and the length of the staircase.

        Raises
        ------
        ValueError
            One is no number in its range; the view is as before.
        """
        new = self.settings() | settings
        iterate = whole("the iterate", new["iterate"], 1, MOST_ITERATE)
        steps = whole("the number of steps", new["steps"], 1, MOST_STEPS)
        if iterate != self.iterate:
            self._range.forget()
        self.iterate, self.steps = iterate, steps
        self._dress()
        self.redraw()

    def draw(self, seen: Any) -> Frame | None:
        """Return the graph at the present parameters and the staircase."""
        moment = self.live.moment
        if self.live.model is None:
            return None
        reason = self.misfit(self.live)
        if reason:
            return None if seen == reason else _refusal(reason, moment)
        states = self.live.model.state_names
        span = self.steps * self.iterate + 1
        looked = self.live.look(moment, states, moment.rows - span)
        if looked is None:
            return None
        if moment.generation != self._generation:
            self._generation = moment.generation
            self._range.forget()
            self._fits.begin()
        x = looked[2][0]
        if moment.kicked:
            x = np.append(x, moment.values[states[0]])
        # The last iterate is always a corner.
        x = x[(len(x) - 1) % self.iterate :: self.iterate]
        low, high = self._limits(moment, x)
        graph = np.linspace(low, high, GRAPH_POINTS)
        picture = (moment.generation, self.version)
        same_run = isinstance(seen, tuple) and seen[0] == moment.generation
        return {
            "x": [low, high],
            "y": [low, high],
            "origin": 0.0,
            "curves": [
                _staircase(x, kicked=moment.kicked, backward=moment.ring.backward),
                {"x": floats(graph), "y": floats(self._iterated(graph, moment)), "color": 1},
                {"x": floats(np.array([low, high])), "y": floats(np.array([low, high])),
                 "color": "axis", "alpha": 0.5, "width": 1.0},
            ],
            "append": True,
            "keep": 2 * self.steps + 2,
            "kick": {"x": states[0], "y": None},
            "marker": [float(x[-1]), float(x[-1])],
            # The staircase comes whole in every picture.
            "reset": True if same_run else "all",
            "seen": picture,
            "edits": moment.edits,
        }  # fmt: skip

    def _limits(self, moment: Moment, x: Values) -> tuple[float, float]:
        """Return limits that hold the staircase; at first also the steps that led to it."""
        if self._fits.due(moment.rows, full=moment.rows >= FITTED):
            looked = self.live.look(moment, self.live.model.state_names, moment.rows - FITTED)
            self._range.forget()
            if looked is not None:
                self._range.include(*extent(looked[2][0]))
        if moment.failed:
            self._range.forget()
        return self._range.include(*(calm_extent(x) if moment.failed else extent(x)))

    def _iterated(self, x: Values, moment: Moment) -> Values:
        """Apply the map to values, as often as chosen, with the parameters now in force."""
        rates = field(self.live.model)
        name = self.live.model.state_names[0]
        for passed in range(self.iterate if rates is not None else 0):
            t = np.full(len(x), moment.t + passed)
            x = rates[name](t, {name: x}, self.live.parameters)
        return x


def _staircase(x: Values, *, kicked: bool, backward: bool) -> dict[str, Any]:
    """Return the staircase of iterates as a curve.

    Where the point has just been put elsewhere, no step leads there; where time runs down, an
    iterate is the map's value at the one after it.
    """
    if kicked and len(x) > 1:
        x = x[:-1]
    across, up = np.repeat(x, 2)[:-1], np.repeat(x, 2)[1:]
    if backward:
        across, up = up, across
    return {"x": floats(across), "y": floats(up)}


def _refusal(reason: str, moment: Moment) -> Frame:
    return {
        "x": [0.0, 1.0],
        "y": [0.0, 1.0],
        "origin": 0.0,
        "curves": [],
        "notice": reason,
        "reset": "all",
        "seen": reason,
        "edits": moment.edits,
    }
