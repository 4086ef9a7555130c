"""What keys do with the views."""

from widgets.controls.board_actions import BoardActions
from widgets.views.board import Board


def test_a_number_shows_a_view_alone_and_again_all_of_them(live_run) -> None:
    said: list[str] = []
    live = live_run("lorenz")
    live.play()
    assert live.settle(60)
    board = Board(live)
    actions = BoardActions(board, said.append).named()
    board.add("phase_plane")
    board.add("time_series")
    first, second = list(board.panes)[:2]
    actions["view alone"](2)
    assert board.maximised == second
    assert "alone" in said[-1]
    actions["view alone"](1)
    assert board.maximised == first
    actions["view alone"](1)
    assert board.maximised == ""
    actions["view alone"](9)
    assert board.maximised == ""
    assert said[-1].startswith("There is no view 9")
    actions["view alone"](1)
    actions["all views"]()
    assert board.maximised == ""
    board.close()
