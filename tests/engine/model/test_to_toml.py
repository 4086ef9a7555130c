"""A model as text: what is written loads to the same model."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

import engine
from engine.model.toml import read_toml

EVERYTHING = """
[model]
type = "map"
name = "every \\"thing\\" \\\\ and \\u007f more"
[states]
x = { value = -0.0, unit = "m", label = "a # label" }
"β" = "1e308 * 1.5"
[params]
a = { value = "8/3", min = -1, max = 5e-324, scale = "linear", step = 0.1 }
b = { value = 1.0, scale = "log" }
[constants]
g = 9.81
h = "2 * g"
[functions.sat]
args = ["u", "k"]
expr = "u / (k + u)"
[aux]
r2 = '''x^2
   + β^2'''
[equations.rhs]
x = "sat(x, 2) if x > 0 else a*x"
"β" = 0.5
[equations.jacobian]
expr = [["2 / (2 + x)^2 if x > 0 else a", 0], ["0", "0 * β"]]
[equations.inverse]
x = "2*x / (1 - x) if x > 0 else x / a"
"β" = "β"
[sim]
t0 = 3
t_end = 20
stop = { cond = "x > 1e6 and β < 2", phase = "both" }
record = ["x", "aux.r2"]
rtol = 0
max_steps = 77
[presets."two words".params]
a = -0.5
[presets."two words".states]
x = 1
[presets.nothing]
[meta]
title = "A title"
description = "several\\nlines"
reference = "J. Doe"
tags = ["chaos"]
axes = ["x", "t"]
"""
EVERYTHING = EVERYTHING.replace("max = 5e-324", "max = 5.0")


def assert_same_model(model):
    again = engine.load_model(model.text)
    assert again.spec == model.spec
    assert again.digest == model.digest
    assert again.text == model.text
    assert [s.value.hex() for s in again.spec.states] == [s.value.hex() for s in model.spec.states]


@pytest.mark.parametrize("name", engine.list_models())
def test_every_bundled_model_comes_back(name):
    assert_same_model(engine.load_model(name))


def test_everything_a_model_file_can_say_comes_back():
    assert_same_model(engine.load_model(EVERYTHING))


def test_plain_equations_come_back_as_a_model_file():
    text = "x' = a*f(x) - t; f(u) = u^2; a = 2 in [0, 4]; e2 = x + t; x(0) = 1e-300"
    assert_same_model(engine.load_model(text))


def test_events_come_back():
    text = """
    [model]
    type = "ode"
    [states]
    v = 0
    u = 0
    [params]
    c = 1
    [equations.rhs]
    v = "1 - v"
    u = "v"
    [events.spike]
    cond = "v >= 0.9"
    phase = "both"
    trigger = "level"
    locate = false
    action = "v = c; u += 1"
    log = ["t", "v"]
    tags = ["spikes"]
    [events.keyed]
    cond = "u >= 3"
    action.u = "0"
    action.v = "c - 1"
    """
    spec = read_toml(text, "events.toml")
    again = read_toml(engine.model.write_toml(spec))
    assert again.events == spec.events


@given(
    value=st.floats(allow_nan=False, allow_infinity=False),
    label=st.text(st.characters(exclude_categories=["Cs"])),
)
def test_any_number_and_any_text_come_back(value, label):
    spec = engine.load_model("x' = -x").spec
    state = type(spec.states[0])(name="x", value=value, label=label)
    again = read_toml(engine.model.write_toml(with_states(spec, state)))
    assert again.states[0].value.hex() == value.hex()
    assert again.states[0].label == label


def with_states(spec, *states):
    fields = {name: getattr(spec, name) for name in spec.__dataclass_fields__}
    return type(spec)(**(fields | {"states": states}))
