"""Expressions that readers type, and what is suggested to them."""

from collections.abc import Iterable, Mapping
from typing import Any

from widgets.live.columns import TIME
from widgets.live.live_run import LiveRun
from widgets.views.numbers import brief

LONGEST = 500
"""Most characters of an expression."""


def suggestions(live: LiveRun) -> list[list[str]]:
    """Return what may be drawn without typing: pairs of a text and its caption."""
    model = live.model
    recorded = [*model.state_names, *(f"aux.{name}" for name in model.aux_names)]
    return [[name, short(name)] for name in (*recorded, TIME)]


def valid(live: LiveRun, text: object) -> str:
    """Return an expression of the model's variables, without the blanks around it.

    Raises
    ------
    engine.ExpressionError, ValueError
        It is none.
    """
    if not isinstance(text, str):
        raise ValueError(f"an expression is a text, not {brief(text)}")
    stripped = text.strip()
    if not stripped:
        raise ValueError("type an expression of the variables, such as x + y")
    if len(stripped) > LONGEST:
        raise ValueError(f"an expression has at most {LONGEST} characters, not {len(stripped)}")
    live.check(stripped)
    return stripped


def still_valid(live: LiveRun, texts: Iterable[str]) -> bool:
    """Tell whether texts have a meaning in the model that is now loaded."""
    return all(live.knows(text) for text in texts)


def short(text: str) -> str:
    """Return how an expression is written beside an axis."""
    return text.removeprefix("aux.")


def text_control(
    name: str, caption: str, label: str, value: str, options: list[list[str]]
) -> dict[str, Any]:
    """Describe a field for an expression."""
    return {
        "kind": "text",
        "name": name,
        "caption": caption,
        "label": label,
        "value": value,
        "options": options,
    }


def select_control(
    name: str, caption: str, label: str, value: str, options: list[list[str]]
) -> dict[str, Any]:
    """Describe a list to choose from; what is chosen is in it."""
    known = options if any(value == option[0] for option in options) else [*options, [value, value]]
    return text_control(name, caption, label, value, known) | {"kind": "select"}


def number_control(
    name: str, caption: str, label: str, value: float, **limits: float
) -> dict[str, Any]:
    """Describe a field for a number, with `min`, `max`."""
    given = {"kind": "number", "name": name, "caption": caption, "label": label, "value": value}
    return given | limits


def one_of(what: str, value: object, choices: Iterable[str]) -> str:
    """Return a value that is among the choices.

    Raises
    ------
    ValueError
        It is not.
    """
    known = [*choices]
    if value not in known:
        choice = f"one of {', '.join(known)}" if known else "none: there are none"
        raise ValueError(f"{what} is {choice}, not {brief(value)}")
    return str(value)


def suggested_axes(live: LiveRun, count: int = 2) -> tuple[str, ...]:
    """Return the axes that the model suggests, filled up with its other states."""
    model = live.model
    recorded = [*model.state_names, *(f"aux.{name}" for name in model.aux_names)]
    axes = [name for name in model.spec.meta.axes if name in recorded]
    others = [name for name in recorded if name not in axes]
    return (*axes, *others)[:count] if len(axes) <= count else tuple(axes[:count])


def suggested_arguments(live: LiveRun, observer: str) -> Mapping[str, Any]:
    """Return the arguments with which the model suggests an observer."""
    for suggestion in live.model.spec.meta.observers:
        if suggestion.name == observer:
            return suggestion.arguments
    return {}
