"""What the functions and aux of a model need, and the order that follows from it."""

from collections.abc import Callable, Mapping

from engine.errors import ExpressionError
from engine.model.lags import LAG
from engine.model.names import CONSTANTS
from engine.model.nodes import Apply, Call, Name, Node, Reduction, children, symbols

__all__ = ["called_functions", "free_names", "sorted_by_use", "used_aux"]


def called_functions(node: Node) -> set[str]:
    """Return the functions of the model that a resolved tree calls itself."""
    own = {node.function} if isinstance(node, Apply) else set()
    return own.union(*map(called_functions, children(node)))


def free_names(node: Node) -> dict[str, None]:
    """Return the names in a parsed tree, in order, but for pi, e and the indices of sums."""
    if isinstance(node, Name):
        return {} if node.name in CONSTANTS else {node.name: None}
    found: dict[str, None] = {}
    if isinstance(node, Call) and node.function.startswith(LAG):
        found[node.function.removeprefix(LAG)] = None
    for child in children(node):
        found |= free_names(child)
    if isinstance(node, Reduction):
        found.pop(node.index, None)
    return found


def used_aux(node: Node) -> set[str]:
    """Return the aux that a resolved tree names itself."""
    return {symbol.name for symbol in symbols(node) if symbol.role == "aux"}


def sorted_by_use(uses: Mapping[str, set[str]], place: Callable[[str], str]) -> list[str]:
    """Order names so that each comes after those it uses, else in the given order.

    Parameters
    ----------
    uses : mapping of str to set of str
        The names that each name uses.
    place : callable
        Where a name is defined, for error messages.

    Raises
    ------
    ExpressionError
        If a name uses itself, directly or not.
    """
    order: dict[str, None] = {}
    for start in uses:
        path = {start: sorted(uses[start])}
        while path and start not in order:
            name, waiting = next(reversed(path.items()))
            if not waiting:
                order[name] = None
                del path[name]
                continue
            needed = waiting.pop()
            if needed in path:
                above = list(path)
                cycle = " → ".join([*above[above.index(needed) :], needed])
                raise ExpressionError(f"{place(needed)}: defined by itself: {cycle}")
            if needed not in order:
                path[needed] = sorted(uses[needed])
    return list(order)
