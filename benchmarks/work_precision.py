"""Work-precision: what an error costs, with one solver and another.

Every solver takes every problem at a series of tolerances; a point is the error at the end and the
CPU time.  Where a solver is so quick that calling it would count, the time is that of an orbit many
times as long, per part: the Lorenz orbit stays on its attractor and Kepler's repeats itself.  All
points of a problem are timed in turn, round after round, and the medians taken.
"""

import csv
import importlib
import statistics
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np

from benchmarks.measure import Row, cpu_seconds
from benchmarks.precision_problems import PROBLEMS, Problem
from benchmarks.precision_solvers import Solve, solvers

TOLERANCES = tuple(10.0**-k for k in range(4, 16))
QUICK_TOLERANCES = (1e-7, 1e-10, 1e-13)
# An interpreted right-hand side takes minutes beyond.
FINEST = {"SciPy RK45": 1e-8, "SciPy DOP853": 1e-10}
# The error at which costs are compared.
ERROR = 1e-9
REFERENCE = "heyoka"
# At most so many times as dear as the reference is the best explicit method expected to be.
EXPECTED = 3.0


@dataclass(frozen=True, kw_only=True)
class Point:
    """One solver on one problem at one tolerance.

    `error` is the largest of the components' errors at the end, each by its scale; `seconds` is
    the CPU time, `steps` the number of steps, -1 where a solver does not tell.
    """

    problem: str
    solver: str
    tolerance: float
    error: float
    seconds: float
    steps: int


def points(
    problem: Problem, chosen: Mapping[str, Solve], tolerances: Iterable[float], rounds: int
) -> list[Point]:
    """Measure solvers on one problem; those that are not installed are left out."""
    made: list[tuple[str, float, float, int, Callable[[int], object], int]] = []
    for name, solve in chosen.items():
        for tolerance in (t for t in tolerances if t >= FINEST.get(name, 0.0)):
            try:
                solution = solve(problem, tolerance)
            except ImportError:
                break
            end, steps = solution.end()
            error = float(np.max(np.abs(end - problem.end) / problem.scale))
            made.append((name, tolerance, error, steps, solution.run, solution.repeats))
    seconds: list[list[float]] = [[] for _ in made]
    for _ in range(rounds):
        for times, (*_, run, repeats) in zip(seconds, made, strict=True):
            times.append(cpu_seconds(lambda run=run, repeats=repeats: run(repeats)) / repeats)
    return [
        Point(
            problem=problem.name,
            solver=name,
            tolerance=tolerance,
            error=error,
            seconds=statistics.median(times),
            steps=steps,
        )
        for (name, tolerance, error, steps, _, _), times in zip(made, seconds, strict=True)
    ]


def cost_at(measured: Sequence[Point], error: float) -> float | None:
    """Return the time at which an error is reached, None where it is not.

    The points that no other beats in both error and time are joined by straight lines of the
    logarithms.
    """
    best: list[Point] = []
    for point in sorted(measured, key=lambda point: point.seconds):
        if np.isfinite(point.error) and (not best or point.error < best[-1].error):
            best.append(point)
    for dear, exact in zip(best, best[1:], strict=False):
        if exact.error <= error <= dear.error:
            span = np.log(exact.error) - np.log(dear.error)
            share = (np.log(error) - np.log(dear.error)) / span
            return float(np.exp((1 - share) * np.log(dear.seconds) + share * np.log(exact.seconds)))
    return None


def summary(measured: Sequence[Point], error: float = ERROR) -> list[Row]:
    """Compare what an error costs, problem by problem, with the reference and the cheapest."""
    rows = []
    for problem in dict.fromkeys(point.problem for point in measured):
        own = [point for point in measured if point.problem == problem]
        costs = {
            name: cost_at([p for p in own if p.solver == name], error)
            for name in dict.fromkeys(p.solver for p in own)
        }
        base = costs.get(REFERENCE)
        engine_costs = [c for name, c in costs.items() if name.startswith("phasescope") and c]
        best = min(engine_costs, default=None)
        for name, cost in costs.items():
            note = "error not reached" if cost is None else f"{1e6 * cost:.4g} us"
            value = cost / base if cost and base else None
            limit = EXPECTED if cost is not None and cost == best else None
            rows.append(
                Row(
                    case=f"{problem}, error {error:g}: {name}",
                    value=value,
                    unit=f"x {REFERENCE}",
                    at_most=limit,
                    note=note,
                )
            )
    return rows


def write(measured: Sequence[Point], folder: Path, name: str = "work_precision") -> None:
    """Write the points as a table and, where matplotlib is installed, as diagrams."""
    folder.mkdir(parents=True, exist_ok=True)
    with (folder / f"{name}.csv").open("w", newline="", encoding="utf-8") as file:
        table = csv.DictWriter(file, list(Point.__dataclass_fields__))
        table.writeheader()
        table.writerows(vars(point) for point in measured)
    try:
        pyplot = importlib.import_module("matplotlib.pyplot")
    except ImportError:
        return
    names = list(dict.fromkeys(point.problem for point in measured))
    figure, axes = pyplot.subplots(
        1, len(names), figsize=(6 * len(names), 5), squeeze=False, layout="constrained"
    )
    for axis, problem in zip(axes[0], names, strict=True):
        for solver in dict.fromkeys(p.solver for p in measured if p.problem == problem):
            line = [p for p in measured if (p.problem, p.solver) == (problem, solver)]
            axis.loglog([p.error for p in line], [p.seconds for p in line], "o-", label=solver)
        axis.set(title=problem, xlabel="error at the end", ylabel="CPU time in s")
        axis.invert_xaxis()
        axis.grid(alpha=0.3)
        axis.legend(fontsize="small")
    figure.savefig(folder / f"{name}.png", dpi=150)
    pyplot.close(figure)


def measure(quick: bool, output: Path | None = None) -> list[Row]:
    """Measure the problems that are not stiff, write the points and compare costs."""
    tolerances, rounds = (QUICK_TOLERANCES, 2) if quick else (TOLERANCES, 3)
    measured = []
    for problem in PROBLEMS:
        if not problem.stiff:
            measured += points(problem, solvers(problem), tolerances, rounds)
    if output is not None:
        write(measured, output)
    return summary(measured)
