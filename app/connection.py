"""What the page says when it has lost its server."""

import pathlib
import uuid
from typing import Any

import panel as pn
import param

_HERE = pathlib.Path(__file__).parent


class Connection(pn.custom.JSComponent):
    """Say in words that the server cannot be reached or is silent, and how to come back.

    The page asks every few seconds whether somebody listens, for a connection may die without
    being closed.
    """

    session = param.String("", constant=True, doc="Tells this session from every other.")

    _esm = (_HERE / "connection.js").read_text("utf-8")

    def __init__(self, **params: Any) -> None:
        super().__init__(**{"session": uuid.uuid4().hex, "margin": 0, **params})

    def _handle_msg(self, data: Any) -> None:
        self._send_msg({"heard": int(data["asked"])})
