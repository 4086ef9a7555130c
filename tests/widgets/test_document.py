"""A session as a document: it comes back as it was, and a hostile one changes nothing."""

import json
import math
from collections.abc import Callable
from dataclasses import FrozenInstanceError

import pytest

import engine
from widgets import LiveRun, ParameterPanel
from widgets.document import VERSION, Document, DocumentError, Session
from widgets.live.motion import Motion

Maker = Callable[..., LiveRun]
Until = Callable[..., None]

FLOW = "x' = a - b*x\na = 1\nb = 1\nx(0) = 0\n"


def session_of(live: LiveRun) -> Session:
    live.step()
    assert live.settle(60)
    return Session(live, {"parameters": ParameterPanel(live).settings})


def set_up(live_run: Maker, source: str = FLOW) -> Session:
    session = session_of(live_run(source))
    live = session.live
    name = next(iter(live.parameters))
    live.set_param(name, 1.5)
    live.set_initial("x", 0.25)
    if live.kind == "ode":
        live.set_stepper("dopri5")
        live.set_dt(0.02)
        live.set_rtol(1e-7)
        live.set_pause_when("x > 30")
    live.set_motion(list(live.parameters)[-1], Motion(first=1.0, second=1.2, period=3.0))
    live.fps, live.speed = 24.0, math.inf
    session.parts["parameters"].set(name, {"max": 75.0})
    live.lock(name)
    assert live.settle(60)
    return session


@pytest.mark.parametrize("source", [FLOW, "lorenz", "henon", "ornstein_uhlenbeck"])
def test_a_session_comes_back_as_it_was(live_run: Maker, source: str) -> None:
    session = (
        set_up(live_run, source) if source != "ornstein_uhlenbeck" else session_of(live_run(source))
    )
    if source == "ornstein_uhlenbeck":
        session.live.set_seed(2**63 + 5)
        assert session.live.settle(60)
    text = session.describe().to_json()
    document = Document.from_json(text)
    assert document == session.describe()
    other = session_of(live_run("logistic"))
    other.check(document)
    refused: list[str] = []
    other.restore(document, refused.append)
    assert other.live.settle(60)
    assert refused == [""]
    assert other.describe() == document
    assert other.live.source == (source if source in engine.list_models() else FLOW)
    assert other.live.model.digest == session.live.model.digest


def test_a_time_backward_comes_back(live_run: Maker) -> None:
    session = session_of(live_run(FLOW))
    session.live.set_backward(True)
    assert session.live.settle(60)
    other = session_of(live_run("logistic"))
    other.restore(session.describe())
    assert other.live.settle(60)
    assert other.live.backward


def test_a_document_is_frozen_and_its_text_can_be_written_again(live_run: Maker) -> None:
    document = set_up(live_run).describe()
    with pytest.raises(FrozenInstanceError):
        document.run = {}  # type: ignore[misc]
    with pytest.raises(TypeError):
        document.run["dt"] = 1.0  # type: ignore[index]
    described = document.describe()
    described["run"]["parameters"]["a"] = 99.0
    assert document.run["parameters"]["a"] == 1.5
    assert json.loads(document.to_json())["version"] == VERSION
    assert Document.from_json(document.to_json()).to_json() == document.to_json()


TOO_WIDE = {"kind": "sine", "first": 1e308, "second": 1e308, "period": 1.0}

HOSTILE = {
    "kind": ({"kind": "letter"}, "not the document"),
    "later": ({"version": VERSION + 1}, "open it with a later one"),
    "no version": ({"version": True}, "not a version"),
    "unknown field": ({"extra": 1}, "unknown field 'extra'"),
    "no run": ({"run": None}, "mapping is expected"),
    "parts": ({"parts": []}, "parts"),
    "a part": ({"parts": {"board": 3}}, "'board'"),
    "text": ({"model.text": 3}, "not a text"),
    "no text": ({"model.text": "  "}, "empty"),
    "path": ({"model.source": "/etc/passwd"}, "no bundled model"),
    "speed": ({"run.speed": "fast"}, "not a number"),
    "speed 0": ({"run.speed": 0}, "not positive"),
    "fps": ({"run.fps": 1000.0}, "between 1 and 120"),
    "huge": ({"run.speed": 10**400}, "not finite"),
    "dt": ({"run.dt": float("nan")}, "not finite"),
    "flag": ({"run.backward": 1}, "neither true nor false"),
    "names": ({"run.locked": "a"}, "list is expected"),
    "typo": ({"run.steper": "rk4"}, "did you mean 'stepper'"),
}


def changed(described: dict[str, object], changes: dict[str, object]) -> dict[str, object]:
    made = json.loads(json.dumps(described))
    for place, value in changes.items():
        *path, last = place.split(".")
        inner = made
        for name in path:
            inner = inner[name]
        inner[last] = value
    return made


@pytest.mark.parametrize("name", HOSTILE)
def test_a_document_of_another_form_is_refused_with_its_fault(live_run: Maker, name: str) -> None:
    described = session_of(live_run(FLOW)).describe().describe()
    changes, said = HOSTILE[name]
    with pytest.raises(DocumentError, match=said):
        Document.restore(changed(described, changes))


def test_every_missing_field_is_named(live_run: Maker) -> None:
    described = session_of(live_run(FLOW)).describe().describe()
    for section in (None, "model", "run"):
        for name in described if section is None else described[section]:
            cut = json.loads(json.dumps(described))
            del (cut if section is None else cut[section])[name]
            with pytest.raises(DocumentError, match=rf"'{name}' is missing|version|not the doc"):
                Document.restore(cut)


def test_a_text_cut_short_or_too_deep_is_no_document(live_run: Maker) -> None:
    text = session_of(live_run(FLOW)).describe().to_json()
    for length in (0, 1, len(text) // 2, len(text) - 1):
        with pytest.raises(DocumentError):
            Document.from_json(text[:length])
    for hostile in ("[" * 100_000, "NaN", '{"kind": NaN}', "null", "3", "x" * 3_000_000):
        with pytest.raises(DocumentError):
            Document.from_json(hostile)
    deep: dict[str, object] = {}
    for _ in range(60):
        deep = {"in": deep}
    described = Document.from_json(text).describe()
    with pytest.raises(DocumentError, match="levels"):
        Document.restore({**described, "parts": {"parameters": deep}})
    with pytest.raises(DocumentError, match="no document can hold"):
        Document.restore({**described, "parts": {"parameters": {"a": object()}}})


@pytest.mark.parametrize(
    ("changes", "said"),
    [
        ({"model.text": "x' = a -\n"}, "line 1"),
        ({"model.text": "/etc/passwd"}, r"\w"),
        ({"model.text": "y' = -y\ny(0) = 1\n"}, "'a'"),
        ({"run.parameters": {"a": 1.0}}, "'b' is missing"),
        ({"run.parameters": {"a": 1.0, "b": 1.0, "c": 1.0}}, "no 'c'"),
        ({"run.initial": {}}, "'x' is missing"),
        ({"run.stepper": "rk5"}, "rk5"),
        ({"run.seed": 1.5}, "seed"),
        ({"run.rtol": -1.0}, "rtol"),
        ({"run.locked": ["c"]}, "'c'"),
        ({"run.motions": {"a": {"first": 1.0}}}, "motion of a"),
        ({"run.motions": {"c": {}}}, "'c'"),
        (
            {
                "run.motions": {
                    "a": {"kind": "sine", "first": 1e308, "second": 1e308, "period": 1.0}
                }
            },
            "a",
        ),
        ({"run.pause_when": "__import__('os')"}, r"\w"),
        ({"parts": {"views": {}}}, "no 'views'"),
    ],
)
def test_what_the_engine_refuses_leaves_the_session_as_it_is(
    live_run: Maker, changes: dict[str, object], said: str
) -> None:
    session = set_up(live_run)
    before, run = session.describe(), session.live._player.run
    document = Document.restore(changed(session_of(live_run(FLOW)).describe().describe(), changes))
    with pytest.raises(engine.PhasescopeError, match=said):
        session.check(document)
    refused: list[str] = []
    try:
        session.restore(document, refused.append)
    except DocumentError as error:
        refused.append(str(error))
    assert session.live.settle(60)
    assert refused[0] != ""
    assert session.describe() == before
    assert session.live._player.run is run


def test_a_part_that_does_not_fit_stays_as_it_is_and_is_named(live_run: Maker) -> None:
    session = session_of(live_run(FLOW))
    described = session.describe().describe()
    document = Document.restore(changed(described, {"parts": {"parameters": {"c": {}}}}))
    refused: list[str] = []
    session.restore(document, refused.append)
    assert session.live.settle(60)
    assert "there is no parameter 'c'" in refused[0]


def test_there_is_no_document_before_a_model_is_loaded(live_run: Maker) -> None:
    live = live_run(FLOW)
    session = Session(live, {})
    with pytest.raises(DocumentError, match="no model"):
        session.describe()
