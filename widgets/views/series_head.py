"""The controls of a time series."""

from collections.abc import Callable, Sequence
from typing import Any, Protocol

from widgets.views.expressions import number_control, select_control, short, text_control
from widgets.views.view import button

MOST_TOGGLES = 8
"""Most variables that have a button each; of more, those that are hidden are in a list."""

MORE = "more"
"""The list of hidden variables."""

SHOW = "show "
"""What the name of a variable's button begins with: variables may be called like controls."""


SPANS = {"window": "window", "whole": "whole run", "log": "log time"}
"""Over what the values are drawn."""


class Series(Protocol):
    """What the controls show."""

    variables: tuple[str, ...]
    window: float
    whole: bool
    log_time: bool
    log_value: bool


def head(
    series: Series,
    names: Sequence[str],
    color: Callable[[str], int],
    options: list[list[str]],
) -> list[dict[str, Any]]:
    """Return a button for each variable and expression, the window and the scales."""
    expressions = [text for text in series.variables if text not in names]
    toggles = [
        _toggle(SHOW + text, short(text), f"Show {short(text)}", text in series.variables)
        | {"color": color(text)}
        for text in (*names, *expressions)
        if text in series.variables or len(names) <= MOST_TOGGLES
    ]
    if len(names) > MOST_TOGGLES:
        hidden = [[name, short(name)] for name in names if name not in series.variables]
        more = {"kind": "select", "name": MORE, "caption": "", "label": "Show another variable"}
        toggles.append(more | {"value": "", "options": [["", "more"], *hidden]})
    span = "log" if series.log_time else "whole" if series.whole else "window"
    length = number_control("window", "", "Window length", series.window, min=1e-300)
    return [
        *toggles,
        text_control("expression", "+", "Show an expression", "", options),
        select_control(
            "span", "", "Span of time", span, [[k, words] for k, words in SPANS.items()]
        ),
        *([length] if span == "window" else []),
        _toggle("log_value", "log y", "Logarithmic values", series.log_value),
        button("fit", "Fit", "Fit time series"),
    ]


def _toggle(name: str, caption: str, label: str, value: bool) -> dict[str, Any]:
    return {
        "kind": "toggle",
        "name": name,
        "caption": caption,
        "label": label,
        "value": value,
        "color": 0,
    }
