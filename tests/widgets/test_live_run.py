"""The view-model: what the controls ask for happens, and is said in words."""

import gc
import math
import threading
import time
import weakref
from collections.abc import Callable
from functools import partial

import numpy as np
import pytest

import engine
from widgets import LiveRun, ParameterPanel, PhasePlane, TimeSeries
from widgets.views import screen
from widgets.views.screen import Screen

Maker = Callable[..., LiveRun]
Until = Callable[..., None]


def test_nothing_is_computed_before_play(live_run: Maker) -> None:
    live = live_run()
    assert live.model is None
    assert live.status == "Starting"
    assert not live.playing


def test_it_runs_and_says_where_it_is(live_run: Maker, until: Until) -> None:
    live = live_run()
    live.play()
    until(lambda: live.moment.t > 0.5)
    assert live.playing
    until(lambda: live.status.startswith("Running · t = "))
    assert "x = " in live.status
    assert live.parameters["rho"] == 28.0


def test_pause_really_pauses_and_play_goes_on_to_the_same_bits(
    live_run: Maker, until: Until
) -> None:
    live = live_run()
    live.speed = 20.0
    live.play()
    for n_steps in (200, 700, 1500):
        until(lambda n_steps=n_steps: live.moment.n_steps > n_steps)
        assert live.pause()
        moment = live.moment
        assert not live.playing
        assert live.status.startswith("Paused")
        assert live.settle()
        assert live.moment is moment
        live.play()
    live.pause()
    rows = live.moment.rows
    straight = engine.Sim("lorenz", record=True).run(n_steps=rows - 1)
    np.testing.assert_array_equal(live.ring.read(0, rows)[2].T, straight.y)


def test_step_advances_by_one(live_run: Maker) -> None:
    live = live_run()
    for _ in range(3):
        live.step()
    assert live.settle(60)
    assert live.moment.n_steps == 3
    assert not live.playing


def test_a_stream_of_edits_leaves_the_latest(live_run: Maker) -> None:
    live = live_run()
    live.step()
    assert live.settle(60)
    for value in np.linspace(0, 50, 2001):
        live.set_param("rho", float(value))
    assert live.settle(60)
    assert live.parameters["rho"] == 50.0


def test_what_is_refused_is_said_at_the_control_and_the_run_goes_on(
    live_run: Maker, until: Until
) -> None:
    live = live_run()
    live.play()
    live.set_dt(-1.0)
    live.set_param("rho", math.inf)
    assert live.settle(60)
    assert "dt = -1" in live.messages["dt"]
    assert "rho" in live.messages["rho"]
    assert live.dt == 0.01
    assert live.parameters["rho"] == 28.0
    reached = live.moment.t
    until(lambda: live.moment.t > reached)
    live.set_dt(0.02)
    assert live.settle(60)
    assert "dt" not in live.messages
    assert live.dt == 0.02


def test_a_model_that_does_not_load_leaves_the_old_one(live_run: Maker) -> None:
    live = live_run()
    live.step()
    live.choose_model("lorentz")
    assert live.settle(60)
    assert "lorenz" in live.messages["model"]
    assert live.model.name == "lorenz"


def test_another_model_goes_on_moving_in_its_own_time(live_run: Maker, until: Until) -> None:
    live = live_run()
    live.play()
    until(lambda: live.moment.t > 0.1)
    live.set_param("rho", 20.0)
    live.choose_model("logistic")
    until(lambda: live.kind == "map" and live.moment.n_steps > 2)
    assert live.playing
    assert set(live.parameters) == {"r"}
    until(lambda: live.status.startswith("Running · iteration"))
    assert live.messages == {}


def test_reset_begins_again_with_the_parameters_in_effect(live_run: Maker, until: Until) -> None:
    live = live_run()
    live.play()
    live.set_param("rho", 14.0)
    live.set_initial("x", 5.0)
    until(lambda: live.moment.n_steps > 50)
    live.pause()
    live.reset()
    assert live.settle(60)
    assert live.moment.n_steps == 0
    assert live.moment.values["x"] == 5.0
    assert live.parameters["rho"] == 14.0


def test_a_preset_sets_parameters_and_begins_from_its_states(live_run: Maker) -> None:
    text = (
        "[model]\ntype = 'ode'\nname = 'decay'\n[states]\nx = 1.0\n[params]\na = 1.0\n"
        "[equations.rhs]\nx = '-a * x'\n[presets.far.params]\na = 3.0\n"
        "[presets.far.states]\nx = 9.0\n"
    )
    live = live_run(text)
    live.step()
    assert live.settle(60)
    live.apply_preset("far")
    assert live.settle(60)
    assert live.parameters == {"a": 3.0}
    assert live.moment.values["x"] == 9.0


def test_a_blow_up_is_said_in_words_and_can_be_gone_back_from(
    live_run: Maker, until: Until
) -> None:
    live = live_run()
    live.speed = 20.0
    live.play()
    until(lambda: live.moment.t > 5.0)
    live.set_dt(0.5)
    until(lambda: live.failure != "")
    assert live.status.startswith("Stopped")
    assert not live.playing
    assert "t = " in live.failure
    frozen = live.moment
    live.play()
    assert live.settle(60)
    assert live.moment is frozen
    live.go_back()
    assert live.settle(60)
    assert live.failure == ""
    assert live.moment.t < frozen.t
    assert live.status.startswith("Paused")


def test_viewers_are_told_and_not_kept_alive(live_run: Maker, until: Until) -> None:
    class Counter:
        calls = 0

        def news(self) -> None:
            self.calls += 1

    live = live_run()
    counter = Counter()
    live.subscribe(counter.news)
    live.play()
    trace = weakref.ref(counter)
    until(lambda: trace().calls > 3)
    del counter
    until(lambda: trace() is None or gc.collect() < 0)


def test_close_stops_the_thread(live_run: Maker) -> None:
    live = live_run()
    live.play()
    assert live.settle(60)
    live.close()
    live.close()
    assert live.join(60)
    live.play()
    assert live.closed


def test_a_forgotten_run_leaves_no_thread(until: Until) -> None:
    before = set(threading.enumerate())
    live = LiveRun("lorenz", observers=lambda kind: ())
    live.play()
    assert live.settle(60)
    mine = set(threading.enumerate()) - before
    assert len(mine) == 1
    del live
    until(lambda: gc.collect() >= 0 and not mine & set(threading.enumerate()))


@pytest.mark.slow
def test_memory_for_the_views_is_bounded(live_run: Maker, until: Until) -> None:
    live = live_run()
    live.speed = math.inf
    live.play()
    until(lambda: live.moment.rows > 3 * live.ring.capacity)
    assert len(live.ring) == live.ring.capacity
    assert live.ring.nbytes < 20e6


def test_an_edit_leaves_what_the_reader_has_chosen_to_see(live_run: Maker) -> None:
    live = live_run()
    live.step()
    assert live.settle(60)
    plane, series = PhasePlane(live), TimeSeries(live)
    plane.choose_axes("y", "x")
    series.set_window(3.0)
    series.show("y")
    for edit in (live.step, live.reset, partial(live.set_param, "rho", 20.0)):
        edit()
        assert live.settle(60)
    assert plane.axes == ("y", "x")
    assert (series.window, series.variables) == (3.0, ("y",))


def test_a_preset_keeps_its_name_while_its_values_hold(live_run: Maker) -> None:
    live = live_run()
    live.step()
    assert live.settle(60)
    panel = ParameterPanel(live)
    preset = next(p for p in live.model.spec.presets if p.params)
    live.set_param("rho", 20.0)
    panel.presets._on_choose(preset.name)
    assert live.settle(60)
    assert panel.presets.value == preset.name
    live.reset()
    assert live.settle(60)
    assert panel.presets.value == preset.name
    live.set_param("rho", 21.5)
    assert live.settle(60)
    assert panel.presets.value == ""


def test_a_kick_is_shown_while_paused(live_run: Maker) -> None:
    live = live_run()
    live.step()
    assert live.settle(60)
    plane = PhasePlane(live)
    live.set_state("x", 12.5)
    assert live.settle(60)
    assert "x = 12.5" in live.status
    marker = plane.draw(None)["marker"]
    assert marker == [12.5, live.moment.values["z"]]
    live.step()
    assert live.settle(60)
    assert plane.draw(None)["marker"] is None


def test_the_status_follows_a_reset_at_once_and_says_what_is_prepared(live_run: Maker) -> None:
    live = live_run()
    said: list[str] = []
    live.param.watch(lambda event: said.append(event.new), "status")
    live.speed = 20.0
    live.play()
    assert live.settle(60)
    assert "Preparing lorenz …" in said
    live.pause()
    live.reset()
    assert live.settle(60)
    assert live.status.startswith("Paused · t = 0.00")
    live.play()
    live.settle(60)
    live.close()
    assert live.join(60)
    assert live.status == "Closed"
    assert not live.playing


def test_nothing_is_computed_while_no_page_answers(
    live_run: Maker, until: Until, monkeypatch: pytest.MonkeyPatch
) -> None:
    sent: list[dict[str, object]] = []
    monkeypatch.setattr(Screen, "_send_msg", lambda self, picture: sent.append(picture))
    monkeypatch.setattr(screen, "AWAY_S", 0.1)
    live = live_run()
    live.step()
    assert live.settle(60)
    page = PhasePlane(live).__panel__()
    live.play()
    until(lambda: live.moment.t > 0.1)
    page._handle_msg({"ready": True, "panes": {"view": {"width": 300, "shown": True}}})
    until(lambda: page._watched is False)
    assert live.settle(60)
    still = live.moment.n_steps
    assert live.playing
    threading.Event().wait(0.2)
    assert live.moment.n_steps == still
    page._handle_msg({"painted": sent[-1]["seq"]})
    until(lambda: live.moment.n_steps > still)


def test_only_steppers_that_fit_the_model_are_offered(live_run: Maker, until: Until) -> None:
    live = live_run("ornstein_uhlenbeck")
    live.play()
    until(lambda: live.moment.t > 0.1)
    assert live.stepper == "euler_maruyama"
    assert live.steppers == [s for s in engine.list_steppers("ode") if s.stochastic]


def test_what_pauses_a_run_is_chosen_in_words_and_said_in_words(
    live_run: Maker, until: Until
) -> None:
    live = live_run()
    live.speed = 20.0
    live.set_pause_when("x > > 3")
    assert live.settle(60)
    assert "column" in live.messages["pause when"]
    assert live.pause_when == ""
    live.set_pause_when(" x > 12 ")
    live.play()
    until(lambda: live.paused_by != "")
    assert live.pause_when == "x > 12"
    assert "pause when" not in live.messages
    assert live.status.startswith("Paused, because x > 12 became true · t = 0.26 ·")
    rows = live.moment.rows
    assert live.moment.values["x"] > 12.0
    assert live.ring.row(rows - 2)[1]["x"] <= 12.0
    live.set_section("view 1", "z", 27.0, "up")
    live.run_to_section()
    until(lambda: live.paused_by.startswith("the section z"))
    assert live.sections == ["view 1"]
    live.advance_by(50)
    assert live.settle(60)
    live.drop_section("view 1")
    live.run_to_section()
    live.run_to_event()
    assert live.settle(60)
    assert live.messages["next event"] == "lorenz has no events"
    live.advance_by(0)
    assert live.settle(60)
    assert "0 steps" in live.messages["advance"]
    live.choose_model("logistic")
    assert live.settle(60)
    assert live.pause_when == "x > 12"
    live.choose_model("x' = 1\ny' = 2\n".replace("x", "u"))
    assert live.settle(60)
    assert live.pause_when == ""
    assert "x" in live.messages["pause when"]


def test_the_pace_of_the_model_is_apart_from_that_of_the_pictures(
    live_run: Maker, until: Until
) -> None:
    class Counter:
        calls = 0

        def news(self) -> None:
            self.calls += 1

    live = live_run(fps=2.0)
    live.speed = 4.0
    counter = Counter()
    live.subscribe(counter.news)
    live.play()
    until(lambda: live.moment.t > 1.0)
    counter.calls, t, begun = 0, live.moment.t, time.monotonic()
    until(lambda: live.moment.t > t + 8.0)
    elapsed = time.monotonic() - begun
    assert counter.calls <= 2.0 * elapsed / 0.8 + 2
    # At two pictures a second the model still follows the clock.
    assert live.moment.t - t > 0.5 * 4.0 * elapsed
