"""The parameters: values, ranges, locks, pins, motions; and the model's presets."""

import pathlib
from collections.abc import Callable, Mapping
from typing import Any

import panel as pn
import panel_material_ui as pmui
import param

from widgets.controls.choice import Choice
from widgets.controls.fields import field
from widgets.controls.parameter_settings import ParameterSettings
from widgets.live.live_run import LiveRun

CHOOSE = "choose a preset"

MANY = 8
"""With more parameters than these there is a field that finds them, and they can be pinned."""

_HERE = pathlib.Path(__file__).parent


class ParameterFields(pn.custom.JSComponent):
    """Draw parameters with their tools, and report what the reader does with them.

    Parameters
    ----------
    on_edit : callable
        ``on_edit(message)``: a dict of ``name`` and one of ``value``, ``set`` (settings),
        ``motion`` (how it moves), ``move`` and ``lock`` (true or false).
    """

    fields = param.List([], doc="What there is, in the order in which it is shown.")
    values = param.Dict({}, doc="Values in effect, by name.")
    messages = param.Dict({}, doc="What was refused, by name, in words.")
    sought = param.Boolean(False, doc="There is a field that finds parameters.")
    found = param.Integer(0, doc="Grows when one is to be shown, whatever is searched for.")

    _esm = "\n".join(
        (_HERE / name).read_text("utf-8")
        for name in ("number_row.js", "value_aloud.js", "parameter_row.js", "parameters.js")
    )

    def __init__(self, on_edit: Callable[[Mapping[str, Any]], None], **params: Any) -> None:
        super().__init__(**{"sizing_mode": "stretch_width", **params})
        self._on_edit = on_edit

    def _handle_msg(self, data: Any) -> None:
        self._on_edit(data)


class ParameterPanel(pn.viewable.Viewer):
    """Let the reader bend the running orbit, by hand or by motions of the parameters.

    Parameters
    ----------
    live : LiveRun
        What is controlled.

    Attributes
    ----------
    settings : ParameterSettings
        Ranges, scales, pins and motions.
    """

    def __init__(self, live: LiveRun) -> None:
        super().__init__()
        self._live = live
        self.settings = ParameterSettings(live)
        self.fields = ParameterFields(self._edit)
        self.presets = Choice(self._take_preset, label="Preset", visible=False)
        self.said = pmui.Typography(
            "", variant="body2", color="warning", visible=False, margin=(0, 12)
        )
        self._preset_held = False
        live.param.watch(self._take_model, "model")
        live.param.watch(self._take_values, ["parameters", "messages"])
        live.param.watch(self._show_found, "found")
        live.param.watch(self._dress, ["motions", "locked"])
        self.settings.param.watch(self._dress, ["changed", "messages"])
        self._take_model()

    def __panel__(self) -> pn.viewable.Viewable:
        return pmui.Column(
            self.presets, self.said, self.fields, sizing_mode="stretch_width", margin=0
        )

    def describe(self) -> dict[str, Any]:
        """Return the settings of the parameters that the reader has changed."""
        return self.settings.describe()

    def restore(self, described: Any) -> None:
        """Take over what `describe` has described.

        Raises
        ------
        ValueError
            It does not fit the model; nothing is changed then.
        """
        self.settings.restore(described)

    def _edit(self, message: Mapping[str, Any]) -> None:
        name = str(message["name"])
        if "value" in message:
            self._live.set_param(name, float(message["value"]))
        elif "set" in message:
            self.settings.set(name, dict(message["set"]))
        elif "motion" in message:
            self.settings.set_motion(name, dict(message["motion"]))
        elif "move" in message:
            if bool(message["move"]) != (name in self._live.motions):
                self.settings.play(name)
        elif "lock" in message:
            self._live.lock(name, bool(message["lock"]))

    def _take_model(self, *events: Any) -> None:
        model = self._live.model
        if model is None:
            return
        self._dress()
        self._say()
        names = [preset.name for preset in model.spec.presets]
        options = [["", CHOOSE], *([name, name.replace("_", " ")] for name in names)]
        self.presets.param.update(options=options, value="", visible=bool(names))

    def _dress(self, *events: Any) -> None:
        """Describe every parameter to the page, those that are pinned first."""
        model, live = self._live.model, self._live
        if model is None:
            return
        many = len(model.spec.params) > MANY
        fields = []
        for declared in model.spec.params:
            name = declared.name
            settings, motion = self.settings.of(name), self.settings.motion(name)
            described = field(
                name,
                declared.value,
                bounds=(settings["min"], settings["max"]),
                step=settings["step"],
                scale=settings["scale"],
                label=declared.label,
                unit=declared.unit,
            )
            fields.append(
                described
                | {
                    "pinned": settings["pinned"],
                    "pinnable": many,
                    "locked": name in live.locked,
                    "moving": name in live.motions,
                    "moves": motion.words(),
                    "motion": motion.describe(),
                    "refused": self.settings.messages.get(name, ""),
                }
            )
        self.fields.param.update(
            fields=sorted(fields, key=lambda described: not described["pinned"]),
            sought=many,
            values=live.parameters,
            messages=live.messages,
        )

    def _say(self) -> None:
        """Say above the sliders what concerns several of them."""
        texts = [self._live.messages.get(control, "") for control in ("preset", "parameters")]
        text = " ".join(text for text in texts if text)
        self.said.param.update(object=text, visible=bool(text))

    def _show_found(self, *events: Any) -> None:
        name, times = self._live.found
        if name in self._live.parameters:
            self.fields.found = times

    def _take_values(self, *events: Any) -> None:
        live = self._live
        self._say()
        if live.model is None:
            return
        preset = next((p for p in live.model.spec.presets if p.name == self.presets.value), None)
        held = preset is not None and preset.params.items() <= live.parameters.items()
        # News of an earlier edit may still come between the choice and its effect.
        if self._preset_held and not held:
            self.presets.value = ""
        self._preset_held = held
        self.fields.param.update(values=live.parameters, messages=live.messages)

    def _take_preset(self, name: str) -> None:
        self.presets.value = name
        self._preset_held = False
        if name:
            self._live.apply_preset(name)
            self._live.afterwards(self._watch_preset)

    def _watch_preset(self) -> None:
        """From the preset's effect on, whatever changes its values ends it."""
        self._preset_held = True
        self._take_values()
