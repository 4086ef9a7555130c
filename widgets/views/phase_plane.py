"""One expression against another: the orbit as a fading trail, and many more as a cloud."""

import re
from collections.abc import Mapping, Sequence
from dataclasses import replace
from typing import Any

import numpy as np
import numpy.typing as npt

from widgets.live.columns import TIME
from widgets.live.live_run import LiveRun
from widgets.live.moment import Moment
from widgets.live.pacing import speed_to_show
from widgets.views.cloud_choice import CloudChoice
from widgets.views.expressions import (
    number_control,
    select_control,
    short,
    suggestions,
    text_control,
    valid,
)
from widgets.views.numbers import real
from widgets.views.ranges import FirstFits, GrowingRange
from widgets.views.screen import Frame
from widgets.views.view import View, button, calm_extent, extent, floats

Values = npt.NDArray[np.float64]

NEXT = "next "
"""What comes before a state's name when its following iterate is meant."""

LONGEST_TAIL = 20_000
"""Most points of a trail."""

OTHER = ""
"""What is chosen in the list of an axis in order to type an expression."""

AXES = ("horizontal", "vertical")


class PhasePlane(View):
    """Draw the orbit in the plane of two expressions, its latest point marked.

    The axes may be any expression of states, aux, parameters and time, or for a map the next
    iterate of a state.

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
        self._typing = [False, False]
        self.tail = 2_000
        self.equal = False
        self._cloud = CloudChoice(live)
        super().__init__(live, title="Phase plane")
        self._take_model()
        self._method_watching = live.param.watch(self._change_method, ["stepper", "dt"])

    def choose_axes(self, horizontal: str, vertical: str) -> None:
        """Choose what is drawn along and up.

        Raises
        ------
        engine.ExpressionError, ValueError
            One is no expression of the model's variables.
        """
        self.take_settings({"horizontal": horizontal, "vertical": vertical})

    def set_tail(self, points: int) -> None:
        """Choose how many of the latest points are to be seen."""
        self.take_settings({"tail": points})

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

    def _choices(self) -> list[list[str]]:
        model = self.live.model
        names = model.state_names if model.kind == "map" else ()
        following = [[NEXT + name, _label(NEXT + name)] for name in names]
        *recorded, time = suggestions(self.live)
        return [*recorded, *following, time]

    def _is_next(self, text: str) -> bool:
        model = self.live.model
        name = text.removeprefix(NEXT)
        return text.startswith(NEXT) and model.kind == "map" and name in model.state_names

    def _checked(self, text: object) -> str:
        return str(text) if self._is_next(str(text)) else valid(self.live, text)

    def take_model(self) -> None:
        """Keep axes that still have a meaning; else those the model suggests, and a tail."""
        known = all(self._is_next(text) or self.live.knows(text) for text in self.axes)
        if not (known and self.axes[0]):
            self._suggest()
        self._forget()
        self._launch()
        self._dress()

    def _suggest(self) -> None:
        """Choose the axes the model suggests and a tail of half a minute's watching."""
        model = self.live.model
        states, sim = model.state_names, model.spec.sim
        suggested = model.spec.meta.axes
        drawable = {text for text, _ in self._choices()} - {TIME}
        if len(suggested) == 2 and {*suggested} <= drawable:
            self.axes = (suggested[0], suggested[1])
        elif TIME in suggested and self._parts(suggested):
            self.axes = self._parts(suggested)[0]
        elif len(states) > 1:
            self.axes = (states[0], states[1])
        elif model.kind == "map":
            self.axes = (states[0], NEXT + states[0])
        else:
            self.axes = (TIME, states[0])
        self._typing = [False, False]
        watched = 30.0 * speed_to_show(sim.t_end - sim.t0) / self.live.row_dt
        self.tail = LONGEST_TAIL if model.kind == "map" else int(min(max(watched, 500), 4_000))

    def _parts(self, suggested: Sequence[str]) -> list[tuple[str, str]]:
        """Return the pairs of quantities that what is suggested against time is made of.

        An order parameter, say, which is a modulus, is seen in the plane of its two parts.
        """
        given = {f"aux.{aux.name}": aux.formula.text for aux in self.live.model.spec.aux}
        pairs = []
        for name in suggested:
            words = dict.fromkeys(re.findall(r"\w+", given.get(name, "")))
            parts = [f"aux.{word}" for word in words if f"aux.{word}" in given]
            if len(parts) == 2:
                pairs.append((parts[0], parts[1]))
        return pairs

    def _dress(self) -> None:
        labels = [_label(name) for name in self.axes]
        self.param.update(
            controls=[
                *self._axis_controls(1, "↑"),
                *self._axis_controls(0, "→"),
                number_control(
                    "tail", "Tail", "Tail length in points", self.tail, min=2, max=LONGEST_TAIL
                ),
                {
                    "kind": "toggle",
                    "name": "equal",
                    "caption": "1:1",
                    "label": "Equal scales",
                    "value": self.equal,
                },
                *self._cloud.controls(),
                button("fit", "Fit", "Fit phase plane"),
            ],
            x_label=labels[0],
            y_label=labels[1],
            description=f"Phase plane: {labels[1]} against {labels[0]}",
        )

    def _axis_controls(self, place: int, caption: str) -> list[dict[str, Any]]:
        """Return a list of what is usual, and where it is something else a field for it."""
        name, text = AXES[place], self.axes[place]
        choices = self._choices()
        usual = any(text == choice[0] for choice in choices)
        typing = self._typing[place] or not usual
        label = f"{name.capitalize()} axis"
        options = [*choices, *([] if usual else [[text, text]]), [OTHER, "expression …"]]
        control = select_control(name, caption, label, OTHER if typing else text, options)
        if not typing:
            return [control]
        return [
            control,
            text_control(f"{name}_expression", "", f"{label} expression", text, choices),
        ]

    def use(self, control: str, value: Any) -> None:
        """Choose an axis, the tail or the cloud, put the point elsewhere, or fit."""
        if control == "fit":
            self.fit()
        elif control == "launch":
            self._launch()
            self.redraw()
        elif control == "kick":
            self.live.kick({str(name): float(number) for name, number in dict(value).items()})
        elif control in AXES:
            place = AXES.index(control)
            self._typing[place] = value == OTHER
            if value == OTHER:
                self._dress()
            else:
                self.take_settings({control: value})
        elif control.endswith("_expression"):
            self.take_settings({control.removesuffix("_expression"): value})
        else:
            self.take_settings({control: value})

    def settings(self) -> dict[str, Any]:
        """Return axes, tail, aspect and cloud."""
        axes = dict(zip(AXES, self.axes, strict=True))
        return {**axes, "tail": self.tail, "equal": self.equal, **self._cloud.settings()}

    def take_settings(self, settings: Mapping[str, Any]) -> None:
        """Take over axes, tail, aspect and cloud.

        Raises
        ------
        engine.ExpressionError, ValueError
            A value is not valid; the view is as before.
        """
        new = self.settings() | settings
        axes = self._checked(new["horizontal"]), self._checked(new["vertical"])
        tail = int(min(max(real("the tail", new["tail"]), 2), LONGEST_TAIL))
        cloud = self._cloud.checked(new)
        clouded = cloud != {name: self._cloud.settings()[name] for name in cloud}
        self.axes, self.tail, self.equal = axes, tail, bool(new["equal"])
        if clouded:
            self._cloud.take(cloud)
            self._launch()
        self._dress()
        if clouded:
            self.redraw()
        else:
            self._start_afresh()

    def _launch(self) -> None:
        """Let a cloud start, or go."""
        if self.listener is not None:
            self.live.unlisten(self.listener)
            self.listener = None
        limits = self._ranges[0].limits, self._ranges[1].limits
        cloud = self._cloud.launch(self.axes, limits)
        if cloud is not None:
            self.listen(cloud)

    def _change_method(self, *events: Any) -> None:
        self._cloud.follow_method()

    def close(self) -> None:
        """Let go of the run and of the cloud."""
        super().close()
        self.live.param.unwatch(self._method_watching)
        self._cloud.close()

    def draw(self, seen: Any) -> Frame | None:
        """Return the points that are new to the page."""
        moment = self.live.moment
        if moment.generation != self._generation:
            self._generation = moment.generation
            self._forget()
        picture = (moment.generation, self.version)
        shown = seen[1] if seen is not None and seen[0] == picture else 0
        piece = self._piece(moment, max(shown, moment.rows - self.tail - 1))
        if piece is None:
            return None
        self._follow(moment, piece)
        marker = self._marker(moment)
        same_run = seen is not None and seen[0][0] == moment.generation
        return {
            "x": list(self._ranges[0].limits),
            "y": list(self._ranges[1].limits),
            "origin": 0.0,
            "curves": [{"x": floats(piece[0]), "y": floats(piece[1])}, *self._cloud_curves()],
            "append": True,
            "keep": self.tail,
            "points": self.live.kind == "map",
            "marker": marker,
            "kick": self._kick(),
            "equal": self.equal,
            "words": self._cloud.words(),
            "reset": shown == 0 if same_run else "all",
            "edits": moment.edits,
            "seen": (picture, moment.rows),
        }

    def place_at(self, t: float) -> list[float] | None:
        """Return where the orbit was at a time; a next iterate belongs to its row."""
        moment = self.live.moment
        row = self.live.row_at(moment, t)
        if row is None:
            return None
        later = int(any(self._is_next(name) for name in self.axes))
        rows = min(row + later + 1, moment.rows)
        piece = self._piece(replace(moment, rows=rows), row + later)
        if piece is None or not len(piece[0]):
            return None
        return [float(piece[0][-1]), float(piece[1][-1])]

    def _kick(self) -> dict[str, str | None] | None:
        """Return along which axes the point may be dragged: those that are states."""
        states = self.live.model.state_names
        along = [name if name in states else None for name in self.axes]
        if along[0] == along[1]:
            along[1] = None
        return {"x": along[0], "y": along[1]} if any(along) else None

    def _cloud_curves(self) -> list[dict[str, Any]]:
        cloud = self._cloud.cloud
        if cloud is None or cloud.swarm.model is not self.live.model:
            return []
        swarm, params = cloud.swarm, self.live.parameters
        x, y = (
            swarm.next_value(name.removeprefix(NEXT), params)
            if self._is_next(name)
            else swarm.column(name, params)
            for name in self.axes
        )
        for axis, values in zip(self._ranges, (x, y), strict=True):
            # It may go further than the orbit, but must not make it a dot.
            low, high = axis.limits
            room = 2.0 * (high - low)
            near = values[(values > low - room) & (values < high + room)]
            axis.include(*extent(near))
        return [{"x": floats(x), "y": floats(y), "style": "points", "color": 2, "alpha": 0.6}]

    def _follow(self, moment: Moment, piece: tuple[Values, Values]) -> None:
        """Let the limits contain new points, but not a blow-up: that runs out of the picture."""
        shown = min(moment.rows, self.tail)
        fitting = self._fits.due(shown, full=moment.rows >= self.tail)
        if moment.failed or fitting:
            tail = self._piece(moment, moment.rows - self.tail)
            for axis, values in zip(self._ranges, tail or piece, strict=True):
                axis.forget()
                axis.include(*(calm_extent(values) if moment.failed else extent(values)))
        else:
            for axis, values in zip(self._ranges, piece, strict=True):
                axis.include(*extent(values))

    def _piece(self, moment: Moment, first: int) -> tuple[Values, Values] | None:
        """Return abscissae and ordinates from a row on; a next iterate belongs to its row."""
        following = [self._is_next(name) for name in self.axes]
        texts = [
            n.removeprefix(NEXT) if f else n for n, f in zip(self.axes, following, strict=True)
        ]
        looked = self.live.look(moment, texts, max(first - any(following), 0))
        if looked is None:
            return None
        x, y = looked[2]
        if any(following):
            # Where time runs down, the following iterate is the row before.
            later, sooner = (slice(1, None), slice(-1))[:: -1 if moment.ring.backward else 1]
            x = x[later if following[0] else sooner]
            y = y[later if following[1] else sooner]
        return x, y

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
    return short(name)
