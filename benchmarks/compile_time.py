"""How long a cold runner takes to compile, beside a kernel fused by hand."""

import os
import tempfile
import time
from collections.abc import Callable
from statistics import median

import numba

import engine
from benchmarks.measure import Row, summary
from engine.runner.runner_cache import DIRECTORY_VARIABLE

# The Runge-Kutta loop as one writes it for speed: scalars, recorded in arrays, nothing else.
BY_HAND = """
def by_hand(n, dt, y, p, t, rows):
    x0 = y[0]; x1 = y[1]; x2 = y[2]; s = p[0]; r = p[1]; b = p[2]
    for k in range(n):
        a0 = s * (x1 - x0); a1 = x0 * (r - x2) - x1; a2 = x0 * x1 - b * x2
        u0 = x0 + 0.5 * dt * a0; u1 = x1 + 0.5 * dt * a1; u2 = x2 + 0.5 * dt * a2
        b0 = s * (u1 - u0); b1 = u0 * (r - u2) - u1; b2 = u0 * u1 - b * u2
        u0 = x0 + 0.5 * dt * b0; u1 = x1 + 0.5 * dt * b1; u2 = x2 + 0.5 * dt * b2
        c0 = s * (u1 - u0); c1 = u0 * (r - u2) - u1; c2 = u0 * u1 - b * u2
        u0 = x0 + dt * c0; u1 = x1 + dt * c1; u2 = x2 + dt * c2
        d0 = s * (u1 - u0); d1 = u0 * (r - u2) - u1; d2 = u0 * u1 - b * u2
        x0 = x0 + dt / 6.0 * (a0 + 2.0 * b0 + 2.0 * c0 + d0)
        x1 = x1 + dt / 6.0 * (a1 + 2.0 * b1 + 2.0 * c1 + d1)
        x2 = x2 + dt / 6.0 * (a2 + 2.0 * b2 + 2.0 * c2 + d2)
        t[k] = (k + 1) * dt
        rows[k, 0] = x0; rows[k, 1] = x1; rows[k, 2] = x2
    y[0] = x0; y[1] = x1; y[2] = x2
"""
SIGNATURE = "void(int64, float64, float64[::1], float64[::1], float64[::1], float64[:, ::1])"

CASES = tuple(
    (stepper, observed) for observed in (False, True) for stepper in ("euler", "rk4", "dopri5")
)


def seconds(work: Callable[[], object]) -> float:
    """Return the CPU time of one call: what a busy neighbour does must not count."""
    start = time.process_time()
    work()
    return time.process_time() - start


def compile_by_hand() -> None:
    """Compile the kernel written by hand."""
    namespace: dict[str, object] = {}
    exec(BY_HAND, namespace)
    numba.njit(SIGNATURE, nogil=True, error_model="numpy")(namespace["by_hand"])


def compile_runner(model: engine.Model, stepper: str, observed: bool) -> None:
    """Render and compile a runner of which nothing is kept anywhere."""
    engine.clear_cache()
    observers = (engine.observers.lyapunov_mle(),) if observed else ()
    variant = engine.RunnerVariant.ANALYSIS if observed else engine.RunnerVariant.BASE
    engine.get_runner(variant, model=model, stepper=stepper, observers=observers)


def measure(quick: bool) -> list[Row]:
    """Compile each runner and the kernel by hand in turn, after Numba's own start."""
    rounds = 3 if quick else 9
    before = os.environ.get(DIRECTORY_VARIABLE)
    rows = []
    with tempfile.TemporaryDirectory() as folder:
        os.environ[DIRECTORY_VARIABLE] = folder
        try:
            model = engine.load_model("lorenz")
            model.jvp()
            compile_by_hand()
            compile_runner(model, "dopri5", observed=True)
            for stepper, observed in CASES:
                rows.append(_row(model, stepper, observed, rounds))
        finally:
            os.environ.pop(DIRECTORY_VARIABLE)
            if before is not None:
                os.environ[DIRECTORY_VARIABLE] = before
    return rows


def _row(model: engine.Model, stepper: str, observed: bool, rounds: int) -> Row:
    pairs = [
        (seconds(compile_by_hand), seconds(lambda: compile_runner(model, stepper, observed)))
        for _ in range(rounds)
    ]
    ratio, spread = summary([mine / hand for hand, mine in pairs])
    milliseconds = 1e3 * median(mine for _, mine in pairs)
    by_hand = 1e3 * median(hand for hand, _ in pairs)
    return Row(
        case=f"cold compile, lorenz {stepper}{' with lyapunov_mle' if observed else ''}",
        value=ratio,
        unit="x rk4 by hand",
        at_most=1.5 if (stepper, observed) == ("rk4", False) else None,
        quartiles=spread,
        note=f"{milliseconds:.0f} ms, {by_hand:.0f} by hand, after Numba's own start",
    )
