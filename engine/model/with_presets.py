"""What a model does with its presets; none of it changes its equations or compiles anything."""

import copy
from collections.abc import Mapping
from dataclasses import replace
from os import PathLike
from typing import Self

from engine.model.presets import OnConflict, Presets
from engine.model.spec import ModelSpec

__all__ = ["WithPresets"]


class WithPresets:
    """List, add, load and save the presets of `spec`."""

    spec: ModelSpec

    @property
    def presets(self) -> Presets:
        """The presets by name, in the order of the model file."""
        return Presets(self.spec)

    def list_presets(self, pattern: str = "*") -> tuple[str, ...]:
        """Return the names of the presets that match a pattern with ``*``, ``?`` and ``[…]``."""
        return self.presets.names(pattern)

    def with_preset(
        self,
        name: str,
        params: Mapping[str, float] | None = None,
        states: Mapping[str, float] | None = None,
        *,
        overwrite: bool = False,
    ) -> Self:
        """Return the model with one more preset, or another one of this name if `overwrite`.

        Raises
        ------
        ModelError
            The name is taken, a value is not a finite number, or a parameter or state does not
            exist.
        """
        return self._with(self.presets.with_added(name, params, states, overwrite=overwrite))

    def load_presets(
        self, path: str | PathLike[str], pattern: str = "*", *, on_conflict: OnConflict = "error"
    ) -> Self:
        """Return the model with the presets of a file, as `Presets.loaded` does."""
        return self._with(self.presets.loaded(path, pattern, on_conflict=on_conflict))

    def save_presets(
        self, path: str | PathLike[str], pattern: str = "*", *, overwrite: bool = False
    ) -> tuple[str, ...]:
        """Write presets to a file and return their names, as `Presets.save` does."""
        return self.presets.save(path, pattern, overwrite=overwrite)

    def _with(self, presets: Presets) -> Self:
        model = copy.copy(self)
        # What was worked out from the equations stays; the text names the presets.
        vars(model).pop("text", None)
        model.spec = replace(self.spec, presets=tuple(presets.values()))
        return model
