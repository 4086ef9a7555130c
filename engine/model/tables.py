"""Typed access to the tables of a model file, with errors that name file, table and key."""

import math
from collections.abc import Iterator, Mapping
from typing import Any

from engine.errors import ModelError, suggest
from engine.model.evaluation import constant_value
from engine.model.exact import exact_value
from engine.model.names import Scope, resolve
from engine.model.spec import Formula
from engine.model.statements import normalised

__all__ = ["Table", "kind_of"]


class Table:
    """One table: its keys are normalised names, in the order of the file."""

    def __init__(self, content: Mapping[str, Any], origin: str, path: str) -> None:
        self.origin = origin
        self.path = path
        self.content = {normalised(key): value for key, value in content.items()}
        if len(self.content) < len(content):
            raise ModelError(f"{self.place()}: two keys are the same name")

    def __contains__(self, key: str) -> bool:
        """Tell whether the file has this key."""
        return key in self.content

    def place(self, key: str = "") -> str:
        """Return the file, this table and `key`, as error messages put them."""
        parts = (self.origin, f"[{self.path}]" if self.path else "", key)
        return " ".join(part for part in parts if part) or "model"

    def fail(self, key: str, message: str) -> ModelError:
        """Return an error about `key`, or about the table if it is empty."""
        return ModelError(f"{self.place(key)}: {message}")

    def only(self, *keys: str) -> "Table":
        """Return this table if it has no other keys than these; raise `ModelError` if it has."""
        for key in self.content:
            if key not in keys:
                kind = "key" if self.path else "table"
                raise self.fail("" if self.path else f"[{key}]", self._unknown(kind, key, keys))
        return self

    def _unknown(self, kind: str, key: str, keys: tuple[str, ...]) -> str:
        return f"unknown {kind} {key!r}{suggest(key, keys)}"

    def table(self, key: str) -> "Table":
        """Return the table in `key`, empty if the file has none."""
        inner = self.content.get(key, {})
        path = f"{self.path}.{key}" if self.path else key
        if not isinstance(inner, dict):
            raise self.fail(key, f"a table [{path}] is expected, not {kind_of(inner)}")
        return Table(inner, self.origin, path)

    def tables(self) -> Iterator[tuple[str, "Table"]]:
        """Yield every key with its table."""
        for key in self.content:
            yield key, self.table(key)

    def text(self, key: str, default: str | None = None) -> str:
        """Return a text; None as default makes the key obligatory."""
        value = self.content.get(key, default)
        if value is None:
            raise self.fail("", f"the key {key!r} is missing")
        if not isinstance(value, str):
            raise self.fail(key, f"text in quotes is expected, not {kind_of(value)}")
        return value

    def choice(self, key: str, choices: tuple[str, ...], default: str | None) -> str:
        """Return one of `choices`."""
        value = self.text(key, default)
        if value not in choices:
            raise self.fail(key, f"unknown value {value!r}{suggest(value, choices)}")
        return value

    def flag(self, key: str, default: bool) -> bool:
        """Return true or false."""
        value = self.content.get(key, default)
        if not isinstance(value, bool):
            raise self.fail(key, f"true or false is expected, not {kind_of(value)}")
        return value

    def texts(self, key: str) -> tuple[str, ...]:
        """Return a list of texts, empty if the file has none."""
        value = self.content.get(key, [])
        if not isinstance(value, list) or not all(isinstance(entry, str) for entry in value):
            raise self.fail(key, "a list of texts is expected")
        return tuple(value)

    def formula(self, key: str) -> Formula:
        """Return the expression in `key`, not yet looked into."""
        return self.as_formula(key, self.content.get(key))

    def as_formula(self, key: str, value: object) -> Formula:
        """Return `value`, which the file has at `key`, as an expression."""
        if isinstance(value, int | float) and not isinstance(value, bool):
            value = repr(value)
        if not isinstance(value, str):
            raise self.fail(key, f"an expression in quotes is expected, not {kind_of(value)}")
        return Formula(text=value, where=self.place(key))

    def number(self, key: str, scope: Scope) -> float:
        """Return a number, or the value of a text that is an expression of constants."""
        value = self.content.get(key)
        if isinstance(value, str):
            tree = resolve(value, scope, self.place(key))
            known = constant_value(tree, scope.values)
            result = math.nan if known is None else known
            if 2.0**53 <= abs(result) < 2.0**64:
                result = exact_value(tree, scope.values, {})
        elif isinstance(value, bool) or not isinstance(value, int | float):
            raise self.fail(key, f"a number is expected, not {kind_of(value)}")
        else:
            result = float(value) if abs(value) <= 1e308 else math.inf
            # A whole number with more digits than a float has keeps them, for int64 maps.
            result = value if result != value and abs(result) < 2.0**64 else result
        if not math.isfinite(result):
            shown = f"{value}" if isinstance(value, str | float) else "so large an integer"
            raise self.fail(key, f"a finite number is expected, not {shown[:60]}")
        return result


def kind_of(value: object) -> str:
    """Say in words what a file has where something else is expected."""
    if value is None:
        return "nothing"
    names = {bool: "true or false", str: "text", dict: "a table", list: "a list"}
    return names.get(type(value), f"{value!r}")
