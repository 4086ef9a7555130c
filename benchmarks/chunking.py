"""What it costs to run in chunks rather than in one piece, and that it never costs more."""

import statistics

import engine
from benchmarks.measure import Row, cpu_seconds, speed_ratio

CHUNK = 5_000


def in_one(sim: engine.Sim, steps: int) -> None:
    """Advance a fresh run by all steps at once."""
    sim.start().advance(n_steps=steps)


def in_chunks(sim: engine.Sim, steps: int, chunk: int = CHUNK) -> None:
    """Advance a fresh run chunk by chunk, dropping each chunk as a live view does."""
    run = sim.start()
    for _ in range(steps // chunk):
        run.advance(n_steps=chunk)


def chunked_row(title: str, sim: engine.Sim, steps: int, rounds: int) -> Row:
    """Compare chunks of 5000 steps with one uninterrupted run."""
    paired = speed_ratio(lambda: in_one(sim, steps), lambda: in_chunks(sim, steps), rounds)
    return Row(
        case=f"{title}, chunks of {CHUNK} steps",
        value=paired.ratio,
        unit="x uninterrupted",
        at_least=0.95,
        quartiles=paired.quartiles,
        note=f"{steps} steps",
    )


def flatness_row(chunks: int) -> Row:
    """Compare the cost of a 100-step chunk late in a run with the same chunk early on."""
    run = engine.Sim("lorenz", stepper="rk4", dt=0.01).start()
    run.advance(n_steps=100)
    block = chunks // 20

    def advance() -> None:
        for _ in range(block):
            run.advance(n_steps=100)

    costs = [cpu_seconds(advance) for _ in range(20)]
    early, late = statistics.median(costs[:5]), statistics.median(costs[-5:])
    return Row(
        case=f"a 100-step chunk after {chunks} chunks",
        value=late / early,
        unit="x an early one",
        at_most=1.1,
        note=f"{1e6 * early / block:.0f} us a chunk",
    )


def measure(quick: bool) -> list[Row]:
    """Measure chunked runs with dense and with sparse recording, and flatness."""
    rounds = 7 if quick else 25
    steps = 100_000 if quick else 500_000
    dense = engine.Sim("lorenz", stepper="rk4", dt=0.01, record=("x", "y", "z"))
    sparse = engine.Sim(
        "lorenz", stepper="rk4", dt=0.01, record=("x", "y", "z"), record_interval=1000
    )
    return [
        chunked_row("lorenz rk4, every step recorded", dense, steps, rounds),
        chunked_row("lorenz rk4, every 1000th step recorded", sparse, steps, rounds),
        flatness_row(2_000 if quick else 20_000),
    ]
