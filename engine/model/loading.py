"""Finding models: bundled ones by name, files by path, and text as it stands."""

import os
import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from functools import cache
from importlib.resources import files
from pathlib import Path
from typing import Literal

from engine.errors import ModelError, suggest
from engine.model.equations_text import read_equations_text
from engine.model.lattices import of_size
from engine.model.mod_sources import FRAGMENT, find_mods
from engine.model.model import Model
from engine.model.mods import apply_mods
from engine.model.places import Remark, attach_place, remarks
from engine.model.spec import ModelSpec
from engine.model.toml import read_toml
from engine.model.warn import collected_warnings
from engine.model.xpp import looks_like_ode, read_ode

__all__ = ["Reading", "list_models", "load_model", "model_text", "read_model"]

Form = Literal["toml", "ode", "equations"]

_READERS = {"toml": read_toml, "ode": read_ode, "equations": read_equations_text}
_FOLDERS = {"ode": "flows", "map": "maps"}
_LONGEST_PATH = 1_000
_HEADER = re.compile(r"^[ \t]*\[[^\]\n]+\][ \t]*(#.*)?\r?$", re.MULTILINE)
_LONGEST_TEXT = 1_000_000


def list_models(kind: Literal["ode", "map"] | None = None) -> tuple[str, ...]:
    """Return the names of the bundled models.

    Parameters
    ----------
    kind : {"ode", "map"}, optional
        Only flows, or only maps.

    Raises
    ------
    ModelError
        If `kind` is something else.
    """
    if kind is not None and kind not in _FOLDERS:
        raise ModelError(f"unknown kind of model {kind!r}{suggest(kind, _FOLDERS)}")
    kinds = _FOLDERS if kind is None else (kind,)
    return tuple(name for each in kinds for name in sorted(_library()[each]))


def load_model(
    source: str | os.PathLike[str],
    mods: Sequence[str | os.PathLike[str]] = (),
    *,
    n: int | None = None,
) -> Model:
    """Load a model.

    Parameters
    ----------
    source : str or path
        Name of a bundled model, path of a model file or of a file of plain equations, TOML text,
        or plain equations such as ``"x' = -k*x"``.  ``"file.toml#mod=NAME"`` applies a mod.
    mods : sequence of str or path, optional
        Variants to apply, one after the other: names of the model file's own ``[mods.NAME]``,
        ``"mods.toml#mod=NAME"`` of another file, a file or the text of one table ``[mod]``.
    n : int, optional
        How many sites or oscillators, for a bundled model that has any number of them, such as
        ``"lorenz_96"``; by default as many as its file.

    Returns
    -------
    Model
        The checked model.

    Raises
    ------
    ModelError
        If there is no such model or it is faulty; the message says where, of a text's also
        `line` and `column`.
    """
    if isinstance(source, str) and FRAGMENT in source and "\n" not in source:
        source, _, named = source.partition(FRAGMENT)
        wanted: tuple[object, ...] = (named.strip(), *_listed(mods))
    else:
        wanted = _listed(mods)
    try:
        spec = _found(source, n)
        return Model(apply_mods(spec, tuple(find_mods(spec, wanted))))
    except ModelError as error:
        if isinstance(source, str) and "\n" in source:
            attach_place(error, source, "")
        raise


@dataclass(frozen=True, kw_only=True)
class Reading:
    """What reading a model's text has led to.

    Attributes
    ----------
    form : {"toml", "ode", "equations"}
        What the text is taken for.
    model : Model or None
        The model, None where there is an error.
    remarks : tuple of Remark
        What is wrong with the text, and what its author should know, in the order of its lines.
    """

    form: Form
    model: Model | None
    remarks: tuple[Remark, ...]


def read_model(text: str, origin: str = "") -> Reading:
    """Read a model's text, in whatever form, and say where it is wrong instead of raising.

    Parameters
    ----------
    text : str
        TOML, plain equations or the text of an ``.ode`` file.
    origin : str, optional
        The name of the file that it is from or goes to; the name of the model that the text does
        not name.  One that ends in ``.toml`` or ``.ode`` says what the text is.
    """
    found: list[Remark] = []
    model = None
    with collected_warnings() as warned:
        try:
            model = Model(_load_text(text, origin))
        except ModelError as error:
            found += remarks(str(error), text, origin, kind="error")
    for message in dict.fromkeys(warned):
        found += remarks(message, text, origin, kind="warning")
    form = _form(text.removeprefix("\ufeff"), origin)
    return Reading(form=form, model=model, remarks=tuple(sorted(found, key=lambda r: r.line or 0)))


def _listed(mods: Iterable[object]) -> tuple[object, ...]:
    if isinstance(mods, str | os.PathLike):
        return (mods,)
    if not isinstance(mods, Iterable):
        raise ModelError(f"mods are given as ['name', …], not as {mods!r}")
    return tuple(mods)


def _found(source: object, n: int | None) -> ModelSpec:
    if isinstance(source, os.PathLike):
        return _load_file(Path(source)) if n is None else of_size(str(source), None, n)
    if not isinstance(source, str):
        raise ModelError(f"{source!r} is not a model's name, path or text")
    bundled = {name: text for texts in _library().values() for name, text in texts.items()}
    spec = read_toml(bundled[source], f"{source}.toml") if source in bundled else None
    if n is not None:
        return of_size(source, spec, n)
    if spec is not None:
        return spec
    if source.lstrip().startswith("inline:"):
        return _load_text(source.lstrip().removeprefix("inline:"), "")
    if "\n" not in source and len(source) < _LONGEST_PATH:
        path = Path(source)
        looks_like_path = "=" not in source and (path.suffix or len(path.parts) > 1)
        if looks_like_path or _is_file(path):
            return _load_file(path)
    if "\n" not in source and "=" not in source:
        raise ModelError(f"unknown model {source!r}{suggest(source, bundled, limit=30)}")
    return _load_text(source, "")


def _is_file(path: Path) -> bool:
    try:
        return path.is_file()
    except (OSError, ValueError):
        # Not even a possible path: too long, or with characters no path has.
        return False


def _load_file(path: Path) -> ModelSpec:
    try:
        with path.open(encoding="utf-8-sig") as file:
            # No more than is allowed: a path may lead to something without end.
            text = file.read(_LONGEST_TEXT + 1)
    except (OSError, UnicodeDecodeError, ValueError) as error:
        raise ModelError(f"cannot read the model file {str(path)!r}: {error}") from error
    return _load_text(text, path.name)


def _load_text(text: str, origin: str) -> ModelSpec:
    if len(text) > _LONGEST_TEXT:
        raise ModelError(f"{origin or 'model'}: longer than {_LONGEST_TEXT} characters")
    text = text.removeprefix("\ufeff")
    return _READERS[_form(text, origin)](text, origin)


def _form(text: str, origin: str) -> Form:
    """Tell what a text is: as its file's name says, or as it looks."""
    if origin.endswith(".toml"):
        return "toml"
    if origin.lower().endswith(".ode"):
        return "ode"
    return "toml" if _HEADER.search(text) else "ode" if looks_like_ode(text) else "equations"


def model_text(name: str) -> str:
    """Return the text of a bundled model's file, as its author wrote it.

    Raises
    ------
    ModelError
        If there is no such model.
    """
    bundled = {name: text for texts in _library().values() for name, text in texts.items()}
    if name not in bundled:
        raise ModelError(f"unknown model {name!r}{suggest(name, bundled, limit=30)}")
    return bundled[name]


@cache
def _library() -> dict[str, dict[str, str]]:
    root = files("engine.model") / "library"
    return {
        kind: {
            entry.name.removesuffix(".toml"): entry.read_text(encoding="utf-8")
            for entry in (root / folder).iterdir()
            if entry.name.endswith(".toml")
        }
        for kind, folder in _FOLDERS.items()
    }
