"""The array layout: vectors are rows of one block of memory, for models of many variables.

Every function of the tuple layout is translated: where that returns the components of a vector,
this one writes them into a row of its own and returns the row.  The formulas are the same texts,
in the same order, so both layouts give the same bits.
"""

import ast
import re
from collections.abc import Mapping, Sequence

from engine.model.integers import UNDEFINED
from engine.runner.rolling import roll, rolled_runs

__all__ = [
    "ALIGNMENT",
    "STORE",
    "aligned",
    "array_model_function",
    "array_symbol",
    "as_array_function",
    "error_ratio",
]

# The two arguments that a function with rows of its own takes besides: the block, and the place
# of its first row.
STORE = ("row_store", "row_at")
# Rows begin at multiples of so many numbers of 8 bytes: a cache line, the widest register.
ALIGNMENT = 8
# Sums of at least so many terms are summed up in a loop.
LEAST_TERMS = 8


def _defined(name: str, arguments: str, lines: Sequence[str]) -> str:
    """Write the definition of a function."""
    body = "\n".join(f"    {line}" for text in lines for line in text.splitlines())
    return f"def {name}({arguments}):\n{body}"


def aligned(size: int) -> int:
    """Round a number of numbers up to whole cache lines."""
    return -(-size // ALIGNMENT) * ALIGNMENT


def _rows(components: int, count: int) -> list[str]:
    store, at = STORE
    return [
        f"out{m} = view({store}, {at} + {m * aligned(components)}, {components})"
        if m
        else f"out{m} = view({store}, {at}, {components})"
        for m in range(count)
    ]


def _returned(count: int, nested: bool) -> str:
    if not nested:
        return "return out0"
    return f"return ({', '.join(f'out{m}' for m in range(count))},)"


def _vectors_returned(function: ast.FunctionDef, components: int) -> tuple[int, bool]:
    """Tell how many vectors of so many components a layout function returns, and if in a tuple."""
    last = function.body[-1]
    if isinstance(last, ast.Return) and isinstance(last.value, ast.Tuple) and last.value.elts:
        elements = last.value.elts
        if all(isinstance(e, ast.Tuple) and len(e.elts) == components for e in elements):
            return len(elements), True
        if len(elements) == components and not any(isinstance(e, ast.Tuple) for e in elements):
            return 1, False
    return 0, False


def as_array_function(text: str, components: int) -> tuple[str, int]:
    """Translate a function of the tuple layout.

    Parameters
    ----------
    text : str
        Its definition: assignments, then one ``return``.
    components : int
        Components of a vector.

    Returns
    -------
    tuple of (str, int)
        The definition, and the number of rows it needs of its own.
    """
    function = ast.parse(text).body[0]
    assert isinstance(function, ast.FunctionDef)
    count, nested = _vectors_returned(function, components)
    arguments = ast.unparse(function.args)
    *body, last = function.body
    lines = roll([ast.unparse(statement) for statement in body])
    if count:
        assert isinstance(last, ast.Return)
        assert isinstance(last.value, ast.Tuple)
        vectors = last.value.elts if nested else [last.value]
        stores = []
        for m, vector in enumerate(vectors):
            assert isinstance(vector, ast.Tuple)
            stores += [f"out{m}[{i}] = {ast.unparse(e)}" for i, e in enumerate(vector.elts)]
        lines = [*_rows(components, count), *lines, *roll(stores), _returned(count, nested)]
        arguments = ", ".join([arguments, *STORE])
    elif isinstance(last, ast.Return):
        lines += _with_sums_rolled(last)
    else:
        lines = roll([ast.unparse(statement) for statement in function.body])
    return _defined(function.name, arguments, lines), count


def _terms(node: ast.expr) -> list[tuple[str, ast.expr]]:
    """Flatten a sum into its terms from left to right, each with its sign."""
    terms: list[tuple[str, ast.expr]] = []
    while isinstance(node, ast.BinOp) and isinstance(node.op, ast.Add | ast.Sub):
        terms.append(("+" if isinstance(node.op, ast.Add) else "-", node.right))
        node = node.left
    return [("", node), *reversed(terms)]


class _SumFinder(ast.NodeTransformer):
    """Replace a long sum by a name and remember its terms."""

    def __init__(self) -> None:
        self.terms: list[tuple[str, ast.expr]] = []

    def visit_BinOp(self, node: ast.BinOp) -> ast.expr:
        terms = _terms(node)
        if not self.terms and len(terms) >= LEAST_TERMS:
            self.terms = terms
            return ast.Name("total", ast.Load())
        self.generic_visit(node)
        return node


def _with_sums_rolled(last: ast.Return) -> list[str]:
    finder = _SumFinder()
    rest = ast.unparse(finder.visit(last))
    statements = []
    for sign, term in finder.terms:
        value = ast.unparse(term)
        if isinstance(term, ast.BinOp) and isinstance(term.op, ast.Add | ast.Sub):
            value = f"({value})"
        statements.append(f"total = total {sign} {value}" if sign else f"total = {value}")
    return [*roll(statements), rest]


def array_model_function(
    name: str,
    arguments: str,
    prelude: Sequence[str],
    results: Sequence[str],
    places: Mapping[str, str],
) -> str:
    """Write a function that returns a vector of the model's expressions.

    Parameters
    ----------
    name, arguments : str
        Of the function.
    prelude : sequence of str
        Assignments that the expressions build on.
    results : sequence of str
        One expression a component.
    places : mapping of str to str
        Where the values of the names in the expressions are: ``{"s_x": "y[0]"}``.
    """

    def placed(text: str) -> str:
        return re.sub(r"\b[splv]_\w+\b", lambda match: places.get(match[0], match[0]), text)

    stores = [f"out0[{i}] = {result}" for i, result in enumerate(results)]
    lines: list[str] = []
    done = 0
    for start, end, loop in rolled_runs([placed(store) for store in stores]):
        lines += [*stores[done:start], *loop]
        done = end
    lines += stores[done:]
    # All that a store might change, for all a compiler knows, is read before the first one.
    fixed = [line for line in lines if not line.startswith(("out0[", "for ", "    "))]
    lines = [line for line in lines if line not in fixed]
    named = "\n".join([*prelude, *lines])
    used = set(re.findall(r"\b[splv]_\w+\b", named))
    bindings = [f"{variable} = {place}" for variable, place in places.items() if variable in used]
    head = [*_rows(len(results), 1), *bindings, *dict.fromkeys(fixed), *prelude]
    body = [*head, *lines, "return out0"]
    return _defined(name, ", ".join([arguments, *STORE]), body)


def array_symbol(
    name: str, n: int, components: int, memory_rows: int, whole: bool = False
) -> tuple[str, int] | None:
    """Return a layout symbol that is not translated but written for arrays, and its rows."""
    if name in ("keep_state", "keep_previous"):
        body = [*_rows(components, 1), f"for i in range({components}):", "    out0[i] = y[i]"]
        return _defined(name, ", ".join(["y", *STORE]), [*body, "return out0"]), 1
    if name == "keep_memory" and memory_rows:
        return _keep_memory(components, memory_rows), memory_rows
    if name == "is_finite":
        # As in the sum of the tuple layout, only an infinity or nan is not 0 off itself; counted
        # in integers, because these may be added in any order.
        lost = f"y[i] == {UNDEFINED}" if whole else "y[i] - y[i] != 0.0"
        body = ["lost = 0", f"for i in range({n}):", f"    lost += {lost}"]
        return _defined(name, "y", [*body, "return lost == 0"]), 0
    if name in ("error_norm", "scaled_norm"):
        body = [
            "total = 0.0",
            f"for i in range({n}):",
            f"    e = {error_ratio('i')}",
            "    total = total + e * e",
            f"return sqrt(total * {1.0 / n!r})",
        ]
        return _defined(name, "error, y, y_new, rtol, atol", body), 0
    return None


def error_ratio(i: object) -> str:
    """Write the error of a component in units of its tolerance."""
    return f"div(error[{i}], atol + rtol * max(abs(y[{i}]), abs(y_new[{i}])))"


def _keep_memory(components: int, rows: int) -> str:
    """Write the copy of a memory; rows may trade places: all are read before any is written."""
    body = _rows(components, rows)
    body += [f"in{m} = step_memory[{m}]" for m in range(rows)]
    body.append(f"for i in range({components}):")
    body += [f"    v{m} = in{m}[i]" for m in range(rows)]
    body += [f"    out{m}[i] = v{m}" for m in range(rows)]
    arguments = ", ".join(["step_memory", *STORE])
    return _defined("keep_memory", arguments, [*body, _returned(rows, nested=True)])
