"""What the observers have measured so far, as numbers."""

import time
import weakref
from collections.abc import Mapping
from functools import partial
from typing import Any

import numpy as np

from widgets.live import words
from widgets.live.live_run import LiveRun
from widgets.views.gathered import absent
from widgets.views.screen import Frame
from widgets.views.view import View, button

PERIOD_S = 0.25
"""Seconds between two readings: people read slowly."""

WRITTEN = 6
"""Most numbers of an array that are written out."""

Results = Mapping[str, Mapping[str, Any]]


class ObserverNumbers(View):
    """Show the present results of every observer in a table.

    Parameters
    ----------
    live : LiveRun
        What is watched.
    """

    kind = "observer_numbers"
    caption = "Observers' numbers"

    def __init__(self, live: LiveRun) -> None:
        self._results: Results = {}
        self._asked: Any = None
        self._read_at = -PERIOD_S
        super().__init__(
            live,
            title="Observers' numbers",
            description="What the observers have measured so far",
            zoom_x=False,
            controls=[button("restart", "Restart", "Restart all observers")],
        )
        self._other_watchers = [
            live.param.watch(self._rest, "playing"),
            live.observing.param.watch(self._rest, ["chosen", "messages"]),
        ]

    def close(self) -> None:
        """Let go of the run."""
        self.live.param.unwatch(self._other_watchers[0])
        self.live.observing.param.unwatch(self._other_watchers[1])
        super().close()

    def take_model(self) -> None:
        """Forget the numbers of another model."""
        self._results = {}
        self._asked = None

    def use(self, control: str, value: Any) -> None:
        """Measure everything anew."""
        self.live.observing.restart()
        self._asked = None
        self.redraw()

    def take_results(self, results: Results) -> None:
        """Show these results from now on."""
        self._results = results
        self.redraw()

    def draw(self, seen: Any) -> Frame | None:
        """Return the table, and have newer numbers read."""
        moment, now = self.live.moment, time.monotonic()
        asked = (moment.generation, moment.n_steps, moment.edits, len(self.live.observing.chosen))
        due = now - self._read_at >= PERIOD_S or not self.live.playing
        if asked != self._asked and due:
            self._asked, self._read_at = asked, now
            self.live.work(f"results {id(self)}", partial(_read, weakref.ref(self)))
        if seen == self.version:
            return None
        told, rows = self.version, self._rows()
        frame = absent("" if rows else self._nothing(), "" if rows else "nothing is measured")
        if rows:
            frame["table"] = rows
        return frame | {"reset": False, "edits": moment.edits, "seen": told}

    def _rest(self, *events: Any) -> None:
        self._asked = None
        self.redraw()

    def _nothing(self) -> str:
        return self.live.unmeasured or "nothing is measured: choose something under Observers"

    def _rows(self) -> list[list[str]]:
        rows = []
        started = self.live.measuring.started
        refusals = self.live.measuring.refusals
        for chosen in self.live.observing.chosen:
            key, title = chosen.key, self.live.observing.title(chosen.key)
            if key in self._results:
                since = words.instant(started[key]) if key in started else "the start"
                rows.append([title, f"since {self._clock()}{since}"])
                found = self._results[key].items()
                rows += [[f"{key} · {name.replace('_', ' ')}", written(v)] for name, v in found]
            elif key in refusals:
                rows.append([title, f"not measured: {refusals[key]}"])
            else:
                rows.append([title, "being prepared"])
        return rows

    def _clock(self) -> str:
        return "iteration " if self.live.kind == "map" else "t = "


def written(value: Any) -> str:
    """Write a result, of a long array its ends and its extent."""
    array = np.asarray(value, dtype=np.float64)
    if array.ndim == 0:
        return words.number(float(array))
    shape = " × ".join(f"{length:,}" for length in array.shape)
    flat = array.ravel()
    if len(flat) <= WRITTEN:
        return ", ".join(words.number(one) for one in flat.tolist())
    finite = flat[np.isfinite(flat)]
    if not len(finite):
        return f"{shape} values, none of them a number yet"
    low, high = words.number(float(finite.min())), words.number(float(finite.max()))
    return f"{shape} values from {low} to {high}, sum {words.number(float(finite.sum()))}"


def _read(reference: "weakref.ref[ObserverNumbers]") -> None:
    view = reference()
    if view is not None:
        view.live.deliver(partial(view.take_results, view.live.results()))
