"""The Jacobian matrix: derived, given in the model file, evaluated, and checked."""

import re

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

import engine

LIBRARY = engine.list_models()

# Every entry of the matrix is another kind of expression.
MIXED = """
x' = a*x*y + exp(-z) + sin(t*x)
y' = if_above(x, y) + b/(1 + y^2)
z' = max(x, z) - hypot(y, z) + u^3
u = x*z
if_above(q, r) = q^2 if q > r else r*q
a = 1.5
b = 0.7
x(0) = 0.4
y(0) = 1.2
z(0) = -0.3
"""

GIVEN = """
[model]
type = "{kind}"
[states]
x = 1.0
y = 2.0
[params]
a = 2.0
[aux]
square = "x^2"
[equations.rhs]
x = "a*x*y + square"
y = "x - y^2"
[equations.jacobian]
expr = [["a*y + 2*x", "a*x"], ["1", "{entry}"]]
"""


def differences(model, t, y, p, step=1e-6):
    """Differentiate the rendered right-hand sides numerically, by the run itself for a map."""
    rhs = evaluated_rhs(model)
    columns = []
    for j in range(len(y)):
        h = step * max(1.0, abs(y[j]))
        up, down = np.array(y), np.array(y)
        up[j] += h
        down[j] -= h
        columns.append((rhs(t, up, p) - rhs(t, down, p)) / (up[j] - down[j]))
    return np.array(columns).T


def evaluated_rhs(model):
    from engine.model import arithmetic

    code = model.code
    names = [*(f"s_{n}" for n in model.state_names), *(f"p_{n}" for n in model.param_names)]

    def rhs(t, y, p):
        scope = {**arithmetic.PRIMITIVES, **arithmetic.COMPOSED, "t": t}
        scope |= dict(zip(names, [*map(float, y), *map(float, p)], strict=True))
        exec(code.functions, scope)
        for name, text in code.aux:
            scope[f"a_{name}"] = eval(text, scope)
        return np.array([eval(text, scope) for text in code.rhs])

    return rhs


@pytest.mark.parametrize("name", LIBRARY)
def test_derived_jacobians_of_the_library_agree_with_differences(name):
    model = engine.load_model(name)
    random = np.random.default_rng(3)
    for _ in range(5):
        y = np.array(model.initial_state) + random.uniform(0.1, 0.5, len(model.initial_state))
        expected = differences(model, 0.7, y, model.param_values)
        # Small entries beside large ones drown in the rounding of a difference.
        rounding = max(1e-6, 1e-9 * np.abs(expected).max())
        assert model.jacobian_at(0.7, y, model.param_values) == pytest.approx(
            expected, rel=1e-6, abs=rounding
        )


@settings(max_examples=40)
@given(st.floats(-2.0, 2.0), st.floats(-2.0, 2.0), st.floats(-2.0, 2.0), st.floats(0.0, 3.0))
def test_a_derived_jacobian_agrees_with_differences(x, y, z, t):
    model = mixed()
    state = np.array([x, y, z])
    # Off the kinks, where the derivative holds.
    if min(abs(x - y), abs(x - z)) < 1e-4 or np.hypot(y, z) < 1e-2:
        return
    expected = differences(model, t, state, model.param_values)
    found = model.jacobian_at(t, state, model.param_values)
    assert found == pytest.approx(expected, rel=1e-6, abs=1e-6)


def mixed(cache={}):  # noqa: B006
    return cache.setdefault("model", engine.load_model(MIXED))


def test_only_entries_that_can_differ_from_zero_are_written():
    entries = engine.load_model("lorenz").jacobian().entries
    assert [(row, column) for row, column, _ in entries] == [
        (0, 0), (0, 1), (1, 0), (1, 1), (1, 2), (2, 0), (2, 1), (2, 2),
    ]  # fmt: skip


def test_a_given_jacobian_is_used():
    model = engine.load_model(GIVEN.format(kind="ode", entry="-2*y"))
    assert model.jacobian().is_given
    assert model.jacobian_at(y=[1.0, 2.0]).tolist() == [[6.0, 2.0], [1.0, -4.0]]
    assert model.jacobian_at(y={"x": 3.0}, params={"a": 1.0}).tolist() == [[8.0, 3.0], [1.0, -4.0]]
    assert not engine.load_model("lorenz").jacobian().is_given


@pytest.mark.parametrize(("kind", "of"), [("ode", "y'"), ("map", "the next y")])
def test_a_wrong_jacobian_is_refused_with_both_values(kind, of):
    with pytest.raises(engine.ModelError) as caught:
        engine.load_model(GIVEN.format(kind=kind, entry="2*y"))
    message = str(caught.value)
    assert f"[equations.jacobian] row 2, column 2: the derivative of {of} by y is " in message
    right, stated = re.search(r" is (\S+) where this gives (\S+);", message).groups()
    assert float(right) == -float(stated)
    assert float(right) == pytest.approx(-4.0, rel=0.1)
    assert "derived from the equations" in message


def test_a_jacobian_that_is_wrong_away_from_the_initial_state_is_refused():
    with pytest.raises(engine.ModelError, match="row 2, column 2"):
        engine.load_model(GIVEN.format(kind="ode", entry="-4"))


def test_a_given_jacobian_passes_where_the_equations_jump_or_are_undefined():
    text = """
    [model]
    type = "ode"
    [states]
    x = 0.0
    y = -1.0
    [equations.rhs]
    x = "sqrt(y) + floor(3*x)"
    y = "abs(x) - heaviside(y)"
    [equations.jacobian]
    expr = [["0", "0.5/sqrt(y)"], ["sign(x)", "0"]]
    """
    assert engine.load_model(text).jacobian().is_given


def test_a_given_jacobian_makes_another_structure():
    right = engine.load_model(GIVEN.format(kind="ode", entry="-2*y"))
    same = engine.load_model(GIVEN.format(kind="ode", entry="-y - y"))
    assert right.digest != same.digest


def test_values_that_fit_no_name_are_refused():
    model = engine.load_model("lorenz")
    with pytest.raises(engine.ModelError, match="unknown name 'w'"):
        model.jacobian_at(y={"w": 1.0})
    with pytest.raises(engine.ModelError, match="2 values for 3 names"):
        model.jacobian_at(y=[1.0, 2.0])
