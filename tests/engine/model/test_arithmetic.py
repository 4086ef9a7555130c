"""Python's and compiled arithmetic agree to the last bit."""

import importlib
import inspect
import math
from collections.abc import Callable

import numba
import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from engine.model.arithmetic import COMPILED_AS, COMPOSED, PRIMITIVES, composed_closure

SPECIAL = (
    0.0, -0.0, 1.0, -1.0, 0.5, -0.5, 2.0, 3.0, -3.0, 27.0, 1e308, -1e308, 5e-324, 1e-310, 1e-200,
    math.inf, -math.inf, math.nan, 709.9, -745.5, 1024.0, -1075.0, 2.0**53, 1e22, 26.0, 1e160,
)  # fmt: skip
numbers = st.floats() | st.sampled_from(SPECIAL) | st.floats(-50.0, 50.0)


def _arity(function: Callable[..., float]) -> int:
    return len(inspect.signature(function).parameters)


def _resolved(path: str) -> object:
    module, name = path.split(".")
    return getattr(importlib.import_module(module), name)


def _all_of(arity: int) -> tuple[list[str], str]:
    names = [n for n, f in {**PRIMITIVES, **COMPOSED}.items() if _arity(f) == arity]
    arguments = ", ".join("xyz"[:arity])
    calls = ", ".join(f"{name}({arguments})" for name in names)
    return names, f"def every({arguments}):\n    return ({calls},)\n"


@pytest.fixture(scope="module")
def compiled() -> dict[int, Callable[..., tuple[float, ...]]]:
    """One compiled function for each number of arguments that calls all functions of that kind."""
    jit = numba.njit(error_model="numpy")
    namespace: dict[str, object] = {name: _resolved(path) for name, path in COMPILED_AS.items()}
    for name in composed_closure(set(COMPOSED)):
        exec(inspect.getsource(COMPOSED[name]), namespace)
        namespace[name] = jit(namespace[name])
    made = {}
    for arity in (1, 2, 3):
        exec(_all_of(arity)[1], namespace)
        made[arity] = jit(namespace["every"])
    return made


def _bits(value: float) -> str:
    return "nan" if value != value else value.hex()


def _check(compiled: dict[int, Callable[..., tuple[float, ...]]], *arguments: float) -> None:
    names, _ = _all_of(len(arguments))
    functions = {**PRIMITIVES, **COMPOSED}
    for name, result in zip(names, compiled[len(arguments)](*arguments), strict=True):
        in_python = functions[name](*arguments)
        assert isinstance(in_python, float), name
        assert _bits(in_python) == _bits(result), (name, arguments)


@settings(max_examples=300, deadline=None)
@given(numbers)
def test_functions_of_one_number_agree_with_compiled_code(compiled, x):
    _check(compiled, x)


@settings(max_examples=300, deadline=None)
@given(numbers, numbers)
@example(0.0, -3.0)
@example(-0.0, -3.0)
@example(-1e200, 3.0)
@example(-1e200, 2.5)
def test_functions_of_two_numbers_agree_with_compiled_code(compiled, x, y):
    _check(compiled, x, y)


@settings(max_examples=100, deadline=None)
@given(numbers, numbers, numbers)
def test_functions_of_three_numbers_agree_with_compiled_code(compiled, x, y, z):
    _check(compiled, x, y, z)


def test_special_arguments_agree_with_compiled_code(compiled):
    for x in SPECIAL:
        _check(compiled, x)
        for y in SPECIAL:
            _check(compiled, x, y)


def test_every_primitive_has_a_compiled_counterpart():
    assert COMPILED_AS.keys() == PRIMITIVES.keys()
    assert all(callable(_resolved(path)) for path in COMPILED_AS.values())


@pytest.mark.parametrize(
    ("name", "arguments", "expected"),
    [
        ("div", (1.0, 0.0), math.inf),
        ("div", (1.0, -0.0), -math.inf),
        ("log", (0.0,), -math.inf),
        ("exp", (1000.0,), math.inf),
        ("power", (0.0, -3.0), math.inf),
        ("power", (-0.0, -3.0), -math.inf),
        ("cbrt", (-27.0,), -3.0),
        ("cbrt", (5e-324,), 1.7031839360032603e-108),
        ("with_sign", (3.0, -0.0), -3.0),
        ("hypot", (3.0, 4.0), 5.0),
        ("hypot", (3e200, 4e200), 5e200),
        ("hypot", (3e-200, 4e-200), 5e-200),
        ("hypot", (0.0, -0.0), 0.0),
        ("hypot", (math.inf, 1.0), math.inf),
        ("sign", (-2.0,), -1.0),
        ("heaviside", (0.0, 0.5), 0.5),
        ("step", (0.0,), 1.0),
        ("relu", (-2.0,), 0.0),
        ("clip", (5.0, 0.0, 1.0), 1.0),
        ("approx", (1.0, 1.05, 0.1), 1.0),
        ("rint", (2.5,), 2.0),
    ],
)
def test_values_at_chosen_points(name, arguments, expected):
    value = {**PRIMITIVES, **COMPOSED}[name](*arguments)
    assert value == pytest.approx(expected, rel=1e-15)
    assert math.copysign(1.0, value) == math.copysign(1.0, expected)


@pytest.mark.parametrize("name", ["minimum", "maximum"])
def test_extrema_pass_nan_on(name):
    assert math.isnan(COMPOSED[name](math.nan, 1.0))
    assert math.isnan(COMPOSED[name](1.0, math.nan))


def test_a_nan_lends_no_sign():
    for undefined in (math.nan, -math.nan):
        assert math.isnan(COMPOSED["with_sign"](3.0, undefined))


@given(st.floats(min_value=1e-300, max_value=1e300))
def test_cube_root_is_accurate(x):
    assert COMPOSED["cbrt"](x) == pytest.approx(math.cbrt(x), rel=5e-16)


def test_closure_lists_callees_first():
    assert composed_closure({"clip"}) == ("minimum", "maximum", "clip")
    assert composed_closure(set()) == ()
