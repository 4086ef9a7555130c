"""Run the benchmarks and print their table."""

import argparse
import importlib
import platform
import sys
import time
from pathlib import Path

from benchmarks.measure import table

# The browser comes last: what it leaves warm must not flatter the others.
PARTS = (
    *("throughput", "ensembles", "chunking", "compile_time", "start_up"),
    *("server_time", "sessions", "space", "browser"),
)
# Run only when named: they need packages that are no dependencies.
EXTRA_PARTS = ("others", "work_precision", "stiff")
# Parts that also write what they measured, with a diagram.
DRAWN_PARTS = ("work_precision", "stiff")
KNOWN = (*PARTS, *EXTRA_PARTS)


def machine() -> str:
    """Describe where the figures were made, in one line."""
    versions = [f"Python {platform.python_version()}"]
    versions += [
        f"{name} {importlib.import_module(name).__version__}"
        for name in ("numpy", "numba", "bokeh", "panel")
    ]
    return f"{platform.system()} {platform.machine()}, " + ", ".join(versions)


def main(arguments: list[str] | None = None) -> int:
    """Run the parts named on the command line, all by default; return the exit status.

    The status is 0 whatever was measured: a benchmark informs, a test judges.
    """
    parser = argparse.ArgumentParser(prog="python -m benchmarks", description=__doc__)
    parser.add_argument("parts", nargs="*", metavar="PART", help=f"any of: {', '.join(KNOWN)}")
    parser.add_argument("--quick", action="store_true", help="fewer rounds, shorter orbits")
    parser.add_argument(
        "--output", type=Path, metavar="FOLDER", help=f"for the points of {', '.join(DRAWN_PARTS)}"
    )
    options = parser.parse_args(arguments)
    unknown = [part for part in options.parts if part not in KNOWN]
    if unknown:
        parser.error(f"unknown part {unknown[0]!r}; valid: {', '.join(KNOWN)}")
    rows = []
    for part in options.parts or PARTS:
        begun = time.perf_counter()
        place = {"output": options.output} if part in DRAWN_PARTS else {}
        rows += importlib.import_module(f"benchmarks.{part}").measure(options.quick, **place)
        print(f"{part}: {time.perf_counter() - begun:.0f} s", file=sys.stderr)
    print(machine())
    print(table(rows))
    return 0


if __name__ == "__main__":
    sys.exit(main())
