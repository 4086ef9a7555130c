"""A problem as plain values, and back: what provenance, journals and snapshots are made of."""

import dataclasses
from collections.abc import Mapping, Sequence
from typing import Any

from engine.errors import ModelError, ObserverError, StorageError
from engine.model import Model, load_model
from engine.observers import (
    OBSERVERS,
    ObserverModule,
    analysis_signature_hash,
    build_observer_metadata,
)
from engine.observers.resolve import fitted_to, observer_settings
from engine.plain import from_plain, to_plain
from engine.runner.plan import StopCondition
from engine.sim import NO_STOP, Sim

__all__ = ["observers_from_plain", "plain_observers", "plain_sim", "sim_from_plain"]

_NAMES = tuple(
    field.name for field in dataclasses.fields(Sim) if field.name not in ("_", "model", "observers")
)


def plain_sim(sim: Sim) -> dict[str, Any]:
    """Return everything that determines an orbit as plain values.

    Returns
    -------
    dict
        ``model`` (its name), ``model_digest``, ``model_text`` (a model file), every setting
        under its own name, and ``observers``.
    """
    described: dict[str, Any] = {
        "model": sim.model.name,
        "model_digest": sim.model.digest,
        "model_text": sim.model.text,
    }
    for name in _NAMES:
        value = getattr(sim, name)
        if isinstance(value, StopCondition):
            value = {"cond": value.cond, "phase": value.phase}
        described[name] = to_plain(value, name)
    described["observers"] = plain_observers(sim.observers)
    return described


def sim_from_plain(described: Any, observers: Sequence[ObserverModule] = ()) -> Sim:
    """Return the problem that `plain_sim` described.

    Parameters
    ----------
    described : mapping
        What `plain_sim` gave; more keys do no harm.
    observers : sequence of ObserverModule
        Observers of one's own that the problem has: a file cannot hold their code.

    Raises
    ------
    StorageError
        Something is missing or is not what it should be, the equations do not mean what they
        meant, or an observer of one's own is not given.
    """
    if not isinstance(described, Mapping):
        raise StorageError(f"settings are a mapping, not {type(described).__name__}")
    model = _model(described)
    settings = {}
    for name in _NAMES:
        if name not in described:
            raise StorageError(f"the settings have no {name!r}")
        settings[name] = from_plain(described[name])
    if settings["stop"] is None:
        settings["stop"] = NO_STOP
    if model.kind == "map":
        settings["dt"] = None
    found = observers_from_plain(described.get("observers"), observers)
    return Sim(model, observers=found, **settings)


def _model(described: Mapping[str, Any]) -> Model:
    text, digest = described.get("model_text"), described.get("model_digest")
    if not isinstance(text, str) or "[model]" not in text:
        raise StorageError("the settings have no 'model_text' that is a model file")
    try:
        model = load_model(text)
    except ModelError as error:
        raise StorageError(f"the stored model cannot be loaded: {error}") from error
    if model.digest != digest:
        raise StorageError(
            f"the stored equations of model {model.name!r} give other code here than where they "
            "were stored: the file is damaged, or is of another version of phasescope"
        )
    return model


def plain_observers(observers: Sequence[ObserverModule]) -> list[dict[str, Any]]:
    """Describe observers as plain values, with the recipe they can be made from again."""
    described = []
    for observer, metadata in zip(observers, build_observer_metadata(observers), strict=True):
        recipe = observer.recipe
        plain: dict[str, Any] = to_plain(metadata, observer.key)
        plain["function"] = None if recipe is None else recipe[0]
        plain["arguments"] = None if recipe is None else to_plain(recipe[1], observer.key)
        plain["signature"] = analysis_signature_hash((observer,))
        described.append(plain)
    return described


def observers_from_plain(
    described: Any, own: Sequence[ObserverModule] = ()
) -> tuple[ObserverModule, ...]:
    """Return the observers that `plain_observers` described.

    Raises
    ------
    StorageError
        One was not made by a function of `engine.observers` and is not among `own`, or measures
        something else here.
    """
    if not isinstance(described, (list, tuple)):
        raise StorageError("the settings have no list of observers")
    given = {observer.key: observer for observer in _checked(own)}
    return tuple(_observer(plain, given) for plain in described)


def _checked(own: Any) -> tuple[ObserverModule, ...]:
    listed: tuple[Any, ...] = (own,) if isinstance(own, ObserverModule) else tuple(own)
    for observer in listed:
        if not isinstance(observer, ObserverModule):
            raise StorageError(f"observers = {observer!r}: give ObserverModules of your own")
    return listed


def _observer(plain: Any, given: Mapping[str, ObserverModule]) -> ObserverModule:
    if not isinstance(plain, dict) or not isinstance(plain.get("key"), str):
        raise StorageError("the description of an observer has no key")
    key, function = plain["key"], plain.get("function")
    if key in given:
        observer = given[key]
    elif isinstance(function, str) and function in OBSERVERS:
        try:
            observer = OBSERVERS[function](**from_plain(plain.get("arguments") or {}))
        except (ObserverError, TypeError) as error:
            raise StorageError(f"observer {key!r} cannot be made by {function}: {error}") from error
    else:
        raise StorageError(
            f"observer {key!r} is not one of engine.observers, and a file cannot hold its code: "
            f"give it again, as in observers=(…,) with the key {key!r}"
        )
    if plain.get("fitted"):
        kind, states = from_plain(plain["fitted"])
        observer = fitted_to(observer, kind, states)
    same = analysis_signature_hash((observer,)) == plain.get("signature")
    if not same or to_plain(observer_settings(observer)) != plain.get("settings"):
        raise StorageError(
            f"observer {key!r} measures otherwise here than where it was stored: its hooks or "
            "its settings have changed"
        )
    return observer
