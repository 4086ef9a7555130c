"""Scalar types: of what a runner steps, and of what it records.

float64
    Everything is a 64-bit float.
float32
    States and parameters are 32-bit floats: formulas are evaluated in 64 bits, and every accepted
    state, every value that an action assigns and every recorded value is rounded to the nearest
    32-bit float.  They stand in arrays of 64 bits, which hold them exactly; rows are of 32.
int64
    States and parameters of a map are whole numbers, see `engine.model.integers`.  Rows are of
    64-bit integers where all that is recorded is whole, else of 64-bit floats.
"""

from collections.abc import Sequence
from typing import Any

import numpy as np
from numpy.typing import NDArray

from engine.checks import number
from engine.errors import SimError
from engine.model import Model
from engine.model.arithmetic import single
from engine.model.integers import LARGEST, UNDEFINED

__all__ = ["LOST", "record_dtype", "state_dtype", "stored_number", "stored_values"]

# What stands for a number that there is none of, by the kind of its array.
LOST = {"f": np.nan, "i": UNDEFINED}


def state_dtype(model: Model) -> np.dtype[Any]:
    """Return the type of the arrays of states and parameters."""
    return np.dtype(np.int64 if model.dtype == "int64" else np.float64)


def record_dtype(model: Model, record: Sequence[str]) -> np.dtype[Any]:
    """Return the type of the rows of some variables."""
    if model.dtype == "int64":
        return np.dtype(np.int64 if set(record) <= model.whole_names else np.float64)
    return np.dtype(model.dtype)


def stored_number(model: Model, what: str, value: Any) -> float:
    """Return a state or parameter as the model's numbers are.

    Raises
    ------
    SimError
        It is not a finite number, is not whole where the model's are, or has too many digits.
    """
    if model.dtype == "int64":
        if hasattr(value, "__index__") and not isinstance(value, (bool, np.bool_)):
            whole = int(value.__index__())
        else:
            given = number(what, value)
            if not given.is_integer():
                raise SimError(f"{what} = {given!r} is not whole: the model's numbers are int64")
            whole = int(given)
        if abs(whole) > LARGEST:
            raise SimError(f"{what} = {whole} is beyond the range of int64, +-{LARGEST}")
        return whole
    given = number(what, value)
    if model.dtype == "float32":
        rounded = single(given)
        if abs(rounded) == np.inf:
            raise SimError(f"{what} = {given!r} is beyond the range of float32")
        return rounded
    return given


def stored_values(model: Model, what: str, values: NDArray[Any]) -> NDArray[Any]:
    """Return many values of a state or parameter (orbits,) as the model's numbers are.

    Raises
    ------
    SimError
        One of them is not such a number; the message says which.
    """
    if model.dtype == "float64":
        return values.astype(np.float64)
    places = [f"{what}, value {i}," for i in range(len(values))]
    kept = [stored_number(model, at, v) for at, v in zip(places, values.tolist(), strict=True)]
    return np.array(kept, state_dtype(model))
