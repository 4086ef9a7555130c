"""Values as JSON knows them: what files, provenance and journals are written in."""

from collections.abc import Mapping
from typing import Any

import numpy as np

from engine.errors import StorageError

__all__ = ["from_plain", "to_plain"]

# JSON has no nan and no infinities: they are written as {"float": "nan"}.
_NOT_FINITE = "float"


def to_plain(value: Any, what: str = "value") -> Any:
    """Return a value as dictionaries, lists, texts, numbers, booleans and None.

    Sequences and arrays become lists, numbers of NumPy those of Python; a float that is not
    finite becomes a dictionary, so that strict JSON can hold it.

    Raises
    ------
    StorageError
        Something in it, found under the name `what`, has no such form.
    """
    if value is None or isinstance(value, (bool, str)):
        return value
    if isinstance(value, (np.ndarray, np.generic)):
        return to_plain(value.tolist(), what)
    if isinstance(value, int):
        return int(value)
    if isinstance(value, float):
        return float(value) if np.isfinite(value) else {_NOT_FINITE: _sign(value) + _name(value)}
    if isinstance(value, Mapping):
        return {str(key): to_plain(item, f"{what}.{key}") for key, item in value.items()}
    if isinstance(value, (list, tuple)):
        return [to_plain(item, what) for item in value]
    raise StorageError(
        f"{what} = {value!r} cannot be written to a file: only numbers, texts, booleans, None "
        "and lists, arrays and mappings of them can"
    )


def _sign(value: float) -> str:
    return "-" if np.signbit(value) else ""


def _name(value: float) -> str:
    return "nan" if np.isnan(value) else "inf"


def from_plain(value: Any) -> Any:
    """Return what `to_plain` was given, with tuples in the place of all sequences."""
    if isinstance(value, list):
        return tuple(from_plain(item) for item in value)
    if isinstance(value, dict):
        if value.keys() == {_NOT_FINITE} and isinstance(value[_NOT_FINITE], str):
            return float(value[_NOT_FINITE])
        return {key: from_plain(item) for key, item in value.items()}
    return value
