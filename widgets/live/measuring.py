"""What is measured along an orbit, wherever model and method allow that."""

import copy
from collections import deque
from collections.abc import Mapping
from typing import Any

import engine
from widgets.live.ring import History

MOST_CHANGES = 1_000
"""Most changes whose times are remembered; of more the oldest are forgotten."""


class Measuring:
    """Hold the observers that are wanted, why they cannot be had, and the curves they give.

    Attributes
    ----------
    wanted : tuple of engine.ObserverModule
        What is to be measured.
    refused : str
        Why nothing is measured, in words; empty where it is, or where nothing is wanted.
    refusals : dict of str to str
        Why some of it is not measured, by observer.
    traces : dict of str to History
        The observers' curves by ``"observer.column"``.
    changed : dict of str to History
        What has come of these curves since the last change of the run.
    before : dict of str to tuple
        Time and value of each curve's last sample before that change.
    started : dict of str to float
        Time from which on each observer measures.
    """

    def __init__(self) -> None:
        self.wanted: tuple[engine.ObserverModule, ...] = ()
        self.refused = ""
        self.refusals: dict[str, str] = {}
        self.traces: dict[str, History] = {}
        self.changed: dict[str, History] = {}
        self.before: dict[str, tuple[float, float]] = {}
        self.started: dict[str, float] = {}
        self._present: dict[str, engine.ObserverModule] = {}
        self._reason = ""
        self._changes: deque[float] = deque(maxlen=MOST_CHANGES)

    def copy(self) -> "Measuring":
        """Return the same curves, to which others may be added."""
        other = copy.copy(self)
        other.traces = {place: history.copy() for place, history in self.traces.items()}
        other.changed = {place: history.copy() for place, history in self.changed.items()}
        other.before, other.started = dict(self.before), dict(self.started)
        other._changes = self._changes.copy()
        return other

    def begin(self, sim: engine.Sim, reason: str = "") -> None:
        """Hold empty curves for the observers of a run that begins or is measured from now on.

        `reason` says why none is to be measured.
        """
        self._present = {}
        self._changes.clear()
        self._reason = reason
        self._hold(sim, sim.t0)

    def follow(self, sim: engine.Sim, t: float | None = None) -> None:
        """Hold empty curves for observers that are new at time `t`, and no longer those gone."""
        self._hold(sim, sim.t0 if t is None else t)

    def _hold(self, sim: engine.Sim, t: float) -> None:
        reason = self._reason
        self.refusals = dict.fromkeys([o.key for o in self.wanted], reason)
        if not reason:
            self.refusals = fitting(sim, self.wanted)[1] if self.wanted else {}
        told = reason or next(iter(self.refusals.values()), "")
        self.refused = "" if sim.observers else told
        held = {o.key: o for o in sim.observers}
        stay = {key for key, o in held.items() if self._present.get(key) == o}
        self._present = held
        self.started = {key: self.started[key] if key in stay else t for key in held}
        places = [f"{o.key}.{c}" for o in sim.observers if o.trace for c in o.trace.columns]
        old = {place for place in self.traces if place.partition(".")[0] in stay}
        self.traces = {p: self.traces[p] if p in old else History() for p in places}
        self.changed = {p: self.changed[p] if p in old else History() for p in places}
        self.before = {
            p: self.before[p] if p in old else (self.started[p.partition(".")[0]], 0.0)
            for p in places
        }

    def append(self, traces: Mapping[str, Any]) -> None:
        """Add what the observers have given since."""
        for place, history in self.traces.items():
            observer, _, column = place.partition(".")
            if observer in traces:
                samples = traces[observer]["t"], traces[observer][column]
                history.append(*samples)
                self.changed[place].append(*samples)

    def note_change(self, t: float) -> None:
        """Let the curves since the last change begin at time `t`."""
        self._changes.append(t)
        for place, changed in self.changed.items():
            latest = changed.latest
            if latest is not None:
                self.before[place] = latest
            changed.clear()
        for key, observer in self._present.items():
            if observer.since == "change":
                self.started[key] = t

    def clear(self, t: float) -> None:
        """Forget the curves, for the observers measure anew from time `t` on."""
        for place, trace in self.traces.items():
            trace.clear()
            self.changed[place].clear()
            self.before[place] = (t, 0.0)
        self.started = dict.fromkeys(self.started, t)

    def truncate(self, t: float) -> None:
        """Forget what comes after `t`."""
        while self._changes and self._changes[-1] > t:
            self._changes.pop()
        last = self._changes[-1] if self._changes else None
        for place, trace in self.traces.items():
            trace.truncate(t)
            if self.before[place][0] <= t:
                self.changed[place].truncate(t)
                continue
            times, values = trace.read()
            begun = 0 if last is None else int((times <= last).sum())
            start = self.started[place.partition(".")[0]]
            earlier = (float(times[begun - 1]), float(values[begun - 1])) if begun else (start, 0.0)
            self.before[place] = earlier
            self.changed[place].clear()
            self.changed[place].append(times[begun:], values[begun:])


def fitting(
    sim: engine.Sim, observers: tuple[engine.ObserverModule, ...]
) -> tuple[engine.Sim, dict[str, str]]:
    """Put on a simulation those observers that it suits, and say why not the others, by key."""
    try:
        return sim.replace(observers=observers), {}
    except engine.PhasescopeError:
        fit: tuple[engine.ObserverModule, ...] = ()
        refusals = {}
        for observer in observers:
            try:
                sim.replace(observers=(*fit, observer))
            except engine.PhasescopeError as error:
                refusals[observer.key] = str(error)
            else:
                fit = (*fit, observer)
        return sim.replace(observers=fit), refusals


def measured(
    sim: engine.Sim, observers: tuple[engine.ObserverModule, ...]
) -> tuple[engine.Sim, str]:
    """Put observers on a simulation; where it does not suit them, leave them out and say why."""
    fitted, refusals = fitting(sim, observers)
    return fitted, "; ".join(refusals.values())
