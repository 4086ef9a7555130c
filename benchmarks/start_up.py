"""How long a fresh process takes to its first orbit, without and with the disk cache."""

import json
import os
import statistics
import subprocess
import sys
import tempfile
import time
from pathlib import Path

from benchmarks.measure import Row, summary

ROOT = Path(__file__).resolve().parent.parent

# Each stage in a process of its own.  Numba's own start (its import, LLVM's initialisation and
# the first compilation of anything) is paid by whoever uses Numba and is measured apart.
PROBE = """
import json, sys, time
marks = {}
def lap(name, start):
    marks[name] = time.perf_counter() - start
start = time.perf_counter()
import numba
trivial = numba.njit(lambda x: x + 1.0)
trivial(1.0)
lap("numba", start)
start = time.perf_counter()
import engine
lap("import", start)
start = time.perf_counter()
model = engine.load_model("lorenz")
lap("model", start)
observers = (engine.observers.lyapunov_mle(),) if sys.argv[1] == "observed" else ()
start = time.perf_counter()
sim = engine.Sim(model, stepper="rk4", dt=0.01, observers=observers)
result = sim.run(n_steps=10)
lap("first_run", start)
start = time.perf_counter()
sim.run(n_steps=10)
lap("second_run", start)
print(json.dumps(marks))
"""


def probe(cache: str, variant: str) -> dict[str, float]:
    """Run the stages in a fresh process and return their wall times in seconds."""
    begun = time.perf_counter()
    done = subprocess.run(
        [sys.executable, "-c", PROBE, variant],
        cwd=ROOT,
        env={**os.environ, "PHASESCOPE_CACHE_DIR": cache},
        capture_output=True,
        text=True,
        check=True,
    )
    marks = json.loads(done.stdout.splitlines()[-1])
    marks["process"] = time.perf_counter() - begun
    return marks


def pairs(variant: str, count: int) -> list[tuple[dict[str, float], dict[str, float]]]:
    """Return `count` pairs of a process with an empty cache and the next one, which finds it."""
    found = []
    for _ in range(count):
        with tempfile.TemporaryDirectory() as cache:
            found.append((probe(cache, variant), probe(cache, variant)))
    return found


def measure(quick: bool) -> list[Row]:
    """Measure cold and warm first runs, plain and with an observer."""
    rows = []
    for variant, title in (("plain", "lorenz rk4"), ("observed", "lorenz rk4 with lyapunov_mle")):
        measured = pairs(variant, 3 if quick else 9)
        cold, cold_spread = summary([1e3 * first["first_run"] for first, _ in measured])
        warm, warm_spread = summary([1e3 * second["first_run"] for _, second in measured])
        whole = statistics.median(second["process"] for _, second in measured)
        numba = statistics.median(second["numba"] for _, second in measured)
        rows += [
            Row(
                case=f"first run, empty cache, {title}",
                value=cold,
                unit="ms",
                quartiles=cold_spread,
                note=f"after Numba's own start ({numba:.2f} s)",
            ),
            Row(
                case=f"first run, second process, {title}",
                value=warm,
                unit="ms",
                at_most=20.0,
                quartiles=warm_spread,
                note=f"after Numba's own start; whole process {whole:.2f} s",
            ),
        ]
    return rows
