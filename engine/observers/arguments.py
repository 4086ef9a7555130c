"""Checks of what the functions that make observers are given."""

import dataclasses
import re
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from functools import partial
from typing import Any

from engine import checks
from engine.errors import ObserverError, suggest
from engine.model.expressions import parse
from engine.model.nodes import is_condition
from engine.observers.observer import ObserverModule

DIRECTIONS: Mapping[str, float] = {"up": 1.0, "down": -1.0, "both": 0.0}


def whole(observer: str, name: str, value: Any) -> int:
    """Return a value as a positive integer; raise ObserverError where it is not one."""
    return checks.count(f"{observer}: {name}", value, 1, ObserverError)


def real(observer: str, name: str, value: Any) -> float:
    """Return a value as a finite float; raise ObserverError where it is not one."""
    return checks.number(f"{observer}: {name}", value, ObserverError)


def bound(observer: str, name: str, value: Any) -> float:
    """Return a value as a float that may be infinite; raise ObserverError where it is not one."""
    return checks.bound(f"{observer}: {name}", value, ObserverError)


def positive(observer: str, name: str, value: Any) -> float:
    """Return a value as a positive finite float; raise ObserverError where it is not one."""
    return checks.positive(f"{observer}: {name}", value, ObserverError)


def text(observer: str, name: str, value: Any) -> str:
    """Return an expression's text.

    Raises
    ------
    ObserverError
        It is not a text.
    """
    if not isinstance(value, str) or not value.strip():
        raise ObserverError(
            f"{observer}: {name} = {value!r} is not an expression; give a text such as 'x^2 + y^2'"
        )
    return value


def texts(observer: str, name: str, value: Any) -> tuple[str, ...]:
    """Return one or several expressions' texts as a tuple.

    Raises
    ------
    ObserverError
        One is not a text, or there is none.
    """
    if isinstance(value, str):
        return (text(observer, name, value),)
    if not isinstance(value, Sequence) or not value:
        raise ObserverError(f"{observer}: {name} = {value!r} is not a sequence of expressions")
    return tuple(text(observer, name, one) for one in value)


def direction(observer: str, value: Any) -> float:
    """Return a crossing's direction as a sign, 0 for both.

    Raises
    ------
    ObserverError
        It is none of the three.
    """
    if value not in DIRECTIONS:
        raise ObserverError(f"{observer}: direction = {value!r}{suggest(str(value), DIRECTIONS)}")
    return DIRECTIONS[value]


def on_first_state(
    make: Callable[[str], ObserverModule], key: str, expr: str | None
) -> ObserverModule:
    """Make an observer of an expression, by default of the model's first state.

    Parameters
    ----------
    make : callable
        From the expression's text to the observer; fit to be pickled.
    key : str
        The observer's key.
    expr : str or None
        The expression.
    """
    if expr is not None:
        return make(text(key, "expr", expr))
    return dataclasses.replace(make("t"), fit=partial(_of_first_state, make))


def _of_first_state(
    make: Callable[[str], ObserverModule], kind: str, states: tuple[str, ...]
) -> ObserverModule:
    made = make(states[0])
    return made.fit(kind, states) if made.fit else made


@dataclass(frozen=True, kw_only=True)
class Section:
    """Hold a section: where an expression crosses a level in a direction.

    Attributes
    ----------
    expr : str
        The expression.
    level : float
        The level.
    sense : float
        1 for upward crossings, -1 for downward ones, 0 for both.
    """

    expr: str
    level: float
    sense: float


_MACRO = re.compile(r"\s*cross_(up|down|either)\s*\((.*),([^,]*)\)\s*", re.DOTALL)
_MACRO_SENSE = {"up": 1.0, "down": -1.0, "either": 0.0}


def section(
    key: str, expr: str, level: float | str | None, chosen: str, name: str = "expr"
) -> Section:
    """Read a section from what a user gives.

    Parameters
    ----------
    key, name : str
        The observer and the argument, for messages.
    expr : str
        An expression; a condition, which is crossed upwards where it becomes true; or
        ``cross_up(expr, level)``, ``cross_down(...)``, ``cross_either(...)`` as in an event.
    level : float, str or None
        A number, which is data, or an expression; None for 0, for a condition one half.
    chosen : {"up", "down", "both"}
        The direction.

    Raises
    ------
    ObserverError, ExpressionError
        An argument is not valid.
    """
    sense = direction(key, chosen)
    macro = _MACRO.fullmatch(text(key, name, expr))
    if macro is not None:
        expr, level, sense = macro[2].strip(), macro[3].strip(), _MACRO_SENSE[macro[1]]
    if level is None:
        plain = re.sub(r"\baux\.", "    ", expr)
        level = 0.5 if is_condition(parse(plain, f"observer {key!r}, {name}")) else 0.0
    if isinstance(level, str):
        return Section(expr=f"({expr}) - ({text(key, 'level', level)})", level=0.0, sense=sense)
    return Section(expr=expr, level=real(key, "level", level), sense=sense)
