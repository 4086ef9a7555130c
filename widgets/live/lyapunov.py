"""Lyapunov exponents as they settle, with how far they may still be off."""

from dataclasses import dataclass

import numpy as np

import engine
from widgets.live.columns import Array
from widgets.live.live_run import LiveRun

LARGEST, SPECTRUM = "lyapunov_mle", "lyapunov_spectrum"

BLOCKS = (64, 32, 16)
"""Into how many blocks a curve is cut; the standard error is the largest that any of them gives."""

FEWEST_BLOCKS = 8
"""Fewest blocks of which the scatter says something."""


@dataclass(frozen=True, kw_only=True)
class Settling:
    """Hold how a mean rate of growth settles.

    Attributes
    ----------
    start : float
        Time from which on is averaged.
    t, value : array (samples,)
        The mean rate from `start` to `t`.
    band_t, low, high : array (blocks,)
        Two standard errors below and above it, where enough blocks are known.
    error : float
        The standard error at the end, nan where it is not known.
    """

    start: float
    t: Array
    value: Array
    band_t: Array
    low: Array
    high: Array
    error: float

    @property
    def last(self) -> float:
        """Return the mean rate so far, nan before there is one."""
        return float(self.value[-1]) if len(self.value) else np.nan


def places(live: LiveRun, which: str) -> list[str]:
    """Return the curves of the largest exponent, or of all of them; empty where not measured."""
    traces, observing = live.traces, live.observing
    largest, spectrum = observing.find(LARGEST), observing.find(SPECTRUM)
    exponents = [place for place in traces if place.startswith(f"{spectrum}.exponent_")]
    if which == "all":
        return exponents if spectrum else []
    if largest and f"{largest}.mle" in traces:
        return [f"{largest}.mle"]
    return exponents[:1] if spectrum else []


def settling(live: LiveRun, place: str, since: str) -> Settling:
    """Return how an exponent settles, averaged since the start or since the last change.

    The observer keeps the mean since it began; what it had added up before the change is taken
    away from what it has by now.
    """
    measuring = live.measuring
    start = measuring.started.get(place.partition(".")[0], 0.0)
    if since == "change":
        begun, mean = measuring.before[place]
        t, value = measuring.changed[place].read()
    else:
        begun, mean = start, 0.0
        t, value = measuring.traces[place].read()
    added = mean * (begun - start) if begun > start else 0.0
    begun = max(begun, start)
    return settled(begun, t, value * (t - start) - added)


def settled(start: float, t: Array, total: Array) -> Settling:
    """Return how a mean settles, from the sums up to some times since `start`."""
    kept = (t > start) & np.isfinite(total)
    infinite = (t > start) & np.isneginf(total)
    if infinite.any() and not kept.any():
        # Contracted to nothing: there is a value, but no scatter.
        t, total = t[infinite], total[infinite]
    else:
        t, total = t[kept], total[kept]
    value = total / (t - start)
    empty = np.empty(0)
    if len(t) < 2 * BLOCKS[-1] or not np.isfinite(total).all():
        return Settling(
            start=start, t=t, value=value, band_t=empty, low=empty, high=empty, error=np.nan
        )
    edges, rates, factor = _blocks(start, t, total)
    count = np.arange(FEWEST_BLOCKS, len(rates) + 1)
    sums, squares = np.cumsum(rates)[count - 1], np.cumsum(rates**2)[count - 1]
    variance = np.maximum(squares - sums**2 / count, 0.0) / (count - 1)
    error = factor * np.sqrt(variance / count)
    middle = sums / count
    return Settling(
        start=start,
        t=t,
        value=value,
        band_t=edges[count],
        low=middle - 2.0 * error,
        high=middle + 2.0 * error,
        error=float(error[-1]),
    )


def _blocks(start: float, t: Array, total: Array) -> tuple[Array, Array, float]:
    """Return edges of blocks, their rates, and by what their scatter falls short.

    Blocks that are too short are correlated, and scatter less than independent ones would; so
    that of longer ones counts where it is larger.  Flyvbjerg & Petersen, J. Chem. Phys. 91 (1989)
    461.
    """
    errors, finest = [], None
    for blocks in BLOCKS:
        if len(t) < 2 * blocks:
            continue
        edges = np.linspace(start, t[-1], blocks + 1)
        sums = np.interp(edges, np.append(start, t), np.append(0.0, total))
        rates = np.diff(sums) / np.diff(edges)
        errors.append(float(np.std(rates, ddof=1)) / np.sqrt(blocks))
        finest = finest or (edges, rates)
    assert finest is not None
    return (*finest, max(errors) / errors[0] if errors[0] > 0.0 else 1.0)


def dimension(exponents: list[float]) -> float:
    """Return the Kaplan-Yorke dimension of a spectrum."""
    return float(engine.observers.kaplan_yorke(exponents))
