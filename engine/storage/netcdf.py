"""netCDF-4: ``.nc``, the rows as variables over t, everything else in a group beside them."""

import math
from pathlib import Path
from typing import Any

import numpy as np

from engine.errors import StorageError
from engine.storage.document import Document, Floats, parsed_header
from engine.storage.file_format import FileFormat

__all__ = ["FORMAT", "read", "write"]

HEADER = "phasescope"
GROUP = "phasescope_arrays"
# Names of this group are plain numbers: netCDF allows less in a name than we do.
_DIMENSION = "values"


def write(document: Document, path: Path) -> None:
    """Write the columns as variables over the first of them, uncompressed."""
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


def _variable(group: Any, name: str, dimensions: tuple[str, ...], values: Floats) -> Any:
    return group.create_variable(name, dimensions, data=np.ascontiguousarray(values, dtype="<f8"))


def read(path: Path) -> Document:
    """Return the document; raises `StorageError` where it is not whole."""
    import h5netcdf

    try:
        with h5netcdf.File(path, "r") as stored:
            return _read(stored, path.stat().st_size)
    except (OSError, KeyError, ValueError, TypeError, RuntimeError, AttributeError) as error:
        raise StorageError(f"it is not a whole netCDF file: {error}") from error


def _read(stored: Any, size: int) -> Document:
    group = stored.groups.get(GROUP)
    if group is None or HEADER not in group.variables:
        raise StorageError("it has no header of phasescope")
    text = _values(group.variables[HEADER], size)
    if text.dtype != np.uint8:
        raise StorageError("its header is not a text")
    header = parsed_header(text.tobytes().decode(errors="replace"))
    arrays = {}
    for i, (name, shape) in enumerate(header["arrays"].items()):
        values = _floats(group.variables[f"array{i}"], size)
        if values.size != math.prod(shape):
            raise StorageError(f"the array {name!r} is not whole")
        arrays[name] = values.reshape(shape)
    return Document(
        description=header["description"],
        table={name: _floats(stored.variables[name], size) for name in header["columns"]},
        arrays=arrays,
    ).verify(header)


def _floats(variable: Any, size: int) -> Floats:
    values = _values(variable, size)
    if values.dtype != np.float64:
        raise StorageError("a variable in it is not of floating-point numbers")
    return values


def _values(variable: Any, size: int) -> Any:
    if math.prod(variable.shape) * variable.dtype.itemsize > size:
        raise StorageError("it claims more values than it has bytes for")
    return np.asarray(variable[...])


FORMAT = FileFormat(suffix=".nc", write=write, read=read, requires=("h5netcdf", "h5py"))
