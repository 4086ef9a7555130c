"""Write loops where generated statements repeat with shifted indices.

The loop executes the very statements it stands for, in their order, so that the bits are the same;
a compiler reads one statement instead of hundreds, and can vectorise it.
"""

import re
from collections.abc import Sequence

__all__ = ["roll", "rolled_runs"]

# A shorter run stays written out.
LEAST_REPEATS = 4
# Statements that repeat together: the neighbours of a lattice with several variables a site.
PERIODS = (1, 2, 3, 4)
# The same where the statements are elementary operations, several of them an equation.
STRIDED_PERIODS = tuple(range(1, 13))

_FRAME = re.compile(r"(?<=[\[ ])\d+(?=\])")

Run = tuple[int, int, list[str]]


def _indices(statement: str) -> tuple[str, tuple[int, ...]]:
    """Split a statement into its frame and the integer literals that end its subscripts."""
    numbers = tuple(int(match) for match in _FRAME.findall(statement))
    return _FRAME.sub("#", statement), numbers


def rolled_runs(statements: Sequence[str], strided: bool = False) -> list[Run]:
    """Find the runs of statements that a loop can stand for.

    Parameters
    ----------
    statements : sequence of str
        In the order in which they are executed.
    strided : bool
        Indices may also move by more than one from statement to statement.

    Returns
    -------
    list of (start, end, lines)
        `lines` do what ``statements[start:end]`` do; what no run covers stays as it is.
    """
    parts = [_indices(statement) for statement in statements]
    runs, start = [], 0
    while start < len(statements):
        found = None
        for period in STRIDED_PERIODS if strided else PERIODS:
            end, moves = _longest(parts, start, period, strided)
            if (end - start) // period >= LEAST_REPEATS:
                found = (start, end, _loop(parts[start:end], moves, period, strided))
                break
        if found is None:
            start += 1
        else:
            runs.append(found)
            start = found[1]
    return runs


def roll(statements: Sequence[str], strided: bool = False) -> list[str]:
    """Return lines that do the same as the statements, with loops where they repeat."""
    lines: list[str] = []
    done = 0
    for start, end, loop in rolled_runs(statements, strided):
        lines += [*statements[done:start], *loop]
        done = end
    return [*lines, *statements[done:]]


def _longest(
    parts: Sequence[tuple[str, tuple[int, ...]]], start: int, period: int, strided: bool
) -> tuple[int, list[tuple[int, ...]]]:
    """Return the end of the run that begins at `start`, and how its indices move."""
    moves: list[tuple[int, ...]] | None = None
    at = start + period
    while at + period <= len(parts):
        now = []
        for k in range(at, at + period):
            (frame, numbers), (before, earlier) = parts[k], parts[k - period]
            if frame != before or "\n" in frame:
                return at, moves or []
            now.append(tuple(b - a for a, b in zip(earlier, numbers, strict=True)))
        moved = [move for line in now for move in line]
        steady = strided or all(move in (0, period) for move in moved)
        if not steady or not any(map(any, now)) or moves not in (None, now):
            return at, moves or []
        moves = now
        at += period
    return at, moves or []


def _loop(
    parts: Sequence[tuple[str, tuple[int, ...]]],
    moves: Sequence[tuple[int, ...]],
    period: int,
    strided: bool,
) -> list[str]:
    count = len(parts)
    body: list[str] = []
    fixed: dict[str, str] = {}
    # What `i` counts: statements, or repetitions.
    unit = 1 if strided else period
    for (frame, numbers), move in zip(parts[:period], moves, strict=True):
        pieces = frame.split("#")
        text = pieces[0]
        for piece, number, moved in zip(pieces[1:], numbers, move, strict=True):
            written = str(number)
            if moved:
                place = "i" if moved == unit else f"{moved} * i"
                written = f"{place} + {number}" if number else place
            text += written + piece
        body.append(text)
    span = f"range(0, {count}, {period})" if period > 1 else f"range({count})"
    if strided:
        span = f"range({count // period})"
    changed = {text.partition("[")[0] for text in body}
    for k, text in enumerate(body):
        target, sign, value = text.partition(" = ")
        body[k] = target + sign + _hoisted(value, fixed, changed)
    assignments = [f"{name} = {element}" for element, name in fixed.items()]
    return [*assignments, f"for i in {span}:", *(f"    {text}" for text in body)]


def _hoisted(value: str, fixed: dict[str, str], changed: set[str]) -> str:
    """Read what does not move before the loop: a store might change it for all LLVM knows."""

    def named(match: re.Match[str]) -> str:
        if match[1] in changed:
            return match[0]
        return fixed.setdefault(match[0], f"{match[1]}_{match[2]}")

    return re.sub(r"\b(\w+)\[(\d+)\]", named, value)
