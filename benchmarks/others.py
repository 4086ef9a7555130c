"""How fast other packages take the same orbits, beside the same C loops.

They are an extra, ``pip install phasescope[bench]``; what is not installed is skipped.  A fixed
step is the same method with the same step everywhere.  Adaptive solvers get the same tolerances;
their methods and hence their errors differ.
"""

import importlib
from collections.abc import Callable
from dataclasses import replace

import numpy as np

from benchmarks import models
from benchmarks.c_loops import NoCompilerError, compile_loops
from benchmarks.measure import Row, speed_ratio
from benchmarks.throughput import CASES, Case, Orbit

# Work of one call, given its length: a number of steps, or a time.
Work = Callable[[int], object]

FIXED = {"lorenz": models.lorenz, "logistic": models.logistic}


def dynlib_work(case: Case) -> Work:
    """Run the orbit with dynlib, every step recorded."""
    dynlib = importlib.import_module("dynlib")
    text = case.text or FIXED[case.model]()
    stepper = {"dopri5": "rk45"}.get(case.settings["stepper"], case.settings["stepper"])
    sim = dynlib.setup(f"inline:\n{text}", stepper=stepper, jit=True)
    tolerances = {name: case.settings[name] for name in ("rtol", "atol") if name in case.settings}
    is_map = case.settings["stepper"] == "map"

    def run(length: int) -> object:
        sim.reset()
        if is_map:
            sim.run(N=length, record=True)
        else:
            end = float(length) if tolerances else 0.01 * length
            sim.run(T=end, dt=0.01, record=True, max_steps=10**8, **tolerances)
        return sim.results()

    return run


def lorenz_flow(t: float, y: np.ndarray) -> tuple[float, float, float]:
    """Give the right-hand side as SciPy takes it."""
    return 10.0 * (y[1] - y[0]), y[0] * (28.0 - y[2]) - y[1], y[0] * y[1] - 8.0 / 3.0 * y[2]


def scipy_work(case: Case) -> Work:
    """Run the orbit with SciPy's Dormand-Prince pair."""
    integrate = importlib.import_module("scipy.integrate")
    rtol, atol = case.settings["rtol"], case.settings["atol"]
    return lambda length: integrate.solve_ivp(
        lorenz_flow, (0.0, float(length)), [1.0, 1.0, 1.0], method="RK45", rtol=rtol, atol=atol
    )


def cyrk_work(case: Case) -> Work:
    """Run the orbit with CyRK's compiled DOP853."""
    cyrk = importlib.import_module("CyRK")
    numba = importlib.import_module("numba")

    @numba.njit
    def flow(t, y):
        dy = np.empty_like(y)
        dy[0] = 10.0 * (y[1] - y[0])
        dy[1] = y[0] * (28.0 - y[2]) - y[1]
        dy[2] = y[0] * y[1] - 8.0 / 3.0 * y[2]
        return dy

    rtol, atol = case.settings["rtol"], case.settings["atol"]
    return lambda length: cyrk.nbsolve_ivp(
        flow, (0.0, float(length)), np.ones(3), rtol=rtol, atol=atol, rk_method=2, warnings=False
    )


def heyoka_work(case: Case) -> Work:
    """Run the orbit with heyoka's Taylor method."""
    heyoka = importlib.import_module("heyoka")
    x, y, z = heyoka.make_vars("x", "y", "z")
    system = [(x, 10.0 * (y - x)), (y, x * (28.0 - z) - y), (z, x * y - 8.0 / 3.0 * z)]
    solver = heyoka.taylor_adaptive(system, [1.0, 1.0, 1.0], tol=case.settings["rtol"])

    def run(length: int) -> object:
        solver.time = 0.0
        solver.state[:] = 1.0
        return solver.propagate_until(float(length))

    return run


ANY: dict[str, Callable[[Case], Work]] = {"dynlib": dynlib_work}
ADAPTIVE = {
    **ANY,
    "CyRK DOP853": cyrk_work,
    "heyoka": heyoka_work,
    "scipy RK45": scipy_work,
}
# An interpreted right-hand side takes hundreds of times longer: it gets a part of the work.
SLOW = {"scipy RK45": 50}


def cases() -> list[Case]:
    """List the orbits of the comparison: strict, and each but once."""
    return [case for case in CASES if case.compared]


def rival_row(case: Case, orbit: Orbit, name: str, rounds: int, length: int) -> Row:
    """Measure another package on one orbit."""
    title = f"{case.title}: {name}"
    try:
        work = (ADAPTIVE if orbit.adaptive else ANY)[name](case)
    except ImportError as error:
        return Row(case=title, value=None, unit="x C", note=f"skipped: {error}")
    length = max(1, length // SLOW.get(name, 1))
    paired = speed_ratio(lambda: orbit.in_c(length), lambda: work(length), rounds)
    return Row(case=title, value=paired.ratio, unit="x C", quartiles=paired.quartiles)


def measure(quick: bool) -> list[Row]:
    """Measure every package on every orbit; the engine's own rows are beside them."""
    rounds = 3 if quick else 9
    try:
        loops = compile_loops()
    except NoCompilerError as error:
        return [Row(case="others", value=None, unit="x C", note=str(error))]
    rows = []
    for case in cases():
        case = replace(case, length=case.length // (2 if quick else 1))
        orbit = Orbit(case, loops[case.loop])
        own = speed_ratio(
            lambda orbit=orbit, case=case: orbit.in_c(case.length),
            lambda orbit=orbit, case=case: orbit.in_engine(case.length),
            rounds,
        )
        rows.append(
            Row(
                case=f"{case.title}: phasescope",
                value=own.ratio,
                unit="x C",
                quartiles=own.quartiles,
            )
        )
        names = ADAPTIVE if orbit.adaptive else ANY
        rows += [rival_row(case, orbit, name, rounds, case.length) for name in names]
    return rows
