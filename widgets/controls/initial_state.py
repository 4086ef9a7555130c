"""The state from which a run begins, and kicks to the running orbit."""

from typing import Any

import panel as pn
import panel_material_ui as pmui

from widgets.controls.fields import Fields, field
from widgets.live.live_run import LiveRun


class InitialState(pn.viewable.Viewer):
    """Let the reader choose the initial state, and put the running orbit there.

    Parameters
    ----------
    live : LiveRun
        What is controlled.
    """

    def __init__(self, live: LiveRun) -> None:
        super().__init__()
        self._live = live
        self.fields = Fields(self._edit)
        self.jump = pmui.Button(
            label="Jump there",
            variant="outlined",
            size="small",
        )
        self.jump.on_click(self._jump)
        live.param.watch(self._take_model, "model")
        live.param.watch(self._take_values, ["initial", "messages"])
        self._take_model()

    def __panel__(self) -> pn.viewable.Viewable:
        return pmui.Column(self.fields, self.jump, sizing_mode="stretch_width", margin=0)

    def _edit(self, name: str, value: float) -> None:
        self._live.set_initial(name.removesuffix("(0)"), value)

    def _jump(self, event: Any) -> None:
        for name, value in self._live.initial.items():
            self._live.set_state(name, value)

    def _take_model(self, *events: Any) -> None:
        if self._live.model is not None:
            self.fields.fields = [
                field(f"{s.name}(0)", s.value, label=s.label, unit=s.unit)
                for s in self._live.model.spec.states
            ]
            self._take_values()

    def _take_values(self, *events: Any) -> None:
        self.fields.param.update(
            values={f"{name}(0)": value for name, value in self._live.initial.items()},
            messages={f"{name}(0)": text for name, text in self._live.messages.items()},
        )
