"""What a file holds: a table of rows, named arrays beside it, and a description."""

import hashlib
import json
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from engine.errors import StorageError

__all__ = ["Document", "Numbers", "parsed_header", "type_in"]

# Of the types below.
Numbers = NDArray[Any]
KIND = "phasescope"
TYPES = ("float64", "float32", "int64")


@dataclass(frozen=True, kw_only=True, eq=False)
class Document:
    """Hold what is written to a file: numbers of the types float64, float32 and int64.

    Attributes
    ----------
    description : mapping
        Plain values, fit for JSON.
    table : mapping of str to ndarray (rows,)
        The columns of the rows, all of one length; for some documents none.
    arrays : mapping of str to ndarray
        Everything else, of any shape, by names such as ``"events/spike/t"``.
    """

    description: Mapping[str, Any]
    table: Mapping[str, Numbers]
    arrays: Mapping[str, Numbers]

    def header(self) -> str:
        """Return one line of JSON: the description, what else is in the file, and a checksum.

        The checksum covers every bit of the description, the columns and the arrays.
        """
        content = {
            "kind": KIND,
            "sha256": self.checksum(),
            "columns": list(self.table),
            "arrays": {name: list(array.shape) for name, array in self.arrays.items()},
            "description": self.description,
        }
        return json.dumps(content | self._types(), allow_nan=False)

    def _types(self) -> dict[str, dict[str, str]]:
        """Return what is not float64, by the names that `type_in` takes; nothing if all is."""
        named = {f"rows/{name}": column for name, column in self.table.items()} | {**self.arrays}
        types = {n: a.dtype.name for n, a in named.items() if a.dtype != np.float64}
        return {"types": types} if types else {}

    def checksum(self) -> str:
        """Return the SHA-256 of everything in the document, in hexadecimal."""
        described = (self.description, list(self.table), list(self.arrays), *self._types().items())
        digest = hashlib.sha256(json.dumps(described, allow_nan=False).encode())
        for array in (*self.table.values(), *self.arrays.values()):
            digest.update(repr(array.shape).encode())
            digest.update(np.ascontiguousarray(array, array.dtype.newbyteorder("<")).data)
        return digest.hexdigest()

    def verify(self, header: Mapping[str, Any]) -> "Document":
        """Return this document if it is the one whose header this is.

        Raises
        ------
        StorageError
            Something differs.
        """
        shapes = {name: list(array.shape) for name, array in self.arrays.items()}
        whole = list(self.table) == header["columns"] and shapes == header["arrays"]
        whole = whole and self._types().get("types", {}) == header["types"]
        if not whole or self.checksum() != header["sha256"]:
            raise StorageError(
                "the content is not what was saved: the file is damaged, or was changed since"
            )
        return self


def type_in(header: Mapping[str, Any], name: str) -> np.dtype[Any]:
    """Return the type of an array, or under ``"rows/<name>"`` of a column, as a header says."""
    named: dict[str, str] = header["types"]
    return np.dtype(named.get(name, "float64"))


def parsed_header(text: str) -> dict[str, Any]:
    """Return a header as `Document.header` wrote it.

    Raises
    ------
    StorageError
        It is no such header.
    """
    try:
        header = json.loads(text)
    except (ValueError, RecursionError) as error:
        raise StorageError(f"the header is not JSON: {error}") from error
    fields: dict[str, type] = {
        "kind": str, "sha256": str, "columns": list, "arrays": dict, "description": dict
    }  # fmt: skip
    if not isinstance(header, dict) or header.get("kind") != KIND:
        raise StorageError("the header is not one of phasescope")
    for name, kind in fields.items():
        if not isinstance(header.get(name), kind):
            raise StorageError(f"the header's {name!r} is missing or of the wrong type")
    types = header.setdefault("types", {})
    if not isinstance(types, dict) or not all(kind in TYPES for kind in types.values()):
        raise StorageError("the header's types are not those of numbers")
    if not all(isinstance(column, str) for column in header["columns"]):
        raise StorageError("the header's columns are not names")
    for shape in header["arrays"].values():
        sizes = isinstance(shape, list) and all(isinstance(n, int) and n >= 0 for n in shape)
        if not sizes or len(shape) > 8:
            raise StorageError("the header's arrays have impossible shapes")
    return header
