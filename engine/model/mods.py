"""Applying variants of a model (mods) to its specification."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import replace
from functools import partial
from types import MappingProxyType
from typing import Any

from engine.errors import ModelError, suggest
from engine.model.mod import Mod, Part
from engine.model.spec import Aux, Event, Function, ModelSpec, Param, make_part

__all__ = ["apply_mods", "chosen_mods"]

_NOTHING: Mapping[str, Any] = MappingProxyType({})
_PARTS: Mapping[str, type[Part]] = MappingProxyType(
    {"events": Event, "params": Param, "aux": Aux, "functions": Function}
)
_SINGULAR = {
    "events": "event", "params": "parameter", "aux": "aux", "functions": "function",
    "states": "state",
}  # fmt: skip
# What `set` may bring in: a state or a parameter that is not there is a slip of the pen.
_UPSERTED = ("events", "aux", "functions")


def chosen_mods(spec: ModelSpec, names: Iterable[str]) -> tuple[Mod, ...]:
    """Return the mods of a specification with these names.

    Raises
    ------
    ModelError
        If there is no such mod.
    """
    known = {mod.name: mod for mod in spec.mods}
    chosen = []
    for name in names:
        if name not in known:
            place = f"{spec.origin or spec.name}: "
            hint = suggest(str(name), known) or "; the model has no mods"
            raise ModelError(f"{place}unknown mod {name!r}{hint}")
        chosen.append(known[name])
    return tuple(chosen)


def apply_mods(spec: ModelSpec, mods: Sequence[Mod]) -> ModelSpec:
    """Return the specification that results from applying mods one after the other.

    Parameters
    ----------
    spec : ModelSpec
        The model as it is; mods that it already results from count for exclusion.
    mods : sequence of Mod
        In the order of application.

    Returns
    -------
    ModelSpec
        A specification that names the mods in `applied`.

    Raises
    ------
    ModelError
        If a mod is applied twice, two exclude each other, one removes, replaces or sets what is
        not there or adds what is there, or the result is no model.
    """
    _check_exclusion(spec, mods)
    for mod in mods:
        spec = _applied(spec, mod)
    return spec


def _check_exclusion(spec: ModelSpec, mods: Sequence[Mod]) -> None:
    present = {mod.name: mod for mod in spec.mods if mod.name in spec.applied}
    names = set(spec.applied)
    for mod in mods:
        place = f"{mod.origin or spec.origin or spec.name}: "
        if mod.name in names:
            raise ModelError(f"{place}the mod {mod.name!r} is applied twice")
        for other in present.values():
            if mod.group and mod.group == other.group and (mod.exclusive or other.exclusive):
                raise ModelError(
                    f"{place}the mods {other.name!r} and {mod.name!r} exclude each other: of the "
                    f"group {mod.group!r} only one can be applied"
                )
        names.add(mod.name)
        present[mod.name] = mod


def _applied(spec: ModelSpec, mod: Mod) -> ModelSpec:
    tables: dict[str, dict[str, Any]] = {
        table: {entry.name: entry for entry in getattr(spec, table)}
        for table in (*_PARTS, "states")
    }
    for table, names in mod.remove.items():
        for name in names:
            _check_present(tables[table], mod, "remove", table, name)
            del tables[table][name]
    for table, parts in mod.replace.items():
        for part in parts:
            _check_present(tables[table], mod, "replace", table, part.name)
            tables[table][part.name] = part
    for table, parts in mod.add.items():
        for part in parts:
            if part.name in tables[table]:
                raise ModelError(
                    f"{mod.place('add', table, part.name)}: there is already {_named(table, part)}"
                    "; 'replace' or 'set' changes it"
                )
            tables[table][part.name] = part
    settings = mod.set.get("sim", _NOTHING)
    for table, changes in mod.set.items():
        if table != "sim":
            _set(tables[table], mod, table, changes)
    try:
        sim = replace(spec.sim, **settings)
        changed = {table: tuple(entries.values()) for table, entries in tables.items()}
        return _consistent(spec, mod, {**changed, "sim": sim})
    except ModelError as error:
        place = " ".join(filter(None, (mod.origin, f"[mods.{mod.name}]")))
        raise ModelError(f"{place}: {error}") from None


def _named(table: str, part: Part) -> str:
    article = "an" if _SINGULAR[table][0] in "ae" else "a"
    return f"{article} {_SINGULAR[table]} {part.name!r}"


def _check_present(entries: Mapping[str, Any], mod: Mod, verb: str, table: str, name: str) -> None:
    if name not in entries:
        raise ModelError(
            f"{mod.place(verb, table, name)}: there is no {_SINGULAR[table]} {name!r}"
            f"{suggest(name, entries)}"
        )


def _set(
    entries: dict[str, Any], mod: Mod, table: str, changes: Mapping[str, Mapping[str, Any]]
) -> None:
    for name, fields in changes.items():
        place = mod.place("set", table, name)
        if name in entries:
            entries[name] = make_part(place, partial(replace, entries[name]), **fields)
            continue
        if table not in _UPSERTED:
            _check_present(entries, mod, "set", table, name)
        required = {"events": "condition", "aux": "formula", "functions": "formula"}[table]
        if required not in fields:
            key = "cond" if table == "events" else "expr"
            raise ModelError(
                f"{place}: there is no {_SINGULAR[table]} {name!r} yet, and the key {key!r} that "
                f"a new one needs is missing{suggest(name, entries)}"
            )
        defaults: dict[str, Any] = {"args": ()} if table == "functions" else {}
        entries[name] = make_part(place, _PARTS[table], name=name, **(defaults | dict(fields)))


def _consistent(spec: ModelSpec, mod: Mod, parts: Mapping[str, Any]) -> ModelSpec:
    """Return the specification with other parts; presets and lists forget what was removed."""

    def gone(table: str) -> set[str]:
        return set(mod.remove.get(table, ())) - {entry.name for entry in parts[table]}

    lost_params, lost_aux = gone("params"), {f"aux.{name}" for name in gone("aux")}
    presets = tuple(
        replace(preset, params={k: v for k, v in preset.params.items() if k not in lost_params})
        for preset in spec.presets
    )
    sim = parts["sim"]
    if not isinstance(sim.record, bool) and "record" not in mod.set.get("sim", _NOTHING):
        sim = replace(sim, record=tuple(name for name in sim.record if name not in lost_aux))
    axes = tuple(name for name in spec.meta.axes if name not in lost_aux)
    others = (other for other in spec.mods if other.name != mod.name)
    return replace(
        spec,
        **{**parts, "sim": sim},
        presets=presets,
        meta=replace(spec.meta, axes=axes),
        applied=(*spec.applied, mod.name),
        mods=spec.mods if mod in spec.mods else (*others, mod),
    )
