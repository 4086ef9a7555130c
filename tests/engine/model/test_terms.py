"""The terms of a right-hand side: as they are typeset, and adding up to it."""

import numpy as np
import pytest

import engine

T = np.array([0.1, 0.7])


def columns(model):
    """Return two rows of states near the initial one, and the parameters."""
    start = zip(model.state_names, model.initial_state, strict=True)
    states = {name: np.array([value, 1.1 * value + 0.01]) for name, value in start}
    return states, dict(zip(model.param_names, model.param_values, strict=True))


@pytest.mark.parametrize("name", engine.list_models())
def test_the_terms_of_every_bundled_model_add_up(name):
    model = engine.load_model(name)
    at = columns(model)
    for equation in model.spec.equations:
        terms = model.terms()[equation.state]
        if "lag_" in equation.formula.text:
            continue
        total = sum(term.observable(T, *at) for term in terms)
        whole = model.observable(equation.formula.text)(T, *at)
        np.testing.assert_allclose(total, whole, rtol=1e-12, atol=1e-12)


@pytest.mark.parametrize(
    ("text", "terms"),
    [
        ("a - b*x + 1e-3", [("", "a"), ("-", "b*x"), ("+", "1e-3")]),
        ("-x*-b + (a - b)", [("", "-x*-b"), ("+", "(a - b)")]),
        ("(a + b)", [("", "(a + b)")]),
        ("x^-2 - x // b", [("", "x^-2"), ("-", "x // b")]),
        ("a if x > 0 else b - x", [("", "a if x > 0 else b - x")]),
        ("(a - b) - max(x + 1, b) % 2", [("", "(a - b)"), ("-", "max(x + 1, b) % 2")]),
        ("sum(i*x for i in range(3)) + b", [("", "sum(i*x for i in range(3))"), ("+", "b")]),
    ],
)
def test_a_sum_falls_into_its_terms_and_nothing_else_does(text, terms):
    model = engine.load_model(f"x' = {text}\na = 3\nb = 2\nx(0) = 0.4")
    found = model.terms()["x"]
    assert [(term.sign, term.text) for term in found] == terms
    at = columns(model)
    total = sum(term.observable(T, *at) for term in found)
    np.testing.assert_allclose(total, model.observable(text)(T, *at), rtol=1e-14)


def test_a_term_that_looks_back_has_no_size():
    model = engine.load_model("x[n+1] = a*x - lag_x(2)\na = 1")
    assert [term.observable is None for term in model.terms()["x"]] == [False, True]


def test_rows_are_typeset_with_names_that_a_page_can_tell():
    model = engine.load_model("x[n+1] = r*x[n] + g(x)*t\nr = 2\ng(u) = u*r\nq = x + 1")
    state, aux, function = model.equation_rows(link=True)
    assert state.left == r"\href{x}{x_{n+1}}"
    assert [term.latex for term in state.terms][0] == r"\href{r}{r} \href{x}{x_{n}}"
    assert state.terms[1].latex.endswith("n")
    assert (aux.kind, aux.name, function.kind, function.name) == ("aux", "q", "function", "g")
    assert function.terms[0].latex == r"u \href{r}{r}"
    assert model.equation_rows()[0].left == "x_{n+1}"


def test_noise_is_a_term_of_its_own():
    (row,) = engine.load_model("x' = -x\nnoise x = s\ns = 1").equation_rows()
    assert row.left == r"\mathrm{d}x"
    assert row.noise == r"s \, \mathrm{d}W_{x}"


def test_events_are_linked_too():
    model = engine.load_model("x' = 1\nk = 1\nwhen x > k: x = 0")
    ((condition, (assignment,)),) = model.latex_events(link=True)
    assert condition == r"\href{x}{x} > \href{k}{k}"
    assert assignment == r"\href{x}{x} \gets 0"


def test_words_stand_apart_also_where_they_can_be_clicked_on():
    (row,) = engine.load_model("window' = a*fit*window\nfit = 1\na = 1").equation_rows(link=True)
    fit, window = r"\href{fit}{\mathrm{fit}}", r"\href{window}{\mathrm{window}}"
    assert [term.latex for term in row.terms] == [rf"\href{{a}}{{a}} \, {fit} \, {window}"]
