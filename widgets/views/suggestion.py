"""Which views a model is first seen in, and where they stand."""

from collections.abc import Mapping

from widgets.live.live_run import LiveRun
from widgets.views.places import Places
from widgets.views.view import View

SERIES = "time_series"
EXPONENT = "lyapunov"
RASTER = "event_raster"
INTERVALS = "event_intervals"
DRIFT = "drift"

AGAINST_TIME = (SERIES, EXPONENT, RASTER, DRIFT)
"""What stands on the left, one above the other: pictures that are wide."""

STATIC = "phase_plane"
"""What stands on the right where the model suggests nothing else that can be drawn."""


def suggested_places(live: LiveRun, kinds: Mapping[str, type[View]]) -> Places:
    """Return the time series and what is measured beside the model's most telling picture.

    Measured is the largest Lyapunov exponent; of a model that suggests none of them, when its
    events fire, or the drift of what it says is conserved.  The picture is the phase plane wherever
    the model suggests one, and before a model is loaded.
    """
    left = [kind for kind in (SERIES, _measured(live)) if kind in kinds]
    right = _most_telling(live, kinds)
    columns = [column for column in (left, [right] if right else []) if column]
    places = Places()
    for number, column in enumerate(columns):
        for kind in column:
            places.append(kind, number)
    return places


def _measured(live: LiveRun) -> str:
    """Return what stands below the time series."""
    if live.model is None:
        return EXPONENT
    suggested = {observer.name for observer in live.model.spec.meta.observers}
    chaos = any(name.startswith("lyapunov") for name in suggested)
    if live.model.events.events and not chaos:
        return RASTER
    return DRIFT if "drift" in suggested and not chaos else EXPONENT


def _most_telling(live: LiveRun, kinds: Mapping[str, type[View]]) -> str:
    candidates = [STATIC, *kinds]
    if live.model is not None:
        suggested = live.model.spec.meta.views
        # Of one variable alone the plane is the time series again.
        fires = bool(live.model.events.events) and len(live.model.state_names) == 1
        others = [*([INTERVALS] if fires else []), *candidates]
        candidates = [*([STATIC] if STATIC in suggested else []), *suggested, *others]
    for kind in candidates:
        known = kind in kinds and kind not in AGAINST_TIME
        if known and (live.model is None or not kinds[kind].misfit(live)):
            return kind
    return ""
