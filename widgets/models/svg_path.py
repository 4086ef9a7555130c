"""Curves, clouds and cells as the paths of a small SVG picture."""

from collections.abc import Iterator

import numpy as np
import numpy.typing as npt

WIDTH, HEIGHT = 800, 480
MARGIN = 24
# How far a drawn line may run beside the curve, and the side of a dot, in units of the picture.
TOLERANCE = 1.5
DOT = 4

Values = npt.NDArray[np.float64]
Points = npt.NDArray[np.float64]


def extent(values: Values) -> tuple[float, float]:
    """Return the ends of the finite values, with room between them where all are the same."""
    finite = values[np.isfinite(values)]
    low, high = (float(finite.min()), float(finite.max())) if len(finite) else (0.0, 1.0)
    return (low, high) if high > low else (low - 0.5, high + 0.5)


def placed(
    x: Values,
    y: Values,
    *,
    box: tuple[tuple[float, float], tuple[float, float]] | None = None,
    top: float = 0.0,
    height: float = HEIGHT,
) -> Points:
    """Return the points of a curve on the picture, (points, 2), y downward.

    `box` holds the values at the edges of the part of the picture from `top` on that is `height`
    high; by default the curve fills it.
    """
    limits = (extent(x), extent(y)) if box is None else box
    room = (WIDTH - 2 * MARGIN, height - 2 * MARGIN)
    columns = [
        MARGIN + (values - low) * (size / (high - low))
        for values, (low, high), size in zip((x, y), limits, room, strict=True)
    ]
    return np.column_stack([columns[0], top + height - columns[1]])


def line(points: Points, *, across: bool = True) -> str:
    """Write a curve as a path, without the points that a straight line passes anyway.

    It is interrupted where it is not finite, and unless it may jump `across` the picture where it
    does: an angle that begins anew on the other side is no part of the curve.
    """
    return "".join(_stroke(piece) for piece in _pieces(points, across=across))


def _pieces(points: Points, *, across: bool) -> Iterator[Points]:
    finite = np.isfinite(points).all(axis=1)
    jumps = np.diff(finite.astype(int)) != 0
    if not across:
        with np.errstate(invalid="ignore"):
            jumps |= np.abs(np.diff(points[:, 0])) > 0.5 * WIDTH
    for piece in np.split(points, np.flatnonzero(jumps) + 1):
        if len(piece) and np.isfinite(piece[0]).all():
            yield piece


def _stroke(points: Points) -> str:
    kept = np.rint(points[_corners(points)]).astype(int)
    moves = np.diff(kept, axis=0)
    steps = [f"{dx} {dy}" for dx, dy in moves[np.any(moves != 0, axis=1)].tolist()]
    return f"M{kept[0, 0]} {kept[0, 1]}l{' '.join(steps) or '0 0'}".replace(" -", "-")


def _corners(points: Points) -> npt.NDArray[np.intp]:
    """Choose the points that a line within `TOLERANCE` needs.

    Douglas & Peucker, Cartographica 10 (1973) 112.
    """
    needed = np.zeros(len(points), bool)
    needed[[0, -1]] = True
    parts = [(0, len(points) - 1)]
    while parts:
        first, last = parts.pop()
        if last - first < 2:
            continue
        inner = points[first + 1 : last] - points[first]
        chord = points[last] - points[first]
        length = float(np.hypot(*chord))
        off = np.abs(inner[:, 0] * chord[1] - inner[:, 1] * chord[0])
        off = off / length if length > TOLERANCE else np.hypot(inner[:, 0], inner[:, 1])
        farthest = int(np.argmax(off))
        if off[farthest] > TOLERANCE:
            middle = first + 1 + farthest
            needed[middle] = True
            parts += [(first, middle), (middle, last)]
    return np.flatnonzero(needed)


def cloud(points: Points, side: int = DOT) -> str:
    """Write dots on a grid as a path of horizontal dashes, as thick as a dot's `side`."""
    points = points[np.isfinite(points).all(axis=1)]
    cells = np.unique(np.rint(points / side).astype(int)[:, ::-1], axis=0)
    breaks = np.flatnonzero((np.diff(cells[:, 0]) != 0) | (np.diff(cells[:, 1]) != 1)) + 1
    dashes = []
    for run in np.split(cells, breaks):
        row, column = (side * run[0]).tolist()
        dashes.append(f"M{column} {row}h{side * len(run)}")
    return "".join(dashes)


def cells(marked: npt.NDArray[np.bool_]) -> tuple[str, float]:
    """Write the marked cells of a table that fills the picture, and say how thick they are."""
    rows, columns = marked.shape
    tall, wide = (HEIGHT - 2 * MARGIN) / rows, (WIDTH - 2 * MARGIN) / columns
    dashes = []
    for row in range(rows):
        y = round(MARGIN + (row + 0.5) * tall)
        edges = np.flatnonzero(np.diff(np.r_[0, marked[row].astype(int), 0]))
        for first, last in edges.reshape(-1, 2).tolist():
            dashes.append(f"M{round(MARGIN + first * wide)} {y}h{round((last - first) * wide)}")
    return "".join(dashes), tall
