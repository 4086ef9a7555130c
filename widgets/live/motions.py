"""The motions of parameters along one orbit: which value is due, and until when it holds."""

import math
from collections.abc import Iterable
from dataclasses import dataclass

from widgets.live.motion import HOLDS, ONCE, RAMP, WATCHING, Motion
from widgets.live.pacing import LONGEST_DEBT

CHANGES_A_SECOND = 600.0
"""Most changes in a second of watching: a run as fast as it can be leaves no endless journal."""

EARLY = 1e-6
"""Share of a stretch by which a change may come early, for times that have been rounded."""


@dataclass
class _Moving:
    motion: Motion
    begun_t: float
    t: float
    phase: float
    period: float
    held: int | None = None

    def phase_at(self, t: float) -> float:
        return self.phase + (t - self.t) / self.period if self.period else self.phase


class Motions:
    """Move parameters with the time of a run.

    A moving parameter is held for stretches of its period, `HOLDS` of them or fewer where a step
    is longer, and changes at the first step boundary after each: the orbit depends on when a
    motion began, on its period, and on the speed where that is in seconds of watching, but not
    on how many pictures are made.  At unlimited speed a period in seconds is measured on the
    clock, and its parameter changes once a slice.

    Times are those of the run, which grow in either direction of the model's time.
    """

    def __init__(self) -> None:
        self._moving: dict[str, _Moving] = {}
        self._allowed = CHANGES_A_SECOND * LONGEST_DEBT
        self._now: float | None = None

    def __bool__(self) -> bool:
        return bool(self._moving)

    @property
    def described(self) -> dict[str, Motion]:
        """Return what moves, by parameter."""
        return {name: moving.motion for name, moving in self._moving.items()}

    @property
    def spent(self) -> bool:
        """Tell whether no more changes are to be made in this slice."""
        return bool(self._moving) and self._allowed < 1.0

    def begin(self, name: str, motion: Motion, t: float) -> None:
        """Let a parameter move from time `t` on."""
        self._moving[name] = _Moving(motion=motion, begun_t=t, t=t, phase=0.0, period=0.0)

    def end(self, names: Iterable[str]) -> None:
        """Let parameters stay where they are."""
        for name in names:
            self._moving.pop(name, None)

    def adapt(self, names: Iterable[str], t_before: float, t: float) -> None:
        """Go on from time `t_before` of one orbit at time `t` of another one.

        Only parameters that are among `names` keep moving.
        """
        self.end(set(self._moving) - set(names))
        for moving in self._moving.values():
            moving.phase = moving.phase_at(t_before)
            moving.begun_t = moving.t = t
            moving.held = None

    def go_back(self, t: float) -> None:
        """Return to time `t`: what did not move then stays where it was."""
        self.end([name for name, moving in self._moving.items() if moving.begun_t > t])
        for moving in self._moving.values():
            moving.phase, moving.t = max(moving.phase_at(t), 0.0), t
            moving.held = None

    def begin_slice(self, t: float, *, now: float, speed: float) -> None:
        """Note the present speed, and how long one has watched; `now` is a clock's seconds."""
        elapsed = 0.0 if self._now is None else min(max(now - self._now, 0.0), LONGEST_DEBT)
        self._now = now
        most = CHANGES_A_SECOND * LONGEST_DEBT
        self._allowed = min(max(self._allowed + elapsed * CHANGES_A_SECOND, 1.0), most)
        for moving in self._moving.values():
            phase = moving.phase_at(t)
            if moving.motion.unit != WATCHING:
                period = moving.motion.period
            elif math.isfinite(speed):
                period = moving.motion.period * speed
            else:
                period = 0.0
                phase += elapsed / moving.motion.period
            if period != moving.period or not period:
                moving.t, moving.phase, moving.period = t, phase, period
                moving.held = None

    def due(self, t: float, shortest: float) -> dict[str, float]:
        """Return the values that parameters take at time `t`; `shortest` is a step's length."""
        values = {}
        for name, moving in self._moving.items():
            stretch = self._stretch(moving, shortest)
            place = math.floor((t - moving.t) / stretch + EARLY) if stretch else 0
            phase = moving.phase + (place * stretch / moving.period if stretch else 0.0)
            if self._ends(moving, t):
                values[name] = moving.motion.second
            elif place != moving.held:
                values[name] = moving.motion.value(phase)
            moving.held = place
        if values:
            self._allowed -= 1.0
        return values

    def over(self, t: float) -> list[str]:
        """Return the parameters whose motion has come to its end by time `t`, and forget them."""
        names = [name for name, moving in self._moving.items() if self._ends(moving, t)]
        self.end(names)
        return names

    def next_t(self, t: float, shortest: float) -> float:
        """Return the time of the next change after `t`; infinite where none is to come."""
        found = math.inf
        for moving in self._moving.values():
            stretch = self._stretch(moving, shortest)
            if not stretch:
                continue
            place = math.floor((t - moving.t) / stretch + EARLY) + 1
            found = min(found, moving.t + place * stretch)
            end = moving.t + (1.0 - moving.phase) * moving.period
            if moving.motion.course == ONCE and moving.motion.kind == RAMP and end > t:
                found = min(found, end)
        return max(found, math.nextafter(t, math.inf))

    def _ends(self, moving: _Moving, t: float) -> bool:
        return moving.motion.ends(moving.phase_at(t) + EARLY / HOLDS)

    def _stretch(self, moving: _Moving, shortest: float) -> float:
        return max(moving.period / HOLDS, shortest) if moving.period else 0.0
