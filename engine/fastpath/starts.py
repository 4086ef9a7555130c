"""Where the orbits of a batch start: one row of parameters and one of states each."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from engine.checks import seed as one_seed
from engine.errors import SimError, suggest
from engine.model import Model
from engine.runner.dtypes import state_dtype, stored_number, stored_values
from engine.sim import Sim

Floats = NDArray[np.float64]
Seeds = NDArray[np.uint64]


@dataclass(frozen=True, kw_only=True)
class Starts:
    """Hold the parameters (orbits, p), initial states (orbits, n) and seeds of a batch."""

    params: Floats
    y0: Floats
    seeds: Seeds

    def __len__(self) -> int:
        """Return the number of orbits."""
        return len(self.y0)

    def part(self, first: int, end: int) -> "Starts":
        """Return the orbits from `first` to before `end`."""
        part = slice(first, end)
        return Starts(params=self.params[part], y0=self.y0[part], seeds=self.seeds[part])


def lay_out(sim: Sim, params: Any, y0: Any, seed: Any = None) -> Starts:
    """Bring a batch's parameters and initial states together, whatever was left out from `sim`.

    Parameters
    ----------
    sim : Sim
        Gives the names and the values of what is not swept.
    params : mapping of str to number or array (orbits,), optional
        Parameter values.
    y0 : mapping of str to number or array (orbits,), or array (orbits, n), optional
        Initial states.
    seed : int or array of int (orbits,), optional
        Seed of the noise, for all orbits or for each; by default orbit i has that of `sim`
        plus i, modulo 2**64, where the model has noise.

    Raises
    ------
    SimError
        A name is unknown, an array has another length than the others, or a value is not a
        finite number, or a seed is none.
    """
    states = sim.model.state_names
    if isinstance(y0, np.ndarray):
        if y0.ndim != 2 or y0.shape[1] != len(states):
            raise SimError(
                f"y0 has shape {y0.shape}; an array of initial states has (orbits, "
                f"{len(states)}), the columns being {', '.join(states)}"
            )
        y0 = {name: y0[:, i] for i, name in enumerate(states)}
    given = _checked(sim.model, "parameter", params, tuple(sim.params))
    given |= _checked(sim.model, "state", y0, states)
    seeds = _checked_seeds(seed)
    lengths = {name: len(values) for name, values in given.items() if np.ndim(values)}
    if seeds is not None and seeds.ndim:
        lengths["seed"] = len(seeds)
    if len(set(lengths.values())) > 1:
        said = ", ".join(f"{name} has {length}" for name, length in lengths.items())
        raise SimError(f"the arrays of a batch are of one length, the number of orbits; {said}")
    orbits = next(iter(lengths.values()), 1)
    if orbits == 0:
        raise SimError(f"{next(iter(lengths))} has no values: a batch needs at least one orbit")
    return Starts(
        params=_columns("parameter", sim.params, given, orbits, state_dtype(sim.model)),
        y0=_columns("state", sim.y0, given, orbits, state_dtype(sim.model)),
        seeds=_own_seeds(sim, orbits) if seeds is None else np.resize(seeds, orbits),
    )


def _own_seeds(sim: Sim, orbits: int) -> Seeds:
    """Return the sim's seed, then seeds drawn from it, so that batches of near seeds differ."""
    seeds = np.full(orbits, sim.seed, np.uint64)
    if sim.model.noise:
        seeds[1:] = np.random.SeedSequence(sim.seed).generate_state(orbits, np.uint64)[1:]
    return seeds


def _checked_seeds(given: Any) -> Seeds | None:
    if given is None:
        return None
    if np.ndim(given) == 0:
        return np.array(one_seed(given), np.uint64)
    if np.ndim(given) > 1:
        raise SimError(f"seed has shape {np.shape(given)}; give one seed an orbit")
    return np.array([one_seed(each) for each in given], np.uint64)


def _checked(model: Model, what: str, given: Any, valid: Sequence[str]) -> dict[str, Any]:
    """Return each value or array under its full name, as in ``parameter 'rho'``."""
    if given is not None and not isinstance(given, Mapping):
        raise SimError(f"{what}s are given as {{'name': values}}, not as {type(given).__name__}")
    for name in given or {}:
        if name not in valid:
            raise SimError(f"unknown {what} {name!r}{suggest(str(name), valid)}")
    return {f"{what} {n!r}": _values(model, f"{what} {n!r}", v) for n, v in (given or {}).items()}


def _values(model: Model, what: str, given: Any) -> float | Floats:
    values = np.asarray(given)
    if values.ndim == 0:
        return stored_number(model, what, given)
    if values.ndim > 1:
        raise SimError(f"{what} has shape {values.shape}; give one value an orbit (use .ravel())")
    if values.size and values.dtype.kind not in "iuf":
        raise SimError(f"{what}: an array of {values.dtype} does not hold real numbers")
    bad = np.flatnonzero(~np.isfinite(values))
    if bad.size:
        raise SimError(f"{what}: value {bad[0]} is {values[bad[0]]}, not a finite number")
    return stored_values(model, what, values)


def _columns(
    what: str,
    defaults: Mapping[str, float],
    given: Mapping[str, Any],
    orbits: int,
    dtype: np.dtype[Any],
) -> Floats:
    table = np.empty((orbits, len(defaults)), dtype)
    for column, (name, value) in enumerate(defaults.items()):
        table[:, column] = given.get(f"{what} {name!r}", value)
    return table
