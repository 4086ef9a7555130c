"""The tuple layout: vectors are tuples of scalars that live in registers.

Every function here returns the source of one symbol of a unit, written out for the number of
components.  Steppers and the template call the symbols by name and never see the layout.

For models of many variables `engine.runner.arrays` translates these very texts into functions
of arrays.  For that a function that returns vectors is written as assignments followed by one
``return`` of a tuple of components, or of several such tuples.
"""

import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from functools import cache

from engine.model.integers import UNDEFINED
from engine.runner.arrays import error_ratio

# Measured: up to this many components both are as quick; beyond, loops over arrays win, by a factor
# of two at 20, and compile in half the time.
TUPLE_COMPONENTS = 12
MAX_STATES = 1000
MAX_COMPONENTS_WITH_EVENTS = 128


@dataclass(frozen=True, kw_only=True)
class Shape:
    """Give the sizes that a unit is written out for.

    Attributes
    ----------
    n : int
        State variables.
    tangents : int
        Tangent vectors carried along.
    n_params : int
        Parameters.
    lags : int
        Delayed states, which stand behind the parameters.
    memory_rows : int
        Vectors of stepper memory.
    events : bool
        The model has events, which move tangent vectors in tuples only.
    always_arrays : bool
        The stepper is written for arrays.
    whole : bool
        States and parameters are whole numbers.
    """

    n: int
    tangents: int
    n_params: int
    memory_rows: int
    lags: int = 0
    events: bool = False
    always_arrays: bool = False
    whole: bool = False

    @property
    def extended(self) -> int:
        """Return the number of components of the state with its tangent vectors."""
        return self.n * (1 + self.tangents)

    @property
    def given(self) -> int:
        """Return the length of the vector of parameters and delayed states."""
        return max(self.n_params + self.lags, 1)

    @property
    def arrays(self) -> bool:
        """Tell whether vectors are arrays instead of tuples of scalars."""
        written_for_tuples = self.events and self.tangents > 0
        wanted = self.always_arrays or self.extended > TUPLE_COMPONENTS
        return wanted and not written_for_tuples


def pack(items: Iterable[str]) -> str:
    """Write a tuple display that is a tuple at every length."""
    listed = list(items)
    if len(listed) == 1:
        return f"({listed[0]},)"
    return f"({', '.join(listed)})"


def define(name: str, arguments: str, lines: Sequence[str]) -> str:
    """Write a function definition."""
    body = "\n".join(f"    {line}" for line in lines)
    return f"def {name}({arguments}):\n{body}"


def _begin_tangents(shape: Shape) -> str:
    """Write what puts a fresh memory where the present one is nan: of new tangent vectors."""
    vectors = [
        pack(
            f"memory[{m}][{i}] if memory[{m}][{i}] == memory[{m}][{i}] else begun[{m}][{i}]"
            for i in range(shape.extended)
        )
        for m in range(shape.memory_rows)
    ]
    return define("begin_tangents", "memory, begun", ["return " + pack(vectors)])


_KEPT_ROWS = {"previous": "PREVIOUS", "mark": "STIFF_MARK", "rejected": "REJECTED"}


def _store_row(name: str, row: str, n: int) -> str:
    """Write the function that puts a state into a row of ``state``."""
    return define(name, "y, state", [f"state[{row}, {i}] = y[{i}]" for i in range(n)])


@cache
def _entry(shape: Shape) -> dict[str, str]:
    """Write the symbols that carry values between the arrays and the loop."""
    states, extended = range(shape.n), range(shape.extended)
    tangent_values = [f"float(analysis_ws[{i}])" for i in range(shape.n * shape.tangents)]
    store_tangent = [
        f"analysis_ws[{i}] = y[{shape.n + i}]" for i in range(shape.n * shape.tangents)
    ]
    number = "int" if shape.whole else "float"
    given = [f"{number}(params[{i}])" for i in range(shape.given)]
    kept = [f"params[{i}] = p[{i}]" for i in range(shape.n_params)]
    rows = range(shape.memory_rows)

    def unpacked(row: str) -> str:
        return "return " + pack([f"{number}(state[{row}, {i}])" for i in states] + tangent_values)

    return {
        "unpack_params": define("unpack_params", "params", [f"return {pack(given)}"]),
        "store_params": define("store_params", "p, params", kept or ["return"]),
        "unpack_state": define("unpack_state", "state, analysis_ws", [unpacked("CURRENT")]),
        "unpack_previous": define("unpack_previous", "state, analysis_ws", [unpacked("PREVIOUS")]),
        "store_state": define(
            "store_state",
            "y, state, analysis_ws",
            [f"state[CURRENT, {i}] = y[{i}]" for i in states] + store_tangent,
        ),
        **{
            f"store_{what}": _store_row(f"store_{what}", row, shape.n)
            for what, row in _KEPT_ROWS.items()
        },
        # Tuples are values: they outlive the step as they are.
        **{name: define(name, "y", ["return y"]) for name in ("keep_state", "keep_previous")},
        "keep_memory": define("keep_memory", "step_memory", ["return step_memory"]),
        "begin_tangents": _begin_tangents(shape),
        "unpack_memory": define(
            "unpack_memory",
            "memory",
            ["return " + pack(pack(f"{number}(memory[{m}, {i}])" for i in extended) for m in rows)],
        ),
        "store_memory": define(
            "store_memory",
            "step_memory, memory",
            [f"memory[{m}, {i}] = step_memory[{m}][{i}]" for m in rows for i in extended]
            or ["return"],
        ),
    }


@cache
def _fixed_operations(shape: Shape) -> dict[str, str]:
    """Write the vector operations of one form each."""
    extended = range(shape.extended)
    # The error and the blow-up test see the state only: tangents never steer the orbit.
    ratios = [f"e{i} = {error_ratio(i)}" for i in range(shape.n)]
    squares = " + ".join(f"e{i} * e{i}" for i in range(shape.n))
    return {
        "axpy": define(
            "axpy", "y, a, k", ["return " + pack(f"y[{i}] + a * k[{i}]" for i in extended)]
        ),
        "product": define(
            "product", "a, b", ["return " + pack(f"a[{i}] * b[{i}]" for i in extended)]
        ),
        "keep": define("keep", "y", ["return " + pack(f"y[{i}]" for i in extended)]),
        "blend": define(
            "blend",
            "y0, y1, a",
            ["b = 1.0 - a", "return " + pack(f"b * y0[{i}] + a * y1[{i}]" for i in extended)],
        ),
        # Tangent vectors stay as they are: they are no states.
        "rounded": define(
            "rounded",
            "y",
            ["return " + pack(f"single(y[{i}])" if i < shape.n else f"y[{i}]" for i in extended)],
        ),
        **{
            name: define(
                name,
                "error, y, y_new, rtol, atol",
                [*ratios, f"return sqrt(({squares}) * {1.0 / shape.n!r})"],
            )
            for name in ("error_norm", "scaled_norm")
        },
        # A vector that carries a number where tangent operations leave it alone.
        "counting": define(
            "counting", "a", ["return " + pack("0.0" if i else "a" for i in extended)]
        ),
        "is_finite": define("is_finite", "y", [f"return {_all_finite(shape)}"]),
    }


def _all_finite(shape: Shape) -> str:
    if shape.whole:
        return " and ".join(f"y[{i}] != {UNDEFINED}" for i in range(shape.n))
    return " + ".join(f"(y[{i}] - y[{i}])" for i in range(shape.n)) + " == 0.0"


def _linear_combination(name: str, shape: Shape) -> str | None:
    """Write ``combineM(y, h, c1, k1, ...)`` = y + h Σ c k, or ``weightedM(h, c1, k1, ...)``."""
    match = re.fullmatch(r"(combine|weighted)([1-9]\d?)", name)
    if match is None:
        return None
    last, components = int(match[2]), range(shape.extended)
    arguments = ", ".join(f"c{j}, k{j}" for j in range(1, last + 1))

    def total(i: int, stages: range) -> str:
        return " + ".join(f"c{j} * k{j}[{i}]" for j in stages)

    if match[1] == "weighted":
        items = [f"h * ({total(i, range(1, last + 1))})" for i in components]
        return define(name, f"h, {arguments}", ["return " + pack(items)])
    # The latest stage enters by itself: the sum of the others need not wait for it.
    weight = f"b = h * c{last}"
    earlier = range(1, last)
    items = [
        f"y[{i}] + h * ({total(i, earlier)}) + b * k{last}[{i}]"
        if earlier
        else f"y[{i}] + b * k{last}[{i}]"
        for i in components
    ]
    return define(name, f"y, h, {arguments}", [weight, "return " + pack(items)])


def vector_symbol(name: str, shape: Shape) -> str | None:
    """Return the source of a layout symbol, or None when the name is not one."""
    symbols = _entry(shape) | _fixed_operations(shape)
    return symbols.get(name) or _linear_combination(name, shape)
