"""Initial and present state are two things, each edited by number."""

from collections.abc import Callable

from widgets import LiveRun, StatePanel

Maker = Callable[..., LiveRun]


def test_initial_and_present_state_are_told_apart(live_run: Maker) -> None:
    live = live_run()
    live.advance_by(10)
    assert live.settle(60)
    panel = StatePanel(live)
    table = panel.table
    assert [state["name"] for state in table.states] == ["x", "y", "z"]
    assert table.present == {}
    panel.use("watch", value=True)
    assert table.present == {name: live.moment.values[name] for name in ("x", "y", "z")}
    panel.use("initial", "x", 7.0)
    assert live.settle(60)
    assert table.initial["x"] == 7.0
    assert table.present["x"] == live.moment.values["x"] != 7.0
    panel.use("present", "x", -3.0)
    assert live.settle(60)
    assert table.present["x"] == -3.0
    assert table.initial["x"] == 7.0
    panel.use("keep")
    assert live.settle(60)
    assert table.initial["x"] == -3.0
    panel.use("initial", "x", 2.5)
    panel.use("jump")
    assert live.settle(60)
    assert live.moment.values["x"] == 2.5
    live.step()
    live.reset()
    assert live.settle(60)
    assert live.moment.values["x"] == 2.5


def test_what_is_refused_is_said_at_the_field_it_was_typed_into(live_run: Maker) -> None:
    live = live_run()
    live.step()
    assert live.settle(60)
    panel = StatePanel(live)
    panel.use("initial", "x", None)
    panel.use("present", "y", float("inf"))
    assert live.settle(60)
    assert "x" in panel.table.messages["x(0)"]
    assert "y" in panel.table.messages["y"]
    assert live.initial["x"] == 1.0


def test_a_table_that_nobody_sees_is_sent_nothing(live_run: Maker) -> None:
    live = live_run()
    live.step()
    assert live.settle(60)
    panel = StatePanel(live)
    panel.use("watch", value=True)
    panel.use("watch", value=False)
    seen = panel.table.present
    live.advance_by(5)
    assert live.settle(60)
    assert panel.table.present is seen
    live.choose_model("logistic")
    assert live.settle(60)
    assert [state["name"] for state in panel.table.states] == ["x"]


def test_kicks_that_follow_closely_are_one_edit_of_several_states(live_run: Maker) -> None:
    live = live_run()
    live.step()
    assert live.settle(60)
    before = len(live._player.run.journal.entries)
    for k in range(500):
        live.kick({"x": float(k), "z": 2.0 * k})
    assert live.settle(60)
    assert (live.moment.values["x"], live.moment.values["z"]) == (499.0, 998.0)
    entries = live._player.run.journal.entries[before:]
    assert len(entries) < 500
    assert all(set(entry.edit.values) == {"x", "z"} for entry in entries)
    live.kick({"x": 1.0, "w": 1.0})
    live.kick({})
    assert live.settle(60)
    assert "'w'" in live.messages["state"]
    assert live.moment.values["x"] == 499.0
    live.kick({"x": 1.0, "z": 1.0})
    assert live.settle(60)
    assert "state" not in live.messages
