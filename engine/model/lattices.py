"""Bundled models of any number of equal parts: ``load_model("lorenz_96", n=40)``.

The library's file of such a model is its member of one n, and gives all that does not depend on n:
parameters, presets, settings, description. What does is written here, a function a family.

To add one, write the file and a function of n that returns its states, aux and equations, and name
the function in `LATTICES`; a test compares the file with the function.
"""

import math
from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from statistics import NormalDist
from types import MappingProxyType

from engine.errors import ModelError
from engine.model.spec import Aux, Equation, Formula, ModelSpec, State

__all__ = ["LATTICES", "Lattice", "of_size"]

LARGEST = 1_000


@dataclass(frozen=True, kw_only=True)
class Lattice:
    """A family of models, one for each number of parts.

    Attributes
    ----------
    least : int
        Fewest parts that the equations make sense for.
    parts : callable
        Returns, for n parts, the states with their initial values, the aux and the equations, each
        as a mapping from names; in the order of the model file.
    """

    least: int
    parts: Callable[[int], tuple[dict[str, float], dict[str, str], dict[str, str]]]


def of_size(name: str, spec: ModelSpec | None, n: int) -> ModelSpec:
    """Return the member with `n` parts of the family of which a bundled model is one.

    Parameters
    ----------
    name : str
        What was asked for, for error messages.
    spec : ModelSpec or None
        The bundled model of this name, if there is one.
    n : int
        How many sites or oscillators.

    Raises
    ------
    ModelError
        If the model has a fixed number of states, or `n` is not a number that the family has.
    """
    if spec is None or spec.name not in LATTICES:
        raise ModelError(
            f"{name[:40]!r} has a fixed number of states; n is for {', '.join(LATTICES)}"
        )
    family = LATTICES[spec.name]
    if isinstance(n, bool) or not isinstance(n, int) or not family.least <= n <= LARGEST:
        raise ModelError(
            f"{spec.name}: n is a whole number from {family.least} to {LARGEST}, not {n!r}"
        )
    states, aux, equations = family.parts(n)
    place = f"{spec.name}, n = {n}"
    return replace(
        spec,
        states=tuple(State(name=name, value=value) for name, value in states.items()),
        aux=tuple(
            Aux(name=name, formula=Formula(text=text, where=f"{place} [aux] {name}"))
            for name, text in aux.items()
        ),
        equations=tuple(
            Equation(state=name, formula=Formula(text=text, where=f"{place} [equations] {name}"))
            for name, text in equations.items()
        ),
        origin=place,
    )


def _lorenz_96(n: int) -> tuple[dict[str, float], dict[str, str], dict[str, str]]:
    """Sites on a ring; Lorenz in Palmer (ed.), Predictability, ECMWF (1996), 1-18."""
    states = {f"x{i}": 8.01 if i == 0 else 8.0 for i in range(n)}
    equations = {
        f"x{i}": f"(x{(i + 1) % n} - x{(i - 2) % n}) * x{(i - 1) % n} - x{i} + F" for i in range(n)
    }
    total = " + ".join(f"x{i}^2" for i in range(n))
    return states, {"energy": f"({total}) / {2 * n}"}, equations


def _kuramoto(n: int) -> tuple[dict[str, float], dict[str, str], dict[str, str]]:
    """Oscillators with the frequencies of a normal distribution, coupled through their mean.

    The frequencies are the distribution's quantiles at (i + 1/2) / n, so that nothing is left to
    chance; the phases begin a golden angle apart, which is as evenly as any number of them can.
    Kuramoto, Chemical Oscillations, Waves, and Turbulence (1984), 5.4.
    """
    golden = math.pi * (3.0 - math.sqrt(5.0))
    states = {f"theta{i}": round(i * golden % (2.0 * math.pi), 6) for i in range(n)}
    aux = {
        "real": f"({' + '.join(f'cos(theta{i})' for i in range(n))}) / {n}",
        "imaginary": f"({' + '.join(f'sin(theta{i})' for i in range(n))}) / {n}",
        "order": "hypot(real, imaginary)",
    }
    quantile = NormalDist().inv_cdf
    equations = {
        f"theta{i}": f"{round(quantile((i + 0.5) / n), 6)} * spread"
        f" + K * (imaginary * cos(theta{i}) - real * sin(theta{i}))"
        for i in range(n)
    }
    return states, aux, equations


def _coupled_logistic(n: int) -> tuple[dict[str, float], dict[str, str], dict[str, str]]:
    """Sites on a ring, each mixed with its neighbours; Kaneko, Physica D 34 (1989) 1."""
    golden = (math.sqrt(5.0) - 1.0) / 2.0
    states = {f"x{i}": round((i + 1) * golden % 1.0 - 0.5, 6) for i in range(n)}
    aux = {"mean": f"({' + '.join(f'x{i}' for i in range(n))}) / {n}"}
    equations = {
        f"x{i}": f"(1 - mixing) * fold(x{i}, a)"
        f" + mixing / 2 * (fold(x{(i - 1) % n}, a) + fold(x{(i + 1) % n}, a))"
        for i in range(n)
    }
    return states, aux, equations


LATTICES: Mapping[str, Lattice] = MappingProxyType(
    {
        "coupled_logistic": Lattice(least=3, parts=_coupled_logistic),
        "kuramoto": Lattice(least=2, parts=_kuramoto),
        "lorenz_96": Lattice(least=4, parts=_lorenz_96),
    }
)
