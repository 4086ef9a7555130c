"""One variable against another: the orbit as a fading trail."""

from typing import Any

import numpy as np
import numpy.typing as npt

from widgets.live.live_run import LiveRun
from widgets.live.moment import Moment
from widgets.live.pacing import speed_to_show
from widgets.views.ranges import FirstFits, GrowingRange
from widgets.views.screen import Frame
from widgets.views.view import View, button, calm_extent, extent, floats

Values = npt.NDArray[np.float64]

TIME = "t"
NEXT = "next "
"""What comes before a variable's name when its following iterate is meant."""

LONGEST_TAIL = 20_000
"""Most points of a trail."""


class PhasePlane(View):
    """Draw the orbit in the plane of two chosen variables, its latest point marked.

    The axes may be any recorded variable, the time, or for a map the next iterate.

    Parameters
    ----------
    live : LiveRun
        What is watched.
    """

    kind = "phase_plane"
    caption = "Phase plane"

    def __init__(self, live: LiveRun) -> None:
        self._ranges = (GrowingRange(), GrowingRange())
        self._fits = FirstFits()
        self._generation = -1
        self.axes = ("", "")
        self.tail = 2_000
        super().__init__(live, title="Phase plane")
        self._take_model()

    def choose_axes(self, horizontal: str, vertical: str) -> None:
        """Choose what is drawn along and up.

        Raises
        ------
        ValueError
            There is no such variable.
        """
        for name in (horizontal, vertical):
            if name not in self._choices():
                raise ValueError(f"{name!r} cannot be an axis; valid: {', '.join(self._choices())}")
        self.axes = (horizontal, vertical)
        self._dress()
        self._start_afresh()

    def set_tail(self, points: int) -> None:
        """Choose how many of the latest points are to be seen."""
        self.tail = min(max(points, 2), LONGEST_TAIL)
        self._dress()
        self._start_afresh()

    def fit(self) -> None:
        """Fit both axes to the trail that is to be seen now."""
        self._start_afresh()

    def _start_afresh(self) -> None:
        self._forget()
        self.redraw()

    def _forget(self) -> None:
        for axis in self._ranges:
            axis.forget()
        self._fits.begin()

    def _choices(self) -> list[str]:
        model = self.live.model
        names = [*model.state_names, *(f"aux.{name}" for name in model.aux_names)]
        following = [NEXT + name for name in model.state_names] if model.kind == "map" else []
        return [*names, *following, TIME]

    def take_model(self) -> None:
        """Choose the axes the model suggests and a tail of half a minute's watching."""
        model = self.live.model
        states, sim = model.state_names, model.spec.sim
        suggested = model.spec.meta.axes
        drawable = {*self._choices()} - {TIME}
        if len(suggested) == 2 and {*suggested} <= drawable:
            self.axes = (suggested[0], suggested[1])
        elif len(states) > 1:
            self.axes = (states[0], states[1])
        elif model.kind == "map":
            self.axes = (states[0], NEXT + states[0])
        else:
            self.axes = (TIME, states[0])
        watched = 30.0 * speed_to_show(sim.t_end - sim.t0) / self.live.row_dt
        self.tail = LONGEST_TAIL if model.kind == "map" else int(min(max(watched, 500), 4_000))
        self._dress()

    def _dress(self) -> None:
        choices = self._choices()
        labels = [_label(name) for name in self.axes]

        def choice(name: str, caption: str, place: int) -> dict[str, Any]:
            return {
                "kind": "select",
                "name": name,
                "caption": caption,
                "label": f"{name.capitalize()} axis",
                "value": self.axes[place],
                "options": [[name, _label(name)] for name in choices],
            }

        tail = {
            "kind": "number",
            "name": "tail",
            "caption": "Tail",
            "label": "Tail length in points",
            "value": self.tail,
            "min": 2,
            "max": LONGEST_TAIL,
        }
        self.param.update(
            controls=[
                choice("vertical", "↑", 1),
                choice("horizontal", "→", 0),
                tail,
                button("fit", "Fit", "Fit phase plane"),
            ],
            x_label=labels[0],
            y_label=labels[1],
            description=f"Phase plane: {labels[1]} against {labels[0]}",
        )

    def use(self, control: str, value: Any) -> None:
        """Choose an axis or the tail, or fit."""
        if control == "tail":
            self.set_tail(int(value))
        elif control == "horizontal":
            self.choose_axes(str(value), self.axes[1])
        elif control == "vertical":
            self.choose_axes(self.axes[0], str(value))
        else:
            self.fit()

    def draw(self, seen: Any) -> Frame | None:
        """Return the points that are new to the page."""
        moment = self.live.moment
        variables = {name.removeprefix(NEXT) for name in self.axes} - {TIME}
        if not moment.rows or not variables <= {*moment.ring.names}:
            # While a model is exchanged, its rows may come before it does.
            return None
        if moment.generation != self._generation:
            self._generation = moment.generation
            self._forget()
        picture = (moment.generation, self.version)
        shown = 0
        if seen is not None and seen[0] == picture:
            shown = seen[1]
        x, y = self._piece(moment, max(shown, moment.rows - self.tail - 1))
        self._follow(moment, x, y)
        marker = self._marker(moment)
        same_run = seen is not None and seen[0][0] == moment.generation
        return {
            "x": list(self._ranges[0].limits),
            "y": list(self._ranges[1].limits),
            "origin": 0.0,
            "curves": [{"x": floats(x), "y": floats(y)}],
            "append": True,
            "keep": self.tail,
            "points": self.live.kind == "map",
            "marker": marker,
            "reset": shown == 0 if same_run else "all",
            "edits": moment.edits,
            "seen": (picture, moment.rows),
        }

    def _follow(self, moment: Moment, x: Values, y: Values) -> None:
        """Let the limits contain new points, but not a blow-up: that runs out of the picture."""
        shown = min(moment.rows, self.tail)
        fitting = self._fits.due(shown, full=moment.rows >= self.tail)
        if moment.failed or fitting:
            tail = self._piece(moment, moment.rows - self.tail)
            for axis, values in zip(self._ranges, tail, strict=True):
                axis.forget()
                axis.include(*(calm_extent(values) if moment.failed else extent(values)))
        else:
            for axis, values in zip(self._ranges, (x, y), strict=True):
                axis.include(*extent(values))

    def _piece(self, moment: Moment, first: int) -> tuple[Values, ...]:
        """Return abscissae and ordinates from a row on; a next iterate belongs to its row."""
        ring = moment.ring
        follows = any(name.startswith(NEXT) for name in self.axes)
        first, t, y = ring.read(max(first - follows, 0), moment.rows)
        columns = []
        for name in self.axes:
            values = t if name == TIME else y[ring.names.index(name.removeprefix(NEXT))]
            if follows:
                values = values[1:] if name.startswith(NEXT) else values[:-1]
            columns.append(values)
        return tuple(columns)

    def _marker(self, moment: Moment) -> list[float] | None:
        """Return where a kick has put the orbit, which has no row there yet."""
        if not moment.kicked:
            return None
        places = {**moment.values, TIME: moment.t}
        marker = [places.get(name, np.nan) for name in self.axes]
        if not np.all(np.isfinite(marker)):
            return None
        for axis, value in zip(self._ranges, marker, strict=True):
            axis.include(value, value)
        return marker


def _label(name: str) -> str:
    if name.startswith(NEXT):
        return f"{name.removeprefix(NEXT)}[n+1]"
    return name.removeprefix("aux.")
