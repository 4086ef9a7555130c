"""Measurements taken along an orbit.

To add one, write a file here with its hooks and a function that returns an `ObserverModule`,
then name that function in this file; the contract tests run every name of `OBSERVERS`.
"""

from collections.abc import Callable, Mapping
from types import MappingProxyType

from engine.model import Model
from engine.observers.drift import drift
from engine.observers.escape import escape
from engine.observers.extrema import extrema
from engine.observers.histogram import histogram
from engine.observers.histogram2d import histogram2d
from engine.observers.intervals import intervals
from engine.observers.lyapunov_mle import lyapunov_mle
from engine.observers.lyapunov_spectrum import kaplan_yorke, lyapunov_spectrum
from engine.observers.moments import moments
from engine.observers.observer import ObserverModule, Rate, Trace
from engine.observers.period import period
from engine.observers.poincare_section import poincare_section
from engine.observers.recipe import measurement
from engine.observers.recurrence import recurrence
from engine.observers.resolve import (
    analysis_signature_hash,
    build_observer_metadata,
    resolve_hooks,
)
from engine.observers.return_map import return_map
from engine.observers.stroboscope import stroboscope
from engine.observers.suggested import made_for

__all__ = [
    "OBSERVERS",
    "ObserverModule",
    "Rate",
    "Trace",
    "analysis_signature_hash",
    "build_observer_metadata",
    "drift",
    "escape",
    "extrema",
    "histogram",
    "histogram2d",
    "intervals",
    "kaplan_yorke",
    "lyapunov_mle",
    "lyapunov_spectrum",
    "measurement",
    "moments",
    "period",
    "poincare_section",
    "recurrence",
    "resolve_hooks",
    "return_map",
    "stroboscope",
    "suggested",
]

OBSERVERS: Mapping[str, Callable[..., ObserverModule]] = MappingProxyType(
    {
        "drift": drift,
        "escape": escape,
        "extrema": extrema,
        "histogram": histogram,
        "histogram2d": histogram2d,
        "intervals": intervals,
        "lyapunov_mle": lyapunov_mle,
        "lyapunov_spectrum": lyapunov_spectrum,
        "moments": moments,
        "period": period,
        "poincare_section": poincare_section,
        "recurrence": recurrence,
        "return_map": return_map,
        "stroboscope": stroboscope,
    }
)


def suggested(model: Model) -> tuple[ObserverModule, ...]:
    """Make the observers that a model's file suggests in ``[meta] observers``.

    Raises
    ------
    ModelError
        An observer or an argument of that name does not exist; with the nearest one.
    ObserverError
        The value of an argument is not valid.
    """
    return made_for(model, OBSERVERS)
