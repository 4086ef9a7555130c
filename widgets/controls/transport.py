"""Run control: play, pause, steps, to the next of something, backward, and the pace."""

import math
import pathlib
from collections.abc import Callable
from typing import Any

import panel as pn
import param

from widgets.live.live_run import LiveRun

_HERE = pathlib.Path(__file__).parent

DECADES = 1e3
"""By how much the speed's slider reaches below and above the one that suits a model."""

ITERATIONS = (0.1, 1e6)
"""Reach of the slider of a map's speed, in iterations a second."""


class TransportBar(pn.custom.JSComponent):
    """Draw the transport on the page, and report what the reader does there.

    Parameters
    ----------
    on_order : callable
        ``on_order(order, value)``.
    """

    playing = param.Boolean(False)
    backward = param.Boolean(False)
    speed = param.Number(1.0, doc="Chosen last, also while the run goes as fast as possible.")
    unlimited = param.Boolean(False, doc="As fast as possible.")
    bounds = param.List([1e-3, 1e3], doc="Reach of the speed's slider.")
    unit = param.String("time units / s")
    fps = param.Number(60)
    pause_when = param.String("")
    pause_armed = param.Boolean(True)
    reasons = param.Dict({}, doc="By order why it cannot be done now, in words.")
    messages = param.Dict({}, doc="What was refused, by control, in words.")

    _esm = (_HERE / "transport.js").read_text("utf-8")

    def __init__(self, on_order: Callable[[str, Any], None], **params: Any) -> None:
        super().__init__(**{"sizing_mode": "stretch_width", **params})
        self._on_order = on_order

    def _handle_msg(self, data: Any) -> None:
        self._on_order(str(data["do"]), data["value"])


class Transport(pn.viewable.Viewer):
    """Let the reader start and stop the run, choose how fast it goes, and what pauses it.

    Parameters
    ----------
    live : LiveRun
        What is controlled.
    """

    def __init__(self, live: LiveRun) -> None:
        super().__init__()
        self._live = live
        self._speed = live.speed if math.isfinite(live.speed) else 1.0
        self.bar = TransportBar(self.use)
        self._orders: dict[str, Callable[[Any], object]] = {
            "play": lambda value: live.play(),
            "pause": lambda value: live.pause(timeout=0.0),
            "step": lambda value: live.step(),
            "advance": self._advance,
            "next event": lambda value: live.run_to_event(),
            "next section": lambda value: live.run_to_section(),
            "backward": lambda value: live.set_backward(bool(value)),
            "reset": lambda value: live.reset(),
            "default parameters": lambda value: live.reset_params(),
            "speed": self._choose_speed,
            "max": self._hurry,
            "fps": self._choose_rate,
            "pause when": self._pause_when,
        }
        live.param.watch(self._take_mode, ["playing", "backward", "pause_when", "pause_armed"])
        live.param.watch(self._take_reasons, ["model", "sections", "irreversible", "event_names"])
        live.param.watch(self._take_speed, ["speed", "fps", "model"])
        live.param.watch(self._take_messages, "messages")
        self._take_mode()
        self._take_reasons()
        self._take_speed()
        self._take_messages()

    def __panel__(self) -> pn.viewable.Viewable:
        return self.bar

    def use(self, order: str, value: Any = None) -> None:
        """Do what a control of the bar, by its name, stands for."""
        self._orders[order](value)

    def _advance(self, value: Any) -> None:
        given = _number(value)
        whole = math.isfinite(given) and 1.0 <= given < 2.0**53 and given == math.floor(given)
        if whole:
            self._live.advance_by(int(given))
        else:
            text = "Give a whole number of steps, from 1 on"
            self.bar.messages = {**self._live.messages, "advance": text}

    def _choose_speed(self, value: Any) -> None:
        speed = _number(value)
        if speed > 0.0 and math.isfinite(speed):
            self._live.speed = speed

    def _hurry(self, value: Any) -> None:
        self._live.speed = math.inf if value else self._speed

    def _choose_rate(self, value: Any) -> None:
        low, high = self._live.param.fps.bounds
        self._live.fps = min(max(_number(value), low), high)

    def _pause_when(self, value: Any) -> None:
        self._live.set_pause_when(str(value["text"]), armed=bool(value["armed"]))

    def _take_mode(self, *events: Any) -> None:
        live = self._live
        self.bar.param.update(
            playing=live.playing,
            backward=live.backward,
            pause_when=live.pause_when,
            pause_armed=live.pause_armed,
        )

    def _take_reasons(self, *events: Any) -> None:
        live = self._live
        reasons = {"backward": live.irreversible}
        if live.model is not None and not live.event_names:
            reasons["next event"] = f"{live.model.name} has no events"
        if not live.sections:
            reasons["next section"] = "No view shows a section; add a Poincaré section"
        self.bar.reasons = {order: reason for order, reason in reasons.items() if reason}

    def _take_speed(self, *events: Any) -> None:
        live = self._live
        unlimited = math.isinf(live.speed)
        if not unlimited:
            self._speed = live.speed
        suits = live.suggested_speed
        discrete = live.kind == "map"
        self.bar.param.update(
            speed=self._speed,
            unlimited=unlimited,
            fps=live.fps,
            bounds=list(ITERATIONS) if discrete else [suits / DECADES, suits * DECADES],
            unit="iterations / s" if discrete else "time units / s",
        )

    def _take_messages(self, *events: Any) -> None:
        self.bar.messages = self._live.messages


def _number(value: Any) -> float:
    return float(value) if isinstance(value, int | float) else math.nan
