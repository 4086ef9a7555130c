"""Views and controls of a running dynamical system, for pages and notebooks."""

from widgets.controls.equations_view import EquationsView
from widgets.controls.parameter_panel import ParameterPanel
from widgets.controls.shortcuts import Keys
from widgets.controls.solver_panel import SolverPanel
from widgets.controls.state_panel import StatePanel
from widgets.controls.status_line import StatusLine
from widgets.controls.transport import Transport
from widgets.explorer import Explorer, explore
from widgets.live.live_run import LiveRun, bundled_models
from widgets.models.editor import Editor
from widgets.models.gallery import Gallery
from widgets.views.convergence import Convergence
from widgets.views.phase_plane import PhasePlane
from widgets.views.screen import Screen
from widgets.views.time_series import TimeSeries
from widgets.views.view import View

__all__ = [
    "Convergence",
    "Editor",
    "EquationsView",
    "Explorer",
    "Gallery",
    "Keys",
    "LiveRun",
    "ParameterPanel",
    "PhasePlane",
    "Screen",
    "SolverPanel",
    "StatePanel",
    "StatusLine",
    "TimeSeries",
    "Transport",
    "View",
    "bundled_models",
    "explore",
]
