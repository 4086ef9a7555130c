"""Give every call that returns a vector a row of its own, in the array layout.

A step runs each of its calls once, so that a row is written once a step, and nothing is
allocated while a runner runs.
"""

import ast
from collections.abc import Collection, Mapping, Sequence

from engine.runner.arrays import STORE, aligned

__all__ = ["place_rows", "with_rows"]


def place_rows(functions: Sequence[ast.FunctionDef], *, stride: int, first: int) -> int:
    """Add the two row arguments to every call that needs them, in place.

    A vector alone is returned in a tuple, which compiled code can return without counting its
    users.

    Parameters
    ----------
    functions : sequence of ast.FunctionDef
        Every function of a unit.  Those of the array layout take the row arguments already.
    stride : int
        Numbers from one row to the next.
    first : int
        The first free number of the block that `run` receives as ``memory``.

    Returns
    -------
    int
        Numbers in the block that `run` needs, `first` included.
    """
    by_name = {function.name: function for function in functions}
    needs = {name: _own_rows(f, stride) for name, f in by_name.items() if _takes_rows(f)}

    def needed(name: str) -> int:
        if name not in needs:
            needs[name] = 0
            if name in by_name:
                needs[name] = sum(needed(callee) for callee in _callees(by_name[name]))
        return needs[name]

    concerned = [function for function in functions if needed(function.name)]
    wrapped = {f.name for f in concerned if f.name != "run" and _returns_bare(f)}
    for function in concerned:
        _Placement(function, needs, wrapped, (stride, first)).visit(function)
    return first + stride * needs.get("run", 0)


def _callees(function: ast.FunctionDef) -> list[str]:
    calls = (node for node in ast.walk(function) if isinstance(node, ast.Call))
    return [call.func.id for call in calls if isinstance(call.func, ast.Name)]


def _returns_bare(function: ast.FunctionDef) -> bool:
    returns = [node for node in ast.walk(function) if isinstance(node, ast.Return)]
    return not all(isinstance(node.value, ast.Tuple) for node in returns)


class _Placement(ast.NodeTransformer):
    """Hand rows on to the calls of one function."""

    def __init__(
        self,
        function: ast.FunctionDef,
        needs: Mapping[str, int],
        wrapped: Collection[str],
        place: tuple[int, int],
    ) -> None:
        self._needs = needs
        self._wrapped = wrapped
        self._name = function.name
        self._stride, first = place
        self._kept: dict[str, int] = {}
        self._is_run = function.name == "run"
        self._is_placed = _takes_rows(function)
        self._used = first if self._is_run else 0
        if not self._is_run and not self._is_placed:
            function.args.args += [ast.arg(name) for name in STORE]

    def visit_Call(self, node: ast.Call) -> ast.expr:
        self.generic_visit(node)
        rows = self._needs.get(node.func.id, 0) if isinstance(node.func, ast.Name) else 0
        if not rows or self._is_placed:
            return node
        assert isinstance(node.func, ast.Name)
        node.args += self._place(node.func.id, rows)
        if node.func.id in self._wrapped:
            return ast.Subscript(node, ast.Constant(0), ast.Load())
        return node

    def visit_Return(self, node: ast.Return) -> ast.Return:
        self.generic_visit(node)
        if self._name in self._wrapped and node.value is not None:
            node.value = ast.Tuple([node.value], ast.Load())
        return node

    def _place(self, callee: str, rows: int) -> list[ast.expr]:
        at = self._used
        keeper = callee.partition("_")[2] if callee.startswith(_KEEPERS) else None
        if keeper in self._kept:
            at = self._kept[keeper]
        else:
            self._used += rows * self._stride
            if keeper is not None:
                self._kept[keeper] = at
        if self._is_run:
            return [ast.Name("memory", ast.Load()), ast.Constant(at)]
        place = ast.BinOp(ast.Name(STORE[1], ast.Load()), ast.Add(), ast.Constant(at))
        return [ast.Name(STORE[0], ast.Load()), place]


# What is unpacked and what is kept is one variable of `run`: at one place, which a compiler knows.
_KEEPERS = ("unpack_", "keep_")


def with_rows(parts: Sequence[str], *, components: int, memory_rows: int) -> tuple[list[str], int]:
    """Place the rows of a whole unit.

    Parameters
    ----------
    parts : sequence of str
        The unit's texts, with the array layout's functions among them.
    components, memory_rows : int
        Components of a vector, and vectors of stepper memory, which come first in the block.

    Returns
    -------
    tuple of (list of str, int)
        The texts, and the rows of the block.
    """
    trees = [ast.parse(part) for part in parts]
    functions = [node for tree in trees for node in tree.body if isinstance(node, ast.FunctionDef)]
    stride, first = aligned(components), aligned(memory_rows * components)
    size = place_rows(functions, stride=stride, first=first)
    rows = -(-size // components)
    return [ast.unparse(tree) for tree in trees], rows


def _takes_rows(function: ast.FunctionDef) -> bool:
    return tuple(argument.arg for argument in function.args.args[-len(STORE) :]) == STORE


def _own_rows(function: ast.FunctionDef, stride: int) -> int:
    """Count the rows of a function's views; one of more numbers than a row takes several."""
    rows = 0
    for node in function.body:
        match node:
            case ast.Assign(value=ast.Call(func=ast.Name(id="view"), args=[*_, length])):
                size = length.value if isinstance(length, ast.Constant) else 1
                rows += -(-size // stride) if isinstance(size, int) else 1
    return rows
