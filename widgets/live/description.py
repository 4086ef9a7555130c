"""A live run as plain values: its model, and everything that is set about it."""

import math
import sys
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

import engine
from engine.errors import suggest
from widgets.live.breakpoints import auto_pause
from widgets.live.carry_over import read_text
from widgets.live.motion import Motion, MotionError
from widgets.live.reversal import irreversible
from widgets.live.rows import with_stepper

FASTEST = "max"
"""The speed of a run that goes as fast as the machine can, which JSON has no number for."""

MODEL_FIELDS = ("name", "source", "text")


class DocumentError(engine.PhasescopeError, ValueError):
    """A description of a session is not valid."""


def describe_model(model: engine.Model, source: str) -> dict[str, Any]:
    """Return a model as its whole text; `source` is a bundled name, a path, or the text itself."""
    bundled = source if source in engine.list_models() else ""
    return {
        "name": model.name,
        "source": bundled,
        "text": source if "\n" in source else model.text,
    }


def describe_run(live: Any) -> dict[str, Any]:
    """Return what is set about a run, but for the model, as plain values."""
    return {
        "parameters": dict(live.parameters),
        "initial": dict(live.initial),
        "t0": live.initial_t,
        "stepper": live.stepper,
        "dt": live.dt,
        "rtol": live.rtol,
        "atol": live.atol,
        "seed": live.seed,
        "motions": {name: dict(motion) for name, motion in live.motions.items()},
        "locked": sorted(live.locked),
        "backward": live.backward,
        "pause_when": live.pause_when,
        "pause_armed": live.pause_armed,
        "speed": FASTEST if math.isinf(live.speed) else live.speed,
        "fps": live.fps,
    }


@dataclass(frozen=True, kw_only=True)
class Described:
    """What a description stands for, checked.

    Attributes
    ----------
    sim : engine.Sim
        The problem from which the run begins.
    run : mapping
        The description of the run.
    motions : mapping of str to Motion
        What moves.
    """

    sim: engine.Sim
    run: Mapping[str, Any]
    motions: Mapping[str, Motion]


def checked_run(model: Any, run: Any) -> Described:
    """Return what the descriptions of a model and of a run stand for.

    Raises
    ------
    DocumentError
        Something is missing, unknown, or of another type than it has to be.
    engine.PhasescopeError
        The text is no model, or the engine refuses a setting.
    """
    check_model(model)
    check_fields("run", run, _RUN)
    loaded = read_text(model["text"], model["name"])
    params, initial = run["parameters"], run["initial"]
    _check_names("parameters", params, loaded.param_names)
    _check_names("initial state", initial, loaded.state_names)
    motions = _motions(run["motions"], loaded)
    for name in run["locked"]:
        if name not in loaded.param_names:
            raise DocumentError(f"run: there is no parameter {name!r} to be locked")
    if run["pause_when"]:
        auto_pause(loaded, run["pause_when"])
    if run["backward"] and irreversible(loaded):
        raise DocumentError(f"run: time cannot run backward: {irreversible(loaded)}")
    settings = {} if loaded.kind == "map" else {"dt": run["dt"]}
    sim = engine.Sim(
        loaded,
        stepper=run["stepper"],
        params=params,
        y0=initial,
        t0=run["t0"],
        rtol=run["rtol"],
        atol=run["atol"],
        seed=run["seed"],
        record=True,
        **settings,
    )
    for name, motion in motions.items():
        for phase in (0.0, 0.25):
            value = motion.value(phase)
            sim.replace(params={name: round(value) if loaded.dtype == "int64" else value})
    return Described(sim=with_stepper(sim, sim.stepper), run=run, motions=motions)


def check_model(model: Any) -> None:
    """Check the form of a described model, not yet its text.

    Raises
    ------
    DocumentError
        It is not of the form that `describe_model` gives.
    """
    check_fields("model", model, dict.fromkeys(MODEL_FIELDS, _text))
    if not model["text"].strip():
        raise DocumentError("model: its text is empty")
    if model["source"] and model["source"] not in engine.list_models():
        raise DocumentError(f"model: there is no bundled model {model['source']!r}")


def check_fields(what: str, given: Any, checks: Mapping[str, Callable[[str, Any], None]]) -> None:
    """Check that a mapping has exactly these fields, each as its check wants it.

    Raises
    ------
    DocumentError
        It has not; the message names the field.
    """
    if not isinstance(given, Mapping):
        raise DocumentError(f"{what}: a mapping is expected, not {_shown(given)}")
    for name in given:
        if name not in checks:
            raise DocumentError(f"{what}: unknown field {name!r}{suggest(str(name), checks)}")
    for name, check in checks.items():
        if name not in given:
            raise DocumentError(f"{what}: the field {name!r} is missing")
        check(f"{what}: {name}", given[name])


def check_form(run: Any) -> None:
    """Check the form of a described run, without its model.

    Raises
    ------
    DocumentError
        It is not of the form that `describe_run` gives.
    """
    check_fields("run", run, _RUN)


def _motions(described: Mapping[str, Any], model: engine.Model) -> dict[str, Motion]:
    found = {}
    for name, motion in described.items():
        if name not in model.param_names:
            raise DocumentError(f"run: there is no parameter {name!r} to be moved")
        try:
            found[name] = Motion.restore(motion)
        except MotionError as error:
            raise DocumentError(f"run: the motion of {name}: {error}") from error
    return found


def _check_names(what: str, given: Mapping[str, Any], names: tuple[str, ...]) -> None:
    for name in names:
        if name not in given:
            raise DocumentError(f"run: {what}: {name!r} is missing")
    for name in given:
        if name not in names:
            raise DocumentError(f"run: {what}: there is no {name!r}{suggest(str(name), names)}")


def _shown(value: Any) -> str:
    text = repr(value)
    return text if len(text) <= 40 else f"{text[:40]}…"


def _text(what: str, value: Any) -> None:
    if not isinstance(value, str):
        raise DocumentError(f"{what} = {_shown(value)} is not a text")


def _flag(what: str, value: Any) -> None:
    if not isinstance(value, bool):
        raise DocumentError(f"{what} = {_shown(value)} is neither true nor false")


def _number(what: str, value: Any) -> None:
    if isinstance(value, bool) or not isinstance(value, int | float):
        raise DocumentError(f"{what} = {_shown(value)} is not a number")
    if not abs(value) <= sys.float_info.max:
        raise DocumentError(f"{what} = {value} is not finite")


def _positive(what: str, value: Any) -> None:
    _number(what, value)
    if not value > 0:
        raise DocumentError(f"{what} = {value} is not positive")


def _numbers(what: str, value: Any) -> None:
    if not isinstance(value, Mapping):
        raise DocumentError(f"{what}: a mapping is expected, not {_shown(value)}")
    for name, number in value.items():
        _text(f"{what}: a name", name)
        _number(f"{what}: {name}", number)


def _names(what: str, value: Any) -> None:
    if not isinstance(value, list | tuple):
        raise DocumentError(f"{what}: a list is expected, not {_shown(value)}")
    for name in value:
        _text(what, name)


def _mapping(what: str, value: Any) -> None:
    if not isinstance(value, Mapping):
        raise DocumentError(f"{what}: a mapping is expected, not {_shown(value)}")


def _speed(what: str, value: Any) -> None:
    if value != FASTEST:
        _positive(what, value)


def _rate(what: str, value: Any) -> None:
    _number(what, value)
    if not 1.0 <= value <= 120.0:
        raise DocumentError(f"{what} = {value} is not between 1 and 120")


_RUN: Mapping[str, Callable[[str, Any], None]] = {
    "parameters": _numbers,
    "initial": _numbers,
    "t0": _number,
    "stepper": _text,
    "dt": _positive,
    "rtol": _number,
    "atol": _number,
    "seed": _number,
    "motions": _mapping,
    "locked": _names,
    "backward": _flag,
    "pause_when": _text,
    "pause_armed": _flag,
    "speed": _speed,
    "fps": _rate,
}
