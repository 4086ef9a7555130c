"""The right-hand sides of a model, evaluated on columns."""

from collections.abc import Mapping
from functools import lru_cache

import engine


@lru_cache(maxsize=64)
def field(model: engine.Model) -> Mapping[str, engine.Observable] | None:
    """Return the right-hand sides; None where they look back in time or are too long."""
    try:
        return model.field
    except engine.ExpressionError:
        return None


def driven(model: engine.Model) -> bool:
    """Tell whether the time occurs in the equations."""
    rates = field(model)
    return rates is not None and any(rate.timed for rate in rates.values())
