"""What undoing needs of a live run: orbits that come back, and settings put back as they were."""

from abc import abstractmethod
from collections.abc import Callable, Mapping
from functools import partial
from typing import Any

import param

import engine
from widgets.live import opening
from widgets.live.actions import ObserverChoice
from widgets.live.keeping import Kept
from widgets.live.player import Player
from widgets.live.worker import Worker


class Undoing(param.Parameterized):
    """The part of `LiveRun` that gives orbits back, and opens described runs."""

    _player: Player
    _worker: Worker
    _observers: ObserverChoice
    deliver: Callable[[Callable[[], None]], object]

    initial_t = param.Number(0.0, doc="Time at which Reset begins.")
    disturbed = param.List([], doc="Orbits that were kept just now, before they were disturbed.")

    @abstractmethod
    def _ask(
        self, key: str, control: str, action: Callable[[], None], *, start: bool = True
    ) -> None:
        """Have the worker act, in place of what waits under `key`."""

    @abstractmethod
    def _take_over(self, news: dict[str, Any]) -> None:
        """Set what has changed."""

    def exchange(self, kept: Kept, then: Callable[[], None]) -> None:
        """Go on with a kept orbit, and keep the present one in its place; then call `then`."""
        for prefix in ("param:", "state:", "reset"):
            self._worker.withdraw(prefix)
        self._ask(f"exchange {id(kept)}", "history", partial(self._player.exchange, kept))
        self.afterwards(then)

    def open_described(
        self, described: Mapping[str, Any], source: str, then: Callable[[str], None]
    ) -> None:
        """Begin the run that a document describes; then call `then` with what was refused.

        `described` is a mapping of ``model`` and ``run``; the old run goes on where they are not
        valid.  `source` is what the model is then said to come from.
        """
        refused: list[str] = []
        build = partial(opening.open_run, self._player, described, self._observers)
        self._ask("model", "document", partial(_noting, build, refused))

        def opened() -> None:
            if not refused:
                settings = opening.view_settings(described["run"])
                self.param.update({"source": source, **settings})
            then("; ".join(refused))

        self.afterwards(opened)

    def afterwards(self, then: Callable[[], None]) -> None:
        """Call something once the news of what was asked for before has been taken over."""
        self._worker.post(f"afterwards {id(then)}", partial(self.deliver, then))

    def _undoing_news(self) -> dict[str, Any]:
        """Return the orbits that have been kept since this was asked for last."""
        kept = self._player.disturbed
        self._player.disturbed = []
        return {"disturbed": kept} if kept else {}


def _noting(action: Callable[[], None], refused: list[str]) -> None:
    try:
        action()
    except engine.PhasescopeError as error:
        refused.append(str(error))
        raise
