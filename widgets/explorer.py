"""The whole instrument: a live run with its controls and its views."""

import asyncio
from collections.abc import Callable, Mapping
from types import MappingProxyType
from typing import Any

import panel as pn
import panel_material_ui as pmui

from widgets.controls.board_actions import BoardActions
from widgets.controls.choice import Choice
from widgets.controls.equations_view import EquationsView
from widgets.controls.history_buttons import HistoryButtons
from widgets.controls.observer_panel import ObserverPanel
from widgets.controls.parameter_panel import ParameterPanel
from widgets.controls.run_actions import RunActions
from widgets.controls.shortcuts import Keys
from widgets.controls.solver_panel import SolverPanel
from widgets.controls.state_panel import StatePanel
from widgets.controls.status_line import StatusLine
from widgets.controls.transport import Transport
from widgets.document import Session
from widgets.history import History
from widgets.live.live_run import LiveRun, bundled_models
from widgets.models.editor import Editor
from widgets.views.board import Board
from widgets.views.screen import Screen

EDITED = "edited"
"""What the selector of models has for one that is not bundled."""

EDITOR_WIDTH = "clamp(340px, 29vw, 700px)"
"""So wide that lines of equations fit, and the run is seen beside it on a small screen."""

# The editor grows with the type; on a phone it lies over everything below the head.
_BESIDE = f"""
:host {{
  width: calc({EDITOR_WIDTH} * var(--phasescope-scale, 1)) !important;
  max-width: 60%;
  flex: none !important;
}}
@media (max-width: 699px) {{
  :host {{
    position: fixed;
    inset: 3.25rem 0 0 0;
    z-index: 10;
    width: auto !important;
    height: auto !important;
    max-width: none;
    background: var(--mui-palette-background-default, Canvas);
  }}
}}
"""


class Explorer(pn.viewable.Viewer):
    """Put a live run, its controls and its views together, for a page or a notebook's cell.

    Nothing is computed before `start`.

    Parameters
    ----------
    source : str
        Name of a bundled model, path of a model file, its text, or equations as plain text.
    params : mapping of str to float
        Parameters that differ from the model's own.
    height : int
        Height in a notebook's cell, in pixels.
    start_when_shown : bool
        Start by itself once a page has drawn itself and listens: what changes before that may
        never reach the page.
    """

    def __init__(
        self,
        source: str = "lorenz",
        *,
        params: Mapping[str, float] = MappingProxyType({}),
        height: int = 620,
        start_when_shown: bool = False,
    ) -> None:
        super().__init__()
        self._start_when_shown = start_when_shown
        self._height = height
        self.live = LiveRun(source, params=params)
        self.model = Choice(
            self.choose_model,
            label="Model",
        )
        self.editor = Editor(self.live)
        self.edit = pmui.Button(
            label="Edit model",
            icon="edit",
            variant="outlined",
            size="small",
            on_click=self._open_editor,
            margin=(2, 12, 6, 12),
        )
        self.live.param.watch(self._take_model, ["model", "source"])
        self._take_model()
        self.transport = Transport(self.live)
        self.status = StatusLine(self.live)
        self._run_actions = RunActions(self.live, self.status.say)
        self.parameters = ParameterPanel(self.live)
        self.state = StatePanel(self.live)
        self.solver = SolverPanel(self.live)
        self.observers = ObserverPanel(self.live)
        self.equations = EquationsView(self.live)
        self.board = Board(self.live)
        self._board_actions = BoardActions(self.board, self.status.say)
        parts = {
            "parameters": self.parameters.settings,
            "observers": self.live.observing,
            "board": self.board,
        }
        self.session = Session(self.live, parts)
        self.history = History(self.session)
        self.history.watch(self.parameters.settings, "changed")
        self.history.watch(self.live.observing, "chosen")
        self.history.watch(self.board, "version")
        self.undo_and_redo = HistoryButtons(self.history, self.status.say)

    def start(self) -> "Explorer":
        """Load the model and let it run."""
        self.live.play()
        return self

    def choose_model(self, source: str) -> None:
        """Go over to another model: a bundled one, or that of a file or a text."""
        if source != EDITED:
            self.model.value = source
            self.live.choose_model(source)

    def actions(self) -> dict[str, Callable[..., None]]:
        """Return what keys do, by the names that `widgets.controls.shortcuts` uses."""
        own = {
            "undo": self.undo_and_redo.undo,
            "redo": self.undo_and_redo.redo,
            "edit model": self._open_editor,
        }
        return {**self._run_actions.named(), **self._board_actions.named(), **own}

    def close(self) -> None:
        """Stop computing and free the run."""
        self.editor.close()
        self.equations.close()
        self.live.close()

    def session_destroyed(self, session_context: Any) -> None:
        """Close with the session of a page."""
        self.close()

    def controls(self) -> pn.viewable.Viewable:
        """Return everything that is set, as one column."""
        return pmui.Column(
            self.model,
            self.edit,
            self.parameters,
            self._panels(),
            sizing_mode="stretch_width",
            margin=0,
        )

    def _panels(self) -> pmui.Accordion:
        panels = pmui.Accordion(
            ("Equations", self.equations),
            ("Initial state and present state", self.state),
            ("Solver", self.solver),
            ("Observers", self.observers),
            active=[0],
            disable_gutters=True,
            elevation=0,
            title_variant="subtitle2",
            sizing_mode="stretch_width",
            margin=0,
        )

        def open_initial_state(event: Any) -> None:
            name, _ = event.new
            if self.live.model is not None and name in self.live.model.state_names:
                panels.active = sorted({*panels.active, 1})

        self.live.param.watch(open_initial_state, "found")
        return panels

    def scope(self) -> pn.viewable.Viewable:
        """Return everything that moves: transport, status and the views."""
        screen = Screen(self.board, on_ready=self._shown, attend=self.live.attend)
        self.live.subscribe(screen.refresh)
        moving = pmui.Column(
            self.transport,
            pmui.Row(self.status, self.undo_and_redo, sizing_mode="stretch_width", margin=0),
            screen,
            sizing_mode="stretch_both",
            margin=0,
        )
        beside = pn.Column(
            self.editor,
            sizing_mode="stretch_both",
            margin=0,
            visible=False,
            stylesheets=[_BESIDE],
        )
        self.editor.param.watch(lambda event: beside.param.update(visible=event.new), "open")
        return pn.Row(beside, moving, sizing_mode="stretch_both", margin=0)

    def __panel__(self) -> pn.viewable.Viewable:
        controls = pmui.Column(
            self.controls(),
            Keys(self.actions(), align="start"),
            width=320,
            height=self._height,
            scroll=True,
            margin=(0, 12, 0, 0),
        )
        return pmui.Row(
            controls, self.scope(), height=self._height, sizing_mode="stretch_width", margin=0
        )

    def _shown(self) -> None:
        if pn.state.curdoc is not None and pn.state.curdoc.session_context is not None:
            # A document's callbacks added from another thread are lost now and then, so the
            # worker's news reach the page by way of the server's own thread.
            self.live.deliver = asyncio.get_running_loop().call_soon_threadsafe
        if self._start_when_shown:
            self._start_when_shown = False
            # Panel drops what changes before it has seen the whole page, too.
            pn.state.onload(self.start)

    def _open_editor(self, *events: Any) -> None:
        self.editor.open = not self.editor.open

    def _take_model(self, *events: Any) -> None:
        """Offer the bundled models, and before them one that is none of them."""
        names = bundled_models()
        options = [[name, name.replace("_", " ")] for name in names]
        source, model = self.live.source, self.live.model
        value = source if source in names else EDITED
        if value == EDITED:
            title = "own model" if model is None else model.name.replace("_", " ")
            edited = ", edited" if model is not None and model.name in names else ""
            options.insert(0, [EDITED, title + edited])
        self.model.param.update(options=options, value=value)


def explore(
    source: str = "lorenz",
    *,
    params: Mapping[str, float] = MappingProxyType({}),
    height: int = 620,
) -> Explorer:
    """Open a model in an explorer that is already moving.

    Parameters
    ----------
    source : str
        Name of a bundled model, path of a model file, its text, or equations as plain text.
    params : mapping of str to float
        Parameters that differ from the model's own.
    height : int
        Height of the cell, in pixels.

    Returns
    -------
    Explorer
        Shown where it is the last expression of a notebook's cell; `close` ends it.
    """
    return Explorer(source, params=params, height=height).start()
