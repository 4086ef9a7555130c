"""Live plots in the browser, fed with no more pictures than it can paint."""

import pathlib
import threading
import time
from collections.abc import Callable, Mapping, Sequence
from types import MappingProxyType
from typing import Any, Protocol

import numpy as np
import panel as pn
import param

from widgets.live.refusal import REFUSALS

FRAMES_OUT = 3
"""How many pictures may be on their way to the browser, unpainted."""

CREDIT_S = 2.0
"""After how many seconds a picture that was not acknowledged is given up for lost."""

AWAY_S = 5.0
"""After how many seconds without an answer a page counts as closed or hidden."""

SCRIPTS = (
    *("screen.js", "plot.js", "pointer.js", "controls.js", "palette.js", "axes.js", "curves.js"),
    *("trail.js", "image.js", "space.js", "raster.js", "marks.js", "table.js"),
)
"""What draws, joined to one module."""

_HERE = pathlib.Path(__file__).parent

Frame = dict[str, Any]


class Source(Protocol):
    """What a screen needs of a view."""

    columns: int
    param: Any

    def draw(self, seen: Any) -> Frame | None:
        """Return the next frame."""
        ...

    def use(self, control: str, value: Any) -> None:
        """Do what a control stands for."""
        ...

    def face(self) -> dict[str, Any]:
        """Return title, labels and controls."""
        ...


class Screen(pn.custom.JSComponent):
    """Show views side by side on canvases: axes, lines, points, fading trails.

    All views travel in one message, as one array of numbers, for what costs is the number of
    messages.  The page says when it has painted a picture, and at most `FRAMES_OUT` pictures
    are under way, so a slow page or a tab in the background leaves no backlog.  A picture is
    made when it can be sent, of what is to be seen then.

    Parameters
    ----------
    sources : sequence of View
        What is shown.
    layout : sequence of sequences of int
        Rows of a grid, each naming the place in `sources` of what its cells show; equal
        neighbours are one cell.
    on_ready : callable, optional
        Called when a page has drawn itself and listens.
    attend : callable, optional
        ``attend(screen, watching)``: told when a page begins to answer, and when it no longer
        does, so that nothing need be computed for nobody.

    Notes
    -----
    A frame is a dict.  ``x``, ``y``: the axes' limits; ``origin``: what to add to the abscissae,
    which are 32-bit numbers; ``curves``: dicts of ``color`` (place in the palette), ``x``, ``y``;
    ``append``: the single curve is a piece to be added to a trail of the latest ``keep`` points;
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
    ``table``: rows of label and text, in place of a picture; ``log``: the axes that are
    logarithmic; ``marks``: dicts of ``t``, ``until``, ``words`` under a time axis; ``kick``: which
    states the axes ``x`` and ``y`` are, if any: the point that moves can then be dragged, and the
    view is told by ``use("kick", {state: value})``; ``time_axis``: True where x is the model's
    time; ``cursor``: True, or the place of the time pointed at: the view is told that time by
    ``use("cursor", t)``, and None when nothing is pointed at.
    """

    views = param.List([], doc="Title, labels and controls of each view.")
    layout = param.List([], doc="Grid of places.")
    refused = param.List([], doc="What each view's controls were refused, by name.")

    _esm = "\n".join((_HERE / name).read_text("utf-8") for name in SCRIPTS)

    def __init__(
        self,
        sources: Sequence[Source],
        layout: Sequence[Sequence[int]],
        *,
        on_ready: Callable[[], None] | None = None,
        attend: Callable[[Any, bool], None] | None = None,
        **params: Any,
    ) -> None:
        sizing = "stretch_width" if "height" in params else "stretch_both"
        super().__init__(
            views=[source.face() for source in sources],
            layout=[list(row) for row in layout],
            **{"sizing_mode": sizing, **params},
        )
        self._sources = list(sources)
        self._on_ready = on_ready
        self._attend = attend
        self._watched = False
        self._asked_at: float | None = None
        self._seen: list[Any] = [None] * len(self._sources)
        self._following = [False] * len(self._sources)
        self._lock = threading.Lock()
        self._sent = self._painted = 0
        self._sent_at = 0.0
        self._open = self._news = False
        for source in self._sources:
            source.param.watch(self._dress, list(source.face()))
            source.param.watch(self.refresh, "version")

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

    def _dress(self, *events: Any) -> None:
        self.views = [source.face() for source in self._sources]

    def _handle_msg(self, data: Any) -> None:
        self._asked_at = None
        self._note(watched=True)
        if "painted" in data:
            # The next picture is the worker's to send: from here it would have to wait for the
            # answer to this message.
            self._painted = max(self._painted, int(data["painted"]))
            return
        for source, width in zip(self._sources, data.get("widths", ()), strict=False):
            source.columns = int(width)
        if "ready" in data:
            with self._lock:
                self._open = True
                self._painted = self._sent
                self._seen = [None] * len(self._sources)
            if self._on_ready is not None:
                self._on_ready()
        if "control" in data:
            self._use(int(data["view"]), str(data["control"]), data["value"])
        if "cursor" in data:
            for place, following in enumerate(self._following):
                if following:
                    self._use(place, "cursor", data["cursor"])
        self.refresh()

    def _use(self, place: int, control: str, value: Any) -> None:
        """Have a view act, and say at the control what it has against it."""
        refused = {**(self.refused[place] if self.refused else {})}
        refused.pop(control, None)
        try:
            self._sources[place].use(control, value)
        except REFUSALS as error:
            refused[control] = {"words": str(error), "value": value}
        if refused != (self.refused[place] if self.refused else {}):
            everything = self.refused or [{} for _ in self._sources]
            self.refused = [*everything[:place], refused, *everything[place + 1 :]]

    def _send(self) -> None:
        with self._lock:
            if not (self._open and self._news and self._has_credit()):
                return
            self._news = False
            frames: list[Frame | None] | None = None
            try:
                frames = [
                    source.draw(seen)
                    for source, seen in zip(self._sources, self._seen, strict=True)
                ]
            finally:
                if frames is None:
                    self._news = True
            self._sent += 1
            self._sent_at = time.monotonic()
            if self._asked_at is None:
                self._asked_at = self._sent_at
            self._seen = [
                seen if frame is None else frame["seen"]
                for frame, seen in zip(frames, self._seen, strict=True)
            ]
            self._following = [
                following if frame is None else bool(frame.get("cursor"))
                for frame, following in zip(frames, self._following, strict=True)
            ]
            self._send_msg({"seq": self._sent, **packed(frames)})

    def _has_credit(self) -> bool:
        if self._sent - self._painted >= FRAMES_OUT:
            if time.monotonic() - self._sent_at < CREDIT_S:
                return False
            self._painted = self._sent - FRAMES_OUT + 1
        return True


DEFAULTS: Mapping[str, Any] = MappingProxyType(
    {
        **{"append": False, "keep": 0, "points": False, "reset": False, "origin": 0.0, "edits": 0},
        **{"words": "", "notice": "", "log": (), "lines": ()},
    }
)
"""What a frame need not say."""


def packed(frames: Sequence[Frame | None]) -> dict[str, Any]:
    """Put all the numbers of some frames into one array, in the order of their curves."""
    pieces: list[Any] = []
    heads: list[dict[str, Any] | None] = []
    for frame in frames:
        if frame is None:
            heads.append(None)
            continue
        head = {**DEFAULTS, **frame, "curves": [_packed_curve(c, pieces) for c in frame["curves"]]}
        head.pop("seen", None)
        head["log"], head["lines"] = list(head["log"]), list(head["lines"])
        if frame.get("image") is not None:
            image = dict(frame["image"])
            pieces.append(np.asarray(image.pop("values"), np.float32).ravel())
            head["image"] = image
        heads.append(head)
    numbers = np.concatenate(pieces) if pieces else np.empty(0, np.float32)
    return {"frames": heads, "numbers": numbers}


def _packed_curve(curve: Mapping[str, Any], pieces: list[Any]) -> dict[str, Any]:
    deep = curve.get("z") is not None
    pieces += [np.asarray(curve[axis], np.float32) for axis in ("x", "y", "z")[: 2 + deep]]
    head = {key: value for key, value in curve.items() if key not in ("x", "y", "z")}
    return {"color": 0, **head, "count": len(curve["x"]), "deep": deep}
