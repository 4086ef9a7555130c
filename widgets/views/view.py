"""What a live plot shows, apart from the page that shows it."""

from abc import abstractmethod
from collections.abc import Mapping
from typing import Any, ClassVar

import numpy as np
import numpy.typing as npt
import panel as pn
import param

from widgets.live.listener import Listener
from widgets.live.live_run import LiveRun
from widgets.views.arrangement import Alone
from widgets.views.packing import Frame
from widgets.views.ranges import Limits
from widgets.views.screen import Screen

FARTHEST = 1e30
"""Largest number sent to a page."""


class View(pn.viewable.Viewer):
    """Turn what a live run remembers into frames, and say what the plot's head offers.

    To add a view, write a file with a subclass that gives the class attributes, `draw`, `use`,
    `take_model`, `settings` and `take_settings`, fills in the parameters below, and name it in
    `widgets.views.kinds`; the contract tests show every kind that is named there.  It can be shown
    alone, as the last expression of a notebook's cell, or by a `Screen` together with others.

    Parameters
    ----------
    live : LiveRun
        What is watched.

    Attributes
    ----------
    kind : str
        The name under which documents know it.
    caption : str
        What the menu of views calls it.
    listener : Listener or None
        What hears of every row while the view is shown, for pictures of more rows than are kept.
    """

    kind: ClassVar[str] = ""
    caption: ClassVar[str] = ""

    title = param.String("", doc="Heading.")
    description = param.String("", doc="Accessible name of the picture.")
    x_label = param.String("", doc="Label of the horizontal axis.")
    y_label = param.String("", doc="Label of the vertical axis.")
    z_label = param.String("", doc="Label of the axis that stands upright in space.")
    zoom_x = param.Boolean(True, doc="The reader may zoom and shift the horizontal axis.")
    controls = param.List([], doc="Controls in the head: dicts of kind, name, label, value, ….")
    version = param.Integer(0, doc="Grows when the picture has to be drawn afresh.")
    shown = param.Boolean(True, doc="Somebody can see it; one that is hidden costs nothing.")

    def __init__(self, live: LiveRun, **params: Any) -> None:
        self.listener: Listener | None = None
        self._past = False
        super().__init__(**params)
        self.live = live
        self.columns = 600
        self._watching = live.param.watch(self._take_model, "model")

    def __panel__(self) -> Screen:
        screen = Screen(Alone(self), height=360, attend=self.live.attend)
        self.live.subscribe(screen.refresh)
        return screen

    @classmethod
    def misfit(cls, live: LiveRun) -> str:
        """Return why the view does not suit the present model, in words; empty where it does."""
        return ""

    @abstractmethod
    def draw(self, seen: Any) -> Frame | None:
        """Return a frame for a page that has already `seen` another one; None for no change.

        `seen` is the entry ``seen`` of the last frame the page was sent, None before the first.
        """

    def use(self, control: str, value: Any) -> None:
        """Do what a control of the head, by its name, stands for: fit, clear, or take a setting.

        Raises
        ------
        engine.PhasescopeError, ValueError
            The value is not valid; what it says is shown at the control.
        """
        if control == "fit":
            self.fit()
        elif control == "clear":
            self.clear()
        else:
            self.take_settings({control: value})

    def fit(self) -> None:
        """Fit the axes to what is to be seen now."""
        self.redraw()

    def clear(self) -> None:
        """Forget what has been gathered."""
        self.redraw()

    @abstractmethod
    def take_model(self) -> None:
        """Adapt to the model that is now loaded; what still has a meaning stays as it was set."""

    def place_at(self, t: float) -> list[float] | None:
        """Return where in the picture the orbit was at a time; None where that has no meaning.

        A page asks for it when that time is pointed at in another picture.
        """
        return None

    def settings(self) -> dict[str, Any]:
        """Return what the reader has set, as plain numbers, texts, lists and dicts."""
        return {}

    def take_settings(self, settings: Mapping[str, Any]) -> None:
        """Take over what `settings` has returned, from another view or a document.

        Raises
        ------
        engine.PhasescopeError, ValueError
            A value is not valid; the view is as before.
        """

    def face(self) -> dict[str, Any]:
        """Return what the page needs to know besides frames."""
        names = ("title", "description", "x_label", "y_label", "z_label", "zoom_x", "controls")
        return {name: getattr(self, name) for name in names}

    def listen(self, listener: Listener, *, past: bool = False) -> None:
        """Have a listener, in place of one before, hear of every row while the view is shown.

        With `past` it hears first of the rows that are still kept.
        """
        if self.listener is not None:
            self.live.unlisten(self.listener)
        self.listener, self._past = listener, past
        if self.shown:
            self.live.listen(listener, past=past)

    def close(self) -> None:
        """Let go of the run."""
        self.live.param.unwatch(self._watching)
        if self.listener is not None:
            self.live.unlisten(self.listener)

    @param.depends("shown", watch=True)
    def _attend(self) -> None:
        if self.listener is not None and self.shown:
            self.live.listen(self.listener, past=self._past)
        elif self.listener is not None:
            self.live.unlisten(self.listener)
        if self.shown:
            self.redraw()

    def redraw(self) -> None:
        """Have the picture drawn afresh."""
        self.version += 1

    def _take_model(self, *events: Any) -> None:
        if self.live.model is not None:
            self.take_model()
            self.redraw()


def button(name: str, caption: str, label: str) -> dict[str, Any]:
    """Describe a button of a plot's head."""
    return {"kind": "button", "name": name, "caption": caption, "label": label}


def floats(values: npt.NDArray[np.float64], origin: float = 0.0) -> npt.NDArray[np.float32]:
    """Return values, less `origin`, as the 32-bit numbers a page draws from.

    What is too large for them, as in a blow-up, is drawn as far away as they go.
    """
    return np.clip(values - origin, -FARTHEST, FARTHEST).astype(np.float32)


def extent(values: npt.NDArray[np.float64]) -> Limits:
    """Return the smallest and the largest finite value; nan where there is none."""
    finite = values[np.isfinite(values)]
    if not len(finite):
        return np.nan, np.nan
    return float(finite.min()), float(finite.max())


def calm_extent(values: npt.NDArray[np.float64]) -> Limits:
    """Return the extent of a curve without the end on which it blew up.

    What is ten times as large as three quarters of the curve ever were counts as that end.
    """
    finite = values[np.isfinite(values)]
    if not len(finite):
        return np.nan, np.nan
    return extent(finite[np.abs(finite) <= 10.0 * np.quantile(np.abs(finite), 0.75)])
