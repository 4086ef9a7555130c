"""What is measured along an orbit, as the reader chooses it."""

import math
import weakref
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any, Protocol

import param

import engine
from widgets.live.measuring import Measuring
from widgets.live.observer_arguments import (
    KEY,
    arguments_of,
    in_words,
    read_argument,
    written_argument,
)
from widgets.live.refusal import nearest

MOST_OBSERVERS = 12
"""Most observers at a time; each makes the compiled step longer."""

OFTEN = {"lyapunov_mle": ("every", "trace_every"), "lyapunov_spectrum": ("every", "trace_every")}
"""Arguments by which an observer leaves a curve that grows visibly."""


class Measured(Protocol):
    """What observing needs of a live run."""

    model: Any
    kind: str
    param: Any
    measuring: Measuring

    def set_observers(self, observers: tuple[engine.ObserverModule, ...]) -> None:
        """Measure by these observers."""

    def restart_observers(self) -> None:
        """Let the observers measure afresh."""


@dataclass(frozen=True, kw_only=True)
class Chosen:
    """Hold one observer that is wanted.

    Attributes
    ----------
    key : str
        Name of its results.
    name : str
        Which observer it is, of `engine.observers.OBSERVERS`; empty for one made elsewhere.
    arguments : mapping
        What it was told, apart from the key.
    module : engine.ObserverModule
        The observer itself: the same as long as nothing about it changes, so that its memory stays.
    """

    key: str
    name: str
    arguments: Mapping[str, Any] = field(default_factory=dict)
    module: engine.ObserverModule = field(compare=False)


class Observing(param.Parameterized):
    """Choose, configure and remove observers while a run goes on.

    Until somebody chooses, what is measured follows from the model's kind.  What does not suit the
    present model stays chosen, is said in `messages`, and is measured again where it does.

    Parameters
    ----------
    default : callable
        From the model's kind to the observers of a run about which nobody has chosen.

    Examples
    --------
    >>> live = LiveRun("lorenz")
    >>> live.observing.add("lyapunov_spectrum")
    'lyapunov_spectrum'
    >>> live.observing.change("lyapunov_spectrum", "k", "2")
    """

    chosen = param.List([], doc="What is measured, in the order of choosing: `Chosen`.")
    messages = param.Dict({}, doc="What does not suit the model: observer to words.")

    def __init__(
        self, default: Callable[[str], tuple[engine.ObserverModule, ...]], **params: Any
    ) -> None:
        super().__init__(**params)
        self._default = default
        self.untouched = True
        self._live: Callable[[], Measured | None] = lambda: None

    def watch(self, live: Measured) -> None:
        """Follow a run's models."""
        self._live = weakref.ref(live)
        live.param.watch(self._take_model, "model")
        live.param.watch(self._take_messages, ["messages", "stepper"])
        # Before there is a model, that of a flow stands for what will be measured.
        self._take_model()

    def observers(self, kind: str) -> tuple[engine.ObserverModule, ...]:
        """Return the observers of a model of this kind."""
        if self.untouched:
            return self._default(kind)
        return tuple(chosen.module for chosen in self.chosen)

    def known(self) -> list[list[str]]:
        """Return name and meaning of what can be added, what the model suggests first."""
        live = self._live()
        model = None if live is None else live.model
        suggested = [] if model is None else [s.name for s in model.spec.meta.observers]
        names = engine.observers.OBSERVERS
        order = dict.fromkeys([*(name for name in suggested if name in names), *names])
        return [[name, in_words(name), "suggested" * (name in suggested)] for name in order]

    def add(self, name: str, arguments: Mapping[str, Any] | None = None) -> str:
        """Measure something more from the next step on, by default as the model suggests.

        Returns
        -------
        str
            The key of its results.

        Raises
        ------
        engine.PhasescopeError, ValueError
            There is no such observer or argument, or a value is not valid.
        """
        if name not in engine.observers.OBSERVERS:
            near = nearest(name, engine.observers.OBSERVERS)
            raise ValueError(f"there is no observer {name!r}{near}")
        if len(self.chosen) >= MOST_OBSERVERS:
            raise ValueError(f"{MOST_OBSERVERS} observers measure already: remove one first")
        given = self._suggested(name) if arguments is None else dict(arguments)
        key = self._free_key(name)
        self._choose([*self.chosen, _made(key, name, given)])
        return key

    def change(self, key: str, argument: str, value: Any) -> None:
        """Give one argument of an observer another value; it measures anew from the next step on.

        Raises
        ------
        engine.PhasescopeError, ValueError
            There is no such observer or argument, or the value is not valid.
        """
        old = self._of(key)
        known = {one.name: one for one in arguments_of(old.name)} if old.name else {}
        if argument not in known:
            near = nearest(argument, known)
            raise ValueError(f"{key} has no argument {argument!r}{near}")
        read = read_argument(known[argument], value)
        self._check(known[argument].kind, argument, read)
        arguments = {name: one for name, one in old.arguments.items() if name != argument}
        if read != known[argument].default:
            arguments[argument] = read
        if arguments == old.arguments:
            return
        new = _made(key, old.name, arguments)
        self._choose([new if chosen.key == key else chosen for chosen in self.chosen])

    def remove(self, key: str) -> None:
        """Measure something no longer."""
        self._of(key)
        self._choose([chosen for chosen in self.chosen if chosen.key != key])

    def restart(self) -> None:
        """Let everything be measured anew from the next step on."""
        live = self._live()
        if live is not None:
            live.restart_observers()

    def find(self, name: str) -> str:
        """Return the key of a chosen observer of this name, empty where there is none."""
        return next((chosen.key for chosen in self.chosen if chosen.name == name), "")

    def title(self, key: str) -> str:
        """Return what is measured in words, of the present model where it depends on that."""
        module, live = self._of(key).module, self._live()
        model = None if live is None else live.model
        if module.fit is None or model is None or key in self.messages:
            return module.title
        try:
            return str(module.fit(model.kind, model.state_names).title)
        except engine.PhasescopeError:
            # What is wrong is said in `messages`.
            return module.title

    def refresh(self) -> None:
        """Take over what has been refused since."""
        self._take_messages()

    def fields(self, key: str) -> list[dict[str, Any]]:
        """Return the arguments of a chosen observer with their values as text, for a page."""
        chosen = self._of(key)
        found = []
        for argument in arguments_of(chosen.name) if chosen.name else ():
            value = chosen.arguments.get(argument.name, argument.default)
            described = {"name": argument.name, "kind": argument.kind, "help": argument.help}
            described["choices"] = list(argument.choices)
            described["value"] = value if argument.kind == "flag" else written_argument(value)
            found.append(described)
        return found

    def describe(self) -> dict[str, Any]:
        """Return what the reader has chosen, as plain values."""
        if self.untouched:
            return {}
        return {
            "observers": [
                {"name": c.name, "key": c.key, "arguments": _plain(c.arguments)}
                for c in self.chosen
                if c.name
            ]
        }

    def restore(self, described: Mapping[str, Any]) -> None:
        """Take over what `describe` has returned; what stays as it was keeps its memory.

        Raises
        ------
        ValueError
            An observer or an argument is not valid; nothing is changed then.
        """
        if "observers" not in described:
            if not self.untouched:
                self.untouched = True
                self._take_model()
                self._apply()
            return
        present = {chosen.key: chosen for chosen in self.chosen}
        found = []
        try:
            for one in described["observers"]:
                key, name, arguments = str(one["key"]), str(one["name"]), dict(one["arguments"])
                old = present.get(key)
                same = old is not None and (old.name, _plain(old.arguments)) == (name, arguments)
                found.append(old if old is not None and same else _made(key, name, arguments))
        except (KeyError, TypeError, engine.PhasescopeError) as error:
            raise ValueError(f"observers: {error}") from error
        if self.untouched or found != self.chosen:
            self._choose(found)

    def _choose(self, chosen: list[Chosen]) -> None:
        self.untouched = False
        self.chosen = chosen
        self._apply()

    def _apply(self) -> None:
        live = self._live()
        if live is not None and live.model is not None:
            live.set_observers(self.observers(live.kind))

    def _take_model(self, *events: Any) -> None:
        live = self._live()
        if live is not None and self.untouched:
            self.chosen = [_chosen(module) for module in self._default(live.kind)]
        self._take_messages()

    def _take_messages(self, *events: Any) -> None:
        live = self._live()
        if live is not None:
            self.messages = dict(live.measuring.refusals)

    def _suggested(self, name: str) -> dict[str, Any]:
        live = self._live()
        model = None if live is None else live.model
        for suggestion in () if model is None else model.spec.meta.observers:
            if suggestion.name == name:
                return dict(suggestion.arguments)
        every = 1 if live is not None and live.kind == "map" else 5
        return dict.fromkeys(OFTEN.get(name, ()), every)

    def _check(self, kind: str, argument: str, value: Any) -> None:
        """Check an expression before anything is prepared for it."""
        live: Any = self._live()
        if kind != "expression" or not value or live is None or live.model is None:
            return
        if not str(value).lstrip().startswith("cross_"):
            live.check(str(value))

    def _of(self, key: str) -> Chosen:
        for chosen in self.chosen:
            if chosen.key == key:
                return chosen
        near = nearest(key, [chosen.key for chosen in self.chosen])
        raise ValueError(f"nothing is measured under {key!r}{near}")

    def _free_key(self, name: str) -> str:
        taken = {chosen.key for chosen in self.chosen}
        keys = (name if number == 1 else f"{name}_{number}" for number in range(1, 99))
        return next(key for key in keys if key not in taken)


def _made(key: str, name: str, arguments: Mapping[str, Any]) -> Chosen:
    if name not in engine.observers.OBSERVERS:
        near = nearest(name, engine.observers.OBSERVERS)
        raise ValueError(f"there is no observer {name!r}{near}")
    known = {argument.name: argument for argument in arguments_of(name)}
    read = {}
    for argument, value in arguments.items():
        if argument not in known:
            raise ValueError(f"{name} has no argument {argument!r}{nearest(argument, known)}")
        text = isinstance(value, str) and known[argument].kind == "number"
        read[argument] = read_argument(known[argument], value) if text else value
    module = engine.observers.OBSERVERS[name](**read, key=key)
    return Chosen(key=key, name=name, arguments=read, module=module)


def _plain(arguments: Mapping[str, Any]) -> dict[str, Any]:
    """Return arguments as a document can hold them: it has no infinite numbers."""
    return {
        name: written_argument(value)
        if isinstance(value, float) and not math.isfinite(value)
        else list(value)
        if isinstance(value, tuple)
        else value
        for name, value in arguments.items()
    }


def _chosen(module: engine.ObserverModule) -> Chosen:
    """Return an observer that was made elsewhere, with the arguments that its recipe holds."""
    name, arguments = module.recipe or ("", {})
    plain = {argument: value for argument, value in arguments.items() if argument != KEY}
    return Chosen(key=module.key, name=name, arguments=plain, module=module)
