"""Live plots in the browser, fed with no more pictures than it can paint."""

import pathlib
import threading
import time
from collections.abc import Callable, Sequence
from typing import Any, Protocol

import numpy as np
import panel as pn
import param

FRAMES_OUT = 3
"""How many pictures may be on their way to the browser, unpainted."""

CREDIT_S = 2.0
"""After how many seconds a picture that was not acknowledged is given up for lost."""

AWAY_S = 5.0
"""After how many seconds without an answer a page counts as closed or hidden."""

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
    """

    views = param.List([], doc="Title, labels and controls of each view.")
    layout = param.List([], doc="Grid of places.")

    _esm = "\n".join(
        (_HERE / name).read_text("utf-8") for name in ("screen.js", "plot.js", "drawing.js")
    )

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
            self._sources[data["view"]].use(str(data["control"]), data["value"])
        self.refresh()

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
            self._send_msg({"seq": self._sent, **packed(frames)})

    def _has_credit(self) -> bool:
        if self._sent - self._painted >= FRAMES_OUT:
            if time.monotonic() - self._sent_at < CREDIT_S:
                return False
            self._painted = self._sent - FRAMES_OUT + 1
        return True


def packed(frames: Sequence[Frame | None]) -> dict[str, Any]:
    """Put all the numbers of some frames into one array, in the order of their curves."""
    pieces, heads = [], []
    for frame in frames:
        if frame is None:
            heads.append(None)
            continue
        pieces += [curve[axis] for curve in frame["curves"] for axis in ("x", "y")]
        curves = [{"color": c.get("color", 0), "count": len(c["x"])} for c in frame["curves"]]
        defaults = {"append": False, "keep": 0, "points": False, "reset": False}
        defaults |= {"words": "", "notice": ""}
        heads.append(
            {k: v for k, v in (defaults | frame).items() if k != "seen"} | {"curves": curves}
        )
    numbers = np.concatenate(pieces) if pieces else np.empty(0, np.float32)
    return {"frames": heads, "numbers": numbers}
