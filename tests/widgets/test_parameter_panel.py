"""The parameter panel without a browser: ranges, locks, pins, motions, presets."""

import threading
from collections.abc import Callable

import pytest

from widgets import LiveRun, ParameterPanel
from widgets.live.motion import Motion

Maker = Callable[..., LiveRun]
Until = Callable[..., None]

TEXT = """
[model]
type = 'ode'
name = 'decay'
[states]
x = 1.0
[params]
a = { value = 2.0, min = 1.0, max = 100.0, scale = 'log' }
b = { value = 0.5, min = 0.0, max = 1.0 }
[equations.rhs]
x = 'b - a * x'
[presets.far.params]
a = 30.0
b = 0.1
"""


@pytest.fixture
def panel(live_run: Maker) -> ParameterPanel:
    live = live_run(TEXT)
    live.step()
    assert live.settle(60)
    return ParameterPanel(live)


def shown(panel: ParameterPanel, name: str) -> dict[str, object]:
    return next(field for field in panel.fields.fields if field["name"] == name)


def test_sliders_have_the_declared_ranges_until_the_reader_changes_them(
    panel: ParameterPanel,
) -> None:
    assert (shown(panel, "a")["min"], shown(panel, "a")["max"]) == (1.0, 100.0)
    assert shown(panel, "a")["scale"] == "log"
    panel.fields._on_edit({"name": "b", "set": {"min": -5}})
    panel.fields._on_edit({"name": "b", "set": {"max": 5.0}})
    assert (shown(panel, "b")["min"], shown(panel, "b")["max"]) == (-5.0, 5.0)
    assert shown(panel, "b")["step"] == pytest.approx(0.02)
    assert panel.describe() == {"b": {"min": -5.0, "max": 5.0}}
    panel.fields._on_edit({"name": "b", "set": {"min": 0.0, "max": 1.0}})
    assert panel.describe() == {}


@pytest.mark.parametrize(
    ("name", "changes", "said"),
    [
        ("b", {"min": 1.0}, "lower end 1 has to be below its upper end 1"),
        ("b", {"max": float("nan")}, "not finite"),
        ("b", {"max": "many"}, "not a number"),
        ("b", {"scale": "log"}, "above 0; its lower end is 0"),
        ("b", {"step": 0.0}, "above 0"),
        ("b", {"step": 2.0}, "within the range"),
        ("a", {"scale": "square"}, "linear or log"),
        ("a", {"colour": "red"}, "no setting 'colour'"),
        ("a", {"motion": {"first": 1.0}}, "needs 'second'"),
    ],
)
def test_a_range_that_makes_no_sense_is_refused_at_the_field(
    panel: ParameterPanel, name: str, changes: dict[str, object], said: str
) -> None:
    before = shown(panel, name)
    panel.fields._on_edit({"name": name, "set": changes})
    assert said in shown(panel, name)["refused"]
    assert shown(panel, name) == before | {"refused": shown(panel, name)["refused"]}
    panel.fields._on_edit({"name": name, "set": {"min": 0.25}})
    assert shown(panel, name)["refused"] == ""


def test_a_locked_parameter_is_left_alone_and_says_so(panel: ParameterPanel) -> None:
    live = panel._live
    panel.fields._on_edit({"name": "a", "lock": True})
    panel.fields._on_edit({"name": "a", "value": 9.0})
    assert live.settle(60)
    assert live.parameters == {"a": 2.0, "b": 0.5}
    assert "a is locked at 2" in panel.fields.messages["a"]
    assert shown(panel, "a")["locked"]
    panel._take_preset("far")
    assert live.settle(60)
    assert live.parameters == {"a": 2.0, "b": 0.1}
    assert panel.said.object == "a was left alone: locked"
    assert panel.said.visible
    live.reset_params()
    assert live.settle(60)
    assert live.parameters == {"a": 2.0, "b": 0.5}
    live.set_motion("a", Motion(first=1.0, second=2.0, period=1.0))
    assert live.settle(60)
    assert live.motions == {}
    panel.fields._on_edit({"name": "a", "lock": False})
    panel.fields._on_edit({"name": "a", "value": 9.0})
    assert live.settle(60)
    assert live.parameters["a"] == 9.0
    assert "a" not in panel.fields.messages


def test_reset_parameters_puts_back_all_of_them(panel: ParameterPanel) -> None:
    live = panel._live
    live.set_params({"a": 7.0, "b": 0.9})
    live.reset_params()
    assert live.settle(60)
    assert live.parameters == {"a": 2.0, "b": 0.5}
    assert not panel.said.visible


def test_a_parameter_moves_and_the_slider_follows(panel: ParameterPanel, until: Until) -> None:
    live = panel._live
    panel.fields._on_edit({"name": "a", "motion": {"period": 4.0}})
    assert shown(panel, "a")["motion"] == {
        "kind": "ramp",
        "first": 1.0,
        "second": 100.0,
        "course": "there and back",
        "period": 4.0,
        "unit": "model time",
        "log": True,
    }
    panel.fields._on_edit({"name": "a", "move": True})
    live.play()
    until(lambda: shown(panel, "a")["moving"] and panel.fields.values["a"] > 5.0)
    seen = {panel.fields.values["a"]}
    until(lambda: len(seen | {panel.fields.values["a"]}) > 1)
    # The hand wins.
    panel.fields._on_edit({"name": "a", "value": 3.0})
    until(lambda: not shown(panel, "a")["moving"])
    assert live.settle(60)
    assert live.parameters["a"] == 3.0


def test_a_motion_changes_its_kind_with_sensible_numbers(panel: ParameterPanel) -> None:
    panel.fields._on_edit({"name": "b", "motion": {"kind": "sine"}})
    motion = shown(panel, "b")["motion"]
    assert (motion["first"], motion["second"]) == (0.5, 0.5)
    panel.fields._on_edit({"name": "b", "motion": {"period": -1.0}})
    assert "period = -1 is not positive" in shown(panel, "b")["refused"]
    panel.fields._on_edit({"name": "b", "motion": {"kind": "ramp"}})
    assert shown(panel, "b")["motion"]["second"] == 1.0


def test_many_parameters_can_be_found_and_pinned(live_run: Maker) -> None:
    names = [f"p{n}" for n in range(9)]
    text = f"x' = -x*({'+'.join(names)})\nx(0) = 1\n" + "\n".join(f"{n} = 0.1" for n in names)
    live = live_run(text)
    live.step()
    assert live.settle(60)
    panel = ParameterPanel(live)
    assert panel.fields.sought
    assert shown(panel, "p7")["pinnable"]
    panel.fields._on_edit({"name": "p7", "set": {"pinned": True}})
    assert [field["name"] for field in panel.fields.fields][:3] == ["p7", "p0", "p1"]
    assert panel.describe() == {"p7": {"pinned": True}}


def test_settings_are_described_and_restored_or_refused_whole(panel: ParameterPanel) -> None:
    panel.settings.set("b", {"min": -1.0})
    panel.settings.set_motion("b", {"course": "once", "period": 3.0})
    described = panel.describe()
    panel.restore({})
    assert shown(panel, "b")["min"] == 0.0
    panel.restore(described)
    assert panel.describe() == described
    assert panel.settings.motion("b").course == "once"
    for hostile in (
        [],
        {"c": {}},
        {"b": 3},
        {"b": {"min": "x"}},
        {"b": {"max": True}},
        {"b": {"pinned": 1}},
        {"b": {"motion": {"kind": "walk", "first": 0.0, "second": 1.0, "period": 1.0}}},
        {"a": {"min": 2.0}, "b": {"min": 4.0}},
    ):
        with pytest.raises(ValueError, match=r"\w"):
            panel.restore(hostile)
        assert panel.describe() == described


def test_an_edited_model_keeps_the_settings_that_still_have_a_meaning(
    panel: ParameterPanel, until: Until
) -> None:
    live = panel._live
    panel.settings.set("b", {"min": -1.0})
    panel.settings.set("a", {"max": 50.0})
    live.lock("b")
    live.choose_model(
        TEXT.replace("a = { value = 2.0, min", "c = { value = 2.0, min")
        .replace("a * x", "c * x")
        .replace("a = 30.0", "c = 30.0")
    )
    until(lambda: "c" in live.parameters)
    assert panel.describe() == {"b": {"min": -1.0}}
    assert live.locked == ["b"]
    live.choose_model("lorenz")
    until(lambda: "rho" in live.parameters)
    assert panel.describe() == {}
    assert live.locked == []


def test_of_a_stream_of_edits_the_controls_hear_now_and_then_and_the_last_one(
    panel: ParameterPanel, until: Until
) -> None:
    live = panel._live
    live.speed = 1.0
    live.play()
    until(lambda: live.playing)
    told: list[float] = []
    live.param.watch(lambda event: told.append(event.new["a"]), "parameters")
    pause = threading.Event()
    for value in range(100):
        live.set_param("a", 2.0 + value / 100)
        pause.wait(0.01)
    until(lambda: live.parameters["a"] == 2.99)
    assert told[-1] == 2.99
    assert len(told) < 40
    assert len(live._player.run.journal.entries) > len(told)
    # What was refused is told at once, and forgotten with the next edit.
    live.set_param("a", float("inf"))
    assert live.settle(60)
    assert "a" in live.messages
    live.set_param("a", 3.5)
    assert live.settle(60)
    assert "a" not in live.messages
    assert live.parameters["a"] == 3.5
