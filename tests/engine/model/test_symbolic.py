"""Derived tangents against finite differences, and their size."""

import math

import numpy as np
import pytest

from engine.errors import ModelError
from engine.model import list_models, load_model
from engine.model.arithmetic import COMPOSED, PRIMITIVES
from engine.model.symbolic import DERIVATIVES, WRITTEN_OUT


def _check_against_differences(model, rhs, jvp, states, params, t=0.3, rel=1e-6):
    generator = np.random.default_rng(5)
    for y in states:
        v = tuple(generator.normal(size=len(y)))
        h = 1e-6
        ahead = rhs(t, tuple(a + h * b for a, b in zip(y, v, strict=True)), params)
        behind = rhs(t, tuple(a - h * b for a, b in zip(y, v, strict=True)), params)
        slope = [(a - b) / (2 * h) for a, b in zip(ahead, behind, strict=True)]
        assert jvp(t, y, v, params) == pytest.approx(slope, rel=rel, abs=1e-7), (model, y)


@pytest.mark.parametrize("name", list_models())
def test_tangent_of_every_bundled_model(name, python_rhs, python_jvp):
    model = load_model(name)
    generator = np.random.default_rng(3)
    states = [tuple(generator.uniform(0.1, 2.0, len(model.state_names))) for _ in range(5)]
    _check_against_differences(
        model, python_rhs(model), python_jvp(model), states, model.param_values
    )


@pytest.mark.parametrize(
    "text",
    [
        *(f"{name}(x)" for name in ("exp", "exp2", "expm1", "log", "log2", "log10", "log1p")),
        *(f"{name}(x)" for name in ("sin", "cos", "tan", "asin", "acos", "atan", "sqrt", "cbrt")),
        *(f"{name}(x)" for name in ("sinh", "cosh", "tanh", "asinh", "atanh", "erf", "erfc")),
        *(f"{name}(x)" for name in ("floor", "ceil", "trunc", "round", "sign", "step", "relu")),
        "acosh(1 + x)",
        "abs(x - 0.7)",
        "atan2(x, y) + hypot(x, y) + copysign(x, -y)",
        "min(x, y, 0.6) * max(x, y)",
        "clip(x, 0.3, 0.5) + heaviside(x) + approx(x, y, 0.1)",
        "mod(5*x, 0.3*y) + x % 0.17 + y // x",
        "x^3 + x^-2 + x^1.5 + x^0.3 + 2^x + 10^x + e^x + x^y + x^k",
        "x if x < y and not x > 3 else y^2",
        "(x > y) * x + 3*(x < 0.4 or y < 0.4)",
        "f(x, 3) + f(y, k)",
        "r^2 + r*x",
        "sum(x^i / i for i in range(1, 6)) + prod(y + i for i in range(3))",
        "sin(x/(y + t)) - (x - y)*(x - y)/(x*y)",
        "x * 9.81e3 * pi / 7 - -x",
    ],
)
def test_tangent_of_every_function(text, python_rhs, python_jvp):
    model = load_model(
        f"x' = {text}\ny' = x*y\nk = 2.3\nr = x*x + y*y + f(x, y)\nf(u, n) = u^n + sin(u*n)"
    )
    generator = np.random.default_rng(3)
    states = [tuple(generator.uniform(0.21, 0.93, 2)) for _ in range(6)]
    _check_against_differences(text, python_rhs(model), python_jvp(model), states, (2.3,))


def test_every_function_has_a_derivative():
    written_elsewhere = {"div", "copysign"}
    known = DERIVATIVES.keys() | WRITTEN_OUT.keys() | written_elsewhere
    assert known == PRIMITIVES.keys() | COMPOSED.keys()


def test_tangent_of_lorenz_is_as_short_as_by_hand():
    tangent = load_model("lorenz").jvp()
    assert tangent.statements == ()
    assert sum(text.count("*") for text in tangent.result) <= 7
    assert tangent.functions == ""


def test_tangent_of_a_power_with_a_parameter_is_finite_at_zero(python_jvp):
    model = load_model("x' = x^k\nk = 2.5")
    assert python_jvp(model)(0.0, (0.0,), (1.0,), (2.5,)) == (0.0,)


def test_towers_of_numbers_do_not_blow_up():
    model = load_model("x' = x*(2^3^2 + 7^60) + 999^x + (10^x)^500")
    assert all(math.inf != len(text) < 500 for text in model.jvp().result)


def test_a_model_too_large_to_be_differentiated_is_an_error():
    functions = "".join(f"f{i}(u) = f{i - 1}(u)*f{i - 1}(u + 1)\n" for i in range(1, 17))
    model = load_model(f"x' = f16(x)\nf0(u) = sin(u)\n{functions}")
    with pytest.raises(ModelError, match="exceeds 20000 operations when written out"):
        model.jvp()


def test_a_constant_part_without_a_value_is_an_error():
    with pytest.raises(ModelError, match="a constant part of the model is inf"):
        load_model("x' = x + 1/0").jvp()
