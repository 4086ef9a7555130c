"""Whether the orbits of a model are analytic functions of time, in parts that have series."""

from typing import TYPE_CHECKING

from engine.model.nodes import Symbol
from engine.model.operations import NotAnalyticError, Operation, Operations, Value

if TYPE_CHECKING:
    from engine.model.model import Model

__all__ = ["not_analytic", "time_and_states"]


def time_and_states(operations: Operations, components: int = 1) -> dict[Symbol, Value]:
    """List the states, and tell what they and time are.

    Parameters
    ----------
    operations : Operations
        An empty list.
    components : int
        Vectors of states: the state, then its tangent vectors.
    """
    known: dict[Symbol, Value] = {}
    names = operations.model.state_names
    for vector in range(components):
        for i, name in enumerate(names):
            signs = str(vector * len(names) + i)
            place = operations.place(Operation("state", (), (), signs))
            if vector == 0:
                known[Symbol("state", name)] = place
    return known


def not_analytic(model: "Model") -> str:
    """Return why the right-hand sides of a model have no Taylor series; empty where they have."""
    operations = Operations(model)
    known = time_and_states(operations)
    known[Symbol("time", "t")] = operations.place(Operation("time"))
    try:
        for name, tree in zip(model.state_names, model.resolved_rhs, strict=True):
            try:
                operations.value(tree, known)
            except NotAnalyticError as refusal:
                return f"in the equation of {name!r}, {refusal}"
    except RecursionError:
        return "its equations are nested too deeply to be expanded"
    return ""
