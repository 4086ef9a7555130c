"""What a picture costs the server: three linked views of 1e4 points, made ready to be sent."""

import time
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

from benchmarks.measure import Row, summary
from widgets import LiveRun
from widgets.views.board import Board
from widgets.views.screen import Screen

POINTS = 10_000
"""Points of the trail, and rows of the time series' window."""

PATIENCE_S = 60.0


class Measured(Screen):
    """A screen whose page paints everything at once."""

    def _send_msg(self, message: dict[str, Any]) -> None:
        self.latest = message

    def picture(self) -> float:
        """Make one picture and return the thread's CPU time for it in ms."""
        self._painted, self._news = self._sent, True
        begun = time.thread_time()
        self._send()
        return 1e3 * (time.thread_time() - begun)

    def points(self) -> int:
        """Return how many points the latest picture has brought."""
        return len(self.latest["numbers"]) // 2


@contextmanager
def running_board() -> Iterator[tuple[Board, Measured]]:
    """Give the views of a Lorenz orbit that is far enough for their pictures to be full."""
    live = LiveRun("lorenz", speed=2_000.0)
    board = Board(live)
    screen = Measured(board)
    try:
        live.play()
        if not live.settle(PATIENCE_S):
            raise RuntimeError("the model was not loaded in time")
        board.panes["time_series"].use("window", 100.0)
        board.panes["phase_plane"].use("tail", POINTS)
        panes = {pane: {"width": 700, "shown": True} for pane in board.panes}
        screen._handle_msg({"ready": True, "panes": panes, "visible": True})
        deadline = time.monotonic() + PATIENCE_S
        while live.moment.rows < 2 * POINTS:
            if time.monotonic() > deadline:
                raise RuntimeError(f"the run did not reach {2 * POINTS} rows")
            time.sleep(0.05)
        yield board, screen
    finally:
        live.close()
        live.join(PATIENCE_S)


def measure(quick: bool) -> list[Row]:
    """Measure the first picture of a page, and those that follow at 30 a second."""
    with running_board() as (board, screen):
        screen._seen = dict.fromkeys(board.panes)
        first = screen.picture()
        points = screen.points()
        spent = []
        for _ in range(60 if quick else 300):
            time.sleep(1.0 / 30.0)
            spent.append(screen.picture())
    cost, spread = summary(spent)
    return [
        Row(
            case="server time of a picture, three views",
            value=cost,
            unit="ms",
            at_most=3.0,
            quartiles=spread,
            note=f"CPU of one thread, {POINTS} points of orbit to be seen; the run not counted",
        ),
        Row(
            case="server time of a page's first picture",
            value=first,
            unit="ms",
            note=f"{points} points sent",
        ),
    ]
