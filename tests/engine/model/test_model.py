"""Models: generated code, digest, further expressions, limits of a specification."""

import subprocess
import sys
from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from engine.errors import ExpressionError, ModelError
from engine.model import Aux, Equation, Formula, Model, ModelSpec, Param, State, load_model

CHAIN = """
x' = -a*x + far
far = near^2 + half
near = sat(x, 2) + t
half = 0.5*a
unused = clip(x, 0, 1)
sat(u, k) = u / (k + u)
a = 1.5
x(0) = 2
"""


def test_generated_code_is_complete_and_in_order():
    model = load_model(CHAIN)
    assert model.aux_names == ("far", "near", "half", "unused")
    order = [name for name, _ in model.code.aux]
    assert order.index("near") < order.index("far") > order.index("half")
    assert set(model.code.rhs_aux) == {"near", "half", "far"}
    assert model.code.rhs == ("-p_a * s_x + a_far",)
    assert dict(model.code.aux)["far"] == "a_near * a_near + a_half"
    assert model.code.functions == "def f_sat(u_u, u_k):\n    return div(u_u, u_k + u_u)\n"
    assert model.code.composed == ("minimum", "maximum", "clip")
    assert (model.initial_state, model.param_values) == ((2.0,), (1.5,))


def test_generated_code_computes_the_equations(python_rhs):
    near = 2 / 4 + 3.0
    expected = -1.5 * 2 + (near * near + 0.75)
    assert python_rhs(load_model(CHAIN))(3.0, (2.0,), (1.5,)) == (expected,)


def test_further_expressions_list_what_they_need():
    model = load_model(CHAIN)
    stop = model.expression("far > 3 and not x", "stop")
    assert stop.code == "((a_far > 3.0) and (not (s_x != 0.0)))"
    assert stop.is_condition
    assert stop.aux == tuple(name for name in model.code.rhs_aux)
    assert "f_sat" in stop.functions
    number = model.expression("max(x, 1)")
    assert (number.code, number.is_condition, number.aux) == ("maximum(s_x, 1.0)", False, ())
    assert number.composed == ("maximum",)
    with pytest.raises(ExpressionError, match="^stop, column 1: unknown name 'w'"):
        model.expression("w > 1", "stop")


def test_functions_get_constant_exponents_as_variants():
    code = load_model("x' = hill(x, 2) + hill(x, n)\nhill(u, k) = u^k\nn = 3").code
    assert "def f_hill(u_u, u_k):\n    return power(u_u, u_k)\n" in code.functions
    assert "return u_u * u_u" in code.functions


@pytest.mark.parametrize(
    ("old", "new"),
    [
        ("sigma = 10", "sigma = 11"),
        ("x = 1.0", "x = 7"),
        ("max = 60.0", "max = 61.0"),
        ('label = "Rayleigh"', 'label = "other"'),
        ("t_end = 20", "t_end = 30"),
        ("rho = 14", "rho = 15"),
        ('title = "Lorenz"', 'title = "Lorentz"'),
        ("sigma * (y - x)", "sigma*(y-x)"),
        ("sigma * (y - x)", "(sigma) * ((y - x))"),
        ("x^2", "x ** 2"),
    ],
)
def test_numbers_and_descriptions_do_not_enter_the_digest(old, new):
    assert old in FILE
    assert load_model(FILE.replace(old, new)).digest == load_model(FILE).digest


@pytest.mark.parametrize(
    ("old", "new"),
    [
        ("sigma * (y - x)", "sigma * (x - y)"),
        ("c = 3", "c = 4"),
        ("sigma", "prandtl"),
        ("r2 =", "r3 ="),
        ("x^2", "x^3"),
        ('"ode"', '"map"'),
    ],
)
def test_structure_enters_the_digest(old, new):
    assert old in FILE
    assert load_model(FILE.replace(old, new)).digest != load_model(FILE).digest


FILE = """
[model]
type = "ode"
[states]
x = 1.0
y = 0
[params]
sigma = 10
rho = { value = 28.0, min = 0.0, max = 60.0, label = "Rayleigh" }
[constants]
c = 3
[aux]
r2 = "x^2 + c"
[equations.rhs]
x = "sigma * (y - x)"
y = "rho - x"
[sim]
t_end = 20
[presets.calm.params]
rho = 14
[meta]
title = "Lorenz"
"""


def test_the_digest_is_the_same_in_another_process():
    script = "from engine.model import load_model; print(load_model('ikeda').digest)"
    digests = {
        subprocess.run(
            [sys.executable, "-c", script],
            env={"PYTHONHASHSEED": seed, "PYTHONPATH": ":".join(sys.path)},
            capture_output=True,
            text=True,
            check=True,
        ).stdout.strip()
        for seed in ("1", "2")
    }
    assert digests == {load_model("ikeda").digest}


def test_loading_and_typesetting_a_model_does_not_import_sympy():
    script = (
        "import sys; from engine.model import load_model; load_model('lorenz').latex(); "
        "assert 'sympy' not in sys.modules"
    )
    environment = {"PYTHONPATH": ":".join(sys.path)}
    subprocess.run([sys.executable, "-c", script], env=environment, check=True)


def test_a_cycle_of_aux_is_an_error_that_shows_it():
    with pytest.raises(ModelError, match=r"\[aux\] (\w): defined by itself: \1 → .* → \1$"):
        load_model("x' = a\na = b + t\nb = c + x\nc = a + x")


def _spec(**changes) -> ModelSpec:
    parts = {
        "name": "decay",
        "kind": "ode",
        "states": (State(name="x", value=1.0),),
        "equations": (Equation(state="x", formula=Formula(text="-k*x")),),
        "params": (Param(name="k", value=1.0),),
    }
    return ModelSpec(**{**parts, **changes})


def test_a_specification_made_by_hand_is_a_model():
    assert Model(_spec()).code.rhs == ("-p_k * s_x",)
    assert Model(_spec()) is not Model(_spec())
    assert _spec() == _spec()


@pytest.mark.parametrize(
    ("changes", "message"),
    [
        ({"kind": "sde"}, "the type of a model is 'ode' or 'map', not 'sde'"),
        ({"dtype": "int64"}, "dtype is float64 or float32"),
        ({"states": (), "equations": ()}, "a model needs at least one state"),
        ({"equations": ()}, "a model needs one equation for each state, in their order"),
        (
            {"aux": (Aux(name="k", formula=Formula(text="x")),)},
            r"\[aux\] k: already defined in \[params\]",
        ),
    ],
)
def test_an_inconsistent_specification_is_refused(changes, message):
    with pytest.raises(ModelError, match=message):
        _spec(**changes)


@pytest.mark.parametrize("name", ["", "1x", "x y", "x\n", "x;", "é", "ϑ", "if", "sin", "t", "π"])
def test_names_that_code_could_not_bear_are_refused(name):
    with pytest.raises(ModelError):
        State(name=name, value=1.0)


@given(
    st.floats(allow_nan=False, allow_infinity=False),
    st.none() | st.floats(-1e9, 1e9),
    st.none() | st.floats(-1e9, 1e9),
    st.sampled_from(["linear", "log"]),
)
def test_every_parameter_has_a_slider_range(value, lo, hi, scale):
    try:
        param = Param(name="k", value=value, min=lo, max=hi, scale=scale)
    except ModelError:
        return
    low, high = param.bounds()
    assert low < high
    assert low <= value <= high
    assert float("inf") not in (abs(low), abs(high))
    assert scale == "linear" or low > 0.0
    assert lo in (None, low)
    assert hi in (None, high)


def test_white_space_does_not_tell_formulas_apart():
    assert Formula(text=" a  if b else c*( d)") == Formula(text="a if b else c * (d)")
    assert Formula(text="a b") != Formula(text="ab")
    assert replace(_spec(), origin="other.toml") == _spec()
