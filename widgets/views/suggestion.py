"""Which views a model is first seen in, and where they stand."""

from collections.abc import Mapping

from widgets.live.live_run import LiveRun
from widgets.views.places import Places
from widgets.views.view import View

AGAINST_TIME = ("time_series", "lyapunov")
"""What stands on the left, one above the other: pictures that are wide."""

STATIC = "phase_plane"
"""What stands on the right where the model suggests nothing else that can be drawn."""


def suggested_places(live: LiveRun, kinds: Mapping[str, type[View]]) -> Places:
    """Return the time series and the exponent beside the model's most telling picture.

    That is the phase plane wherever the model suggests one, and before a model is loaded.
    """
    left = [kind for kind in AGAINST_TIME if kind in kinds]
    right = _most_telling(live, kinds)
    columns = [column for column in (left, [right] if right else []) if column]
    places = Places()
    for number, column in enumerate(columns):
        for kind in column:
            places.append(kind, number)
    return places


def _most_telling(live: LiveRun, kinds: Mapping[str, type[View]]) -> str:
    candidates = [STATIC, *kinds]
    if live.model is not None:
        suggested = live.model.spec.meta.views
        candidates = [*([STATIC] if STATIC in suggested else []), *suggested, *candidates]
    for kind in candidates:
        known = kind in kinds and kind not in AGAINST_TIME
        if known and (live.model is None or not kinds[kind].misfit(live)):
            return kind
    return ""
