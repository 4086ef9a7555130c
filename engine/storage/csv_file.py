"""Comma-separated values: ``.csv``, with everything beside the rows in ``#`` lines above them.

Line 1 names the format, line 2 is the header in JSON, one line per array follows, then the
names of the columns and the rows.  ``pandas.read_csv(path, comment="#")`` reads the rows.
"""

import csv
import itertools
import json
from collections.abc import Sequence
from pathlib import Path
from typing import Any, TextIO

import numpy as np

from engine.errors import StorageError
from engine.storage.document import Document, Numbers, parsed_header, type_in
from engine.storage.file_format import FileFormat

__all__ = ["FORMAT", "read", "write"]

TITLE = "# phasescope results\n"
_BLOCK_ROWS = 1 << 16
# The bits of the two nans that the texts "nan" and "-nan" stand for.
_NAN, _MINUS_NAN = 0x7FF8000000000000, 0xFFF8000000000000


def write(document: Document, path: Path) -> None:
    """Write ``#`` lines and rows; every number reads back to the same bits."""
    columns = list(document.table.values())
    rows = len(columns[0]) if columns else 0
    with path.open("w", encoding="utf-8", newline="\n") as stream:
        stream.write(TITLE)
        stream.write(f"# {document.header()}\n")
        for name, array in document.arrays.items():
            stream.write(f"# {json.dumps([name, _words(array.ravel())])}\n")
        csv.writer(stream, lineterminator="\n").writerow(document.table)
        for start in range(0, rows, _BLOCK_ROWS):
            block = [_words(column[start : start + _BLOCK_ROWS]) for column in columns]
            stream.writelines(f"{','.join(cells)}\n" for cells in zip(*block, strict=True))


def _words(values: Numbers) -> list[str]:
    """Return numbers (m,) as the shortest texts that read back to the same bits."""
    words = [repr(value) for value in values.tolist()]
    if values.dtype.kind == "i":
        return words
    values = values.astype(np.float64)
    for i in np.flatnonzero(np.isnan(values)):
        bits = int(values[i : i + 1].view(np.uint64)[0])
        words[i] = {_NAN: "nan", _MINUS_NAN: "-nan"}.get(bits, f"nan({bits:#018x})")
    return words


def _numbers(words: Sequence[str], kind: np.dtype[Any]) -> Numbers:
    if kind.kind == "i":
        return np.array(list(map(int, words)), kind)
    try:
        values = np.array(list(map(float, words)), dtype=np.float64)
    except ValueError:
        values = np.array([float(word.partition("(")[0]) for word in words], dtype=np.float64)
    for i in np.flatnonzero(np.isnan(values)).tolist():
        # Whatever the machine's own nan is, the texts stand for certain ones.
        word = words[i].strip()
        bits = {"nan": _NAN, "-nan": _MINUS_NAN}.get(word)
        values[i : i + 1].view(np.uint64)[0] = int(word[4:-1], 16) if bits is None else bits
    return values.astype(kind)


def read(path: Path) -> Document:
    """Return the document; raises `StorageError` where it is not whole."""
    try:
        with path.open(encoding="utf-8", newline="") as stream:
            return _read(stream)
    except (UnicodeDecodeError, csv.Error, OverflowError) as error:
        raise StorageError(f"it is not a text of rows: {error}") from error


def _read(stream: TextIO) -> Document:
    if stream.readline() != TITLE:
        raise StorageError(f"its first line is not {TITLE.strip()!r}: not written by phasescope")
    header = parsed_header(_comment(stream))
    try:
        arrays = {
            name: _array(_comment(stream), name, shape, type_in(header, name))
            for name, shape in header["arrays"].items()
        }
        if next(csv.reader([stream.readline()]), []) != header["columns"]:
            raise StorageError("its columns are not those of its header")
        types = [type_in(header, f"rows/{name}") for name in header["columns"]]
        table = dict(zip(header["columns"], _columns(stream, types), strict=True))
    except ValueError as error:
        raise StorageError(f"its rows are not whole: {error}") from error
    document = Document(description=header["description"], table=table, arrays=arrays)
    return document.verify(header)


def _columns(stream: TextIO, types: Sequence[np.dtype[Any]]) -> list[Numbers]:
    """Read blocks of lines; where words were moved between lines, the checksum tells."""
    blocks = [[np.empty(0, kind) for kind in types]]
    while lines := list(itertools.islice(stream, _BLOCK_ROWS)):
        words = ",".join(lines).split(",")
        if len(words) != len(lines) * len(types):
            raise StorageError("its rows are not whole: a value is missing")
        blocks.append([_numbers(words[i :: len(types)], kind) for i, kind in enumerate(types)])
    return [np.concatenate(pieces) for pieces in zip(*blocks, strict=True)]


def _comment(stream: TextIO) -> str:
    line = stream.readline()
    if not line.startswith("# "):
        raise StorageError("a line of its header is missing")
    return line[2:]


def _array(line: str, name: str, shape: list[int], kind: np.dtype[Any]) -> Numbers:
    try:
        found = json.loads(line)
    except RecursionError as error:
        raise StorageError(f"the array {name!r} is not a list") from error
    listed = isinstance(found, list) and len(found) == 2 and isinstance(found[1], list)
    if not listed or found[0] != name or not all(isinstance(word, str) for word in found[1]):
        raise StorageError(f"the array {name!r} is missing")
    return _numbers(found[1], kind).reshape(shape)


FORMAT = FileFormat(suffix=".csv", write=write, read=read)
