"""What the controls of a live run call: each returns at once, from any thread."""

import itertools
import weakref
from abc import abstractmethod
from collections.abc import Callable, Mapping
from functools import partial
from typing import Any

import param

import engine
from widgets.live import actions, carry_over
from widgets.live.actions import ObserverChoice
from widgets.live.observing import Observing
from widgets.live.parameter_commands import ParameterCommands
from widgets.live.player import Player
from widgets.live.worker import Worker


class Commands(ParameterCommands):
    """The part of `LiveRun` that takes orders; what is refused is said in `messages`."""

    _player: Player
    _worker: Worker
    _steps: "itertools.count[int]"
    _observers: ObserverChoice
    observing: Observing
    deliver: Callable[[Callable[[], None]], object]
    model: Any
    seed = param.Integer(0, doc="Seed of the random numbers of a noisy model.")
    noisy = param.Boolean(False, doc="The method draws random numbers.")
    found = param.Tuple(("", 0), doc="Which name is to be shown, and how often one was asked for.")

    @abstractmethod
    def settle(self, timeout: float = 5.0) -> bool:
        """Wait until everything asked for so far has happened."""

    @abstractmethod
    def _ask(
        self, key: str, control: str, action: Callable[[], None], *, start: bool = True
    ) -> None:
        """Have the worker act, in place of what waits under `key`."""

    @abstractmethod
    def _load(self, source: str, params: dict[str, float]) -> None:
        """Have the worker go over to another model."""

    @abstractmethod
    def _applied(self, text: str, words: str) -> None:
        """Say that the run has gone over to the model of a text."""

    def work(self, key: str, action: Callable[[], None]) -> None:
        """Have the worker's thread do something between two slices; the latest of a key wins."""
        self._worker.post(key, action, start=False)

    def play(self) -> None:
        """Let the run move."""
        self._ask("mode", "", self._player.play)

    def pause(self, timeout: float = 1.0) -> bool:
        """Stop the run; return True when it stands still, False at the timeout (seconds)."""
        self._ask("mode", "", self._player.pause)
        return self.settle(timeout)

    def step(self) -> None:
        """Pause, and advance by one accepted step."""
        self._ask("mode", "", self._player.pause)
        self._ask(f"step {next(self._steps)}", "", self._player.step)

    def reset(self) -> None:
        """Return to the initial state; parameters stay, and a moving run goes on moving."""
        self._worker.withdraw("state:")
        self._ask("reset", "", self._player.reset)

    def go_back(self) -> None:
        """Return, paused, to the orbit as it was a moment of watching earlier."""
        self._ask("reset", "", partial(actions.go_back, self._player))

    def choose_model(self, source: str, params: Mapping[str, float] | None = None) -> None:
        """Go over to another model in its own initial state; a moving run goes on moving."""
        self._speed_chosen = False
        self._load(source, dict(params or {}))

    def apply_model(self, text: str, name: str = "model") -> None:
        """Go over to the model of a text; the orbit goes on from where it is, by name.

        What the engine refuses is said in `messages` at ``"model"``, and the old one runs on.

        Parameters
        ----------
        text : str
            TOML, plain equations or the text of an ``.ode`` file.
        name : str
            The name of the model, or of its file, where the text gives none.
        """
        self._speed_chosen = True
        action = partial(
            carry_over.apply_model,
            self._player,
            text,
            name,
            self._observers,
            weakref.WeakMethod(self._prepare),
            weakref.WeakMethod(self._applied),
        )
        self._ask("model", "model", action)

    def find(self, name: str) -> None:
        """Have the controls show where a parameter or a state is set."""
        self.found = (name, self.found[1] + 1)

    def set_state(self, name: str, value: float) -> None:
        """Kick a state variable of the running orbit."""
        self._ask(f"state:{name}", name, partial(self._player.set_state, name, value))

    def set_initial(self, name: str, value: float) -> None:
        """Change the state from which Reset begins."""
        self._ask(f"initial:{name}", f"{name}(0)", partial(self._player.set_initial, name, value))

    def apply_preset(self, name: str) -> None:
        """Take over a preset's parameters and, where it names states, begin from them.

        Parameters that are locked are left alone.
        """
        preset = self.model.presets[name]
        if preset.states:
            self._worker.withdraw("state:")
        params = self._unlocked(preset.params)
        action = partial(actions.apply_preset, self._player, params, preset.states)
        self._ask("param:preset", "preset", self._told_of(preset.params, action))

    def set_stepper(self, name: str) -> None:
        """Go on with another integration method."""
        again = weakref.WeakMethod(self._go_over_to_stepper)
        self._ask("stepper", "stepper", partial(actions.set_stepper, self._player, name, again))

    def _go_over_to_stepper(self, name: str) -> None:
        action = partial(actions.go_over_to_stepper, self._player, name)
        self._ask("stepper ready", "stepper", action)

    def set_dt(self, dt: float) -> None:
        """Change the step size."""
        self._ask("dt", "dt", partial(self._player.set_dt, dt))

    def set_rtol(self, rtol: float) -> None:
        """Change the relative tolerance."""
        self._ask("rtol", "rtol", partial(actions.set_rtol, self._player, rtol))

    def set_atol(self, atol: float) -> None:
        """Change the absolute tolerance."""
        self._ask("atol", "atol", partial(actions.set_atol, self._player, atol))

    def set_seed(self, seed: int) -> None:
        """Draw the noise from other random numbers."""
        self._ask("seed", "seed", partial(self._player.set_seed, seed))

    def _measured(self) -> None:
        """Say what of the observers cannot be had."""
        self.deliver(self.observing.refresh)

    def set_observers(self, observers: tuple[engine.ObserverModule, ...]) -> None:
        """Measure by these observers from the next step on; those that stay keep their memory."""
        prepare = weakref.WeakMethod(self._prepare)
        told = weakref.WeakMethod(self._measured)
        action = partial(actions.set_observers, self._player, observers, prepare, told)
        self._ask("observers", "observers", action)

    def restart_observers(self) -> None:
        """Let the observers measure afresh from now on."""
        self._ask("observers anew", "observers", self._player.restart_observers)
