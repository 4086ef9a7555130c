"""netCDF-4: ``.nc``, the rows as variables over t, everything else in a group beside them."""

import math
from pathlib import Path
from typing import Any

import numpy as np

from engine.errors import StorageError
from engine.storage.document import Document, Numbers, parsed_header, type_in
from engine.storage.file_format import FileFormat

__all__ = ["FORMAT", "read", "write"]

HEADER = "phasescope"
GROUP = "phasescope_arrays"
# Names of this group are plain numbers: netCDF allows less in a name than we do.
_DIMENSION = "values"


def write(document: Document, path: Path) -> None:
    """Write the columns as variables over the first of them, uncompressed.

    Raises
    ------
    OSError
        The disk does not take the file.
    """
    try:
        _write(document, path)
    except RuntimeError as error:
        # What the HDF5 library meets while it closes a file on a full disk.
        raise OSError(str(error)) from error


def _write(document: Document, path: Path) -> None:
    import h5netcdf

    first = next(iter(document.table), "rows")
    with h5netcdf.File(path, "w") as stored:
        stored.attrs["title"] = str(document.description.get("title", "phasescope"))
        rows = len(document.table[first]) if document.table else 0
        stored.dimensions = {first: rows}
        for name, column in document.table.items():
            _variable(stored, name, (first,), column)
        group = stored.create_group(GROUP)
        for i, (name, array) in enumerate(document.arrays.items()):
            group.dimensions[f"{_DIMENSION}{i}"] = array.size
            variable = _variable(group, f"array{i}", (f"{_DIMENSION}{i}",), array.ravel())
            variable.attrs["long_name"] = name
        # An attribute holds at most 64 kB, a variable anything.
        text = np.frombuffer(document.header().encode(), np.uint8)
        group.dimensions["characters"] = len(text)
        group.create_variable(HEADER, ("characters",), data=text)


def _variable(group: Any, name: str, dimensions: tuple[str, ...], values: Numbers) -> Any:
    data = np.ascontiguousarray(values, values.dtype.newbyteorder("<"))
    return group.create_variable(name, dimensions, data=data)


def read(path: Path) -> Document:
    """Return the document; raises `StorageError` where it is not whole.

    Only plain data of this very file is read: no links, filters or data elsewhere.
    """
    import h5py

    try:
        with h5py.File(path, "r") as stored:
            return _read(stored, path.stat().st_size)
    except (OSError, KeyError, ValueError, TypeError, RuntimeError, AttributeError) as error:
        raise StorageError(f"it is not a whole netCDF file: {error}") from error


def _read(stored: Any, size: int) -> Document:
    if GROUP not in stored or HEADER not in stored[GROUP]:
        raise StorageError("it has no header of phasescope")
    text = _values(stored[GROUP], HEADER, size, np.dtype(np.uint8))
    header = parsed_header(text.tobytes().decode(errors="replace"))
    arrays = {}
    for i, (name, shape) in enumerate(header["arrays"].items()):
        values = _values(stored[GROUP], f"array{i}", size, type_in(header, name))
        if values.size != math.prod(shape):
            raise StorageError(f"the array {name!r} is not whole")
        arrays[name] = values.reshape(shape)
    return Document(
        description=header["description"],
        table={
            name: _values(stored, name, size, type_in(header, f"rows/{name}"))
            for name in header["columns"]
        },
        arrays=arrays,
    ).verify(header)


def _values(group: Any, name: str, size: int, dtype: np.dtype[Any]) -> Any:
    import h5py

    found = group[name] if type(group.get(name, getlink=True)) is h5py.HardLink else None
    if not isinstance(found, h5py.Dataset) or found.dtype != dtype:
        raise StorageError(f"the variable {name!r} is missing or of another type")
    # An empty dimension of netCDF is one that may grow, stored in chunks.
    whole = found.chunks is None or found.size == 0
    if found.external or found.is_virtual or not whole or found.ndim != 1:
        raise StorageError(f"the variable {name!r} is not stored as it is written")
    if found.nbytes > size:
        raise StorageError("it claims more values than it has bytes for")
    return found[...]


FORMAT = FileFormat(suffix=".nc", write=write, read=read, requires=("h5netcdf", "h5py"))
