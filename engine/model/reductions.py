"""``sum`` and ``prod``: added up where they are numbers alone, else written out."""

from abc import ABC, abstractmethod
from collections.abc import Mapping
from typing import NoReturn

from engine.errors import ExpressionError
from engine.model.evaluation import constant_value
from engine.model.folding import Allowance, as_number, folded, is_foldable, size
from engine.model.nodes import Chain, Conditional, Negate, Node, Number, Reduction, Symbol

__all__ = ["Reductions"]

MAX_NODES = 50_000
MAX_RANGE = 1_000_000
# As many terms as may be written by hand; longer sums in blocks, as deep as Python reads.
MAX_TERMS = 2_000
MAX_BLOCK = 1_000


class Reductions(ABC):
    """What resolves the sums and products of one expression; names are looked up by `visit`.

    Parameters
    ----------
    symbols : mapping of str to Symbol
        What an index cannot be called.
    values : mapping of Symbol to float
        What the constants are worth.
    allowance : Allowance
        What the expression may take, together with others of its model.
    """

    def __init__(
        self,
        symbols: Mapping[str, Symbol],
        values: Mapping[Symbol, float],
        allowance: Allowance,
    ) -> None:
        self.symbols = symbols
        self.values = values
        self.allowance = allowance
        self.indices: dict[str, Node] = {}
        self.budget = MAX_NODES

    @abstractmethod
    def fail(self, message: str, column: int) -> NoReturn:
        """Raise an `ExpressionError` that says where."""

    @abstractmethod
    def visit(self, node: Node) -> Node:
        """Return a tree with its names looked up; the indices among them in `indices`."""

    def reduction(self, node: Reduction) -> Node:
        index = node.index
        if index in self.symbols or index in self.indices:
            self.fail(f"the index {index!r} already has a meaning; choose another", node.column)
        bounds = [self.bound(bound, node.column) for bound in node.bounds]
        if bounds[2:] == [0]:
            self.fail("the step of range is not 0", node.column)
        run = range(*bounds)
        said = f"{node.operator}() over {len(run)} terms"
        if len(run) > MAX_RANGE:
            self.fail(f"{said}: at most {MAX_RANGE}", node.column)
        # A short one stays written out, as its terms may be whole beyond the digits of floats.
        worthwhile = len(run) > (1 if self.indices else MAX_BLOCK)
        if worthwhile and (total := self.folded(node, run, said)):
            return total
        if len(run) > MAX_TERMS:
            self.fail(
                f"{said}, which depend on more than {index!r} and constants: such a sum or "
                f"product is written out, up to {MAX_TERMS} terms",
                node.column,
            )
        terms = []
        for value in run:
            self.indices[index] = _number(value)
            self.check_size(node.column)
            term = self.selected(node)
            if term is not None:
                terms.append(term)
        self.indices.pop(index, None)
        operator = "+" if node.operator == "sum" else "*"
        if len(terms) > MAX_BLOCK:
            starts = range(0, len(terms), MAX_BLOCK)
            terms = [_chain(operator, terms[i : i + MAX_BLOCK]) for i in starts]
        return _chain(operator, terms) if terms else _neutral(node.operator)

    def check_size(self, column: int) -> None:
        if self.budget < 0:
            self.fail("the expression is too large when written out", column)
        if self.allowance.written < 0:
            self.fail("the model's expressions are too large when written out", column)

    def folded(self, node: Reduction, run: range, said: str) -> Node | None:
        """Return what a reduction of numbers is worth, None where it depends on more."""
        index = Symbol("argument", node.index)
        self.indices[node.index] = index
        self.check_size(node.column)
        try:
            term = self.visit(node.body)
            if node.condition is not None:
                condition = self.visit(node.condition)
                term = Conditional(term, condition, _neutral(node.operator))
        except ExpressionError:
            if len(run) > MAX_TERMS:
                raise
            # A range may depend on the index; what else is wrong is said of the terms written out.
            return None
        finally:
            del self.indices[node.index]
        if not run or not is_foldable(term, index, self.values):
            return None
        self.allowance.added -= (size(term) + 2) * len(run)
        if self.allowance.added < 0:
            self.fail(f"{said}: the sums of one model take too many operations", node.column)
        try:
            total = folded(node.operator, term, index, run, self.values)
            return as_number(total, term)
        except ExpressionError as error:
            self.fail(f"{said}: {error}", node.column)

    def selected(self, node: Reduction) -> Node | None:
        if node.condition is None:
            return self.visit(node.body)
        condition = self.visit(node.condition)
        known = constant_value(condition, self.values)
        if known is None:
            return Conditional(self.visit(node.body), condition, _neutral(node.operator))
        return self.visit(node.body) if known else None

    def bound(self, node: Node, column: int) -> int:
        value = constant_value(self.visit(node), self.values)
        if value is None or not value.is_integer() or abs(value) > 1e9:
            self.fail("the bounds and the step of range are whole numbers or constants", column)
        return int(value)


def _chain(operator: str, terms: list[Node]) -> Node:
    if len(terms) == 1:
        return terms[0]
    return Chain(terms[0], tuple((operator, term) for term in terms[1:]))


def _neutral(operator: str) -> Node:
    return _number(0 if operator == "sum" else 1)


def _number(value: int) -> Node:
    return Number(float(value), value) if value >= 0 else Negate(Number(float(-value), -value))
