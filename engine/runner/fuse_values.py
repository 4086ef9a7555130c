"""Values of a function that is being written as one of scalars: expressions, and tuples of them."""

import ast
import operator
from collections.abc import Callable, Mapping, Sequence

# A scalar expression, or a tuple of such values.
Value = ast.expr | tuple["Value", ...]
Copies = list[tuple[str, ast.expr]]

_EXACT: Mapping[type[ast.operator], Callable[[float, float], float]] = {
    ast.Add: operator.add,
    ast.Sub: operator.sub,
    ast.Mult: operator.mul,
    ast.Div: operator.truediv,
}


def stored(name: str, value: Value, copies: Copies) -> Value:
    """Return names for all parts of a value, and note what they are copied from."""
    if isinstance(value, tuple):
        return tuple(stored(f"{name}__{i}", part, copies) for i, part in enumerate(value))
    copies.append((name, value))
    return ast.Name(name, ast.Load())


def assignment(name: str, value: ast.expr) -> ast.stmt:
    return ast.Assign([ast.Name(name, ast.Store())], value)


def scalar(value: Value) -> ast.expr:
    """Return a value as one expression; a vector becomes a tuple display."""
    if isinstance(value, tuple):
        return ast.Tuple([scalar(part) for part in value], ast.Load())
    return value


def is_atomic(value: Value) -> bool:
    if isinstance(value, tuple):
        return all(map(is_atomic, value))
    return isinstance(value, ast.Name | ast.Constant)


def is_stable(value: Value, own: set[str]) -> bool:
    """Tell whether a value needs no copy: names alone, none of which its function changes."""
    return is_atomic(value) and not own.intersection(leaves(value))


def leaves(value: Value) -> list[str]:
    if isinstance(value, tuple):
        return [name for part in value for name in leaves(part)]
    return [value.id] if isinstance(value, ast.Name) else []


def names_in(node: ast.AST) -> set[str]:
    return {n.id for n in ast.walk(node) if isinstance(n, ast.Name)}


def form(value: Value) -> object:
    return tuple(map(form, value)) if isinstance(value, tuple) else None


def folded(op: ast.boolop, values: Sequence[ast.expr]) -> ast.expr:
    """Return ``and`` or ``or`` without the flags in it."""
    decisive = isinstance(op, ast.Or)
    rest = []
    for value in values:
        if not isinstance(value, ast.Constant):
            rest.append(value)
        elif bool(value.value) is decisive:
            return ast.Constant(decisive)
    if not rest:
        return ast.Constant(not decisive)
    return rest[0] if len(rest) == 1 else ast.BoolOp(op, rest)


def read_from(values: Sequence[Value], arrays: set[str]) -> bool:
    """Tell whether the one value is an item of one of the arrays."""
    if len(values) != 1 or not isinstance(values[0], ast.Subscript):
        return False
    base = values[0].value
    return isinstance(base, ast.Name) and base.id in arrays


def computed(node: ast.BinOp) -> ast.expr:
    """Return an operation on two literals as its result; Python rounds as compiled code does."""
    left, right = node.left, node.right
    if not isinstance(left, ast.Constant) or not isinstance(right, ast.Constant):
        return node
    a, b = left.value, right.value
    if type(node.op) not in _EXACT or not isinstance(a, float) or not isinstance(b, float):
        return node
    if isinstance(node.op, ast.Div) and b == 0.0:
        return node
    return ast.Constant(_EXACT[type(node.op)](a, b))


def without_unread(function: ast.FunctionDef) -> ast.FunctionDef:
    """Drop the assignments to names on which nothing depends.

    A row of the stepper's memory that this unit keeps for nobody is dropped too: rows that only
    dense output reads, where there is none.  Whatever changes the unit of a run restarts the
    memory.
    """
    sources: dict[str, set[str]] = {}
    roots: set[str] = set()
    stores = []
    for node in ast.walk(function):
        if isinstance(node, ast.Assign) and isinstance(node.targets[0], ast.Name):
            sources.setdefault(node.targets[0].id, set()).update(names_in(node.value))
        elif isinstance(node, ast.Assign) and _is_memory(node.targets[0]):
            stores.append(node)
        elif isinstance(node, ast.If | ast.While):
            roots |= names_in(node.test)
        elif isinstance(node, ast.For):
            roots |= names_in(node.iter)
        elif isinstance(node, ast.stmt) and not isinstance(node, ast.FunctionDef):
            roots |= names_in(node)
    read = _reached(roots, sources)
    stores = [node for node in stores if names_in(node.value) <= read | {"float"}]
    for node in stores:
        roots |= names_in(node)
    return _Sweep(_reached(roots, sources), stores).visit(function)  # type: ignore[no-any-return]


def _is_memory(target: ast.expr) -> bool:
    return (
        isinstance(target, ast.Subscript)
        and isinstance(target.value, ast.Name)
        and target.value.id == "memory"
    )


def _reached(roots: set[str], sources: Mapping[str, set[str]]) -> set[str]:
    reached: set[str] = set()
    ahead = list(roots)
    while ahead:
        name = ahead.pop()
        if name not in reached:
            reached.add(name)
            ahead += sources.get(name, ())
    return reached


class _Sweep(ast.NodeTransformer):
    """Remove assignments to unread names, and stores to memory other than the given ones."""

    def __init__(self, read: set[str], stores: Sequence[ast.Assign]) -> None:
        self._read = read
        self._stores = stores

    def visit_Assign(self, node: ast.Assign) -> ast.Assign | None:
        target = node.targets[0]
        if _is_memory(target):
            return node if node in self._stores else None
        return None if isinstance(target, ast.Name) and target.id not in self._read else node

    def visit_If(self, node: ast.If) -> ast.If | None:
        self.generic_visit(node)
        node.body = node.body or [ast.Pass()]
        return node if node.orelse or not isinstance(node.body[0], ast.Pass) else None

    def visit_While(self, node: ast.While) -> ast.While:
        self.generic_visit(node)
        node.body = node.body or [ast.Pass()]
        return node

    def visit_For(self, node: ast.For) -> ast.For | None:
        self.generic_visit(node)
        return node if node.body else None
