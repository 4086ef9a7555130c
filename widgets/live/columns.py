"""Columns of rows: what was recorded, and expressions of it."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from functools import lru_cache
from itertools import pairwise
from typing import Any

import numpy as np
import numpy.typing as npt

import engine
from widgets.live.ring import Ring
from widgets.live.timeline import Timeline

Array = npt.NDArray[np.float64]

TIME = "t"


@lru_cache(maxsize=256)
def observable(model: engine.Model, text: str) -> engine.model.Observable:
    """Return an expression of a model's variables.

    Raises
    ------
    engine.ExpressionError
        It is none.
    """
    return model.observable(text, f"“{text}”")


@dataclass(frozen=True, kw_only=True)
class Piece:
    """Hold rows that a run has just recorded, for a listener.

    Attributes
    ----------
    model : engine.Model
    names : tuple of str
        What the columns of `y` hold.
    t : array (rows,)
    y : array (rows, k)
    params : mapping of str to float
        The parameters in force at these rows; of rows from the past arrays (rows,) where they
        have changed.
    first : int
        How many rows came before, since the orbit began or was taken back.
    backward : bool
        Whether time runs down along them.
    kicked : bool
        The state has been set since the row before: the orbit does not lead from there to here.
    traces : mapping
        What the observers left meanwhile: by observer, then by column, ``t`` among them.
    events : mapping
        What the events logged meanwhile, by event.
    """

    model: engine.Model
    names: tuple[str, ...]
    t: Array
    y: Array
    params: Mapping[str, Any]
    first: int
    backward: bool = False
    kicked: bool = False
    traces: Mapping[str, Any] = field(default_factory=dict)
    events: Mapping[str, Any] = field(default_factory=dict)

    def column(self, text: str) -> Array:
        """Return a recorded variable, the time, or an expression at these rows, (rows,)."""
        y = self.y.T
        return _column(self.model, self.names, text, self.t, y, lambda names: self.params)


def evaluated(piece: Piece, name: str) -> Array:
    """Return an aux at a piece's rows from its equation, whatever has been recorded."""
    states = [k for k, other in enumerate(piece.names) if not other.startswith("aux.")]
    names = tuple(piece.names[k] for k in states)
    return replace(piece, names=names, y=piece.y[:, states]).column(name)


def kept_pieces(model: engine.Model, ring: Ring, timeline: Timeline) -> list[Piece]:
    """Return the rows that are kept, in one piece from each kick of the state to the next."""
    first, t, y = ring.read(0, ring.total)
    kicked = (*model.state_names, "state")
    marks = [mark.row for mark in timeline.marks if mark.control in kicked]
    kicks = sorted({row for row in marks if first < row < first + len(t)})
    pieces = []
    for start, stop in pairwise([first, *kicks, first + len(t)]):
        rows = slice(start - first, stop - first)
        pieces.append(
            Piece(
                model=model,
                names=ring.names,
                t=t[rows],
                y=y[:, rows].T,
                params=timeline.params(model.param_names, start, stop),
                first=start,
                kicked=start in kicks,
                backward=ring.backward,
            )
        )
    return pieces


def read_columns(
    model: engine.Model,
    ring: Ring,
    timeline: Timeline,
    texts: Sequence[str],
    first: int,
    stop: int,
) -> tuple[int, Array, Array]:
    """Read recorded variables and expressions of a ring's rows.

    Parameters
    ----------
    texts : sequence of str
        Recorded variables, ``"t"``, or expressions of states, aux, parameters and `t`; at rows
        before a parameter's change an expression has the value that it had then.
    first, stop : int
        Which rows, counted since the ring was cleared.

    Returns
    -------
    first : int
        The first row read: later than asked for when that one is no longer kept.
    t : array (rows,)
    y : array (columns, rows)

    Raises
    ------
    engine.ExpressionError
        One is neither.
    """
    if all(text in ring.names for text in texts):
        return ring.read(first, stop, texts)
    first, t, y = ring.read(first, stop)

    def params(names: Sequence[str]) -> Mapping[str, Any]:
        return timeline.params(names, first, first + len(t))

    columns = [_column(model, ring.names, text, t, y, params) for text in texts]
    return first, t, np.array(columns).reshape(len(texts), len(t))


def _column(
    model: engine.Model,
    names: tuple[str, ...],
    text: str,
    t: Array,
    y: Array,
    params: Callable[[Sequence[str]], Mapping[str, Any]],
) -> Array:
    if text in names:
        return y[names.index(text)]
    if text == TIME:
        return t
    made = observable(model, text.removeprefix("aux."))
    states = {name: y[names.index(name)] for name in made.states}
    return made(t, states, params(made.params))
