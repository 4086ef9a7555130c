"""What is done with parameters besides setting them: they are locked, and move by themselves."""

import weakref
from abc import abstractmethod
from collections.abc import Callable, Iterable, Mapping
from functools import partial
from typing import Any

import param

import engine
from widgets.live.motion import Motion
from widgets.live.player import Player
from widgets.live.words import number
from widgets.live.worker import Worker

FOLLOW_S = 0.1
"""Seconds between two pieces of news of a parameter that moves by itself."""


class ParameterCommands(param.Parameterized):
    """The part of `LiveRun` that locks parameters and lets them move."""

    _player: Player
    _worker: Worker
    messages: dict[str, str]
    deliver: Callable[[Callable[[], None]], object]
    _followed_at = -FOLLOW_S
    _moved = False

    parameters = param.Dict({}, doc="Parameter values in effect.")
    motions = param.Dict({}, doc="How parameters move by themselves, by name.")
    locked = param.List([], doc="Parameters that are not to be changed by accident.")

    @abstractmethod
    def _ask(
        self, key: str, control: str, action: Callable[[], None], *, start: bool = True
    ) -> None:
        """Have the worker act, in place of what waits under `key`."""

    def lock(self, name: str, locked: bool = True) -> None:
        """Guard a parameter against changes by accident, or let it be changed again.

        A locked one stays where it is, and what would have changed it says so.
        """
        names = [other for other in self.locked if other != name]
        self.locked = [*names, name] if locked else names
        # What was said of the lock is no longer true.
        self._ask(f"lock:{name}", name, partial(self._player.end_motions, [name]))

    def set_param(self, name: str, value: float) -> None:
        """Change a parameter of the running orbit."""
        if name in self.locked:
            self._ask(f"param:{name}", name, partial(_refuse, self._locked_words(name)))
            return
        self._set(f"param:{name}", name, partial(self._player.set_params, {name: value}))

    def set_params(self, values: Mapping[str, float]) -> None:
        """Change several parameters at once: all of them or, where one is refused, none.

        Those that are locked are left alone.
        """
        action = partial(self._player.set_params, self._unlocked(values))
        self._ask(f"param:{','.join(values)}", "parameters", self._told_of(values, action))

    def put_back_params(self, values: Mapping[str, float]) -> None:
        """Change parameters, locked or not, to what they were once."""
        action = partial(self._player.set_params, dict(values))
        self._ask(f"param:back {','.join(values)}", "parameters", action)

    def set_motion(self, name: str, motion: Motion | Mapping[str, Any] | None) -> None:
        """Let a parameter move by itself while the run goes on; None lets it stay.

        Several may move at once.  Setting the parameter by hand ends its motion.

        Raises
        ------
        MotionError
            The motion makes no sense as it is described.
        """
        if motion is None:
            action = partial(self._player.end_motions, [name])
        elif name in self.locked:
            action = partial(_refuse, self._locked_words(name))
        else:
            given = motion if isinstance(motion, Motion) else Motion.restore(motion)
            action = partial(self._player.begin_motion, name, given)
        self._ask(f"motion:{name}", name, action)

    def _set(self, key: str, control: str, action: Callable[[], None]) -> None:
        """Have the worker set a parameter; of many in a row the news come now and then."""
        done, answer = weakref.WeakMethod(self._is_set), weakref.WeakMethod(self._answered)
        self._worker.post(key, partial(_act_quietly, action, control, done, answer))

    def _is_set(self, control: str) -> None:
        """Let `_follow` tell of a parameter; where a refusal is to be forgotten, tell at once."""
        if control in self.messages:
            self._answered(control, "")
        else:
            self._moved = True

    @abstractmethod
    def _answered(self, control: str, message: str) -> None:
        """Take over what an edit has led to, and what the engine had against it."""

    @abstractmethod
    def _take_over(self, news: dict[str, Any]) -> None:
        """Set what has changed."""

    def _follow(self, now: float, refused: dict[str, str]) -> None:
        """Tell the controls, now and then, where parameters have come that move by themselves."""
        player = self._player
        early = now - self._followed_at < FOLLOW_S and player.playing
        if early or not (self._moved or player.motions or player.unmovable):
            return
        self._followed_at, self._moved = now, bool(player.motions)
        refused |= player.unmovable
        player.unmovable = {}
        news = parameter_news(player) | {"messages": dict(refused)}
        self.deliver(partial(self._take_over, news))

    def put_back_motion(self, name: str, motion: Mapping[str, Any] | None) -> None:
        """Let a parameter move, locked or not, as it did once; None lets it stay."""
        end = partial(self._player.end_motions, [name])
        begin = None if motion is None else Motion.restore(motion)
        action = end if begin is None else partial(self._player.begin_motion, name, begin)
        self._ask(f"motion:{name}", name, action)

    def _locked_words(self, name: str) -> str:
        held = self.parameters.get(name)
        place = "" if held is None else f" at {number(held)}"
        return f"{name} is locked{place}: unlock it to change it"

    def _unlocked(self, values: Mapping[str, float]) -> dict[str, float]:
        return {name: value for name, value in values.items() if name not in self.locked}

    def _told_of(self, names: Iterable[str], action: Callable[[], None]) -> Callable[[], None]:
        """Return an action that says afterwards which locked parameters it has left alone."""
        left = [name for name in names if name in self.locked]
        if not left:
            return action
        verb = "was" if len(left) == 1 else "were"
        text = f"{' and '.join(left)} {verb} left alone: locked"
        return partial(_act_and_tell, action, text)


def parameter_news(player: Player) -> dict[str, Any]:
    """Return the parameters' values and motions as they are now."""
    sim = player.sim
    if sim is None:
        return {}
    motions = {name: motion.describe() for name, motion in player.motions.described.items()}
    return {"parameters": dict(sim.params), "motions": motions}


def setting_news(player: Player) -> dict[str, Any]:
    """Return everything that is set about a player's run, as it is now."""
    sim = player.sim
    if sim is None:
        return {}
    return parameter_news(player) | {
        "initial": dict(player.initial),
        "initial_t": player.initial_t,
        "stepper": sim.stepper,
        "adaptive": sim.method.adaptive,
        "dt": sim.dt,
        "rtol": sim.rtol,
        "atol": sim.atol,
        "seed": sim.seed,
        "noisy": sim.method.stochastic,
    }


def _act_quietly(
    action: Callable[[], None],
    control: str,
    done: "weakref.WeakMethod[Callable[[str], None]]",
    answered: "weakref.WeakMethod[Callable[[str, str], None]]",
) -> None:
    try:
        action()
    except engine.PhasescopeError as error:
        refuse = answered()
        if refuse is not None:
            refuse(control, str(error))
        return
    tell = done()
    if tell is not None:
        tell(control)


def _refuse(words: str) -> None:
    raise engine.RunError(words)


def _act_and_tell(action: Callable[[], None], words: str) -> None:
    action()
    _refuse(words)
