"""What one session may take of a public server, set by environment variables."""

import math
import os
from collections.abc import Mapping
from dataclasses import dataclass, field, fields

import engine

NUMBER_BYTES = 8

FEWEST_ROWS = 1_000
"""Fewer rows than this are no picture."""


class LimitError(engine.PhasescopeError):
    """Something is more than this server allows."""


@dataclass(frozen=True, kw_only=True)
class Limits:
    """Hold the limits of this process; None, or infinity, is no limit.

    Each is read, when the process starts, from the environment variable that its `metadata`
    names.

    Attributes
    ----------
    sessions : int or None
        Pages open at the same time.
    cpu_share : float
        Share of one core that one run may compute.
    memory_mb : float
        Megabytes (2**20 bytes) that one run may keep of its past.
    states : int or None
        State variables of a model.
    text : int or None
        Characters of a model's text.
    operations : int or None
        Operations of a model's equations.
    compile_s : float or None
        Seconds that compiling one model may take.
    """

    sessions: int | None = field(default=None, metadata={"name": "PHASESCOPE_MAX_SESSIONS"})
    cpu_share: float = field(default=1.0, metadata={"name": "PHASESCOPE_CPU_SHARE"})
    memory_mb: float = field(default=math.inf, metadata={"name": "PHASESCOPE_MEMORY_MB"})
    states: int | None = field(default=None, metadata={"name": "PHASESCOPE_MAX_STATES"})
    text: int | None = field(default=None, metadata={"name": "PHASESCOPE_MAX_TEXT"})
    operations: int | None = field(default=None, metadata={"name": "PHASESCOPE_MAX_OPERATIONS"})
    compile_s: float | None = field(default=None, metadata={"name": "PHASESCOPE_COMPILE_SECONDS"})

    def rows(self, columns: int, most: int) -> int:
        """Return how many rows of so many columns a run may keep, at most `most`.

        They are kept twice: for the pictures, and for what the run gives back when asked.

        Raises
        ------
        LimitError
            Too few to be seen would fit.
        """
        a_row = 2 * NUMBER_BYTES * (1 + columns)
        fitting = self.memory_mb * 2.0**20 / a_row
        if fitting < FEWEST_ROWS:
            raise LimitError(
                f"{FEWEST_ROWS:,} rows of {columns:,} variables take "
                f"{FEWEST_ROWS * a_row / 2.0**20:.1f} MB; this server keeps {self.memory_mb:g} MB "
                "of a run (PHASESCOPE_MEMORY_MB)"
            )
        return int(min(most, fitting))

    @classmethod
    def of(cls, environment: Mapping[str, str]) -> "Limits":
        """Read the limits from an environment.

        Raises
        ------
        LimitError
            A variable is not a positive number; the message names it.
        """
        given = {}
        for limit in fields(cls):
            name = limit.metadata["name"]
            text = environment.get(name, "").strip()
            if text:
                whole = limit.name in ("sessions", "states", "text", "operations")
                given[limit.name] = _positive(name, text, whole=whole)
        limits = cls(**given)
        if limits.cpu_share > 1.0:
            raise LimitError(
                f"PHASESCOPE_CPU_SHARE = {limits.cpu_share:g}: give a share of one core, above 0 "
                "and at most 1"
            )
        return limits


def _positive(name: str, text: str, *, whole: bool) -> float:
    try:
        value = int(text) if whole else float(text)
    except ValueError:
        value = -1
    if not value > 0 or not math.isfinite(value):
        kind = "a whole number" if whole else "a number"
        raise LimitError(f"{name} = {text!r}: give {kind} above 0, or leave it unset for no limit")
    return value


LIMITS = Limits.of(os.environ)
"""What holds in this process."""
