"""Live plots in the browser, fed with no more pictures than it can paint."""

import pathlib
import threading
import time
from collections.abc import Callable, Mapping
from typing import Any

import numpy as np
import panel as pn
import param
from panel.io.state import set_curdoc

from widgets.live.refusal import REFUSALS
from widgets.views.arrangement import Arrangement, Source
from widgets.views.packing import Frame, packed, written

FRAMES_OUT = 2
"""How many pictures may be on their way to the browser, unpainted; an edit waits for them."""

CREDIT_S = 2.0
"""After how many seconds a picture that was not acknowledged is given up for lost."""

AWAY_S = 5.0
"""After how many seconds without an answer a page counts as closed or hidden."""

SCRIPTS = (
    *("screen.js", "style.js", "board.js", "dividers.js", "menus.js"),
    *("plot.js", "pointer.js", "keys.js", "controls.js", "table.js", "marks.js", "spoken.js"),
    *("palette.js", "axes.js", "curves.js", "trail.js", "image.js", "space.js", "raster.js"),
)
"""What draws, joined to one module."""

BOARD = ""
"""The place in `Screen.refused` of what the arrangement refuses."""

_HERE = pathlib.Path(__file__).parent


class Screen(pn.custom.JSComponent):
    """Show the views of an arrangement on canvases: axes, curves, images, orbits in space.

    All views travel in one message, as one array of numbers, for what costs is the number of
    messages.  The page says when it has painted a picture, and at most `FRAMES_OUT` pictures
    are under way, so a slow page or a tab in the background leaves no backlog.  A picture is
    made when it can be sent, of what is to be seen then, and only of views that can be seen: the
    page says which are scrolled out of sight or in a tab in the background.

    Parameters
    ----------
    board : Board or Alone
        What is shown, and where; the page changes nothing of it but by `take_order`.
    on_ready : callable, optional
        Called when a page has drawn itself and listens.
    attend : callable, optional
        ``attend(screen, watching)``: told when a page begins to answer, and when it no longer
        does, so that nothing need be computed for nobody.

    Notes
    -----
    A frame is a dict.  ``x``, ``y``: the axes' limits; ``origin``: what to add to the abscissae,
    which are 32-bit numbers; ``curves``: dicts of ``color`` (place in the palette), ``x``, ``y``;
    ``append``: the first curve is a piece to be added to a trail of the latest ``keep`` points;
    ``points``: draw points instead of lines; ``words``: a value said in the head; ``notice``: a
    sentence in place of curves; ``reset``: True drops the trail, ``"all"`` also the reader's zoom;
    ``edits``: how many edits the picture shows; ``seen``: what the view wants to be told when it
    draws the next one.

    A curve may further have ``style``: "line", "points", "bars" (edges ``x`` (n + 1,), heights
    ``y`` of which the last is not drawn), "segments" (consecutive pairs), "band" (from ``y`` up to
    ``z``) or "ticks" (short upright marks); ``z`` of a curve in space; ``label``, which makes a
    legend; ``alpha``; ``width``; and as ``color`` also "axis", "faint", "trail" or "marker".  After
    the trail's piece there may be curves that are drawn whole.

    A frame may further have ``image`` (dict of ``values`` (height · width,) from 0 to 1, the lowest
    row first, nan where nothing is, ``width``, ``height`` and the limits ``x``, ``y``); ``space``:
    True draws in space, with limits ``z``; ``lines``: dicts of ``axis``, ``at``, ``words``;
    ``table``: rows of label and text, in place of a picture; ``rows``: names that stand at 1, 2, …
    of the upright axis in place of numbers; ``moves``: True where a zoom moves along with the
    limits of x; ``log``: the axes that are
    logarithmic; ``equal``: True gives both axes one scale; ``marks``: dicts of ``t``, ``until``,
    ``words`` under a time axis; ``kick``: which
    states the axes ``x`` and ``y`` are, if any: the point that moves can then be dragged, and the
    view is told by ``use("kick", {state: value})``; ``equal``: True draws one unit as long upwards
    as along; ``time_axis``: True where x is the model's time: where the mouse points there, other
    pictures show the place that their views' `place_at` gives; ``cursor``: True has the view told
    that time by ``use("cursor", t)``, too, and None when nothing is pointed at.
    """

    views = param.Dict({}, doc="Title, labels and controls of each view, by pane.")
    layout = param.Dict({}, doc="Columns of panes, which one is alone to be seen, kinds to add.")
    refused = param.Dict({}, doc="What each pane's controls were refused, by name.")
    type_scale = param.Number(1.0, bounds=(0.5, 3.0), doc="Size of type and lines; 1 is usual.")

    _esm = "\n".join((_HERE / name).read_text("utf-8") for name in SCRIPTS)

    def __init__(
        self,
        board: Arrangement,
        *,
        on_ready: Callable[[], None] | None = None,
        attend: Callable[[Any, bool], None] | None = None,
        **params: Any,
    ) -> None:
        sizing = "stretch_width" if "height" in params else "stretch_both"
        super().__init__(**{"sizing_mode": sizing, **params})
        self._board = board
        self._on_ready = on_ready
        self._attend = attend
        self._watched = False
        self._asked_at: float | None = None
        self._panes: dict[str, Source] = {}
        self._watchers: dict[str, list[Any]] = {}
        # Panes that the page has opened, and what their views want to be told they have drawn.
        self._seen: dict[str, Any] = {}
        self._in_sight: dict[str, bool] = {}
        self._following: set[str] = set()
        self._lock = threading.Lock()
        self._sent = self._painted = 0
        self._first = 1
        self._sent_at = 0.0
        self._open = self._news = False
        self._arrange()
        board.param.watch(self._arrange, "version")

    def refresh(self, *events: Any) -> None:
        """Have a picture made and sent as soon as the page can take one; from any thread."""
        self._news = True
        self._send()
        asked_at = self._asked_at
        if asked_at is not None and time.monotonic() - asked_at > AWAY_S:
            self._note(watched=False)

    def _note(self, *, watched: bool) -> None:
        if watched != self._watched and self._attend is not None:
            self._attend(self, watched)
        self._watched = watched

    def _arrange(self, *events: Any) -> None:
        """Show the panes that there are now, at their places; the others are not touched."""
        panes = dict(self._board.panes)
        with self._lock:
            for pane, source in [*self._panes.items()]:
                if panes.get(pane) is source:
                    continue
                for watcher in self._watchers.pop(pane):
                    source.param.unwatch(watcher)
                self._seen.pop(pane, None)
                self._following.discard(pane)
            added = {pane: view for pane, view in panes.items() if pane not in self._watchers}
            self._panes = panes
        for pane, source in added.items():
            self._watchers[pane] = [
                source.param.watch(self._dress, list(source.face())),
                source.param.watch(self.refresh, "version"),
            ]
        gone = {BOARD, *panes}
        self.param.update(
            views={pane: source.face() for pane, source in panes.items()},
            layout=self._board.layout(),
            refused={pane: said for pane, said in self.refused.items() if pane in gone},
        )
        self._show()

    def _show(self) -> None:
        """Tell the views which of them can be seen."""
        alone = self._board.maximised
        for pane, source in self._panes.items():
            shown = self._in_sight.get(pane, True) and alone in ("", pane)
            if source.shown != shown:
                source.shown = shown

    def _dress(self, *events: Any) -> None:
        self.views = {pane: source.face() for pane, source in self._panes.items()}

    def _process_bokeh_event(self, doc: Any, event: Any) -> None:
        """Take a message without noting that the page is busy: that costs more than the message."""
        with set_curdoc(doc):
            self._process_event(event)

    def _handle_msg(self, data: Any) -> None:
        self._asked_at = None
        self._note(watched=True)
        if "painted" in data:
            self._painted = max(self._painted, int(data["painted"]))
            if self._news:
                # What came while no picture could be sent: a run that rests has no other news.
                self._send()
            return
        if "panes" in data:
            self._look(data["panes"], bool(data.get("ready", False)))
        if not data.get("visible", True):
            # A page that nobody sees is asked for nothing; soon it counts as away.
            self._asked_at = time.monotonic()
        if "ready" in data and self._on_ready is not None:
            self._on_ready()
        if "control" in data:
            self._use(str(data["view"]), str(data["control"]), data["value"])
        if "order" in data:
            self._take_order(data["order"])
        if "cursor" in data:
            self._point(data["cursor"])
        self.refresh()

    def _look(self, panes: Mapping[str, Mapping[str, Any]], ready: bool) -> None:
        """Note which panes the page shows, how wide, and which of them are in sight."""
        with self._lock:
            if ready:
                self._open = True
                self._painted = self._sent
                self._first = self._sent + 1
                self._seen.clear()
            for pane, told in panes.items():
                source = self._panes.get(pane)
                if source is None:
                    continue
                source.columns = int(told["width"]) or source.columns
                self._in_sight[pane] = bool(told["shown"])
                if told.get("opened", ready):
                    self._seen[pane] = None
        self._show()

    def _point(self, t: float | None) -> None:
        """Tell the page where the orbit was at the time pointed at, and the views that ask."""
        for pane in [*self._following]:
            self._use(pane, "cursor", t)
        places: dict[str, list[float] | None] = {}
        if t is not None:
            shown = {pane: source for pane, source in self._panes.items() if source.shown}
            places = {pane: source.place_at(float(t)) for pane, source in shown.items()}
        found = {pane: p for pane, p in places.items() if p and np.all(np.isfinite(p))}
        self._send_msg({"cursor": t, "places": found})

    def _use(self, pane: str, control: str, value: Any) -> None:
        """Have a view act, and say at the control what it has against it."""
        source = self._panes.get(pane)
        if source is not None:
            self._ask(pane, control, value, lambda: source.use(control, value))

    def _take_order(self, order: Mapping[str, Any]) -> None:
        """Have the arrangement changed, and say what it has against it."""
        self._ask(BOARD, "order", None, lambda: self._board.take_order(order))

    def _ask(self, pane: str, control: str, value: Any, act: Callable[[], None]) -> None:
        refusal = None
        try:
            act()
        except REFUSALS as error:
            refusal = {"words": str(error), "value": value}
        before = self.refused.get(pane, {})
        after = {name: said for name, said in before.items() if name != control}
        if refusal is not None:
            after[control] = refusal
        if after != before:
            self.refused = {**self.refused, pane: after}

    def _send(self) -> None:
        with self._lock:
            if not (self._open and self._news and self._has_credit()):
                return
            self._news = False
            frames: dict[str, Frame] | None = None
            try:
                frames = self._draw()
            finally:
                if frames is None:
                    self._news = True
            if not frames:
                return
            self._sent += 1
            self._sent_at = time.monotonic()
            if self._asked_at is None:
                self._asked_at = self._sent_at
            for pane, frame in frames.items():
                self._seen[pane] = frame["seen"]
                if frame.get("cursor"):
                    self._following.add(pane)
                else:
                    self._following.discard(pane)
            self._send_msg({"seq": self._sent, "first": self._first, **packed(frames)})

    def _send_msg(self, data: dict[str, Any]) -> None:
        """Send a message, a picture's frames as text."""
        if "frames" in data:
            data = {**data, "frames": written(data["frames"])}
        super()._send_msg(data)

    def _draw(self) -> dict[str, Frame]:
        """Return the frames of the views that can be seen and have something new."""
        frames = {}
        for pane, seen in self._seen.items():
            source = self._panes[pane]
            frame = source.draw(seen) if source.shown else None
            if frame is not None:
                frames[pane] = frame
        return frames

    def _has_credit(self) -> bool:
        if self._sent - self._painted >= FRAMES_OUT:
            if time.monotonic() - self._sent_at < CREDIT_S:
                return False
            self._painted = self._sent - FRAMES_OUT + 1
        return True
