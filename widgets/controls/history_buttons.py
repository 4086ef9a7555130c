"""Undo and redo as two buttons that say what they would do."""

import pathlib
from typing import Any

import panel as pn
import param

from widgets.history import History

_HERE = pathlib.Path(__file__).parent


class Arrows(pn.custom.JSComponent):
    """Draw the two buttons on the page."""

    undo = param.String("", doc="What would be undone; empty: nothing.")
    redo = param.String("", doc="What would be done again; empty: nothing.")

    _esm = (_HERE / "history_buttons.js").read_text("utf-8")

    def __init__(self, history: History, **params: Any) -> None:
        super().__init__(**{"width": 84, "height": 44, "sizing_mode": "fixed", **params})
        self._history = history

    def _handle_msg(self, data: Any) -> None:
        if data == "undo":
            self._history.undo()
        elif data == "redo":
            self._history.redo()


class HistoryButtons(pn.viewable.Viewer):
    """Let the reader undo what was done, and do it again.

    Parameters
    ----------
    history : History
        What is undone.
    """

    def __init__(self, history: History) -> None:
        super().__init__()
        self._history = history
        self.arrows = Arrows(history)
        history.param.watch(self._take, ["undo_words", "redo_words"])
        self._take()

    def __panel__(self) -> pn.viewable.Viewable:
        return self.arrows

    def _take(self, *events: Any) -> None:
        self.arrows.param.update(undo=self._history.undo_words, redo=self._history.redo_words)
