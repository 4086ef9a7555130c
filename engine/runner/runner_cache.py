"""Where runners are kept: a bounded memory of live ones, units and machine code on disk."""

import hashlib
import linecache
import os
import shutil
import sys
import tempfile
import threading
from collections import OrderedDict
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

import platformdirs

from engine.runner import disk_space

MEMORY_LIMIT = 64
DIRECTORY_VARIABLE = "PHASESCOPE_CACHE_DIR"
FOLDERS = ("units", "code")


@dataclass(frozen=True, kw_only=True)
class CacheCounts:
    """Count how runners were obtained in this process.

    Attributes
    ----------
    memory_hits : int
        Found live in memory.
    disk_hits : int
        Machine code loaded from disk.
    compilations : int
        Compiled.
    renderings : int
        Units whose source was generated.
    """

    memory_hits: int = 0
    disk_hits: int = 0
    compilations: int = 0
    renderings: int = 0


@dataclass(frozen=True, kw_only=True)
class Runner:
    """Hold a ready runner.

    Attributes
    ----------
    digest : str
        Digest of its key.
    name : str
        Name of its unit, which contains the hash of the unit's own text.
    source : str
        The unit's text.
    path : str
        Where the text can be read and stepped through.
    run : callable
        The function described in `engine.runner.abi`, `run` or one for batches.
    compiled : bool
        True for machine code, False for plain Python.
    memory_rows : int
        Rows that its argument ``memory`` needs: the stepper's, and those it works with.
    """

    digest: str
    name: str
    source: str
    path: str
    run: Callable[..., int]
    compiled: bool
    memory_rows: int = 1


class RunnerMemory:
    """Keep the most recently used runners and the counts; safe between threads."""

    def __init__(self, limit: int) -> None:
        self.lock = threading.RLock()
        self._limit = limit
        self._runners: OrderedDict[str, Runner] = OrderedDict()
        self._counts: dict[str, int] = {}

    def find(self, digest: str) -> Runner | None:
        """Return the live runner of this key, if any."""
        with self.lock:
            runner = self._runners.get(digest)
            if runner is not None:
                self._runners.move_to_end(digest)
                self.count("memory_hits")
            return runner

    def holds(self, digest: str) -> bool:
        """Tell whether there is a live runner of this key, without counting that as a use."""
        with self.lock:
            return digest in self._runners

    def keep(self, runner: Runner) -> None:
        """Keep a runner, dropping the one unused for longest when there are too many."""
        with self.lock:
            self._runners[runner.digest] = runner
            while len(self._runners) > self._limit:
                _, dropped = self._runners.popitem(last=False)
                self._forget(dropped)

    def count(self, what: str) -> None:
        """Add one to a count."""
        with self.lock:
            self._counts[what] = self._counts.get(what, 0) + 1

    def counts(self) -> CacheCounts:
        """Return the counts so far."""
        with self.lock:
            return CacheCounts(**self._counts)

    def clear(self) -> None:
        """Forget all runners and counts."""
        with self.lock:
            while self._runners:
                _, dropped = self._runners.popitem()
                self._forget(dropped)
            self._counts.clear()

    def _forget(self, dropped: Runner) -> None:
        """Let go of a runner's module and text, unless one that is kept shares them."""
        if all(kept.name != dropped.name for kept in self._runners.values()):
            sys.modules.pop(dropped.name, None)
        if all(kept.path != dropped.path for kept in self._runners.values()):
            linecache.cache.pop(dropped.path, None)


MEMORY = RunnerMemory(MEMORY_LIMIT)


def cache_directory() -> Path:
    """Return the folder of the disk cache.

    It is the platform's cache folder for phasescope, or what the environment variable
    ``PHASESCOPE_CACHE_DIR`` names.  It takes 256 MB at most: runners unused for longest go.
    """
    chosen = os.environ.get(DIRECTORY_VARIABLE)
    return Path(chosen) if chosen else Path(platformdirs.user_cache_dir("phasescope", False))


def unit_path(digest: str) -> Path:
    """Return where the unit of a key is kept."""
    return cache_directory() / "units" / f"{digest}.py"


def code_path(name: str, machine: str, fastmath: tuple[str, ...]) -> Path:
    """Return where the machine code of a unit is kept for this machine and these options."""
    options = hashlib.sha256(repr((machine, fastmath)).encode()).hexdigest()[:16]
    return cache_directory() / "code" / f"{name}.{options}.bin"


def write_atomically(path: Path, content: bytes) -> bool:
    """Put a file of the cache in place whole, or not at all, and keep within its limit.

    Returns
    -------
    bool
        False where the disk does not take it (read-only, full); the cache is then simply not
        filled.
    """
    temporary = None
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        with tempfile.NamedTemporaryFile(dir=path.parent, suffix=".tmp", delete=False) as stream:
            temporary = Path(stream.name)
            stream.write(content)
        temporary.replace(path)
    except OSError:
        if temporary is not None:
            _discard(temporary)
        return False
    folders = tuple(cache_directory() / folder for folder in FOLDERS)
    disk_space.note_written(folders, disk_space.DISK_LIMIT, len(content))
    return True


def _discard(path: Path) -> None:
    try:
        path.unlink(missing_ok=True)
    except OSError:
        # The disk took the file's beginning and now not even its removal: nothing is left to do.
        return


def read_unit(digest: str) -> str | None:
    """Return a unit's text, or None where it is missing or not what was written."""
    try:
        stored = unit_path(digest).read_text(encoding="utf-8")
    except (OSError, UnicodeDecodeError):
        return None
    head, _, text = stored.partition("\n")
    if head != _seal(text):
        return None
    disk_space.mark_used(unit_path(digest))
    return text


def write_unit(digest: str, text: str) -> None:
    """Store a unit's text under its key, sealed with its own checksum."""
    write_atomically(unit_path(digest), f"{_seal(text)}\n{text}".encode())


def _seal(text: str) -> str:
    return f"# sha256 {hashlib.sha256(text.encode()).hexdigest()}"


def clear_cache(*, disk: bool = True) -> None:
    """Forget every runner in memory and, unless told otherwise, remove those on disk.

    Parameters
    ----------
    disk : bool
        Remove the files too.
    """
    MEMORY.clear()
    if disk:
        for folder in FOLDERS:
            shutil.rmtree(cache_directory() / folder, ignore_errors=True)


def cache_counts() -> CacheCounts:
    """Return how often runners came from memory, from disk, or had to be compiled."""
    return MEMORY.counts()
