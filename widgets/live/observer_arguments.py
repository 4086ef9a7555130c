"""What an observer can be told: its arguments, read from the function that makes it."""

import inspect
import math
import re
from dataclasses import dataclass
from typing import Any, get_args

import engine

KEY = "key"
"""The argument that names the results; it is chosen, not asked for."""

DIRECTIONS = ("up", "down", "both")
"""What the direction of a crossing may be, which is documented once for several arguments."""

LONGEST = 500
"""Most characters of what is typed for one argument."""


@dataclass(frozen=True, kw_only=True)
class Argument:
    """Describe one argument of an observer.

    Attributes
    ----------
    name : str
    kind : {"choice", "flag", "whole", "number", "expression", "text"}
        A text is an expression, a number, several of them, or pairs, as `help` says.
    default : object
        What it is where nothing is said.
    choices : tuple of str
        What it may be, where there are few.
    help : str
        What it means, from the documentation.
    """

    name: str
    kind: str
    default: Any
    choices: tuple[str, ...] = ()
    help: str = ""


def arguments_of(observer: str) -> tuple[Argument, ...]:
    """Return the arguments of an observer of `engine.observers.OBSERVERS`."""
    function = engine.observers.OBSERVERS[observer]
    documented = _documented(inspect.getdoc(function) or "")
    found = []
    for parameter in inspect.signature(function).parameters.values():
        if parameter.name == KEY:
            continue
        kinds, words = documented.get(parameter.name, ("", ""))
        choices = tuple(re.findall(r'"(\w+)"', kinds)) if kinds.startswith("{") else ()
        if parameter.name == "direction":
            choices = DIRECTIONS
        found.append(
            Argument(
                name=parameter.name,
                kind="choice" if choices else _kind(parameter.annotation),
                default=parameter.default,
                choices=choices,
                help=words,
            )
        )
    return tuple(found)


def in_words(observer: str) -> str:
    """Return the first sentence of an observer's documentation."""
    text = inspect.getdoc(engine.observers.OBSERVERS[observer]) or ""
    return " ".join(text.split("\n\n")[0].split())


def read_argument(argument: Argument, given: Any) -> Any:
    """Return what a reader has given as the argument's value; nothing stands for its default.

    Raises
    ------
    ValueError
        It is no value of this kind.
    """
    if argument.kind == "flag":
        return bool(given)
    text = str(given).strip()
    if len(text) > LONGEST:
        raise ValueError(f"{argument.name} has at most {LONGEST} characters, not {len(text)}")
    if not text:
        return argument.default
    if argument.kind == "choice":
        if text not in argument.choices:
            raise ValueError(f"{argument.name} is one of {', '.join(argument.choices)}, not {text}")
        return text
    value = _number(text)
    if argument.kind == "whole":
        if value is None or not math.isfinite(value) or value != int(value):
            raise ValueError(f"{argument.name} is a whole number, not “{text}”")
        return int(value)
    if argument.kind == "number":
        if value is None:
            raise ValueError(f"{argument.name} is a number, not “{text}”")
        return value
    if argument.kind == "expression":
        return text
    return value if value is not None else _several(text)


def written_argument(value: Any) -> str:
    """Write a value so that `read_argument` gives it back."""
    if value is None:
        return ""
    if isinstance(value, float):
        short = f"{value:.12g}"
        return short if float(short) == value else repr(value)
    if isinstance(value, (list, tuple)):
        return ", ".join(written_argument(one) for one in value)
    if isinstance(value, dict):
        return ", ".join(f"{name}: {written_argument(one)}" for name, one in value.items())
    return str(value)


def _kind(annotation: Any) -> str:
    parts = [part for part in get_args(annotation) or (annotation,) if part is not type(None)]
    if parts == [bool]:
        return "flag"
    if parts == [int]:
        return "whole"
    if parts == [float]:
        return "number"
    return "expression" if parts == [str] else "text"


def _documented(text: str) -> dict[str, tuple[str, str]]:
    """Return kind and words of each documented argument."""
    _, _, section = text.partition("Parameters\n----------\n")
    section = re.split(r"\n\n\w+\n---", section)[0]
    found: dict[str, tuple[str, str]] = {}
    names: list[str] = []
    for line in section.splitlines():
        if line[:1].strip():
            left, _, kinds = line.partition(" : ")
            names = [name.strip() for name in left.split(",")]
            found |= {name: (kinds.strip(), "") for name in names}
        else:
            for name in names:
                kinds, words = found[name]
                found[name] = (kinds, f"{words} {line.strip()}".strip())
    return found


def _number(text: str) -> float | None:
    plain = text.replace("\u2212", "-").replace("\u221e", "inf")
    try:
        return float(plain)
    except ValueError:
        return None


def _several(text: str) -> Any:
    """Read numbers or pairs of names and numbers, separated by commas; else expressions."""
    parts = _split(text)
    pairs = [part.partition(":") for part in parts]
    if all(name.strip().isidentifier() and colon for name, colon, _ in pairs):
        numbers = {name.strip(): _number(value) for name, _, value in pairs}
        if all(value is not None for value in numbers.values()):
            return numbers
    values = [_number(part) for part in parts]
    if len(parts) > 1 and all(value is not None for value in values):
        return [int(v) if v == int(v) else v for v in values if v is not None and math.isfinite(v)]
    return parts if len(parts) > 1 else text


def _split(text: str) -> list[str]:
    """Split at commas outside of brackets."""
    parts, depth, start = [], 0, 0
    for place, character in enumerate(text):
        depth += (character in "([") - (character in ")]")
        if character == "," and depth == 0:
            parts.append(text[start:place].strip())
            start = place + 1
    return [*parts, text[start:].strip()]
