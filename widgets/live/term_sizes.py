"""How large each term of the equations is where the orbit is: what the typeset equations show."""

import math
import threading
import time
import weakref
from collections.abc import Callable, Mapping, Sequence
from functools import partial
from typing import Any

import numpy as np

import engine
from widgets.live.live_run import LiveRun
from widgets.live.worker import Worker

EVERY_S = 0.1
"""Seconds between two measurements, while somebody looks."""

SHARE = 0.05
"""Largest share of a processor that measuring takes: of large models it is done less often."""

MOST_ROWS = 40
"""Most equations that are typeset and measured; of a lattice they are all alike."""

Row = dict[str, Any]
Sizes = list[list[float | None]]


class TermSizes:
    """Typeset the equations of a live run and measure their terms, on a thread of its own.

    Parameters
    ----------
    live : LiveRun
        What is measured.
    show_rows : callable
        ``show_rows(rows, left_out, events)``: the equations of a new model, dicts with kind, name,
        left, terms (sign, latex, text) and noise; how many are left out; and condition and
        assignments of each event.
    show_sizes : callable
        ``show_sizes(sizes)``: for each row a number for each term, None where it has none.
    """

    def __init__(
        self,
        live: LiveRun,
        show_rows: Callable[[list[Row], int, list[Any]], None],
        show_sizes: Callable[[Sizes], None],
    ) -> None:
        self._live = live
        self._show_rows = weakref.WeakMethod(show_rows)
        self._show_sizes = weakref.WeakMethod(show_sizes)
        self._worker = Worker(_nothing_else, name="phasescope-terms")
        self._rows: Sequence[engine.model.EquationRow] = ()
        self._watched = False
        self._pending = False
        self._next = 0.0
        self._pause = threading.Event()
        live.param.watch(self._take_model, ["model"])
        live.param.watch(self._ask, ["parameters"])
        live.subscribe(self._ask)
        self._take_model()

    def watch(self, watched: bool) -> None:
        """Measure from now on, or rest: the equations are to be seen, or they are not."""
        self._watched = watched
        self._ask()

    def settle(self, timeout: float = 5.0) -> bool:
        """Wait until everything asked for is measured; return False at the timeout (seconds)."""
        return self._worker.settle(timeout)

    def close(self) -> None:
        """Stop measuring."""
        self._pause.set()
        self._worker.close()

    def _take_model(self, *events: Any) -> None:
        model = self._live.model
        if model is not None:
            self._worker.post("rows", partial(self._typeset, model))
            self._ask()

    def _ask(self, *events: Any) -> None:
        if self._watched and not self._pending and self._live.model is not None:
            self._pending = True
            self._worker.post("sizes", self._measure)

    # On its own thread

    def _typeset(self, model: engine.Model) -> None:
        rows = model.equation_rows(link=True)
        self._rows = rows[:MOST_ROWS]
        shown = [_row(row) for row in self._rows]
        events = [[condition, list(then)] for condition, then in model.latex_events(link=True)]
        self._tell(self._show_rows, shown, len(rows) - len(shown), events[:MOST_ROWS])

    def _measure(self) -> None:
        self._pause.wait(max(0.0, self._next - time.monotonic()))
        self._pending = False
        began = time.monotonic()
        moment, params = self._live.moment, self._live.parameters
        if moment.values:
            sizes = [_sizes(row, moment.t, moment.values, params) for row in self._rows]
            self._tell(self._show_sizes, sizes)
        took = time.monotonic() - began
        self._next = began + max(EVERY_S, took / SHARE)

    def _tell(self, method: "weakref.WeakMethod[Callable[..., None]]", *news: Any) -> None:
        show = method()
        if show is not None:
            self._live.deliver(partial(show, *news))


def _row(row: engine.model.EquationRow) -> Row:
    terms = [{"sign": t.sign, "latex": t.latex, "text": t.text} for t in row.terms]
    return {
        "kind": row.kind, "name": row.name, "left": row.left, "terms": terms, "noise": row.noise,
    }  # fmt: skip


def _sizes(
    row: engine.model.EquationRow,
    t: float,
    values: Mapping[str, float],
    params: Mapping[str, float],
) -> list[float | None]:
    """Return the terms of an equation; of a definition, which is no sum of rates, nothing."""
    if row.kind != "state":
        return [None] * len(row.terms)
    sizes: list[float | None] = []
    for term in row.terms:
        value = math.nan
        seen = term.observable
        if (
            seen is not None
            and params.keys() >= set(seen.params)
            and values.keys() >= set(seen.states)
        ):
            states = {name: np.array([values[name]]) for name in seen.states}
            value = float(seen(np.array([t]), states, params)[0])
        sizes.append(value if math.isfinite(value) else None)
    return sizes


def _nothing_else() -> bool:
    """Have the thread wait for the next wish."""
    return False
