"""Going over to an edited model: what the running orbit takes along, by name."""

import math
import weakref
from collections.abc import Callable, Mapping
from dataclasses import dataclass

import engine
from widgets.live.actions import ObserverChoice
from widgets.live.model_size import check_size, check_text
from widgets.live.player import Player
from widgets.live.rows import with_stepper

SUFFIXES = (".toml", ".ode", ".txt")
"""How the names of files end that hold a model."""


@dataclass(frozen=True, kw_only=True)
class Carried:
    """What an edited model starts with.

    Attributes
    ----------
    sim : engine.Sim
        From the present state and time, as far as the new model has them.
    initial : mapping of str to float
        The state that Reset goes back to.
    initial_t : float
        The time that Reset goes back to.
    words : str
        What has been taken along and what has not.
    """

    sim: engine.Sim
    initial: Mapping[str, float]
    initial_t: float
    words: str


def carry_over(
    old: engine.Sim,
    model: engine.Model,
    *,
    t: float,
    state: Mapping[str, float],
    initial: Mapping[str, float],
    initial_t: float,
) -> Carried:
    """Return what a model starts with in the place of another one that runs.

    States of the same name keep their present value, parameters too unless the model's own
    number was changed in the text; so do initial values and settings.  Time goes on where both
    are flows or both are maps.

    Parameters
    ----------
    old : engine.Sim
        The settings in force.
    model : engine.Model
        The new one.
    t, state
        The time and the state that are seen.
    initial, initial_t
        What Reset goes back to so far.

    Raises
    ------
    engine.PhasescopeError
        The new model refuses what it is to start with.
    """
    before = old.model.spec
    params = _kept(
        {p.name: p.value for p in model.spec.params},
        {p.name: p.value for p in before.params},
        old.params,
    )
    own = {s.name: s.value for s in model.spec.states}
    start = _kept(own, {s.name: s.value for s in before.states}, initial)
    present = {name: value for name, value in state.items() if name in own and _fits(model, value)}
    bare = engine.Sim(model, params=params, y0={**start, **present}, record=True)
    same_kind = model.kind == old.model.kind
    words = [_states_words(own, present)]
    sim = bare
    if same_kind:
        stepper, refused = _stepper(old, model)
        words += [refused] if refused else []
        sim = bare.replace(t0=t, stepper=stepper, **_tolerances(old, model))
    else:
        words.append("time begins anew")
    return Carried(
        sim=with_stepper(sim, sim.stepper),
        initial=bare.replace(y0=start).y0,
        initial_t=initial_t if same_kind else bare.t0,
        words="; ".join(words),
    )


def apply_model(
    player: Player,
    text: str,
    name: str,
    observers: ObserverChoice,
    prepare: "weakref.WeakMethod[Callable[[str], None]]",
    said: "weakref.WeakMethod[Callable[[str, str], None]]",
) -> None:
    """Let the player go over to the model of a text, and say what the orbit has taken along.

    Raises
    ------
    engine.PhasescopeError
        The text is no model, or the model refuses what it is to start with; the old one runs on.
    """
    check_text(text)
    model = read_text(text, name)
    check_size(model)
    announce = prepare()
    if announce is not None:
        announce(model.name)
    del announce
    old = player.sim
    if old is None:
        sim = engine.Sim(model, record=True)
        player.build(with_stepper(sim, sim.stepper), observers=observers(model.kind))
        words = ""
    else:
        moment = player.moment
        carried = carry_over(
            old,
            model,
            t=moment.t,
            state={name: moment.values[name] for name in old.model.state_names},
            initial=player.initial,
            initial_t=player.initial_t,
        )
        same_kind = model.kind == old.model.kind
        wanted = player.measuring.wanted if same_kind else observers(model.kind)
        player.build(carried.sim, observers=wanted)
        player.start_from(carried.initial, carried.initial_t)
        words = carried.words
    tell = said()
    if tell is not None:
        tell(text, words)


def read_text(text: str, name: str) -> engine.Model:
    """Return the model of a text.

    Raises
    ------
    engine.ModelError
        The text is no model; with line and column.
    """
    reading = engine.read_model(text, name if name.endswith(SUFFIXES) else f"{name}.txt")
    if reading.model is not None:
        return reading.model
    fault = next(remark for remark in reading.remarks if remark.kind == "error")
    place = "" if fault.line is None else f"line {fault.line}, column {fault.column}: "
    error = engine.ModelError(f"{place}{fault.words}")
    error.line, error.column = fault.line, fault.column
    raise error


def _kept(
    own: Mapping[str, float], before: Mapping[str, float], present: Mapping[str, float]
) -> dict[str, float]:
    """Return present values, but for those whose own number was changed, or that are new."""
    return {
        name: present[name] if name in present and before[name] == value else value
        for name, value in own.items()
    }


def _fits(model: engine.Model, value: float) -> bool:
    return math.isfinite(value) and (model.dtype != "int64" or value == int(value))


def _stepper(old: engine.Sim, model: engine.Model) -> tuple[str, str]:
    """Return the stepper to go on with, and why it is another one, in words."""
    usual = engine.Sim(model).stepper
    suiting = {stepper.name for stepper in engine.list_steppers(model.kind, model=model)}
    if old.stepper not in suiting:
        return usual, f"{old.stepper} does not suit this model, so {usual} integrates"
    edited = model.spec.sim.stepper != old.model.spec.sim.stepper
    return (usual if edited else old.stepper), ""


def _tolerances(old: engine.Sim, model: engine.Model) -> dict[str, float]:
    names = ("rtol", "atol") if model.kind == "map" else ("dt", "rtol", "atol")
    own, before = model.spec.sim, old.model.spec.sim
    kept = [name for name in names if getattr(own, name) == getattr(before, name)]
    return {name: getattr(old, name) for name in kept}


def _states_words(own: Mapping[str, float], present: Mapping[str, float]) -> str:
    anew = [name for name in own if name not in present]
    if not anew:
        return "the orbit goes on from its state"
    if not present:
        return "the orbit begins anew"
    names = ", ".join(anew[:6]) + (", …" if len(anew) > 6 else "")
    begin = "begins" if len(anew) == 1 else "begin"
    return f"the orbit goes on from its state; {names} {begin} anew"
