"""How much of the disk the cache may take: what was unused for longest goes first."""

import os
import time
from collections.abc import Iterable
from pathlib import Path

DISK_LIMIT = 256 * 2**20
"""Bytes that the units and their machine code may take together: some thousand runners."""

# When room is made, this part of the limit stays, so that it is not made at every entry.
_KEPT = 0.75
# A temporary file this old was left by a process that was killed while it wrote.
_ABANDONED_S = 3600.0
# After so much of the limit was written here it is looked again what others have written.
_UNSEEN = 1.0 / 64.0
_may_be_written: dict[tuple[tuple[Path, ...], int], float] = {}


def mark_used(path: Path) -> None:
    """Note that a file was used now."""
    try:
        os.utime(path)
    except OSError:
        # A cache that cannot be written is read all the same.
        return


def note_written(folders: tuple[Path, ...], limit: int, size: int) -> None:
    """Note that a file was written, and make room where there may be none left.

    To look at thousands of files takes as long as to compile a small model, so that happens at a
    process's first entry and then only once in a while.
    """
    left = _may_be_written.get((folders, limit), 0.0) - size
    if left <= 0.0:
        left = min(_UNSEEN * limit, limit - make_room(folders, limit))
    _may_be_written[folders, limit] = left


def make_room(folders: Iterable[Path], limit: int) -> int:
    """Remove the files unused for longest until the folders keep within the limit.

    Another process may read, write and remove files meanwhile: one that is missing is made again.

    Returns
    -------
    int
        Bytes that the rest takes.
    """
    files = [entry for folder in folders for entry in _files(folder)]
    now, total = time.time(), sum(size for _, size, _ in files)
    kept = limit if total <= limit else _KEPT * limit
    for used, size, path in sorted(files):
        abandoned = path.suffix == ".tmp" and now - used > _ABANDONED_S
        if total <= kept and not abandoned:
            continue
        try:
            path.unlink(missing_ok=True)
        except OSError:
            continue
        total -= size
    return total


def _files(folder: Path) -> Iterable[tuple[float, int, Path]]:
    try:
        entries = list(os.scandir(folder))
    except OSError:
        return
    for entry in entries:
        try:
            facts = entry.stat()
        except OSError:
            continue
        yield facts.st_mtime, facts.st_size, Path(entry.path)
