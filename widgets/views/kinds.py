"""The kinds of views there are, by the names under which documents know them.

To add one, see `widgets.views.view.View`; then name its class here.
"""

from collections.abc import Mapping
from types import MappingProxyType

from widgets.views.convergence import Convergence
from widgets.views.phase_plane import PhasePlane
from widgets.views.time_series import TimeSeries
from widgets.views.view import View

VIEWS: Mapping[str, type[View]] = MappingProxyType(
    {view.kind: view for view in (TimeSeries, PhasePlane, Convergence)}
)
