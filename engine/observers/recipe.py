"""How an observer was asked for, so that another process can ask for the same."""

import dataclasses
import functools
import inspect
from collections.abc import Callable
from typing import ParamSpec

from engine.errors import ObserverError, StorageError
from engine.observers.observer import ObserverModule
from engine.plain import to_plain

_P = ParamSpec("_P")


def measurement(function: Callable[_P, ObserverModule]) -> Callable[_P, ObserverModule]:
    """Make a function of `engine.observers` note on each observer how it was called.

    The observer's `recipe` then holds the function's name and the arguments given, as plain
    values.  Where an argument has no plain form the observer has no recipe: it works, and a file
    that was saved with it needs it again to be computed on.

    Raises
    ------
    ObserverError
        The function takes arguments that have no name.
    """
    signature = inspect.signature(function)
    for parameter in signature.parameters.values():
        if parameter.kind in (parameter.VAR_POSITIONAL, parameter.VAR_KEYWORD):
            raise ObserverError(
                f"{function.__name__}: {parameter} has no name to be noted under; "
                "give every argument one"
            )

    @functools.wraps(function)
    def noted(*args: _P.args, **kwargs: _P.kwargs) -> ObserverModule:
        observer = function(*args, **kwargs)
        given = signature.bind(*args, **kwargs).arguments
        try:
            recipe = (function.__name__, to_plain(given, function.__name__))
        except StorageError:
            return observer
        return dataclasses.replace(observer, recipe=recipe)

    return noted
