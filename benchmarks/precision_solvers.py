"""Solvers of the work-precision diagrams, each called alike."""

import importlib
from collections.abc import Callable, Mapping
from dataclasses import dataclass

import numpy as np

import engine
from benchmarks.precision_problems import Problem

# An orbit of compiled code is so many times as long as the problem's: its call takes no time then.
REPEATS = 30
SCIPY = ("RK45", "DOP853")
SCIPY_STIFF = ("Radau", "LSODA")


@dataclass(frozen=True, kw_only=True)
class Solution:
    """One problem about to be solved: `end()` gives the last state and the number of steps.

    `run(n)` takes an orbit n times as long, and `repeats` is the n to be timed with.
    """

    end: Callable[[], tuple[np.ndarray, int]]
    run: Callable[[int], object]
    repeats: int


Solve = Callable[[Problem, float], Solution]


def of_engine(stepper: str, recorded: bool = False) -> Solve:
    """Solve with one of the engine's steppers, every step recorded or only the end known."""

    def solve(problem: Problem, tolerance: float) -> Solution:
        model = engine.load_model(problem.text)
        sim = engine.Sim(
            model,
            stepper=stepper,
            rtol=tolerance,
            atol=problem.atol * tolerance,
            dt=problem.first_step,
            record=model.state_names if recorded else False,
            max_steps=10**9,
        )

        def end() -> tuple[np.ndarray, int]:
            result = sim.run(t_end=problem.t_end)
            state = np.array([result.final_state[name] for name in model.state_names])
            return state, result.provenance["n_steps"]

        return Solution(
            end=end,
            run=lambda n: sim.run(t_end=n * problem.t_end),
            repeats=1 if problem.stiff else REPEATS,
        )

    return solve


def of_heyoka(problem: Problem, tolerance: float) -> Solution:
    """Solve with heyoka's Taylor method, only the end known."""
    heyoka = importlib.import_module("heyoka")
    variables = heyoka.make_vars(*(f"y{i}" for i in range(problem.start.size)))
    system = list(zip(variables, problem.flow(0.0, variables), strict=True))
    solver = heyoka.taylor_adaptive(system, problem.start, tol=tolerance)

    def run(n: int) -> int:
        solver.time = 0.0
        solver.state[:] = problem.start
        return int(solver.propagate_until(n * problem.t_end)[3])

    def end() -> tuple[np.ndarray, int]:
        steps = run(1)
        return solver.state.copy(), steps

    return Solution(end=end, run=run, repeats=REPEATS)


def of_cyrk(problem: Problem, tolerance: float) -> Solution:
    """Solve with CyRK's compiled DOP853, which keeps every step."""
    cyrk = importlib.import_module("CyRK")
    numba = importlib.import_module("numba")
    flow = numba.njit(problem.flow)
    size = problem.start.size

    @numba.njit
    def filled(t, y):  # type: ignore[no-untyped-def]
        dy = np.empty(size)
        values = flow(t, y)
        for i in range(size):
            dy[i] = values[i]
        return dy

    def run(n: int) -> object:
        return cyrk.nbsolve_ivp(
            filled, (0.0, n * problem.t_end), problem.start, rtol=tolerance,
            atol=problem.atol * tolerance, rk_method=2, warnings=False,
        )  # fmt: skip

    def end() -> tuple[np.ndarray, int]:
        result = run(1)
        return np.asarray(result.y)[:, -1], len(result.t) - 1  # type: ignore[attr-defined]

    return Solution(end=end, run=run, repeats=REPEATS)


def of_scipy(method: str) -> Solve:
    """Solve with SciPy, whose right-hand side is Python."""

    def solve(problem: Problem, tolerance: float) -> Solution:
        integrate = importlib.import_module("scipy.integrate")

        def run(n: int) -> object:
            return integrate.solve_ivp(
                problem.flow, (0.0, n * problem.t_end), problem.start, method=method,
                rtol=max(tolerance, 3e-14), atol=problem.atol * tolerance,
            )  # fmt: skip

        def end() -> tuple[np.ndarray, int]:
            result = run(1)
            return result.y[:, -1], len(result.t) - 1  # type: ignore[attr-defined]

        return Solution(end=end, run=run, repeats=1)

    return solve


def solvers(problem: Problem) -> Mapping[str, Solve]:
    """Name the solvers that suit a problem: the engine's own, then those of other packages."""
    own = [s for s in engine.list_steppers("ode") if s.adaptive and s.stiff == problem.stiff]
    table: dict[str, Solve] = {f"phasescope {s.name}": of_engine(s.name) for s in own}
    if problem.stiff:
        return table | {f"SciPy {method}": of_scipy(method) for method in SCIPY_STIFF}
    table |= {f"phasescope {s.name}, recorded": of_engine(s.name, True) for s in own}
    table |= {"heyoka": of_heyoka, "CyRK DOP853": of_cyrk}
    return table | {f"SciPy {method}": of_scipy(method) for method in SCIPY}
