"""Many orbits beside the one that runs: a cloud of initial states."""

import math
import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from functools import partial
from typing import Any

import numpy as np
import numpy.typing as npt

import engine
from widgets.live.columns import Piece, observable
from widgets.live.compiler import COMPILER, Compiler, Job
from widgets.live.field import field as field_of
from widgets.live.worker import Worker

Values = npt.NDArray[np.float64]

MOST_ORBITS = 20_000
"""Most orbits of a cloud."""

BUDGET_S = 0.02
"""Seconds of computing in one turn, about."""

SHARE = 0.3
"""Part of a processor that a cloud takes at most."""

FORGIVEN = 8
"""How many turns' steps a cloud may be behind the run; what is beyond is not made up for."""


@dataclass(frozen=True, kw_only=True)
class Start:
    """Say where the orbits of a cloud begin.

    Attributes
    ----------
    orbits : int
    shape : {"box", "ball"}
        Evenly filled.
    radius : mapping of str to float
        Half the width of the box, or the half axis of the ball, of each state; of those left
        out 0.
    centre : mapping of str to float
        Its middle; of the states left out that of the orbit that runs.
    """

    orbits: int
    shape: str = "box"
    radius: Mapping[str, float] = field(default_factory=dict)
    centre: Mapping[str, float] = field(default_factory=dict)

    def states(self, present: Mapping[str, float], rng: np.random.Generator) -> Values:
        """Return initial states (orbits, n) around a present state."""
        names = [name for name in present if self.radius.get(name, 0.0) > 0.0]
        inside = rng.uniform(-1.0, 1.0, (self.orbits, len(names)))
        if self.shape == "ball" and names:
            # Evenly in a ball: an even direction, and a radius that grows like the root.
            way = rng.standard_normal((self.orbits, len(names)))
            far = rng.uniform(0.0, 1.0, self.orbits) ** (1.0 / len(names))
            inside = way / np.linalg.norm(way, axis=1, keepdims=True) * far[:, None]
        columns = []
        for name, value in present.items():
            column = np.full(self.orbits, self.centre.get(name, value))
            if name in names:
                column += self.radius[name] * inside[:, names.index(name)]
            columns.append(column)
        return np.column_stack(columns)


@dataclass(frozen=True, kw_only=True)
class Swarm:
    """Hold where the orbits of a cloud are.

    Attributes
    ----------
    model : engine.Model or None
        None before the first state.
    t : float
    states : mapping of str to array (orbits,)
    lost : int
        How many orbits have left the finite numbers and are no longer there.
    """

    model: engine.Model | None = None
    t: float = 0.0
    states: Mapping[str, Values] = field(default_factory=dict)
    lost: int = 0

    def column(self, text: str, params: Mapping[str, float]) -> Values:
        """Return a state, the time or an expression of them (orbits,)."""
        if text in self.states:
            return self.states[text]
        orbits = len(next(iter(self.states.values())))
        if self.model is None:
            return np.full(orbits, np.nan)
        made = observable(self.model, text.removeprefix("aux."))
        return made(np.full(orbits, self.t), self.states, params)

    def next_value(self, name: str, params: Mapping[str, float]) -> Values:
        """Return the next value of a state of a map (orbits,); nan where it is no expression."""
        orbits = len(next(iter(self.states.values())))
        rates = field_of(self.model) if self.model is not None else None
        if rates is None:
            return np.full(orbits, np.nan)
        return rates[name](np.full(orbits, self.t), self.states, params)


class Cloud:
    """Move many orbits along with the one that runs, on a thread of its own; a `Listener`.

    They go in fixed steps through the fast path, with the parameters in force and each with its
    own noise, as far as `SHARE` of a processor allows: beyond that they move more slowly.

    Parameters
    ----------
    start : Start
    method : tuple of str and float
        A fixed-step stepper and its step.
    news : callable
        Called on the cloud's thread when it has moved.
    seed : int
        Of the initial states.

    Attributes
    ----------
    swarm : Swarm
        Where the orbits are; replaced as a whole.
    refused : str
        Why there is no cloud, in words.
    """

    def __init__(
        self,
        start: Start,
        method: tuple[str, float],
        *,
        news: Callable[[], None] = lambda: None,
        seed: int = 1,
        clock: Callable[[], float] = time.monotonic,
        compiler: Compiler = COMPILER,
    ) -> None:
        if not 1 <= start.orbits <= MOST_ORBITS:
            raise ValueError(f"a cloud has 1 to {MOST_ORBITS:,} orbits, not {start.orbits:,}")
        self.start, self.method = start, method
        self.swarm, self.refused = Swarm(), ""
        self._news, self._clock = news, clock
        self._rng = np.random.default_rng(seed)
        self._compiler = compiler
        self._job: Job | None = None
        self._moved = False
        self._sim: engine.Sim | None = None
        self._y = np.empty((0, 0))
        self._behind = 0.0
        self._rest_until = -math.inf
        self._limit = 1
        self._worker = Worker(lambda: False, name="phasescope-cloud")

    def begin(self) -> None:
        """Begin again at the next state of the orbit that runs."""
        self._worker.withdraw("")
        self._worker.post("begin", self._forget, start=False)

    def take(self, piece: Piece) -> None:
        """Have the cloud follow to where the orbit is now."""
        if not len(piece.t):
            return
        last = piece.y[-1]
        present = {name: float(last[piece.names.index(name)]) for name in piece.model.state_names}
        params = {
            name: float(value[-1]) if np.ndim(value) else float(value)
            for name, value in piece.params.items()
        }
        follow = partial(self._follow, piece.model, params, float(piece.t[-1]), present)
        self._worker.post("follow", follow)

    def settle(self, timeout: float) -> bool:
        """Wait until the cloud has followed; return False at the timeout."""
        return self._worker.settle(timeout)

    @property
    def compiling(self) -> bool:
        """Tell whether the orbits wait for their machine code, which another process makes."""
        job = self._job
        return job is not None and not (job.done or job.refused)

    def close(self) -> None:
        """End the thread."""
        if self._job is not None:
            self._job.cancel()
        self._worker.close()

    # On the cloud's thread

    def _forget(self) -> None:
        self._sim, self._moved = None, False
        self._behind, self._limit = 0.0, 1
        self.swarm, self.refused = Swarm(), ""

    def _follow(
        self,
        model: engine.Model,
        params: Mapping[str, float],
        t: float,
        present: Mapping[str, float],
    ) -> None:
        now = self._clock()
        if now < self._rest_until or self.refused:
            return
        try:
            if self._sim is None or self._sim.model is not model:
                self._launch(model, t, present)
            elif self.compiling and not self._moved:
                # They stay around the orbit until they can move.
                self._place(self._sim, t, present)
            else:
                self._advance(self._sim, params, t)
        except engine.PhasescopeError as error:
            self.refused = f"There is no cloud: {error}"
        # A turn that compiled is not rested for.
        spent = min(self._clock() - now, 5.0 * BUDGET_S)
        self._rest_until = self._clock() + spent * (1.0 / SHARE - 1.0)
        self._news()

    def _launch(self, model: engine.Model, t: float, present: Mapping[str, float]) -> None:
        if model.lags:
            raise engine.RunError("its orbits would have no past for the lags to look back to")
        if model.spec.events:
            raise engine.RunError("it needs a model without events")
        stepper, dt = self.method
        settings: dict[str, Any] = {} if model.kind == "map" else {"stepper": stepper, "dt": dt}
        self._sim = engine.Sim(model, record=False, stop=False, **settings)
        self._job = self._compiler.ask(self._sim, batch=True)
        self._place(self._sim, t, present)

    def _place(self, sim: engine.Sim, t: float, present: Mapping[str, float]) -> None:
        y = self.start.states(present, self._rng)
        self._y = np.rint(y) if sim.model.dtype.startswith("int") else y
        self._tell(t, 0)

    def _advance(self, sim: engine.Sim, params: Mapping[str, float], t: float) -> None:
        if sim.model.kind != "map" and (sim.stepper, sim.dt) != self.method:
            sim = self._sim = sim.replace(stepper=self.method[0], dt=self.method[1])
            self._job = self._compiler.ask(sim, batch=True)
        if self._job is not None and self._job.refused:
            raise engine.RunError(self._job.refused)
        if self.compiling:
            self._behind = t - self.swarm.t
            return
        self._moved = True
        reached = self.swarm.t
        steps = math.floor((t - self._behind - reached) / sim.dt + 1e-6)
        if steps < 1 or not len(self._y):
            return
        taken = min(steps, self._limit)
        began = self._clock()
        batch = engine.run_batch_fastpath(
            sim.replace(params=params, t0=reached),
            y0=self._y,
            n_steps=taken,
            plan=engine.recording.Nothing(),
            seed=self._rng.integers(0, 2**63, len(self._y)) if sim.model.noise else None,
        )
        if self._clock() - began > 2.0 * BUDGET_S:
            self._limit = max(self._limit // 2, 1)
        elif taken == self._limit:
            self._limit *= 2
        alive = np.array([status is engine.Status.DONE for status in batch.status])
        self._y = batch.final[alive]
        self._behind += max(steps - taken - FORGIVEN * self._limit, 0) * sim.dt
        self._tell(float(reached + taken * sim.dt), int((~alive).sum()))

    def _tell(self, t: float, lost: int) -> None:
        sim = self._sim
        if sim is not None:
            states = dict(zip(sim.model.state_names, self._y.T, strict=True))
            lost += self.swarm.lost
            self.swarm = Swarm(model=sim.model, t=t, states=states, lost=lost)


def fixed_method(
    model: engine.Model, stepper: str, dt: float, *, row_dt: float
) -> tuple[str, float]:
    """Return the fixed-step method that suits a cloud beside a run with this one.

    Beside a fixed step it is the same; beside an adaptive method rk4 with the time between two
    rows, or euler_maruyama where noise drives the model.

    Raises
    ------
    engine.RunError
        The method is for stiff problems, on which explicit fixed steps blow up.
    """
    method = next(s for s in engine.list_steppers(model.kind, model=model) if s.name == stepper)
    if not method.adaptive:
        return stepper, dt
    if method.stiff:
        raise engine.RunError(
            f"a cloud goes in fixed explicit steps, for which this problem is too stiff "
            f"({stepper}); choose rk4 under Solver if its steps can be short enough"
        )
    return ("euler_maruyama" if model.noise else "rk4"), row_dt
