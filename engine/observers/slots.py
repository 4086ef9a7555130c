"""The memory and the results of an observer by name: numbers and arrays, read-only."""

import math
from collections.abc import Iterator, Mapping

import numpy as np
from numpy.typing import ArrayLike, NDArray

from engine.errors import ObserverError

Floats = NDArray[np.float64]
Value = float | Floats


class Slots(Mapping[str, Value]):
    """Hold an observer's first values by name: numbers first, then arrays, in one flat vector.

    The first array begins after the numbers; where each later one begins is itself a number of
    the vector, so that the size of an array is data and no part of what is compiled.

    Parameters
    ----------
    values : mapping of str to float or array-like
        What is held; arrays of any shape are copied as float64.
    """

    def __init__(self, values: Mapping[str, ArrayLike]) -> None:
        given = {name: _value(name, value) for name, value in values.items()}
        self._scalars = {n: v for n, v in given.items() if isinstance(v, float)}
        self._arrays = {n: v for n, v in given.items() if not isinstance(v, float)}
        self._names = tuple(given)
        self._first_array = len(self._scalars) + max(len(self._arrays) - 1, 0)
        self.places: dict[str, int] = {name: i for i, name in enumerate(self._scalars)}
        # Of the later arrays it is the place of the number that says where they begin.
        self.indirect: frozenset[str] = frozenset(list(self._arrays)[1:])
        self._begins: dict[str, int] = {}
        begin, pointer = self._first_array, len(self._scalars)
        for name, array in self._arrays.items():
            self._begins[name] = begin
            begin += array.size
            self.places[name] = self._begins[name]
            if name in self.indirect:
                self.places[name], pointer = pointer, pointer + 1
        self.size = begin

    @property
    def structure(self) -> tuple[tuple[str, ...], tuple[str, ...]]:
        """Return the names of the numbers and of the arrays: what is compiled."""
        return tuple(self._scalars), tuple(self._arrays)

    def flat(self) -> Floats:
        """Return the vector (size,) of the first values."""
        vector = np.empty(self.size)
        vector[: len(self._scalars)] = list(self._scalars.values())
        for name, array in self._arrays.items():
            if name in self.indirect:
                vector[self.places[name]] = self._begins[name]
            vector[self._begins[name] : self._begins[name] + array.size] = array.ravel()
        return vector

    def named(self, vector: Floats) -> dict[str, Value]:
        """Return the values of a vector (size,) by name; arrays are copies in their shape."""
        values: dict[str, Value] = {}
        for name in self._names:
            if name in self._scalars:
                values[name] = float(vector[self.places[name]])
            else:
                array, begin = self._arrays[name], self._begins[name]
                values[name] = vector[begin : begin + array.size].reshape(array.shape).copy()
        return values

    def __getitem__(self, name: str) -> Value:
        """Return the first value of this name."""
        return self._scalars[name] if name in self._scalars else self._arrays[name]

    def __iter__(self) -> Iterator[str]:
        """Iterate over the names, in the order given."""
        return iter(self._names)

    def __len__(self) -> int:
        """Return the number of names."""
        return len(self._names)

    def __eq__(self, other: object) -> bool:
        """Compare names, shapes and values; nan, a value not known yet, equals nan."""
        if not isinstance(other, Mapping):
            return NotImplemented
        theirs = other if isinstance(other, Slots) else Slots(other)
        return (
            self._names == theirs._names
            and all(_same(v, theirs._scalars.get(n)) for n, v in self._scalars.items())
            and all(
                n in theirs._arrays and np.array_equal(v, theirs._arrays[n], equal_nan=True)
                for n, v in self._arrays.items()
            )
        )

    def __hash__(self) -> int:
        """Return a hash of the names."""
        return hash(self._names)

    def __repr__(self) -> str:
        """Return the values as in a dictionary; an array by its shape."""
        written = {n: v if isinstance(v, float) else f"array{v.shape}" for n, v in self.items()}
        return repr(written)


def _value(name: str, value: ArrayLike) -> Value:
    if not isinstance(name, str) or not name.isidentifier():
        raise ObserverError(f"slot {name!r} is not an identifier")
    try:
        array = np.array(value, dtype=np.float64)
    except (TypeError, ValueError) as error:
        raise ObserverError(f"slot {name!r}: {value!r} is not a number or an array") from error
    if array.ndim == 0:
        return float(array)
    array.flags.writeable = False
    return array


def _same(a: float, b: float | None) -> bool:
    return b is not None and (a == b or (math.isnan(a) and math.isnan(b)))
