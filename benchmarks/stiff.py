"""Cost of stiff problems against their error: the implicit steppers beside CVODE and SciPy.

``python -m benchmarks stiff`` prints the cost of each solver at one error, from a line through its
points of work and precision; ``--output FOLDER`` keeps the points, with a diagram.  CVODE takes a
right-hand side and a Jacobian in C, and in Python, which is what a model given as text leads to
there; SciPy's solvers take them in Python.  What is not installed is left out.  Problems and end
states: Mazzia & Magherini, Test Set for IVP Solvers, release 2.4 (2008).
"""

import contextlib
import importlib
import importlib.util
import math
import time
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np

import engine
from benchmarks.c_cvode import cvode_in_c
from benchmarks.c_loops import NoCompilerError
from benchmarks.measure import Row
from benchmarks.work_precision import Point, write

REPEATS = 3
TOLERANCES = tuple(10.0**-k for k in range(4, 9))
REFERENCE = "CVODE in C"
STEPPERS = ("sdirk2", "trbdf2", "bdf2", "rodas4")
# The error at which costs are compared, and how many times the reference's is expected at most.
ERROR = 1e-5
EXPECTED = 3.0


@dataclass(frozen=True, kw_only=True)
class Problem:
    """One stiff problem: equations as text, in Python and C, span, unit of `atol`, end state."""

    name: str
    in_c: str
    text: str
    rhs: Callable[[float, Any], list[float]]
    jacobian: Callable[[float, Any], list[list[float]]]
    y0: tuple[float, ...]
    t_end: float
    scale: float
    end: tuple[float, ...]

    def error(self, y: Iterable[float]) -> float:
        """Return the largest relative error of a state (n,) at the end."""
        return float(np.max(np.abs(np.asarray(y) / np.asarray(self.end) - 1.0)))


ROBERTSON = Problem(
    name="Robertson, t = 1e11",
    in_c="robertson",
    text="x' = -0.04*x + 1e4*y*z; y' = 0.04*x - 1e4*y*z - 3e7*y^2; z' = 3e7*y^2; x(0) = 1",
    rhs=lambda t, y: [
        -0.04 * y[0] + 1e4 * y[1] * y[2],
        0.04 * y[0] - 1e4 * y[1] * y[2] - 3e7 * y[1] * y[1],
        3e7 * y[1] * y[1],
    ],
    jacobian=lambda t, y: [
        [-0.04, 1e4 * y[2], 1e4 * y[1]],
        [0.04, -1e4 * y[2] - 6e7 * y[1], -1e4 * y[1]],
        [0.0, 6e7 * y[1], 0.0],
    ],
    y0=(1.0, 0.0, 0.0),
    t_end=1e11,
    scale=1e-8,
    end=(0.2083340149701255e-7, 0.8333360770334713e-13, 0.9999999791665050),
)
VAN_DER_POL = Problem(
    name="van der Pol, mu = 1000",
    in_c="van_der_pol",
    text="x' = y; y' = mu*(1 - x^2)*y - x; mu = 1000; x(0) = 2",
    rhs=lambda t, y: [y[1], 1000.0 * (1.0 - y[0] * y[0]) * y[1] - y[0]],
    jacobian=lambda t, y: [
        [0.0, 1.0],
        [-2000.0 * y[0] * y[1] - 1.0, 1000.0 * (1.0 - y[0] * y[0])],
    ],
    y0=(2.0, 0.0),
    t_end=2000.0,
    scale=1e-3,
    end=(0.1706167732170469e1, -0.8928097010248125e-3),
)
PROBLEMS = (ROBERTSON, VAN_DER_POL)

Solve = Callable[[float], Any]


def our_work(problem: Problem, stepper: str) -> Solve:
    """Solve with a stepper of ours, compiled, the end recorded; as a function of `rtol`."""
    model = engine.load_model(problem.text)
    sim = engine.Sim(model, stepper=stepper, dt=1e-4, sample_times=(problem.t_end,))

    def solve(rtol: float) -> Any:
        settings = sim.replace(rtol=rtol, atol=rtol * problem.scale)
        return settings.run(t_end=problem.t_end).y[-1]

    return solve


def scipy_work(problem: Problem, method: str) -> Solve:
    """Solve with one of SciPy's implicit methods."""
    integrate = importlib.import_module("scipy.integrate")

    def solve(rtol: float) -> Any:
        result = integrate.solve_ivp(
            problem.rhs, (0.0, problem.t_end), problem.y0, method=method, rtol=rtol,
            atol=rtol * problem.scale, jac=problem.jacobian,
        )  # fmt: skip
        return result.y[:, -1]

    return solve


def cvode_work(problem: Problem) -> Solve:
    """Solve with SUNDIALS' CVODE (BDF, dense), through scikit-sundae."""
    cvode = importlib.import_module("sksundae.cvode")

    def rhs(t: float, y: Any, yp: Any) -> None:
        yp[:] = problem.rhs(t, y)

    def jacobian(t: float, y: Any, yp: Any, out: Any) -> None:
        out[:] = problem.jacobian(t, y)

    def solve(rtol: float) -> Any:
        solver = cvode.CVODE(
            rhs, jacfn=jacobian, method="BDF", rtol=rtol, atol=rtol * problem.scale,
            max_num_steps=100_000,
        )  # fmt: skip
        return solver.solve(np.array([0.0, problem.t_end]), np.array(problem.y0)).y[-1]

    return solve


def solvers(problem: Problem) -> dict[str, Solve]:
    """Return every solver that is installed, by name."""
    found = {stepper: our_work(problem, stepper) for stepper in STEPPERS}
    if importlib.util.find_spec("sksundae") is not None:
        found["CVODE"] = cvode_work(problem)
        with contextlib.suppress(ImportError, NoCompilerError):
            found[REFERENCE] = cvode_in_c(problem.in_c, problem.y0, problem.t_end, problem.scale)
    if importlib.util.find_spec("scipy") is not None:
        found |= {f"SciPy {m}": scipy_work(problem, m) for m in ("Radau", "BDF")}
    return found


def work_precision(
    problems: Iterable[Problem] = PROBLEMS, tolerances: Iterable[float] = TOLERANCES
) -> Iterator[Point]:
    """Measure error and least CPU time of several runs for every problem, solver, tolerance."""
    for problem in problems:
        for name, solve in solvers(problem).items():
            solve(1e-3)
            for rtol in tolerances:
                seconds, y = math.inf, None
                for _ in range(REPEATS):
                    begin = time.process_time()
                    y = solve(rtol)
                    seconds = min(seconds, time.process_time() - begin)
                yield Point(
                    problem=problem.name, solver=name, tolerance=rtol,
                    error=problem.error(y), seconds=seconds, steps=-1,
                )  # fmt: skip


def cost_at(points: Iterable[Point], error: float) -> float:
    """Return the seconds that an error takes: a line through the logarithms of the points."""
    logs = np.log([(p.error, p.seconds) for p in points if p.error > 0.0])
    slope, offset = np.polyfit(logs[:, 0], logs[:, 1], 1)
    return float(np.exp(offset + slope * math.log(error)))


def measure(quick: bool, output: Path | None = None) -> list[Row]:
    """Compare the cost of an error with that of CVODE in C, and write the points if asked to."""
    points = list(work_precision(tolerances=TOLERANCES[::2] if quick else TOLERANCES))
    if output is not None:
        write(points, output, "stiff")
    rows = []
    for problem in dict.fromkeys(p.problem for p in points):
        costs = {
            solver: cost_at(
                [p for p in points if (p.problem, p.solver) == (problem, solver)], ERROR
            )
            for solver in dict.fromkeys(p.solver for p in points)
        }
        reference = costs.get(REFERENCE)
        for solver, cost in costs.items():
            rows.append(
                Row(
                    case=f"{problem}, error {ERROR:g}, {solver}",
                    value=None if reference is None else cost / reference,
                    unit=f"x {REFERENCE}",
                    at_most=EXPECTED if solver in STEPPERS else None,
                    note=f"{cost * 1e3:.2f} ms",
                )
            )
    return rows
