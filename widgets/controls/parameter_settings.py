"""What the reader has set about parameters besides their values: ranges, locks, pins, motions."""

import math
from collections.abc import Mapping
from typing import Any

import param

from widgets.controls.fields import SLIDER_STEPS, round_step
from widgets.live.live_run import LiveRun
from widgets.live.motion import Motion, MotionError
from widgets.live.pacing import speed_to_show

SCALES = ("linear", "log")
NUMBERS = ("min", "max", "step")
WATCHED_S = 10.0
"""Seconds of watching that a motion takes at first, at the speed at which its model opens."""


class SettingError(ValueError):
    """A setting of a parameter makes no sense."""


class ParameterSettings(param.Parameterized):
    """Hold the range, scale, step, pin and motion of each slider, as declared or as changed.

    Locks and what moves at present are the run's.

    Parameters
    ----------
    live : LiveRun
        Whose parameters they are.
    """

    changed = param.Dict({}, doc="What differs from the model's declarations, by parameter.")
    messages = param.Dict({}, doc="What was refused, by parameter, in words.")

    def __init__(self, live: LiveRun) -> None:
        super().__init__()
        self._live = live
        self._name = "" if live.model is None else live.model.name
        live.param.watch(self._take_model, "model")

    def names(self) -> list[str]:
        """Return the parameters in the order of the model's file."""
        model = self._live.model
        return [] if model is None else list(model.param_names)

    def of(self, name: str) -> dict[str, Any]:
        """Return ``min``, ``max``, ``scale``, ``step`` and ``pinned`` of one parameter."""
        given = self.changed.get(name, {})
        settings = self._declared(name) | {k: v for k, v in given.items() if k != "motion"}
        if "step" not in given and ("min" in given or "max" in given):
            fitting = self._fitting_step(settings["min"], settings["max"])
            settings["step"] = fitting
        return settings

    def motion(self, name: str) -> Motion:
        """Return how a parameter moves when it is let move."""
        described = self.changed.get(name, {}).get("motion")
        if described is not None:
            return Motion.restore(described)
        settings, sim = self.of(name), self._live.model.spec.sim
        log = settings["scale"] == "log"
        return Motion(
            first=settings["min"],
            second=settings["max"],
            period=WATCHED_S * speed_to_show(sim.t_end - sim.t0),
            log=log and settings["min"] > 0.0,
        )

    def set(self, name: str, changes: Mapping[str, Any]) -> bool:
        """Change settings of one parameter; what makes no sense is said in `messages`.

        Returns
        -------
        bool
            Whether they have been changed.
        """
        try:
            checked = self._checked(name, {**self.changed.get(name, {}), **changes})
        except (SettingError, MotionError) as error:
            self.messages = self.messages | {name: str(error)}
            return False
        others = {other: given for other, given in self.changed.items() if other != name}
        messages = {other: text for other, text in self.messages.items() if other != name}
        changed = others | ({name: checked} if checked else {})
        self.param.update(changed=self._ordered(changed), messages=messages)
        if "motion" in changes and name in self._live.motions:
            self._live.set_motion(name, self.motion(name))
        return True

    def set_motion(self, name: str, changes: Mapping[str, Any]) -> bool:
        """Change how a parameter moves, at once where it does."""
        before = self.motion(name).describe()
        if changes.get("kind", before["kind"]) != before["kind"]:
            changes = self._other_kind(name, str(changes["kind"])) | dict(changes)
        return self.set(name, {"motion": before | dict(changes)})

    def play(self, name: str) -> None:
        """Let a parameter move, or let it stay where it has come."""
        self._live.set_motion(name, None if name in self._live.motions else self.motion(name))

    def describe(self) -> dict[str, Any]:
        """Return what differs from the model's declarations, as plain values."""
        return {name: dict(given) for name, given in self.changed.items()}

    def check(self, described: Any) -> None:
        """Check what `describe` has described, for the present model.

        Raises
        ------
        ValueError
            It names an unknown parameter or setting, or a value makes no sense.
        """
        self._restored(described)

    def restore(self, described: Any) -> None:
        """Take over what `describe` has described; all of it or, where it is not valid, nothing.

        Raises
        ------
        ValueError
            It names an unknown parameter or setting, or a value makes no sense.
        """
        self.param.update(changed=self._restored(described), messages={})

    def _restored(self, described: Any) -> dict[str, Any]:
        if not isinstance(described, Mapping):
            raise SettingError(f"settings of parameters are a mapping, not {described!r}")
        for name, given in described.items():
            if name not in self.names():
                raise SettingError(f"there is no parameter {name!r} to have settings")
            if not isinstance(given, Mapping):
                raise SettingError(f"the settings of {name} are a mapping, not {given!r}")
        found = {name: self._checked(name, given) for name, given in described.items()}
        return self._ordered({name: given for name, given in found.items() if given})

    def _ordered(self, changed: dict[str, Any]) -> dict[str, Any]:
        return {name: changed[name] for name in self.names() if name in changed}

    def _checked(self, name: str, given: Mapping[str, Any]) -> dict[str, Any]:
        """Return the settings that differ from the declared ones, each of them sensible."""
        declared = self._declared(name)
        for key in given:
            if key not in declared and key != "motion":
                raise SettingError(f"{name} has no setting {key!r}; it has {', '.join(declared)}")
        wanted = declared | dict(given)
        for key in NUMBERS:
            wanted[key] = _number(f"{name}: {_WORDS[key]}", wanted[key])
        low, high = wanted["min"], wanted["max"]
        if not low < high or not math.isfinite(high - low):
            raise SettingError(
                f"{name}: the range's lower end {low:g} has to be below its upper end {high:g}"
            )
        if wanted["scale"] not in SCALES:
            raise SettingError(f"{name}: scale = {wanted['scale']!r}: give linear or log")
        if wanted["scale"] == "log" and low <= 0.0:
            raise SettingError(
                f"{name}: a log scale needs a range above 0; its lower end is {low:g}"
            )
        if "step" in given and not 0.0 < wanted["step"] <= high - low:
            raise SettingError(
                f"{name}: step = {wanted['step']:g} has to be above 0 and within the range"
            )
        if not isinstance(wanted["pinned"], bool):
            raise SettingError(f"{name}: pinned = {wanted['pinned']!r} is neither true nor false")
        kept = {k: wanted[k] for k in given if k != "motion" and wanted[k] != declared[k]}
        if given.get("motion") is not None:
            kept["motion"] = Motion.restore(given["motion"]).describe()
        return kept

    def _declared(self, name: str) -> dict[str, Any]:
        model = self._live.model
        declared = model.spec.params[model.param_names.index(name)]
        low, high = declared.bounds()
        scale = declared.scale if low > 0.0 else "linear"
        step = declared.step or self._fitting_step(low, high)
        return {"min": low, "max": high, "scale": scale, "step": step, "pinned": False}

    def _fitting_step(self, low: float, high: float) -> float:
        return 1.0 if self._live.model.dtype == "int64" else round_step((high - low) / SLIDER_STEPS)

    def _other_kind(self, name: str, kind: str) -> dict[str, Any]:
        settings = self.of(name)
        low, high = settings["min"], settings["max"]
        if kind == "sine":
            return {"first": 0.5 * (low + high), "second": 0.5 * (high - low), "log": False}
        return {"first": low, "second": high, "log": settings["scale"] == "log"}

    def _take_model(self, *events: Any) -> None:
        """Keep, in a model that was changed, what still has a meaning; of another one nothing."""
        model = self._live.model
        same, self._name = model.name == self._name, model.name
        kept = {}
        for name, given in self.changed.items() if same else ():
            if name in model.param_names and self._fits(name, given):
                kept[name] = given
        self.param.update(changed=kept, messages={})
        self._live.locked = [n for n in self._live.locked if same and n in model.param_names]

    def _fits(self, name: str, given: Mapping[str, Any]) -> bool:
        try:
            self._checked(name, given)
        except ValueError:
            return False
        return True


_WORDS = {"min": "the range's lower end", "max": "the range's upper end", "step": "the step"}


def _number(what: str, value: Any) -> float:
    if isinstance(value, bool) or not isinstance(value, int | float):
        raise SettingError(f"{what} = {value!r} is not a number")
    if not math.isfinite(value):
        raise SettingError(f"{what} = {value:g} is not finite")
    return float(value)
