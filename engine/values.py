"""Named numbers that cannot change: read-only, hashable, and fit to be pickled."""

from collections.abc import Iterator, Mapping


class Values(Mapping[str, float]):
    """Hold values by name, in order.

    Parameters
    ----------
    values : mapping of str to float
        What is held; copied.
    """

    __slots__ = ("_values",)

    def __init__(self, values: Mapping[str, float]) -> None:
        self._values = dict(values)

    def __getitem__(self, name: str) -> float:
        """Return the value of this name."""
        return self._values[name]

    def __iter__(self) -> Iterator[str]:
        """Iterate over the names, in order."""
        return iter(self._values)

    def __len__(self) -> int:
        """Return the number of values."""
        return len(self._values)

    def __eq__(self, other: object) -> bool:
        """Compare names and values; nan, a value not known yet, equals nan."""
        if isinstance(other, Mapping):
            return self._comparable() == Values(other)._comparable()
        return NotImplemented

    def __hash__(self) -> int:
        """Return a hash of names and values."""
        return hash(frozenset(self._comparable().items()))

    def _comparable(self) -> dict[str, float | None]:
        return {name: None if value != value else value for name, value in self._values.items()}

    def __repr__(self) -> str:
        """Return the values as they are written in a dictionary."""
        return repr(self._values)
