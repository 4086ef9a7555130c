"""Views are added, removed and arranged while a run moves, and all of it can be written down."""

import json
from collections.abc import Callable, Mapping
from typing import Any

import pytest

from widgets import LiveRun
from widgets.views.board import MOST_PANES, Board
from widgets.views.kinds import VIEWS
from widgets.views.packing import Frame
from widgets.views.screen import Screen
from widgets.views.view import View

Maker = Callable[..., LiveRun]

EULER = "x' = y\ny' = -x\nx(0) = 1"


class Gauge(View):
    """Shows one number of its settings; it suits flows of more than one variable."""

    kind = "gauge"
    caption = "Gauge"
    drawn = 0
    value = 1.0

    @classmethod
    def misfit(cls, live: LiveRun) -> str:
        return "" if len(live.model.state_names) > 1 else "A gauge needs two variables."

    def take_model(self) -> None:
        self.param.update(controls=[{"kind": "number", "name": "value", "value": self.value}])

    def use(self, control: str, value: Any) -> None:
        self.take_settings({"value": value})

    def settings(self) -> dict[str, Any]:
        return {"value": self.value}

    def take_settings(self, settings: Mapping[str, Any]) -> None:
        if settings["value"] < 0.0:
            raise ValueError(f"value = {settings['value']}; a gauge has no negative ones")
        self.value = settings["value"]
        self.take_model()

    def draw(self, seen: Any) -> Frame | None:
        self.drawn += 1
        return {"curves": [], "x": [0, 1], "y": [0, 1], "seen": 1}


class Dial(Gauge):
    """Is another one."""

    kind = "dial"
    caption = "Dial"


KINDS = {**VIEWS, "gauge": Gauge, "dial": Dial}


@pytest.fixture
def board(live_run: Maker) -> Board:
    """Give a board whose columns hold gauge, gauge-2 and dial."""
    live = live_run(EULER, jit=False) if "jit" in LiveRun.param else live_run(EULER)
    live.step()
    assert live.settle(60)
    board = Board(live, kinds=KINDS)
    for pane in [*board.panes]:
        board.remove(pane)
    for kind, column in (("gauge", 0), ("gauge", 0), ("dial", 1)):
        board.add(kind, column=column)
    return board


def columns(board: Board) -> list[list[str]]:
    return [[place["id"] for place in c["panes"]] for c in board.layout()["columns"]]


def test_panes_are_added_and_removed_without_touching_the_others(board: Board) -> None:
    assert columns(board) == [["gauge", "gauge-2"], ["dial"]]
    kept = dict(board.panes)
    assert board.add("gauge") == "gauge-3"
    assert columns(board) == [["gauge", "gauge-2"], ["dial", "gauge-3"]]
    board.remove("gauge-2")
    board.remove("dial")
    assert columns(board) == [["gauge"], ["gauge-3"]]
    assert board.panes["gauge"] is kept["gauge"]
    assert board.add("gauge") == "gauge-2"
    for pane in [*board.panes]:
        board.remove(pane)
    assert columns(board) == []
    assert board.add("dial", {"value": 3.0}) == "dial"
    assert board.panes["dial"].value == 3.0


def test_what_cannot_be_added_is_refused_with_a_reason(board: Board) -> None:
    with pytest.raises(ValueError, match="no view 'gauze'; did you mean 'gauge'"):
        board.add("gauze")
    with pytest.raises(ValueError, match="no negative"):
        board.add("gauge", {"value": -1.0})
    with pytest.raises(ValueError, match="no pane 'gauge-9'"):
        board.remove("gauge-9")
    while len(board.panes) < MOST_PANES:
        board.add("gauge")
    with pytest.raises(ValueError, match="remove one"):
        board.add("gauge")
    assert len(board.panes) == MOST_PANES


def test_the_menu_says_why_a_view_does_not_suit_the_model(board: Board) -> None:
    entries = {kind: (caption, misfit) for kind, caption, misfit in board.layout()["menu"]}
    assert entries["gauge"] == ("Gauge", "")
    board.live.choose_model("logistic")
    assert board.live.settle(60)
    entries = {kind: (caption, misfit) for kind, caption, misfit in board.layout()["menu"]}
    assert entries["gauge"] == ("Gauge", "A gauge needs two variables.")
    with pytest.raises(ValueError, match="two variables"):
        board.add("gauge")
    # What the reader has arranged stays, whatever the model.
    assert columns(board) == [["gauge", "gauge-2"], ["dial"]]


@pytest.mark.parametrize(
    ("pane", "direction", "after"),
    [
        ("gauge", "down", [["gauge-2", "gauge"], ["dial"]]),
        ("gauge", "up", [["gauge", "gauge-2"], ["dial"]]),
        ("gauge", "right", [["gauge-2"], ["gauge", "dial"]]),
        ("gauge-2", "left", [["gauge-2"], ["gauge"], ["dial"]]),
        ("dial", "left", [["dial", "gauge", "gauge-2"]]),
        ("dial", "right", [["gauge", "gauge-2"], ["dial"]]),
    ],
)
def test_a_pane_moves_by_one_place(
    board: Board, pane: str, direction: str, after: list[list[str]]
) -> None:
    views = dict(board.panes)
    board.take_order({"do": "move", "pane": pane, "direction": direction})
    assert columns(board) == after
    assert board.panes == views


@pytest.mark.parametrize(
    ("side", "after"),
    [
        ("left", [["gauge", "gauge-2"], ["dial"]]),
        ("top", [["gauge-2"], ["gauge", "dial"]]),
        ("bottom", [["gauge-2"], ["dial", "gauge"]]),
        ("right", [["gauge-2"], ["dial"], ["gauge"]]),
    ],
)
def test_a_pane_is_dropped_beside_another(board: Board, side: str, after: list[list[str]]) -> None:
    board.take_order({"do": "place", "pane": "gauge", "beside": "dial", "side": side})
    if side == "left":
        after = [["gauge-2"], ["gauge"], ["dial"]]
    assert columns(board) == after


def test_shares_are_changed_all_or_none(board: Board) -> None:
    board.take_order({"do": "resize", "widths": [[0, 1.5], [1, 0.5]], "heights": [["gauge", 2]]})
    before = board.describe()
    assert [column["width"] for column in before["columns"]] == [1.5, 0.5]
    assert before["columns"][0]["panes"][0]["height"] == 2.0
    for widths, heights, words in [
        ({0: 1.0, 5: 1.0}, {}, "no column 5"),
        ({0: 1.0, 1: -1.0}, {}, "width of column 1 is -1.0"),
        ({0: 1.0}, {"gauge": float("nan")}, "height of gauge is nan"),
        ({0: 1.0}, {"gouge": 1.0}, "no pane 'gouge'; did you mean 'gauge'"),
    ]:
        with pytest.raises(ValueError, match=words):
            board.resize(widths, heights)
    assert board.describe() == before


def test_a_described_board_is_restored_and_views_that_stay_are_not_rebuilt(board: Board) -> None:
    board.panes["gauge"].use("value", 5.0)
    board.maximise("dial")
    described = json.loads(json.dumps(board.describe()))
    board.remove("gauge-2")
    board.add("dial")
    board.panes["gauge"].use("value", 6.0)
    kept = {pane: board.panes[pane] for pane in ("gauge", "dial")}
    board.restore(described)
    assert board.describe() == described
    assert {pane: board.panes[pane] for pane in kept} == kept
    assert board.panes["gauge"].value == 5.0
    assert board.maximised == "dial"
    fresh = Board(board.live, kinds=KINDS)
    fresh.restore(described)
    assert fresh.describe() == described
    fresh.close()


def broken(described: dict[str, Any], change: Callable[[dict[str, Any]], object]) -> dict[str, Any]:
    changed = json.loads(json.dumps(described))
    change(changed)
    return changed


@pytest.mark.parametrize(
    ("change", "words"),
    [
        (lambda d: d.pop("columns"), "no list of columns"),
        (lambda d: d["columns"][0].update(width=0), "width is 0"),
        (lambda d: d["columns"][0].pop("panes"), "no list of panes"),
        (lambda d: d["columns"][0]["panes"][0].update(kind="gage"), "did you mean 'gauge'"),
        (lambda d: d["columns"][0]["panes"][0].update(id=7), "no name"),
        (
            lambda d: d["columns"][0]["panes"][0].update(height="tall"),
            "height of 'gauge' is 'tall'",
        ),
        (lambda d: d["columns"][1]["panes"][0].update(id="gauge"), "stands there twice"),
        (lambda d: d["columns"][1]["panes"][0].update(settings={"value": -2}), "no negative"),
        (lambda d: d["columns"][0]["panes"][0].update(settings=3), "not names and values"),
        (lambda d: d.update(maximised="nothing"), "'nothing' alone"),
    ],
)
def test_a_layout_that_is_not_valid_changes_nothing(
    board: Board, change: Callable[[dict[str, Any]], object], words: str
) -> None:
    described = board.describe()
    board.panes["gauge"].use("value", 9.0)
    before, views = board.describe(), dict(board.panes)
    with pytest.raises(ValueError, match=words):
        board.restore(broken(described, change))
    assert board.describe() == before
    assert board.panes == views


def test_every_change_is_announced(board: Board) -> None:
    versions = [board.version]
    for act in (
        lambda: board.add("gauge"),
        lambda: board.move("gauge", "down"),
        lambda: board.place("gauge", "dial", "top"),
        lambda: board.resize({0: 2.0}, {}),
        lambda: board.maximise("dial"),
        lambda: board.panes["dial"].use("value", 4.0),
        lambda: board.restore(board.describe()),
        lambda: board.remove("dial"),
    ):
        act()
        versions.append(board.version)
    assert versions == sorted(set(versions))


def test_until_something_is_arranged_views_follow_the_model(live_run: Maker) -> None:
    live = live_run(EULER)
    board = Board(live)
    assert columns(board) == [["time_series", "lyapunov"], ["phase_plane"]]
    views = dict(board.panes)
    live.step()
    assert live.settle(60)
    assert board.panes == views
    live.choose_model("logistic")
    assert live.settle(60)
    assert columns(board)[0] == ["time_series", "lyapunov"]
    assert columns(board)[1] == ["cobweb" if "cobweb" in VIEWS else "phase_plane"]
    assert board.panes["time_series"] is views["time_series"]
    board.close()


@pytest.fixture
def shown(board: Board, monkeypatch: pytest.MonkeyPatch) -> tuple[Screen, list[dict[str, Any]]]:
    """Give a screen of the board on a page that has drawn itself."""
    sent: list[dict[str, Any]] = []
    monkeypatch.setattr(Screen, "_send_msg", lambda self, data: sent.append(data))
    screen = Screen(board)
    panes = {pane: {"width": 400, "shown": True} for pane in board.panes}
    screen._handle_msg({"ready": True, "panes": panes, "visible": True})
    return screen, sent


def test_a_screen_follows_the_board(board: Board, shown) -> None:
    screen, sent = shown
    assert [head["pane"] for head in sent[-1]["frames"]] == ["gauge", "gauge-2", "dial"]
    screen._handle_msg({"order": {"do": "add", "kind": "dial"}})
    assert [*screen.views] == ["gauge", "gauge-2", "dial", "dial-2"]
    # Nothing is drawn for a pane before the page has opened it.
    assert all(head["pane"] != "dial-2" for message in sent for head in message["frames"])
    screen._handle_msg({"painted": sent[-1]["seq"]})
    told = {"dial-2": {"width": 200, "shown": True, "opened": True}}
    screen._handle_msg({"panes": told, "visible": True})
    assert "dial-2" in [head["pane"] for head in sent[-1]["frames"]]
    screen._handle_msg({"painted": sent[-1]["seq"]})
    screen._handle_msg({"order": {"do": "remove", "pane": "gauge"}})
    assert [head["pane"] for head in sent[-1]["frames"]] == ["gauge-2", "dial", "dial-2"]
    assert "gauge" not in screen.views


def test_what_the_board_refuses_is_said_on_the_page(board: Board, shown) -> None:
    screen, _ = shown
    screen._handle_msg({"order": {"do": "add", "kind": "gong"}})
    assert "no view 'gong'" in screen.refused[""]["order"]["words"]
    screen._handle_msg({"order": {"do": "move", "pane": "dial", "direction": "left"}})
    assert screen.refused[""] == {}


def test_views_behind_one_that_is_alone_cost_nothing(board: Board, shown) -> None:
    screen, sent = shown
    screen._handle_msg({"order": {"do": "maximise", "pane": "dial"}})
    assert [view.shown for view in board.panes.values()] == [False, False, True]
    drawn = board.panes["gauge"].drawn
    for _ in range(10):
        screen._handle_msg({"painted": sent[-1]["seq"]})
        screen.refresh()
    assert board.panes["gauge"].drawn == drawn
    assert board.panes["dial"].drawn > 10
    screen._handle_msg({"order": {"do": "maximise", "pane": ""}})
    assert all(view.shown for view in board.panes.values())


@pytest.mark.parametrize(
    ("model", "views"),
    [
        ("logistic", ["time_series", "lyapunov", "cobweb"]),
        ("lorenz", ["time_series", "lyapunov", "phase_plane"]),
        ("izhikevich", ["time_series", "event_raster", "phase_plane"]),
        ("integrate_and_fire", ["time_series", "event_raster", "event_intervals"]),
        ("kepler", ["time_series", "drift", "phase_plane"]),
        ("double_pendulum", ["time_series", "lyapunov", "phase_plane"]),
        ("ornstein_uhlenbeck", ["time_series", "lyapunov", "histogram"]),
    ],
)
def test_a_model_is_first_seen_as_its_field_looks_at_it(
    live_run: Maker, model: str, views: list[str]
) -> None:
    live = live_run(model)
    live.step()
    assert live.settle(60)
    board = Board(live)
    assert [view.kind for view in board.panes.values()] == views
    board.close()


@pytest.mark.parametrize("value", [None, float("nan"), float("inf"), 10**400, 0, [], {}, True])
@pytest.mark.parametrize(
    "place",
    [
        ("columns",),
        ("columns", 0),
        ("columns", 0, "width"),
        ("columns", 0, "panes", 0),
        ("columns", 0, "panes", 0, "id"),
        ("columns", 0, "panes", 0, "kind"),
        ("columns", 0, "panes", 0, "height"),
        ("maximised",),
    ],
)
def test_a_layout_that_makes_no_sense_is_refused_in_words(
    board: Board, place: tuple[Any, ...], value: Any
) -> None:
    before = board.describe()
    described = json.loads(json.dumps(before))
    part = described
    for key in place[:-1]:
        part = part[key]
    part[place[-1]] = value
    refused = ""
    try:
        board.restore(described)
    except ValueError as error:
        refused = str(error)
    assert not refused or board.describe() == before
    assert len(refused) < 400
    json.dumps(board.describe(), allow_nan=False)
