"""Which momentum belongs to which position of a separated flow, if its flow is Hamiltonian.

With the positions q, the momenta p and a mass m > 0 for each pair, q' = f(p) and p' = g(q) are
m f = dT/dp and m g = -dV/dq exactly where m_i df_i/dp_j and m_i dg_i/dq_j are symmetric.
"""

from collections.abc import Sequence

__all__ = ["SAME", "Matrix", "pairing_fault"]

# Derivatives this close, relative to the largest of their rows, are equal.
SAME = 1e-8
SAME_MASS = 1e-6
MAX_TRIALS = 20_000

Matrix = list[list[float]]


def pairing_fault(
    names: Sequence[str], jacobians: Sequence[Matrix], q: list[int], p: list[int]
) -> str:
    """Say why no pairing makes both groups of right-hand sides gradients; empty if one does.

    Parameters
    ----------
    names : sequence of str
        The states (n,).
    jacobians : sequence of matrices (n, n)
        Of the flow, at several points.
    q, p : list of int
        Places of the positions and the momenta.
    """
    if len(q) != len(p):
        positions, momenta = (", ".join(names[i] for i in group) for group in (q, p))
        return (
            f"{positions or 'no state'} would be positions and {momenta or 'no state'} momenta, "
            "and a Hamiltonian flow has as many of each"
        )
    search = _Search(jacobians, q, p)
    if search.extended([]):
        return ""
    first, second = (names[i] for i in search.fault)
    return (
        f"{first}' and {second}' are not derivatives of one energy, so the flow is not Hamiltonian"
    )


class _Search:
    """Look for the momentum of each position in turn, the natural one first."""

    def __init__(self, jacobians: Sequence[Matrix], q: list[int], p: list[int]) -> None:
        self._jacobians = jacobians
        self._q, self._p = q, p
        self._sizes = [[max(map(abs, row)) for row in matrix] for matrix in jacobians]
        self._trials = 0
        self._depth = -1
        self.fault = (q[0], p[0]) if q else (0, 0)

    def extended(self, chosen: list[int]) -> bool:
        """Tell whether momenta for the first positions can be completed to a pairing."""
        k = len(chosen)
        if k == len(self._q):
            return self._masses_exist(chosen)
        for place in self._candidates(k, set(chosen)):
            self._trials += 1
            if self._trials > MAX_TRIALS:
                return False
            trial = [*chosen, place]
            unlike = next((j for j in range(k) if self._ratio(trial, k, j) is None), None)
            if unlike is None:
                if self.extended(trial):
                    return True
            elif k > self._depth:
                self._depth = k
                forces = self._common(self._forces(trial, k, unlike)) is None
                pair = (trial[unlike], place) if forces else (self._q[unlike], self._q[k])
                self.fault = pair
        return False

    def _candidates(self, k: int, taken: set[int]) -> list[int]:
        """Order the momenta for a position: what drives it first, and first as they are listed."""
        matrix, q, natural = self._jacobians[0], self._q[k], self._p[k]
        free = [place for place in self._p if place not in taken]
        return sorted(free, key=lambda place: (matrix[q][place] == 0.0, place != natural))

    def _ratio(self, chosen: list[int], k: int, j: int) -> float | None:
        """Return the mass of pair j over that of pair k; 0 where they are not linked, else None."""
        velocities = self._mutual(self._q[k], chosen[j], self._q[j], chosen[k])
        return self._common([*velocities, *self._forces(chosen, k, j)])

    def _forces(self, chosen: list[int], k: int, j: int) -> list[tuple[float, float, float]]:
        return self._mutual(chosen[k], self._q[j], chosen[j], self._q[k])

    def _mutual(
        self, a: int, along_a: int, b: int, along_b: int
    ) -> list[tuple[float, float, float]]:
        """Give a' along one state, b' along another, and what is large, at every point."""
        return [
            (matrix[a][along_a], matrix[b][along_b], max(size[a], size[b]))
            for matrix, size in zip(self._jacobians, self._sizes, strict=True)
        ]

    @staticmethod
    def _common(entries: list[tuple[float, float, float]]) -> float | None:
        """Return the ratio that all entries share; 0 where all are 0, None where there is none."""
        ratio = 0.0
        for a, b, size in entries:
            if abs(a) <= SAME * size and abs(b) <= SAME * size:
                continue
            if a * b <= 0.0:
                return None
            if ratio == 0.0:
                ratio = a / b
            elif abs(a - ratio * b) > SAME * size * max(1.0, abs(ratio)):
                return None
        return ratio

    def _masses_exist(self, chosen: list[int]) -> bool:
        """Tell whether the ratios of the masses agree along every way from pair to pair."""
        mass: dict[int, float] = {}
        for start in range(len(chosen)):
            ahead = [] if start in mass else [start]
            mass.setdefault(start, 1.0)
            while ahead:
                j = ahead.pop()
                for k in range(len(chosen)):
                    ratio = 0.0 if k == j else self._ratio(chosen, k, j)
                    if not ratio:
                        continue
                    if k not in mass:
                        mass[k] = mass[j] / ratio
                        ahead.append(k)
                    elif abs(mass[k] * ratio - mass[j]) > SAME_MASS * abs(mass[j]):
                        return False
        return True
