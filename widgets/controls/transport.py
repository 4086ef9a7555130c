"""Play, pause, step, reset, and the pace."""

import math
from typing import Any

import panel as pn
import panel_material_ui as pmui

from widgets.controls.choice import Choice
from widgets.live.live_run import LiveRun

SPEEDS = tuple(m * 10.0**e for e in range(-3, 5) for m in (1.0, 2.0, 5.0))
FASTEST = "as fast as possible"


class Transport(pn.viewable.Viewer):
    """Let the reader start and stop the run and choose how fast it goes.

    Parameters
    ----------
    live : LiveRun
        What is controlled.
    """

    def __init__(self, live: LiveRun) -> None:
        super().__init__()
        self._live = live
        self.play = _button("Play", "play_arrow", live.play)
        self.pause = _button("Pause", "pause", live.pause)
        self.step = _button("Step", "skip_next", live.step)
        self.reset = _button("Reset", "restart_alt", live.reset)
        self.speed = Choice(
            self._choose, label="Speed", aside=True, width=290, height=46, sizing_mode="fixed"
        )
        live.param.watch(self._take_speed, ["speed", "model"])
        live.param.watch(self._take_mode, "playing")
        self._take_speed()
        self._take_mode()

    def __panel__(self) -> pn.viewable.Viewable:
        return pn.FlexBox(
            self.play,
            self.pause,
            self.step,
            self.reset,
            self.speed,
            sizing_mode="stretch_width",
            align_items="center",
            margin=0,
        )

    def _choose(self, speed: str) -> None:
        self._live.speed = float(speed)

    def _take_speed(self, *events: Any) -> None:
        unit = "iterations / s" if self._live.kind == "map" else "time units / s"
        speeds = sorted({*SPEEDS, self._live.speed} - {math.inf})
        options = [[repr(speed), f"{speed:,g} {unit}"] for speed in speeds]
        self.speed.param.update(
            options=[*options, [repr(math.inf), FASTEST]], value=repr(self._live.speed)
        )

    def _take_mode(self, *events: Any) -> None:
        self.play.variant = "outlined" if self._live.playing else "contained"
        self.pause.variant = "contained" if self._live.playing else "outlined"


def _button(label: str, icon: str, act: Any) -> pmui.Button:
    button = pmui.Button(label=label, icon=icon, variant="outlined", color="primary", margin=(4, 4))
    button.on_click(lambda event: act())
    return button
