"""The equations of a model file: keyed, as a block, backward, and their Jacobian matrix."""

import re

from engine.errors import suggest
from engine.model.expressions import NAME_PATTERN
from engine.model.spec import Equation, Formula
from engine.model.statements import Statement, derivative_of, normalised, statements
from engine.model.tables import Table

__all__ = ["read_equations", "read_inverse", "read_jacobian"]

_NAME = re.compile(NAME_PATTERN)


def read_equations(table: Table, names: list[str], kind: str) -> tuple[Equation, ...]:
    """Return one equation a state, from the keyed form, the block or both."""
    found: dict[str, Formula] = {}
    rhs = table.table("rhs")
    for name in rhs.content:
        if name not in names:
            raise rhs.fail(name, f"there is no state {name!r}{suggest(name, names)}")
        found[name] = rhs.formula(name)
    if "expr" in table.content:
        place = f"{table.place()} expr"
        for statement in statements(table.text("expr"), place):
            name = _left_side(statement, names, kind)
            if name in found:
                raise statement.error(f"a second equation for the state {name!r}")
            found[name] = statement.right
    for name in names:
        if name not in found:
            raise rhs.fail("", f"the equation of the state {name!r} is missing")
    return tuple(Equation(state=name, formula=found[name]) for name in names)


def read_inverse(table: Table, names: list[str], kind: str) -> tuple[Equation, ...]:
    """Return the backward map, one equation a state; empty if the file gives none."""
    if "inverse" not in table.content:
        return ()
    inverse = table.table("inverse")
    if kind != "map":
        raise inverse.fail("", "only a map has an inverse; a flow runs backward by itself")
    if "rhs" in inverse.content or "expr" in inverse.content:
        return read_equations(inverse.only("rhs", "expr"), names, kind)
    outer = Table({"rhs": inverse.content}, table.origin, "equations.inverse")
    return read_equations(outer, names, kind)


def read_jacobian(table: Table) -> tuple[tuple[Formula, ...], ...]:
    """Return the rows of the Jacobian matrix; none if the file gives none."""
    rows = table.only("expr").content.get("expr", [])
    if not isinstance(rows, list) or not all(isinstance(row, list) for row in rows):
        raise table.fail("expr", "a list of rows, each a list of expressions, is expected")
    return tuple(
        tuple(
            table.as_formula(f"expr, row {i}, entry {j}", entry)
            for j, entry in enumerate(row, start=1)
        )
        for i, row in enumerate(rows, start=1)
    )


def _left_side(statement: Statement, names: list[str], kind: str) -> str:
    left = normalised(statement.left)
    derivative = derivative_of(statement.left)
    if statement.left == statement.text:
        left, derivative = "", None
    if kind == "ode" and derivative is not None and (derivative in names or left not in names):
        name = derivative
    elif left in names or (kind == "map" and _NAME.fullmatch(left) and derivative not in names):
        name = left
    elif kind == "map" and derivative in names:
        raise statement.error(
            f"{statement.left!r} is a derivative, and a map has none: write {derivative} = …"
        )
    else:
        wanted = "dx = …" if kind == "ode" else "x = …"
        raise statement.error(f"expected {wanted!r}, found {statement.left[:40]!r}")
    if name not in names:
        raise statement.error(f"there is no state {name!r}{suggest(name, names)}")
    return name
