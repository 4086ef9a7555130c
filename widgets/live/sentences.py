"""What a player does, why it cannot go on, and what may help: whole sentences for a reader."""

from widgets.live import remedies, words
from widgets.live.limits import LIMITS
from widgets.live.player import Player


def status(player: Player, absent: str) -> str:
    """Say whether a run moves and where it is; `absent` where there is none yet."""
    sim, moment = player.sim, player.moment
    if sim is None:
        return absent
    mode = words.mode(player.playing, player.backward, player.goal_words, player.paused_by)
    if player.failure is not None:
        mode = "Stopped"
    elif player.ended:
        mode = "Ended by the stop condition"
    elif player.playing and moment.lagging:
        who = "machine can" if LIMITS.cpu_share == 1.0 else "server allows (PHASESCOPE_CPU_SHARE)"
        mode += f" as fast as this {who}"
    if player.compiling.words and player.failure is None:
        mode = f"{mode}, {player.compiling.words}"
    states = {name: moment.values[name] for name in sim.model.state_names}
    steps = round(moment.t) if sim.model.kind == "map" else moment.n_steps
    whole = sim.model.dtype == "int64"
    return f"{mode} · {words.position(sim.model.kind, moment.t, steps, states, whole=whole)}"


def failure(player: Player) -> str:
    """Say why the orbit cannot go on; empty where it can."""
    found, sim = player.failure, player.sim
    if found is None or sim is None:
        return ""
    t = player.reversal.time(found.t)
    discrete = sim.model.kind == "map"
    return words.failure(
        sim.model.kind,
        found.variable,
        found.value,
        t,
        round(t) if discrete else player.reversal.steps + found.step,
        found.message,
        adaptive=sim.method.adaptive,
        event=found.event,
        stiff=found.stiff,
    )


def remedy(player: Player) -> str:
    """Say what going back may change so that it does not happen again; empty where unknown."""
    if player.sim is None or player.failure is None:
        return ""
    found = remedies.remedy(player.sim, player.failure)
    return "" if found is None else found.words
