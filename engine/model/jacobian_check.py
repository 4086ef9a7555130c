"""Compare the Jacobian matrix that a model file gives with the one that follows from it.

By differences, at a few points: deriving it would need SymPy, which takes most of a second to
import, for every model that is loaded.
"""

import math
from collections.abc import Callable, Iterator
from typing import TYPE_CHECKING

import numpy as np
import numpy.typing as npt

from engine.errors import ModelError
from engine.model.derivatives import evaluator
from engine.model.generated import Jacobian

if TYPE_CHECKING:
    from engine.model.model import Model

__all__ = ["check_given_jacobian"]

POINTS = 6
# Differences are taken over this part of a variable's size, and over half of it.
RELATIVE_STEP = 1e-3
TOLERANCE = 1e-5


def check_given_jacobian(model: "Model", given: Jacobian, where: str) -> None:
    """Check the matrix of a model file where the equations can be evaluated.

    An entry passes where the right-hand sides jump or bend between the points of its difference.

    Raises
    ------
    ModelError
        An entry is not the derivative; with row, column and both values.
    """
    code = model.code
    rhs = evaluator(
        model,
        Jacobian(
            statements=(),
            entries=tuple((row, 0, text) for row, text in enumerate(code.rhs)),
            aux=code.rhs_aux,
            functions=code.functions,
            composed=code.composed,
        ),
        1,
    )
    matrix = evaluator(model, given, len(model.state_names))
    with np.errstate(all="ignore"):
        for t, y, p in _points(model):
            stated = matrix(t, y, p)
            for column in range(len(y)):
                slopes, doubts = _differences(rhs, t, y, p, column)
                off = np.abs(stated[:, column] - slopes) > doubts
                for row in map(int, np.flatnonzero(off)):
                    raise ModelError(
                        _message(model, where, row, column, stated[row, column], slopes[row])
                    )


def _message(model: "Model", where: str, row: int, column: int, stated: float, right: float) -> str:
    state = model.state_names[row]
    of = f"{state}'" if model.kind == "ode" else f"the next {state}"
    return (
        f"{where} row {row + 1}, column {column + 1}: the derivative of {of} by "
        f"{model.state_names[column]} is {right:.6g} where this gives {stated:.6g}; correct the "
        "entry, or leave the matrix out: it is derived from the equations"
    )


def _points(model: "Model") -> Iterator[tuple[float, list[float], list[float]]]:
    """Give points about the initial state, which itself may be where something bends."""
    random = np.random.default_rng(20)
    initial, values = np.array(model.initial_state), list(model.param_values)
    sizes = np.maximum(np.abs(initial), 0.1)
    for k in range(POINTS):
        spread = 0.05 if k == 0 else 1.0
        y = initial + spread * sizes * random.uniform(-0.9, 0.9, len(initial))
        p = [v * (1.0 + 0.3 * spread * random.uniform(-1.0, 1.0)) for v in values]
        yield spread * random.uniform(0.0, 3.0), y.tolist(), p


def _differences(
    rhs: Callable[..., npt.NDArray[np.float64]],
    t: float,
    y: list[float],
    p: list[float],
    column: int,
) -> tuple[npt.NDArray[np.float64], npt.NDArray[np.float64]]:
    """Return central differences of order 4, and by how much they may be wrong."""
    step = RELATIVE_STEP * max(abs(y[column]), 0.1)
    estimates, largest = [], np.zeros(len(y))
    for h in (step, 0.5 * step):
        ends = []
        for sign in (1.0, -1.0):
            moved = [*y[:column], y[column] + sign * h, *y[column + 1 :]]
            ends.append(rhs(t, moved, p)[:, 0])
        largest = np.maximum(largest, np.maximum(np.abs(ends[0]), np.abs(ends[1])))
        estimates.append((ends[0] - ends[1]) / (2.0 * h))
    coarse, fine = estimates
    slopes = (4.0 * fine - coarse) / 3.0
    rounding = 1e-13 * largest / step
    doubts = TOLERANCE * np.abs(slopes) + 10.0 * np.abs(fine - coarse) + rounding
    # What cannot be evaluated here says nothing.
    doubts[~np.isfinite(slopes)] = math.inf
    return slopes, doubts
