"""How fast one orbit runs beside the same loop in plain C."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field

import numpy as np

import engine
from benchmarks.c_loops import FLAGS, SAME_ROUNDING, NoCompilerError, compile_loops
from benchmarks.measure import Row, speed_ratio
from benchmarks.models import lorenz96

Loop = Callable[..., int]


@dataclass(frozen=True, kw_only=True)
class Case:
    """One orbit to run both ways; the expected figure is a multiple of the C loop's speed.

    `text` is the model where it is not a bundled one, `compared` whether other packages run it too.
    `params` are the model's parameters in the order in which the C loop takes them, `settings`
    what the `Sim` is given besides, `same_rounding` whether the C loop is denied what the `Sim`
    is denied too: fused multiply-adds.
    """

    model: str
    loop: str
    params: tuple[str, ...]
    length: int
    settings: Mapping[str, object] = field(default_factory=dict)
    same_rounding: bool = False
    at_least: float | None = None
    text: str | None = None
    compared: bool = False

    @property
    def flags(self) -> tuple[str, ...]:
        """Return what the C compiler is told."""
        return (*FLAGS, SAME_ROUNDING) if self.same_rounding else FLAGS

    @property
    def title(self) -> str:
        """Return the line of the table."""
        rtol = f", rtol {self.settings['rtol']:g}" if "rtol" in self.settings else ""
        mode = "contract" if self.settings.get("fastmath") else "strict"
        rounding = ", C without FMA" if self.same_rounding else ""
        return f"{self.model} {self.settings['stepper']}{rtol}, recorded, {mode}{rounding}"


LORENZ = ("sigma", "rho", "beta")
RK4 = {"stepper": "rk4", "dt": 0.01}
DOPRI5 = {"stepper": "dopri5", "dt": 0.01, "atol": 1e-9}
CASES = (
    Case(
        model="lorenz",
        loop="lorenz_rk4",
        params=LORENZ,
        length=200_000,
        settings=RK4,
        at_least=1.0,
        compared=True,
    ),
    Case(
        model="lorenz",
        loop="lorenz_rk4",
        params=LORENZ,
        length=200_000,
        settings={**RK4, "fastmath": ("contract",)},
    ),
    Case(
        model="lorenz",
        loop="lorenz_rk4",
        params=LORENZ,
        length=200_000,
        settings=RK4,
        same_rounding=True,
    ),
    Case(
        model="lorenz",
        loop="lorenz_dopri5",
        params=LORENZ,
        length=1_000,
        settings={**DOPRI5, "rtol": 1e-6},
        compared=True,
    ),
    Case(
        model="lorenz",
        loop="lorenz_dopri5",
        params=LORENZ,
        length=1_000,
        settings={**DOPRI5, "rtol": 1e-9},
        compared=True,
    ),
    Case(
        model="lorenz-96 n = 20",
        text=lorenz96(20),
        loop="lorenz96_20",
        params=("F",),
        length=40_000,
        settings=RK4,
        at_least=1.1,
        compared=True,
    ),
    Case(
        model="lorenz-96 n = 100",
        text=lorenz96(100),
        loop="lorenz96_100",
        params=("F",),
        length=10_000,
        settings=RK4,
        at_least=0.6,
        compared=True,
    ),
    Case(
        model="logistic",
        loop="logistic",
        params=("r",),
        length=1_000_000,
        settings={"stepper": "map", "params": {"r": 3.9}},
        compared=True,
    ),
    Case(
        model="henon",
        loop="henon",
        params=("a", "b"),
        length=1_000_000,
        settings={"stepper": "map"},
    ),
)


class Orbit:
    """The same orbit as a C loop and as a `Sim`, both recording every step.

    `length` is a number of steps, for an adaptive stepper the time at which the orbit ends.
    """

    def __init__(self, case: Case, loop: Loop) -> None:
        self.case = case
        self.loop = loop
        model = engine.load_model(case.text or case.model)
        self.sim = engine.Sim(model, record=model.state_names, **case.settings)
        values = {p.name: p.value for p in model.spec.params} | case.settings.get("params", {})
        self.initial = np.array([state.value for state in model.spec.states])
        self.params = np.array([values[name] for name in case.params])
        self.adaptive = "rtol" in case.settings

    def in_c(self, length: int) -> tuple[np.ndarray, np.ndarray]:
        """Run the C loop into fresh arrays, as a `Sim` does, and return times and states."""
        y = self.initial.copy()
        capacity = 1000 * length if self.adaptive else length
        t, rows = np.empty(capacity), np.empty((capacity, y.size))
        addresses = [array.ctypes.data for array in (y, self.params, t, rows)]
        dt = self.case.settings.get("dt", 1.0)
        if not self.adaptive:
            self.loop(length, dt, *addresses)
            return t, rows
        tolerances = (self.case.settings["rtol"], self.case.settings["atol"])
        steps = self.loop(float(length), dt, *addresses[:2], *tolerances, *addresses[2:])
        return t[:steps], rows[:steps]

    def in_engine(self, length: int) -> tuple[np.ndarray, np.ndarray]:
        """Run the `Sim` and return times and states after each step."""
        horizon = {"t_end": float(length)} if self.adaptive else {"n_steps": length}
        result = self.sim.run(**horizon)
        return result.t[1:], result.y[1:]

    def check(self) -> None:
        """Make sure that both sides compute the same orbit, step by step.

        Raises
        ------
        ValueError
            They differ beyond what rounding explains.
        """
        length = 2 if self.adaptive else 20
        # Rounding reaches an adaptive step through the error, a difference of small numbers.
        near = 1e-7 if self.adaptive else 1e-10
        for mine, theirs in zip(self.in_engine(length), self.in_c(length), strict=True):
            if mine.shape != theirs.shape or not np.allclose(mine, theirs, rtol=1e-8, atol=near):
                raise ValueError(f"{self.case.title}: the C loop computes another orbit")


def c_row(case: Case, loop: Loop, rounds: int, length: int) -> Row:
    """Measure one orbit against its C loop, every step recorded by both."""
    orbit = Orbit(case, loop)
    orbit.check()
    steps = len(orbit.in_c(length)[0])
    paired = speed_ratio(lambda: orbit.in_c(length), lambda: orbit.in_engine(length), rounds)
    return Row(
        case=case.title,
        value=paired.ratio,
        unit="x C",
        at_least=case.at_least,
        quartiles=paired.quartiles,
        note=f"cc {' '.join(case.flags)}: {1e9 * paired.reference / steps:.1f} ns a step",
    )


def observer_row(steps: int, rounds: int) -> Row:
    """Measure what the largest Lyapunov exponent costs on top of the orbit itself."""
    plain = engine.Sim("lorenz", **RK4, record_interval=100)
    observer = engine.observers.lyapunov_mle()
    watched = engine.Sim("lorenz", **RK4, record_interval=100, observers=(observer,))
    paired = speed_ratio(
        lambda: plain.run(n_steps=steps), lambda: watched.run(n_steps=steps), rounds
    )
    return Row(
        case="lorenz rk4 with lyapunov_mle",
        value=paired.ratio,
        unit="x plain",
        quartiles=paired.quartiles,
        note="a second, linear system is integrated along",
    )


def spectrum_row(loop: Loop, steps: int, rounds: int) -> Row:
    """Measure all Lyapunov exponents against the plain orbit in C."""
    orbit = Orbit(CASES[0], loop)
    observer = engine.observers.lyapunov_spectrum(every=5, trace_every=steps)
    sim = orbit.sim.replace(observers=observer, record_interval=steps)
    paired = speed_ratio(lambda: orbit.in_c(steps), lambda: sim.run(n_steps=steps), rounds)
    return Row(
        case="lorenz rk4 with lyapunov_spectrum, k = 3, against the orbit alone in C",
        value=paired.ratio,
        unit="x C",
        at_least=0.35,
        quartiles=paired.quartiles,
        note="Gram-Schmidt every 5 steps",
    )


def measure(quick: bool) -> list[Row]:
    """Measure every case; without a compiler the C ratios are skipped with a message."""
    rounds = 7 if quick else 25
    rows = []
    try:
        loops = {case.flags: compile_loops(case.flags) for case in CASES}
    except NoCompilerError as error:
        rows.append(Row(case="one orbit against C", value=None, unit="x C", note=str(error)))
    else:
        rows += [
            c_row(case, loops[case.flags][case.loop], rounds, case.length // (4 if quick else 1))
            for case in CASES
        ]
        loop = loops[CASES[0].flags][CASES[0].loop]
        rows.append(spectrum_row(loop, 20_000 if quick else 100_000, rounds))
    rows.append(observer_row(20_000 if quick else 100_000, rounds))
    return rows
