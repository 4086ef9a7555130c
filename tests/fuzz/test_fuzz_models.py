"""Texts that break nothing: the corpus of all that once did, and texts drawn from a grammar."""

import importlib.util
import time
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

HERE = Path(__file__).parent
CORPUS = sorted((HERE / "corpus").iterdir())
# A clear answer within a second; a busy machine may take longer.
PATIENCE_S = 20.0


def _target():
    found = importlib.util.spec_from_file_location("fuzz_target", HERE / "target.py")
    module = importlib.util.module_from_spec(found)
    found.loader.exec_module(module)
    return module


use = _target().use

NAMES = st.sampled_from(
    ["x", "y", "k", "t", "pi", "e", "f", "i", "X", "rhs", "λ", "aux1", "x_", "n"]
)
NUMBERS = st.sampled_from(["0", "1", "2", "0.5", "1e3", "999", "-1", "1e308", ".5", "3.", "1e-320"])
CALLS = ["sin({})", "exp({})", "max({},x)", "f({})", "heav({})", "step({})", "sqrt({})", "({})"]
TERMS = st.recursive(
    NAMES | NUMBERS,
    lambda inner: st.one_of(
        st.tuples(inner, st.sampled_from([*"+-*/^%<>&|", "//", "**", "==", " and "]), inner).map(
            "".join
        ),
        st.tuples(st.sampled_from(CALLS), inner).map(lambda pair: pair[0].format(pair[1])),
        inner.map(lambda text: f"-{text}"),
        inner.map(lambda text: f"sum({text} for i in range(3))"),
        inner.map(lambda text: f"sum(0,2)of({text}*i')"),
        st.tuples(inner, inner).map(lambda p: f"({p[0]} if {p[1]} else x)"),
        st.tuples(inner, inner).map(lambda p: f"if({p[0]})then({p[1]})else(x)"),
    ),
    max_leaves=8,
)
FORMS = [
    "{n}' = {a}", "d{n}/dt={a}", "{n}[n+1] = {a}", "{n}(t+1)={a}", "{n} = {a}", "{n}(0) = {a}",
    "f({n}) = {a}", "{n} = {a} in [0, 2]", "when {a}: {n} = {b}",
    "when cross_up({a}, {b}): {n} = 1",
    "par {n}={a}", "init {n}={b}", "aux {n}={a}", "global 1 {{{a}}} {{{n}={b}}}", "!{n}={a}",
    "number {n}={b}", "{n}[1..3]'={a}*[j]", "@ dt={b}, total=1", "wiener w", "x'={a}+w*{b}", "done",
    "[states]\n{n} = 1\n[equations.rhs]\n{n} = \"{a}\"", "[model]\ntype = 'ode'",
    "[aux]\n{n} = '{a}'",
    "[events.z]\ncond = '{a}'\naction = '{n} = {b}'", "[params]\n{n} = '{a}'",
]  # fmt: skip
STATEMENTS = st.tuples(st.sampled_from(FORMS), NAMES, TERMS, TERMS).map(
    lambda drawn: drawn[0].format(n=drawn[1], a=drawn[2], b=drawn[3])
)


@pytest.mark.parametrize("path", CORPUS, ids=lambda path: path.name)
def test_what_is_in_the_corpus_is_answered_at_once(path):
    text = path.read_bytes().decode("utf-8", "surrogateescape")
    begun = time.thread_time()
    use(text)
    assert time.thread_time() - begun < PATIENCE_S


@settings(max_examples=150, deadline=None, suppress_health_check=list(HealthCheck))
@given(st.lists(STATEMENTS, min_size=1, max_size=6))
def test_texts_of_a_grammar_are_models_or_errors(statements):
    use("\n".join(statements))
    use("\n".join(["x' = -x", *statements]))
    use("\n".join(["x'=-x", *statements, "done"]))


@pytest.mark.parametrize("kind", ["plain", "toml", "ode", "map"])
def test_good_texts_of_the_corpus_are_models(kind):
    assert use((HERE / "corpus" / f"seed_{kind}").read_text(encoding="utf-8"))
