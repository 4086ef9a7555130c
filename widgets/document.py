"""A session as one document: a frozen description of plain values, fit for JSON."""

import copy
import json
import math
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from types import MappingProxyType
from typing import Any, Protocol

from widgets.live.description import (
    DocumentError,
    check_fields,
    check_form,
    check_model,
    checked_run,
    describe_model,
    describe_run,
)
from widgets.live.live_run import LiveRun
from widgets.live.refusal import REFUSALS

__all__ = ["VERSION", "Document", "DocumentError", "Part", "Session"]

VERSION = 1
"""The version of the documents that are written; older ones are read."""

KIND = "phasescope session"

MOST_CHARACTERS = 2_000_000
"""Longest text of a document that is read."""

DEEPEST = 24
"""How deep the values of a document may lie in one another."""


class Part(Protocol):
    """What a view-model needs so that documents and undoing know what is set in it."""

    def describe(self) -> dict[str, Any]:
        """Return what the reader has set, as plain values."""
        ...

    def restore(self, described: Any) -> None:
        """Take over what `describe` has returned; all of it or, with an error, nothing."""
        ...


@dataclass(frozen=True, kw_only=True)
class Document:
    """Describe a whole session.

    Attributes
    ----------
    model : mapping
        ``name``, ``source`` (a bundled name or empty) and the whole ``text``.
    run : mapping
        Parameters, initial state, method and its settings, seed, motions, locks, speed, ….
    parts : mapping of str to mapping
        What is set in each part of the page, by its name.
    """

    model: Mapping[str, Any]
    run: Mapping[str, Any]
    parts: Mapping[str, Any]

    def __post_init__(self) -> None:
        """Check the form, and hold copies that nobody changes.

        Raises
        ------
        DocumentError
            Something is missing, unknown or no plain value; the message says what.
        """
        check_model(self.model)
        check_form(self.run)
        if not isinstance(self.parts, Mapping):
            raise DocumentError("parts: a mapping is expected")
        for name, part in self.parts.items():
            if not isinstance(name, str) or not isinstance(part, Mapping):
                raise DocumentError(f"parts: {name!r}: a mapping is expected")
        for name in ("model", "run", "parts"):
            plain = _plain(name, getattr(self, name), 0)
            object.__setattr__(self, name, MappingProxyType(plain))

    def describe(self) -> dict[str, Any]:
        """Return the document as plain dicts, lists, texts and numbers."""
        return {
            "kind": KIND,
            "version": VERSION,
            "model": copy.deepcopy(dict(self.model)),
            "run": copy.deepcopy(dict(self.run)),
            "parts": copy.deepcopy(dict(self.parts)),
        }

    @classmethod
    def restore(cls, described: Any) -> "Document":
        """Return the document that `describe` has described, of this version or an older one.

        Raises
        ------
        DocumentError
            It is of another kind, of a later version, or not whole.
        """
        if not isinstance(described, Mapping) or described.get("kind") != KIND:
            raise DocumentError("this is not the document of a phasescope session")
        version = described.get("version")
        if isinstance(version, bool) or not isinstance(version, int) or version < 1:
            raise DocumentError(f"version = {version!r} is not a version of a document")
        if version > VERSION:
            raise DocumentError(
                f"the document has version {version}, and this phasescope reads documents up to "
                f"version {VERSION}: open it with a later one"
            )
        fields = {"kind": _any, "version": _any, "model": _any, "run": _any, "parts": _any}
        check_fields("document", described, fields)
        return cls(model=described["model"], run=described["run"], parts=described["parts"])

    def to_json(self) -> str:
        """Return the document as JSON text."""
        return json.dumps(self.describe(), ensure_ascii=False, indent=1, allow_nan=False)

    @classmethod
    def from_json(cls, text: str) -> "Document":
        """Return the document of a JSON text.

        Raises
        ------
        DocumentError
            The text is too long, is no JSON, or describes no session.
        """
        if len(text) > MOST_CHARACTERS:
            raise DocumentError(f"the document is longer than {MOST_CHARACTERS:,} characters")
        try:
            described = json.loads(text, parse_constant=_no_constant)
        except (json.JSONDecodeError, RecursionError) as error:
            raise DocumentError(f"the document is no JSON, or only a part of it: {error}") from None
        return cls.restore(described)


class Session:
    """The parts that make up a session, each of which describes itself.

    Parameters
    ----------
    live : LiveRun
        The run.
    parts : mapping of str to Part
        Everything else that holds what the reader has set, by the names of documents.
    """

    def __init__(self, live: LiveRun, parts: Mapping[str, Part]) -> None:
        self.live = live
        self.parts = dict(parts)
        self._written: tuple[Any, str, dict[str, Any]] | None = None

    def sections(self) -> dict[str, Any]:
        """Return what the parts are now, ``model`` and ``run`` among them; for comparisons.

        Raises
        ------
        DocumentError
            No model is loaded yet.
        """
        if self.live.model is None:
            raise DocumentError("no model is loaded yet")
        described = {name: part.describe() for name, part in self.parts.items()}
        return {"model": self._model(), "run": describe_run(self.live), **described}

    def describe(self) -> Document:
        """Return the session as a document.

        Raises
        ------
        DocumentError
            No model is loaded yet.
        """
        sections = self.sections()
        model, run = sections.pop("model"), sections.pop("run")
        return Document(model=model, run=run, parts=sections)

    def check(self, document: Document) -> None:
        """Check that the engine accepts the model and the settings of a document.

        Nothing is run or changed.  Reading a large model takes a while: do it on a thread.

        Raises
        ------
        engine.PhasescopeError
            It does not; a `DocumentError` where the document itself is not as it should be.
        """
        self._check_parts(document)
        checked_run(document.model, document.run)

    def restore(
        self, document: Document, then: Callable[[str], None] = lambda refused: None
    ) -> None:
        """Go over to the session of a document, as soon as the worker has checked it.

        Where the model or a setting is refused, the present session goes on as it is.

        Parameters
        ----------
        document : Document
            The session to go over to.
        then : callable, optional
            Called afterwards with what was refused, in words; empty where nothing was.  Parts
            that do not fit stay as they are and are named in it.

        Raises
        ------
        DocumentError
            It has a part that this session does not know.
        """
        self._check_parts(document)
        plain = document.describe()

        def opened(refused: str) -> None:
            then(refused or self._restore_parts(plain["parts"]))

        source = plain["model"]["source"] or plain["model"]["text"]
        self.live.open_described(plain, source, opened)

    def _restore_parts(self, described: Mapping[str, Any]) -> str:
        refused = []
        for name, part in self.parts.items():
            if name in described:
                try:
                    part.restore(described[name])
                except REFUSALS as error:
                    refused.append(f"{name}: {error}")
                except (AttributeError, IndexError, KeyError, TypeError) as error:
                    refused.append(f"{name}: its description is not whole: {error!r}")
        return "; ".join(refused)

    def _check_parts(self, document: Document) -> None:
        for name in document.parts:
            if name not in self.parts:
                raise DocumentError(
                    f"parts: this session has no {name!r}; it has {', '.join(self.parts)}"
                )

    def _model(self) -> dict[str, Any]:
        """Return the model's description, written once for each model."""
        live = self.live
        if self._written is None or self._written[:2] != (live.model, live.source):
            self._written = (live.model, live.source, describe_model(live.model, live.source))
        return self._written[2]


def _plain(where: str, value: Any, depth: int) -> Any:
    """Return a copy made of dicts, lists, texts, numbers, truths and None alone."""
    if depth > DEEPEST:
        raise DocumentError(f"{where}: too many levels of values in one another")
    if isinstance(value, Mapping):
        for name in value:
            if not isinstance(name, str):
                raise DocumentError(f"{where}: {name!r} is not a name")
        return {name: _plain(f"{where}.{name}", item, depth + 1) for name, item in value.items()}
    if isinstance(value, list | tuple):
        return [_plain(f"{where}[{place}]", item, depth + 1) for place, item in enumerate(value)]
    if value is None or isinstance(value, str | bool | int):
        return value
    if isinstance(value, float):
        if not math.isfinite(value):
            raise DocumentError(f"{where} = {value} is not finite")
        return float(value)
    raise DocumentError(f"{where} is a {type(value).__name__}, which no document can hold")


def _no_constant(name: str) -> float:
    raise DocumentError(f"{name} is not a number that a document can hold")


def _any(what: str, value: Any) -> None:
    """Accept anything: it is checked by the part that it belongs to."""
