"""Timing that a noisy machine cannot flatter: interleaved pairs, CPU time, medians."""

import gc
import statistics
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass


@dataclass(frozen=True, kw_only=True)
class Row:
    """One line of the table.

    `value` is None where the measurement could not be made; `note` then says why.  `at_least`
    and `at_most` are the expected figure, in `unit`; a row with neither is there to be read.
    """

    case: str
    value: float | None
    unit: str
    at_least: float | None = None
    at_most: float | None = None
    quartiles: tuple[float, float] | None = None
    note: str = ""

    def expected(self) -> str:
        """Return the expected figure as text, empty when there is none."""
        if self.at_least is not None:
            return f">= {self.at_least:g}"
        if self.at_most is not None:
            return f"<= {self.at_most:g}"
        return ""

    def verdict(self) -> str:
        """Return ``"ok"``, ``"short"`` or, where nothing is expected or measured, ``""``."""
        if self.value is None or not self.expected():
            return ""
        met = (self.at_least is None or self.value >= self.at_least) and (
            self.at_most is None or self.value <= self.at_most
        )
        return "ok" if met else "short"


@dataclass(frozen=True, kw_only=True)
class Paired:
    """The ratio of two costs, measured side by side, and the cost of each in seconds."""

    ratio: float
    quartiles: tuple[float, float]
    reference: float
    candidate: float


def quartiles(samples: Sequence[float]) -> tuple[float, float]:
    """Return the first and third quartile of at least two samples."""
    low, _, high = statistics.quantiles(samples, n=4, method="inclusive")
    return low, high


def summary(samples: Sequence[float]) -> tuple[float, tuple[float, float]]:
    """Return the median and the quartiles of at least two samples."""
    return statistics.median(samples), quartiles(samples)


def cpu_seconds(work: Callable[[], object]) -> float:
    """Return the CPU time of one call of `work`, the collector switched off."""
    gc.collect()
    gc.disable()
    try:
        start = time.process_time()
        work()
        return time.process_time() - start
    finally:
        gc.enable()


def speed_ratio(
    reference: Callable[[], object], candidate: Callable[[], object], rounds: int
) -> Paired:
    """Measure how many times faster `candidate` is than `reference`.

    Both run once unmeasured, then `rounds` times in alternating order; each round gives one
    ratio, so that a change of clock speed or a busy neighbour meets both sides alike.

    Parameters
    ----------
    reference, candidate
        Work without arguments, of equal amount.
    rounds
        Number of pairs, at least 2.

    Returns
    -------
    Paired
        The median ratio of CPU times, reference over candidate, with its quartiles.
    """
    reference()
    candidate()
    pairs = []
    for k in range(rounds):
        if k % 2:
            fast = cpu_seconds(candidate)
            slow = cpu_seconds(reference)
        else:
            slow = cpu_seconds(reference)
            fast = cpu_seconds(candidate)
        pairs.append((slow, fast))
    ratio, spread = summary([slow / fast for slow, fast in pairs])
    return Paired(
        ratio=ratio,
        quartiles=spread,
        reference=statistics.median(slow for slow, _ in pairs),
        candidate=statistics.median(fast for _, fast in pairs),
    )


def table(rows: Sequence[Row]) -> str:
    """Lay the rows out as a Markdown table."""
    head = ("measured", "value", "quartiles", "expected", "", "note")
    lines = [head]
    for row in rows:
        value = "-" if row.value is None else f"{row.value:.3g} {row.unit}".strip()
        spread = "" if row.quartiles is None else "{:.3g} .. {:.3g}".format(*row.quartiles)
        lines.append((row.case, value, spread, row.expected(), row.verdict(), row.note))
    widths = [max(len(line[k]) for line in lines) for k in range(len(head))]
    text = [
        "| "
        + " | ".join(cell.ljust(width) for cell, width in zip(line, widths, strict=True))
        + " |"
        for line in lines
    ]
    rule = "| " + " | ".join("-" * width for width in widths) + " |"
    return "\n".join([text[0], rule, *text[1:]])
