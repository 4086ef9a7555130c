"""File formats: a document of rows, arrays and a text, into one file and back, bit for bit.

To add a format, write a file here with the functions ``write(document, path)`` and
``read(path)`` and a constant ``FORMAT = FileFormat(...)``, and name that constant in this file;
`tests/engine/test_files.py` takes every format of `FORMATS` there and back.
"""

from collections.abc import Mapping
from types import MappingProxyType

from engine.storage import csv_file, netcdf, npz, parquet
from engine.storage.document import Document
from engine.storage.file_format import FileFormat, format_of, read_document, write_document

__all__ = [
    "Document",
    "FORMATS",
    "FileFormat",
    "format_of",
    "read_document",
    "write_document",
]

FORMATS: Mapping[str, FileFormat] = MappingProxyType(
    {each.suffix: each for each in (npz.FORMAT, csv_file.FORMAT, parquet.FORMAT, netcdf.FORMAT)}
)
