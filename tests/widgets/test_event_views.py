"""Views of a model's events: a raster of firings, and the intervals between them."""

from collections.abc import Callable

import numpy as np
import pytest

from tests.widgets.test_observing import advanced
from widgets import LiveRun
from widgets.live.firings import KEPT, Train
from widgets.views.event_intervals import EventIntervals
from widgets.views.event_raster import EventRaster
from widgets.views.observer_curve import ObserverCurve
from widgets.views.observer_numbers import ObserverNumbers, written

Maker = Callable[..., LiveRun]


def test_a_neuron_fires_at_the_period_of_its_formula(live_run: Maker) -> None:
    live = live_run("integrate_and_fire", params={"I": 1.5})
    assert live.pause(60)
    raster, intervals = EventRaster(live), EventIntervals(live)
    advanced(live, 20_000)
    period = 10.0 * np.log(1.5 / 0.5)
    frame = raster.draw(None)
    (ticks,) = frame["curves"]
    assert (ticks["style"], frame["rows"]) == ("ticks", ["spike"])
    assert np.diff(ticks["x"]) == pytest.approx(period, abs=1e-3)
    assert frame["x"][1] == live.moment.t
    assert frame["words"].startswith(f"spike {int(2_000 // period)}")
    frame = intervals.draw(None)
    assert f"mean {period:.3f}" in frame["words"]
    assert frame["lines"][0]["at"] == pytest.approx(period, abs=1e-6)
    for shown, x in [("number", 1.0), ("time", 2.0 * period), ("next", period)]:
        intervals.use("show", shown)
        frame = intervals.draw(None)
        (points,) = frame["curves"]
        assert points["x"][0] + frame["origin"] == pytest.approx(x, rel=1e-4)
        assert points["y"][0] == pytest.approx(period, rel=1e-4)
    raster.close()
    intervals.close()


def test_a_ball_has_two_events_and_reset_forgets_them(live_run: Maker) -> None:
    live = live_run("bouncing_ball")
    assert live.pause(60)
    raster = EventRaster(live)
    advanced(live, 400)
    frame = raster.draw(None)
    assert frame["rows"] == ["top", "bounce"]  # from the bottom
    assert [len(curve["x"]) for curve in frame["curves"]] == [5, 5]
    live.reset()
    assert live.settle(60)
    assert raster.draw(frame["seen"])["words"].startswith("bounce 0, top 0")


def test_a_model_without_events_says_how_to_have_some(live_run: Maker) -> None:
    live = live_run("lorenz")
    assert live.pause(60)
    for kind in (EventRaster, EventIntervals):
        assert "no events" in kind.misfit(live)
        assert "cross_up" in kind(live).draw(None)["notice"]


def test_intervals_of_many_firings_take_flat_memory() -> None:
    train, random = Train(), np.random.default_rng(0)
    t, gaps = 0.0, []
    for _ in range(50):
        gap = random.gamma(4.0, 0.25, 2_000)
        train.add(t + np.cumsum(gap))
        t += float(gap.sum())
        gaps.append(gap)
    every = np.concatenate(gaps)[1:]
    assert train.count == 100_000
    assert len(train.times()) == KEPT
    assert train.mean == pytest.approx(every.mean(), rel=1e-9)
    assert train.variation == pytest.approx(every.std() / every.mean(), rel=1e-6)
    (edges,), counts = train.intervals.read([50])
    # A time is rounded to its own size, so an interval at an edge may lie on either side of it.
    assert np.abs(counts - np.histogram(every, edges)[0]).sum() <= 4


def test_the_numbers_of_every_observer_are_shown(live_run: Maker) -> None:
    live = live_run("lorenz", observers=None)
    live.observing.add("histogram", {"expr": "x", "low": -20.0, "high": 20.0})
    advanced(live, 500)
    view = ObserverNumbers(live)
    assert view.draw(None)["table"][0][1] == "being prepared"
    assert live.settle(60)
    table = dict(view.draw(None)["table"])
    exponent = live.traces["lyapunov_mle.mle"].latest[1]
    assert table["lyapunov_mle · mle"].startswith(f"{exponent:.3f}"[:5])
    assert "100 values from 0 to" in table["histogram · counts"]
    assert table["largest Lyapunov exponent"] == "since t = 0.00"
    live.observing.add("drift", {"expr": "y"})
    live.choose_model("logistic")
    assert live.settle(60)
    view.draw(None)
    assert live.settle(60)
    table = dict(view.draw(None)["table"])
    assert "unknown name 'y'" in table["drift of y"]


def test_long_arrays_are_shortened() -> None:
    assert written(0.5) == "0.5000"
    assert written(np.array([1.0, 2.0])) == "1.0000, 2.0000"
    assert written(np.zeros((3, 4))).startswith("3 × 4 values from 0 to 0")
    assert "none of them" in written(np.full(50, np.nan))


def test_any_curve_of_any_observer_is_drawn(live_run: Maker) -> None:
    live = live_run("lorenz", observers=None)
    live.observing.add("poincare_section", {"variable": "z", "level": 27.0})
    advanced(live, 3_000)
    view = ObserverCurve(live)
    options = [o[0] for o in view.controls[0]["options"]]
    assert options == ["lyapunov_mle.mle", *(f"poincare_section.{n}" for n in "xyz")]
    view.use("curve", "poincare_section.z")
    view.use("points", True)
    frame = view.draw(None)
    assert frame["curves"][0]["style"] == "points"
    assert np.allclose(frame["curves"][0]["y"], 27.0, atol=1e-4)
    with pytest.raises(ValueError, match="one of"):
        view.use("curve", "poincare_section.w")
    live.observing.remove("poincare_section")
    assert live.settle(60)
    assert view.draw(None)["notice"]
