r"""Text of an ``.ode`` file to its statements: continued lines joined, arrays written out.

``x[1..3]' = -x[j] + x[j-1]`` stands for three lines, and so does each line between ``%[1..3]`` and
``%``; ``[j]``, ``[j+2]``, ``[j-2]``, ``[j*2]`` and ``[5]`` are replaced by the number, as XPPAUT
does.  A backslash continues a line.
"""

import re
from collections.abc import Iterator
from typing import NamedTuple

from engine.model.xpp.report import Report

__all__ = ["Line", "expanded_lines"]

MAX_LINES = 20_000
MAX_CHARACTERS = 2_000_000

_RANGE = re.compile(r"\[\s*([0-9]{1,9})\s*\.\.\s*([0-9]{1,9})\s*\]")
_INDEX = re.compile(r"\[\s*(?:(j)\s*(?:([-+*])\s*([0-9]{1,9})\s*)?|([0-9]{1,9})\s*)\]")
_BRACKET = re.compile(r"(?<!int)\[[^\]]*\]?", re.IGNORECASE)
_KERNEL = re.compile(r"\bint\s*[\[{]", re.IGNORECASE)
_DONE = re.compile(r"d(one)?\s*$|done\b", re.IGNORECASE)
_MARKOV = re.compile(r"ma\w*\s+\S+\s+([0-9]{1,4})\b|m\s+\S+\s+([0-9]{1,4})\b", re.IGNORECASE)


class Line(NamedTuple):
    """One statement's text and the number of the line on which it begins."""

    text: str
    number: int


def expanded_lines(text: str, report: Report) -> Iterator[Line]:
    """Yield the statements of a file up to ``done``, comments left out.

    Raises
    ------
    ModelError
        If an array or a block is not well formed, or the file becomes too long.
    """
    characters = 0
    for count, line in enumerate(_written_out(_joined(text), report)):
        characters += len(line.text)
        if count > MAX_LINES or characters > MAX_CHARACTERS:
            raise report.error(line.number, f"more than {MAX_LINES} lines when written out")
        yield line


def _joined(text: str) -> Iterator[Line]:
    """Yield the lines with continuations joined; comments and what follows `done` left out."""
    parts: list[str] = []
    begun = skipped = 0
    for number, raw in enumerate(text.splitlines(), start=1):
        if skipped:
            skipped -= 1
            continue
        first = raw.lstrip()
        if not parts:
            begun = number
            if first.startswith("#"):
                if first.lower().startswith("#include"):
                    yield Line(first, number)
                continue
            if _DONE.match(first) and "=" not in first:
                return
        piece, continued, _ = raw.partition("\\")
        parts.append(piece)
        if continued:
            continue
        whole = _without_comment("".join(parts)).strip()
        parts = []
        if whole:
            yield Line(whole, begun)
        if found := _MARKOV.match(whole):
            # The rows of its transition matrix are no statements.
            skipped = int(found[1] or found[2])
    if parts and (whole := _without_comment("".join(parts)).strip()):
        yield Line(whole, begun)


def _without_comment(text: str) -> str:
    if text.lstrip().startswith('"') or _KERNEL.search(text):
        return text
    return text.partition("#")[0]


def _written_out(lines: Iterator[Line], report: Report) -> Iterator[Line]:
    for line in lines:
        if line.text.startswith(('"', "#")):
            yield line
        elif line.text.startswith("%"):
            block = []
            for inner in lines:
                if inner.text.startswith("%"):
                    break
                block.append(inner)
            else:
                raise report.error(line.number, "the block has no closing %")
            yield from _repeated(block, _range(line, report), report)
        elif _RANGE.search(line.text):
            yield from _repeated([line], _range(line, report), report)
        else:
            yield Line(_indexed(line, None, report), line.number)


def _range(line: Line, report: Report) -> range:
    bounds = {(int(found[1]), int(found[2])) for found in _RANGE.finditer(line.text)}
    if len(bounds) != 1:
        raise report.error(line.number, "one range such as [1..10] is expected")
    first, last = bounds.pop()
    if abs(last - first) >= MAX_LINES:
        raise report.error(line.number, f"an array of more than {MAX_LINES} elements")
    return range(first, last + 1) if first <= last else range(first, last - 1, -1)


def _repeated(block: list[Line], indices: range, report: Report) -> Iterator[Line]:
    for j in indices:
        for line in block:
            text = _RANGE.sub("[j]", line.text)
            yield Line(_indexed(Line(text, line.number), j, report), line.number)


def _indexed(line: Line, j: int | None, report: Report) -> str:
    """Return the text with the numbers in place of what stands in square brackets."""

    def number(found: re.Match[str]) -> str:
        inner = _INDEX.fullmatch(found.group())
        if inner is None:
            raise report.error(
                line.number,
                f"{found.group()[:30]!r} is no index; write [j], [j+2], [j-2], [j*2] or [5]",
            )
        letter, sign, amount, literal = inner.groups()
        if not letter:
            return str(int(literal))
        if j is None:
            raise report.error(line.number, "[j] outside of an array; write x[1..10] on the left")
        other = int(amount or 0)
        value = j * other if sign == "*" else j - other if sign == "-" else j + other
        if value < 0:
            raise report.error(line.number, f"the index {found.group()} becomes {value}")
        return str(value)

    return _BRACKET.sub(number, line.text)
