"""Where in a model's text an error or a warning lies, as line and column.

Messages begin with the place that their reader looks for: file, table, key, line and column, where
those of a text in a TOML file count from that text's beginning.  Here such a place is looked up in
the whole text.
"""

import re
from dataclasses import dataclass
from typing import Literal

from engine.errors import ModelError
from engine.model.toml_places import Entry, Path, toml_places

__all__ = ["Remark", "attach_place", "remarks"]

_PLACE = re.compile(
    r"""(?P<block>(?:\[[^\]\n]*\])(?:[ ](?P<key>[^\s:,]+)(?=[:,]))?
         (?:,[ ]entry[ ](?P<entry>[0-9]+))?)?
        (?:(?:^|,[ ]|(?<=\]))?line[ ](?P<line>[0-9]+))?
        (?:(?:^|,[ ])?column[ ](?P<column>[0-9]+))?
        (?::[ ]|(?=[ ])|$)""",
    re.VERBOSE,
)
_TOML_FAULT = re.compile(r" ?\(at (?:line ([0-9]+), column ([0-9]+)|end of document)\)$")
_LISTED = re.compile(r"^ +line ([0-9]+): (.*)$", re.MULTILINE)
_HEADER = re.compile(r"\[([^\]\n]*)\]")
_QUOTED = re.compile(r"'([^'\n]+)'")
_HERE = re.compile(r"\w+|[^\w\s]+")


@dataclass(frozen=True, kw_only=True)
class Remark:
    """Something that is wrong with a model's text, or that its author should know.

    Attributes
    ----------
    kind : {"error", "warning"}
    words : str
        What there is to say, without the file's name, line and column.
    line, column : int or None
        Where it lies, counted from 1; None where it concerns the whole.
    width : int
        How many characters of the line it is about.
    """

    kind: Literal["error", "warning"]
    words: str
    line: int | None = None
    column: int | None = None
    width: int = 1


def attach_place(error: ModelError, text: str, origin: str) -> None:
    """Set line and column of an error, if its message tells where in `text` it lies."""
    if error.line is None:
        first = remarks(str(error), text, origin, kind="error")[0]
        error.line, error.column = first.line, first.column


def remarks(
    message: str, text: str, origin: str, *, kind: Literal["error", "warning"]
) -> tuple[Remark, ...]:
    """Return what a message says of a text: one remark, or one for each line that it lists."""
    lines = text.splitlines()
    if listed := _LISTED.findall(message):
        return tuple(
            _remark(kind, words, lines, int(line), _column(words, lines, int(line)))
            for line, words in listed
        )
    message = _without_origin(message, origin)
    if found := _TOML_FAULT.search(message):
        line, column = found.groups()
        end = (int(line), int(column)) if line else (max(len(lines), 1), 1)
        return (_remark(kind, message[: found.start()], lines, *end),)
    found = _PLACE.match(message)
    if found is None or not found.group():
        return (_remark(kind, message, lines, *_place_of_quoted(message, text)),)
    words = message[found.end() :].lstrip()
    block = found.group("block")
    if block is None:
        line = int(found.group("line") or 0)
        column = int(found.group("column") or 0)
        if not line:
            return (_remark(kind, message, lines, *_place_of_quoted(message, text)),)
        return (_remark(kind, words, lines, line, column or _column(words, lines, line)),)
    at = _place_of_block(found, words, text)
    return (_remark(kind, f"{block}: {words}" if words else message, lines, *at),)


def _without_origin(message: str, origin: str) -> str:
    for name in (origin, "model", "equations", "the .ode text"):
        if name and message.startswith(name):
            rest = message[len(name) :]
            if rest[:1] in (":", ",", " "):
                return rest.lstrip(":, ")
    return message


def _remark(
    kind: Literal["error", "warning"],
    words: str,
    lines: list[str],
    line: int | None,
    column: int | None,
) -> Remark:
    if line is None or column is None:
        return Remark(kind=kind, words=words)
    shown = lines[line - 1] if 0 < line <= len(lines) else ""
    found = _HERE.match(shown, column - 1)
    width = len(found.group()) if found else 1
    return Remark(kind=kind, words=words, line=line, column=column, width=width)


def _column(words: str, lines: list[str], line: int) -> int:
    """Return where a line has what the words quote first of it, else where it begins."""
    shown = lines[line - 1].partition("#")[0] if 0 < line <= len(lines) else ""
    for quoted in _QUOTED.findall(words):
        found = re.search(rf"(?<!\w){re.escape(quoted)}(?!\w)", shown)
        if found is not None:
            return found.start() + 1
    return _indent(lines, line)


def _indent(lines: list[str], line: int) -> int:
    shown = lines[line - 1] if 0 < line <= len(lines) else ""
    return len(shown) - len(shown.lstrip()) + 1


def _place_of_block(
    found: re.Match[str], words: str, text: str
) -> tuple[int, int] | tuple[None, None]:
    """Return line and column of what a message calls ``[table] key, line 1, column 2``."""
    header = _HEADER.match(found.group("block"))
    path: Path = tuple(header.group(1).split(".")) if header is not None else ()
    if found.group("key"):
        path += tuple(found.group("key").split("."))
    if found.group("entry"):
        path += (found.group("entry"),)
    entries = toml_places(text)
    if not entries.keys() & {path[:1]} and not any(known[:1] == path[:1] for known in entries):
        return _place_of_definition(path[-1], text)
    entry = _entry(entries, path, words)
    if entry is None:
        return None, None
    line, column = found.group("line"), found.group("column")
    if column is None:
        return _line_and_column(text, entry.key)
    if not entry.letters:
        return _line_and_column(text, entry.value)
    before = 0
    content = entry.content.split("\n")
    for row in content[: int(line or 1) - 1]:
        before += len(row) + 1
    letter = min(before + int(column) - 1, len(entry.letters) - 1)
    return _line_and_column(text, entry.letters[letter])


def _entry(entries: dict[Path, Entry], path: Path, words: str) -> Entry | None:
    """Return the entry of a path, of a key of it that the words name, or of the table around it."""
    for name in (_QUOTED.findall(words) or re.findall(r"\w+", words))[:4]:
        if (*path, name) in entries:
            return entries[*path, name]
    while path:
        if path in entries:
            return entries[path]
        below = [known for known in entries if known[: len(path)] == path]
        if below:
            return entries[below[0]]
        path = path[:-1]
    return None


def _place_of_definition(name: str, text: str) -> tuple[int, int] | tuple[None, None]:
    """Return where plain equations define a name."""
    escaped = re.escape(name)
    pattern = rf"^[ \t]*(?:d\(?)?({escaped})\b[^=\n]*=|^[ \t]*(when)\b"
    found = re.search(pattern, text, re.MULTILINE)
    if found is None:
        return _place_of_quoted(f"'{name}'", text)
    return _line_and_column(text, found.start(1) if found.group(1) else found.start(2))


def _place_of_quoted(message: str, text: str) -> tuple[int, int] | tuple[None, None]:
    """Return where a text has the name that a message quotes first."""
    quoted = _QUOTED.search(message)
    if quoted is not None:
        bare = re.sub(r"#[^\n]*", lambda comment: " " * len(comment.group()), text)
        found = re.search(rf"(?<!\w){re.escape(quoted.group(1))}(?!\w)", bare)
        if found is not None:
            return _line_and_column(text, found.start())
    return None, None


def _line_and_column(text: str, offset: int) -> tuple[int, int]:
    before = text[:offset]
    return before.count("\n") + 1, len(before.rpartition("\n")[2]) + 1
