"""Apache Parquet: ``.parquet``, the rows as columns, everything else as metadata of the file."""

import base64
import binascii
import math
from pathlib import Path
from typing import Any

import numpy as np

from engine.errors import StorageError
from engine.storage.document import Document, Numbers, parsed_header, type_in
from engine.storage.file_format import FileFormat

__all__ = ["FORMAT", "read", "write"]

HEADER = "phasescope"
ARRAY = "phasescope.array:"


def write(document: Document, path: Path) -> None:
    """Write the columns uncompressed, the header and the arrays as key-value metadata.

    The last bits of an orbit are noise, which no compression makes smaller; without it a file
    cannot claim more rows than it has bytes for.
    """
    import pyarrow as pa
    import pyarrow.parquet as pq

    metadata = {HEADER: document.header()}
    for name, array in document.arrays.items():
        content = np.ascontiguousarray(array, array.dtype.newbyteorder("<")).tobytes()
        metadata[f"{ARRAY}{name}"] = base64.b64encode(content).decode()
    table = pa.table(
        {name: pa.array(column) for name, column in document.table.items()}, metadata=metadata
    )
    # A dictionary of values would take all nans, and both zeros, for the same.
    pq.write_table(table, path, compression="none", use_dictionary=False, write_page_checksum=True)


def read(path: Path) -> Document:
    """Return the document; raises `StorageError` where it is not whole."""
    import pyarrow as pa
    import pyarrow.parquet as pq

    size = path.stat().st_size
    try:
        with pq.ParquetFile(
            path,
            page_checksum_verification=True,
            thrift_string_size_limit=size,
            thrift_container_size_limit=size,
        ) as stored:
            return _read(stored, size)
    except (pa.ArrowException, OSError, ValueError, TypeError) as error:
        raise StorageError(f"it is not a whole Parquet file: {error}") from error


def _read(stored: Any, size: int) -> Document:
    metadata = {
        key.decode(errors="replace"): value
        for key, value in (stored.schema_arrow.metadata or {}).items()
    }
    if HEADER not in metadata:
        raise StorageError("it has no header of phasescope in its metadata")
    header = parsed_header(metadata[HEADER].decode(errors="replace"))
    types = {name: type_in(header, f"rows/{name}") for name in header["columns"]}
    widths = [types[name].itemsize if name in types else 8 for name in stored.schema_arrow.names]
    if stored.metadata.num_rows * sum(widths) > size:
        raise StorageError("it claims more rows than it has bytes for")
    table = stored.read()
    return Document(
        description=header["description"],
        table={
            name: np.array(table.column(name), types.get(name, np.float64))
            for name in table.column_names
        },
        arrays={
            name: _array(metadata.get(f"{ARRAY}{name}"), name, shape, type_in(header, name))
            for name, shape in header["arrays"].items()
        },
    ).verify(header)


def _array(content: bytes | None, name: str, shape: list[int], kind: np.dtype[Any]) -> Numbers:
    try:
        decoded = base64.b64decode(content or b"", validate=True)
        values = np.frombuffer(decoded, kind.newbyteorder("<"))
    except (binascii.Error, ValueError) as error:
        raise StorageError(f"the array {name!r} is not whole: {error}") from error
    if content is None or len(values) != math.prod(shape):
        raise StorageError(f"the array {name!r} is not whole")
    return values.reshape(shape).astype(kind)


FORMAT = FileFormat(suffix=".parquet", write=write, read=read, requires=("pyarrow",))
