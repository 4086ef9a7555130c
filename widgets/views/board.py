"""The views of a run and their places: added, removed and arranged while it runs."""

from collections.abc import Mapping
from typing import Any

import param

from widgets.live.live_run import LiveRun
from widgets.live.refusal import nearest
from widgets.views.kinds import VIEWS
from widgets.views.places import Places, described_places
from widgets.views.suggestion import suggested_places
from widgets.views.view import View

MOST_PANES = 16
"""Most views at a time: a page that shows more of them shows none."""


class Board(param.Parameterized):
    """Hold the views of a run in panes, which stand in columns.

    A pane's name stays as long as the pane does; whatever is done to one pane, the views of the
    others go on as they are.  Until somebody arranges something, the views follow what the model
    suggests.

    Parameters
    ----------
    live : LiveRun
        What is watched.
    kinds : mapping of str to type
        The views that can be added, by kind.

    Examples
    --------
    >>> board = Board(LiveRun("lorenz"))
    >>> pane = board.add("phase_plane")
    >>> board.move(pane, "left")
    >>> board.maximise(pane)
    """

    version = param.Integer(0, doc="Grows with every change of panes, places or settings.")

    def __init__(self, live: LiveRun, *, kinds: Mapping[str, type[View]] = VIEWS) -> None:
        super().__init__()
        self.live = live
        self.kinds = kinds
        self.panes: dict[str, View] = {}
        self.maximised = ""
        self.untouched = True
        self._places = Places()
        self._watchers: dict[str, Any] = {}
        self._suggest()
        self._watching = live.param.watch(self._take_model, "model")

    # What is done to panes

    def add(
        self,
        kind: str,
        settings: Mapping[str, Any] | None = None,
        *,
        column: int | None = None,
    ) -> str:
        """Add a view at the end of a column, by default of the one with the most room.

        Returns
        -------
        str
            The name of its pane.

        Raises
        ------
        engine.PhasescopeError, ValueError
            There is no such view, it does not suit the model, or its settings are not valid.
        """
        if len(self.panes) >= MOST_PANES:
            raise ValueError(f"{MOST_PANES} views are shown, as many as there may be: remove one")
        misfit = self.misfit(self._known(kind))
        if misfit:
            raise ValueError(misfit)
        view = self._made(kind, settings or {})
        pane = self._free_name(kind)
        self._open(pane, view)
        self._places.append(pane, column)
        self.maximised = ""
        self._touch()
        return pane

    def remove(self, pane: str) -> None:
        """Remove a pane and close its view."""
        self._check(pane)
        self._shut(pane)
        self._places.remove(pane)
        if self.maximised == pane:
            self.maximised = ""
        self._touch()

    def move(self, pane: str, direction: str) -> None:
        """Move a pane by one place.

        Parameters
        ----------
        direction : {"left", "right", "up", "down"}
            At the edge, a pane that shares its column moves into a column of its own.
        """
        self._check(pane)
        if self._places.move(pane, direction):
            self._touch()

    def place(self, pane: str, beside: str, side: str) -> None:
        """Put a pane beside another one: above or below it in its column, or left or right of it.

        Parameters
        ----------
        side : {"left", "right", "top", "bottom"}
            On the left or right it gets a column of its own.
        """
        self._check(pane)
        self._check(beside)
        if pane != beside and self._places.place(pane, beside, side):
            self._touch()

    def resize(self, widths: Mapping[int, float], heights: Mapping[str, float]) -> None:
        """Change the shares of columns in the width, and of panes in their columns' heights.

        Raises
        ------
        ValueError
            A share is not positive, or there is no such column or pane.
        """
        for pane in heights:
            self._check(pane)
        self._places.resize(widths, heights)
        self._touch()

    def maximise(self, pane: str | None) -> None:
        """Show one pane alone, or all of them again; the hidden ones cost nothing."""
        if pane:
            self._check(pane)
        if (pane or "") != self.maximised:
            self.maximised = pane or ""
            self.version += 1

    # What a page and a document are told

    def misfit(self, kind: str) -> str:
        """Return why a kind does not suit the present model, in words; empty where it does."""
        if self.live.model is None:
            return "The model is not loaded yet."
        return self.kinds[self._known(kind)].misfit(self.live)

    def layout(self) -> dict[str, Any]:
        """Return the columns, which pane is maximised, and the menu of kinds."""
        menu = [[kind, view.caption, self.misfit(kind)] for kind, view in self.kinds.items()]
        return {
            "columns": self._places.described(),
            "maximised": self.maximised,
            "fixed": False,
            "menu": menu,
        }

    def take_order(self, order: Mapping[str, Any]) -> None:
        """Do what a page asks: ``do`` names a method, the rest its arguments."""
        do = str(order["do"])
        if do == "add":
            self.add(str(order["kind"]))
        elif do == "remove":
            self.remove(str(order["pane"]))
        elif do == "move":
            self.move(str(order["pane"]), str(order["direction"]))
        elif do == "place":
            self.place(str(order["pane"]), str(order["beside"]), str(order["side"]))
        elif do == "resize":
            widths = {int(column): float(share) for column, share in order["widths"]}
            self.resize(widths, {str(pane): float(share) for pane, share in order["heights"]})
        elif do == "maximise":
            self.maximise(str(order["pane"]))
        else:
            raise ValueError(f"a board cannot {do!r}")

    def describe(self) -> dict[str, Any]:
        """Return panes, places and settings as plain numbers, texts, lists and dicts."""
        columns = self._places.described()
        for column in columns:
            for place in column["panes"]:
                view = self.panes[place["id"]]
                place |= {"kind": view.kind, "settings": view.settings()}
        return {"columns": columns, "maximised": self.maximised}

    def restore(self, described: Mapping[str, Any]) -> None:
        """Take over what `describe` has returned; views that are there already stay as they are.

        Raises
        ------
        engine.PhasescopeError, ValueError
            Something is not valid; the board is as before.
        """
        places, wanted, maximised = described_places(described, self.kinds, MOST_PANES)
        fresh: dict[str, View] = {}
        changed: list[tuple[View, dict[str, Any]]] = []
        try:
            for pane, (kind, settings) in wanted.items():
                view = self.panes.get(pane)
                if view is None or view.kind != kind:
                    fresh[pane] = self._made(kind, settings)
                elif view.settings() != settings:
                    changed.append((view, view.settings()))
                    view.take_settings(settings)
        except BaseException:
            for view in fresh.values():
                view.close()
            for view, settings in changed:
                view.take_settings(settings)
            raise
        for pane in [pane for pane in self.panes if pane not in wanted or pane in fresh]:
            self._shut(pane)
        for pane, view in fresh.items():
            self._open(pane, view)
        self.panes = {pane: self.panes[pane] for pane in wanted}
        self._places, self.maximised = places, maximised
        self._touch()

    def close(self) -> None:
        """Close all views and let go of the run."""
        self.live.param.unwatch(self._watching)
        for pane in [*self.panes]:
            self._shut(pane)

    # Inside

    def _touch(self) -> None:
        self.untouched = False
        self.version += 1

    def _known(self, kind: str) -> str:
        if kind not in self.kinds:
            raise ValueError(f"there is no view {kind!r}{nearest(kind, self.kinds)}")
        return kind

    def _check(self, pane: str) -> None:
        if pane not in self.panes:
            raise ValueError(f"there is no pane {pane!r}{nearest(pane, self.panes)}")

    def _made(self, kind: str, settings: Mapping[str, Any]) -> View:
        view = self.kinds[kind](self.live)
        if settings:
            try:
                view.take_settings(settings)
            except BaseException:
                view.close()
                raise
        return view

    def _free_name(self, kind: str) -> str:
        names = (kind if number == 1 else f"{kind}-{number}" for number in range(1, MOST_PANES + 2))
        return next(name for name in names if name not in self.panes)

    def _open(self, pane: str, view: View) -> None:
        self.panes[pane] = view
        self._watchers[pane] = view.param.watch(self._note_settings, "controls")

    def _shut(self, pane: str) -> None:
        view = self.panes.pop(pane)
        view.param.unwatch(self._watchers.pop(pane))
        view.close()

    def _note_settings(self, *events: Any) -> None:
        self.version += 1

    def _take_model(self, *events: Any) -> None:
        if self.live.model is None:
            return
        if self.untouched:
            self._suggest()
        # The menu says which kinds suit the model.
        self.version += 1

    def _suggest(self) -> None:
        """Arrange what the model suggests; a kind that is there already stays."""
        places = suggested_places(self.live, self.kinds)
        for pane in [pane for pane in self.panes if pane not in places.panes]:
            self._shut(pane)
        for pane in places.panes:
            if pane not in self.panes:
                self._open(pane, self.kinds[pane](self.live))
        self.panes = {pane: self.panes[pane] for pane in places.panes}
        self._places = places
        if self.maximised not in self.panes:
            self.maximised = ""
        self.version += 1
