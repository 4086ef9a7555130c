"""Undo and redo without a browser: settings by their own commands, orbits from where they were."""

import math
from collections.abc import Callable, Iterator
from functools import partial

import numpy as np
import pytest

import engine
from widgets import Explorer, LiveRun, ParameterPanel
from widgets.document import Document, Session
from widgets.history import MOST_ENTRIES, History
from widgets.live.motion import Motion

Maker = Callable[..., LiveRun]
Until = Callable[..., None]

FLOW = "x' = a - b*x\na = 1\nb = 1\nx(0) = 0\n"


class Clock:
    """Wall time that passes when told."""

    def __init__(self) -> None:
        self.now = 100.0

    def __call__(self) -> float:
        return self.now


class Desk:
    """A live run with its history; `do` has something done, long after what came before."""

    def __init__(self, live: LiveRun) -> None:
        self.live = live
        self.panel = ParameterPanel(live)
        self.clock = Clock()
        self.session = Session(live, {"parameters": self.panel.settings})
        self.history = History(self.session, clock=self.clock)
        self.history.watch(self.panel.settings, "changed")
        live.step()
        assert live.settle(60)
        self.history.look()

    def do(self, *actions: Callable[[], object], apart: float = 10.0) -> None:
        for action in actions:
            self.clock.now += apart
            action()
            assert self.live.settle(60)

    def undo(self) -> None:
        self.do(self.history.undo)
        assert self.live.settle(60)

    def redo(self) -> None:
        self.do(self.history.redo)
        assert self.live.settle(60)


@pytest.fixture
def desk(live_run: Maker) -> Iterator[Desk]:
    made = Desk(live_run(FLOW))
    yield made
    made.history.close()


@pytest.mark.parametrize(
    ("change", "words", "name"),
    [
        (lambda live: live.set_param("a", 14.0), "a = 14", "parameters"),
        (lambda live: live.set_initial("x", 2.5), "x(0) = 2.5", "initial"),
        (lambda live: live.set_stepper("dopri5"), "method dopri5", "stepper"),
        (lambda live: live.set_dt(0.02), "dt = 0.02", "dt"),
        (lambda live: live.set_rtol(1e-8), "rtol = 1e-08", "rtol"),
        (lambda live: live.set_atol(1e-8), "atol = 1e-08", "atol"),
        (lambda live: live.set_seed(3), "seed = 3", "seed"),
        (lambda live: live.lock("a"), "a locked", "locked"),
        (lambda live: live.set_pause_when("x > 3"), "where to halt", "pause_when"),
        (lambda live: setattr(live, "speed", 50.0), "speed 50", "speed"),
        (lambda live: setattr(live, "speed", math.inf), "as fast as possible", "speed"),
        (lambda live: setattr(live, "fps", 24.0), "24 pictures a second", "fps"),
    ],
)
def test_every_setting_is_undone_and_done_again(
    desk: Desk, change: Callable[[LiveRun], object], words: str, name: str
) -> None:
    live = desk.live
    before = getattr(live, name)
    desk.do(lambda: change(live))
    after = getattr(live, name)
    assert after != before
    assert desk.history.undo_words == words
    desk.undo()
    assert getattr(live, name) == before
    assert (desk.history.undo_words, desk.history.redo_words) == ("", words)
    desk.redo()
    assert getattr(live, name) == after
    assert (desk.history.undo_words, desk.history.redo_words) == (words, "")


def test_a_dragged_slider_is_one_change_and_others_are_their_own(desk: Desk) -> None:
    live = desk.live
    desk.do(*(lambda v=v: live.set_param("a", v) for v in np.linspace(1, 9, 50)), apart=1 / 60)
    desk.do(lambda: live.set_param("b", 2.0), apart=0.1)
    desk.do(lambda: live.set_param("a", 4.0))
    desk.undo()
    assert live.parameters == {"a": 9.0, "b": 2.0}
    desk.undo()
    assert live.parameters == {"a": 9.0, "b": 1.0}
    desk.undo()
    assert live.parameters == {"a": 1.0, "b": 1.0}
    assert desk.history.undo_words == ""


def test_what_is_undone_is_lost_when_something_else_is_done(desk: Desk) -> None:
    desk.do(lambda: desk.live.set_param("a", 2.0))
    desk.undo()
    desk.do(lambda: desk.live.set_param("b", 2.0))
    assert desk.history.redo_words == ""
    desk.redo()
    assert desk.live.parameters == {"a": 1.0, "b": 2.0}


def test_undoing_changes_back_only_what_was_changed(desk: Desk) -> None:
    live = desk.live
    desk.do(lambda: live.set_param("a", 2.0), lambda: live.set_param("b", 3.0))
    desk.undo()
    assert live.parameters == {"a": 2.0, "b": 1.0}


def test_a_locked_parameter_can_be_undone(desk: Desk) -> None:
    live = desk.live
    desk.do(lambda: live.set_param("a", 2.0), lambda: live.lock("a"))
    desk.undo()
    desk.do(lambda: live.lock("a"))
    desk.undo()
    desk.undo()
    assert live.parameters["a"] == 1.0


def test_the_settings_of_parameters_are_undone(desk: Desk) -> None:
    settings = desk.panel.settings
    desk.do(lambda: settings.set("a", {"max": 50.0}), lambda: settings.set("a", {"min": -3.0}))
    assert desk.history.undo_words == "range of a"
    desk.undo()
    assert settings.of("a")["min"] == 0.0
    assert settings.of("a")["max"] == 50.0
    desk.undo()
    assert settings.describe() == {}
    desk.redo()
    assert settings.of("a")["max"] == 50.0


def test_a_motion_is_one_change_and_what_it_moves_is_none(desk: Desk, until: Until) -> None:
    live = desk.live
    live.speed = 20.0
    live.settle(60)
    desk.history.look()
    count = len(desk.history._done)
    desk.do(lambda: live.set_motion("a", Motion(first=3.0, second=9.0, period=5.0)))
    assert desk.history.undo_words == "a moves"
    live.play()
    seen: set[float] = set()
    until(lambda: seen.add(live.parameters["a"]) or len(seen) > 3)
    live.pause()
    assert len(desk.history._done) == count + 1
    desk.undo()
    assert live.motions == {}
    assert live.parameters["a"] == 1.0
    desk.redo()
    assert list(live.motions) == ["a"]


@pytest.mark.parametrize(
    ("disturb", "words"),
    [
        (lambda live: live.kick({"x": 50.0}), "x put at 50.000"),
        (lambda live: live.reset(), "begin again"),
        (lambda live: live.set_backward(True), "time runs backward"),
        (lambda live: live.go_back(), "go back"),
    ],
)
def test_a_disturbed_orbit_comes_back_and_goes_on_from_where_it_was(
    desk: Desk, disturb: Callable[[LiveRun], object], words: str
) -> None:
    live = desk.live
    desk.do(lambda: live.advance_by(300), lambda: live.set_param("a", 2.0))
    desk.do(lambda: live.advance_by(200))
    journal, y = live._player.run.journal, live._player.run.y
    moment = live.moment
    rows = live.read(["x"], 0, moment.rows)
    desk.do(lambda: disturb(live))
    assert words in desk.history.undo_words
    desk.do(lambda: live.advance_by(50))
    disturbed = live.moment.t
    desk.undo()
    assert live._player.run.y.tobytes() == y.tobytes()
    assert live._player.run.journal == journal
    assert (live.moment.t, live.moment.rows) == (moment.t, moment.rows)
    for ours, theirs in zip(live.read(["x"], 0, live.moment.rows), rows, strict=True):
        np.testing.assert_array_equal(ours, theirs)
    assert not live.backward
    desk.do(lambda: live.advance_by(100))
    assert live._player.run.n_steps == journal.n_steps + 100
    twin = engine.replay(live._player.run.journal.origin, live._player.run.journal)
    assert twin.y.tobytes() == live._player.run.y.tobytes()
    desk.redo()
    assert live.moment.t == disturbed
    desk.undo()
    assert live._player.run.n_steps == journal.n_steps + 100


def test_kicks_of_one_gesture_are_one_change(desk: Desk) -> None:
    live = desk.live
    live._player._clock = desk.clock
    desk.do(lambda: live.advance_by(100))
    y = live._player.run.y
    desk.do(*(lambda v=v: live.kick({"x": v}) for v in (5.0, 6.0, 7.0)), apart=0.1)
    assert len(live._player.kept) == 1
    desk.undo()
    assert live._player.run.y.tobytes() == y.tobytes()
    assert desk.history.undo_words == ""


def test_another_model_is_undone_with_its_orbit_its_settings_and_its_name(desk: Desk) -> None:
    live = desk.live
    desk.panel.settings.set("a", {"max": 50.0})
    desk.do(lambda: live.set_param("a", 3.0), lambda: live.advance_by(100))
    y = live._player.run.y
    live.lock("b")
    desk.do(lambda: live.choose_model("logistic"))
    assert desk.history.undo_words == "model logistic"
    assert live.kind == "map"
    desk.undo()
    assert live.kind == "ode"
    assert live.source == FLOW
    assert live.parameters == {"a": 3.0, "b": 1.0}
    assert live.locked == ["b"]
    assert desk.panel.settings.of("a")["max"] == 50.0
    assert live._player.run.y.tobytes() == y.tobytes()
    desk.redo()
    assert (live.kind, live.source) == ("map", "logistic")
    assert live.locked == []


def test_a_model_whose_orbit_is_no_longer_kept_begins_afresh(desk: Desk) -> None:
    live = desk.live
    desk.do(lambda: live.set_param("a", 3.0), lambda: live.choose_model("logistic"))
    for kept in live._player.kept:
        kept.forget()
    desk.undo()
    assert live.kind == "ode"
    assert live.parameters == {"a": 3.0, "b": 1.0}
    assert live.moment.n_steps == 0


def test_a_refused_edit_is_no_change(desk: Desk) -> None:
    desk.do(lambda: desk.live.set_param("a", math.nan), lambda: desk.live.set_dt(-1.0))
    desk.do(lambda: desk.live.choose_model("lorentz"))
    assert desk.history.undo_words == ""


def test_the_memory_of_changes_is_bounded(desk: Desk) -> None:
    live = desk.live
    for value in range(MOST_ENTRIES + 20):
        desk.clock.now += 10.0
        live.fps = 30.0 + value % 50
    assert len(desk.history._done) == MOST_ENTRIES
    for _ in range(30):
        desk.do(live.reset)
    assert sum(kept.orbit is not None for kept in live._player.kept) <= 20


def test_curves_and_the_whole_orbit_come_back_with_it(live_run: Maker) -> None:
    live = live_run(
        "lorenz", observers=lambda kind: (engine.observers.lyapunov_mle(every=5, trace_every=5),)
    )
    desk = Desk(live)
    desk.do(lambda: live.advance_by(2000))

    def remembered() -> list[np.ndarray]:
        envelope = live._player.whole.read(live.model, "x")
        assert envelope is not None
        curves = [array for history in live.traces.values() for array in history.read()]
        return [*curves, envelope.t, envelope.low, envelope.high]

    before = remembered()
    assert len(before[0]) > 300
    for disturb in (
        partial(live.kick, {"x": 9.0}),
        live.reset,
        live.go_back,
        live.restart_observers,
    ):
        desk.do(disturb, lambda: live.advance_by(500))
        assert len(remembered()[0]) != len(before[0]) or disturb == live.kick
        desk.undo()
        for ours, theirs in zip(remembered(), before, strict=True):
            np.testing.assert_array_equal(ours, theirs)
    desk.history.close()


def test_views_and_what_is_measured_are_undone_too() -> None:
    explorer = Explorer("lorenz")
    history, board, observing = explorer.history, explorer.board, explorer.live.observing
    clock = Clock()
    history._clock = clock
    live = explorer.live
    live.step()
    assert live.settle(60)
    history.look()
    assert history.undo_words == ""
    before = explorer.session.describe()
    pane = next(iter(board.panes))
    clock.now += 10.0
    board.remove(pane)
    assert history.undo_words == "views"
    clock.now += 10.0
    observing.add("lyapunov_spectrum")
    assert live.settle(60)
    assert history.undo_words == "what is measured"
    clock.now += 10.0
    history.undo()
    assert live.settle(60)
    assert [chosen.name for chosen in observing.chosen] == ["lyapunov_mle"]
    history.undo()
    assert pane in board.panes
    assert explorer.session.describe().parts["board"] == before.parts["board"]
    history.redo()
    history.redo()
    assert live.settle(60)
    assert pane not in board.panes
    assert observing.find("lyapunov_spectrum")
    explorer.close()
    assert live.join(60)


def test_views_that_adapt_to_another_model_come_back_in_one_step_each_way() -> None:
    explorer = Explorer("lorenz")
    history, board, live = explorer.history, explorer.board, explorer.live
    clock = Clock()
    history._clock = clock
    live.step()
    assert live.settle(60)
    history.look()
    flow = board.describe()
    clock.now += 10.0
    # A map of fewer variables: more than one view has to show something else.
    explorer.choose_model("henon")
    assert live.settle(60)
    map_ = board.describe()
    assert flow != map_
    assert history.undo_words == "model henon"
    clock.now += 10.0
    history.undo()
    assert live.settle(60)
    assert board.describe() == flow
    assert (history.undo_words, history.redo_words) == ("", "model henon")
    clock.now += 10.0
    history.redo()
    assert live.settle(60)
    assert live.model.name == "henon"
    assert board.describe() == map_
    assert (history.undo_words, history.redo_words) == ("model henon", "")
    explorer.close()
    assert live.join(60)


def test_a_document_of_hostile_parts_changes_nothing() -> None:
    explorer = Explorer("lorenz")
    live = explorer.live
    live.step()
    assert live.settle(60)
    before = explorer.session.describe()
    for part in ("board", "observers", "parameters"):
        for hostile in (
            {"columns": 3},
            {"columns": [{"panes": [{}]}]},
            {"observers": [{}]},
            {"": {}},
        ):
            described = before.describe()
            described["parts"][part] = hostile
            refused: list[str] = []
            explorer.session.restore(Document.restore(described), refused.append)
            assert live.settle(60)
            after = explorer.session.describe()
            assert after.parts == before.parts
            assert (refused[0] != "") or part == "observers"
    explorer.close()
    assert live.join(60)
