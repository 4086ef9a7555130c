"""Snapshots in files: one archive of the run's arrays and a description, without pickle."""

import hashlib
import os
from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np

from engine.errors import PhasescopeError, StorageError
from engine.journal import Journal
from engine.observers import ObserverModule
from engine.provenance import versions
from engine.run_state import RunState, initial_run_state
from engine.runner import abi
from engine.runner.abi import Status
from engine.settings import plain_sim, sim_from_plain
from engine.sim import Sim
from engine.snapshot import Snapshot
from engine.storage import Document, npz
from engine.storage.file_format import as_path, read_file, write_atomically

__all__ = ["load_snapshot", "save_snapshot"]

CONTENT = "snapshot"


def abi_signature() -> str:
    """Return a hash of the names and indices by which runners read the arrays."""
    named = {name: value for name, value in vars(abi).items() if name.isupper()}
    signals = [(status.name, status.value) for status in Status]
    named.pop("SIGNALS")
    return hashlib.sha256(repr((sorted(named.items()), signals)).encode()).hexdigest()[:16]


def stepper_signature(sim: Sim) -> str:
    """Return a hash of the code that reads the stepper's memory."""
    return hashlib.sha256(sim.method.source.encode()).hexdigest()[:16]


def save_snapshot(snapshot: Snapshot, path: str | os.PathLike[str]) -> None:
    """Write a snapshot to a file; see `Snapshot.save`."""
    document = Document(
        description={
            "content": CONTENT,
            "abi": abi_signature(),
            "stepper": stepper_signature(snapshot.sim),
            "sim": plain_sim(snapshot.sim),
            "journal": snapshot.journal.to_dict(),
            "status": snapshot.status.name,
            "versions": versions(),
        },
        table={},
        # The counters' 64 bits as they are: one of them stands for "never".
        arrays={name: array.view(np.float64) for name, array in vars(snapshot.arrays).items()},
    )
    write_atomically(as_path(path), lambda temporary: npz.write(document, temporary))


def load_snapshot(
    path: str | os.PathLike[str], observers: Sequence[ObserverModule] = ()
) -> Snapshot:
    """Return the snapshot of a file; see `Snapshot.load`."""
    place = as_path(path)
    document = read_file(place, npz.read)
    try:
        return _snapshot(document, observers)
    except (KeyError, TypeError, ValueError, AttributeError) as error:
        raise StorageError(f"{place}: its description is not whole: {error!r}") from error
    except PhasescopeError as error:
        raise StorageError(f"{place}: {error}") from error


def _snapshot(document: Document, observers: Sequence[ObserverModule]) -> Snapshot:
    described = document.description
    if described.get("content") != CONTENT:
        raise StorageError(f"it holds {described.get('content')!r}, not a snapshot")
    if described["abi"] != abi_signature():
        wrote, here = described["versions"]["phasescope"], versions()["phasescope"]
        raise StorageError(
            f"it was taken by phasescope {wrote}, whose runners lay their memory out otherwise "
            f"than those of phasescope {here}: load it there, or compute the run again"
        )
    sim = sim_from_plain(described["sim"], observers)
    if described["stepper"] != stepper_signature(sim):
        raise StorageError(
            f"its stepper {sim.stepper!r} computes otherwise here than where it was taken: "
            "compute the run again"
        )
    return Snapshot(
        sim=sim,
        arrays=_arrays(document.arrays, sim),
        journal=Journal.from_dict(described["journal"], observers),
        status=Status[described["status"]],
    )


def _arrays(stored: Mapping[str, Any], sim: Sim) -> RunState:
    """Return the run's arrays, checked against those of a new run of the same structure.

    Compiled code trusts the sizes and indices in them, so nothing is taken on trust here.
    """
    fresh = initial_run_state(sim)
    arrays = {}
    for name, expected in vars(fresh).items():
        if stored[name].shape != expected.shape:
            raise StorageError(
                f"its array {name!r} has the shape {stored[name].shape}, not {expected.shape}"
            )
        arrays[name] = stored[name].copy().view(expected.dtype)
    state = RunState(**arrays)
    counters, clock = state.counters, state.clock
    counters[[abi.ROW, abi.TRACE_ROW, abi.EVENT_ROW]] = 0
    same = [abi.DT, abi.RTOL, abi.ATOL]
    sound = (
        0 <= counters[abi.ORIGIN_STEP] <= counters[abi.STEP]
        and counters[abi.RECORD_INTERVAL] == sim.record_interval
        and np.isfinite(clock[abi.T])
        and np.array_equal(clock[same], fresh.clock[same])
        and np.array_equal(state.sample_times, fresh.sample_times)
        and counters[abi.SAMPLE] >= 0
        and (sim.sample_times is None or counters[abi.SAMPLE] < len(state.sample_times))
        and (not sim.sampled or clock[abi.SAMPLE_DT] > 0.0)
    )
    if not sound:
        raise StorageError("its arrays contradict its settings")
    return state
