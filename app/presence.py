"""Who is there: a page that goes ends its session at once, and one too many is turned away."""

import asyncio
import pathlib
from collections.abc import Callable
from typing import Any

import panel as pn

from widgets import Explorer
from widgets.live.limits import LIMITS

GRACE_S = 0.2
"""Between two looks whether a page that said goodbye has closed its connection."""

LOOKS = 10

_HERE = pathlib.Path(__file__).parent


class Presence(pn.custom.JSComponent):
    """End the session of a page that says goodbye; by itself a server notices up to 30 s later.

    A page that only loses its connection says nothing: it may come back to its session.

    Parameters
    ----------
    leave : callable
        Called when the page is gone.
    """

    _esm = (_HERE / "presence.js").read_text("utf-8")

    def __init__(self, leave: Callable[[], None], **params: Any) -> None:
        super().__init__(**{"width": 0, "height": 0, "margin": 0, **params})
        self._leave = leave

    def _handle_msg(self, data: Any) -> None:
        context = pn.state.curdoc.session_context if pn.state.curdoc is not None else None
        session = getattr(context, "session", None)
        if session is not None:
            self._look(session, LOOKS)

    def _look(self, session: Any, looks: int) -> None:
        """End the session once nobody is connected; a page that stays connected has not gone."""
        if session.connection_count == 0:
            self._leave()
            session.request_expiration()
        elif looks:
            loop = asyncio.get_running_loop()
            loop.call_later(GRACE_S, self._look, session, looks - 1)


def turned_away(context: Any, most: int | None = LIMITS.sessions) -> str:
    """Return why a server takes no more sessions, in words; empty where it takes this one."""
    if context is None or most is None:
        return ""
    # The session that asks is not among them yet.
    sessions = context.server_context.sessions
    others = sum(
        not session.destroyed and not session.expiration_requested and session.id != context.id
        for session in sessions
    )
    if others < most:
        return ""
    return (
        f"This server is full: it takes {most} sessions at a time (PHASESCOPE_MAX_SESSIONS). "
        "Close a page, or come back later and load this one again."
    )


def admit(explorer: Explorer) -> None:
    """Let the explorer of a session compute, unless the server is full; it says so then."""
    document = pn.state.curdoc
    words = turned_away(document.session_context if document is not None else None)
    if words:
        explorer.close()
        explorer.live.param.update(status=words, failure=words)
