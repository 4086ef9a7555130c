"""Where results come from: enough to compute them again, to the same bits."""

import platform
import sys
from collections.abc import Mapping
from functools import cache
from importlib.metadata import PackageNotFoundError, version
from typing import Any

from engine.journal import Journal
from engine.plain import to_plain
from engine.run_state import RunState
from engine.runner import abi
from engine.runner.abi import Status
from engine.settings import plain_sim
from engine.sim import Sim

__all__ = ["FORMAT", "provenance", "versions"]

FORMAT = 1


def provenance(
    sim: Sim,
    arrays: RunState,
    status: Status,
    *,
    horizon: Mapping[str, Any] | None = None,
    journal: Journal | None = None,
) -> dict[str, Any]:
    """Describe a run as plain values, fit for JSON.

    Parameters
    ----------
    sim : Sim
        The settings in force at the end.
    arrays : RunState
        The run's arrays.
    status : Status
        How it ended.
    horizon : mapping, optional
        How far it was asked to go, and by which way; see `engine.reproduce`.
    journal : Journal, optional
        The edits of a live run.

    Returns
    -------
    dict
        Model text and digest, every setting, seed, initial state, horizon, journal, the steps
        taken and the versions of what ran.  No date is in it: the same run gives the same
        provenance.
    """
    return {
        "format": FORMAT,
        **plain_sim(sim),
        "status": status.name,
        "n_steps": arrays.n_steps,
        "rejected_steps": int(arrays.counters[abi.REJECTED_STEPS]),
        "horizon": None if horizon is None else to_plain(horizon, "horizon"),
        "journal": None if journal is None else journal.to_dict(),
        "versions": versions(),
    }


def versions() -> dict[str, str]:
    """Return the versions of what computes, and the machine's kind."""
    return {
        **{name: _version(name) for name in ("phasescope", "numpy", "numba")},
        "python": platform.python_version(),
        "platform": f"{sys.platform} {platform.machine()}",
    }


@cache
def _version(package: str) -> str:
    try:
        return version(package)
    except PackageNotFoundError:
        # Used from a checkout that was not installed.
        return "not installed"
