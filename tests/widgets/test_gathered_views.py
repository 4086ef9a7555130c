"""Views of every row of an orbit: spectrum, histogram, density."""

from collections.abc import Callable

import numpy as np
import pytest

import engine
from tests.widgets.conftest import wait_until
from widgets import LiveRun
from widgets.views.density import Density
from widgets.views.histogram import Histogram
from widgets.views.spectrum import PowerSpectrum

Maker = Callable[..., LiveRun]


def advanced(live: LiveRun, rows: int) -> LiveRun:
    """Advance a run by so many steps."""
    assert live.pause(60)
    done = live.moment.n_steps
    live.advance_by(rows)
    wait_until(lambda: live.moment.n_steps >= done + rows or bool(live.failure))
    assert live.settle(60)
    return live


def drawn(view):
    """Draw for a page that has seen nothing."""
    assert view.live.settle(60)
    frame = view.draw(None)
    assert frame is not None
    return frame


def bars(frame):
    """Return edges and heights."""
    (curve,) = frame["curves"]
    assert curve["style"] == "bars"
    assert len(curve["x"]) == len(curve["y"])
    return curve["x"].astype(float), curve["y"].astype(float)[:-1]


def test_a_long_orbit_of_the_logistic_map_has_the_invariant_density(live_run: Maker) -> None:
    live = live_run("logistic", params={"r": 4.0})
    view = Histogram(live)
    advanced(live, 1_000_000)
    frame = drawn(view)
    edges, heights = bars(frame)
    assert frame["words"] == "1,000,001 points since iteration 0"
    inside = np.clip(edges, 0.0, 1.0)
    mass = np.diff(2.0 / np.pi * np.arcsin(np.sqrt(inside)))
    assert np.max(np.abs(heights * np.diff(edges) - mass)) < 1e-3
    assert np.sum(heights * np.diff(edges)) == pytest.approx(1.0)


def test_rows_from_before_the_view_was_there_are_counted_once(live_run: Maker) -> None:
    live = advanced(live_run("logistic"), 500)
    view = Histogram(live)
    assert drawn(view)["words"].startswith("501 points")
    advanced(live, 100)
    assert drawn(view)["words"].startswith("601 points")
    view.use("clear", True)
    assert drawn(view)["words"].startswith("no points")
    advanced(live, 10)
    assert drawn(view)["words"] == "10 points since iteration 601"


@pytest.mark.parametrize("kind", [PowerSpectrum, Histogram, Density])
def test_a_view_follows_model_reset_and_going_back(kind, live_run: Maker) -> None:
    live = advanced(live_run("henon"), 3_000)
    view = kind(live)
    if kind is not Density:
        view.take_settings({"text": "x*y + a"})
    assert not drawn(view).get("notice")
    settings = view.settings()
    live.reset()
    assert drawn(view)["reset"] == "all"
    assert view._gatherer.count == 1
    advanced(live, 100)
    live.go_back()
    drawn(view)
    drawn(view)
    assert 0 < view._gatherer.count <= 101
    live.choose_model("lorenz")
    advanced(live, 1_000)
    assert not drawn(view).get("notice")
    assert view._gatherer.count == 1_001
    assert set(view._gatherer.texts) <= {"x", "y", "z"}
    live.choose_model("henon")
    assert live.settle(60)
    view.take_settings(settings)
    assert view.settings() == settings
    view.close()


@pytest.mark.parametrize("kind", [PowerSpectrum, Histogram, Density])
def test_what_is_hidden_hears_nothing_and_what_is_wrong_is_refused(kind, live_run: Maker) -> None:
    live = advanced(live_run("lorenz"), 100)
    view = kind(live)
    drawn(view)
    view.shown = False
    advanced(live, 100)
    assert view._gatherer.count == 101
    assert not live._player.listeners
    view.shown = True
    assert drawn(view)
    assert view._gatherer.count == 201
    name = "x" if kind is Density else "text"
    before = view.settings()
    for wrong in ("", "x +", "nonsense", "__import__('os')"):
        with pytest.raises((engine.PhasescopeError, ValueError)):
            view.use(name, wrong)
    assert view.settings() == before
    if kind is not PowerSpectrum:
        with pytest.raises(ValueError, match="whole number"):
            view.use("bins", 1e9)


def test_the_spectrum_of_the_van_der_pol_oscillator_has_its_period(live_run: Maker) -> None:
    live = live_run("van_der_pol", params={"mu": 1.0})
    view = PowerSpectrum(live)
    view.take_settings({"text": "x", "length": "8192"})
    advanced(live, 60_000)
    frame = drawn(view)
    (line,) = frame["lines"]
    # Its period at mu = 1 is 6.6633.
    assert 1.0 / line["at"] == pytest.approx(6.6633, rel=2e-3)
    assert frame["words"].startswith("peak at f = 0.150")
    assert frame["log"] == ["y"]
    assert frame["y"][0] > 0.0


def test_a_map_is_measured_in_cycles_per_iteration_and_can_stand_still(live_run: Maker) -> None:
    live = live_run("logistic", params={"r": 3.2})
    view = PowerSpectrum(live)
    advanced(live, 5_000)
    frame = drawn(view)
    assert frame["x"][1] == 0.5
    assert "period 2" in frame["words"]
    assert "iteration" in view.x_label
    live.set_param("r", 0.5)
    view.use("since", "change")
    advanced(live, 5_000)
    assert drawn(view)["words"].startswith(("it does not vary", "largest", "peak"))


def test_a_change_of_a_parameter_may_begin_another_average(live_run: Maker) -> None:
    live = live_run("harmonic_oscillator")
    view = PowerSpectrum(live)
    view.use("length", "256")
    advanced(live, 5_000)
    many = drawn(view)["words"]
    name = live.model.param_names[0]
    live.set_param(name, 1.1 * live.parameters[name])
    advanced(live, 600)
    view.use("since", "change")
    few = drawn(view)["words"]
    assert "2 pieces" in few or "3 pieces" in few
    assert many.split(" · ")[1] != few.split(" · ")[1]


def test_counts_go_on_where_an_orbit_blows_up(live_run: Maker) -> None:
    live = live_run("x[n+1] = x*x + c\nc = 0.0\nx(0) = 2.0")
    view, spectrum = Histogram(live), PowerSpectrum(live)
    advanced(live, 40)
    assert live.failure or live._player.failure is not None
    assert drawn(view)["words"]
    assert drawn(spectrum)["words"]
