"""TOML text to plain tables, within bounds."""

import re
import tomllib
from typing import Any

from engine.errors import ModelError

__all__ = ["parse_toml"]

MAX_FILE = 1_000_000
MAX_KEY_PARTS = 100
# Reading a dotted key takes time with the square of its parts, so they are counted before.
_KEY = re.compile(r"[\w\-. \t]+")


def parse_toml(text: str, origin: str = "") -> dict[str, Any]:
    """Parse TOML.

    Parameters
    ----------
    text : str
        The file's text.
    origin : str, optional
        The file's name, for error messages.

    Raises
    ------
    ModelError
        The text is not TOML, longer than 1,000,000 characters, or has a key of 100 parts and more.
    """
    place = origin or "model"
    if len(text) > MAX_FILE:
        raise ModelError(f"{place}: longer than {MAX_FILE} characters")
    for found in _KEY.finditer(text):
        if found.group().count(".") > MAX_KEY_PARTS:
            line = text.count("\n", 0, found.start()) + 1
            raise ModelError(f"{place}, line {line}: a key of more than {MAX_KEY_PARTS} parts")
    try:
        return tomllib.loads(text)
    except (ValueError, RecursionError) as error:
        raise ModelError(f"{place}: not valid TOML: {error}") from None
