"""Messages to a page leave at once, though each consists of several small parts."""

from typing import Any

from bokeh.server.views.ws import WSHandler

_open = WSHandler.open


def _open_promptly(self: Any, *args: Any) -> None:
    """Open a page's connection without Nagle's algorithm.

    By itself the system holds back a small part until the page has acknowledged the one before,
    which a page does up to 40 ms later.
    """
    _open(self, *args)
    if self.ws_connection is not None:
        self.set_nodelay(True)


def send_at_once() -> None:
    """Have every connection that is opened from now on send what there is without waiting."""
    WSHandler.open = _open_promptly
