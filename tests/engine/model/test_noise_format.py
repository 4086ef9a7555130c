"""The noise of a model: its tables and statements, what it generates, how it is shown."""

import pytest

import engine
from engine.errors import ModelError
from engine.model import load_model
from engine.model.to_text import write_equations_text

FILE = """
[model]
type = "ode"
name = "noisy"
{calculus}

[states]
x = 1.0
y = 0.5
z = 0.0

[params]
s = 0.2

[aux]
r = "sqrt(x^2 + y^2)"

[functions.half]
args = ["u"]
expr = "u / 2"

[equations.rhs]
x = "-x"
y = "x - y"
z = "1"

[noise]
y = "s * r + half(y)"
x = 0.5
"""
NOISY = FILE.format(calculus="")


def test_noise_stands_in_the_order_of_the_states():
    spec = load_model(NOISY).spec
    assert [(part.state, part.formula.text) for part in spec.noise] == [
        ("x", "0.5"),
        ("y", "s * r + half(y)"),
    ]
    assert spec.calculus == "ito"
    assert spec.sim.stepper == "euler_maruyama"


@pytest.mark.parametrize(
    ("written", "calculus", "stepper"),
    [
        ("Itô", "ito", "euler_maruyama"),
        ("ito", "ito", "euler_maruyama"),
        ("Stratonovich", "stratonovich", "heun"),
        ("stratonovich", "stratonovich", "heun"),
    ],
)
def test_the_calculus_is_read_and_decides_the_usual_stepper(written, calculus, stepper):
    model = load_model(FILE.format(calculus=f'calculus = "{written}"'))
    assert model.spec.calculus == calculus
    assert engine.Sim(model).stepper == stepper


def test_a_calculus_that_does_not_exist_is_named_with_the_nearest_one():
    with pytest.raises(ModelError, match="unknown value 'stratonovitch'; did you mean 'strat"):
        load_model(FILE.format(calculus='calculus = "stratonovitch"'))


def test_a_stepper_that_the_file_names_stays():
    named = NOISY + '\n[sim]\nstepper = "milstein"\n'
    assert load_model(named).spec.sim.stepper == "milstein"


def test_a_map_has_no_noise():
    text = NOISY.replace('"ode"', '"map"')
    with pytest.raises(ModelError, match=r"^\[noise\]: noise drives flows; a map has none$"):
        load_model(text)


@pytest.mark.parametrize("calculus", ["ito", "stratonovich"])
def test_noise_comes_back_from_the_text_of_the_model(calculus):
    model = load_model(FILE.format(calculus=f'calculus = "{calculus}"'))
    again = load_model(model.text)
    assert again.spec == model.spec
    assert again.digest == model.digest


def test_plain_equations_give_the_same_noise():
    text = "x' = -x\ny' = x - y\nnoise y = s*sqrt(x^2 + y^2)\nnoise x = 0.5\ns = 0.2"
    model = load_model(text)
    assert [(part.state, part.formula.text) for part in model.spec.noise] == [
        ("x", "0.5"),
        ("y", "s*sqrt(x^2 + y^2)"),
    ]
    assert model.spec.sim.stepper == "euler_maruyama"
    assert load_model(model.text).spec == model.spec


def test_an_amplitude_never_given_becomes_a_parameter():
    with pytest.warns(UserWarning, match="'sigma' is used and never given"):
        model = load_model("x' = -x\nnoise x = sigma")
    assert model.param_names == ("sigma",)


def test_a_parameter_may_be_called_noise():
    model = load_model("x' = -noise*x\nnoise = 0.5\nnoise x = noise")
    assert model.param_names == ("noise",)
    assert [part.formula.text for part in model.spec.noise] == ["noise"]


def test_amplitudes_and_calculus_are_structure_and_their_numbers_are_not():
    texts = {
        "plain": "x' = -x\ns = 1",
        "noisy": "x' = -x\nnoise x = s\ns = 1",
        "other": "x' = -x\nnoise x = s*x\ns = 1",
        "stronger": "x' = -x\nnoise x = s\ns = 2",
    }
    digests = {name: load_model(text).digest for name, text in texts.items()}
    assert len(set(digests.values())) == 3
    assert digests["noisy"] == digests["stronger"]
    stratonovich = load_model(FILE.format(calculus='calculus = "stratonovich"'))
    assert stratonovich.digest != load_model(NOISY).digest


def test_the_correction_of_the_drift_is_half_the_amplitude_times_its_slope():
    model = load_model("x' = -x\ny' = -y\nnoise x = s*x*y\nnoise y = s*x^2\ns = 1")
    assert model.noise.depends == {"x": {"x", "y"}, "y": {"x"}}
    x_part, y_part = model.noise.correction.result
    given = {"s_x": 3.0, "s_y": 2.0, "p_s": 0.5}
    assert eval(x_part, given) == pytest.approx(0.5 * (0.5 * 3 * 2) * (0.5 * 2))
    assert y_part == "0.0"


def test_square_roots_of_the_state_have_a_constant_correction():
    model = load_model("x' = 1 - x\nnoise x = s*sqrt(x)\ns = 0.5")
    [part] = model.noise.correction.result
    assert eval(part, {"p_s": 0.5}) == pytest.approx(0.25 * 0.5**2)


def test_noise_is_typeset_in_differentials():
    ito = load_model(NOISY).latex()
    assert ito[:3] == (
        r"\mathrm{d}x = \left(-x\right) \, \mathrm{d}t + 0.5 \, \mathrm{d}W_{x}",
        r"\mathrm{d}y = \left(x - y\right) \, \mathrm{d}t"
        r" + \left(s r + \mathrm{half}\left(y\right)\right) \, \mathrm{d}W_{y}",
        r"\mathrm{d}z = 1 \, \mathrm{d}t",
    )
    # Aux and functions that only the noise uses are shown as well.
    assert ito[3].startswith("r = ")
    assert ito[4].startswith(r"\mathrm{half}\left(u\right) = ")
    stratonovich = load_model(FILE.format(calculus='calculus = "stratonovich"')).latex()
    assert stratonovich[0].endswith(r"0.5 \circ \mathrm{d}W_{x}")


def test_noise_cannot_be_run_backward():
    with pytest.raises(ModelError, match=r"^\[noise\] x: noise cannot be undone"):
        load_model(NOISY).inverted()


def test_plain_equations_written_from_a_model_keep_its_noise():
    model = load_model("x' = -x\ny' = x\nnoise y = s*x\ns = 0.3\nx(0) = 1")
    assert [(n.state, n.formula.text) for n in model.spec.noise] == [("y", "s*x")]
    assert load_model(write_equations_text(model.spec)).spec.noise == model.spec.noise
