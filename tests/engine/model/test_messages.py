"""Every mistake in a model has its message: texts and what is said of them, side by side.

`messages/*.txt` holds the cases: a title after ``===``, the text of a model, and after ``---`` the
message.  ``@flow`` and ``@map`` stand for small models to which a text adds, ``@mods a, b`` asks
for mods, ``<<9*x>>`` is nine times x.  After a change,
``PHASESCOPE_MESSAGES=write python -m pytest tests/engine/model/test_messages.py`` writes the
messages anew; what changed is then read in the difference.
"""

import ast
import os
import re
import traceback
import warnings
from functools import cache
from pathlib import Path

import pytest

from engine.errors import ModelError
from engine.model import load_model

FOLDER = Path(__file__).with_name("messages")
ENGINE = Path(__file__).resolve().parents[3] / "engine" / "model"
HEADS = {
    "@flow": '[model]\ntype = "ode"\n[states]\nx = 1\ny = 0\n[params]\na = 1\nb = 2\n'
    '[equations.rhs]\nx = "y"\ny = "-a*x"',
    "@map": '[model]\ntype = "map"\n[states]\nx = 0.3\n[params]\na = 3\n'
    '[equations.rhs]\nx = "a*x*(1 - x)"',
}
# The modules that read models; every place where they raise has a case.
READERS = (
    "dependence", "entries", "equation_tables", "equations_text", "event_tables", "events",
    "expressions", "formula", "inversion", "meta_table", "mod_tables", "mods", "names",
    "reductions", "resolution", "sim_defaults", "sim_table", "spec", "statements", "tables", "toml",
    "toml_text",
    "unused_parts",
)  # fmt: skip
# Said of specifications made by hand, or of runs; no text leads there.
NOT_OF_TEXTS = {
    ("spec", "the type of a model is"),
    ("spec", "scale is 'linear' or 'log'"),
    ("spec", "a model needs one equation"),
    ("spec", "a number is expected, not"),
    ("formula", "must be a finite number"),
    ("inversion", "what an event does"),
    ("inversion", "the map gives no inverse"),
    ("inversion", "noise cannot be undone"),
    ("inversion", "the states that it looks back to"),
    ("toml", "at most {most} of them"),
    ("toml_text", "longer than"),
    ("spec", "[noise] is for flows"),
    ("spec", "calculus is 'ito' or 'stratonovich'"),
}


def cases():
    """Yield file, title, text and message of every case."""
    for path in sorted(FOLDER.glob("*.txt")):
        for block in path.read_text(encoding="utf-8").split("=== ")[1:]:
            title, _, rest = block.partition("\n")
            text, _, message = rest.partition("\n---\n")
            yield path.name, title, text, message.strip()


@cache
def error_of(text):
    """Return the error that a text gives."""
    lines = text.split("\n")
    mods = []
    if lines[0].startswith("@mods "):
        mods = lines.pop(0).removeprefix("@mods ").split(", ")
    source = "\n".join(HEADS.get(line, line) for line in lines)
    source = re.sub("<<([0-9]+)[*](.+?)>>", lambda m: int(m.group(1)) * m.group(2), source)
    with pytest.raises(ModelError) as caught, warnings.catch_warnings(action="ignore"):
        load_model(f"{source}\n", mods=mods)
    return caught.value


def passed_by(error):
    """Yield the lines that an error, and those it came from, went through."""
    while error is not None:
        for frame, line in traceback.walk_tb(error.__traceback__):
            path = Path(frame.f_code.co_filename)
            if path.parent == ENGINE:
                yield path.stem, line
        error = error.__context__


def raising_places():
    """Return the lines of the readers that raise: module, first line, last line, words."""
    for module in READERS:
        source = (ENGINE / f"{module}.py").read_text(encoding="utf-8")
        for node in ast.walk(ast.parse(source)):
            called = node.exc if isinstance(node, ast.Raise) else getattr(node, "value", None)
            if not isinstance(called, ast.Call) or not isinstance(node, ast.Raise | ast.Expr):
                continue
            words = ast.get_source_segment(source, node)
            name = getattr(called.func, "attr", getattr(called.func, "id", ""))
            if name in ("ModelError", "ExpressionError", "fail", "error"):
                yield module, node.lineno, node.end_lineno, words


def test_every_message_is_as_written():
    found = [(name, title, text, str(error_of(text))) for name, title, text, _ in cases()]
    if os.environ.get("PHASESCOPE_MESSAGES") == "write":
        for path in FOLDER.glob("*.txt"):
            mine = [case for case in found if case[0] == path.name]
            blocks = [f"=== {title}\n{text}\n---\n{said}\n" for _, title, text, said in mine]
            path.write_text("\n".join(blocks), encoding="utf-8")
    assert found == list(cases())


def test_titles_are_told_apart():
    titles = [(name, title) for name, title, _, _ in cases()]
    assert len(set(titles)) == len(titles)


def test_every_place_that_raises_has_a_case():
    reached = {place for _, _, text, _ in cases() for place in passed_by(error_of(text))}
    missing = [
        f"{module}.py, line {first}: {words}"
        for module, first, last, words in raising_places()
        if not any((module, line) in reached for line in range(first, last + 1))
        and not any(module == where and part in words for where, part in NOT_OF_TEXTS)
    ]
    assert missing == []
