"""Whole numbers of 64 bits: the arithmetic of int64 maps, exact or undefined.

Every function gives the exact result, or `UNDEFINED` where that is beyond 64 bits or does not
exist, as a quotient by zero; what is undefined stays so.  `UNDEFINED` is the number of 64 bits
that has no opposite: a whole number lies between -`LARGEST` and `LARGEST`.

The source of these functions is what Python runs and what is compiled: no operation in it leaves
64 bits, so that Python's long integers and the machine's agree.
"""

import ast
import inspect
from collections.abc import Callable, Mapping
from functools import cache
from types import MappingProxyType

from engine.model.arithmetic import div

__all__ = ["INTEGER_FUNCTIONS", "LARGEST", "UNDEFINED", "integer_source"]

UNDEFINED = -(2**63)
LARGEST = 2**63 - 1

# The functions spell both out: in a unit they have no globals but each other.
# ruff: noqa: PLR2004


def iadd(a: int, b: int) -> int:
    """Add."""
    if a == -9223372036854775808 or b == -9223372036854775808:
        return -9223372036854775808
    if b > 0 and a > 9223372036854775807 - b:
        return -9223372036854775808
    if b < 0 and a < -9223372036854775807 - b:
        return -9223372036854775808
    return a + b


def ineg(a: int) -> int:
    """Change the sign."""
    if a == -9223372036854775808:
        return a
    return -a


def isub(a: int, b: int) -> int:
    """Subtract."""
    return iadd(a, ineg(b))


def imul(a: int, b: int) -> int:
    """Multiply."""
    if -2147483648 < a < 2147483648 and -2147483648 < b < 2147483648:
        return a * b
    if a == -9223372036854775808 or b == -9223372036854775808:
        return -9223372036854775808
    if a == 0 or b == 0:
        return 0
    u = a if a > 0 else -a
    v = b if b > 0 else -b
    if u > 9223372036854775807 // v:
        return -9223372036854775808
    return a * b


def ifloordiv(a: int, b: int) -> int:
    """Divide and round down."""
    if a == -9223372036854775808 or b == -9223372036854775808 or b == 0:
        return -9223372036854775808
    return a // b


def imod(a: int, b: int) -> int:
    """Return the remainder, which has the sign of the divisor."""
    if a == -9223372036854775808 or b == -9223372036854775808 or b == 0:
        return -9223372036854775808
    return a % b


def ipower(a: int, b: int) -> int:
    """Raise to a power by squaring; a negative one is undefined.  Knuth, TAOCP 2, 4.6.3."""
    if a == -9223372036854775808 or b < 0:
        return -9223372036854775808
    result = 1
    square = a
    rest = b
    while rest > 0:
        if rest % 2 == 1:
            result = imul(result, square)
        rest = rest // 2
        if rest > 0:
            square = imul(square, square)
    return result


def iabs(a: int) -> int:
    """Return the absolute value."""
    if a < 0:
        return ineg(a)
    return a


def imin(a: int, b: int) -> int:
    """Return the smaller number."""
    return a if a < b else b


def imax(a: int, b: int) -> int:
    """Return the larger number."""
    if a == -9223372036854775808 or b == -9223372036854775808:
        return -9223372036854775808
    return a if a > b else b


def isign(a: int) -> int:
    """Return -1, 0 or 1."""
    if a == -9223372036854775808:
        return a
    return 1 if a > 0 else (-1 if a < 0 else 0)


def istep(a: int) -> int:
    """Return 1 from zero on, 0 below."""
    if a == -9223372036854775808:
        return a
    return 1 if a >= 0 else 0


def itrunc(x: float) -> int:
    """Return a float as a whole number, what follows its point cut off."""
    if not -9223372036854775808.0 < x < 9223372036854775808.0:
        return -9223372036854775808
    return int(x)


def ifloat(a: int) -> float:
    """Return a whole number as the nearest float; nan where it is undefined."""
    if a == -9223372036854775808:
        return div(0.0, 0.0)
    return float(a)


INTEGER_FUNCTIONS: Mapping[str, Callable[..., float]] = MappingProxyType(
    {
        function.__name__: function
        for function in (
            iadd, ineg, isub, imul, ifloordiv, imod, ipower, iabs, imin, imax, isign, istep,
            itrunc, ifloat,
        )
    }
)  # fmt: skip


@cache
def integer_source(name: str) -> tuple[tuple[str, str], ...]:
    """Return the definitions, by name, of a function and of those it calls, callees first."""
    function = INTEGER_FUNCTIONS[name]
    callees = [n for n in function.__code__.co_names if n in INTEGER_FUNCTIONS]
    found = [pair for callee in callees for pair in integer_source(callee)]
    definition = ast.parse(inspect.getsource(function)).body[0]
    assert isinstance(definition, ast.FunctionDef)
    # As generated code is: without words and types.
    definition.body, definition.returns = definition.body[1:], None
    for argument in definition.args.args:
        argument.annotation = None
    return (*dict.fromkeys(found), (name, ast.unparse(definition)))
