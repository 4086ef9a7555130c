"""Files of the dynlib package's format: every documented feature of theirs loads and runs."""

import importlib.util
import math
import warnings
from pathlib import Path

import numpy as np
import pytest

import engine
from engine.errors import ModelError
from engine.model import load_model
from engine.steppers import STEPPERS


def _shipped() -> list[Path]:
    found = importlib.util.find_spec("dynlib")
    if found is None or found.origin is None:
        return []
    return sorted((Path(found.origin).parent / "models").glob("*/*.toml"))


@pytest.mark.skipif(not _shipped(), reason="dynlib is not installed")
@pytest.mark.parametrize("path", _shipped(), ids=lambda path: path.stem)
def test_a_file_shipped_with_dynlib_loads_runs_and_comes_back(path):
    model = load_model(path)
    if model.spec.sim.stepper not in STEPPERS:
        pytest.skip(f"there is no stepper {model.spec.sim.stepper} yet")
    results = engine.Sim(model, jit=False).run(n_steps=20)
    assert results.status is engine.Status.DONE
    assert np.all(np.isfinite(results.y))
    assert load_model(model.text).spec == model.spec


FLOW = """
#! dynlib:0.37
[model]
type = "ode"
label = "everything"
dtype = "double"
[states]
x = 1
y = "1/2"
[params]
a = 2.0
N = 3
[constants]
half = "1/2"
quarter = "half^2"
[functions.W]
args = ["u"]
expr = "a + half*tanh(u)**2"
[functions.V]
args = ["a", "u"]
expr = "W(u) + a"
[aux]
E = "V(1, x)"
[equations.rhs]
x = "-E + sum(j*j for j in range(1, 4) if j % 2 == 1)"
[equations]
expr = '''
  d(y) = (x          # the state
          - y) \\
         * quarter
'''
[events.reset]
cond = "(x < -5 or
         cross_down(y, -2))"
phase = "post"
action.x = 1
action.a = "a + 1"
log = ["t", "x", "param:a", "aux:E", "state:y"]
tags = ["late"]
[sim]
t_end = 2
dt = 0.01
stepper = "rk4_classic"
tol = 1e-8
max_iter = 50
atol = 1e-8
[sim.stop]
cond = "x > 100"
phase = "post"
[presets.other.params]
a = 3
[meta]
title = "anything"
"""


def test_every_feature_of_a_flow_is_read_and_runs(python_rhs):
    with pytest.warns(UserWarning, match="ignored, steppers have no such settings") as caught:
        model = load_model(FLOW.replace('"(x', "'''(x").replace(')"\nphase', ")'''\nphase"))
    assert len(caught) == 2
    assert (model.spec.dtype, model.spec.sim.stepper, model.name) == (
        "float64", "rk4", "everything",
    )  # fmt: skip
    wanted = 2.0 + 0.5 * math.tanh(0.3) ** 2 + 1.0
    assert python_rhs(model)(0.0, (0.3, 0.1), model.param_values) == pytest.approx(
        (10.0 - wanted, 0.2 * 0.25)
    )
    log = engine.Sim(model.text, jit=False, y0={"x": -6.0}, params={"a": 20.0}).run(n_steps=50)
    event = log.events["reset"]
    assert len(event["t"]) == 0 or set(event) == {"t", "x", "a", "aux.E", "y"}
    assert load_model(model.text).spec == model.spec


def test_a_parameter_that_a_function_uses_is_the_one_of_the_run(python_rhs):
    text = "x' = -g(x) + f(1, 2)\nf(u, k) = u*k*r_\ng(k) = f(k, k) + k_*r_\nr_ = 3; k_ = 5"
    model = load_model(text)
    rhs = python_rhs(model)
    assert rhs(0.0, (2.0,), (3.0, 5.0)) == (-(2 * 2 * 3 + 5 * 3) + 1 * 2 * 3,)
    assert rhs(0.0, (2.0,), (1.0, 0.0)) == (-(2 * 2) + 2,)
    assert "u_r_" in model.code.functions


def test_names_of_captured_parameters_and_of_arguments_do_not_meet(python_rhs):
    text = "x' = outer(2, 7)\nouter(k, k_) = inner(k_) + k\ninner(u) = k*u\nk = 3"
    with pytest.raises(ModelError, match="unknown"):
        load_model(text.replace("inner(u) = k*u", "inner(u) = q(u)"))
    assert python_rhs(load_model(text))(0.0, (0.0,), (10.0,)) == (7 * 10 + 2,)


def test_the_derivative_goes_through_a_function_that_uses_a_parameter():
    model = load_model("x' = f(x)\nf(u) = k*u^2\nk = 3")
    assert "p_k" in model.jvp().result[0] + str(model.jvp().statements)
    results = engine.Sim(model, y0={"x": -1.0}, jit=False, dt=0.01).run(t_end=1.0)
    # x' = 3 x^2 from -1: x = -1/(1 + 3 t).
    assert results["x"][-1] == pytest.approx(-0.25, rel=1e-6)


@pytest.mark.parametrize(
    ("block", "message"),
    [
        ("dy = 0; dx = (1 +\n  y +\n  zz)", "expr, line 3, column 3: unknown name 'zz'"),
        ("dx = 1; dy = (x +\n 2 *)", "expr, line 2, column 5: expected a number, a name or '('"),
        ("dx = (1 +\ndy = 2", "expr, line 1, column 10: something is missing"),
        ("dx = 1 + \\\n    2\ndz = 3", "expr, line 3, column 1: there is no state 'z'"),
        ("dx = (1\n); dy = w", "expr, line 2, column 9: unknown name 'w'"),
    ],
)
def test_errors_in_a_statement_of_several_lines_name_the_line(block, message):
    text = f"[model]\ntype = 'ode'\n[states]\nx = 0\ny = 0\n[equations]\nexpr = '''{block}'''"
    with pytest.raises(ModelError) as caught:
        load_model(text)
    assert message in str(caught.value)


def test_errors_in_an_expression_of_several_lines_name_the_line():
    text = "[model]\ntype='ode'\n[states]\nx=0\n[aux]\nr = '''x +\n  y'''\n[equations.rhs]\nx='r'"
    with pytest.raises(ModelError, match=r"\[aux\] r, line 2, column 3: unknown name 'y'"):
        load_model(text)


def test_a_block_of_a_flow_may_leave_out_the_d():
    head = "[model]\ntype = 'ode'\n[states]\nx = 0\ndx = 0\n[equations]\nexpr = "
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        plain = load_model(head + "'''dx = 1\nd(dx) = x'''")
        assert load_model(head + "'''x = 1\nddx = x'''").spec == plain.spec


def test_a_map_has_no_derivatives():
    head = "[model]\ntype = 'map'\n[states]\nx = 0\ndelta = 1\n[equations]\nexpr = "
    assert load_model(head + "'''delta = x\nx = 1'''").state_names == ("x", "delta")
    with pytest.raises(ModelError, match="'dx' is a derivative, and a map has none: write x = …"):
        load_model(head + "'''delta = x\ndx = 1'''")
