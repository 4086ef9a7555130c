"""Recurrences for the Taylor coefficients of elementary operations.

With ``a[k]`` for the coefficient of order k of an operation's operand, every recurrence is a few
operations on the coefficients of order k and 0, and sums over the orders between,
``X[1] Y[k-1] + ... + X[k-1] Y[1]``, where a row X is ``a[j]``, or ``j a[j]`` for derivatives.  The
sums of all operations thus need only what lower orders have given, and share one loop.

Moore, Interval Analysis (1966), 11.3; Jorba & Zou, Experimental Mathematics 14 (2005) 99, table 1;
Griewank & Walther, Evaluating Derivatives (2008), 13.2.

To add one, write a function that takes the operation's place and itself and returns a
`Recurrence`, and name it in `RECURRENCES`.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from types import MappingProxyType
from typing import Any

from engine.model.operations import Operation

__all__ = ["RECURRENCES", "Recurrence", "Row"]

# The coefficients of an operation, or each times its order.
Row = tuple[int, bool]


@dataclass(frozen=True, kw_only=True)
class Recurrence:
    """How to find the coefficients of one operation.

    In the texts, ``{0}``, ``{1}`` ... stand for coefficients of order k of the operands, ``{z0}``,
    ``{z1}`` ... for those of order 0, ``{z}`` for the operation's own, ``{s0}``, ``{s1}`` ... for
    the sums, ``{c}`` for its constant, ``{f0}``, ``{f1}`` ... for the factors, ``{a}`` and
    ``{own}`` for the rows, each a block and its begin, of the first operand and the operation
    itself; ``rk`` is 1/k.

    Attributes
    ----------
    begin : str
        Order 0; empty where the operation says what it is worth.
    term : str
        Order k.
    sums : tuple of (Row, Row)
        The rows of each sum.
    factors : tuple of str
        What does not depend on the order.
    functions : tuple of callable
        What the texts call.
    """

    begin: str = ""
    term: str
    sums: tuple[tuple[Row, Row], ...] = ()
    factors: tuple[str, ...] = ()
    functions: tuple[Callable[..., Any], ...] = ()


def _plain(place: int) -> Row:
    return place, False


def _times_order(place: int) -> Row:
    return place, True


def _time(place: int, operation: Operation) -> Recurrence:
    return Recurrence(begin="t", term="1.0 if k == 1 else 0.0")


def _constant(place: int, operation: Operation) -> Recurrence:
    return Recurrence(begin="{c}", term="0.0")


def _sum(place: int, operation: Operation) -> Recurrence:
    signed = list(zip(operation.signs, range(len(operation.signs)), strict=True))

    def total(name: str, first: str) -> str:
        text = first
        for sign, j in signed:
            term = "{" + name + str(j) + "}"
            if text:
                text += f" {sign} {term}"
            else:
                text = term if sign == "+" else f"-{term}"
        return text

    return Recurrence(
        begin=total("z", "{c}" if operation.constants else ""),
        term=total("", ""),
    )


def _scaled(place: int, operation: Operation) -> Recurrence:
    return Recurrence(begin="{c} * {z0}", term="{c} * {0}")


def _choice(place: int, operation: Operation) -> Recurrence:
    return Recurrence(begin="{z0} if {c} else {z1}", term="{0} if {c} else {1}")


def _product(place: int, operation: Operation) -> Recurrence:
    a, b = operation.operands
    return Recurrence(
        begin="{z0} * {z1}",
        term="{s0} + ({z0} * {1} + {0} * {z1})",
        sums=((_plain(a), _plain(b)),),
    )


def _square(place: int, operation: Operation) -> Recurrence:
    (a,) = operation.operands
    return Recurrence(
        begin="{z0} * {z0}",
        term="{s0} + {f0} * {0}",
        sums=((_plain(a), _plain(a)),),
        factors=("2.0 * {z0}",),
    )


def _quotient(place: int, operation: Operation) -> Recurrence:
    _, b = operation.operands
    return Recurrence(
        begin="div({z0}, {z1})",
        term="({0} - {s0} - {1} * {z}) * {f0}",
        sums=((_plain(b), _plain(place)),),
        factors=("div(1.0, {z1})",),
    )


def _reciprocal(place: int, operation: Operation) -> Recurrence:
    (b,) = operation.operands
    return Recurrence(
        begin="div({c}, {z0})",
        term="-({s0} + {0} * {z}) * {f0}",
        sums=((_plain(b), _plain(place)),),
        factors=("div(1.0, {z0})",),
    )


def _root(place: int, operation: Operation) -> Recurrence:
    return Recurrence(
        term="({0} - {s0}) * {f0}",
        sums=((_plain(place), _plain(place)),),
        factors=("div(0.5, {z})",),
    )


def power_at_zero(a, at_a, own, at_own, k, c):  # type: ignore[no-untyped-def]
    """Return the coefficient of order k of ``p = a^c`` where a is 0.

    With ``a[v]`` the first that is not 0, p begins with ``a[v]^c`` at the order ``v c`` and goes on
    by ``a p' = c a' p``.  Where that is no whole number there is no series.
    """
    v = 1
    while v <= k and a[at_a + v] == 0.0:
        v += 1
    first = v * c
    if c >= 0.0 and (v > k or c == 0.0 or k < first):
        return 0.0
    if c < 0.0 or c != floor(c):  # type: ignore[name-defined] # noqa: F821
        return div(0.0, 0.0)  # type: ignore[name-defined] # noqa: F821
    if k == first:
        return power(a[at_a + v], c)  # type: ignore[name-defined] # noqa: F821
    total = 0.0
    for i in range(v + 1, k + v - int(first) + 1):
        total += (c * i - (k + v - i)) * a[at_a + i] * own[at_own + k + v - i]
    return total / ((k - first) * a[at_a + v])


def _power(place: int, operation: Operation) -> Recurrence:
    """Write ``p = a^c`` from ``a p' = c a' p``."""
    (a,) = operation.operands
    return Recurrence(
        term="({c} * {s0} - ({f2} * rk) * {s1}) * {f0} + {f1} * {0} if {z0} != 0.0 "
        "else power_at_zero({a}, {own}, k, {c})",
        functions=(power_at_zero,),
        sums=((_plain(a), _plain(place)), (_plain(a), _times_order(place))),
        factors=("div(1.0, {z0})", "{c} * {z} * {f0}", "{c} + 1.0"),
    )


def _exp(place: int, operation: Operation) -> Recurrence:
    (a,) = operation.operands
    return Recurrence(term="{s0} * rk + {z} * {0}", sums=((_times_order(a), _plain(place)),))


def _follows(sign: str) -> Callable[[int, Operation], Recurrence]:
    """Write ``f' = ± g a'`` where g is the second operand."""
    first = "" if sign == "+" else "-"

    def recurrence(place: int, operation: Operation) -> Recurrence:
        a, g = operation.operands
        return Recurrence(
            term=first + "{s0} * rk " + sign + " {z1} * {0}",
            sums=((_times_order(a), _plain(g)),),
        )

    return recurrence


def _tangent(sign: str) -> Callable[[int, Operation], Recurrence]:
    """Write ``f' = (1 ± g) a'`` where g, the square of f, is the second operand."""

    def recurrence(place: int, operation: Operation) -> Recurrence:
        a, g = operation.operands
        return Recurrence(
            term="{f0} * {0} " + sign + " {s0} * rk",
            sums=((_times_order(a), _plain(g)),),
            factors=(f"1.0 {sign} " + "{z} * {z}",),
        )

    return recurrence


def _primitive(place: int, operation: Operation) -> Recurrence:
    """Write ``f' = a' / g``."""
    _, g = operation.operands
    return Recurrence(
        term="({0} - {s0} * rk) * {f0}",
        sums=((_times_order(place), _plain(g)),),
        factors=("div(1.0, {z1})",),
    )


def _angle(place: int, operation: Operation) -> Recurrence:
    """Write ``f' = (x y' - y x') / g`` where g is ``x^2 + y^2``."""
    y, x, g = operation.operands
    return Recurrence(
        term="(({s0} - {s1} - {s2}) * rk + ({z1} * {0} - {z0} * {1})) * {f0}",
        sums=(
            (_times_order(y), _plain(x)),
            (_times_order(x), _plain(y)),
            (_times_order(place), _plain(g)),
        ),
        factors=("div(1.0, {z2})",),
    )


def _shifted(place: int, operation: Operation) -> Recurrence:
    return Recurrence(term="{0}")


RECURRENCES: Mapping[str, Callable[[int, Operation], Recurrence]] = MappingProxyType(
    {
        "time": _time,
        "constant": _constant,
        "sum": _sum,
        "scaled": _scaled,
        "choice": _choice,
        "product": _product,
        "square": _square,
        "quotient": _quotient,
        "reciprocal": _reciprocal,
        "root": _root,
        "power": _power,
        "exp": _exp,
        "sin": _follows("+"),
        "cos": _follows("-"),
        "sinh": _follows("+"),
        "cosh": _follows("+"),
        "integral": _follows("+"),
        "tan": _tangent("+"),
        "tanh": _tangent("-"),
        "primitive": _primitive,
        "angle": _angle,
        "shifted": _shifted,
    }
)
