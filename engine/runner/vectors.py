"""Vectors of the array layout: rows of one block of memory."""

from typing import Any

__all__ = ["unpack_params", "view"]


def view(store: Any, at: int, components: int) -> Any:
    """Return the vector of so many components that begins at a place of a block.

    Here it is a view whose items are Python's own floats, which give inf and nan without a
    warning; compiled code uses an array without bounds.
    """
    return memoryview(store.reshape(-1))[at : at + components]


def unpack_params(params: Any) -> Any:
    """Return the parameters (m,) as a vector of Python's own floats; compiled code, as they are."""
    return memoryview(params)
