"""Where the keys and values of TOML text stand, which `tomllib` does not tell."""

import re
from contextlib import suppress
from dataclasses import dataclass

__all__ = ["Entry", "toml_places"]

Path = tuple[str, ...]

_SPACE = re.compile(r"(?:[ \t\r\n]|#[^\n]*)*")
_BLANK = re.compile(r"[ \t]*")
_BARE_KEY = re.compile(r"[^\s.=\[\]{}#,\"']+")
_BARE_VALUE = re.compile(r"[^,\]}#\n]*")
_ESCAPES = re.compile(r"u[0-9a-fA-F]{4}|U[0-9a-fA-F]{8}|\s*\n\s*|.", re.DOTALL)
_QUOTES = ('"""', "'''", '"', "'")


@dataclass(frozen=True, kw_only=True)
class Entry:
    """Where one key stands, and what it holds.

    Attributes
    ----------
    key : int
        How many characters stand before the key, or before the name of the table.
    value : int
        How many characters stand before the value.
    letters : tuple of int
        For a text, the same of each of its characters, escapes being one, and of its end.
    content : str
        For a text, its characters, where an escape is one that stands for no other.
    """

    key: int
    value: int
    letters: tuple[int, ...] = ()
    content: str = ""


def toml_places(text: str) -> dict[Path, Entry]:
    """Return the place of every table, key and element of a list, by its path.

    Parameters
    ----------
    text : str
        Text that is TOML; of another one the places may be wrong.
    """
    return _Scan(text).entries


class _Scan:
    """One walk through a text, from left to right; it always ends at the text's end."""

    def __init__(self, text: str) -> None:
        self.text = text
        self.at = 0
        self.entries: dict[Path, Entry] = {}
        with suppress(RecursionError):  # lists in lists in lists: what stands before is known
            self.document()

    def document(self) -> None:
        table: Path = ()
        while self.skip(_SPACE) and self.at < len(self.text):
            before = self.at
            if self.text[self.at] == "[":
                while self.here("["):
                    self.at += 1
                self.skip(_BLANK)
                table = self.path(())
                while self.skip(_BLANK) and self.here("]"):
                    self.at += 1
            else:
                self.pair(table)
            if self.at == before:
                self.at += 1

    def pair(self, table: Path) -> None:
        path = self.path(table)
        self.skip(_BLANK)
        if self.here("="):
            self.at += 1
            self.skip(_BLANK)
            self.value(path, self.entries[path].key if path in self.entries else self.at)

    def path(self, parts: Path) -> Path:
        """Walk through a dotted key, each part of which is a table or what it holds."""
        while self.skip(_BLANK):
            start = self.at
            if self.here('"') or self.here("'"):
                parts = (*parts, self.string()[1])
            elif found := _BARE_KEY.match(self.text, self.at):
                parts = (*parts, found.group())
                self.at = found.end()
            self.entries.setdefault(parts, Entry(key=start, value=start))
            self.skip(_BLANK)
            if not self.here("."):
                break
            self.at += 1
        return parts

    def value(self, path: Path, key: int) -> None:
        start = self.at
        letters: tuple[int, ...] = ()
        content = ""
        if self.here("{"):
            self.enclosed("}", path)
        elif self.here("["):
            self.enclosed("]", path)
        elif self.here('"') or self.here("'"):
            letters, content = self.string()
        else:
            self.skip(_BARE_VALUE)
        self.entries[path] = Entry(key=key, value=start, letters=letters, content=content)

    def enclosed(self, end: str, path: Path) -> None:
        """Walk through an inline table or a list."""
        self.at += 1
        count = 0
        while self.skip(_SPACE) and self.at < len(self.text) and not self.here(end):
            before = self.at
            if end == "}":
                self.pair(path)
            else:
                count += 1
                self.value((*path, str(count)), self.at)
            self.skip(_SPACE)
            if self.here(",") or self.at == before:
                self.at += 1
        self.at += 1

    def string(self) -> tuple[tuple[int, ...], str]:
        quote = next(q for q in _QUOTES if self.here(q))
        self.at += len(quote)
        if len(quote) == 3:
            self.skip(re.compile(r"\r?\n?"))
        letters, content = [], []
        while self.at < len(self.text) and not self.here(quote):
            letter = self.text[self.at]
            letters.append(self.at)
            self.at += 1
            if letter == "\\" and quote[0] == '"' and (found := _ESCAPES.match(self.text, self.at)):
                self.at = found.end()
                if found.group().isspace():  # the text goes on in the next line, without a break
                    letters.pop()
                    continue
                letter = "\n" if found.group() == "n" else "\ufffd"
            content.append(letter)
        letters.append(self.at)
        self.at += len(quote)
        return tuple(letters), "".join(content)

    def here(self, what: str) -> bool:
        return self.text.startswith(what, self.at)

    def skip(self, pattern: re.Pattern[str]) -> bool:
        found = pattern.match(self.text, self.at)
        if found is not None:
            self.at = found.end()
        return True
