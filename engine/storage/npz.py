"""NumPy's own archive: ``.npz``, read without pickle and within the file's own size."""

import io
import math
import zipfile
from collections.abc import Mapping
from pathlib import Path

import numpy as np

from engine.errors import StorageError
from engine.storage.document import Document, Numbers, parsed_header, type_in
from engine.storage.file_format import FileFormat

__all__ = ["FORMAT", "read", "read_arrays", "write", "write_arrays"]

HEADER = "phasescope"
# Longest header of one array: a few dozen characters are usual.
_LONGEST_ARRAY_HEADER = 10_000


def write(document: Document, path: Path) -> None:
    """Write the header as a text, the columns and the arrays under their names."""
    members: dict[str, np.ndarray] = {HEADER: np.array(document.header().encode("ascii"))}
    members |= {f"rows/{name}": column for name, column in document.table.items()}
    members |= document.arrays
    write_arrays(members, path)


def read(path: Path) -> Document:
    """Return the document; raises `StorageError` where it is not whole."""
    members = read_arrays(path)
    text = members.get(HEADER)
    if text is None or text.dtype.kind != "S" or text.shape != ():
        raise StorageError(f"it has no text {HEADER!r}: it was not written by phasescope")
    header = parsed_header(text.item().decode("ascii", "replace"))

    def member(name: str) -> Numbers:
        found = members.get(name)
        if found is None or found.dtype != type_in(header, name):
            raise StorageError(f"its array {name!r} is missing or of another type of numbers")
        return found

    return Document(
        description=header["description"],
        table={name: member(f"rows/{name}") for name in header["columns"]},
        arrays={name: member(name) for name in header["arrays"]},
    ).verify(header)


def write_arrays(members: Mapping[str, np.ndarray], path: Path) -> None:
    """Write named arrays as `numpy.load` reads them; the same arrays give the same bytes."""
    with zipfile.ZipFile(path, "w", zipfile.ZIP_STORED) as archive:
        for name, array in members.items():
            with archive.open(zipfile.ZipInfo(f"{name}.npy"), "w", force_zip64=True) as stream:
                np.lib.format.write_array(
                    stream, np.asarray(array, order="C"), version=(1, 0), allow_pickle=False
                )


def read_arrays(path: Path) -> dict[str, np.ndarray]:
    """Return the arrays of an archive, which take no more memory than the file has bytes.

    Raises
    ------
    StorageError
        It is no archive, a part is damaged or packed, or an array is not of plain numbers or
        text.
    """
    size = path.stat().st_size
    try:
        with zipfile.ZipFile(path) as archive:
            entries = archive.infolist()
            packed = any(entry.compress_type != zipfile.ZIP_STORED for entry in entries)
            if packed or sum(entry.file_size for entry in entries) > size:
                raise StorageError("it was packed by another program")
            return {
                entry.filename.removesuffix(".npy"): _array(archive.read(entry))
                for entry in entries
            }
    except (zipfile.BadZipFile, zipfile.LargeZipFile, EOFError, RuntimeError, ValueError) as error:
        raise StorageError(f"it is not a whole .npz archive: {error}") from error


def _array(content: bytes) -> np.ndarray:
    stream = io.BytesIO(content)
    version = np.lib.format.read_magic(stream)
    if version != (1, 0):
        raise StorageError("an array in it has an unknown version")
    shape, fortran, dtype = np.lib.format.read_array_header_1_0(
        stream, max_header_size=_LONGEST_ARRAY_HEADER
    )
    if fortran or dtype.hasobject or dtype.kind not in "fiuS" or dtype.fields is not None:
        raise StorageError(f"an array in it is of type {dtype}, which is never written")
    data = content[stream.tell() :]
    if math.prod(shape) * dtype.itemsize != len(data):
        raise StorageError("an array in it is not whole")
    if dtype.itemsize == 0:
        return np.zeros(shape, dtype)
    return np.frombuffer(data, dtype).reshape(shape).copy()


FORMAT = FileFormat(suffix=".npz", write=write, read=read)
