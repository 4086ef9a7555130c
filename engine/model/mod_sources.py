"""Finding mods: by name in the model's own file, in files of their own, and as text."""

from collections.abc import Iterable, Iterator
from pathlib import Path

from engine.errors import ModelError, suggest
from engine.model.mod import Mod
from engine.model.mod_tables import read_mod, read_mods
from engine.model.mods import chosen_mods
from engine.model.names import Scope
from engine.model.spec import ModelSpec
from engine.model.tables import Table
from engine.model.toml_text import parse_toml

__all__ = ["FRAGMENT", "find_mods"]

FRAGMENT = "#mod="


def find_mods(spec: ModelSpec, wanted: Iterable[object]) -> Iterator[Mod]:
    """Yield the mods that `wanted` names.

    Parameters
    ----------
    spec : ModelSpec
        The model; names are those of its mods.
    wanted : iterable of str or path
        Each a name, a file with one table ``[mod]`` or one mod (``tuned.toml``), one of the mods
        of a file (``mods.toml#mod=tuned``) or TOML text of a table ``[mod]``.

    Raises
    ------
    ModelError
        If there is no such mod or file, or it is faulty.
    """
    for entry in wanted:
        if not isinstance(entry, str | Path):
            raise ModelError(f"mods are given as ['name', …], not as {entry!r}")
        text = str(entry)
        path, found, name = text.partition(FRAGMENT)
        if "\n" in text or text.startswith("inline:"):
            yield _from_text(text.removeprefix("inline:"), "", "", spec)
        elif isinstance(entry, Path) or found or path.endswith(".toml"):
            yield _from_text(_read(path), Path(path).name, name.strip(), spec)
        else:
            yield from chosen_mods(spec, [text])


def _read(path: str) -> str:
    try:
        return Path(path).read_text(encoding="utf-8-sig")
    except (OSError, ValueError) as error:
        raise ModelError(f"cannot read the file of mods {path!r}: {error}") from error


def _from_text(text: str, origin: str, name: str, spec: ModelSpec) -> Mod:
    place = origin or "mod"
    root = Table(parse_toml(text, place), origin, "")
    scope = Scope.of_constants({constant.name: constant.value for constant in spec.constants})
    if "mod" in root and not name:
        table = root.table("mod")
        return read_mod(table, table.text("name", "unnamed"), scope)
    mods = {mod.name: mod for mod in read_mods(root.table("mods"), scope)}
    if not mods:
        raise ModelError(f"{place}: there is no table [mod] or [mods.NAME]")
    if name and name not in mods:
        raise ModelError(f"{place}: unknown mod {name!r}{suggest(name, mods)}")
    if not name and len(mods) > 1:
        raise ModelError(
            f"{place}: several mods, {', '.join(mods)}; say which, as in "
            f"'{place}{FRAGMENT}{next(iter(mods))}'"
        )
    return mods[name or next(iter(mods))]
