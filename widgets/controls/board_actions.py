"""What keys do with the views, by name."""

from collections.abc import Callable

from widgets.views.board import Board


class BoardActions:
    """The part of the instrument's actions that concerns its views.

    Parameters
    ----------
    board : Board
        What is arranged.
    say : callable
        ``say(sentence)``: told what a key has done where nothing else would say it.
    """

    def __init__(self, board: Board, say: Callable[[str], None]) -> None:
        self._board = board
        self._say = say

    def named(self) -> dict[str, Callable[..., None]]:
        """Return the actions by the names that shortcuts use."""
        return {"view alone": self.show_alone, "all views": self.show_all}

    def show_alone(self, number: int) -> None:
        """Show the n-th view alone, in the order of the page; again, all of them."""
        board = self._board
        panes = [pane for column in board.layout()["columns"] for pane in column["panes"]]
        names = [pane["id"] for pane in panes]
        if number > len(names):
            self._say(f"There is no view {number}; {len(names)} are shown")
        elif board.maximised == names[number - 1]:
            self.show_all()
        else:
            board.maximise(names[number - 1])
            self._say(f"{board.panes[names[number - 1]].title} alone")

    def show_all(self) -> None:
        """Show all views again."""
        if self._board.maximised:
            self._board.maximise(None)
            self._say("All views")
