"""Keys: one registry, and what they do with a run."""

import math

import pytest

from widgets.controls.run_actions import RunActions
from widgets.controls.shortcuts import PAGE_ACTIONS, SHORTCUTS, Keys, Shortcut
from widgets.live.pacing import FASTEST, SLOWEST, rounder_speed


def test_no_key_stands_for_two_things() -> None:
    keys = [key.casefold() for shortcut in SHORTCUTS for key in shortcut.keys]
    assert sorted(keys) == sorted(set(keys))


def test_a_shortcut_says_everything_about_itself() -> None:
    with pytest.raises(ValueError, match="needs keys, words, an action and a group"):
        Shortcut(keys=(), words="Nothing", action="nothing", group="Run")
    with pytest.raises(ValueError, match="digits"):
        Shortcut(keys=("x",), words="A view alone", action="alone", group="Views", numbered=True)


def test_only_keys_whose_action_there_is_are_offered() -> None:
    keys = Keys({"step": lambda: None}, here=("theme",))
    assert {s["action"] for s in keys.shortcuts} == {"step", "theme", *PAGE_ACTIONS}
    assert {s["action"] for s in keys.shortcuts if not s["here"]} == {"step"}


def test_a_key_is_answered_even_if_its_action_fails(monkeypatch: pytest.MonkeyPatch) -> None:
    pressed, said = [], []
    keys = Keys({"alone": pressed.append, "fail": lambda: 1 / 0})
    monkeypatch.setattr(keys, "_send_msg", said.append)
    keys._handle_msg({"seq": 1, "action": "alone", "numbers": [3]})
    with pytest.raises(ZeroDivisionError):
        keys._handle_msg({"seq": 2, "action": "fail", "numbers": []})
    assert pressed == [3]
    assert said == [{"done": 1}, {"done": 2}]


def test_a_page_cannot_ask_for_what_is_not_registered() -> None:
    with pytest.raises(KeyError):
        Keys({}).press("close")


def test_one_key_plays_and_pauses(live_run, until) -> None:
    live, said = live_run("logistic"), []
    actions = RunActions(live, said.append).named()
    actions["play or pause"]()
    until(lambda: live.playing)
    actions["play or pause"]()
    until(lambda: not live.playing)


def test_speed_goes_by_round_steps_and_comes_back_from_the_fastest(live_run) -> None:
    live, said = live_run("logistic", speed=3.0), []
    actions = RunActions(live, said.append).named()
    actions["faster"]()
    assert live.speed == 5.0
    actions["slower"]()
    assert live.speed == 2.0
    actions["fastest"]()
    actions["faster"]()
    assert math.isinf(live.speed)
    actions["slower"]()
    assert live.speed == 2.0
    assert said[0] == "Speed: 5 time units a second"
    assert said[2] == "Speed: as fast as possible"


def test_the_fastest_run_comes_back_to_the_models_own_speed(live_run) -> None:
    live, said = live_run("logistic", speed=math.inf), []
    RunActions(live, said.append).fastest()
    assert live.speed == 1.0
    actions = RunActions(live, said.append)
    live.play()
    assert live.settle(60)
    live.speed = math.inf
    actions.fastest()
    assert 0.0 < live.speed < math.inf


@pytest.mark.parametrize("speed", [1e-9, 1e-4, 0.02, 1.0, 3.7, 1e7, 1e12])
def test_speeds_stay_within_their_bounds(speed: float) -> None:
    up, down = rounder_speed(speed, up=True), rounder_speed(speed, up=False)
    assert down <= speed <= up
    assert up <= max(FASTEST, speed)
    assert down >= min(SLOWEST, speed)
    if SLOWEST < speed < FASTEST:
        assert down < speed < up


def test_time_is_turned_round_and_back_by_one_key(live_run, until) -> None:
    live, said = live_run("van_der_pol"), []
    actions = RunActions(live, said.append).named()
    live.play()
    assert live.settle(60)
    live.set_param("mu", 3.0)
    assert live.settle(60)
    actions["reset parameters"]()
    until(lambda: live.parameters["mu"] == live.model.spec.params[0].value)
    assert "own" in said[-1]
    for backward in (True, False):
        actions["turn time round"]()
        until(lambda wanted=backward: live.backward == wanted)
