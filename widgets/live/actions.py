"""What a live run has its worker do with the player, where that takes more than one call."""

import weakref
from collections.abc import Callable, Collection, Mapping

import engine
from widgets.live.model_size import check_size, check_text
from widgets.live.pacing import speed_to_show
from widgets.live.player import Player
from widgets.live.remedies import remedy
from widgets.live.rows import with_stepper

ObserverChoice = Callable[[str], tuple[engine.ObserverModule, ...]]
"""From the kind of a model, "ode" or "map", to what is measured along its orbit."""

WATCHED_S = 2.0
"""How many seconds of watching `go_back` undoes."""


def lyapunov_exponent(kind: str) -> tuple[engine.ObserverModule, ...]:
    """Return the observer of a live run, sampled often enough for a curve that grows visibly."""
    every = 1 if kind == "map" else 5
    return (engine.observers.lyapunov_mle(every=every, trace_every=every),)


def suggested_speed(sim: engine.Sim) -> float:
    """Return a speed at which a model shows its usual duration in less than a minute."""
    defaults = sim.model.spec.sim
    return speed_to_show(defaults.t_end - defaults.t0)


def build_run(
    player: Player,
    source: str,
    params: Mapping[str, float],
    observers: ObserverChoice,
    prepare: "weakref.WeakMethod[Callable[[str], None]]",
    said: "weakref.WeakMethod[Callable[[str, str], None]]",
) -> None:
    """Load a model, say its name to `prepare`, and let the player begin a run of it.

    A model that does not suit the observers runs without them.
    """
    player.compiling.close()
    check_text(source)
    model = engine.load_model(source)
    check_size(model)
    announce = prepare()
    if announce is not None:
        announce(model.name)
    del announce
    sim = engine.Sim(model, params=params, record=True)
    if player.sim is not None and player.sim.model.name != model.name:
        player.end_motions(list(player.motions.described))
    player.build(with_stepper(sim, sim.stepper), observers=observers(model.kind))
    tell = said()
    if tell is not None:
        tell(source, "")


def apply_preset(player: Player, params: Mapping[str, float], states: Mapping[str, float]) -> None:
    """Take over a preset's parameters and, where it names states, begin from them."""
    player.set_params(params)
    for name, value in states.items():
        player.set_initial(name, value)
    if states:
        player.reset()


def go_back(player: Player, *, with_remedy: bool = False) -> None:
    """Return to the orbit as it was a moment of watching earlier, and still was good.

    With a remedy, what may keep it from failing again is changed there.
    """
    if player.sim is None:
        return
    failure = player.failure
    found = remedy(player.sim, failure) if with_remedy and failure is not None else None
    unlimited = player.pace.unlimited
    speed = suggested_speed(player.sim) if unlimited else player.pace.speed
    player.go_back(WATCHED_S * speed)
    if found is not None:
        found.apply(player)


def turn(
    player: Player, backward: bool, prepare: "weakref.WeakMethod[Callable[[str], None]]"
) -> None:
    """Say to `announce` that the model is prepared to run the other way, and turn round."""
    announce = prepare()
    if announce is not None and player.sim is not None and backward != player.backward:
        announce(f"{player.sim.model.name} {'backward' if backward else 'forward'}")
    del announce
    player.turn(backward)


def jump_to_initial(player: Player) -> None:
    """Put the orbit at the initial state, in one edit."""
    player.kick(player.initial)


def keep_as_initial(player: Player) -> None:
    """Take the state that is to be seen for the initial one."""
    if player.sim is not None:
        for name in player.sim.model.state_names:
            player.set_initial(name, player.moment.values[name])


def reset_params(player: Player, kept: Collection[str] = ()) -> None:
    """Put every parameter but those `kept` back to the model's own value, in one edit."""
    if player.sim is not None:
        model = player.sim.model
        own = dict(zip(model.param_names, model.param_values, strict=True))
        own = {name: value for name, value in own.items() if name not in kept}
        player.end_motions(own)
        present = player.sim.params
        changed = {name: value for name, value in own.items() if present[name] != value}
        if changed:
            player.set_params(changed)


def set_stepper(
    player: Player, name: str, again: "weakref.WeakMethod[Callable[[str], None]]"
) -> None:
    """Go on with another integration method as soon as that takes no time."""

    def ask_again() -> None:
        method = again()
        if method is not None:
            method(name)

    if player.ready_for(name, ask_again):
        player.set_stepper(name)


def go_over_to_stepper(player: Player, name: str) -> None:
    """Go on with the method that was waited for, unless something else was wanted since."""
    if player.compiling.purpose == name:
        player.compiling.forget_awaited()
        player.set_stepper(name)


def set_observers(
    player: Player,
    observers: tuple[engine.ObserverModule, ...],
    prepare: "weakref.WeakMethod[Callable[[str], None]]",
    measured: "weakref.WeakMethod[Callable[[], None]]",
) -> None:
    """Say that the measuring is prepared, let the player take it up, and say what it refuses."""
    announce = prepare()
    if announce is not None and player.sim is not None:
        announce("what is measured")
    del announce
    player.set_observers(observers)
    tell = measured()
    if tell is not None:
        tell()


def set_rtol(player: Player, rtol: float) -> None:
    """Change the relative tolerance."""
    if player.sim is not None:
        player.set_tolerances(rtol, player.sim.atol)


def set_atol(player: Player, atol: float) -> None:
    """Change the absolute tolerance."""
    if player.sim is not None:
        player.set_tolerances(player.sim.rtol, atol)
