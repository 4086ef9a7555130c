"""Views and controls of a running dynamical system, for pages and notebooks."""

from widgets.convergence import Convergence
from widgets.equations_view import EquationsView
from widgets.explorer import Explorer, explore
from widgets.gallery import Gallery
from widgets.initial_state import InitialState
from widgets.live_run import LiveRun, bundled_models
from widgets.parameter_panel import ParameterPanel
from widgets.phase_plane import PhasePlane
from widgets.screen import Screen
from widgets.solver_panel import SolverPanel
from widgets.status_line import StatusLine
from widgets.time_series import TimeSeries
from widgets.transport import Transport
from widgets.view import View

__all__ = [
    "Convergence",
    "EquationsView",
    "Explorer",
    "Gallery",
    "InitialState",
    "LiveRun",
    "ParameterPanel",
    "PhasePlane",
    "Screen",
    "SolverPanel",
    "StatusLine",
    "TimeSeries",
    "Transport",
    "View",
    "bundled_models",
    "explore",
]
