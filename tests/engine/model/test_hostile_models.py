"""Whatever text a model is made of, the answer is a model or a `ModelError`."""

import pickle
import warnings

import pytest
from hypothesis import given
from hypothesis import strategies as st

from engine.errors import ModelError, suggest
from engine.model import load_model

PIECES = [
    "x", "y", "t", "sin", "sum", "range", "for", "i", "in", "if", "else", "and", "not", "(", ")",
    "+", "-", "*", "/", "//", "%", "^", "**", "<", "==", "=", ",", "'", "[", "]", "n", ";", "\n",
    "#", "1", "0", "2.5", "1e9", "x'", "x(0)", "f(u)", "λ", " ", ".", "lambda", "__class__", "\\",
]  # fmt: skip


def _load(text: str) -> None:
    with warnings.catch_warnings(action="ignore"):
        try:
            load_model(text)
        except ModelError:
            return


@given(st.text())
def test_any_text_as_an_equation(text):
    _load(f"x' = {text}\n")
    _load(text)


@given(st.lists(st.sampled_from(PIECES), max_size=20))
def test_any_pieces_of_the_language(pieces):
    _load(f"x' = {' '.join(pieces)}\n")
    _load("x' = y\n" + "".join(pieces))


@given(
    st.lists(st.sampled_from([*PIECES, "[", "]", '"', "{", "}", "states", "value"]), max_size=20)
)
def test_any_pieces_of_a_file(pieces):
    _load("[model]\ntype = 'ode'\n[states]\nx = 1\n" + "".join(pieces))


def test_functions_nested_too_deeply_are_an_error():
    body = "sin(" * 40 + "f{}(u)" + ")" * 40
    functions = "".join(f"f{i}(u) = {body.format(i - 1)}\n" for i in range(1, 90))
    with pytest.raises(ModelError, match="functions nested too deeply"):
        load_model(f"x' = f89(x)\nf0(u) = u\n{functions}")


def _chain_of_aux(length: int) -> str:
    aux = "".join(f"a{i} = a{i - 1} + 1\n" for i in range(1, length))
    return f"x' = a{length - 1}\na0 = x\n{aux}"


def test_chains_of_aux_are_differentiated_until_they_are_too_deep():
    assert load_model(_chain_of_aux(40)).jvp().result == ("v_x",)
    long = load_model(_chain_of_aux(2_000))
    assert len(long.code.rhs_aux) == 2_000
    with pytest.raises(ModelError, match="nested too deeply to be differentiated"):
        long.jvp()


def test_many_definitions_take_no_time():
    aux = "".join(f"a{i} = a{i - 1} + 1\n" for i in range(1, 3_000))
    assert len(load_model(f"x' = -x\na0 = x\n{aux}").aux_names) == 3_000


def test_a_model_can_be_sent_to_another_process():
    model = load_model("ikeda")
    model.jvp()
    twin = pickle.loads(pickle.dumps(model))
    assert (twin.digest, twin.spec, twin.jvp()) == (model.digest, model.spec, model.jvp())


@pytest.mark.parametrize(
    ("name", "candidates", "ending"),
    [
        ("rhoo", ["sigma", "rho"], "; did you mean 'rho'?"),
        ("RHO", ["sigma", "rho"], "; did you mean 'rho'?"),
        ("q", ["sigma", "rho"], "; valid: sigma, rho"),
        ("q", [], ""),
        ("zzz", map(str, range(20)), "; valid: 0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, …"),
    ],
)
def test_suggestions(name, candidates, ending):
    assert suggest(name, candidates) == ending
