"""Warnings that point at the line of the user's own code that asked for a model."""

import inspect
import warnings
from collections.abc import Iterator
from contextlib import contextmanager
from contextvars import ContextVar

__all__ = ["collected_warnings", "warn_user"]

_HEARD: ContextVar[list[str] | None] = ContextVar("_HEARD", default=None)


@contextmanager
def collected_warnings() -> Iterator[list[str]]:
    """Collect what is warned of in this thread, which is then not shown.

    `warnings.catch_warnings` would do so for all threads at once.
    """
    heard: list[str] = []
    token = _HEARD.set(heard)
    try:
        yield heard
    finally:
        _HEARD.reset(token)


def warn_user(message: str, category: type[Warning] = UserWarning) -> None:
    """Issue a warning that is shown at the first caller outside the engine."""
    heard = _HEARD.get()
    if heard is not None:
        heard.append(message)
        return
    level, frame = 1, inspect.currentframe()
    while frame is not None and frame.f_globals.get("__name__", "").split(".")[0] == "engine":
        level, frame = level + 1, frame.f_back
    warnings.warn(message, category, stacklevel=level)
