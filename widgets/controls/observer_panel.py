"""What is measured along the orbit: observers added, configured and removed."""

import pathlib
from collections.abc import Callable
from typing import Any

import panel as pn
import param

from widgets.live.live_run import LiveRun
from widgets.live.refusal import REFUSALS

_HERE = pathlib.Path(__file__).parent

ADD = "add"
"""The place at which is said why nothing could be added."""


class ObserverList(pn.custom.JSComponent):
    """Show observers with their arguments on the page, and report what the reader wants of them.

    Parameters
    ----------
    on_order : callable
        ``on_order(order, key, argument, value)``.
    """

    observers = param.List([], doc="Dicts of key, title, name, fields.")
    known = param.List([], doc="What can be added: name, meaning, and whether it is suggested.")
    messages = param.Dict({}, doc="What was refused, by key, ``key.argument`` or ``add``.")

    _esm = (_HERE / "observers.js").read_text("utf-8")

    def __init__(self, on_order: Callable[[str, str, str, Any], None], **params: Any) -> None:
        super().__init__(**{"sizing_mode": "stretch_width", **params})
        self._on_order = on_order

    def _handle_msg(self, data: Any) -> None:
        order, key = str(data["do"]), str(data.get("key", ""))
        self._on_order(order, key, str(data.get("argument", "")), data.get("value"))


class ObserverPanel(pn.viewable.Viewer):
    """Let the reader choose what is measured, from the next step on.

    Parameters
    ----------
    live : LiveRun
        What is controlled.
    """

    def __init__(self, live: LiveRun) -> None:
        super().__init__()
        self._live = live
        self._refused: dict[str, str] = {}
        self.list = ObserverList(self.use)
        live.observing.param.watch(self._take, ["chosen", "messages"])
        live.param.watch(self._take_model, "model")
        self._take_model()

    def __panel__(self) -> pn.viewable.Viewable:
        return self.list

    def use(self, order: str, key: str, argument: str, value: Any) -> None:
        """Do what the reader wants: add, change, remove or restart; what is refused is said."""
        observing = self._live.observing
        place = f"{key}.{argument}" if order == "change" else key or ADD
        self._refused.pop(place, None)
        try:
            if order == "add":
                observing.add(str(value))
            elif order == "change":
                observing.change(key, argument, value)
            elif order == "remove":
                observing.remove(key)
            elif order == "restart":
                observing.restart()
        except REFUSALS as error:
            self._refused[place] = str(error)
        self._take()

    def _take_model(self, *events: Any) -> None:
        self.list.known = self._live.observing.known()
        self._take()

    def _take(self, *events: Any) -> None:
        observing = self._live.observing
        keys = {chosen.key for chosen in observing.chosen}
        self._refused = {
            place: words
            for place, words in self._refused.items()
            if place == ADD or place.partition(".")[0] in keys
        }
        shown = [
            {
                "key": chosen.key,
                "title": observing.title(chosen.key),
                "name": chosen.name,
                "fields": observing.fields(chosen.key),
            }
            for chosen in observing.chosen
        ]
        self.list.param.update(observers=shown, messages={**observing.messages, **self._refused})
