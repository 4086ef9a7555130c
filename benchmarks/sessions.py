"""Many sessions on one core, as pages see them, and one run over very many steps."""

import asyncio
import os
import statistics
import time

import engine
from benchmarks.measure import Row, summary
from benchmarks.served_app import served_process
from benchmarks.session_client import SessionClient
from widgets.live.player import Player

SESSIONS = (1, 20, 50)
"""How many pages are open at the same time."""

SETTLING_S = 5.0
MEASURED_S = 20.0
SLIDER_S = 1.5
"""Seconds between two movements of a page's slider."""


def cpu_seconds(pid: int) -> float:
    """Return the CPU time that a process has taken so far."""
    with open(f"/proc/{pid}/stat", encoding="ascii") as file:
        fields = file.read().rpartition(")")[2].split()
    return (int(fields[11]) + int(fields[12])) / os.sysconf("SC_CLK_TCK")


async def watched(address: str, pid: int, count: int, seconds: float) -> dict[str, object]:
    """Open `count` pages and return what they see in `seconds`."""
    clients = [SessionClient(address) for _ in range(count)]
    for client in clients:
        await client.open()
        await client.until_moving()
    await asyncio.gather(*(client.run(SETTLING_S, SLIDER_S) for client in clients))
    for client in clients:
        client.frames, client.latencies = 0, []
    begun, before = time.monotonic(), cpu_seconds(pid)
    await asyncio.gather(*(client.run(seconds, SLIDER_S) for client in clients))
    elapsed, spent = time.monotonic() - begun, cpu_seconds(pid) - before
    for client in clients:
        await client.close()
    frames = sum(client.frames for client in clients)
    return {
        "rates": [client.frames / elapsed for client in clients],
        "delays": [1000.0 * delay for client in clients for delay in client.latencies],
        "frame_ms": 1000.0 * spent / max(frames, 1),
        "load": spent / elapsed,
    }


def measure_sessions(count: int, seconds: float) -> list[Row]:
    """Measure one server on one core with `count` pages."""
    core = min(os.sched_getaffinity(0))
    with served_process(core=core) as (address, process):
        seen = asyncio.run(watched(address, process.pid, count, seconds))
    rates, delays = seen["rates"], seen["delays"]
    rows = [
        Row(
            case=f"{count} sessions on one core: pictures each, the slowest",
            value=min(rates),
            unit="fps",
            at_least=20.0 if count <= 20 else None,
            note=f"the median {statistics.median(rates):.1f}, the fastest {max(rates):.1f}; "
            f"{100.0 * seen['load']:.0f} % of the core",
        ),
        Row(
            case=f"{count} sessions on one core: server's CPU time a picture",
            value=seen["frame_ms"],
            unit="ms",
            at_most=3.0,
            note="three views in one picture",
        ),
    ]
    if len(delays) < 2:
        note = "no movement of the slider was shown"
        return [*rows, Row(case=f"{count} sessions: slider", value=None, unit="ms", note=note)]
    worst = statistics.quantiles(delays, n=20)[-1]
    middle, spread = summary(delays)
    return [
        *rows,
        Row(
            case=f"{count} sessions on one core: slider to picture, 95 % within",
            value=worst,
            unit="ms",
            at_most=250.0 if count <= 20 else None,
            quartiles=spread,
            note=f"the median {middle:.0f} ms, {len(delays)} movements",
        ),
    ]


def resident_mb() -> float:
    """Return the resident memory of this process in MB."""
    with open("/proc/self/statm", encoding="ascii") as file:
        return int(file.read().split()[1]) * os.sysconf("SC_PAGE_SIZE") / 2.0**20


def measure_memory(steps: int) -> list[Row]:
    """Measure how the memory of a player grows over very many steps, as fast as it can."""
    player = Player(slice_s=0.2)
    player.build(engine.Sim("lorenz", observers=(engine.observers.lyapunov_mle(trace_every=5),)))
    player.pace.speed = float("inf")
    player.play()
    engine.prepare(player.run.sim)
    # The ring, the history and the checkpoints are full long before the first tenth is done.
    first = None
    while player.run.n_steps < steps:
        player.tick()
        if first is None and player.run.n_steps >= steps // 10:
            first = resident_mb()
    grown = resident_mb() - first
    player.compiling.close()
    return [
        Row(
            case=f"memory of a run, {steps // 10:.0e} to {steps:.0e} steps, grows by",
            value=grown,
            unit="MB",
            at_most=20.0,
            note=f"of {first:.0f} MB; three variables and an exponent, at full speed",
        )
    ]


def measure(quick: bool) -> list[Row]:
    """Measure sessions and memory."""
    rows = []
    for count in SESSIONS[:2] if quick else SESSIONS:
        rows += measure_sessions(count, MEASURED_S / 2 if quick else MEASURED_S)
    return rows + measure_memory(10**7 if quick else 10**8)
