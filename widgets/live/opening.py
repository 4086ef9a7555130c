"""Beginning the run that a document describes, and putting back what is set about a run."""

import math
from collections.abc import Mapping
from typing import Any

from widgets.live.actions import ObserverChoice
from widgets.live.description import FASTEST, checked_run
from widgets.live.player import Player


def open_run(player: Player, described: Mapping[str, Any], observers: ObserverChoice) -> None:
    """Begin the run that is described, with what moves; on the worker's thread.

    Raises
    ------
    engine.PhasescopeError
        Something is not valid; the old run goes on.
    """
    checked = checked_run(described["model"], described["run"])
    player.end_motions(list(player.motions.described))
    player.build(checked.sim, observers=observers(checked.sim.model.kind))
    player.set_pause_when(checked.run["pause_when"], checked.run["pause_armed"])
    if checked.run["backward"]:
        player.turn(True)
    for name, motion in checked.motions.items():
        player.begin_motion(name, motion)


def view_settings(run: Mapping[str, Any]) -> dict[str, Any]:
    """Return what the run's view-model holds by itself, apart from the engine."""
    return {
        "locked": list(run["locked"]),
        "speed": math.inf if run["speed"] == FASTEST else float(run["speed"]),
        "fps": float(run["fps"]),
    }


def put_back(live: Any, changes: Mapping[str, Any]) -> None:
    """Put settings of a run back by its own commands; the run goes on.

    `changes` holds what differs, in the form of `describe_run`; of parameters, initial values
    and motions those that differ, a motion that ends as None.
    """
    held = {n: v for n, v in view_settings({**_PLAIN, **changes}).items() if n in changes}
    live.param.update(held)
    if changes.get("parameters"):
        live.put_back_params(changes["parameters"])
    for name, value in changes.get("initial", {}).items():
        live.set_initial(name, value)
    for name, command in (
        ("stepper", live.set_stepper),
        ("dt", live.set_dt),
        ("rtol", live.set_rtol),
        ("atol", live.set_atol),
        ("seed", live.set_seed),
        ("backward", live.set_backward),
    ):
        if name in changes:
            command(changes[name])
    if "pause_when" in changes or "pause_armed" in changes:
        text = changes.get("pause_when", live.pause_when)
        live.set_pause_when(text, armed=changes.get("pause_armed", live.pause_armed))
    for name, motion in changes.get("motions", {}).items():
        live.put_back_motion(name, motion)


_PLAIN: Mapping[str, Any] = {"locked": (), "speed": 1.0, "fps": 1.0}
