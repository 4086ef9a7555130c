"""Where several observers' memory and results lie in the packed arrays of a run.

``analysis_ws`` holds the tangent vectors, then the places at which each observer's slots begin in
``analysis_ws`` and in ``analysis_out`` (one more than there are observers, twice), then the slots.
The places are read by the runner, so that sizes are data.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np

from engine.observers.observer import ObserverModule
from engine.observers.slots import Floats, Value


@dataclass(frozen=True, kw_only=True)
class Part:
    """Say where one observer's share of the packed arrays is.

    Attributes
    ----------
    tangents, slots : slice
        In ``analysis_ws``.
    outputs : slice
        In ``analysis_out``.
    """

    tangents: slice
    slots: slice
    outputs: slice


def seed_tangents(n: int, k: int = 1) -> tuple[tuple[float, ...], ...]:
    """Return `k` orthonormal vectors (n,) in general position, the same in every run."""
    basis: list[list[float]] = []
    for j in range(k):
        raw = [1.0 + 0.6180339887498949 * ((i * i + 1 + 3 * j * (i + 1)) % 7) for i in range(n)]
        raw[j] += 5.0 * (j > 0)
        for other in basis:
            share = sum(a * b for a, b in zip(raw, other, strict=True))
            raw = [a - share * b for a, b in zip(raw, other, strict=True)]
        length = sum(value * value for value in raw) ** 0.5
        basis.append([value / length for value in raw])
    return tuple(tuple(vector) for vector in basis)


def places_start(observers: Sequence[ObserverModule], n: int) -> int:
    """Return where in ``analysis_ws`` the places stand: after the tangent vectors."""
    return n * sum(observer.tangents for observer in observers)


def observer_parts(observers: Sequence[ObserverModule], n: int) -> Mapping[str, Part]:
    """Map each observer's key to its share of the packed arrays."""
    tangent, output = 0, 0
    slot = places_start(observers, n) + 2 * (len(observers) + 1)
    parts = {}
    for observer in observers:
        workspace, outputs = observer.slots
        ends = (tangent + n * observer.tangents, slot + workspace.size, output + outputs.size)
        parts[observer.key] = Part(
            tangents=slice(tangent, ends[0]),
            slots=slice(slot, ends[1]),
            outputs=slice(output, ends[2]),
        )
        tangent, slot, output = ends
    return parts


def new_workspace(observers: Sequence[ObserverModule], n: int) -> Floats:
    """Return the observers' memory before the first step; empty without observers."""
    if not observers:
        return np.empty(0)
    parts = observer_parts(observers, n)
    last = parts[observers[-1].key]
    workspace = np.empty(last.slots.stop)
    begins = [part.slots.start for part in parts.values()] + [last.slots.stop]
    begins += [part.outputs.start for part in parts.values()] + [last.outputs.stop]
    start = places_start(observers, n)
    workspace[start : start + len(begins)] = begins
    for observer in observers:
        _begin(observer, parts[observer.key], workspace, n)
    return workspace


def new_outputs(observers: Sequence[ObserverModule]) -> Floats:
    """Return the observers' results before the first step."""
    return np.concatenate([np.empty(0), *(observer.slots[1].flat() for observer in observers)])


def _begin(observer: ObserverModule, part: Part, workspace: Floats, n: int) -> None:
    workspace[part.slots] = observer.slots[0].flat()
    if observer.tangents:
        workspace[part.tangents] = np.ravel(seed_tangents(n, observer.tangents))


def begin_anew(
    observers: Sequence[ObserverModule], n: int, workspace: Floats, outputs: Floats
) -> None:
    """Let the observers that measure since the last change begin again, in place."""
    parts = observer_parts(observers, n)
    for observer in observers:
        if observer.since == "change":
            _begin(observer, parts[observer.key], workspace, n)
            outputs[parts[observer.key].outputs] = observer.slots[1].flat()


def observer_results(
    observers: Sequence[ObserverModule], n: int, workspace: Floats, outputs: Floats
) -> dict[str, dict[str, Value]]:
    """Return each observer's results by their names."""
    parts = observer_parts(observers, n)
    return {
        o.key: o.results(workspace[parts[o.key].slots], outputs[parts[o.key].outputs])
        for o in observers
    }
