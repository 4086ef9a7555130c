"""What keys do with a run, by name."""

import math
from collections.abc import Callable
from typing import Any

from widgets.live.live_run import LiveRun
from widgets.live.pacing import rounder_speed, speed_to_show


class RunActions:
    """The part of the instrument's actions that concerns its run.

    Parameters
    ----------
    live : LiveRun
        What is controlled.
    say : callable
        ``say(sentence)``: told what a key has done where nothing else would say it.
    """

    def __init__(self, live: LiveRun, say: Callable[[str], None]) -> None:
        self._live = live
        self._say = say
        self._finite: float | None = None
        live.param.watch(self._forget_speed, "model")

    def named(self) -> dict[str, Callable[..., None]]:
        """Return the actions by the names that shortcuts use."""
        live = self._live
        return {
            "play or pause": self.play_or_pause,
            "step": live.step,
            "reset": self.reset,
            "go back": live.go_back,
            "go back with a remedy": live.go_back_with_remedy,
            "next event": live.run_to_event,
            "next section": live.run_to_section,
            "turn time round": self.turn_round,
            "reset parameters": self.reset_params,
            "slower": self.slower,
            "faster": self.faster,
            "fastest": self.fastest,
        }

    def play_or_pause(self) -> None:
        """Stop a run that moves, and let one that stands still move."""
        if self._live.playing:
            self._live.pause(timeout=0.0)
        else:
            self._live.play()

    def reset(self) -> None:
        """Return to the initial state."""
        self._live.reset()
        self._say("Back at the initial state")

    def reset_params(self) -> None:
        """Give every parameter the model's own value."""
        self._live.reset_params()
        self._say("All parameters are the model's own again")

    def turn_round(self) -> None:
        """Have time run backward, or forward again."""
        self._live.set_backward(not self._live.backward)

    def slower(self) -> None:
        """Go over to the next lower round speed; from the highest back to a finite one."""
        if math.isinf(self._live.speed):
            self.fastest()
        else:
            self._go(rounder_speed(self._live.speed, up=False))

    def faster(self) -> None:
        """Go over to the next higher round speed."""
        if math.isfinite(self._live.speed):
            self._go(rounder_speed(self._live.speed, up=True))

    def fastest(self) -> None:
        """Let the run go as fast as the machine can; again, as fast as before."""
        if math.isinf(self._live.speed):
            self._go(self._usual_speed() if self._finite is None else self._finite)
        else:
            self._finite = self._live.speed
            self._go(math.inf)

    def _go(self, speed: float) -> None:
        self._live.speed = speed
        unit = "iterations" if self._live.kind == "map" else "time units"
        told = "as fast as possible" if math.isinf(speed) else f"{speed:,g} {unit} a second"
        self._say(f"Speed: {told}")

    def _usual_speed(self) -> float:
        if self._live.model is None:
            return 1.0
        sim = self._live.model.spec.sim
        return speed_to_show(sim.t_end - sim.t0)

    def _forget_speed(self, *events: Any) -> None:
        self._finite = None
