"""State variables against time, in a window that moves along."""

from typing import Any

from widgets.live.decimation import min_max_rows
from widgets.live.live_run import LiveRun
from widgets.live.pacing import speed_to_show
from widgets.views.ranges import FirstFits, GrowingRange
from widgets.views.screen import Frame
from widgets.views.view import View, button, calm_extent, extent, floats

MOST_TOGGLES = 8
"""Most variables that have a button each; of more, those that are hidden are in a list."""

LABELLED = 4
"""Most variables that the vertical axis names."""

MORE = "show another"
"""The list of hidden variables."""


class TimeSeries(View):
    """Draw chosen variables over the latest stretch of time.

    Parameters
    ----------
    live : LiveRun
        What is watched.
    """

    kind = "time_series"
    caption = "Time series"

    def __init__(self, live: LiveRun) -> None:
        self._range = GrowingRange()
        self._fits = FirstFits()
        self._generation = -1
        self.window = 20.0
        self.variables: tuple[str, ...] = ()
        super().__init__(live, title="Time series", zoom_x=False)
        self._take_model()

    def show(self, *variables: str) -> None:
        """Choose the variables to be drawn."""
        self.variables = tuple(name for name in self._names() if name in variables)
        self._range.forget()
        self._dress()
        self.redraw()

    def set_window(self, length: float) -> None:
        """Choose how much time, in the model's units or iterations, is to be seen.

        It is at most what the rows kept can hold; what is not positive changes nothing.
        """
        longest = self._longest()
        self.window = min(length, longest) if length > 0.0 else self.window
        self._dress()
        self.redraw()

    def _longest(self) -> float:
        """Return how much time the rows that are kept can hold."""
        return self.live.ring.capacity * self.live.row_dt

    def fit(self) -> None:
        """Fit the vertical axis to what is to be seen now."""
        self._range.forget()
        self.redraw()

    def take_model(self) -> None:
        """Show the model's states, or what it suggests, over its usual pace of watching."""
        model = self.live.model
        sim = model.spec.sim
        self.window = 10.0 * speed_to_show(sim.t_end - sim.t0)
        axes = model.spec.meta.axes
        suggested = tuple(name for name in self._names() if name in axes)
        meant = "t" in axes or all(name.startswith("aux.") for name in suggested)
        self.variables = suggested if suggested and meant else model.state_names[:6]
        self._dress()

    def _names(self) -> tuple[str, ...]:
        model = self.live.model
        return (*model.state_names, *(f"aux.{name}" for name in model.aux_names))

    def _dress(self) -> None:
        names = self._names()
        toggles = [
            {
                "kind": "toggle",
                "name": name,
                "caption": name.removeprefix("aux."),
                "label": f"Show {name.removeprefix('aux.')}",
                "value": name in self.variables,
                "color": place,
            }
            for place, name in enumerate(names)
            if name in self.variables or len(names) <= MOST_TOGGLES
        ]
        if len(names) > MOST_TOGGLES:
            hidden = [[n, n.removeprefix("aux.")] for n in names if n not in self.variables]
            more = {"kind": "select", "name": MORE, "caption": "", "label": "Show another variable"}
            toggles.append(more | {"value": "", "options": [["", "more"], *hidden]})
        window = {
            "kind": "number",
            "name": "window",
            "caption": "Window",
            "label": "Window length",
            "value": self.window,
            "min": 1e-6,
        }
        discrete = self.live.kind == "map"
        self.param.update(
            controls=[*toggles, window, button("fit", "Fit", "Fit time series")],
            x_label="iteration n" if discrete else "time t",
            y_label=_label(self.variables),
            description=f"Time series of {', '.join(self.variables) or 'nothing'}",
        )

    def use(self, control: str, value: Any) -> None:
        """Choose the window, fit, or show or hide a variable."""
        if control == "window":
            self.set_window(float(value))
        elif control == "fit":
            self.fit()
        else:
            chosen = set(self.variables) ^ {str(value) if control == MORE else control}
            self.show(*chosen)

    def draw(self, seen: Any) -> Frame | None:
        """Return the window as it is to be seen, thinned out to the pixels there are."""
        live = self.live
        moment = live.moment
        ring = moment.ring
        variables = self.variables
        if not moment.rows or not variables or not {*variables} <= {*ring.names}:
            # While a model is exchanged, its rows may come before it does.
            return None
        if moment.generation != self._generation:
            self._generation = moment.generation
            self._range.forget()
            self._fits.begin()
        # Where time runs down, what has been passed lies to the right.
        reach = -self.window if ring.backward else self.window
        far = moment.t - reach
        start = min(far, moment.t)
        first, t, y = ring.read(ring.first_since(far), moment.rows, variables)
        if not len(t):
            return None
        full = far <= live.start_t if ring.backward else far >= live.start_t
        fitting = self._fits.due(len(t), full=full)
        if moment.failed or fitting:
            # It runs out of the picture instead of shrinking what led to it to a line.
            self._range.forget()
        limits = self._range.include(*(calm_extent(y) if moment.failed else extent(y)))
        series = []
        for name, values in zip(variables, y, strict=True):
            rows = min_max_rows(values, self.columns, first)
            color = ring.names.index(name)
            series.append({"color": color, "x": floats(t[rows], start), "y": floats(values[rows])})
        left = max(far, live.start_t)
        if ring.backward:
            left = min(far, live.start_t) - self.window
        return {
            "x": [left, left + self.window],
            "y": list(limits),
            "origin": start,
            "curves": series,
            "points": live.kind == "map",
            "reset": False if seen == moment.generation else "all",
            "seen": moment.generation,
            "edits": moment.edits,
        }


def _label(names: tuple[str, ...]) -> str:
    """Write names beside an axis, of many the first few."""
    written = [name.removeprefix("aux.") for name in names]
    if len(written) > LABELLED:
        written = [*written[: LABELLED - 1], "…"]
    return ", ".join(written)
