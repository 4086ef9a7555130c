"""The measurements that a model file suggests, ready to be given to a `Sim`."""

import inspect
from collections.abc import Callable, Mapping

from engine.errors import ModelError, suggest
from engine.model import Model
from engine.observers.observer import ObserverModule

__all__ = ["made_for"]


def made_for(
    model: Model, known: Mapping[str, Callable[..., ObserverModule]]
) -> tuple[ObserverModule, ...]:
    """Make each observer of ``[meta] observers`` in a model's file, in the file's order.

    Raises
    ------
    ModelError
        An observer is not among the `known` ones or has no such argument; with the nearest name.
    ObserverError
        The value of an argument is not valid.
    """
    place = " ".join(part for part in (model.spec.origin, "[meta] observers") if part)
    made = []
    for suggestion in model.spec.meta.observers:
        if suggestion.name not in known:
            near = suggest(suggestion.name, known)
            raise ModelError(f"{place}: unknown observer {suggestion.name!r}{near}")
        observer = known[suggestion.name]
        names = list(inspect.signature(observer).parameters)
        for name in suggestion.arguments:
            if name not in names:
                near = suggest(name, names)
                raise ModelError(f"{place}: {suggestion.name} has no argument {name!r}{near}")
        made.append(observer(**suggestion.arguments))
    return tuple(made)
