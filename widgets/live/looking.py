"""What a view sees of a run's rows, also while models are exchanged."""

from collections.abc import Mapping, Sequence
from dataclasses import replace
from typing import Any

import engine
from widgets.live.columns import TIME, Array, observable, read_columns
from widgets.live.measuring import Measuring
from widgets.live.moment import Moment
from widgets.live.player import Player
from widgets.live.ring import History
from widgets.live.timeline import Timeline
from widgets.live.whole_run import Envelope


class Looking:
    """The part of `LiveRun` from which views read what is to be seen."""

    _player: Player
    model: Any

    @property
    def measuring(self) -> Measuring:
        """Return what is measured: the observers' curves, since when, and what is refused."""
        return self._player.measuring

    @property
    def traces(self) -> Mapping[str, History]:
        """Return the observers' curves by ``"observer.column"``."""
        return self._player.measuring.traces

    @property
    def unmeasured(self) -> str:
        """Return why nothing is measured along the orbit, in words; empty where something is."""
        return self._player.measuring.refused

    def results(self) -> dict[str, Mapping[str, Any]]:
        """Return the observers' results so far by observer; on the worker's thread (`work`)."""
        run = self._player.run
        return {} if run is None else {key: dict(one) for key, one in run.observers.items()}

    def look(
        self, moment: Moment, texts: Sequence[str], first: int, stop: int | None = None
    ) -> tuple[int, Array, Array] | None:
        """Read columns of a moment's rows from `first` on; None while a model is exchanged."""
        stop = moment.rows if stop is None else min(stop, moment.rows)
        return look(self.model, moment, self._player.timeline, texts, first, stop)

    def look_back(self, text: str) -> Envelope | None:
        """Read a text over the whole orbit; None while a model is exchanged."""
        try:
            return self._player.whole.read(self.model, text)
        except engine.ExpressionError:
            return None

    def row_at(self, moment: Moment, t: float) -> int | None:
        """Return the last row of a moment at or before a time; None where none is kept."""
        row = min(moment.ring.rows_until(t), moment.rows) - 1
        return row if row >= max(moment.rows - moment.ring.capacity, 0) else None

    def place_at(self, t: float, texts: Sequence[str]) -> list[float] | None:
        """Return what some columns are at a time, as `look` reads them; None where none is kept."""
        moment = self._player.moment
        row = self.row_at(moment, t)
        if row is None:
            return None
        looked = self.look(replace(moment, rows=row + 1), texts, row)
        if looked is None or looked[0] != row:
            return None
        return [float(values[-1]) for values in looked[2]]

    def knows(self, text: str) -> bool:
        """Tell whether a text is a variable of the model or an expression that can be read."""
        recorded = (*self.model.state_names, *(f"aux.{name}" for name in self.model.aux_names))
        if text in recorded:
            return True
        try:
            observable(self.model, text.removeprefix("aux."))
        except engine.PhasescopeError:
            return False
        return True


def look(
    model: engine.Model | None,
    moment: Moment,
    timeline: Timeline,
    texts: Sequence[str],
    first: int,
    stop: int,
) -> tuple[int, Array, Array] | None:
    """Read columns of the rows to be seen from `first` to before `stop`, as `read_columns` does.

    Returns None where the rows are not of the model of which the texts are variables and
    expressions: while a model is exchanged its rows may come before it does.
    """
    ring = moment.ring
    if model is None or not moment.rows or not {*model.state_names} <= {*ring.names}:
        return None
    for text in texts:
        if text in ring.names or text == TIME:
            continue
        try:
            observable(model, text.removeprefix("aux."))
        except engine.ExpressionError:
            return None
    try:
        return read_columns(model, ring, timeline, texts, first, stop)
    except KeyError:
        # The timeline is already that of another model, with other parameters.
        return None
