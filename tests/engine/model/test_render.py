"""Rendered text computes what the expression says, in Python and compiled."""

import inspect
import math

import numba
import numpy as np
import pytest
from hypothesis import assume, given
from hypothesis import strategies as st

from engine.errors import ExpressionError
from engine.model import load_model
from engine.model.arithmetic import COMPILED_AS, COMPOSED, PRIMITIVES, composed_closure
from engine.model.evaluation import evaluate
from engine.model.names import Scope, resolve
from engine.model.nodes import Symbol
from engine.model.render import Renderer

NAMES = ("x", "y", "z")
SYMBOLS = tuple(Symbol("state", name) for name in NAMES)
SCOPE = Scope.of_constants({"g": -9.81}).extended(SYMBOLS)
finite = st.floats(-10.0, 10.0)


def _rendered(text: str) -> str:
    return Renderer(values=SCOPE.values, table={}).number(resolve(text, SCOPE))


def _value(text: str, values: tuple[float, ...]) -> float:
    renderer = Renderer(values=SCOPE.values, table={})
    code = renderer.number(resolve(text, SCOPE))
    namespace = {**PRIMITIVES, **COMPOSED}
    exec("\n".join(renderer.definitions.values()), namespace)
    return eval(code, namespace, dict(zip(("s_x", "s_y", "s_z"), values, strict=True)))


def _expressions():
    atoms = st.sampled_from([*NAMES, "g", "pi"]) | st.floats(0.0, 9.0).map(repr)

    def grown(inner):
        binary = st.tuples(inner, st.sampled_from(["+", "-", "*", "/", "//", "%"]), inner)
        relation = st.sampled_from(["<", "<=", ">", ">=", "==", "!="])
        comparison = st.tuples(inner, relation, inner).map(" ".join)
        chained = st.tuples(inner, relation, inner, relation, inner).map(" ".join)
        simple = comparison | chained
        condition = (
            simple
            | simple.map("not {}".format)
            | st.tuples(simple, simple).map(
                lambda pair: f"({pair[0]}) and ({pair[1]}) or {pair[0]}"
            )
        )
        return st.one_of(
            binary.map(" ".join),
            inner.map("({})".format),
            inner.map("-({})".format),
            inner.map("-{}".format),
            inner.map("abs({})".format),
            st.tuples(inner, condition, inner).map("({0[0]} if {0[1]} else {0[2]})".format),
            condition.map("({})".format),
        )

    return st.recursive(atoms, grown, max_leaves=12)


@given(_expressions(), st.tuples(finite, finite, finite))
def test_rendered_text_equals_python_on_random_expressions(text, values):
    names = {"g": -9.81, "pi": math.pi, "abs": abs, **dict(zip(NAMES, values, strict=True))}
    try:
        expected = float(eval(text, {}, names))
    except (ZeroDivisionError, OverflowError):
        assume(False)
    assert np.array_equal(_value(text, values), expected, equal_nan=True)


@given(_expressions(), st.tuples(finite, finite, finite))
def test_rendered_text_equals_the_tree_on_random_expressions(text, values):
    tree = resolve(text, SCOPE)
    worth = {**SCOPE.values, **dict(zip(SYMBOLS, values, strict=True))}
    assert np.array_equal(_value(text, values), evaluate(tree, worth), equal_nan=True)


@pytest.mark.parametrize(
    ("text", "rendered"),
    [
        ("x - (y - z)", "s_x - (s_y - s_z)"),
        ("(x - y) - z", "s_x - s_y - s_z"),
        ("x * -y", "s_x * -s_y"),
        ("x / y / z", "div(div(s_x, s_y), s_z)"),
        ("x * g", "s_x * -9.81"),
        ("x^2", "s_x * s_x"),
        ("y / x^2", "div(s_y, s_x * s_x)"),
        ("y * x^2", "s_y * (s_x * s_x)"),
        ("(x + y)^3", "ipow_3(s_x + s_y)"),
        ("x^-1", "div(1.0, s_x)"),
        ("x^-2.5", "div(1.0, hpow_5(s_x))"),
        ("x^0.5", "sqrt(s_x)"),
        ("x^(1/2)", "sqrt(s_x)"),
        ("x^0", "1.0"),
        ("x^1", "s_x"),
        ("x^0.3", "power(s_x, 0.3)"),
        ("x^y", "power(s_x, s_y)"),
        ("2^x", "exp2(s_x)"),
        ("0.25^x", "exp2(-2.0 * s_x)"),
        ("e^x", "exp(s_x)"),
        ("10^x", "power(10.0, s_x)"),
        ("1 + (x > y)", "1.0 + (1.0 if (s_x > s_y) else 0.0)"),
        ("x if y else z", "(s_x if (s_y != 0.0) else s_z)"),
        ("mod(x, 2*pi)", f"mod(s_x, 2.0 * {math.pi!r})"),
    ],
)
def test_rendered_text(text, rendered):
    assert _rendered(text) == rendered


@given(st.integers(-40, 40), st.floats(0.1, 3.0))
def test_powers_are_accurate(twice, x):
    exponent = twice / 2
    assert _value(f"x^({exponent})", (x, 0.0, 0.0)) == pytest.approx(x**exponent, rel=1e-14)


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("x^1001", "the power 1001 is beyond 1000"),
        ("x^(1/0)", "the power inf is beyond 1000"),
        ("x" + " / x" * 300, "nested too deeply when written out"),
    ],
)
def test_what_cannot_be_rendered_is_an_error(text, message):
    with pytest.raises(ExpressionError, match=message):
        _rendered(text)


POWERS = """
x' = hill(x, 2) + hill(x, 0.5) + hill(x, n) + outer(x, 3) + base(4, x) + base(10, x)
y' = both(x, 2, 2) + exponential(x) + cbrt(x) + hypot(x, y) + minimum(x, 2) + x % 3 + x // 0.7
hill(u, k) = u^k / (1 + u^k)
outer(u, k) = hill(u, k - 1) + hill(u, k - 4)
base(b, u) = b^u
both(u, k, b) = u^k + b^u + k^b
exponential(u) = e^u + 2^u + u^1.5 + u^-0.5 + u^7
n = 2.5
"""


def test_powers_of_constants_passed_to_functions_agree_with_compiled_code(python_rhs):
    """A compiler propagates the constants into the powers and rewrites them."""
    model = load_model(POWERS)
    in_python = python_rhs(model)
    jit = numba.njit(error_model="numpy")
    namespace: dict[str, object] = {"operator": __import__("operator"), "math": math, "numpy": np}
    namespace |= {name: eval(path, namespace) for name, path in COMPILED_AS.items()}
    for name in composed_closure(set(COMPOSED)):
        exec(inspect.getsource(COMPOSED[name]), namespace)
        namespace[name] = jit(namespace[name])
    exec(model.code.functions, namespace)
    for name in [name for name in namespace if name[0] in "fih" and callable(namespace[name])]:
        if name + "(" in model.code.functions and name not in COMPILED_AS and name not in COMPOSED:
            namespace[name] = jit(namespace[name])
    body = f"def rhs(s_x, s_y, p_n):\n    return ({', '.join(model.code.rhs)},)\n"
    exec(body, namespace)
    compiled = jit(namespace["rhs"])
    for x in np.random.default_rng(1).uniform(0.01, 5.0, 3_000):
        x = float(x)
        assert in_python(0.0, (x, 0.3), (2.5,)) == compiled(x, 0.3, 2.5)
