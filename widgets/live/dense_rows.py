"""What lies between the rows of an orbit."""

from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np
import numpy.typing as npt

from widgets.live.columns import TIME, Array, Piece, observable
from widgets.live.field import field

Places = npt.NDArray[np.intp]

JUMP = 0.5
"""Part of a change that the field does not account for, from which on it counts as a jump."""


class DenseRows:
    """Rows of a piece, after the last few of the piece before, and the orbit between them.

    Between the rows of a flow the states follow cubic Hermite interpolation from the vector field
    at both ends, of order 4 whatever the stepper (Hairer, Nørsett & Wanner, Solving ODEs I, II.6);
    with noise, or where the equations look back in time, straight lines.  Between the iterates
    of a map there is nothing.

    Parameters
    ----------
    piece : Piece
    before : DenseRows, optional
        The piece before.
    overlap : int
        How many of its rows come first.

    Attributes
    ----------
    joined : int
        How many rows come from the piece before.
    t : array (rows,)
    """

    def __init__(self, piece: Piece, before: "DenseRows | None" = None, overlap: int = 2) -> None:
        self.model, self.names = piece.model, piece.names
        t, y, params = piece.t, piece.y.T, dict(piece.params)
        self.joined = 0
        if before is not None and before.model is self.model and not piece.kicked and len(t):
            self.joined = min(overlap, len(before.t))
            t = np.concatenate([before.t[len(before.t) - self.joined :], t])
            y = np.concatenate([before.y[:, before.y.shape[1] - self.joined :], y], axis=1)
            for name, value in params.items():
                if np.ndim(value):
                    params[name] = np.concatenate([np.full(self.joined, value[0]), value])
        self.t, self.y, self._params = t, y, params
        self.flows = self.model.kind == "ode"
        smooth = self.flows and not self.model.noise
        self._field = field(self.model) if smooth else None

    def column(self, text: str) -> Array:
        """Return a recorded variable, the time or an expression at the rows."""
        if text in self.names:
            return self.y[self.names.index(text)]
        return self._value(text, self.t, self._states(slice(None)), self._params)

    def steps(self, rows: Places) -> "Steps":
        """Return the orbit from each of these rows to the one after it."""
        return Steps(self, rows)

    def _states(self, rows: Any) -> dict[str, Array]:
        return {name: self.y[self.names.index(name), rows] for name in self.model.state_names}

    def _params_at(self, rows: Places) -> dict[str, Any]:
        return {n: v[rows] if np.ndim(v) else v for n, v in self._params.items()}

    def _value(
        self, text: str, t: Array, states: Mapping[str, Array], params: Mapping[str, Any]
    ) -> Array:
        if text == TIME:
            return t
        return observable(self.model, text.removeprefix("aux."))(t, states, params)


class Steps:
    """The orbit from some rows, each to the one after it; see `DenseRows`."""

    def __init__(self, dense: DenseRows, rows: Places) -> None:
        self._dense = dense
        # From one row to the next, the parameters are those of the later one.
        self._params = dense._params_at(rows + 1)
        self.t = dense.t[rows]
        self.h = dense.t[rows + 1] - self.t
        self._from, self._to = dense._states(rows), dense._states(rows + 1)
        self._leaving: dict[str, Array] | None = None
        self._coming: dict[str, Array] = {}
        if dense._field is not None:
            field = dense._field.items()
            ends = self.t, self._from, self._params
            self._leaving = {name: rate(*ends) for name, rate in field}
            ends = self.t + self.h, self._to, self._params
            self._coming = {name: rate(*ends) for name, rate in field}

    def at(self, theta: Array, texts: Sequence[str]) -> Array:
        """Return expressions (texts, steps) at the part `theta` (steps,) of each step."""
        t = self.t + theta * self.h
        states = {name: self._state(name, theta) for name in self._from}
        dense = self._dense
        values = [dense._value(text, t, states, self._params) for text in texts]
        return np.array(values).reshape(len(texts), len(t))

    def _state(self, name: str, theta: Array) -> Array:
        y0, y1 = self._from[name], self._to[name]
        line = y0 + theta * (y1 - y0)
        if self._leaving is None:
            return line
        slopes = (theta - 1.0) * self._leaving[name] + theta * self._coming[name]
        return line + theta * (theta - 1.0) * ((1.0 - 2.0 * theta) * (y1 - y0) + self.h * slopes)

    @property
    def smooth(self) -> npt.NDArray[np.bool_]:
        """Tell of each step whether the field accounts for it: the state has not jumped.

        Only the actions of events make it jump.
        """
        smooth = np.ones(len(self.t), bool)
        if self._leaving is None or not self._dense.model.events.events:
            return smooth
        for name, rate in self._leaving.items():
            change = self._to[name] - self._from[name]
            due = 0.5 * self.h * (rate + self._coming[name])
            size = np.maximum(np.abs(change), 0.5 * self.h * (abs(rate) + abs(self._coming[name])))
            smooth &= ~(np.abs(change - due) > JUMP * size)
        return smooth
