"""Presets: named values of some parameters and states, and the collections of them."""

from collections.abc import Iterator, Mapping
from dataclasses import replace
from fnmatch import fnmatchcase
from os import PathLike
from pathlib import Path
from typing import Literal

from engine.checks import number
from engine.errors import ModelError, suggest
from engine.model.preset_file import read_presets_file, write_presets_file
from engine.model.spec import ModelSpec, Preset

__all__ = ["OnConflict", "Presets", "matching"]

OnConflict = Literal["error", "keep", "replace"]


def matching(names: Mapping[str, object], pattern: str) -> tuple[str, ...]:
    """Return the names that match a pattern with ``*``, ``?`` and ``[…]``, in their order."""
    return tuple(name for name in names if fnmatchcase(name, pattern))


class Presets(Mapping[str, Preset]):
    """The presets of a model by name, in order; what adds to them returns new ones.

    Parameters
    ----------
    spec : ModelSpec
        The model: presets may only name its parameters and states.
    presets : mapping of str to Preset, optional
        The presets; those of the specification by default.
    """

    __slots__ = ("_presets", "_spec")

    def __init__(self, spec: ModelSpec, presets: Mapping[str, Preset] | None = None) -> None:
        own = {preset.name: preset for preset in spec.presets}
        self._spec = spec
        self._presets = dict(own if presets is None else presets)

    def __getitem__(self, name: str) -> Preset:
        """Return a preset.

        Raises
        ------
        ModelError
            There is no preset of this name; the message names the nearest one.
        """
        if name not in self._presets:
            hint = suggest(str(name), self._presets) or "; there are no presets"
            raise ModelError(f"{self._spec.name}: unknown preset {name!r}{hint}")
        return self._presets[name]

    def __contains__(self, name: object) -> bool:
        """Tell whether there is a preset of this name."""
        return name in self._presets

    def __iter__(self) -> Iterator[str]:
        """Iterate over the names, in order."""
        return iter(self._presets)

    def __len__(self) -> int:
        """Return the number of presets."""
        return len(self._presets)

    def __repr__(self) -> str:
        """Return the names."""
        return f"<Presets {', '.join(self._presets)}>"

    def names(self, pattern: str = "*") -> tuple[str, ...]:
        """Return the names that match a pattern with ``*``, ``?`` and ``[…]``, in order."""
        return matching(self._presets, pattern)

    def with_added(
        self,
        name: str,
        params: Mapping[str, float] | None = None,
        states: Mapping[str, float] | None = None,
        *,
        overwrite: bool = False,
    ) -> "Presets":
        """Return the presets with one more, or with another one of this name if `overwrite`.

        Raises
        ------
        ModelError
            The name is taken, a value is not a finite number, or a parameter or state does not
            exist.
        """
        if not isinstance(name, str) or not name:
            raise ModelError(f"the name of a preset is a text, not {name!r}")
        if name in self._presets and not overwrite:
            raise ModelError(f"there is already a preset {name!r}; overwrite=True replaces it")
        preset = Preset(
            name=name,
            params={n: number(f"{name}: {n}", v, ModelError) for n, v in (params or {}).items()},
            states={n: number(f"{name}: {n}", v, ModelError) for n, v in (states or {}).items()},
        )
        if not preset.params and not preset.states:
            raise ModelError(f"the preset {name!r} is empty: give params= or states=")
        return self._with({name: preset})

    def loaded(
        self, path: str | PathLike[str], pattern: str = "*", *, on_conflict: OnConflict = "error"
    ) -> "Presets":
        """Return the presets with those of a file: a file of presets or a model file.

        Parameters
        ----------
        path : str or path
            A TOML file with tables ``[presets.NAME.params]`` and ``[presets.NAME.states]``.
        pattern : str
            Take only those whose names match, with ``*``, ``?`` and ``[…]``.
        on_conflict : {"error", "keep", "replace"}
            What to do with a preset whose name is taken by one with other values.

        Raises
        ------
        ModelError
            The file cannot be read or is faulty, nothing matches, a name is taken, or a preset
            does not fit the model.
        """
        choices = ("error", "keep", "replace")
        if on_conflict not in choices:
            hint = suggest(str(on_conflict), choices)
            raise ModelError(f"on_conflict = {on_conflict!r} is not known{hint}")
        found = {preset.name: preset for preset in read_presets_file(Path(path), self._spec)}
        chosen = matching(found, pattern)
        place = Path(path).name
        if not chosen:
            hint = suggest(pattern, found) or "; there are none in it"
            raise ModelError(f"{place}: no preset matches {pattern!r}{hint}")
        taken = [name for name in chosen if self._presets.get(name, found[name]) != found[name]]
        if taken and on_conflict == "error":
            raise ModelError(
                f"{place}: there is already another preset {taken[0]!r}; "
                "on_conflict='keep' or 'replace' decides which one stays"
            )
        kept = taken if on_conflict == "keep" else []
        return self._with({name: found[name] for name in chosen if name not in kept}, place)

    def save(
        self, path: str | PathLike[str], pattern: str = "*", *, overwrite: bool = False
    ) -> tuple[str, ...]:
        """Write presets to a file of presets and return their names.

        Other presets in the file stay.

        Raises
        ------
        ModelError
            Nothing matches, the file holds another preset of the same name and `overwrite` is
            false, or it cannot be written or is no file of presets.
        """
        chosen = matching(self._presets, pattern)
        if not chosen:
            hint = suggest(pattern, self._presets) or "; there are no presets"
            raise ModelError(f"{self._spec.name}: no preset matches {pattern!r}{hint}")
        target = Path(path)
        present = {preset.name: preset for preset in _present(target, self._spec)}
        for name in chosen:
            if not overwrite and present.get(name, self._presets[name]) != self._presets[name]:
                raise ModelError(
                    f"{target.name}: there is already another preset {name!r}; "
                    "overwrite=True replaces it"
                )
        write_presets_file(target, {**present, **{n: self._presets[n] for n in chosen}}.values())
        return chosen

    def _with(self, more: Mapping[str, Preset], place: str = "") -> "Presets":
        presets = {**self._presets, **more}
        try:
            # A specification checks the names and values of its presets.
            replace(self._spec, presets=tuple(presets.values()))
        except ModelError as error:
            raise ModelError(f"{place} {error}".strip()) from None
        return Presets(self._spec, presets)


def _present(path: Path, spec: ModelSpec) -> tuple[Preset, ...]:
    return read_presets_file(path, spec, model_files=False) if path.exists() else ()
