"""Running backward: the inverse of a map is checked, a flow has its time reversed."""

import re

import numpy as np
import pytest

import engine
from engine.errors import ModelError
from engine.model import load_model

HENON = """
[model]
type = "map"
name = "henon"
[states]
x = 0.1
y = 0.2
[params]
a = 1.4
b = 0.3
[aux]
half = "y / b"
[equations.rhs]
x = "1 - a*x^2 + y"
y = "b*x"
"""
KEYED = '[equations.inverse]\nx = "half"\ny = "x - 1 + a*half^2"\n'
INNER = '[equations.inverse.rhs]\nx = "half"\ny = "x - 1 + a*half^2"\n'
BLOCK = "[equations.inverse]\nexpr = '''\nx = half; y = x - 1 + a*half^2'''\n"


def _map(equation: str, inverse: str, x0: float = 0.3, dtype: str = "float64"):
    return load_model(
        f'[model]\ntype = "map"\ndtype = "{dtype}"\n[states]\nx = {x0}\n[params]\nr = 3.7\n'
        f'[equations.rhs]\nx = "{equation}"\n[equations.inverse]\nx = "{inverse}"'
    )


def test_the_forms_of_an_inverse_are_the_same():
    specs = [load_model(HENON + form).spec for form in (KEYED, INNER, BLOCK)]
    assert specs[0] == specs[1] == specs[2]


def test_a_map_runs_back_to_where_it_came_from():
    model = load_model(HENON + BLOCK)
    forward = engine.Sim(model, jit=False).run(n_steps=20)
    back = model.inverted()
    assert (back.name, back.digest != model.digest) == ("henon (inverse)", True)
    end = dict(zip(model.state_names, forward.y[-1][:2], strict=True))
    backward = engine.Sim(back, y0=end, jit=False).run(n_steps=12)
    # The map contracts by 0.3, so the way back loses digits at that rate.
    np.testing.assert_allclose(backward["x"], forward["x"][:-14:-1], rtol=1e-6)
    assert load_model(back.text).spec == back.spec


def test_compiled_and_plain_runs_backward_agree_to_the_bit():
    back = load_model(HENON + KEYED).inverted()
    compiled, plain = (engine.Sim(back, jit=jit).run(n_steps=8) for jit in (True, False))
    assert np.array_equal(compiled.y, plain.y)


@pytest.mark.parametrize(
    ("equation", "inverse"),
    [
        ("r*x*(1 - x)", "(1 - sqrt(1 - 4*x/r)) / 2"),
        ("r*x*(1 - x)", "(1 + sqrt(1 - 4*x/r)) / 2"),
        ("mod(x + r, 1)", "mod(x - r, 1)"),
        ("x + r", "x - r"),
        ("exp(x) + t", "log(x - t)"),
        ("2*x if x < 0.5 else 2 - 2*x", "x/2"),
    ],
)
def test_one_branch_is_an_inverse_too(equation, inverse):
    assert _map(equation, inverse).inverted().kind == "map"


@pytest.mark.parametrize(
    ("equation", "inverse"),
    [
        ("r*x*(1 - x)", "(1 - sqrt(1 - 4*x)) / 2"),
        ("x + r", "x + r"),
        ("x + 1e-5", "x"),
        ("exp(x)", "log(x) + 0.001"),
        ("3*x", "x/2"),
    ],
)
def test_a_wrong_inverse_is_refused(equation, inverse):
    with pytest.raises(
        ModelError, match=re.escape("[equations.inverse]: it does not undo the map")
    ):
        _map(equation, inverse)


def test_the_error_names_the_state_and_both_values():
    wrong = HENON + KEYED.replace("y = ", "y = ").replace("- 1", "- 2")
    with pytest.raises(ModelError) as caught:
        load_model(wrong)
    found = re.search(
        r"from x = (\S+), y = (\S+) .* to x = (\S+) instead of (\S+)$", str(caught.value)
    )
    assert found is not None
    x, _, reached, wanted = map(float, found.groups())
    assert wanted == x
    assert reached == pytest.approx(x - 1.0, rel=1e-4)


def test_a_map_that_names_the_iteration_runs_back_through_the_same_iterations():
    model = load_model(
        '[model]\ntype = "map"\n[states]\nx = 0.5\n[aux]\nkick = "sin(t)"\n'
        '[equations.rhs]\nx = "x + kick"\n[equations.inverse]\nx = "x - kick"'
    )
    forward = engine.Sim(model, t0=3.0, jit=False).run(n_steps=10)
    back = engine.Sim(model.inverted(), t0=-13.0, y0={"x": forward["x"][-1]}, jit=False)
    backward = back.run(n_steps=10)
    np.testing.assert_allclose(backward["x"], forward["x"][::-1], rtol=1e-13)
    np.testing.assert_array_equal(backward.t, -forward.t[::-1])


def test_a_flow_runs_back_through_its_orbit_and_its_time():
    model = load_model(
        '[model]\ntype = "ode"\n[states]\nx = 1.0\nv = 0.0\n[params]\nd = 0.1\n'
        '[aux]\ndrive = "cos(2*t)"\n[equations.rhs]\nx = "v"\nv = "-x - d*v + drive"\n'
        '[equations.jacobian]\nexpr = [["0", "1"], ["-1", "-d"]]\n[sim]\nt0 = 1.0\nt_end = 6.0'
    )
    forward = engine.Sim(model, dt=0.01, jit=False).run()
    back = model.inverted()
    assert (back.spec.sim.t0, back.spec.sim.t_end) == (-1.0, 4.0)
    assert back.spec.jacobian[1][1].text == "-(-d)"
    end = {"x": forward["x"][-1], "v": forward["v"][-1]}
    backward = engine.Sim(back, t0=-6.0, y0=end, dt=0.01, jit=False).run(t_end=-1.0)
    np.testing.assert_allclose(backward["x"], forward["x"][::-1], atol=1e-8)
    np.testing.assert_allclose(backward["aux.drive"], forward["aux.drive"][::-1], atol=1e-9)
    twice = engine.Sim(back.inverted(), dt=0.01, jit=False).run(t_end=6.0)
    np.testing.assert_array_equal(twice["x"], forward["x"])


def test_what_cannot_run_backward_says_why():
    with pytest.raises(
        ModelError, match=r"henon: the map gives no inverse; write it in \[equations"
    ):
        load_model(HENON).inverted()
    acting = "[model]\ntype='ode'\n[states]\nx=1\n[equations.rhs]\nx='x'\n[events.e]\ncond='x>2'\n"
    assert load_model(acting).inverted().name == "model (inverse)"
    with pytest.raises(ModelError, match=r"\[events.e\]: what an event does cannot be undone"):
        load_model(acting + "action = 'x = 0'").inverted()
    with pytest.raises(ModelError, match=r"\[noise\] x: noise cannot be undone"):
        load_model("x' = -x\nnoise x = 1").inverted()
    delayed = "[model]\ntype='ode'\n[states]\nx=1\n[aux]\nw='lag_x(3)'\n[equations.rhs]\nx='-w'\n"
    with pytest.raises(ModelError, match=r"\[aux\] w: the states that it looks back to are"):
        load_model(delayed).inverted()
    with pytest.raises(ModelError, match=r"\[equations.rhs\] x: the states that it looks back"):
        load_model(delayed.replace("-w", "-lag_x()")).inverted()
