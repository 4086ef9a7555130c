"""Arithmetic of the generated code, in Python, with the results of compiled code.

Generated code may call the `PRIMITIVES` and the `COMPOSED` functions below and nothing else. Both
take and give floats. Where CPython raises (overflow, a domain error, a division by zero), a
primitive returns what IEEE 754 and compiled code return: an infinity or a nan.

Compiled code binds every primitive to the callable that `COMPILED_AS` names, under Numba's
``error_model="numpy"`` and without fastmath; the two then agree to the last bit. A composed
function contains only primitives, ``+ - *``, comparisons and conditionals, so its very source is
compiled and agrees for the same reason. LLVM rewrites a power with a *constant* exponent of 0.5,
2 or -1, or a constant base that is a power of two; the renderer never emits such a call of `power`.
"""

import math
import struct
from collections.abc import Callable, Mapping
from types import MappingProxyType

__all__ = ["COMPILED_AS", "COMPOSED", "PRIMITIVES", "composed_closure", "single"]


def div(a: float, b: float) -> float:
    """Divide; a zero divisor gives a signed infinity, or nan for 0/0."""
    try:
        return a / b
    except ZeroDivisionError:
        return _over_zero(a, b)


def floordiv(a: float, b: float) -> float:
    """Divide and round down, as Python's ``//``; a zero divisor as in `div`."""
    try:
        return a // b
    except ZeroDivisionError:
        return _over_zero(a, b)


def mod(a: float, b: float) -> float:
    """Return the remainder with the divisor's sign, as Python's ``%``; nan for a zero divisor."""
    try:
        return a % b
    except ZeroDivisionError:
        return math.nan


def power(base: float, exponent: float) -> float:
    """Raise to a power as C's ``pow``: nan for a negative base with a fractional exponent."""
    try:
        return math.pow(base, exponent)
    except ValueError:
        if base != 0.0:
            return math.nan
        return math.copysign(math.inf, base) if _is_odd(exponent) else math.inf
    except OverflowError:
        return -math.inf if base < 0.0 and _is_odd(exponent) else math.inf


def exp(x: float) -> float:
    """Return e**x."""
    try:
        return math.exp(x)
    except OverflowError:
        return math.inf


def exp2(x: float) -> float:
    """Return 2**x."""
    try:
        return math.exp2(x)
    except OverflowError:
        return math.inf


def expm1(x: float) -> float:
    """Return e**x - 1 without cancellation near 0."""
    try:
        return math.expm1(x)
    except OverflowError:
        return math.inf


def log(x: float) -> float:
    """Return the natural logarithm; -inf at 0, nan below."""
    try:
        return math.log(x)
    except ValueError:
        return _outside_logarithm(x)


def log1p(x: float) -> float:
    """Return log(1 + x) without cancellation near 0; -inf at -1, nan below."""
    try:
        return math.log1p(x)
    except ValueError:
        return -math.inf if x == -1.0 else math.nan


def log2(x: float) -> float:
    """Return the base-2 logarithm; -inf at 0, nan below."""
    try:
        return math.log2(x)
    except ValueError:
        return _outside_logarithm(x)


def log10(x: float) -> float:
    """Return the base-10 logarithm; -inf at 0, nan below."""
    try:
        return math.log10(x)
    except ValueError:
        return _outside_logarithm(x)


def sinh(x: float) -> float:
    """Return the hyperbolic sine."""
    try:
        return math.sinh(x)
    except OverflowError:
        return math.copysign(math.inf, x)


def cosh(x: float) -> float:
    """Return the hyperbolic cosine."""
    try:
        return math.cosh(x)
    except OverflowError:
        return math.inf


def atanh(x: float) -> float:
    """Return the inverse hyperbolic tangent; infinite at -1 and 1, nan beyond."""
    try:
        return math.atanh(x)
    except ValueError:
        return math.copysign(math.inf, x) if abs(x) == 1.0 else math.nan


def floor(x: float) -> float:
    """Round down to an integral float; infinities and nan stay."""
    return _integral(x, math.floor)


def ceil(x: float) -> float:
    """Round up to an integral float; infinities and nan stay."""
    return _integral(x, math.ceil)


def trunc(x: float) -> float:
    """Round towards zero to an integral float; infinities and nan stay."""
    return _integral(x, math.trunc)


def rint(x: float) -> float:
    """Round to the nearest integral float, ties to even; infinities and nan stay."""
    return _integral(x, round)


def _over_zero(a: float, b: float) -> float:
    if a == 0.0 or a != a:
        return math.nan
    return math.copysign(math.inf, a) * math.copysign(1.0, b)


def _is_odd(x: float) -> bool:
    return math.isfinite(x) and x % 2.0 == 1.0


def _outside_logarithm(x: float) -> float:
    return -math.inf if x == 0.0 else math.nan


def _integral(x: float, rounding: Callable[[float], int]) -> float:
    # Compiled code keeps the sign of zero: floor(-0.0) and rint(-0.3) are -0.0.
    return math.copysign(float(rounding(x)), x) if math.isfinite(x) else x


def _nan_outside_domain(function: Callable[[float], float]) -> Callable[[float], float]:
    def total(x: float) -> float:
        try:
            return function(x)
        except ValueError:
            return math.nan

    total.__name__ = total.__qualname__ = function.__name__
    total.__doc__ = f"Return {function.__name__}(x); nan outside its domain."
    return total


sqrt = _nan_outside_domain(math.sqrt)
sin = _nan_outside_domain(math.sin)
cos = _nan_outside_domain(math.cos)
tan = _nan_outside_domain(math.tan)
asin = _nan_outside_domain(math.asin)
acos = _nan_outside_domain(math.acos)
acosh = _nan_outside_domain(math.acosh)
atan, atan2, asinh, tanh = math.atan, math.atan2, math.asinh, math.tanh
erf, erfc, copysign = math.erf, math.erfc, math.copysign


def absolute(x: float) -> float:
    """Return the absolute value."""
    return copysign(x, 1.0)


def with_sign(x: float, y: float) -> float:
    """Return the magnitude of `x` with the sign of `y`; nan if `y` is nan, which has no sign."""
    # The sign bit of a nan differs between processors' operations and Python's.
    return y if y != y else copysign(x, y)


def minimum(a: float, b: float) -> float:
    """Return the smaller of two numbers; nan if either is nan."""
    return a if a < b or a != a else b


def maximum(a: float, b: float) -> float:
    """Return the larger of two numbers; nan if either is nan."""
    return a if a > b or a != a else b


def clip(x: float, lo: float, hi: float) -> float:
    """Limit `x` to the interval from `lo` to `hi`."""
    return minimum(maximum(x, lo), hi)


def sign(x: float) -> float:
    """Return -1, 0 or 1."""
    return 1.0 if x > 0.0 else (-1.0 if x < 0.0 else x)


def heaviside(x: float, at_zero: float) -> float:
    """Return 0 below zero, 1 above and `at_zero` (0.5 where a model leaves it out) at zero."""
    return 1.0 if x > 0.0 else (0.0 if x < 0.0 else (at_zero if x == 0.0 else x))


def step(x: float) -> float:
    """Return 1 from zero on, 0 below: `heaviside` closed on the right."""
    return 1.0 if x >= 0.0 else (0.0 if x < 0.0 else x)


def relu(x: float) -> float:
    """Return the positive part."""
    return 0.0 if x < 0.0 else x


def approx(x: float, y: float, tol: float) -> float:
    """Return 1 if `x` and `y` differ by at most `tol`, else 0."""
    return 1.0 if absolute(x - y) <= tol else 0.0


def hypot(x: float, y: float) -> float:
    """Return the length of (x, y), free of overflow and underflow in between."""
    a = absolute(x)
    b = absolute(y)
    largest = maximum(a, b)
    # 2**-600 and 2**600: scaling by a power of two is exact.
    outer = 2.409919865102884e-181 if largest > 1.0 else 4.149515568880993e180
    scale = 1.0 if 1e-140 < largest < 1e140 else outer
    u = a * scale
    v = b * scale
    return div(sqrt(u * u + v * v), scale)


def cbrt(x: float) -> float:
    """Return the real cube root: `power`, then one step of Newton's method."""
    a = absolute(x)
    root = power(a, 0.3333333333333333)
    polished = root - div(root * root * root - a, 3.0 * root * root)
    return copysign(polished, x) if 0.0 < a <= 1.7976931348623157e308 else x


def single(x: float) -> float:
    """Round to the nearest 32-bit float, ties to even; what is too large becomes infinite.

    Not a function of the language: generated code of float32 models calls it where a number is
    stored.
    """
    rounded: float = struct.unpack("f", struct.pack("f", x))[0]
    return rounded


PRIMITIVES: Mapping[str, Callable[..., float]] = MappingProxyType(
    {
        function.__name__: function
        for function in (
            div, floordiv, mod, power, exp, exp2, expm1, log, log1p, log2, log10, sqrt,
            sin, cos, tan, asin, acos, atan, atan2, sinh, cosh, tanh, asinh, acosh, atanh,
            erf, erfc, floor, ceil, trunc, rint, copysign,
        )
    }
)  # fmt: skip

COMPOSED: Mapping[str, Callable[..., float]] = MappingProxyType(
    {
        function.__name__: function
        for function in (
            absolute, with_sign, minimum, maximum, clip, sign, heaviside, step, relu, approx,
            hypot, cbrt,
        )
    }
)  # fmt: skip

_OPERATORS = {"div": "truediv", "floordiv": "floordiv", "mod": "mod", "power": "pow"}
_NUMPY = ("exp2", "floor", "ceil", "trunc", "rint")

COMPILED_AS: Mapping[str, str] = MappingProxyType(
    {
        name: f"operator.{_OPERATORS[name]}"
        if name in _OPERATORS
        else f"{'numpy' if name in _NUMPY else 'math'}.{name}"
        for name in PRIMITIVES
    }
)


def composed_closure(names: set[str]) -> tuple[str, ...]:
    """Return the composed functions among `names` and all that they call, callees first."""
    ordered: dict[str, None] = {}

    def visit(name: str) -> None:
        for callee in COMPOSED[name].__code__.co_names:
            if callee in COMPOSED:
                visit(callee)
        ordered[name] = None

    for name in COMPOSED:
        if name in names:
            visit(name)
    return tuple(ordered)
