"""How fast many orbits run beside a scalar loop over them in C, and a whole diagram."""

import statistics
import time
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass

import numpy as np

import engine
from benchmarks.c_loops import FLAGS, NoCompilerError, compile_loops
from benchmarks.measure import Row, quartiles, speed_ratio
from engine.recording import Nothing, Tail

Loop = Callable[..., int]

DIAGRAM_VALUES, DIAGRAM_STEPS = 2000, 2500


@dataclass(frozen=True, kw_only=True)
class Ensemble:
    """Orbits of one model that differ in one parameter; the figure is a multiple of C's speed."""

    model: str
    loop: str
    stepper: str
    swept: str
    values: tuple[float, float]
    orbits: int
    steps: int
    at_least: float

    @property
    def title(self) -> str:
        """Return the line of the table."""
        return f"{self.model} {self.stepper}, {self.orbits} orbits, ends kept, strict, one core"


ENSEMBLES = (
    Ensemble(
        model="lorenz",
        loop="lorenz_rk4_many",
        stepper="rk4",
        swept="rho",
        values=(20.0, 40.0),
        orbits=2048,
        steps=5000,
        at_least=8.0,
    ),
    Ensemble(
        model="logistic",
        loop="logistic_many",
        stepper="map",
        swept="r",
        values=(3.5, 4.0),
        orbits=4096,
        steps=20_000,
        at_least=12.0,
    ),
)


class Sides:
    """The same orbits by a scalar C loop and by a batch in one thread."""

    def __init__(self, ensemble: Ensemble, loop: Loop, threads: ThreadPoolExecutor) -> None:
        self.ensemble, self.loop, self.threads = ensemble, loop, threads
        self.sim = engine.Sim(ensemble.model, stepper=ensemble.stepper)
        self.values = np.linspace(*ensemble.values, ensemble.orbits)
        self.params = np.tile(list(self.sim.params.values()), (ensemble.orbits, 1))
        self.params[:, list(self.sim.params).index(ensemble.swept)] = self.values

    def in_c(self, steps: int) -> np.ndarray:
        """Return the last states (orbits, n)."""
        y = np.tile(list(self.sim.y0.values()), (len(self.values), 1))
        addresses = (y.ctypes.data, self.params.ctypes.data)
        self.loop(len(self.values), steps, self.sim.dt, *addresses)
        return y

    def in_engine(self, steps: int) -> np.ndarray:
        """Return the last states (orbits, n)."""
        return engine.run_batch_fastpath(
            self.sim,
            params={self.ensemble.swept: self.values},
            n_steps=steps,
            plan=Nothing(),
            executor=self.threads,
        ).final

    def check(self) -> None:
        """Make sure that both sides compute the same orbits.

        Raises
        ------
        ValueError
            They differ beyond what rounding explains.
        """
        if not np.allclose(self.in_c(20), self.in_engine(20), rtol=1e-8, atol=1e-10):
            raise ValueError(f"{self.ensemble.title}: the C loop computes other orbits")


def ensemble_row(sides: Sides, rounds: int) -> Row:
    """Measure an ensemble against the scalar C loop over its orbits, in CPU time."""
    ensemble = sides.ensemble
    sides.check()
    paired = speed_ratio(
        lambda: sides.in_c(ensemble.steps), lambda: sides.in_engine(ensemble.steps), rounds
    )
    taken = ensemble.orbits * ensemble.steps
    return Row(
        case=ensemble.title,
        value=paired.ratio,
        unit="x C",
        at_least=ensemble.at_least,
        quartiles=paired.quartiles,
        note=f"cc {' '.join(FLAGS)}: {1e9 * paired.reference / taken:.2f} ns a step",
    )


def diagram_row(rounds: int) -> Row:
    """Time a bifurcation diagram, from the call to the points, on the wall's clock."""
    sim = engine.Sim("logistic")
    values = np.linspace(2.5, 4.0, DIAGRAM_VALUES)

    def diagram() -> None:
        given = {"params": {"r": values}, "n_steps": DIAGRAM_STEPS, "plan": Tail(100)}
        engine.run_batch_fastpath(sim, **given)

    diagram()
    times = []
    for _ in range(rounds):
        begun = time.perf_counter()
        diagram()
        times.append(1e3 * (time.perf_counter() - begun))
    return Row(
        case=f"logistic diagram, {DIAGRAM_VALUES} values, {DIAGRAM_STEPS} iterations each",
        value=statistics.median(times),
        unit="ms",
        at_most=22.0,
        quartiles=quartiles(times),
    )


def measure(quick: bool) -> list[Row]:
    """Measure every ensemble; without a compiler the C ratios are skipped with a message."""
    rounds = 5 if quick else 15
    try:
        loops = compile_loops()
    except NoCompilerError as error:
        rows = [Row(case="ensembles against C", value=None, unit="x C", note=str(error))]
    else:
        with ThreadPoolExecutor(1) as threads:
            rows = [ensemble_row(Sides(e, loops[e.loop], threads), rounds) for e in ENSEMBLES]
    return [*rows, diagram_row(rounds)]
