"""The state from which a run begins, and the state in which it is now."""

import math
import pathlib
from collections.abc import Callable
from typing import Any

import panel as pn
import param

from widgets.live.live_run import LiveRun

_HERE = pathlib.Path(__file__).parent


class StateTable(pn.custom.JSComponent):
    """Show each state's initial and present value on the page, and report edits of both.

    Parameters
    ----------
    on_order : callable
        ``on_order(order, name, value)``.
    """

    states = param.List([], doc="Dicts of name, label, unit and the model's own initial value.")
    initial = param.Dict({}, doc="Initial values by name.")
    present = param.Dict({}, doc="Present values by name.")
    messages = param.Dict({}, doc="What was refused, by name or ``name(0)``, in words.")

    _esm = "\n".join(
        (_HERE / name).read_text("utf-8") for name in ("state_panel.js", "value_aloud.js")
    )

    def __init__(self, on_order: Callable[[str, str, Any], None], **params: Any) -> None:
        super().__init__(**{"sizing_mode": "stretch_width", **params})
        self._on_order = on_order

    def _handle_msg(self, data: Any) -> None:
        self._on_order(str(data["do"]), str(data["name"]), data["value"])


class StatePanel(pn.viewable.Viewer):
    """Let the reader choose the initial state, and kick the running orbit by number.

    Parameters
    ----------
    live : LiveRun
        What is controlled.
    """

    def __init__(self, live: LiveRun) -> None:
        super().__init__()
        self._live = live
        self._watched = False
        self.table = StateTable(self.use)
        live.param.watch(self._take_model, "model")
        live.param.watch(self._take_initial, ["initial", "messages"])
        live.param.watch(self._take_present, "status")
        self._take_model()

    def __panel__(self) -> pn.viewable.Viewable:
        return self.table

    def use(self, order: str, name: str = "", value: Any = None) -> None:
        """Do what a control of the table stands for.

        Parameters
        ----------
        order : str
            ``"initial"`` or ``"present"`` sets one state; ``"jump"`` puts the orbit at the initial
            state, ``"keep"`` takes the present state for the initial one; ``"watch"`` says
            whether the table can be seen, for only then present values are sent.
        """
        live = self._live
        if order == "watch":
            self._watched = bool(value)
            self._take_present()
        elif order == "initial":
            live.set_initial(name, _number(value))
        elif order == "present":
            live.kick({name: _number(value)})
        elif order == "jump":
            live.jump_to_initial()
        elif order == "keep":
            live.keep_as_initial()

    def _present(self) -> dict[str, float]:
        values = self._live.moment.values
        names = self._live.model.state_names if self._live.model is not None else ()
        return {name: values[name] for name in names if name in values}

    def _take_model(self, *events: Any) -> None:
        if self._live.model is not None:
            self.table.states = [
                {"name": s.name, "label": s.label, "unit": s.unit, "default": s.value}
                for s in self._live.model.spec.states
            ]
            self._take_initial()
            self._take_present()

    def _take_initial(self, *events: Any) -> None:
        self.table.param.update(initial=self._live.initial, messages=self._live.messages)

    def _take_present(self, *events: Any) -> None:
        if self._watched:
            self.table.present = self._present()


def _number(value: Any) -> float:
    return float(value) if isinstance(value, int | float) else math.nan
