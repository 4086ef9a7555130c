"""The text of a model while it is written: read, applied, opened, saved; nothing is lost."""

import sys
import time
from collections.abc import Callable, Iterator

import pytest

import engine
from widgets import Editor, Explorer, LiveRun
from widgets.live.limits import Limits
from widgets.models.draft import Draft, read_within_limits
from widgets.models.model_file import MOST_CHARACTERS, file_name, stem
from widgets.models.templates import TEMPLATES
from widgets.models.warm_up import warm_up

Maker = Callable[..., LiveRun]
Until = Callable[..., None]

DECAY = "x' = -k*x\nk = 1\nx(0) = 2"
ODE = "x'=-k*x+y\ny'=-y\npar k=2\ninit x=1,y=2\n@ total=20\ndone\n"


@pytest.fixture
def draft(live_run: Maker) -> Iterator[Draft]:
    """Give the draft of a run of `DECAY` that stands at its beginning."""
    made = draft_of(live_run(DECAY))
    yield made
    made.close()


def draft_of(live: LiveRun) -> Draft:
    draft = Draft(live)
    live.step()
    assert live.settle(60)
    assert draft.settle()
    return draft


def typed(draft: Draft, text: str) -> list:
    """Type a text and wait until it has been read."""
    draft.edit(text)
    assert draft.settle()
    assert draft.read
    return draft.remarks


def test_it_begins_with_the_text_of_the_model_that_runs(draft: Draft) -> None:
    assert draft.text == DECAY
    assert draft.usable
    assert not draft.changed
    assert draft.remarks == []
    assert draft.form == "equations"


def test_a_bundled_model_is_shown_as_its_author_wrote_it(live_run: Maker) -> None:
    draft = draft_of(live_run("lorenz"))
    assert draft.text == engine.model_text("lorenz")
    assert (draft.form, draft.title, draft.file_name) == ("toml", "lorenz", "lorenz.toml")
    draft.close()


def test_an_error_is_told_at_its_place_while_the_old_model_runs_on(
    draft: Draft, live_run: Maker
) -> None:
    (fault,) = typed(draft, "x' = -k*x + zz(1)\nk = 1")
    assert (fault["kind"], fault["line"], fault["column"], fault["width"]) == ("error", 1, 13, 2)
    assert "unknown function 'zz'" in fault["words"]
    assert not draft.usable
    assert draft.changed
    draft.apply()
    assert draft._live.settle(60)
    assert draft._live.source == DECAY
    assert "put right" in draft.note


def test_reading_takes_well_under_300_ms_and_only_the_latest_text_is_read(draft: Draft) -> None:
    text = engine.model_text("lorenz")
    began = time.monotonic()
    for i in range(200):
        draft.edit(text + f"\n# {i}")
    assert draft.settle()
    assert time.monotonic() - began < 0.3
    assert draft.text.endswith("# 199")
    assert draft.usable


def test_warnings_are_shown_as_such(draft: Draft) -> None:
    (remark,) = typed(draft, "x' = -q*x")
    assert (remark["kind"], remark["line"], remark["column"]) == ("warning", 1, 7)
    assert draft.usable


def test_apply_takes_the_orbit_along_and_says_so(draft: Draft) -> None:
    live = draft._live
    live.set_param("k", 3.0)
    typed(draft, DECAY.replace("x\nk", "x^3\nk"))
    draft.apply()
    assert live.settle(60)
    assert live.parameters == {"k": 3.0}
    assert live.moment.n_steps == 0
    assert live.moment.t == pytest.approx(0.01)
    assert not draft.changed
    assert draft.note == "Applied: the orbit goes on from its state."


def test_a_text_that_the_run_refuses_leaves_the_old_one(draft: Draft) -> None:
    # The fault shows only when the model is to run.
    draft.show_as("toml")
    assert draft.settle()
    text = draft.text.replace('"rk4"', '"bogus"')
    typed(draft, text)
    draft.apply()
    assert draft._live.settle(60)
    assert draft._live.source == DECAY
    assert draft.changed
    assert "bogus" in draft.note or "bogus" in str(draft.remarks)


def test_what_is_being_written_survives_another_choice_of_model(draft: Draft) -> None:
    typed(draft, DECAY + "\n# mine")
    draft._live.choose_model("logistic")
    assert draft._live.settle(60)
    assert draft.text.endswith("# mine")
    assert "kept" in draft.note
    draft.revert()
    assert draft.settle()
    assert draft.text == engine.model_text("logistic")
    assert not draft.changed


def test_an_unchanged_text_follows_the_run(draft: Draft) -> None:
    draft._live.choose_model("henon")
    assert draft._live.settle(60)
    assert draft.settle()
    assert (draft.title, draft.form) == ("henon", "toml")


@pytest.mark.parametrize("name", TEMPLATES)
def test_every_template_is_a_model_without_a_remark(draft: Draft, name: str) -> None:
    draft.new(name)
    assert draft.settle()
    assert draft.usable
    assert draft.remarks == []
    assert draft.changed


def test_what_is_saved_is_opened_again(draft: Draft) -> None:
    draft.open_model("fitzhugh_nagumo")
    assert draft.settle()
    saved, name = draft.text, draft.file_name
    model = draft.model
    draft.new("map")
    draft.open_file(name, saved.encode())
    assert draft.settle()
    assert (draft.text, draft.title, draft.form) == (saved, "fitzhugh_nagumo", "toml")
    assert draft.model.spec == model.spec


def test_forms_are_exchanged_exactly_or_what_is_lost_is_said(draft: Draft) -> None:
    spec = draft.model.spec
    draft.show_as("toml")
    assert draft.settle()
    assert draft.form == "toml"
    assert draft.model.spec == spec
    assert not draft.changed
    draft.show_as("equations")
    assert draft.settle()
    assert draft.form == "equations"
    draft.open_model("lorenz")
    assert draft.settle()
    draft.show_as("equations")
    assert draft.form == "toml"
    assert "presets" in draft.lost
    draft.show_as("equations")
    assert draft.settle()
    assert draft.form == "equations"
    assert draft.model.state_names == ("x", "y", "z")


def test_comments_are_not_lost_without_a_word(draft: Draft) -> None:
    typed(draft, "# mine\n" + DECAY)
    draft.show_as("toml")
    assert draft.form == "equations"
    assert "comments" in draft.note


def test_an_ode_file_is_read_and_what_it_cannot_have_is_listed_by_line(draft: Draft) -> None:
    draft.open_file("folder/my model.ode", ODE.encode())
    assert draft.settle()
    assert (draft.form, draft.title) == ("ode", "my_model")
    assert draft.usable
    draft.apply()
    assert draft._live.settle(60)
    assert draft._live.model.state_names == ("x", "y")
    draft.open_file("bad.ode", (ODE.replace("done", "volt u=int{x}\nu(t)=int{y}\ndone")).encode())
    assert draft.settle()
    errors = [remark for remark in draft.remarks if remark["kind"] == "error"]
    assert errors
    assert all(remark["line"] in (6, 7) for remark in errors)


@pytest.mark.parametrize(
    ("name", "content", "words"),
    [
        ("big.toml", b"x" * (MOST_CHARACTERS + 1), "at most 100,000"),
        ("picture.png", b"\x89PNG\0\0", "is no text file"),
        ("latin.txt", b"# caf\xe9", "no text in UTF-8 (byte 6)"),
    ],
)
def test_what_is_no_text_is_refused_in_words_and_nothing_changes(
    draft: Draft, name: str, content: bytes, words: str
) -> None:
    draft.open_file(name, content)
    assert words in draft.note
    assert name in draft.note
    assert draft.text == DECAY
    draft.refuse_file("huge.toml", 10**9)
    assert "1,000,000,000 bytes" in draft.note


def test_a_text_that_is_too_long_is_not_even_read(draft: Draft) -> None:
    (fault,) = typed(draft, "#" * (MOST_CHARACTERS + 1))
    assert "longer than 100,000" in fault["words"]
    assert not draft.usable


def test_a_model_beyond_the_limits_of_a_server_is_told_before_it_is_applied() -> None:
    assert read_within_limits(DECAY, "").model is not None
    for limits in (Limits(text=10), Limits(operations=1), Limits(states=0)):
        reading = read_within_limits(DECAY, "", limits)
        assert reading.model is None
        assert "this server takes" in reading.remarks[0].words


def test_text_is_data_and_never_a_path_or_code(draft: Draft, tmp_path) -> None:
    secret = tmp_path / "secret.toml"
    secret.write_text(engine.model_text("lorenz"))
    for text in (str(secret), "inline:x", "x' = __import__('os')", "x' = x.__class__"):
        typed(draft, text)
        assert not draft.usable


def test_markdown_gives_its_first_block_of_code(draft: Draft) -> None:
    draft.open_file("notes.md", f"# Decay\n\n```\n{DECAY}\n```\n".encode())
    assert draft.settle()
    assert draft.usable
    assert draft.text.strip() == DECAY


@pytest.mark.parametrize(
    ("name", "saved"),
    [("../../etc/pass wd.toml", "pass_wd.toml"), ("", "model.toml"), ("λ-1.ODE", "λ-1.toml")],
)
def test_names_of_files_are_harmless(name: str, saved: str) -> None:
    assert file_name(stem(name), "toml") == saved


def test_applying_is_undone_and_done_again_and_selector_and_text_follow(until: Until) -> None:
    explorer = Explorer("logistic")
    live, draft = explorer.live, explorer.editor.draft
    live.step()
    assert live.settle(60)
    assert draft.settle()
    live.set_param("r", 3.1)
    assert live.settle()
    before = draft.text
    after = before.replace("r * x * (1 - x)", "r * x * (1 - x^2)")
    assert after != before
    typed(draft, after)
    draft.apply()
    assert live.settle(60)
    selected = explorer.model
    assert (selected.value, selected.options[0][1]) == ("edited", "logistic, edited")
    explorer.history.undo()
    until(lambda: live.source == "logistic")
    until(lambda: (draft.text, draft.changed, selected.value) == (before, False, "logistic"))
    assert live.parameters["r"] == 3.1
    explorer.history.redo()
    until(lambda: (live.source, draft.text, selected.value) == (after, after, "edited"))
    explorer.choose_model("edited")
    assert live.settle()
    assert live.source == after
    explorer.close()


def test_opening_the_editor_imports_what_differentiates_once(live_run: Maker) -> None:
    editor = Editor(live_run(DECAY))
    assert not editor.area.open
    editor.open = True
    assert editor.area.open
    thread = warm_up()
    assert thread is warm_up()
    thread.join(60)
    assert "sympy" in sys.modules
    editor._heed({"do": "close"})
    assert not editor.open
    editor.close()


def test_the_page_gets_a_text_only_when_it_is_not_its_own(live_run: Maker) -> None:
    editor = Editor(live_run(DECAY))
    version = editor.area.version
    editor._heed({"do": "edit", "text": DECAY + "\n# typed"})
    assert editor.draft.settle()
    assert (editor.area.version, editor.area.text) == (version, "")
    editor._heed({"do": "new", "template": "map"})
    assert editor.area.version == version + 1
    assert editor.area.text == TEMPLATES["map"]
    editor._heed({"do": "file", "name": "a.txt", "content": "no base64!"})
    assert "is no text file" in editor.area.note
    editor._heed({"do": "too large", "name": "b.txt", "size": 10**7})
    assert "10,000,000 bytes" in editor.area.note
    assert editor.open
    editor._heed({"do": "nothing known"})
    editor.close()
