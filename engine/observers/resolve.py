"""Check a set of observers against a model, and describe it."""

import dataclasses
import hashlib
import re
from collections.abc import Iterable, Mapping, Sequence
from typing import Any

from engine.errors import ObserverError
from engine.model import Expression, Model
from engine.model.lags import state_and_steps
from engine.observers.observer import ObserverModule, Rate
from engine.steppers import Stepper

# Numbers of an array that are written out where an observer is described.
LARGEST_SETTING = 1024


def resolve_hooks(
    observers: Sequence[ObserverModule] | ObserverModule | None,
    kind: str,
    states: tuple[str, ...] = (),
) -> tuple[ObserverModule, ...]:
    """Check a set of observers against a kind of model and put them in their fixed order.

    Parameters
    ----------
    observers : sequence of ObserverModule, one ObserverModule, or None
        The observers of one run.
    kind : {"ode", "map"}
        Kind of the model.
    states : tuple of str
        Its state names; observers that depend on them are made to fit where they are given.

    Returns
    -------
    tuple of ObserverModule
        Sorted by key, so that the same set always makes the same runner.

    Raises
    ------
    ObserverError
        Two observers share a key, or one is not for this kind of model.
    """
    if observers is None:
        return ()
    if isinstance(observers, ObserverModule):
        observers = (observers,)
    if not isinstance(observers, Iterable):
        raise ObserverError(f"observers = {observers!r} is not a sequence of observers")
    fitted = []
    for observer in observers:
        if not isinstance(observer, ObserverModule):
            raise ObserverError(
                f"{observer!r} is not an observer; "
                "pass what a function of engine.observers returns, as in lyapunov_mle()"
            )
        if kind not in observer.kinds:
            raise ObserverError(f"observer {observer.key!r} is not for models of kind {kind!r}")
        fitted.append(fitted_to(observer, kind, states))
    keys = [observer.key for observer in fitted]
    for key in keys:
        if keys.count(key) > 1:
            raise ObserverError(
                f"two observers have the key {key!r}; give one of them another, key='...'"
            )
    return tuple(sorted(fitted, key=lambda observer: observer.key))


def fitted_to(observer: ObserverModule, kind: str, states: tuple[str, ...]) -> ObserverModule:
    """Return the observer for a kind of model and its states, itself where they do not matter."""
    if observer.fit is None or not states:
        return observer
    fitted = observer.fit(kind, states)
    return dataclasses.replace(fitted, recipe=observer.recipe, fitted=(kind, states))


def check_tangents(observers: Sequence[ObserverModule], model: Model, stepper: Stepper) -> None:
    """Check that tangent vectors can pass the events of a model, where observers carry some.

    Parameters
    ----------
    observers : sequence of ObserverModule
        The observers.
    model : Model
        Whose events.
    stepper : Stepper
        The method; one that is written for arrays carries no tangent vectors through events.

    Raises
    ------
    ObserverError
        They cannot; with the event, the reason and the way out.
    """
    for observer in observers:
        if observer.tangents and model.dtype == "int64":
            raise ObserverError(
                f"observer {observer.key!r}: the whole numbers of the int64 map {model.name!r} "
                "have no tangent vectors; write it with dtype = 'float64' to follow them"
            )
        if observer.tangents and model.moving_lags:
            state, steps = state_and_steps(model.moving_lags[0])
            raise ObserverError(
                f"observer {observer.key!r}: tangent vectors of the model {model.name!r} would "
                f"have to carry its past, for lag_{state}({steps}); write the delayed values as "
                "states of their own, such as z[n+1] = x[n], and take those instead"
            )
        if observer.tangents and model.noise:
            for code in model.events.events:
                if code.action:
                    raise ObserverError(
                        f"observer {observer.key!r}: tangent vectors cannot pass the event "
                        f"{code.name!r} of the model {model.name!r}, whose noise has no rate of "
                        "change that would tell how they move its instant; take the observer, "
                        "the event's action or the noise away"
                    )
        if observer.tangents and model.events.events:
            if stepper.arrays:
                raise ObserverError(
                    f"observer {observer.key!r}: with the stepper {stepper.name!r} tangent vectors "
                    f"cannot pass events, and the model {model.name!r} has some; take another "
                    "stepper, such as 'dopri5', or leave the observer out"
                )
            for code, known in zip(model.events.events, model.saltation, strict=True):
                if known.refusal:
                    raise ObserverError(
                        f"observer {observer.key!r}: tangent vectors cannot pass the event "
                        f"{code.name!r} of the model {model.name!r}: {known.refusal}"
                    )


def expression_values(
    observer: ObserverModule, model: Model
) -> Mapping[str, tuple[Expression, ...]]:
    """Return the expressions of an observer by name, those whose rate is asked for included.

    Raises
    ------
    ExpressionError
        One is no expression of the model's names; with observer, name and column.
    """
    return {
        name: tuple(_expression(observer, name, _text(one), model) for one in _several(given))
        for name, given in observer.expressions.items()
    }


def _expression(observer: ObserverModule, name: str, text: str, model: Model) -> Expression:
    where = _where(observer, name)
    expression = model.expression(_in_plain_names(text, model), where)
    for lag in expression.lags:
        if lag not in model.lags:
            state, steps = state_and_steps(lag)
            raise ObserverError(
                f"{where}: the model {model.name!r} keeps no lag_{state}({steps}); give it an aux "
                f"for that, such as past = 'lag_{state}({steps})'"
            )
    return expression


def observer_expressions(
    observer: ObserverModule, model: Model
) -> Mapping[str, tuple[Expression, ...]]:
    """Return what the expressions of an observer compile to, rates of change derived.

    Raises
    ------
    ModelError
        As `expression_values`, or a rate cannot be derived.
    """
    compiled = dict(expression_values(observer, model))
    for name, given in observer.expressions.items():
        if isinstance(given, Rate):
            text = _in_plain_names(given.expr, model)
            compiled[name] = (model.rate(text, _where(observer, name)),)
    return compiled


def _several(given: str | Rate | tuple[str, ...]) -> tuple[str | Rate, ...]:
    return given if isinstance(given, tuple) else (given,)


def _text(given: str | Rate) -> str:
    return given.expr if isinstance(given, Rate) else given


def _where(observer: ObserverModule, name: str) -> str:
    return f"observer {observer.key!r}, {name}"


def _in_plain_names(text: str, model: Model) -> str:
    """Drop the ``aux.`` before the names of aux, which recording needs; columns stay."""
    names = "|".join(map(re.escape, model.aux_names))
    return re.sub(rf"\baux\.(?=(?:{names})\b)", "    ", text) if names else text


def analysis_signature_hash(observers: Sequence[ObserverModule]) -> str:
    """Return a stable 16-character hash of what a set of observers compiles to.

    Numbers (intervals, levels, sizes, first values) are data and not part of it; no observers give
    ``"0" * 16``.
    """
    if not observers:
        return "0" * 16
    digest = hashlib.sha256()
    for observer in sorted(observers, key=lambda o: o.key):
        digest.update(observer.structure.encode())
    return digest.hexdigest()[:16]


def observer_settings(observer: ObserverModule) -> dict[str, Any]:
    """Return the first values of an observer's memory; of large arrays shape and hash."""
    return {
        name: value
        if isinstance(value, float) or value.size <= LARGEST_SETTING
        else {"shape": list(value.shape), "sha256": hashlib.sha256(value.tobytes()).hexdigest()}
        for name, value in observer.slots[0].items()
    }


def build_observer_metadata(observers: Sequence[ObserverModule]) -> tuple[dict[str, Any], ...]:
    """Describe a run's observers for its provenance."""
    return tuple(
        {
            "key": observer.key,
            "title": observer.title,
            "analysis_kind": observer.analysis_kind,
            "since": observer.since,
            "fitted": observer.fitted,
            "tangents": observer.tangents,
            "expressions": {name: _plain(e) for name, e in observer.expressions.items()},
            "outputs": observer.output_names,
            "settings": observer_settings(observer),
            "trace": None
            if observer.trace is None
            else {
                "columns": observer.trace.columns,
                "record_interval": observer.trace.record_interval(),
            },
        }
        for observer in observers
    )


def _plain(expression: str | tuple[str, ...] | Rate) -> str | tuple[str, ...]:
    return f"rate of {expression.expr}" if isinstance(expression, Rate) else expression
