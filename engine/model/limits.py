"""How large a model may be: what bounds the time that its equations take.

A text of a few lines can ask for more work than any machine does: functions that call one another
twice each, forty deep; a product of a thousand sums that is to be differentiated.  Both are counted
before they are done.
"""

from collections.abc import Iterable, Iterator, Mapping
from types import MappingProxyType

from engine.errors import ModelError
from engine.model.evaluation import FunctionTable
from engine.model.generated import EventsCode
from engine.model.nodes import Apply, Chain, Node, Number, Symbol, children
from engine.model.spec import ModelSpec

__all__ = ["LIMITS", "DerivativeSize", "check_counts", "check_operations", "within_limit"]

MAX_OPERATIONS = 1_000_000
MAX_WRITTEN_OUT = 500_000
# Far beyond what a person writes, and what compiles in reasonable time.
LIMITS: Mapping[str, int] = MappingProxyType(
    {
        "states": 1_000, "events": 1_000, "params": 10_000, "constants": 1_000,
        "functions": 10_000, "aux": 10_000,
    }
)  # fmt: skip


def check_counts(spec: ModelSpec) -> None:
    """Refuse a model of too many states, events or definitions.

    Raises
    ------
    ModelError
        If it has more of anything than `LIMITS` says.
    """
    for table, most in LIMITS.items():
        if (count := len(getattr(spec, table))) > most:
            place = f"{spec.origin} [{table}]" if spec.origin else f"[{table}]"
            raise ModelError(f"{place}: a model has at most {most} of them, not {count}")


def within_limit(trees: Iterable[Node], place: str) -> Iterator[Node]:
    """Yield trees as long as they are not too large together.

    Raises
    ------
    ModelError
        If their sums, written out, have more than 500,000 parts together.
    """
    total = 0
    for tree in trees:
        total += _operations(tree, {})
        if total > MAX_WRITTEN_OUT:
            raise ModelError(f"{place}: more than {MAX_WRITTEN_OUT} operations when written out")
        yield tree


def check_operations(
    place: str, table: FunctionTable, equations: Iterable[Node], events: EventsCode
) -> None:
    """Refuse a model of which one evaluation takes too many operations.

    Parameters
    ----------
    place : str
        The model's name or file, for error messages.
    table : mapping
        The model's functions, callees first.
    equations : iterable of Node
        The right-hand sides and the aux.
    events : EventsCode
        Conditions and actions.

    Raises
    ------
    ModelError
        If the equations, or an event, with the functions they call, take more than a million
        operations.
    """
    costs: dict[str, int] = {}
    for name, (_, body) in table.items():
        costs[name] = _operations(body, costs)
    evaluated = {f"{place} [equations]": [*equations]}
    for event in events.events:
        conditions = [trigger.tree for trigger in event.triggers]
        actions = [assignment.tree for assignment in event.action]
        evaluated[f"{place} [events.{event.name}]"] = [*conditions, *actions]
    for where, trees in evaluated.items():
        if sum(_operations(tree, costs) for tree in trees) > MAX_OPERATIONS:
            raise ModelError(
                f"{where}: one evaluation takes more than {MAX_OPERATIONS} operations, as its "
                "functions call one another so often"
            )


def _operations(node: Node, costs: Mapping[str, int]) -> int:
    own = 1 + costs.get(node.function, 0) if isinstance(node, Apply) else 1
    return own + sum(_operations(child, costs) for child in children(node))


class DerivativeSize:
    """Counts how large the derivatives of trees are, before terms are combined.

    A product of n factors has n terms of n factors, an n-fold function of a function a product of
    n factors; a common subtree is counted once for each time it occurs.
    """

    def __init__(self) -> None:
        # By identity: a tree may hold the same subtree many times.
        self.known: dict[int, tuple[Node, int, int, int]] = {}

    def of(self, node: Node) -> int:
        """Return the size of all first derivatives of a tree, by all its variables."""
        return self.counted(node)[2]

    def counted(self, node: Node) -> tuple[int, int, int]:
        """Return the nodes of a tree, its variables, and the size of its derivatives."""
        if id(node) in self.known:
            return self.known[id(node)][1:]
        parts = [self.counted(child) for child in children(node)]
        size = 1 + sum(part[0] for part in parts)
        if isinstance(node, Symbol):
            variables, derivatives = 1, 1
        elif isinstance(node, Number):
            variables, derivatives = 0, 0
        else:
            variables = sum(part[1] for part in parts)
            derivatives = sum(part[2] for part in parts)
            if not (isinstance(node, Chain) and node.is_sum):
                # Each variable's term is multiplied by what stands beside it.
                derivatives += sum(of * (size - own) for own, of, _ in parts)
        self.known[id(node)] = (node, size, variables, derivatives)
        return size, variables, derivatives
