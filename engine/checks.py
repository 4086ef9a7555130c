"""Checks of numbers from outside: what they are not is said in the words of whoever asked."""

import math
from typing import Any

import numpy as np

from engine.errors import PhasescopeError, SimError

__all__ = ["bound", "count", "number", "positive", "seed"]


def bound(what: str, value: Any, error: type[PhasescopeError] = SimError) -> float:
    """Return a value as a float that may be infinite; raise `error` where it is not one."""
    converted = _converted(what, value, error)
    if math.isnan(converted):
        raise error(f"{what} is nan")
    return converted


def number(what: str, value: Any, error: type[PhasescopeError] = SimError) -> float:
    """Return a value as a finite float; raise `error` where it is not one."""
    converted = _converted(what, value, error)
    if not math.isfinite(converted):
        raise error(f"{what} = {converted} is not finite")
    return converted


def positive(what: str, value: Any, error: type[PhasescopeError] = SimError) -> float:
    """Return a value as a positive finite float; raise `error` where it is not one."""
    converted = number(what, value, error)
    if converted <= 0.0:
        raise error(f"{what} = {converted:g} is not positive")
    return converted


def count(what: str, value: Any, least: int, error: type[PhasescopeError] = SimError) -> int:
    """Return a value as an integer of at least `least`; raise `error` where it is not one."""
    if isinstance(value, (bool, np.bool_)) or not hasattr(value, "__index__"):
        raise error(f"{what} = {value!r} is not an integer")
    converted = int(value.__index__())
    if converted < least:
        raise error(f"{what} = {converted} is less than {least}")
    return converted


def seed(given: Any) -> int:
    """Return a seed: an integer from 0 to before 2**64; raise `SimError` where it is none."""
    converted = count("seed", given, 0)
    if converted >= 1 << 64:
        raise SimError(f"seed = {converted} is not below 2**64")
    return converted


def _converted(what: str, value: Any, error: type[PhasescopeError]) -> float:
    not_real = isinstance(value, (bool, np.bool_, str, complex, np.complexfloating))
    if not_real or not hasattr(value, "__float__"):
        raise error(f"{what} = {value!r} is not a number")
    try:
        return float(value)
    except (TypeError, ValueError, OverflowError) as reason:
        raise error(f"{what} = {value!r} is not a real number") from reason
