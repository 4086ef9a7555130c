"""Which method integrates, with which step and tolerances."""

from typing import Any

import panel as pn
import panel_material_ui as pmui

from widgets.controls.choice import Choice
from widgets.controls.fields import Fields, field
from widgets.live import words
from widgets.live.live_run import LiveRun


class SolverPanel(pn.viewable.Viewer):
    """Let the reader change the integration method and its settings while the run goes on.

    Parameters
    ----------
    live : LiveRun
        What is controlled.
    """

    def __init__(self, live: LiveRun) -> None:
        super().__init__()
        self._live = live
        self.stepper = Choice(live.set_stepper, label="Stepper")
        self.fields = Fields(self._edit)
        self._edits = {"dt": live.set_dt, "rtol": live.set_rtol, "atol": live.set_atol}
        self._edits["seed"] = self._set_seed
        live.param.watch(
            self._take_settings,
            ["model", "stepper", "dt", "rtol", "atol", "seed", "noisy", "messages"],
        )
        self._take_settings()

    def __panel__(self) -> pn.viewable.Viewable:
        return pmui.Column(self.stepper, self.fields, sizing_mode="stretch_width", margin=0)

    def _edit(self, name: str, value: float) -> None:
        self._edits[name](value)

    def _take_settings(self, *events: Any) -> None:
        live = self._live
        if live.model is None:
            return
        options = [[stepper.name, *words.method(stepper)] for stepper in live.steppers]
        self.stepper.param.update(
            options=sorted(options, key=lambda option: option[-1]), value=live.stepper
        )
        sim = live.model.spec.sim
        fields = (
            []
            if live.kind == "map"
            else [field("dt", sim.dt, label=_DT_LABEL[live.adaptive], scale="log")]
        )
        if live.adaptive:
            fields += [
                field("rtol", sim.rtol, label="relative tolerance", scale="log"),
                field("atol", sim.atol, label="absolute tolerance", scale="log"),
            ]
        if live.noisy:
            fields.append(field("seed", 0, label="seed of the noise", step=1.0))
        if fields != self.fields.fields:
            self.fields.fields = fields
        self.fields.param.update(
            values={"dt": live.dt, "rtol": live.rtol, "atol": live.atol, "seed": live.seed},
            messages=live.messages,
        )

    def _set_seed(self, value: float) -> None:
        # A number of the page that is not whole is refused by its own name.
        self._live.set_seed(int(value) if value.is_integer() else value)  # type: ignore[arg-type]


_DT_LABEL = {False: "step size", True: "first trial step"}
