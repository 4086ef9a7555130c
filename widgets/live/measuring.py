"""What is measured along an orbit, wherever model and method allow that."""

from collections.abc import Mapping
from typing import Any

import engine
from widgets.live.ring import History


class Measuring:
    """Hold the observers that are wanted, why they cannot be had, and the curves they give.

    Attributes
    ----------
    wanted : tuple of engine.ObserverModule
        What is to be measured.
    refused : str
        Why nothing is measured, in words; empty where it is, or where nothing is wanted.
    traces : dict of str to History
        The observers' curves by ``"observer.column"``.
    """

    def __init__(self) -> None:
        self.wanted: tuple[engine.ObserverModule, ...] = ()
        self.refused = ""
        self.traces: dict[str, History] = {}

    def copy(self) -> "Measuring":
        """Return the same curves, to which others may be added."""
        other = Measuring()
        other.wanted, other.refused = self.wanted, self.refused
        other.traces = {place: history.copy() for place, history in self.traces.items()}
        return other

    def begin(self, sim: engine.Sim, reason: str = "") -> None:
        """Hold empty curves for the observers of a run that begins or is measured from now on.

        `reason` says why none is to be measured.
        """
        refused = "" if sim.observers or reason else measured(sim, self.wanted)[1]
        self.refused = reason or refused
        self.traces = {
            f"{observer.key}.{column}": History()
            for observer in sim.observers
            if observer.trace is not None
            for column in observer.trace.columns
        }

    def follow(self, sim: engine.Sim) -> None:
        """Begin anew where a run is measured that was not before, or the other way round."""
        observed = {place.partition(".")[0] for place in self.traces}
        if observed != {o.key for o in sim.observers if o.trace is not None}:
            self.begin(sim)

    def append(self, traces: Mapping[str, Any]) -> None:
        """Add what the observers have given since."""
        for place, history in self.traces.items():
            observer, _, column = place.partition(".")
            if observer in traces:
                history.append(traces[observer]["t"], traces[observer][column])

    def clear(self) -> None:
        """Forget the curves."""
        for trace in self.traces.values():
            trace.clear()

    def truncate(self, t: float) -> None:
        """Forget what comes after `t`."""
        for trace in self.traces.values():
            trace.truncate(t)


def measured(
    sim: engine.Sim, observers: tuple[engine.ObserverModule, ...]
) -> tuple[engine.Sim, str]:
    """Put observers on a simulation; where it does not suit them, leave them out and say why."""
    try:
        return sim.replace(observers=observers), ""
    except engine.ObserverError as error:
        return sim.replace(observers=()), str(error)
