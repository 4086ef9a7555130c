"""Expressions as written, and the checks that every part of a specification makes."""

import math
import re
from dataclasses import dataclass, field

from engine.errors import ModelError
from engine.model.names import name_fault

__all__ = ["Formula", "check_finite", "check_name"]


@dataclass(frozen=True, kw_only=True)
class Formula:
    """An expression as written, and where it was written.

    Two formulas are equal if they differ in white space only.

    Attributes
    ----------
    text : str
        The expression.
    where : str
        What error messages put before the column.
    column : int
        How many characters stand before `text` in its line.
    """

    text: str = field(compare=False)
    where: str = field(default="", compare=False)
    column: int = field(default=0, compare=False)
    _tight: str = field(init=False, repr=False)

    def __post_init__(self) -> None:
        words = " ".join(self.text.split())
        object.__setattr__(self, "_tight", re.sub(r" ?([^\w ]) ?", r"\1", words))

    def __str__(self) -> str:
        return self.text


def check_name(name: str) -> None:
    """Raise `ModelError` if nothing of a model may have this name."""
    if fault := name_fault(name):
        raise ModelError(fault)


def check_finite(value: float, role: str) -> None:
    """Raise `ModelError` if a value is not a finite number."""
    if not math.isfinite(value):
        raise ModelError(f"{role} must be a finite number, not {value}")
