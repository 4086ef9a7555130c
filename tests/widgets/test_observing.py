"""Observers are chosen, configured and removed while a run goes on."""

import json
from collections.abc import Callable

import pytest

import engine
from tests.widgets.conftest import wait_until
from widgets import LiveRun
from widgets.controls.observer_panel import ObserverPanel
from widgets.live.observer_arguments import (
    arguments_of,
    in_words,
    read_argument,
    written_argument,
)

Maker = Callable[..., LiveRun]


def advanced(live: LiveRun, rows: int) -> LiveRun:
    """Advance a run by so many steps."""
    assert live.pause(60)
    done = live.moment.n_steps
    live.advance_by(rows)
    wait_until(lambda: live.moment.n_steps >= done + rows or bool(live.failure))
    assert live.settle(60)
    return live


def measured(live: LiveRun) -> list[str]:
    """Return the keys of what is measured."""
    assert live.settle(60)
    return [observer.key for observer in live._player.sim.observers]


@pytest.mark.parametrize("name", engine.observers.OBSERVERS)
def test_every_argument_is_described_and_its_default_is_read_back(name: str) -> None:
    assert in_words(name)
    for argument in arguments_of(name):
        assert argument.help, argument.name
        if argument.kind == "flag":
            assert read_argument(argument, argument.default) is argument.default
            continue
        text = written_argument(argument.default)
        read = read_argument(argument, text)
        assert read == argument.default or [*read] == [*argument.default]
        if argument.kind in ("whole", "number"):
            with pytest.raises(ValueError, match=argument.name):
                read_argument(argument, "many")
        if argument.kind == "choice":
            with pytest.raises(ValueError, match="one of"):
                read_argument(argument, "sideways")


def test_numbers_pairs_and_expressions_are_told_apart() -> None:
    arguments = {
        a.name: a
        for name in ("histogram2d", "moments", "recurrence", "intervals")
        for a in arguments_of(name)
    }
    assert read_argument(arguments["x_range"], "-2, 3.5") == [-2, 3.5]
    assert read_argument(arguments["exprs"], "x, max(y, z)") == ["x", "max(y, z)"]
    assert read_argument(arguments["reference"], "x: 1, y: -2") == {"x": 1.0, "y": -2.0}
    assert read_argument(arguments["level"], "0.5") == 0.5
    assert read_argument(arguments["level"], "rho - 1") == "rho - 1"
    assert arguments["direction"].choices == ("up", "down", "both")


def test_what_stays_keeps_its_memory_and_changes_are_on_the_timeline(live_run: Maker) -> None:
    live = advanced(live_run("lorenz", observers=None), 500)
    observing = live.observing
    assert [chosen.key for chosen in observing.chosen] == ["lyapunov_mle"]
    assert observing.add("drift", {"expr": "x"}) == "drift"
    assert observing.add("drift", {"expr": "y"}) == "drift_2"
    assert measured(live) == ["drift", "drift_2", "lyapunov_mle"]
    advanced(live, 500)
    assert live.measuring.started == {"drift": 5.0, "drift_2": 5.0, "lyapunov_mle": 0.0}
    assert len(live.traces["lyapunov_mle.mle"].read()[0]) == 200
    observing.change("drift", "expr", "x*y")
    assert measured(live) == ["drift", "drift_2", "lyapunov_mle"]
    assert live.measuring.started == {"drift": 10.0, "drift_2": 5.0, "lyapunov_mle": 0.0}
    observing.remove("drift")
    assert measured(live) == ["drift_2", "lyapunov_mle"]
    assert "drift.drift" not in live.traces
    # Choices that follow one another at once are one change.
    assert 3 <= len(live.marks) <= 4
    assert {mark.control for mark in live.marks} == {"observers"}
    alone = engine.Sim(
        engine.load_model("lorenz"),
        observers=(engine.observers.lyapunov_mle(every=5, trace_every=5),),
    ).run(n_steps=1000)
    assert live.traces["lyapunov_mle.mle"].latest[1] == alone.observers["lyapunov_mle"]["mle"]


def test_what_does_not_suit_the_model_says_why_and_comes_back(live_run: Maker) -> None:
    live = live_run("lorenz", observers=None)
    assert live.pause(60)
    live.observing.add("drift", {"expr": "y*z"})
    assert measured(live) == ["drift", "lyapunov_mle"]
    live.choose_model("logistic")
    assert measured(live) == ["lyapunov_mle"]
    assert "unknown name 'y'" in live.observing.messages["drift"]
    assert not live.unmeasured
    live.choose_model("rossler")
    assert measured(live) == ["drift", "lyapunov_mle"]
    assert live.observing.messages == {}


def test_what_cannot_be_measured_says_so_at_once(live_run: Maker) -> None:
    live = live_run("m' = a - m\nm(0) = 3\na = 1", observers=None)
    assert live.pause(60)
    key = live.observing.add("lyapunov_spectrum", {"k": 3})
    assert measured(live) == ["lyapunov_mle"]
    assert "at most 1" in live.observing.messages[key]
    live.observing.change(key, "k", "1")
    assert measured(live) == ["lyapunov_mle", "lyapunov_spectrum"]
    assert live.observing.messages == {}
    assert live.observing.title(live.observing.add("drift")) == "drift of m"


def test_the_panel_shows_fields_and_says_what_is_refused_at_them(live_run: Maker) -> None:
    live = live_run("lorenz", observers=None)
    assert live.pause(60)
    panel = ObserverPanel(live)
    panel.use("add", "", "", "drift")
    assert [one["title"] for one in panel.list.observers][1] == "drift of x"
    panel.use("change", "drift", "expr", "x*q")
    panel.use("change", "drift", "trace_every", "7")
    assert "unknown name" in panel.list.messages["drift.expr"]
    assert panel.list.observers[1]["fields"][1]["value"] == "7"
    panel.use("change", "drift", "expr", "x*y")
    assert panel.list.messages == {}
    panel.use("add", "", "", "nonsense")
    assert "no observer" in panel.list.messages["add"]
    panel.use("remove", "drift", "", None)
    assert [one["key"] for one in panel.list.observers] == ["lyapunov_mle"]


def test_what_is_wrong_is_refused_and_nothing_changes(live_run: Maker) -> None:
    live = live_run("lorenz", observers=None)
    assert live.pause(60)
    observing = live.observing
    observing.add("drift", {"expr": "x"})
    before = observing.describe()
    for argument, value in [
        ("expr", "x*"),
        ("expr", "__import__('os')"),
        ("expr", "q"),
        ("trace_every", "-1"),
        ("trace_every", "1.5"),
        ("since", "yesterday"),
        ("colour", "red"),
    ]:
        with pytest.raises((engine.PhasescopeError, ValueError)):
            observing.change("drift", argument, value)
    with pytest.raises(ValueError, match="no observer 'drifd'"):
        observing.add("drifd")
    with pytest.raises(ValueError, match="nothing is measured under"):
        observing.remove("period")
    assert observing.describe() == before
    assert measured(live) == ["drift", "lyapunov_mle"]


def test_the_choice_is_a_document_and_the_default_is_none(live_run: Maker) -> None:
    live = live_run("lorenz", observers=None)
    assert live.pause(60)
    observing = live.observing
    assert observing.describe() == {}
    observing.add("lyapunov_spectrum")
    observing.add("moments", {"exprs": ["x", "x*z"]})
    described = json.loads(json.dumps(observing.describe()))
    observing.remove("moments")
    observing.restore(described)
    assert observing.describe() == described
    assert measured(live) == ["lyapunov_mle", "lyapunov_spectrum", "moments"]
    with pytest.raises(ValueError, match="no argument"):
        observing.restore({"observers": [{"name": "drift", "key": "d", "arguments": {"no": 1}}]})
    assert observing.describe() == described
    observing.restore({})
    assert measured(live) == ["lyapunov_mle"]
    assert observing.untouched
    live.choose_model("henon")
    assert live.settle(60)
    assert observing.chosen[0].arguments["every"] == 1


def test_suggestions_of_the_model_come_first(live_run: Maker) -> None:
    live = live_run("henon_heiles")
    assert live.pause(60)
    first = live.observing.known()[0]
    names = [suggestion.name for suggestion in live.model.spec.meta.observers]
    assert first[0] == names[0]
    assert first[2] == "suggested"
    assert len(live.observing.known()) == len(engine.observers.OBSERVERS)
