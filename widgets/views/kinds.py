"""The kinds of views there are, by the names under which documents know them.

To add one, see `widgets.views.view.View`; then name its class here.
"""

from collections.abc import Mapping
from types import MappingProxyType

from widgets.views.cobweb import Cobweb
from widgets.views.convergence import Convergence
from widgets.views.density import Density
from widgets.views.drift import Drift
from widgets.views.event_intervals import EventIntervals
from widgets.views.event_raster import EventRaster
from widgets.views.histogram import Histogram
from widgets.views.observer_curve import ObserverCurve
from widgets.views.observer_numbers import ObserverNumbers
from widgets.views.phase_plane import PhasePlane
from widgets.views.phase_space import PhaseSpace
from widgets.views.poincare_section import PoincareSection
from widgets.views.return_map import ReturnMap
from widgets.views.spectrum import PowerSpectrum
from widgets.views.stroboscope import Stroboscope
from widgets.views.time_series import TimeSeries
from widgets.views.view import View

VIEWS: Mapping[str, type[View]] = MappingProxyType(
    {
        view.kind: view
        for view in (
            TimeSeries,
            PhasePlane,
            PhaseSpace,
            PoincareSection,
            Stroboscope,
            ReturnMap,
            Cobweb,
            PowerSpectrum,
            Histogram,
            Density,
            EventRaster,
            EventIntervals,
            Convergence,
            Drift,
            ObserverCurve,
            ObserverNumbers,
        )
    }
)
