"""The way back from a blow-up: to where the orbit was still good, and what may help there."""

from collections.abc import Callable
from dataclasses import dataclass
from functools import partial

import numpy as np

import engine
from widgets.live.player_edits import PlayerEdits
from widgets.live.ring import Ring
from widgets.live.words import brief

LOOKED_AT = 20_000
"""Most of the latest rows in which the last good one is looked for."""

RUNAWAY = 10.0
"""How many times as large as half of the orbit a variable is that runs away."""

LOOSER = 10.0


@dataclass(frozen=True, kw_only=True)
class Remedy:
    """Say what may keep an orbit from failing again, and do it."""

    words: str
    apply: Callable[[PlayerEdits], None]


def remedy(sim: engine.Sim, failure: engine.Failure) -> Remedy | None:
    """Return what may help where an orbit has failed: half the step, another method, tolerances."""
    if sim.model.kind == "map" or failure.event is not None:
        return None
    if not sim.method.adaptive:
        half = 0.5 * sim.dt
        words = f"Back, with half the dt ({brief(half)})"
        return Remedy(words=words, apply=partial(_set_dt, half))
    if failure.stiff:
        name = _implicit(sim)
        if not name:
            return None
        return Remedy(words=f"Back, with {name}", apply=partial(_set_stepper, name))
    grown = failure.value is not None and not np.isfinite(failure.value)
    factor = 1.0 / LOOSER if grown else LOOSER
    rtol, atol = sim.rtol * factor, sim.atol * factor
    words = f"Back, with a {'tighter' if grown else 'looser'} rtol ({brief(rtol)})"
    return Remedy(words=words, apply=partial(_set_tolerances, rtol, atol))


def last_good_row(ring: Ring) -> int:
    """Return the last row of a ring, by its count, at which no variable runs away yet."""
    first, _, y = ring.read(ring.total - LOOKED_AT, ring.total)
    size = np.where(np.isfinite(y), np.abs(y), np.inf)
    if not size.size:
        return first
    usual = np.quantile(size, 0.5, axis=1, method="lower", keepdims=True)
    calm = np.all((size <= RUNAWAY * usual) & np.isfinite(size), axis=0)
    return first + int(np.flatnonzero(calm)[-1]) if calm.any() else first


def _implicit(sim: engine.Sim) -> str:
    names = [s.name for s in engine.list_steppers("ode", model=sim.model) if s.stiff]
    return "rodas4" if "rodas4" in names else next(iter(names), "")


def _set_dt(dt: float, player: PlayerEdits) -> None:
    player.set_dt(dt)


def _set_stepper(name: str, player: PlayerEdits) -> None:
    player.set_stepper(name)


def _set_tolerances(rtol: float, atol: float, player: PlayerEdits) -> None:
    player.set_tolerances(rtol, atol)
