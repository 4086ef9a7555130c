"""Numbers and products between expression trees and SymPy."""

import math
from typing import Any

import sympy

from engine.errors import ExpressionError
from engine.model.nodes import Chain, Negate, Node, Number

__all__ = ["exact", "product", "signed"]


def product(factors: list[Node]) -> Node:
    """Return the product of one or more trees."""
    first, *others = factors
    return Chain(first, tuple(("*", factor) for factor in others)) if others else first


def exact(value: float) -> Any:
    """Return a SymPy number; small whole numbers stay exact, so that powers of them simplify."""
    if not math.isfinite(value):
        raise ExpressionError(f"a constant part of the model is {value}; no derivative")
    whole = value.is_integer() and abs(value) < 1e3
    return sympy.Integer(int(value)) if whole else sympy.Float(value)


def signed(value: float) -> Node:
    """Return the tree of a number that may be negative."""
    return Negate(Number(-value)) if value < 0.0 else Number(value)
