"""The bundled models as cards to choose from."""

import pathlib
from collections.abc import Callable
from functools import cache
from typing import Any

import panel as pn
import param

from widgets.models.catalogue import Card, cards

_HERE = pathlib.Path(__file__).parent


class Gallery(pn.custom.JSComponent):
    """Show every bundled model with its picture; find one by words, kind or tag; open it.

    It is empty until `fill`: the pictures are more than all the rest of a page.

    Parameters
    ----------
    on_choose : callable
        ``on_choose(name)``: the reader wants this model.
    """

    cards = param.List([], doc="What is shown: dicts with the fields of `Card`.")

    _esm = (_HERE / "gallery.js").read_text("utf-8")

    def __init__(self, on_choose: Callable[[str], None], **params: Any) -> None:
        super().__init__(**{"sizing_mode": "stretch_both", **params})
        self._on_choose = on_choose

    def fill(self) -> None:
        """Show the models; again, it costs nothing."""
        if not self.cards:
            self.cards = _described()

    def _handle_msg(self, data: Any) -> None:
        if any(card["name"] == data for card in self.cards):
            self._on_choose(str(data))


@cache
def _described() -> list[dict[str, Any]]:
    return [_described_card(card) for card in cards()]


def _described_card(card: Card) -> dict[str, Any]:
    return {**vars(card), "tags": list(card.tags)}
