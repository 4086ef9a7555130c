"""The presets of a run: those of its model, and those that were added or loaded."""

from abc import ABC, abstractmethod
from collections.abc import Mapping
from os import PathLike

from engine.model import Presets
from engine.model.presets import OnConflict

__all__ = ["PresetBank"]


class PresetBank(ABC):
    """Hold the presets of a run; the orbit knows nothing of them until one is applied."""

    _presets: Presets

    @property
    @abstractmethod
    def params(self) -> dict[str, float]:
        """Return the parameter values in force."""

    @property
    @abstractmethod
    def state(self) -> dict[str, float]:
        """Return the current state by name."""

    @property
    def presets(self) -> Presets:
        """Return the presets by name, the model's own and those added since."""
        return self._presets

    def list_presets(self, pattern: str = "*") -> tuple[str, ...]:
        """Return the names of the presets that match a pattern with ``*``, ``?`` and ``[…]``."""
        return self._presets.names(pattern)

    def add_preset(
        self,
        name: str,
        params: Mapping[str, float] | None = None,
        states: Mapping[str, float] | None = None,
        *,
        overwrite: bool = False,
    ) -> None:
        """Add a preset: the given values, or where none are given those in force.

        Raises
        ------
        ModelError
            The name is taken and `overwrite` is false, or a name or a value is not valid.
        """
        if params is None and states is None:
            params, states = self.params, self.state
        self._presets = self._presets.with_added(name, params, states, overwrite=overwrite)

    def load_preset(
        self, name: str, path: str | PathLike[str], *, on_conflict: OnConflict = "error"
    ) -> None:
        """Add presets from a file by name or pattern, as `Presets.loaded` does."""
        self._presets = self._presets.loaded(path, name, on_conflict=on_conflict)

    def save_preset(
        self, name: str, path: str | PathLike[str], *, overwrite: bool = False
    ) -> tuple[str, ...]:
        """Write presets to a file by name or pattern, as `Presets.save` does."""
        return self._presets.save(path, name, overwrite=overwrite)
