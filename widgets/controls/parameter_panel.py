"""One slider for each parameter, and the model's presets."""

from typing import Any

import panel as pn
import panel_material_ui as pmui

from widgets.controls.choice import Choice
from widgets.controls.fields import Fields, field
from widgets.live.live_run import LiveRun

CHOOSE = "choose a preset"


class ParameterPanel(pn.viewable.Viewer):
    """Let the reader bend the running orbit: sliders from the model's declared ranges.

    Parameters
    ----------
    live : LiveRun
        What is controlled.
    """

    def __init__(self, live: LiveRun) -> None:
        super().__init__()
        self._live = live
        self.fields = Fields(live.set_param)
        self.presets = Choice(self._take_preset, label="Preset", visible=False)
        self._preset_held = False
        live.param.watch(self._take_model, "model")
        live.param.watch(self._take_values, ["parameters", "messages"])
        self._take_model()

    def __panel__(self) -> pn.viewable.Viewable:
        return pmui.Column(self.presets, self.fields, sizing_mode="stretch_width", margin=0)

    def _take_model(self, *events: Any) -> None:
        model = self._live.model
        if model is None:
            return
        self.fields.param.update(
            fields=[
                field(
                    p.name,
                    p.value,
                    bounds=p.bounds(),
                    step=p.step or (1.0 if model.dtype == "int64" else None),
                    scale=p.scale,
                    label=p.label,
                    unit=p.unit,
                )
                for p in model.spec.params
            ],
            values=self._live.parameters,
            messages=self._live.messages,
        )
        names = [preset.name for preset in model.spec.presets]
        options = [["", CHOOSE], *([name, name.replace("_", " ")] for name in names)]
        self.presets.param.update(options=options, value="", visible=bool(names))

    def _take_values(self, *events: Any) -> None:
        preset = next(
            (p for p in self._live.model.spec.presets if p.name == self.presets.value), None
        )
        held = preset is not None and preset.params.items() <= self._live.parameters.items()
        # News of an earlier edit may still come between the choice and its effect.
        if self._preset_held and not held:
            self.presets.value = ""
        self._preset_held = held
        self.fields.param.update(values=self._live.parameters, messages=self._live.messages)

    def _take_preset(self, name: str) -> None:
        self.presets.value = name
        self._preset_held = False
        if name:
            self._live.apply_preset(name)
