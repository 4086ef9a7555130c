"""The edits of a run, each by its own method."""

from abc import abstractmethod
from collections.abc import Sequence
from types import EllipsisType
from typing import Any

from engine.journal import Edit
from engine.observers import ObserverModule
from engine.preset_bank import PresetBank


class Editable(PresetBank):
    """Change a run while it runs: every method here makes one `Edit` and hands it to `edit`."""

    @abstractmethod
    def edit(self, edit: Edit) -> None:
        """Apply an edit at the next step boundary."""

    def set_params(self, **values: float) -> None:
        """Change parameters from the next step on; restarts the stepper's history."""
        self.edit(Edit(kind="params", values=values))

    def set_state(self, **values: float) -> None:
        """Kick the state; restarts the stepper's history."""
        self.edit(Edit(kind="state", values=values))

    def apply_preset(self, name: str) -> None:
        """Take over the parameters of a preset and, where it names states, kick the state there.

        One edit of the journal, which holds the values: it replays whatever becomes of the preset.
        Restarts the stepper's history.

        Raises
        ------
        ModelError
            There is no preset of this name.
        """
        preset = self.presets[name]
        values = {"params": dict(preset.params), "states": dict(preset.states)}
        self.edit(Edit(kind="preset", values=values))

    def set_stepper(
        self,
        stepper: str,
        *,
        dt: float | None = None,
        sample_dt: float | EllipsisType | None = ...,
    ) -> None:
        """Go on with another stepper, with the same `dt` and `sample_dt` unless others are given.

        ``sample_dt=None`` records accepted steps again.
        """
        values: dict[str, Any] = {"stepper": stepper}
        values |= {} if dt is None else {"dt": dt}
        values |= {} if sample_dt is ... else {"sample_dt": sample_dt}
        self.edit(Edit(kind="stepper", values=values))

    def set_dt(self, dt: float) -> None:
        """Change the step, for an adaptive stepper the next trial step."""
        self.edit(Edit(kind="dt", values={"dt": dt}))

    def set_tolerances(self, *, rtol: float | None = None, atol: float | None = None) -> None:
        """Change the tolerances of an adaptive stepper."""
        values = {k: v for k, v in (("rtol", rtol), ("atol", atol)) if v is not None}
        self.edit(Edit(kind="tolerances", values=values))

    def set_seed(self, seed: int) -> None:
        """Draw the noise from other random numbers from the next step on."""
        self.edit(Edit(kind="seed", values={"seed": seed}))

    def set_observers(self, observers: Sequence[ObserverModule] | ObserverModule) -> None:
        """Change the observers; those that stay keep their memory, the orbit stays the same."""
        self.edit(Edit(kind="observers", values={"observers": observers}))
