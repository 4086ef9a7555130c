"""Where a fault lies is told as line and column of the whole text, in every format."""

import re

import pytest

import engine
from engine.model.toml_places import toml_places
from tests.engine.model.test_messages import HEADS, cases

# Faults of a whole text, which lie nowhere in it.
OF_THE_WHOLE = {
    "a Jacobian matrix of another size", "a file too long", "no equation", "no states",
    "too long a file", "too long a text",
}  # fmt: skip

LONG_TO_READ = re.compile(r"<<|range\([1-9]0{2,}\)")

TOML = """\
[model]
type = "ode"
[states]
x = { value = 1.0, label = "a \\"label\\"" }
[params]
"a" = 1
[aux]
long = \"\"\"
x +
  yy\"\"\"
[equations.rhs]
x = 'a*x'
"""


def underlined(text, remark):
    """Return what an editor underlines."""
    line = text.split("\n")[remark.line - 1]
    return line[remark.column - 1 : remark.column - 1 + remark.width]


def written(text):
    """Write a case of the messages out."""
    source = "\n".join(HEADS.get(line, line) for line in text.split("\n"))
    return re.sub("<<([0-9]+)[*](.+?)>>", lambda m: int(m.group(1)) * m.group(2), source)


def test_every_fault_of_the_messages_has_a_place():
    nowhere = set()
    for _, title, text, message in cases():
        if text.startswith("@mods") or LONG_TO_READ.search(text):
            continue
        source = written(text)
        (fault,) = (r for r in engine.read_model(source).remarks if r.kind == "error")
        if fault.line is None:
            nowhere.add(title)
            continue
        lines = source.split("\n")
        assert 1 <= fault.line <= len(lines), title
        assert 1 <= fault.column <= len(lines[fault.line - 1]) + 1, title
        # What a message says of a line of plain equations is the place itself.
        said = re.match(r"line (\d+), column (\d+): (.*)", message, re.DOTALL)
        if said:
            at = (int(said[1]), int(said[2]), said[3])
            assert (fault.line, fault.column, fault.words) == at, title
        # A name that is unknown is the very text that is underlined.
        unknown = re.search(r"unknown (?:name|key|function|value) '([^']+)'", fault.words)
        if unknown and "record" not in message and "axes" not in message and "log" not in message:
            assert underlined(source, fault) in (unknown[1], "type", "dtype", "trigger"), title
    assert nowhere <= OF_THE_WHOLE


@pytest.mark.parametrize(
    ("old", "new", "place", "marked"),
    [
        ("  yy", "  yy", (10, 3), "yy"),
        ("x +\n  yy", "zz + x", (9, 1), "zz"),
        ("'a*x'", "'a*q'", (12, 8), "q"),
        ("'a*x'", '"a* \\u0041\\u0041"', (12, 9), "\\"),
        ('"a" = 1', '"a" = 1\nb = 3 4', (7, 7), "4"),
        ("value = 1.0", "valeu = 1.0", (4, 7), "valeu"),
        ("[equations.rhs]", "[equations.rsh]", (11, 12), "rsh"),
        ('"a" = 1', "[params.a]\nvalue = 1\nmin = 2", (7, 1), "value"),
        ('type = "ode"', 'type = "ode', (2, 12), ""),
    ],
)
def test_a_fault_of_a_model_file_lies_in_the_text_that_is_wrong(old, new, place, marked):
    text = TOML.replace(old, new)
    if "yy" not in new:
        text = text.replace("  yy", "  x")
    fault = next(r for r in engine.read_model(text).remarks if r.kind == "error")
    assert (fault.line, fault.column) == place
    assert underlined(text, fault).startswith(marked)
    with pytest.raises(engine.ModelError) as caught:
        engine.load_model(text)
    assert (caught.value.line, caught.value.column) == place


def test_a_place_counts_letters_not_escapes():
    entry = toml_places('k = "a\\n\\"b"')[("k",)]
    assert entry.content == "a\n\ufffdb"
    assert entry.letters == (5, 6, 8, 10, 11)


@pytest.mark.parametrize(
    "text", ["[", "x = {", "[[", 'x = """', "= 1", '"', "x = [[,", "\x00]", "x = " + "[" * 5000]
)
def test_text_that_is_no_toml_is_walked_through_to_its_end(text):
    toml_places(text)
    assert engine.read_model(text, "a.toml").model is None


def test_a_name_that_is_never_given_is_a_warning_at_its_first_use():
    reading = engine.read_model("# k\nx' = -k*x")
    (remark,) = reading.remarks
    assert reading.model.param_names == ("k",)
    assert (remark.kind, remark.line, remark.column, remark.width) == ("warning", 2, 7, 1)
    assert "becomes a parameter worth 1" in remark.words


def test_what_an_ode_file_asks_for_in_vain_is_listed_line_by_line():
    text = "x'=-x+k\npar k=1\nvolt u=int{x}\ninit x=1\ny(t)=int{x}\ndone\n"
    reading = engine.read_model(text, "file.ode")
    errors = [remark for remark in reading.remarks if remark.kind == "error"]
    assert reading.model is None
    assert errors
    assert {remark.line for remark in errors} <= {3, 5}


@pytest.mark.parametrize(
    ("line", "column", "width"),
    [("y'=mu*(1-x^2)*yy-x # yy", 15, 2), ("aux q=2*foo(x)", 9, 3)],
)
def test_a_fault_in_a_line_of_an_ode_file_lies_at_the_name_it_is_about(line, column, width):
    text = f"par mu=1\nx'=-x\n{line}\ndone\n"
    (fault,) = engine.read_model(text, "file.ode").remarks
    assert (fault.line, fault.column, fault.width) == (3, column, width)


def test_reading_warns_nobody(recwarn):
    engine.read_model("x' = -k*x")
    assert not recwarn.list
    with pytest.warns(UserWarning, match="never given"):
        engine.load_model("x' = -k*x")


def test_the_file_names_the_model_and_says_what_it_is():
    assert engine.read_model("x' = -x", "decay.txt").model.name == "decay"
    assert engine.read_model(TOML.replace("  yy", "  x"), "b.toml").model.name == "b"
    (fault,) = engine.read_model("x' = -x", "decay.toml").remarks
    assert "TOML" in fault.words
