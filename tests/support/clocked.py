"""A player whose wall time the test turns itself."""

import engine
from widgets.live.player import Player
from widgets.live.rows import with_stepper


class Clock:
    """Wall time that passes when told."""

    def __init__(self) -> None:
        self.now = 100.0

    def __call__(self) -> float:
        return self.now


class Watched:
    """Hold a player at some speed, and watch it for a while."""

    def __init__(self, source: str, *, speed: float = 2.0, **settings: object) -> None:
        self.clock = Clock()
        self.player = Player(clock=self.clock, slice_s=5.0)
        self.player.pace.speed = speed
        sim = engine.Sim(engine.load_model(source), record=True, **{"jit": False, **settings})
        self.player.build(with_stepper(sim, sim.stepper))

    def play(self, seconds: float, turns: int = 20) -> "Watched":
        """Let the run move for some wall time."""
        self.player.play()
        self.player.tick()
        return self.watch(seconds, turns)

    def watch(self, seconds: float, turns: int = 20) -> "Watched":
        """Let wall time pass."""
        for _ in range(turns):
            self.clock.now += seconds / turns
            self.player.tick()
        return self
