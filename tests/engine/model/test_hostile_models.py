"""Whatever text a model is made of, the answer is a model or a `ModelError`."""

import pickle
import time
import warnings

import pytest
from hypothesis import given
from hypothesis import strategies as st

from engine import Sim
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


TWICE = "".join(f"f{i}(u) = f{i - 1}(u) + f{i - 1}(u)\n" for i in range(1, 41))
ARRAY = "\n".join(f"x{i}' = -x{i}" for i in range(5_000))
HEAD = "[model]\ntype = 'ode'\n[states]\nx = 1\n[equations.rhs]\nx = 'x'\n"
TOO_MUCH = {
    "functions that double forty times": (f"x' = f40(x)\nf0(u) = u\n{TWICE}", "operations"),
    "an exponent of such a function": (f"x' = x^f40(2)\nf0(u) = u\n{TWICE}", "operations"),
    "thousands of states": (ARRAY, "at most 1000"),
    "an array of thousands": ("x[1..5000]'=-x[j]\ndone", "at most 1000"),
    "an array of a million": ("x[1..1000000]'=-x[j]\ndone", "more than 20000 elements"),
    "a block of a million": ("%[1..9000]\n" + "x[j]'=1\n" * 999 + "%\n", "more than 20000 lines"),
    "thousands of events": ("x' = x\n" + "when x > 1: x = 0\n" * 3_000, "at most 1000"),
    "a condition of many crossings": (
        "x' = x\nwhen " + " or ".join(f"cross_up(x, {i})" for i in range(1_500)) + ": x = 0",
        "more than 50 crossings",
    ),
    "an action of many statements": (
        HEAD + "[events.a]\ncond = 'x > 1'\naction = '" + "x = x + 1;" * 9_000 + "'",
        "more than 500 statements",
    ),
    "thousands of constants": (
        HEAD + "[constants]\n" + "\n".join(f"c{i} = '{i}'" for i in range(9_000)),
        "at most 1000",
    ),
    "sums without end": (
        "\n".join(
            f"x{i}' = sum(sum(x{i} for q in range(200)) for j in range(200))" for i in range(99)
        ),
        "when written out",
    ),
    "a long text": ("x' = x\n" + "# nothing\n" * 20_000, "longer than 100000 characters"),
    "empty lines": ("\n" * 900_000 + "x' = x", "longer than"),
    "a huge integer": (HEAD.replace("= 1", "= 0x" + "f" * 9_000), "so large an integer"),
    "a key of a hundred thousand parts": (HEAD + "a." * 100_000 + "b = 1", "more than 100 parts"),
    "functions four thousand deep": (
        "par a=1\nx'=f4000(x)\nf0(u)=u\n"
        + "".join(f"f{i}(u)=f{i - 1}(u)\n" for i in range(1, 4_001)),
        "too deeply",
    ),
}


@pytest.mark.parametrize("name", TOO_MUCH)
def test_too_much_is_refused_and_not_waited_for(name):
    text, message = TOO_MUCH[name]
    begun = time.thread_time()
    with pytest.raises(ModelError, match=message):
        load_model(text)
    # Within a second on an idle machine.
    assert time.thread_time() - begun < 10.0


@pytest.mark.parametrize(
    "text",
    [
        "x' = " + "*".join(f"(x + {i})" for i in range(900)),
        "x' = " + "*".join("sin(x)" for i in range(900)),
        "x' = a59\na0 = x + 1\n"
        + "".join(f"a{i} = sin(a{i - 1})*a{i - 1}\n" for i in range(1, 60)),
    ],
)
def test_derivatives_too_large_are_refused_before_they_are_taken(text):
    model = load_model(text)
    begun = time.thread_time()
    with pytest.raises(ModelError, match="too many to be differentiated"):
        model.jvp()
    assert time.thread_time() - begun < 10.0


def test_a_condition_of_a_thousand_comparisons_is_shallow():
    text = " and ".join(f"x > {i}" for i in range(1_000))
    model = load_model(f"x' = 1\nx(0) = 998\nwhen {text}: x = 0")
    run = Sim(model, stepper="euler", dt=0.5, jit=False).run(n_steps=4)
    assert run.events["when_1"]["t"] == pytest.approx([1.0])
