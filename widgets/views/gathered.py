"""A view of what is gathered from every row of an orbit."""

import time
import weakref
from abc import abstractmethod
from functools import partial
from typing import Any

from widgets.live import words
from widgets.live.gathering import Gatherer
from widgets.live.live_run import LiveRun
from widgets.live.moment import Moment
from widgets.views.expressions import still_valid
from widgets.views.head import recorded
from widgets.views.screen import Frame
from widgets.views.view import View

PERIOD_S = 0.2
"""Seconds between two pictures while a run moves: what is gathered changes slowly."""


class Gathered(View):
    """Show what a gatherer keeps, a few times a second.

    To add one, give `picture` besides what a `View` needs, and call `choose` for other texts.

    Parameters
    ----------
    live : LiveRun
        What is watched.
    gatherer : Gatherer
        What hears of its rows.
    """

    def __init__(self, live: LiveRun, gatherer: Gatherer, **params: Any) -> None:
        self._gatherer = gatherer
        self._generation = -1
        self._turn = 0
        super().__init__(live, **params)
        self._resting = live.param.watch(self._rest, "playing")
        self.param.watch(self._show, "shown")
        self.listen(gatherer)
        self._take_model()
        self._fill()

    @abstractmethod
    def picture(self, moment: Moment) -> Frame:
        """Return limits, curves or an image, and words; the gatherer's lock is held."""

    def close(self) -> None:
        """Let go of the run."""
        self.live.param.unwatch(self._resting)
        super().close()

    def choose(self, *texts: str) -> None:
        """Gather other columns, from the rows that are kept on."""
        if texts != self._gatherer.texts:
            self._gatherer.restart(0, texts)
            self.begin_anew()

    def clear(self) -> None:
        """Gather from the next row on."""
        self._gatherer.restart(self.live.ring.total)
        self.begin_anew()

    def begin_anew(self) -> None:
        """Have the rows that are kept gathered, and draw a picture that is not like the last."""
        self._turn += 1
        self._fill()
        self.redraw()

    def kept_texts(self, texts: tuple[str, ...]) -> tuple[str, ...]:
        """Return texts that have a meaning in the present model, else its first variables."""
        if texts and still_valid(self.live, texts):
            return texts
        names = recorded(self.live)
        return tuple(names[min(place, len(names) - 1)] for place in range(max(len(texts), 1)))

    def draw(self, seen: Any) -> Frame | None:
        """Return a picture of what has been gathered by now."""
        if self.live.model is None:
            return None
        moment, now = self.live.moment, time.monotonic()
        if moment.generation != self._generation:
            self._generation = moment.generation
            self._fill()
        gatherer = self._gatherer
        view = (moment.generation, self._turn)
        state = (view, self.version, gatherer.count, self.measured())
        if seen is not None and seen[0][:2] == state[:2]:
            recent = now - seen[1] < PERIOD_S and self.live.playing
            if recent or seen[0] == state:
                return None
        with gatherer.lock:
            if gatherer.trouble and not gatherer.count:
                frame = absent(f"{gatherer.trouble}")
            else:
                frame = self.picture(moment)
        same = seen is not None and seen[0][0] == view
        frame |= {"reset": False if same else "all", "edits": moment.edits, "seen": (state, now)}
        return frame

    def measured(self) -> Any:
        """Return what else than rows makes another picture."""
        return None

    def heard(self) -> str:
        """Say how many rows there are since when."""
        gatherer = self._gatherer
        if not gatherer.count:
            return "no points yet"
        since = gatherer.since
        if self.live.kind == "map":
            return f"{gatherer.count:,} points since iteration {since:,.0f}"
        return f"{gatherer.count:,} points since t = {words.instant(since)}"

    def _fill(self) -> None:
        fill = partial(_fill, self._gatherer, weakref.ref(self))
        self.live.work(f"gather {id(self._gatherer)}", fill)

    def _rest(self, *events: Any) -> None:
        if not self.live.playing:
            self.redraw()

    def _show(self, *events: Any) -> None:
        if self.shown:
            self.begin_anew()


def _fill(gatherer: Gatherer, view: "weakref.ref[Gathered]") -> None:
    before = gatherer.count
    gatherer.catch_up()
    shown = view()
    if shown is not None and gatherer.count != before:
        shown.live.deliver(shown.redraw)


def absent(notice: str, words: str = "") -> Frame:
    """Return a frame without curves that says why."""
    return {
        "x": [0.0, 1.0],
        "y": [0.0, 1.0],
        "origin": 0.0,
        "curves": [],
        "words": words,
        "notice": f"{notice[:1].upper()}{notice[1:].rstrip('.')}." if notice else "",
    }
