"""Undo and redo as two buttons that say what they would do."""

import pathlib
from collections.abc import Callable, Mapping
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

    def __init__(self, turns: Mapping[str, Callable[[], None]], **params: Any) -> None:
        super().__init__(
            **{"width": 84, "height": 36, "sizing_mode": "fixed", "margin": (0, 6), **params}
        )
        self._turns = turns

    def _handle_msg(self, data: Any) -> None:
        self._turns[str(data)]()


class HistoryButtons(pn.viewable.Viewer):
    """Let the reader undo what was done, and do it again.

    Parameters
    ----------
    history : History
        What is undone.
    say : callable, optional
        ``say(sentence)``: told what was undone or done again.
    """

    def __init__(self, history: History, say: Callable[[str], None] = lambda text: None) -> None:
        super().__init__()
        self._history = history
        self._say = say
        self.arrows = Arrows({"undo": self.undo, "redo": self.redo})
        history.param.watch(self._take, ["undo_words", "redo_words"])
        self._take()

    def __panel__(self) -> pn.viewable.Viewable:
        return self.arrows

    def undo(self) -> None:
        """Undo the latest change, and say which."""
        words = self._history.undo_words
        self._history.undo()
        self._say(f"Undone: {words}" if words else "There is nothing to undo")

    def redo(self) -> None:
        """Do again what was undone last, and say what."""
        words = self._history.redo_words
        self._history.redo()
        self._say(f"Done again: {words}" if words else "There is nothing to do again")

    def _take(self, *events: Any) -> None:
        self.arrows.param.update(undo=self._history.undo_words, redo=self._history.redo_words)
