"""What the run does, in words, and the way back after a blow-up."""

import pathlib
from typing import Any

import panel as pn
import param

from widgets.live.live_run import LiveRun

_HERE = pathlib.Path(__file__).parent


class StatusText(pn.custom.JSComponent):
    """Draw the words and the button on the page."""

    words = param.String()
    failure = param.String()
    remedy = param.String()
    moving = param.Boolean()

    _esm = (_HERE / "status_line.js").read_text("utf-8")

    def __init__(self, go_back: Any, go_back_with_remedy: Any, **params: Any) -> None:
        super().__init__(**{"sizing_mode": "stretch_width", **params})
        self._ways = {"go back": go_back, "remedy": go_back_with_remedy}

    def tell(self, text: str) -> None:
        """Send a sentence to the page."""
        self._send_msg(text)

    def _handle_msg(self, data: Any) -> None:
        self._ways[str(data)]()


class StatusLine(pn.viewable.Viewer):
    """Say time, steps and state; after a blow-up what happened, with buttons that go back.

    Parameters
    ----------
    live : LiveRun
        What is watched.
    """

    def __init__(self, live: LiveRun) -> None:
        super().__init__()
        self._live = live
        self.line = StatusText(live.go_back, live.go_back_with_remedy)
        live.param.watch(self._take, ["status", "failure", "remedy", "playing"])
        self._take()

    def __panel__(self) -> pn.viewable.Viewable:
        return self.line

    def say(self, text: str) -> None:
        """Say what has just happened: in the line for a while, and aloud to who listens."""
        self.line.tell(text)

    def _take(self, *events: Any) -> None:
        live = self._live
        self.line.param.update(
            words=live.status, failure=live.failure, remedy=live.remedy, moving=live.playing
        )
