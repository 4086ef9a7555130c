"""What a live run says of itself, in sentences."""

from widgets.live import words
from widgets.live.player import Player
from widgets.live.remedies import remedy


def status(player: Player, refused: str) -> str:
    """Say what a run does and where it is; `refused` is why there is none yet."""
    moment = player.moment
    if player.sim is None:
        return refused or "Starting"
    mode = words.mode(player.playing, player.backward, player.goal_words, player.paused_by)
    if player.failure is not None:
        mode = "Stopped"
    elif player.ended:
        mode = "Ended by the stop condition"
    elif player.playing and moment.lagging:
        mode += " as fast as this machine can"
    if player.compiling.words and player.failure is None:
        mode = f"{mode}, {player.compiling.words}"
    states = {name: moment.values[name] for name in player.sim.model.state_names}
    kind = player.sim.model.kind
    steps = round(moment.t) if kind == "map" else moment.n_steps
    where = words.position(kind, moment.t, steps, states)
    return f"{mode} · {where}"


def failure(player: Player) -> str:
    """Say why a run cannot go on; empty where it can."""
    failed = player.failure
    if failed is None:
        return ""
    sim = player.sim
    kind = "ode" if sim is None else sim.model.kind
    t = player.reversal.time(failed.t)
    return words.failure(
        kind,
        failed.variable,
        failed.value,
        t,
        round(t) if kind == "map" else player.reversal.steps + failed.step,
        failed.message,
        adaptive=sim is not None and sim.method.adaptive,
        event=failed.event,
        stiff=failed.stiff,
    )


def remedy_offered(player: Player) -> str:
    """Say what the way back from a failure changes; empty where there is none."""
    if player.sim is None or player.failure is None:
        return ""
    found = remedy(player.sim, player.failure)
    return "" if found is None else found.words
