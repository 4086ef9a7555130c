"""A labelled selector on the page."""

import pathlib
from collections.abc import Callable
from typing import Any

import panel as pn
import param

_HERE = pathlib.Path(__file__).parent


class Choice(pn.custom.JSComponent):
    """Offer some options under a label, and report the one the reader chooses.

    Parameters
    ----------
    on_choose : callable
        ``on_choose(value)``; `value` of the component itself is left to the caller.
    """

    label = param.String("", doc="Accessible name, shown beside the selector.")
    options = param.List([], doc="Value, text and, where there are groups, the group.")
    value = param.String("", doc="The value chosen.")
    aside = param.Boolean(False, doc="The label stands before the selector, not above it.")

    _esm = (_HERE / "choice.js").read_text("utf-8")

    def __init__(self, on_choose: Callable[[str], None], **params: Any) -> None:
        super().__init__(**{"sizing_mode": "stretch_width", **params})
        self._on_choose = on_choose

    def _handle_msg(self, data: Any) -> None:
        self._on_choose(str(data))
