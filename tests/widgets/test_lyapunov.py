"""Exponents settle on known values, and their bands are honest."""

from collections.abc import Callable

import numpy as np
import pytest

from tests.widgets.test_observing import advanced
from widgets import Convergence, LiveRun
from widgets.live.lyapunov import settled, settling

Maker = Callable[..., LiveRun]


def test_a_band_is_about_as_wide_as_the_truth_is_far() -> None:
    """The mean of a noise whose correlation is long lies in its band as often as it should."""
    random = np.random.default_rng(0)
    inside = 0
    for _ in range(300):
        noise, steps = np.convolve(random.normal(size=6_000), np.ones(40) / 40, "valid"), 1.0
        t = np.arange(1, len(noise) + 1) * steps
        curve = settled(0.0, t, np.cumsum(noise))
        inside += abs(curve.last) <= 2.0 * curve.error
    # Two standard errors: 95 %, a few less for so few blocks.
    assert 0.88 <= inside / 300 <= 0.99


def test_the_largest_exponent_of_the_lorenz_system(live_run: Maker) -> None:
    live = live_run("lorenz", observers=None)
    advanced(live, 200_000)
    view = Convergence(live)
    frame = view.draw(None)
    line, band = frame["curves"]
    assert line["y"][-1] == pytest.approx(0.9056, abs=0.02)
    assert band["style"] == "band"
    assert band["y"][-1] < 0.9056 < band["z"][-1]
    assert band["z"][-1] - band["y"][-1] < 0.05
    # The first values are far off and do not spoil the axis.
    assert frame["y"][1] < 1.5
    assert "±" in frame["words"]
    view.use("log_t", True)
    frame = view.draw(frame["seen"])
    assert frame["log"] == ["x"]
    assert frame["x"][0] > 0.0


def test_the_logistic_map_and_what_came_since_a_change(live_run: Maker) -> None:
    live = live_run("logistic", params={"r": 4.0}, observers=None)
    advanced(live, 50_000)
    view = Convergence(live)
    assert view.draw(None)["curves"][0]["y"][-1] == pytest.approx(np.log(2.0), abs=0.01)
    live.set_param("r", 3.2)
    advanced(live, 3_000)
    whole = settling(live, "lyapunov_mle.mle", "start")
    recent = settling(live, "lyapunov_mle.mle", "change")
    assert (whole.start, recent.start) == (0.0, 50_000.0)
    x = 0.5130445095326298
    two = 0.5 * np.log(abs(3.2 * (1 - 2 * x)) * abs(3.2 * (1 - 2 * (3.2 * x * (1 - x)))))
    assert recent.last == pytest.approx(two, abs=5e-3)
    assert whole.last == pytest.approx((50_000 * np.log(2.0) + 3_000 * two) / 53_000, abs=0.01)
    view.use("since", "change")
    frame = view.draw(None)
    assert frame["curves"][0]["y"][-1] == pytest.approx(recent.last, abs=1e-6)
    # The former is not lost.
    view.use("since", "start")
    assert view.draw(None)["curves"][0]["y"][-1] == pytest.approx(whole.last, abs=1e-6)


def test_going_back_before_a_change_takes_it_back(live_run: Maker) -> None:
    live = live_run("logistic", params={"r": 4.0}, observers=None)
    advanced(live, 3_000)
    live.set_param("r", 3.2)
    advanced(live, 10)
    live.go_back()
    assert live.settle(60)
    assert live.moment.t < 3_000
    recent = settling(live, "lyapunov_mle.mle", "change")
    assert recent.start == 0.0
    assert recent.last == pytest.approx(np.log(2.0), abs=0.05)


def test_the_whole_spectrum_is_measured_when_it_is_chosen(live_run: Maker) -> None:
    live = live_run("henon", observers=None)
    assert live.pause(60)
    view = Convergence(live)
    view.use("exponents", "all")
    assert live.settle(60)
    advanced(live, 20_000)
    frame = view.draw(None)
    lines = [curve for curve in frame["curves"] if curve.get("style") != "band"]
    sums = sum(float(curve["y"][-1]) for curve in lines)
    assert sums == pytest.approx(np.log(0.3), abs=1e-5)
    assert "dimension 1.2" in frame["words"]
    assert view.settings()["exponents"] == "all"


def test_where_nothing_measures_it_that_is_said(live_run: Maker) -> None:
    live = live_run("henon")
    advanced(live, 10)
    view = Convergence(live)
    assert "press Restart" in view.draw(None)["notice"]
    view.use("restart", True)
    assert live.settle(60)
    advanced(live, 30)
    assert view.draw(None)["words"].startswith("λ")
