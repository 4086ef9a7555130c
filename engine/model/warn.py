"""Warnings that point at the line of the user's own code that asked for a model."""

import inspect
import warnings

__all__ = ["warn_user"]


def warn_user(message: str, category: type[Warning] = UserWarning) -> None:
    """Issue a warning that is shown at the first caller outside the engine."""
    level, frame = 1, inspect.currentframe()
    while frame is not None and frame.f_globals.get("__name__", "").split(".")[0] == "engine":
        level, frame = level + 1, frame.f_back
    warnings.warn(message, category, stacklevel=level)
