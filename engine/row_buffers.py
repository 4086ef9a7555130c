"""The memory of a live run: rows and samples, written once, bounded."""

from collections import deque
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np

from engine.observers import ObserverModule
from engine.results import Floats
from engine.run_state import split_trace, trace_columns
from engine.runner import abi

# Room for rows is taken in slabs of about this many bytes: few large allocations cost less than
# one for every chunk.
SLAB_BYTES = 1 << 22
LEAST_ROOM = 512
# Most rows of one chunk, and most bytes; a slab holds no more.
MAX_CHUNK_ROWS = 1 << 22
MAX_CHUNK_BYTES = 1 << 30
# A chunk that outgrows its slab goes on in one this many times as large as itself.
SLAB_GROWTH = 32
SAMPLES_KEPT = 1 << 18
# Pieces of samples from before the observers were exchanged or the run was put back.
PIECES_KEPT = 256


@dataclass
class _Segment:
    """A range of consecutive rows of one slab."""

    t: Floats
    y: Floats
    start: int
    end: int

    def __len__(self) -> int:
        return self.end - self.start

    def rows(self) -> tuple[Floats, Floats]:
        return self.t[self.start : self.end], self.y[self.start : self.end]


class RowStore:
    """Give the runner room to record into, and keep the latest rows.

    Rows that were once recorded are never written again, so that views of them stay valid.

    Parameters
    ----------
    columns : int
        Recorded variables.
    limit : int
        Rows kept; older ones go, a slab at a time.
    dtype : dtype
        Type of the values.
    """

    def __init__(self, columns: int, limit: int, dtype: Any = np.float64) -> None:
        self._columns, self._dtype = columns, np.dtype(dtype)
        self._limit = limit
        by_size = SLAB_BYTES // (8 * max(columns, 1))
        self.max_chunk_rows = min(MAX_CHUNK_ROWS, max(1, MAX_CHUNK_BYTES // (8 * (columns + 1))))
        self._slab_rows = max(LEAST_ROOM, min(by_size, limit // 8))
        self._segments: deque[_Segment] = deque()
        self._kept = 0
        self._take_slab(0)

    def _take_slab(self, rows: int) -> None:
        rows = min(max(rows, self._slab_rows), max(self.max_chunk_rows, LEAST_ROOM))
        self._t, self._y = np.empty(rows), np.empty((rows, self._columns), self._dtype)
        self._used = 0

    def reserve(self, wanted: int | None, limit: int, parts: "ChunkParts") -> tuple[Floats, Floats]:
        """Return room for times (m,) and values (m, k), m at most `limit`.

        There is room for the `wanted` rows in one piece, up to the largest slab.  The rows that
        the chunk has so far move along to a new slab, so that they stay in one piece: at a pause
        nothing is left to be joined.
        """
        least = min(LEAST_ROOM if wanted is None else wanted, limit, self.max_chunk_rows)
        if len(self._t) - self._used < max(least, 1):
            moving = parts.n_rows
            self._take_slab(max(least, min(SLAB_GROWTH * moving, moving + limit)))
            if 0 < moving < len(self._t) - least:
                parts.move(self._t, self._y)
                self._used = moving
        end = min(len(self._t), self._used + limit)
        return self._t[self._used : end], self._y[self._used : end]

    def commit(self, rows: int) -> tuple[Floats, Floats]:
        """Keep the first `rows` of the room reserved last, and return them."""
        start, end = self._used, self._used + rows
        if rows:
            last = self._segments[-1] if self._segments else None
            if last is not None and last.t is self._t and last.end == start:
                last.end = end
            else:
                self._segments.append(_Segment(self._t, self._y, start, end))
            self._used = end
            self._kept += rows
            while self._kept - len(self._segments[0]) >= self._limit:
                self._kept -= len(self._segments.popleft())
        return self._t[start:end], self._y[start:end]

    def rows(self) -> tuple[Floats, Floats]:
        """Return the latest times and values, at most `limit` of them."""
        if not self._segments:
            return np.empty(0), np.empty((0, self._columns), self._dtype)
        t, y = joined([segment.rows() for segment in self._segments])
        return t[-self._limit :], y[-self._limit :]

    def forget_after(self, t: float) -> None:
        """Drop the rows later than a time."""
        while self._segments:
            last = self._segments[-1]
            times = last.rows()[0]
            kept = int(np.searchsorted(times, t, side="right"))
            self._kept -= len(times) - kept
            last.end = last.start + kept
            if kept:
                return
            self._segments.pop()

    def clear(self) -> None:
        """Drop all rows."""
        self._segments.clear()
        self._kept = 0


def joined(pieces: Sequence[tuple[Floats, Floats]]) -> tuple[Floats, Floats]:
    """Concatenate pieces of rows; a single one is returned as it is."""
    if len(pieces) == 1:
        return pieces[0]
    return np.concatenate([t for t, _ in pieces]), np.concatenate([y for _, y in pieces])


class ChunkParts:
    """Collect the rows and samples of one chunk, at most so many rows."""

    def __init__(self, limit: int) -> None:
        self._limit = limit
        self._traces: list[Mapping[str, Mapping[str, Floats]]] = []
        self.rows: list[tuple[Floats, Floats]] = []
        self.events: list[Floats] = []
        self.n_rows = 0

    @property
    def rows_left(self) -> int:
        """Return how many rows may still come."""
        return max(0, self._limit - self.n_rows)

    @property
    def full(self) -> bool:
        """Tell whether no row may come any more."""
        return self.n_rows >= self._limit

    def add_rows(self, rows: tuple[Floats, Floats]) -> None:
        """Append recorded times (m,) and values (m, k)."""
        if self.rows and len(rows[0]):
            self.rows[-1:] = _in_one_piece(self.rows[-1], rows)
        elif not self.rows:
            self.rows.append(rows)
        self.n_rows += len(rows[0])

    def move(self, t: Floats, y: Floats) -> None:
        """Copy the rows so far to the front of a new slab."""
        t[: self.n_rows], y[: self.n_rows] = joined(self.rows)
        self.rows = [(t[: self.n_rows], y[: self.n_rows])]

    def add_trace(self, observers: Sequence[ObserverModule], trace: Floats) -> None:
        """Append the rows of a trace buffer."""
        self._traces.append(split_trace(observers, trace))

    def traces(self) -> dict[str, dict[str, Floats]]:
        """Return the samples of each observer by column."""
        return join_samples(self._traces) if self._traces else {}


def _in_one_piece(
    first: tuple[Floats, Floats], second: tuple[Floats, Floats]
) -> list[tuple[Floats, Floats]]:
    """Return two pieces of rows as one where they are neighbours in a slab."""
    if not len(first[0]):
        return [second]
    slab_t, slab_y = second[0].base, second[1].base
    start = _place(first[0])
    follows = _place(second[0]) == start + len(first[0])
    if slab_t is None or slab_y is None or slab_t is not first[0].base or not follows:
        return [first, second]
    end = start + len(first[0]) + len(second[0])
    return [(slab_t[start:end], slab_y[start:end])]


def _place(view: Floats) -> int:
    """Return the index at which a view of a slab's times begins."""
    slab = view if view.base is None else view.base
    offset: int = view.__array_interface__["data"][0] - slab.__array_interface__["data"][0]
    return offset // view.itemsize


class SampleStore:
    """Keep the observers' latest samples.

    Parameters
    ----------
    observers : sequence of ObserverModule
        Whose samples these are.
    """

    def __init__(self, observers: Sequence[ObserverModule]) -> None:
        self._earlier: list[Mapping[str, Mapping[str, Floats]]] = []
        self._lag: dict[str, float] = {}
        self._begin(observers)

    def watch(self, observers: Sequence[ObserverModule]) -> None:
        """Go on with other observers; the samples so far are kept."""
        if self._used:
            self._earlier.append(self._split())
            self._forget_earliest()
        self._begin(observers)

    def _forget_earliest(self) -> None:
        """Let go of the earliest pieces, so that a run rewound for ever keeps no more."""
        sizes = [sum(len(part["t"]) for part in piece.values()) for piece in self._earlier]
        while len(sizes) > 1 and (sum(sizes) > SAMPLES_KEPT or len(sizes) > PIECES_KEPT):
            sizes.pop(0)
            self._earlier.pop(0)

    def _begin(self, observers: Sequence[ObserverModule]) -> None:
        self._observers = tuple(observers)
        self._lag |= {o.key: float(o.trace.lag) for o in observers if o.trace}
        self._raw = np.empty((LEAST_ROOM, trace_columns(observers)))
        self._used = 0

    def add(self, trace: Floats) -> None:
        """Keep the rows of a trace buffer."""
        rows = len(trace)
        if self._used + rows > SAMPLES_KEPT:
            keep = SAMPLES_KEPT // 2
            self._earlier.clear()
            self._raw[:keep] = self._raw[self._used - keep : self._used]
            self._used = keep
        while self._used + rows > len(self._raw):
            self._raw = np.concatenate([self._raw, np.empty_like(self._raw)])
        self._raw[self._used : self._used + rows] = trace
        self._used += rows

    def samples(self) -> dict[str, dict[str, Floats]]:
        """Return the kept samples of each observer by column."""
        present = self._split()
        gone = [
            {key: part for key, part in piece.items() if part.keys() == present.get(key, {}).keys()}
            for piece in self._earlier
        ]
        return join_samples([*gone, present])

    def _split(self) -> dict[str, dict[str, Floats]]:
        return split_trace(self._observers, self._raw[: self._used])

    def forget_after(self, t: float) -> None:
        """Drop the samples later than a time."""
        raw = self._raw[: self._used]
        # Within a step the samples of several observers are not in the order of their times.
        lags = np.array([self._lag.get(observer.key, 0.0) for observer in self._observers])
        kept = raw[raw[:, abi.TRACE_TIME] <= t - lags[raw[:, abi.TRACE_OBSERVER].astype(int)]]
        self._used = len(kept)
        self._raw[: self._used] = kept
        self._earlier = [
            {
                k: {n: c[part["t"] <= t - self._lag[k]] for n, c in part.items()}
                for k, part in piece.items()
            }
            for piece in self._earlier
        ]

    def clear(self) -> None:
        """Drop all samples."""
        self._earlier.clear()
        self._used = 0


def join_samples(
    pieces: Sequence[Mapping[str, Mapping[str, Floats]]],
) -> dict[str, dict[str, Floats]]:
    """Concatenate pieces of samples by observer and column."""
    found: dict[str, list[Mapping[str, Floats]]] = {}
    for piece in pieces:
        for key, columns in piece.items():
            found.setdefault(key, []).append(columns)
    return {
        key: {name: np.concatenate([part[name] for part in parts]) for name in parts[0]}
        for key, parts in found.items()
    }
