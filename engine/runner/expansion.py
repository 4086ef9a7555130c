"""Write the functions by which the `taylor` stepper expands the orbit of a model.

The coefficients of the extended state stand at the beginning of the block of memory, where they
stay from step to step: first a few numbers of the stepper's own, then a row of `ROW` coefficients
for each component.  Those of the operations in between are worked out beside them.
"""

import re
from collections.abc import Sequence
from dataclasses import dataclass, field
from functools import cached_property

from engine.model import Model
from engine.model.analytic import time_and_states
from engine.model.arithmetic import composed_closure
from engine.model.nodes import Node, Symbol, is_condition
from engine.model.operations import Operation, Operations, Value
from engine.model.render import Renderer
from engine.runner.arrays import aligned
from engine.runner.bindings import composed_sources, definitions
from engine.runner.layout import Shape, define
from engine.runner.plan import UnitPlan
from engine.runner.rolling import roll
from engine.runner.series import RECURRENCES, Recurrence, Row
from engine.steppers.stepper import function_source
from engine.steppers.taylor import HEAD, MAX_ORDER

__all__ = ["expansion_functions"]

# Numbers in the row of one component: the orders 0 to MAX_ORDER, and a 0 after the last in use.
ROW = MAX_ORDER + 2
# Sums that share a loop, so that they stay in registers.
SUMS_IN_A_LOOP = 5
# With more operations their values are items of arrays, and alike statements become loops.
NAMED_OPERATIONS = 60


def expansion_functions(plan: UnitPlan) -> list[str]:
    """Write ``taylor_expand``, ``taylor_table``, ``taylor_sum`` and ``taylor_remainder``."""
    shape = plan.shape
    components = shape.extended
    size = HEAD + ROW * components
    table = f"c = view(row_store, 0, {size})"
    return [
        *_Expansion(plan.model, shape).functions(),
        define("taylor_table", "row_store, row_at", [table, "return c"]),
        define(
            "taylor_sum",
            "h, row_store, row_at",
            [
                f"out0 = view(row_store, row_at, {components})",
                table,
                "half = (int(c[0]) + 1) // 2",
                "square = h * h",
                f"for i in range({components}):",
                f"    at = {ROW} * i + {HEAD}",
                "    even = 0.0",
                "    odd = 0.0",
                "    for k in range(half, 0, -1):",
                "        even = c[at + 2 * k] + square * even",
                "        odd = c[at + 2 * k - 1] + square * odd",
                "    out0[i] = c[at] + (h * odd + square * even)",
                "return out0",
            ],
        ),
        define(
            "taylor_remainder",
            "h, row_store, row_at",
            [
                f"out0 = view(row_store, row_at, {components})",
                table,
                "order = int(c[0])",
                "power_of_h = h",
                "for _ in range(order - 2):",
                "    power_of_h = power_of_h * h",
                f"for i in range({components}):",
                f"    at = {ROW} * i + {HEAD} + order",
                "    out0[i] = power_of_h * (abs(c[at - 1]) + abs(h * c[at]))",
                "return out0",
            ],
        ),
    ]


def _decomposed(model: Model, shape: Shape) -> tuple[list[Operation], list[Value]]:
    """Take the right-hand sides of the extended state apart."""
    operations = Operations(model)
    known = time_and_states(operations, 1 + shape.tangents)
    known[Symbol("time", "t")] = operations.place(Operation("time"))
    results = [operations.value(tree, known) for tree in model.resolved_rhs]
    if shape.tangents:
        temporaries, products = model.derivatives.tangent_trees
        for vector in range(shape.tangents):
            for i, name in enumerate(model.state_names):
                known[Symbol("tangent", name)] = shape.n * (1 + vector) + i
            for name, tree in temporaries:
                known[Symbol("temporary", name)] = operations.value(tree, known)
            results += [operations.value(tree, known) for tree in products]
    return operations.listed, results


@dataclass
class _Expansion:
    """Writes the function that finds all coefficients at one point."""

    model: Model
    shape: Shape
    lines: list[str] = field(default_factory=list)

    def __post_init__(self) -> None:
        self.operations, self.results = _decomposed(self.model, self.shape)
        self.renderer = Renderer(values=self.model.constant_values, table=self.model.function_table)
        self.recurrences: list[Recurrence | None] = [
            None if made.kind == "state" else RECURRENCES[made.kind](place, made)
            for place, made in enumerate(self.operations)
        ]
        self.arrays = len(self.operations) > NAMED_OPERATIONS
        # How the constants of operations are written.
        self.constants: dict[int, str] = {}

    @cached_property
    def sums(self) -> dict[tuple[Row, Row], int]:
        """Number the sums of all recurrences, equal ones once."""
        found: dict[tuple[Row, Row], int] = {}
        for recurrence in self.recurrences:
            for each in recurrence.sums if recurrence else ():
                found.setdefault(each, len(found))
        return found

    @cached_property
    def rows(self) -> dict[Row, str]:
        """Tell where each row begins: in the table, else in a block of the function's own."""
        places: dict[Row, str] = {}
        extended = self.shape.extended
        for pair in self.sums:
            for row in pair:
                if row[0] < extended and not row[1]:
                    places.setdefault(row, f"c {HEAD + ROW * row[0]}")
                else:
                    own = sum(place.startswith("u") for place in places.values())
                    places.setdefault(row, f"u {ROW * own}")
        return places

    def item(self, row: Row, index: str) -> str:
        block, at = self.rows[row].split()
        return f"{block}[{index} + {at}]"

    def name(self, kind: str, number: int) -> str:
        return f"{kind}[{number}]" if self.arrays else f"{kind}_{number}"

    def fixed(self, node: Node, condition: bool = False) -> str:
        """Write what does not depend on the order."""
        write = self.renderer.condition if condition or is_condition(node) else self.renderer.number
        return re.sub(r"\bw_(\d+)\b", lambda m: self.name("w", int(m[1])), write(node))

    def filled(self, text: str, place: int) -> str:
        """Write a text of a recurrence for one operation."""
        made, recurrence = self.operations[place], self.recurrences[place]
        names = {"z": self.name("w", place), "c": self.constants.get(place, "")}
        for j, operand in enumerate(made.operands):
            names[f"z{j}"] = self.name("w", operand)
        for j, each in enumerate(recurrence.sums if recurrence else ()):
            names[f"s{j}"] = self.name("s", self.sums[each])
        for j in range(len(recurrence.factors) if recurrence else 0):
            names[f"f{j}"] = f"f{j}_{place}" if not self.arrays else f"f{j}[{place}]"
        for name, at in (("a", made.operands[:1]), ("own", (place,))):
            names[name] = "".join(self.rows.get((j, False), "").replace(" ", ", ") for j in at)
        coefficients = [self.name("v", operand) for operand in made.operands]
        return text.format(*coefficients, **names)

    def functions(self) -> list[str]:
        """Write the function, after those that it calls."""
        head = self._head()
        begin = self._begin()
        body = [*head, *begin, *self._loop()]
        composed = composed_sources(composed_closure(self.renderer.composed))
        called = definitions("\n\n".join(self.renderer.definitions.values()))
        own = dict.fromkeys(f for r in self.recurrences if r for f in r.functions)
        return [
            *composed,
            *called,
            *(function_source(f) for f in own),
            define("taylor_expand", "t, y, p, order, row_store, row_at", body),
        ]

    def _head(self) -> list[str]:
        count = len(self.operations)
        own = sum(place.startswith("u") for place in self.rows.values())
        blocks = [("u", max(1, own * ROW))]
        if self.arrays:
            blocks += [("w", count), ("v", count), ("s", max(1, len(self.sums)))]
            blocks += [("r", max(1, len(self.sums))), ("n", self.shape.extended)]
            deepest = max((len(r.factors) for r in self.recurrences if r), default=0)
            blocks += [(f"f{j}", count) for j in range(deepest)]
        lines, at = [], 0
        for name, size in blocks:
            lines.append(f"{name} = view(row_store, row_at + {at}, {size})")
            at += self._rounded(size)
        lines.append(f"c = view(row_store, 0, {HEAD + ROW * self.shape.extended})")
        return lines

    def _rounded(self, size: int) -> int:
        stride = aligned(self.shape.extended)
        return -(-size // stride) * stride

    def _begin(self) -> list[str]:
        """Write the coefficients of order 0, the factors, and the state's of order 1."""
        worths, factors = [], []
        named: dict[str, str] = {}
        for place, (made, recurrence) in enumerate(
            zip(self.operations, self.recurrences, strict=True)
        ):
            target = self.name("w", place)
            if recurrence is None:
                worths.append(f"{target} = y[{place}]")
                continue
            if made.constants:
                text = self.fixed(made.constants[0], made.kind == "choice")
                simple = re.fullmatch(r"\w+|\d+\.\d+", text)
                self.constants[place] = (
                    text if simple else named.setdefault(text, f"q_{len(named)}")
                )
            text = recurrence.begin
            if made.value is not None:
                worths.append(f"{target} = {self.fixed(made.value)}")
            else:
                worths.append(f"{target} = {self.filled(text, place)}")
            for j, factor in enumerate(recurrence.factors):
                worth = self.filled(factor, place)
                factors.append(f"{self.filled('{f' + str(j) + '}', place)} = {worth}")
        constants = [f"{name} = {text}" for text, name in named.items()]
        names = self._params([*constants, *worths])
        stores = [f"c[{HEAD + ROW * i}] = {self.name('w', i)}" for i in range(self.shape.extended)]
        return [*names, *constants, *map_rolled(worths), *map_rolled(factors), *map_rolled(stores)]

    def _params(self, lines: Sequence[str]) -> list[str]:
        used = set(re.findall(r"\bp_\w+", "\n".join(lines)))
        return [
            f"p_{name} = p[{i}]"
            for i, name in enumerate(self.model.param_names)
            if f"p_{name}" in used
        ]

    def result(self, i: int, kind: str) -> str:
        """Write a coefficient of the right-hand side of a component."""
        value = self.results[i]
        if isinstance(value, int):
            return self.name(kind, value)
        return f"rhs_{i}" if kind == "w" else "0.0"

    def _loop(self) -> list[str]:
        extended = range(self.shape.extended)
        fixed = [
            (i, self.fixed(value))
            for i, value in enumerate(self.results)
            if not isinstance(value, int)
        ]
        lines = [f"rhs_{i} = {text}" for i, text in fixed]
        firsts = [f"{self.name('v', i)} = {self.result(i, 'w')}" for i in extended]
        lines = [*self._params(lines), *lines, *map_rolled(firsts)]
        lines += map_rolled([f"c[{HEAD + ROW * i + 1}] = {self.name('v', i)}" for i in extended])
        body = self._sum_loops()
        body += ["fk = float(k)", "rk = 1.0 / fk", "rn = 1.0 / (fk + 1.0)"]
        terms = []
        for place, recurrence in enumerate(self.recurrences):
            if recurrence is not None:
                terms.append(f"{self.name('v', place)} = {self.filled(recurrence.term, place)}")
            terms += self._kept(place)
        # All before any: a right-hand side may be a component itself.
        aside = [f"{self.name('n', i)} = {self.result(i, 'v')} * rn" for i in extended]
        body += map_rolled(terms)
        body += map_rolled(aside)
        body += map_rolled([f"{self.name('v', i)} = {self.name('n', i)}" for i in extended])
        body += map_rolled([f"c[k + {HEAD + ROW * i + 1}] = {self.name('v', i)}" for i in extended])
        lines.append("for k in range(1, order):")
        lines += [f"    {line}" for line in body]
        ends = [f"c[order + {HEAD + ROW * i + 1}] = 0.0" for i in extended]
        return [*lines, *map_rolled(ends), "return c"]

    def _kept(self, place: int) -> list[str]:
        """Write the stores of an operation's coefficient into the rows that sums read."""
        lines = []
        value = self.name("v", place)
        for row in ((place, False), (place, True)):
            if row in self.rows and self.rows[row].startswith("u"):
                lines.append(f"{self.item(row, 'k')} = " + (f"fk * {value}" if row[1] else value))
        return lines

    def _sum_loops(self) -> list[str]:
        """Write the sums over the orders between 0 and k, from the middle outwards.

        So what the latest order gave comes last, and two chains of additions run side by side.
        """
        if not self.sums:
            return []
        listed = list(self.sums)
        groups = [listed]
        if not self.arrays:
            groups = [listed[i : i + SUMS_IN_A_LOOP] for i in range(0, len(listed), SUMS_IN_A_LOOP)]
        lines = ["middle = k // 2"]
        for group in groups:
            lines += self._sum_loop(group)
        return lines

    def _sum_loop(self, group: Sequence[tuple[Row, Row]]) -> list[str]:
        central, start, inner, ends = [], [], [], []
        for pair in group:
            x, y = pair
            s, r = (self.name(kind, self.sums[pair]) for kind in "sr")
            start += [f"{s} = 0.0", f"{r} = 0.0"]
            inner.append(f"{s} = {s} + {self.item(x, 'j')} * {self.item(y, 'm')}")
            central.append(f"{r} = {self.item(x, 'middle')} * {self.item(y, 'middle')}")
            if x == y:
                ends.append(f"{s} = {r} + 2.0 * {s}")
            else:
                inner.append(f"{r} = {r} + {self.item(x, 'm')} * {self.item(y, 'j')}")
                ends.append(f"{s} = {s} + {r}")
        return [
            *map_rolled(start),
            "if k % 2 == 0:",
            *(f"    {line}" for line in map_rolled(central)),
            "for j in range((k - 1) // 2, 0, -1):",
            "    m = k - j",
            *(f"    {line}" for line in map_rolled(inner)),
            *map_rolled(ends),
        ]


def map_rolled(lines: Sequence[str]) -> list[str]:
    """Write alike statements as loops, one line of text each."""
    return [line for text in roll(list(lines), strided=True) for line in text.splitlines()]
