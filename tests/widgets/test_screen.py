"""Pictures go out on credit, and what they hold is what is to be seen."""

import json
from collections.abc import Callable
from typing import Any

import numpy as np
import param
import pytest

import engine
from widgets import Convergence, LiveRun, PhasePlane, TimeSeries
from widgets.views import screen
from widgets.views.arrangement import Alone
from widgets.views.packing import Frame
from widgets.views.screen import FRAMES_OUT, Screen

Maker = Callable[..., LiveRun]


READY = {"ready": True, "panes": {"view": {"width": 300, "shown": True}}, "visible": True}


class Counting(param.Parameterized):
    """A view that only counts."""

    version = param.Integer(0)
    title = param.String("")
    shown = param.Boolean(True)
    columns = 0
    drawn = 0

    def draw(self, seen: Any) -> Frame | None:
        self.drawn += 1
        curve = {"x": np.zeros(2, np.float32), "y": np.ones(2, np.float32)}
        return {"curves": [curve], "seen": (seen or 0) + 1}

    def place_at(self, t: float) -> list[float] | None:
        return [t, -t] if t > 4.0 else None

    def use(self, control: str, value: Any) -> None:
        self.used = (control, value)

    def face(self) -> dict[str, Any]:
        return {"title": self.title}


@pytest.fixture
def page(monkeypatch: pytest.MonkeyPatch) -> tuple[Screen, Counting, list[dict[str, Any]]]:
    """Give a screen, its view, and what a page would have received."""
    view = Counting()
    sent: list[dict[str, Any]] = []
    monkeypatch.setattr(Screen, "_send_msg", lambda self, data: sent.append(data))
    return Screen(Alone(view)), view, sent


def test_nothing_is_drawn_before_the_page_is_ready(page) -> None:
    shown, view, sent = page
    shown.refresh()
    assert view.drawn == 0
    shown._handle_msg(READY)
    assert len(sent) == 1
    assert view.columns == 300


def test_a_page_that_does_not_paint_gets_no_backlog(page) -> None:
    shown, view, sent = page
    shown._handle_msg(READY)
    for _ in range(1000):
        shown.refresh()
    assert len(sent) == FRAMES_OUT
    assert view.drawn == FRAMES_OUT
    # What came meanwhile is sent at once, though nothing else happens any more.
    shown._handle_msg({"painted": sent[-1]["seq"]})
    assert len(sent) == FRAMES_OUT + 1
    shown._handle_msg({"painted": sent[-1]["seq"]})
    assert len(sent) == FRAMES_OUT + 1


def test_lost_credit_comes_back_by_itself(page, monkeypatch: pytest.MonkeyPatch) -> None:
    shown, _, sent = page
    shown._handle_msg(READY)
    for _ in range(10):
        shown.refresh()
    now = shown._sent_at
    monkeypatch.setattr(screen.time, "monotonic", lambda: now + screen.CREDIT_S + 0.1)
    shown.refresh()
    assert len(sent) == FRAMES_OUT + 1
    monkeypatch.undo()


def test_a_new_page_is_told_everything(page) -> None:
    shown, _, sent = page
    shown._handle_msg(READY)
    shown._handle_msg({"painted": 1})
    shown._handle_msg(READY)
    assert shown._seen == {"view": 1}


def test_controls_reach_their_view(page) -> None:
    shown, view, _ = page
    shown._handle_msg({"view": "view", "control": "fit", "value": True})
    assert view.used == ("fit", True)


def test_a_view_that_changes_its_face_dresses_the_page(page) -> None:
    shown, view, _ = page
    view.title = "New"
    assert shown.views == {"view": {"title": "New"}}


def test_a_view_out_of_sight_is_not_drawn(page) -> None:
    shown, view, sent = page
    shown._handle_msg(READY)
    for _ in range(5):
        shown._handle_msg({"painted": sent[-1]["seq"]})
        shown._handle_msg({"panes": {"view": {"width": 300, "shown": False}}})
    assert not view.shown
    drawn, count = view.drawn, len(sent)
    for _ in range(10):
        shown.refresh()
    assert (view.drawn, len(sent)) == (drawn, count)
    shown._handle_msg({"panes": {"view": {"width": 300, "shown": True}}})
    assert view.shown
    assert view.drawn == drawn + 1


def test_a_page_in_the_background_counts_as_away(page, monkeypatch: pytest.MonkeyPatch) -> None:
    _, view, _ = page
    watched: list[bool] = []
    shown = Screen(Alone(view), attend=lambda screen, watching: watched.append(watching))
    shown._handle_msg(READY)
    hidden = {"panes": {"view": {"width": 300, "shown": False}}, "visible": False}
    shown._handle_msg(hidden)
    shown.refresh()
    assert watched == [True]
    later = screen.time.monotonic() + screen.AWAY_S + 1.0
    monkeypatch.setattr(screen.time, "monotonic", lambda: later)
    shown.refresh()
    assert watched == [True, False]
    shown._handle_msg(READY)
    assert watched == [True, False, True]


def test_a_page_that_has_nothing_new_to_see_is_sent_nothing(page) -> None:
    shown, view, sent = page
    shown._handle_msg(READY)
    view.draw = lambda seen: None
    for _ in range(10):
        shown.refresh()
    assert len(sent) == 1


def stepped(live_run: Maker, source: str, steps: int, **settings: object) -> LiveRun:
    live = live_run(source, **settings)
    for _ in range(steps):
        live.step()
    assert live.settle(60)
    return live


def test_a_time_series_shows_its_window(live_run: Maker) -> None:
    live = stepped(live_run, "lorenz", 100)
    view = TimeSeries(live)
    assert view.variables == ("x", "y", "z")
    view.set_window(0.5)
    frame = view.draw(None)
    assert frame is not None
    assert frame["x"] == pytest.approx([0.5, 1.0])
    assert [len(curve["x"]) for curve in frame["curves"]] == [51, 51, 51]
    assert frame["curves"][0]["x"].dtype == np.float32
    view.use("show x", False)
    assert view.variables == ("y", "z")
    low, high = view.draw(frame["seen"])["y"]
    assert low < min(curve["y"].min() for curve in frame["curves"][1:])
    assert high > max(curve["y"].max() for curve in frame["curves"][1:])


RING = "\n".join(f"x{k}' = x{(k + 1) % 12} - x{k}" for k in range(12)) + "\nx0(0) = 1"


def test_of_many_variables_the_hidden_ones_are_in_a_list(live_run: Maker) -> None:
    view = TimeSeries(stepped(live_run, RING, 1))
    assert view.variables == tuple(f"x{k}" for k in range(6))
    toggles = [c["name"] for c in view.controls if c["name"].startswith("show ")]
    (hidden,) = [c for c in view.controls if c["label"] == "Show another variable"]
    assert toggles == [f"show {name}" for name in view.variables]
    assert [name for name, _ in hidden["options"][1:]] == [f"x{k}" for k in range(6, 12)]
    assert view.y_label == "x0, x1, x2, …"
    view.use(hidden["name"], "x9")
    assert view.variables[-1] == "x9"
    view.use("show x0", False)
    assert "x0" not in view.variables


def test_what_a_model_suggests_against_time_is_shown(live_run: Maker) -> None:
    assert TimeSeries(stepped(live_run, "integrate_and_fire", 1)).variables == ("v",)
    assert TimeSeries(stepped(live_run, "adler", 1)).variables == ("aux.rate", "aux.wrapped")


def test_a_picture_that_fills_up_closes_in_on_the_orbit(live_run: Maker) -> None:
    live = live_run("x' = -x\nx(0) = 100")
    assert live.pause(60)
    series, plane = TimeSeries(live), PhasePlane(live)
    for view in (series, plane):
        assert view.draw(None)["y"] == [50.0, 150.0]
    for _ in range(200):
        live.step()
    assert live.settle(60)
    low, high = series.draw(None)["y"]
    assert low < live.moment.values["x"]
    assert 100.0 < high < 110.0
    plane.draw(None)
    assert 100.0 < plane.draw(None)["y"][1] < 110.0


def test_a_phase_plane_sends_only_what_is_new(live_run: Maker) -> None:
    live = stepped(live_run, "lorenz", 20)
    view = PhasePlane(live)
    assert view.axes == ("x", "z")
    first = view.draw(None)
    assert first is not None
    assert first["reset"] == "all"
    assert len(first["curves"][0]["x"]) == 21
    live.step()
    assert live.settle(60)
    second = view.draw(first["seen"])
    assert second["reset"] is False
    assert len(second["curves"][0]["x"]) == 1
    view.use("horizontal", "y")
    third = view.draw(second["seen"])
    assert third["reset"] is True
    assert len(third["curves"][0]["x"]) == 22
    with pytest.raises(engine.ExpressionError, match="unknown name"):
        view.choose_axes("x", "w")


def test_a_map_of_one_variable_is_shown_against_its_next_iterate(live_run: Maker) -> None:
    live = stepped(live_run, "logistic", 30)
    view = PhasePlane(live)
    frame = view.draw(None)
    x, y = frame["curves"][0]["x"], frame["curves"][0]["y"]
    assert frame["points"]
    np.testing.assert_allclose(y, live.parameters["r"] * x * (1 - x), rtol=1e-5)


def test_going_to_another_model_drops_the_old_picture(live_run: Maker) -> None:
    live = stepped(live_run, "lorenz", 5)
    views = [TimeSeries(live), PhasePlane(live)]
    frames = [view.draw(None) for view in views]
    live.choose_model("henon")
    assert live.settle(60)
    for view, old in zip(views, frames, strict=True):
        assert view.draw(old["seen"])["reset"] == "all"


def test_convergence_says_its_value(live_run: Maker) -> None:
    live = stepped(live_run, "logistic", 200, observers=None)
    view = Convergence(live)
    frame = view.draw(None)
    assert frame["words"].startswith("λ = 0.")
    assert len(frame["curves"][0]["x"]) == 200
    view.use("restart", True)
    live.step()
    assert live.settle(60)
    assert len(view.draw(frame["seen"])["curves"][0]["x"]) == 1


REFUSED = """
x' = 1
w' = 0
m = 2
when x >= 0.1 and floor(w + x) == 0: x = 0; m = w
"""


def test_a_model_that_cannot_be_measured_runs_and_says_so(live_run: Maker) -> None:
    live = stepped(live_run, REFUSED, 20, observers=None)
    view = Convergence(live)
    assert live.moment.n_steps == 20
    assert "model" not in live.messages
    frame = view.draw(None)
    assert frame["words"] == "not measured"
    assert "event" in frame["notice"]
    assert "jumps" in frame["notice"]
    assert "not measured" in view.description
    assert screen.packed({"view": frame})["frames"][0]["notice"] == frame["notice"]
    assert view.draw(frame["seen"]) is None
    live.reset()
    live.restart_observers()
    live.step()
    assert live.settle(60)
    assert live.messages == {}
    assert view.draw(frame["seen"])["words"] == "not measured"
    live.choose_model("logistic")
    live.step()
    assert live.settle(60)
    measured = view.draw(frame["seen"])
    assert measured["words"].startswith(("measuring", "λ"))
    assert measured["reset"] == "all"
    assert view.description.startswith("Largest Lyapunov exponent against time, the band is")


def test_a_blow_up_runs_out_of_a_picture_that_keeps_its_scale(live_run: Maker) -> None:
    live = stepped(live_run, "lorenz", 100)
    views = [TimeSeries(live), PhasePlane(live)]
    live.set_dt(0.5)
    for _ in range(40):
        live.step()
        assert live.settle(60)
        for view in views:
            view.draw(None)
    assert live.failure
    for view in views:
        frame = view.draw(None)
        low, high = frame["y"]
        assert 30.0 < high - low < 1000.0
        assert all(np.all(np.isfinite(curve["y"])) for curve in frame["curves"])


def test_a_view_waits_for_the_model_of_the_rows(live_run: Maker) -> None:
    live = stepped(live_run, "lorenz", 5)
    views = [TimeSeries(live), PhasePlane(live)]
    held: list[Callable[[], None]] = []
    live.deliver = held.append
    live.choose_model("logistic")
    assert live.settle(60)
    assert [view.draw(None) for view in views] == [None, None]
    for news in held:
        news()
    assert all(view.draw(None) is not None for view in views)


def test_a_picture_that_failed_is_made_again(page) -> None:
    shown, view, sent = page
    shown._handle_msg(READY)
    draw = view.draw
    view.draw = lambda seen: 1 // 0
    with pytest.raises(ZeroDivisionError):
        shown.refresh()
    view.draw = draw
    shown._send()
    assert len(sent) == 2


def test_a_window_is_positive_and_no_longer_than_what_is_kept(live_run: Maker) -> None:
    live = stepped(live_run, "lorenz", 5)
    view = TimeSeries(live)
    view.set_window(3.0)
    for wrong in (-1.0, 0.0, float("nan"), float("inf")):
        with pytest.raises(ValueError, match="positive"):
            view.set_window(wrong)
    assert view.window == 3.0
    view.set_window(1e9)
    assert view.window == pytest.approx(live.ring.capacity * live.dt)
    assert "limited" in view.draw(None)["words"]


def test_every_kind_of_curve_and_image_travels_in_one_array() -> None:
    edges = np.arange(3.0)
    frame = {
        "curves": [
            {"style": "bars", "x": edges, "y": edges + 3.0, "label": "rows"},
            {"style": "band", "x": edges, "y": edges + 6.0, "z": edges + 9.0, "color": "faint"},
        ],
        "image": {
            "values": np.full((2, 2), 0.5),
            "width": 2,
            "height": 2,
            "x": [0, 1],
            "y": [0, 1],
        },
        "log": ("x",),
        "seen": 7,
    }
    message = screen.packed({"view": frame})
    assert message["numbers"].dtype == np.float32
    np.testing.assert_array_equal(
        message["numbers"], [0, 1, 2, 3, 4, 5, 0, 1, 2, 6, 7, 8, 9, 10, 11, 0.5, 0.5, 0.5, 0.5]
    )
    (head,) = message["frames"]
    assert head["pane"] == "view"
    assert [(c["count"], c["deep"]) for c in head["curves"]] == [(3, False), (3, True)]
    assert head["curves"][0]["label"] == "rows"
    assert "values" not in head["image"]
    assert head["log"] == ["x"]
    assert "seen" not in head
    assert "values" in frame["image"]


def test_what_is_beside_the_numbers_travels_as_valid_text() -> None:
    heads = [{"x": [np.float64(1.5), np.inf], "words": "λ", "at": np.arange(2), "z": [np.nan]}]
    assert json.loads(screen.written(heads)) == [
        {"x": [1.5, None], "words": "λ", "at": [0, 1], "z": [None]}
    ]


def test_what_a_control_is_refused_is_said_at_that_control(page) -> None:
    shown, view, _ = page

    def refuse(control: str, value: Any) -> None:
        if value == "rhoo":
            raise ValueError("unknown name 'rhoo'")

    view.use = refuse
    shown._handle_msg({"view": "view", "control": "expression", "value": "rhoo"})
    shown._handle_msg({"view": "view", "control": "other", "value": "rhoo"})
    assert shown.refused["view"]["expression"] == {"words": "unknown name 'rhoo'", "value": "rhoo"}
    assert shown.refused["view"].keys() == {"expression", "other"}
    shown._handle_msg({"view": "view", "control": "expression", "value": "rho"})
    assert shown.refused["view"].keys() == {"other"}


def test_a_view_that_asks_for_it_is_told_the_time_pointed_at(page) -> None:
    shown, view, sent = page
    view.used = None
    shown._handle_msg(READY)
    shown._handle_msg({"cursor": 3.5})
    assert view.used is None
    shown._handle_msg({"painted": sent[-1]["seq"]})
    drawn = view.draw
    view.draw = lambda seen: drawn(seen) | {"cursor": True}
    shown.refresh()
    shown._handle_msg({"cursor": 4.5})
    assert view.used == ("cursor", 4.5)


def test_the_page_is_told_where_the_orbit_was_at_the_time_pointed_at(page) -> None:
    shown, view, sent = page
    shown._handle_msg({"cursor": 4.5})
    assert sent[-1] == {"cursor": 4.5, "places": {"view": [4.5, -4.5]}}
    for t in (3.5, None):
        shown._handle_msg({"cursor": t})
        assert sent[-1] == {"cursor": t, "places": {}}
    view.shown = False
    shown._handle_msg({"cursor": 4.5})
    assert sent[-1]["places"] == {}


def test_pictures_know_where_the_orbit_was(live_run: Maker) -> None:
    live = stepped(live_run, "lorenz", 20)
    plane = PhasePlane(live)
    _, t, y = live.ring.read(12, 13, ("x", "z"))
    assert plane.place_at(float(t[0]) + 1e-9) == [float(v) for v in y[:, 0]]
    assert plane.place_at(-1.0) is None
    assert TimeSeries(live).place_at(0.1) is None
    iterates = stepped(live_run, "logistic", 9)
    x, following = PhasePlane(iterates).place_at(5.0)
    assert following == pytest.approx(iterates.parameters["r"] * x * (1.0 - x))


def test_a_picture_says_its_place_in_the_order_since_the_page_listens(page) -> None:
    shown, _, sent = page
    for _ in range(2):
        shown._handle_msg(READY)
        begun = len(sent)
        first = sent[-1]["seq"]
        for _ in range(3):
            shown.refresh()
        assert [picture["seq"] - first for picture in sent[begun - 1 :]] == [*range(FRAMES_OUT)]
        assert {picture["first"] for picture in sent[begun - 1 :]} == {first}
