"""The contract of views: every kind, on every sort of model, in every turn a run may take."""

import json
from collections.abc import Callable
from typing import Any

import numpy as np
import pytest

from widgets import LiveRun
from widgets.live.refusal import REFUSALS
from widgets.views.kinds import VIEWS
from widgets.views.packing import packed
from widgets.views.view import View

Maker = Callable[..., LiveRun]

INTEGERS = """
[model]
type = "map"
name = "congruential generator"
dtype = "int64"
[states]
s = 1
[params]
a = 5
[equations.rhs]
s = "(a*s + 3) % 64"
[sim]
t_end = 100
"""

MODELS = {
    "flow": "lorenz",
    "one variable": "x' = a - x\nx(0) = 3\na = 1",
    "map": "henon",
    "map of one variable": "logistic",
    "events": "bouncing_ball",
    "noise": "ornstein_uhlenbeck",
    "integers": INTEGERS,
}

CASES = [
    pytest.param(kind, source, id=f"{kind}-{sort}")
    for kind in VIEWS
    for sort, source in MODELS.items()
]


def advanced(live: LiveRun, steps: int) -> None:
    for _ in range(steps):
        live.step()
    assert live.settle(60)


def check(view: View, seen: Any = None) -> Any:
    """Draw, check that a page can take the frame, and return what it has seen."""
    frame = view.draw(seen)
    if frame is None:
        return seen
    for axis in "xy":
        low, high = frame.get(axis, [0.0, 1.0])
        assert np.isfinite([low, high]).all(), frame
        assert low < high
    for curve in frame["curves"]:
        lengths = {len(curve[axis]) for axis in "xyz" if axis in curve}
        assert len(lengths) == 1 or curve.get("style") == "bars"
        assert all(curve[axis].dtype == np.float32 for axis in "xyz" if axis in curve)
    assert isinstance(frame["edits"], int)
    packed({"view": frame})
    json.dumps(view.face())
    return frame["seen"]


@pytest.mark.parametrize(("kind", "source"), CASES)
def test_a_view_draws_whatever_the_run_does(live_run: Maker, kind: str, source: str) -> None:
    live = live_run(source, observers=None)
    advanced(live, 30)
    view = VIEWS[kind](live)
    assert isinstance(view.misfit(live), str)
    advanced(live, 30)
    seen = check(view)
    name = live.model.param_names[0]
    live.set_param(name, live.parameters[name] + 1.0)
    advanced(live, 5)
    seen = check(view, seen)
    state = live.model.state_names[0]
    live.set_state(state, 2.0)
    assert live.settle(60)
    seen = check(view, seen)
    live.go_back()
    advanced(live, 2)
    seen = check(view, seen)
    live.reset()
    assert live.settle(60)
    seen = check(view, seen)
    advanced(live, 2)
    check(view, seen)
    view.close()


@pytest.mark.parametrize(("kind", "source"), CASES)
def test_settings_come_back_as_they_were(live_run: Maker, kind: str, source: str) -> None:
    live = live_run(source)
    advanced(live, 3)
    view, other = VIEWS[kind](live), VIEWS[kind](live)
    described = json.loads(json.dumps(view.settings()))
    other.take_settings(described)
    assert other.settings() == view.settings() == described
    assert other.face() == view.face()
    for control in view.controls:
        assert control["label"]
    assert len({control["name"] for control in view.controls}) == len(view.controls)


@pytest.mark.parametrize("kind", VIEWS)
def test_a_view_outlives_blow_up_and_another_model(live_run: Maker, kind: str) -> None:
    live = live_run("lorenz")
    advanced(live, 20)
    view = VIEWS[kind](live)
    seen = check(view)
    live.set_dt(0.5)
    advanced(live, 30)
    assert live.failure
    seen = check(view, seen)
    for source in ("logistic", "x' = -x\nx(0) = 1", INTEGERS, "rossler"):
        live.choose_model(source)
        advanced(live, 4)
        seen = check(view, seen)
        seen = check(view, seen)
    # Rows of another model may be there before the view hears of it.
    held: list[Callable[[], None]] = []
    live.deliver = held.append
    live.choose_model("henon")
    advanced(live, 3)
    check(view, seen)
    for news in held:
        news()
    advanced(live, 3)
    check(view, seen)


@pytest.mark.parametrize("kind", VIEWS)
def test_a_hidden_view_hears_of_nothing(live_run: Maker, kind: str) -> None:
    live = live_run("lorenz")
    advanced(live, 3)
    view = VIEWS[kind](live)
    view.shown = False
    assert live.settle(60)
    assert view.listener not in live._player.listeners
    advanced(live, 3)
    view.shown = True
    assert live.settle(60)
    assert view.listener is None or view.listener in live._player.listeners
    check(view)
    view.close()
    assert live.settle(60)
    assert view.listener not in live._player.listeners


@pytest.mark.parametrize("kind", VIEWS)
def test_a_view_may_be_there_before_its_model(kind: str) -> None:
    live = LiveRun("lorenz", observers=lambda model: ())
    view = VIEWS[kind](live)
    check(view)
    live.step()
    assert live.settle(60)
    check(view)
    assert view.controls
    view.close()
    live.close()


HOSTILE = [None, float("nan"), float("inf"), 10**400, "1e999", "lorem", [], {}, [["x"]], -1, True]


@pytest.mark.parametrize("kind", VIEWS)
def test_settings_of_a_document_are_taken_whole_or_refused_in_short_words(
    live_run: Maker, kind: str
) -> None:
    live = live_run("bouncing_ball", observers=None)
    advanced(live, 5)
    view = VIEWS[kind](live)
    usual = view.settings()
    for name in usual:
        turned = {n: not v for n, v in usual.items() if isinstance(v, bool) and n != name}
        for value in HOSTILE:
            said = ""
            try:
                # Refused is all that comes with it.
                view.take_settings({**turned, name: value})
            except REFUSALS as error:
                said = str(error)
            assert len(said) < 600, f"{name} = {value!r}"
            assert not said or view.settings() == usual, f"{name} = {value!r}: {said}"
            json.dumps(view.settings(), allow_nan=False)
            check(view)
            view.take_settings(usual)
    view.close()
