"""Random numbers by counting: what noise does in a step is a function of seed and step alone.

A generator without memory: the normal number of state i in step n is computed from the seed, n
and i, so that no chunking, pause, branch or batch can change it.  `philox`, `uniform_pair` and
`normal_pair` become part of a unit whose model has noise.  No integer in them reaches 2**63 in
magnitude, so that compiled code and Python's integers give the same.
"""

from typing import Any

from engine.model.arithmetic import cos, log, sin, sqrt

__all__ = ["normal", "normal_pair", "philox", "seed_words", "uniform_pair"]


def philox(c0: int, c1: int, c2: int, c3: int, k0: int, k1: int) -> tuple[int, int, int, int]:
    """Encrypt a counter of four 32-bit words under a key of two: Philox4x32-10.

    Salmon, Moraes, Dror & Shaw, Parallel random numbers: as easy as 1, 2, 3, Proc. SC11 (2011),
    section 4.3; constants as in table 2 and their library Random123.
    """
    for _ in range(10):
        # The products with 0xD2511F53 and 0xCD9E8D57, less 2**32 times the words themselves.
        a = c0 * (0xD2511F53 - 0x100000000)
        b = c2 * (0xCD9E8D57 - 0x100000000)
        high_a = (a >> 32) + c0
        c0 = ((b >> 32) + c2) ^ c1 ^ k0
        c1 = b & 0xFFFFFFFF
        c2 = high_a ^ c3 ^ k1
        c3 = a & 0xFFFFFFFF
        k0 = (k0 + 0x9E3779B9) & 0xFFFFFFFF
        k1 = (k1 + 0xBB67AE85) & 0xFFFFFFFF
    return c0, c1, c2, c3


def uniform_pair(
    seed_low: int, seed_high: int, n: int, pair: int, substep: int
) -> tuple[float, float]:
    """Return two uniform numbers in (0, 1], multiples of 2**-53.

    Of step `n`, of the two states 2 `pair` and 2 `pair` + 1, in the part `substep` of the step.
    """
    w0, w1, w2, w3 = philox(
        n & 0xFFFFFFFF, (n >> 32) & 0xFFFFFFFF, pair, substep & 0xFFFFFFFF, seed_low, seed_high
    )
    u = float(((w0 << 21) | (w1 >> 11)) + 1) * 1.1102230246251565e-16
    v = float(((w2 << 21) | (w3 >> 11)) + 1) * 1.1102230246251565e-16
    return u, v


def normal_pair(
    seed_low: int, seed_high: int, n: int, pair: int, substep: int
) -> tuple[float, float]:
    """Return two independent standard normal numbers, with arguments as of `uniform_pair`.

    Box & Muller, Ann. Math. Statist. 29 (1958) 610.
    """
    u, v = uniform_pair(seed_low, seed_high, n, pair, substep)
    radius = sqrt(-2.0 * log(u))
    angle = 6.283185307179586 * v
    return radius * cos(angle), radius * sin(angle)


def seed_words(seed: Any) -> tuple[Any, Any]:
    """Return the lower and the upper 32 bits of a seed, or of an array of them: the key."""
    return seed & 0xFFFFFFFF, seed >> 32


def normal(seed: int, n: int, state: int, substep: int = 0) -> float:
    """Return the normal number that drives a state in a step.

    Parameters
    ----------
    seed : int
        As of a `Sim`.
    n : int
        Number of the step, from 0.
    state : int
        The state's place in the order of the model.
    substep : int
        0 for a whole step; where events have divided it, the number of firings until then.
    """
    return normal_pair(*seed_words(seed), n, state // 2, substep)[state % 2]
