"""What should be conserved is, by the methods that conserve it."""

from collections.abc import Callable

import numpy as np
import pytest

import engine
from tests.widgets.test_observing import advanced
from widgets import LiveRun
from widgets.live.drifting import BINS, Drifting
from widgets.views.drift import Drift

Maker = Callable[..., LiveRun]


class Nobody:
    """A run of which no rows are kept."""

    ring = moment = None


def test_a_history_of_any_length_keeps_every_extreme() -> None:
    random, nobody = np.random.default_rng(0), Nobody()
    drift = Drifting(nobody, ("x",))
    x = random.normal(size=50_000)
    x[12_345] = 99.0
    t, first = np.arange(50_000.0), 0
    for size in (1, 7, 3_000, BINS, 20_000, 24_944):
        drift._take(t[first : first + size], x[None, first : first + size], first)
        first += size
    assert first == 50_000
    times, low, high = drift.read()
    assert len(times) <= BINS
    assert (high.max(), low.min()) == (99.0, x.min())
    assert (drift.first, drift.most_t) == (x[0], 12_345.0)
    assert drift.most == abs(99.0 - x[0])
    stride = int(times[1] - times[0])
    whole = 50_000 // stride * stride
    parts = x[:whole].reshape(-1, stride)
    assert np.array_equal(low[: len(parts)], parts.min(axis=1))
    assert np.array_equal(high[: len(parts)], parts.max(axis=1))


def test_a_symplectic_method_keeps_the_energy_that_rk4_loses(live_run: Maker) -> None:
    slopes, most = {}, {}
    for stepper in ("yoshida4", "rk4"):
        live = live_run("henon_heiles")
        assert live.pause(60)
        live.set_stepper(stepper)
        live.set_dt(0.2)
        assert live.settle(60)
        view = Drift(live)
        assert view.text in ("energy", "aux.energy")
        live.reset()
        advanced(live, 60_000)
        assert view.draw(None)["words"].startswith("max |drift|")
        t, low, high = view._gatherer.read()
        middle = 0.5 * (low + high)
        half = len(t) // 2
        first = view._gatherer.first
        slopes[stepper] = abs(middle[half:].mean() - middle[:half].mean()) / first
        most[stepper] = view._gatherer.most / first
        view.close()
    # One oscillates and does not wander, the other one loses energy all the time.
    assert slopes["yoshida4"] < 0.02 * slopes["rk4"]
    assert most["rk4"] > 1e-4


def test_relative_absolute_logarithmic_and_since_the_last_change(live_run: Maker) -> None:
    live = live_run("x' = a\na = 1\nx(0) = 2")
    assert live.pause(60)
    view = Drift(live)
    assert view.settings()["text"] == "x"
    advanced(live, 100)
    end = live.moment.values["x"]
    assert view.draw(None)["curves"][0]["y"][-1] == pytest.approx((end - 2.0) / 2.0, rel=1e-6)
    view.use("scale", "absolute")
    assert live.settle(60)
    assert view.draw(None)["curves"][0]["y"][-1] == pytest.approx(end - 2.0, rel=1e-6)
    view.use("log", True)
    assert view.draw(None)["log"] == ["y"]
    view.use("log", False)
    view.use("since", "change")
    live.set_param("a", 0.0)
    advanced(live, 50)
    for _ in range(3):
        frame = view.draw(None)
        assert live.settle(60)
    assert np.abs(frame["curves"][0]["y"]).max() < 1e-9
    with pytest.raises((engine.PhasescopeError, ValueError)):
        view.use("text", "x +")
    with pytest.raises(ValueError, match="one of"):
        view.use("scale", "percent")
