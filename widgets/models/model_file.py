"""Files that hold a model's text: what is taken from one that is opened, and how one is named."""

import re

MOST_CHARACTERS = 100_000
"""Longest text that the editor takes: far beyond what a person writes."""

SUFFIXES = {".toml": "toml", ".ode": "ode", ".txt": "equations", ".md": "equations"}
"""Which form of text the name of a file promises."""

_FENCED = re.compile(r"^```[^\n]*\n(.*?)^```", re.MULTILINE | re.DOTALL)
_UNUSUAL = re.compile(r"[^\w-]+")
_LONGEST_NAME = 60


class FileError(Exception):
    """A file that cannot be opened, in words."""


def refuse_size(name: str, size: int) -> None:
    """Refuse a file that is too long, before anything of it is read.

    Raises
    ------
    FileError
        It is longer than `MOST_CHARACTERS`.
    """
    if size > MOST_CHARACTERS:
        raise FileError(
            f"{name[:_LONGEST_NAME]!r} has {size:,} bytes: the editor takes at most "
            f"{MOST_CHARACTERS:,}; a larger model is opened from Python, engine.load_model(path)"
        )


def text_of(name: str, content: bytes) -> str:
    """Return the text of a file; of a Markdown file, what stands in its first block of code.

    Raises
    ------
    FileError
        It is too long, or no text.
    """
    refuse_size(name, len(content))
    shown = repr(name[:_LONGEST_NAME])
    if b"\0" in content:
        raise FileError(f"{shown} is no text file: open a .toml, .txt or .ode file")
    try:
        text = content.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        raise FileError(
            f"{shown} is no text in UTF-8 (byte {error.start + 1}): open a .toml, .txt or .ode "
            "file, saved as UTF-8"
        ) from None
    text = text.replace("\r\n", "\n").replace("\r", "\n")
    if name.lower().endswith(".md") and (fenced := _FENCED.search(text)):
        return fenced.group(1)
    return text


def stem(name: str) -> str:
    """Return the name of a file without folders, its ending and unusual characters."""
    bare = re.split(r"[/\\]", name)[-1]
    for suffix in SUFFIXES:
        bare = bare[: -len(suffix)] if bare.lower().endswith(suffix) else bare
    return _UNUSUAL.sub("_", bare).strip("_")[:_LONGEST_NAME] or "model"


def file_name(name: str, form: str) -> str:
    """Return the name of the file that a model of this name is saved in."""
    return stem(name) + {"toml": ".toml", "ode": ".ode"}.get(form, ".txt")
