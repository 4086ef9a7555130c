"""What a file format is, and how files get into place and back."""

import importlib
import os
import tempfile
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from pathlib import Path

from engine.errors import StorageError, suggest
from engine.storage.document import Document

__all__ = ["FileFormat", "format_of", "read_document", "read_file", "write_atomically",
           "write_document"]  # fmt: skip


@dataclass(frozen=True, kw_only=True)
class FileFormat:
    """Hold one way to put a document into a file.

    Attributes
    ----------
    suffix : str
        How the names of such files end.
    write : callable
        ``write(document, path)`` fills a new file.
    read : callable
        ``read(path) -> Document``, verified; raises `StorageError` for whatever is not as
        `write` left it.
    requires : tuple of str
        Packages that are imported only when the format is used.
    """

    suffix: str
    write: Callable[[Document, Path], None]
    read: Callable[[Path], Document]
    requires: tuple[str, ...] = ()

    def check_packages(self) -> None:
        """Make sure that what the format requires is installed.

        Raises
        ------
        StorageError
            A package is missing.
        """
        for package in self.requires:
            try:
                importlib.import_module(package)
            except ImportError as error:
                raise StorageError(
                    f"{self.suffix} files need the package {package}: "
                    'pip install "phasescope[files]"'
                ) from error


def format_of(path: str | os.PathLike[str], formats: Mapping[str, FileFormat]) -> FileFormat:
    """Return the format that a file's suffix names.

    Raises
    ------
    StorageError
        There is none.
    """
    suffix = as_path(path).suffix.lower()
    if suffix not in formats:
        raise StorageError(
            f"{os.fspath(path)!r}: unknown file format {suffix!r}{suggest(suffix, formats)}"
            f" (valid: {', '.join(formats)})"
        )
    return formats[suffix]


def as_path(path: str | os.PathLike[str]) -> Path:
    """Return a path; raise StorageError where it is none."""
    try:
        return Path(path)
    except TypeError as error:
        raise StorageError(f"{path!r} is not the path of a file") from error


def write_document(
    document: Document, path: str | os.PathLike[str], formats: Mapping[str, FileFormat]
) -> None:
    """Put a document into a file, whole or not at all; the suffix chooses the format.

    Raises
    ------
    StorageError
        The format or a package is missing, or the disk does not take the file.
    """
    chosen = format_of(path, formats)
    chosen.check_packages()
    write_atomically(as_path(path), lambda temporary: chosen.write(document, temporary))


def read_document(path: str | os.PathLike[str], formats: Mapping[str, FileFormat]) -> Document:
    """Return the document of a file.

    Raises
    ------
    StorageError
        The file cannot be read, is damaged or was changed.
    """
    chosen = format_of(path, formats)
    chosen.check_packages()
    return read_file(as_path(path), chosen.read)


def read_file(path: Path, read: Callable[[Path], Document]) -> Document:
    """Read a file; every error names it.

    Raises
    ------
    StorageError
        It is missing, or not as it was written.
    """
    try:
        with path.open("rb"):
            return read(path)
    except StorageError as error:
        raise StorageError(f"{path}: {error}") from error
    except (OSError, MemoryError) as error:
        raise StorageError(f"{path} cannot be read: {error}") from error


def write_atomically(path: Path, write: Callable[[Path], None]) -> None:
    """Have a file written beside its place and then put it there in one stroke.

    An existing file survives whatever goes wrong.

    Raises
    ------
    StorageError
        The disk does not take it.
    """
    temporary = None
    # A link stays a link: what it leads to is replaced.
    path = path.resolve()
    try:
        with tempfile.NamedTemporaryFile(
            dir=path.parent, prefix=".phasescope-", suffix=path.suffix, delete=False
        ) as stream:
            temporary = Path(stream.name)
        write(temporary)
        with temporary.open("rb+") as stream:
            os.fsync(stream.fileno())
        temporary.chmod(_mode_of(path))
        temporary.replace(path)
    except OSError as error:
        raise StorageError(f"{path} cannot be written: {error}") from error
    finally:
        if temporary is not None:
            temporary.unlink(missing_ok=True)


def _mode_of(path: Path) -> int:
    """Return the permissions of the file to be replaced, or those that a new file gets."""
    if path.exists():
        return path.stat().st_mode & 0o777
    mask = os.umask(0)
    os.umask(mask)
    return 0o666 & ~mask
