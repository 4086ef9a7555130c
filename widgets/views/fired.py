"""What the views of a model's events have in common."""

from typing import Any

from widgets.live.firings import Firings
from widgets.live.live_run import LiveRun
from widgets.views.gathered import Gathered


class Fired(Gathered):
    """Show when events fired, or how long it was between."""

    _gatherer: Firings

    @classmethod
    def misfit(cls, live: LiveRun) -> str:
        """Return why there are no events."""
        if live.model is None or live.model.events.events:
            return ""
        return (
            "The model has no events: give it some, as in [events.spike] with "
            'cond = "cross_up(x, 0)", or add the observer intervals'
        )

    def measured(self) -> Any:
        """Return how many firings there have been."""
        return self._gatherer.fired

    def event_names(self) -> list[str]:
        """Return the events of the model."""
        model = self.live.model
        return [] if model is None else [event.name for event in model.events.events]
