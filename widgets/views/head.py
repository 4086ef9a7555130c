"""Controls of a plot's head, and what they may be set to."""

from collections.abc import Mapping, Sequence
from typing import Any

from widgets.live.live_run import LiveRun
from widgets.views import expressions
from widgets.views.expressions import short, text_control

Control = dict[str, Any]


def expression(live: LiveRun, name: str, caption: str, label: str, value: str) -> Control:
    """Describe a field for an expression, the model's variables being suggested."""
    options = [[text, short(text)] for text in recorded(live)]
    return text_control(name, caption, label, value, options)


def toggle(name: str, caption: str, label: str, value: bool) -> Control:
    """Describe a button that is pressed or not."""
    given = {"kind": "toggle", "name": name, "caption": caption, "label": label, "value": value}
    return given | {"color": 0}


def recorded(live: LiveRun) -> list[str]:
    """Return the names of what can be drawn without typing."""
    model = live.model
    if model is None:
        return []
    return [*model.state_names, *(f"aux.{name}" for name in model.aux_names)]


def valid(live: LiveRun, text: object) -> str:
    """Return an expression of the model's variables without the blanks around it.

    Before there is a model, any text is taken: `take_model` looks at it again.

    Raises
    ------
    engine.ExpressionError, ValueError
        It is none.
    """
    return str(text).strip() if live.model is None else expressions.valid(live, text)


def flags(settings: Mapping[str, Any], names: Sequence[str]) -> dict[str, bool]:
    """Return those settings of these names that there are, as True or False."""
    return {name: bool(settings[name]) for name in names if name in settings}
