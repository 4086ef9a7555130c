"""Expressions on whole columns agree with the scalar reference, row by row."""

import math

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

import engine
from engine.model.arithmetic import COMPOSED, PRIMITIVES
from engine.model.evaluation import evaluate
from engine.model.nodes import Symbol
from engine.model.observable import _FUNCTIONS, MOST_OPERATIONS

MODEL = engine.load_model(
    """
[model]
type = "ode"
name = "probe"
[states]
x = 1.0
y = 2.0
[params]
a = 0.5
[constants]
k = 3.0
[functions.f]
args = ["u", "v"]
expr = "u*v + a"
[aux]
r2 = "x^2 + y^2"
r = "sqrt(r2)"
[equations.rhs]
x = "y"
y = "-x"
"""
)

EXPRESSIONS = (
    "x*y - a", "r + k", "f(x, r)", "x^3 - y**0.5", "x if x > y else -y", "0 < x <= y",
    "x > 0 and not y > 1", "sin(x)^2 + cos(x)^2", "x // 2 + y % 3", "hypot(x, y)", "cbrt(x)",
    "log(x)", "1/x", "heaviside(x)", "sign(y)", "clip(x, -1, 1)", "t*x", "erf(x)", "min(x, y, 1)",
    "max(x, y)", "abs(x)", "floor(y)", "atan2(y, x)", "exp(x)", "2", "x or y > 1",
)  # fmt: skip

numbers = st.floats(-50.0, 50.0) | st.sampled_from([0.0, -1.0, 1.0, 1e200, -1e200])


@given(st.sampled_from(EXPRESSIONS), st.lists(st.tuples(numbers, numbers, numbers), min_size=1))
@settings(max_examples=200, deadline=None)
def test_rows_have_the_values_of_the_scalar_reference(
    text: str, rows: list[tuple[float, float, float]]
) -> None:
    t, x, y = np.array(rows).T
    found = MODEL.observable(text)(t, {"x": x, "y": y}, {"a": 0.5})
    assert found.shape == t.shape
    tree = MODEL.observable(text)._tree
    for row, value in zip(rows, found, strict=True):
        known = dict(MODEL.constant_values)
        symbols = [Symbol("time", "t"), Symbol("state", "x"), Symbol("state", "y")]
        known |= dict(zip(symbols, row, strict=True)) | {Symbol("param", "a"): 0.5}
        for name, aux in MODEL.resolved_aux.items():
            known[Symbol("aux", name)] = evaluate(aux, known, MODEL.function_table)
        expected = evaluate(tree, known, MODEL.function_table)
        if math.isnan(expected):
            assert math.isnan(value)
        else:
            assert value == pytest.approx(expected, rel=1e-12, abs=1e-300)


def test_it_tells_what_it_needs() -> None:
    energy = MODEL.observable("r*a")
    assert (energy.states, energy.params, energy.timed) == (("x", "y"), ("a",), False)
    assert MODEL.observable("x > t").is_condition
    assert MODEL.observable("f(x, 1)").params == ("a",)


def test_every_function_of_the_language_has_a_form_for_columns() -> None:
    assert {*PRIMITIVES, *COMPOSED} <= {*_FUNCTIONS}


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("x +", "the axis"),
        ("xx", "did you mean 'x'"),
        ("__import__('os')", "the axis"),
        ("+".join(["x"] * (MOST_OPERATIONS + 1)), "operations"),
    ],
)
def test_what_is_no_observable_is_refused_in_words(text: str, words: str) -> None:
    with pytest.raises(engine.PhasescopeError, match=words):
        MODEL.observable(text, "the axis")


def test_a_lag_is_refused() -> None:
    model = engine.load_model("delayed_logistic")
    state = model.state_names[0]
    with pytest.raises(engine.ExpressionError, match="lag"):
        model.observable(f"lag_{state}(1)")


@pytest.mark.parametrize(
    "name", ["lorenz", "pendulum", "kuramoto", "duffing", "henon", "ikeda", "logistic", "circle"]
)
def test_the_field_is_what_moves_a_run(name: str) -> None:
    model = engine.load_model(name)
    flow = model.kind == "ode"
    sim = engine.Sim(model, stepper="euler" if flow else "map", jit=False, record=True)
    rows = sim.run(n_steps=8)
    states = {state: rows[state][:-1] for state in model.state_names}
    assert tuple(model.field) == model.state_names
    for state, rate in model.field.items():
        found = rate(rows.t[:-1], states, sim.params)
        expected = np.diff(rows[state]) / sim.dt if flow else rows[state][1:]
        np.testing.assert_allclose(found, expected, rtol=1e-6, atol=1e-9)


def test_a_field_that_looks_back_is_refused() -> None:
    with pytest.raises(engine.ExpressionError, match="equation of .*lag"):
        _ = engine.load_model("x[n+1] = r*x*(1 - lag_x(1))\nr = 2.2").field
