"""Events: when they fire, in which order, what they do, and what is logged."""

import math

import numpy as np
import pytest
from registered import load

import engine

RAMP = "[model]\ntype = 'ode'\n[states]\nx = 0.0\nk = 0.0\n[params]\nc = 1.0\n" + (
    "[equations.rhs]\nx = 'c'\nk = '0'\n"
)
DOUBLE = (
    "[model]\ntype = 'map'\n[states]\nx = 1.0\n[params]\nk = 2.0\n[equations.rhs]\nx = 'k * x'\n"
)


def event(name, cond, **parts):
    lines = [f"[events.{name}]", f"cond = {cond!r}"]
    lines += [
        f"{k} = {str(v).lower() if v in (True, False) else repr(v)}" for k, v in parts.items()
    ]
    return "\n".join(lines) + "\n"


def run(text, *, jit=False, t_end=None, n_steps=None, **settings):
    return engine.Sim(engine.load_model(text), jit=jit, **settings).run(t_end, n_steps=n_steps)


def bounce_times(count, g, r):
    first = math.sqrt(2.0 / g)
    flights = 2.0 * first * r ** np.arange(1, count)
    return first + np.concatenate([[0.0], np.cumsum(flights)])


@pytest.mark.parametrize(
    ("stepper", "settings"),
    [("rk4", {"dt": 0.01}), ("rk4", {"dt": 0.3}), ("dopri5", {"rtol": 1e-10, "atol": 1e-12})],
)
def test_a_ball_bounces_at_the_times_of_the_closed_form(stepper, settings):
    sim = engine.Sim(load("bouncing_ball"), stepper=stepper, jit=False, **settings)
    result = sim.run(t_end=9.0)
    bounces = result.events["bounce"]
    exact = bounce_times(bounces.count, sim.params["g"], sim.params["r"])
    assert bounces.count >= 10
    assert np.max(np.abs(bounces["t"] / exact - 1.0)) < 1e-9
    assert result["y"].min() > -1e-9
    assert bounces.tags == ("impact",)


@pytest.mark.parametrize(
    ("stepper", "settings"),
    [("rk4", {"dt": 0.1}), ("dopri5", {"rtol": 1e-12, "atol": 1e-12, "dt": 0.5})],
)
def test_a_neuron_fires_at_the_times_of_the_closed_form(stepper, settings):
    sim = engine.Sim(load("integrate_and_fire"), stepper=stepper, jit=False, **settings)
    times = sim.run(t_end=150.0).events["spike"]["t"]
    period = 10.0 * math.log(1.5 / 0.5)
    assert len(times) == 13
    assert np.max(np.abs(times / (period * np.arange(1, 14)) - 1.0)) < 1e-9


def test_a_reset_inside_a_step_keeps_the_order_of_the_method():
    errors = []
    for dt in (2.0, 1.0, 0.5):
        times = run_neuron(dt).events["spike"]["t"]
        errors.append(abs(times[-1] - 5.0 * 10.0 * math.log(3.0)))
    assert math.log2(errors[1] / errors[2]) == pytest.approx(4.0, abs=0.3)


def run_neuron(dt, **settings):
    sim = engine.Sim(load("integrate_and_fire"), dt=dt, jit=False, **settings)
    return sim.run(t_end=56.0)


def test_the_grid_stays_after_an_event_divided_a_step():
    result = run_neuron(0.5)
    assert np.array_equal(result.t, 0.5 * np.arange(len(result)))
    assert result.provenance["n_steps"] == 112


def test_events_of_one_step_fire_in_time_order_each_at_its_instant():
    text = RAMP + "".join(
        event(name, f"x >= {at}", log=["x", "k"], action=f"k = 10*k + {i}")
        for i, (name, at) in enumerate([("c", 0.7), ("a", 0.25), ("b", 0.5)], start=1)
    )
    result = run(text, dt=1.0, t_end=1.0)
    times = {name: float(log["t"][0]) for name, log in result.events.items()}
    assert times == pytest.approx({"a": 0.25, "b": 0.5, "c": 0.7}, abs=1e-12)
    assert result.final_state["k"] == 231.0
    assert result.events["c"]["k"][0] == 23.0


def test_events_at_the_same_instant_fire_in_the_order_of_the_model():
    text = (
        RAMP
        + event("count", "x >= 0.5", action="k += 1; x = 0")
        + event("double", "x > 0.5", action="k *= 2", log=["k", "x"])
    )
    result = run(text, dt=0.2, t_end=2.6)
    assert result.events["count"].count == result.events["double"].count == 5
    assert result.events["double"]["k"].tolist() == [1.0, 3.0, 7.0, 15.0, 31.0]
    assert np.all(result.events["double"]["x"] == 0.0)


def test_an_action_may_make_another_condition_true_at_the_same_instant():
    text = (
        RAMP
        + event("relay", "k >= 2", action="c = 0", log=["k"])
        + event("kick", "x >= 0.35", action="k = 2")
    )
    result = run(text, dt=0.1, t_end=1.0)
    assert result.events["relay"]["t"] == result.events["kick"]["t"]
    assert result.events["relay"]["k"].tolist() == [2.0]
    assert result.final_state["x"] == pytest.approx(0.35)
    assert result.params["c"] == 0.0


def test_an_event_without_action_leaves_every_bit_of_the_orbit():
    plain = "x' = y\ny' = -x\nx(0) = 1\n"
    for settings in ({"stepper": "rk4"}, {"stepper": "dopri5"}, {"sample_dt": 0.03}):
        bare = run(plain, t_end=20.0, **settings)
        watched = run(plain + "when cross_up(x, 0.3):", t_end=20.0, **settings)
        assert np.array_equal(bare.y, watched.y)
        assert np.array_equal(bare.t, watched.t)
        exact = 2.0 * np.pi * np.arange(1, 4) - math.acos(0.3)
        assert watched.events["when_1"]["t"] == pytest.approx(exact, abs=1e-6)


@pytest.mark.parametrize("width", [0.02, 0.004])
def test_a_crossing_that_begins_and_ends_inside_a_step_is_seen(width):
    # x is a parabola above 0 for `width` about t = 1.05, well inside the step from 1 to 1.1.
    text = f"x' = -2*(t - 1.05)\nx(0) = {(0.5 * width) ** 2 - 1.05**2}\nwhen x > 0:"
    result = run(text, dt=0.1, t_end=2.0)
    assert result.events["when_1"]["t"] == pytest.approx([1.05 - 0.5 * width], abs=1e-9)


@pytest.mark.parametrize("stepper", ["rk4", "dopri5"])
def test_endless_firing_is_a_failure_with_its_reason(stepper):
    sim = engine.Sim(load("bouncing_ball"), params={"r": 0.5}, stepper=stepper, jit=False)
    result = sim.run(t_end=9.0)
    assert result.status is engine.Status.STEPFAIL
    first = math.sqrt(2.0 / 9.81)
    assert result.failure.t == pytest.approx(3.0 * first, abs=1e-3)
    assert "event 'bounce' fires without end" in result.failure.message
    assert result.failure.event == "bounce"
    assert result.events["bounce"].count > 8
    assert result["y"].min() > -1e-9
    live = sim.start()
    assert live.advance(t=9.0).status is engine.Status.STEPFAIL
    assert live.advance(t=9.0).status is engine.Status.STEPFAIL
    live.set_params(g=-1.0)
    assert live.advance(n_steps=5).status is engine.Status.DONE


def test_endless_firing_within_a_transient_is_told_as_such():
    sim = engine.Sim(load("bouncing_ball"), params={"r": 0.5}, jit=False)
    result = sim.run(t_end=9.0, transient=5.0)
    assert result.status is engine.Status.STEPFAIL
    assert "event 'bounce' fires without end" in result.failure.message
    assert result.failure.event == "bounce"
    assert result.failure == sim.run(t_end=9.0).failure


@pytest.mark.parametrize(
    ("phase", "expected"), [("end", []), ("start", [0.0, 2.0]), ("both", [0.0, 2.0])]
)
def test_the_phase_says_whether_the_initial_state_counts(phase, expected):
    text = "[model]\ntype='ode'\n[states]\nx = 3.0\n[equations.rhs]\nx = '1'\n" + event(
        "full", "x >= 3", phase=phase, action="x = 1"
    )
    times = run(text, dt=0.4, t_end=2.5).events["full"]["t"]
    assert times.tolist() == pytest.approx(expected, abs=1e-12)


def test_a_level_fires_at_every_step_and_an_unlocated_edge_at_the_end_of_one():
    text = (
        RAMP + event("level", "x > 0.45", trigger="level") + event("late", "x > 0.45", locate=False)
    )
    result = run(text, dt=0.1, t_end=1.0)
    assert result.events["level"]["t"] == pytest.approx([0.5, 0.6, 0.7, 0.8, 0.9, 1.0])
    assert result.events["late"]["t"] == pytest.approx([0.5])


CIRCLE = "[model]\ntype='ode'\n[states]\nx = 1.0\ny = 0.0\n[equations.rhs]\nx = '-y'\ny = 'x'\n"


@pytest.mark.parametrize(
    ("cond", "instants"),
    [
        ("cross_up(x, 0)", [1.5]),
        ("cross_down(x, 0)", [0.5]),
        ("cross_either(x, 0)", [0.5, 1.5]),
        ("in_interval(x, -0.5, 0.5)", [1 / 3, 4 / 3]),
        ("enters_interval(x, -0.5, 0.5)", [1 / 3, 4 / 3]),
        ("leaves_interval(x, -0.5, 0.5)", [2 / 3, 5 / 3]),
        ("increasing(x)", [1.0]),
        ("decreasing(x * y)", [0.25, 1.25]),
        ("changed(floor(x))", [0.0, 0.5, 1.5]),
        ("cross_up(y, 0.5) and x < 0", []),
        ("cross_either(x, 0) and y < 0", [1.5]),
        ("x < 0 and y < 0", [1.0]),
        ("not (x > 0 or y > 0)", [1.0]),
        ("cross_down(x, 0) or cross_up(x, 0)", [0.5, 1.5]),
        ("-0.5 < x < 0.5", [1 / 3, 4 / 3]),
        ("floor(2*x) == -1", [0.5, 4 / 3]),
    ],
)
@pytest.mark.parametrize("settings", [{"dt": 0.05}, {"stepper": "dopri5", "rtol": 1e-9}])
def test_conditions_of_flows_fire_where_they_become_true(cond, instants, settings):
    result = run(CIRCLE + event("e", cond, log=["x", "y"]), t_end=1.95 * math.pi, **settings)
    found = result.events["e"]["t"] / math.pi
    assert found.tolist() == pytest.approx(instants, abs=3e-6)


def test_increasing_of_an_expression_is_its_rate_of_change():
    text = "x' = cos(t)\nk = 2\nx(0) = 0\nwhen decreasing(sin(k*t) + x): k = k"
    times = run(text, t_end=6.0).events["when_1"]["t"]
    assert np.all(np.abs(2.0 * np.cos(2.0 * times) + np.cos(times)) < 1e-7)
    assert len(times) == 2


def test_the_statements_of_an_action_act_in_sequence():
    text = (
        RAMP
        + "[aux]\nr2 = 'x^2 + k^2'\n"
        + event(
            "e", "x >= 2", action="k = 1; x -= 1; k += r2; c /= 4", log=["x", "aux.r2", "c", "t"]
        )
    )
    result = run(text, dt=0.25, t_end=2.0)
    log = result.events["e"]
    assert [log[name][0] for name in ("t", "x", "aux.r2", "c")] == pytest.approx([2, 2, 4, 1])
    assert result.final_state == pytest.approx({"x": 1.0, "k": 3.0})
    assert result.params["c"] == 0.25


def test_an_action_may_be_given_by_keys():
    keyed = RAMP + "[events.e]\ncond = 'x > 1'\naction.x = '0'\naction.k = 'k + 1'\n"
    result = run(keyed, dt=0.3, t_end=3.5)
    assert result.final_state["k"] == 3.0


def test_the_row_at_a_grid_point_is_after_the_action():
    text = RAMP + event("e", "x >= 0.4", action="x = -1", locate=False)
    result = run(text, dt=0.5, t_end=1.0)
    assert result["x"].tolist() == [0.0, -1.0, -0.5]


def test_samples_show_the_jump_where_it_is():
    text = "x' = 1\nx(0) = 0\nwhen x >= 0.5: x = -1"
    times = [0.25, 0.4999, 0.5, 0.5001, 0.75, 1.0]
    for settings in ({"dt": 0.3}, {"stepper": "dopri5"}):
        result = run(text, sample_times=times, t_end=1.2, **settings)
        wanted = [0.25, 0.4999, -1.0, -0.9999, -0.75, -0.5]
        assert result["x"] == pytest.approx(wanted, abs=1e-9)


def test_a_kick_over_the_threshold_fires_at_once():
    live = engine.Sim(load("integrate_and_fire"), jit=False).start()
    live.advance(n_steps=7)
    live.set_state(v=5.0)
    live.advance(n_steps=1)
    assert live.results().events["spike"]["t"].tolist() == [pytest.approx(0.7)]
    assert live.state["v"] < 0.1


def test_an_edit_keeps_what_events_did_to_the_other_parameters():
    text = RAMP + event("e", "x >= 1", action="c = 0.5")
    live = engine.Sim(engine.load_model(text.replace("c = 1.0", "c = 1.0\nz = 0.0")), jit=False)
    live = live.start()
    live.advance(t=2.0)
    live.set_params(z=3.0)
    assert live.params == {"c": 0.5, "z": 3.0}
    assert live.results().params["c"] == 0.5


def count_time(t, dt, y_old, y, p, memory, ws, out, trace, row):
    out[ELAPSED] += dt  # noqa: F821
    out[WAY] += y[0] - y_old[0]  # noqa: F821
    return y, memory, row


def test_observers_see_every_part_of_a_step_and_no_jump():
    observer = engine.ObserverModule(
        key="way", title="way", outputs={"elapsed": 0.0, "way": 0.0}, post=count_time
    )
    text = "x' = 1\nx(0) = 0\nwhen x >= 0.5: x = 0"
    for settings in ({"dt": 0.3}, {"stepper": "dopri5"}):
        out = run(text, t_end=6.0, observers=(observer,), **settings).observers["way"]
        assert out["elapsed"] == pytest.approx(6.0)
        assert out["way"] == pytest.approx(6.0)


@pytest.mark.parametrize("phase", ["start", "end", "both"])
def test_a_map_tests_its_events_once_an_iteration_in_each_phase(phase):
    text = DOUBLE + event("big", "x >= 4", action="x = 1", phase=phase, log=["x"])
    result = run(text, n_steps=6)
    rows = {"start": [1, 2, 4, 2, 4, 2, 4], "end": [1, 2, 1, 2, 1, 2, 1]}
    assert result["x"].tolist() == rows["start" if phase == "start" else "end"]
    times = {"start": [2, 4], "end": [2, 4, 6]}
    assert result.events["big"]["t"].tolist() == times["start" if phase == "start" else "end"]
    assert set(result.events["big"]["x"]) == {4.0}


@pytest.mark.parametrize(
    ("cond", "times"),
    [
        ("cross_up(x, 5)", [3]),
        ("cross_down(-x, -5)", [3]),
        ("cross_either(x, 8)", [3]),
        ("increasing(x)", [1, 2, 3, 4]),
        ("decreasing(x) or x == 2", [1]),
        ("changed(floor(x / 5))", [3, 4]),
        ("in_interval(x, 3, 9)", [2, 3]),
        ("enters_interval(x, 3, 9)", [2]),
        ("leaves_interval(x, 3, 9)", [4]),
        ("x > 3 and t < 4", [2, 3]),
    ],
)
def test_conditions_of_maps_compare_with_the_previous_iterate(cond, times):
    result = run(DOUBLE + event("e", cond), n_steps=4)
    assert result.events["e"]["t"].tolist() == times


def test_events_of_a_map_act_one_after_the_other():
    text = DOUBLE + event("a", "x >= 4", action="x = 3") + event("b", "x == 3", action="k = 1")
    result = run(text, n_steps=4)
    assert result["x"].tolist() == [1.0, 2.0, 3.0, 3.0, 3.0]
    assert result.params["k"] == 1.0
    assert result.events["b"].count == 3


@pytest.mark.parametrize(
    ("parts", "message"),
    [
        ({"cond": "x >> 1"}, r"\[events.e\] cond, column 4: "),
        ({"cond": "w > 1"}, r"\[events.e\] cond, column 1: unknown name 'w'"),
        ({"cond": "cross_up(x)"}, r"column 1: cross_up\(\) takes 2 arguments, not 1"),
        ({"cond": "cross_upp(x, 1)"}, "unknown function 'cross_upp'"),
        ({"cond": "x > 1", "action": "q = 1"}, r"action.*column 1: unknown name 'q'"),
        ({"cond": "x > 1", "action": "x = cc"}, "column 5: unknown name 'cc'; did you mean 'c'"),
        ({"cond": "x > 1", "action": "x + 1"}, "expected 'name = expression', found 'x \\+ 1'"),
        ({"cond": "x > 1", "action": "t = 1"}, "'t' is not a state or a parameter"),
        ({"cond": "x > 1", "action": "x = "}, "the expression is empty"),
        ({"cond": "x > 1", "log": ["xx"]}, r"\[events.e\] log: unknown name 'xx'; did you"),
        ({"cond": "x > 1", "phase": "middle"}, "unknown value 'middle'"),
        ({"cond": "x > 1", "triger": "edge"}, "unknown key 'triger'; did you mean 'trigger'"),
    ],
)
def test_a_faulty_event_is_named_with_its_place(parts, message):
    with pytest.raises(engine.ModelError, match=message):
        engine.load_model(RAMP + event("e", **parts))


def test_wrong_names_of_events_and_columns_are_helped():
    result = run(RAMP + event("spike", "x > 1", log=["x"]), n_steps=3)
    with pytest.raises(engine.RunError, match="no event 'spikes'; did you mean 'spike'"):
        result.events["spikes"]
    with pytest.raises(engine.RunError, match="'y' was not logged; valid: t, x"):
        result.events["spike"]["y"]
    assert result.events["spike"].count == 0


def test_plain_equations_take_events():
    text = (
        "x[n+1] = a*x[n]\na = 2\nx(0) = 1\n"
        "when x[n] > 3: x = 1; a = a + 1  # grow\nwhen changed(a):"
    )
    model = engine.load_model(text)
    assert [e.name for e in model.spec.events] == ["when_1", "when_2"]
    result = engine.Sim(model, jit=False).run(n_steps=3)
    assert result["x"].tolist() == [1.0, 2.0, 1.0, 3.0]
    assert result.events["when_2"]["t"].tolist() == [2.0]


def test_many_components_with_events_and_tangent_vectors_are_refused_in_words():
    lines = "\n".join(f"x{i}' = -x{i}" for i in range(65))
    model = engine.load_model(lines + "\nwhen x0 > 1: x0 = 0")
    assert engine.Sim(model, jit=False).run(n_steps=1).status is engine.Status.DONE
    sim = engine.Sim(model, jit=False, observers=engine.observers.lyapunov_mle())
    with pytest.raises(engine.SimError, match="events and 130 components, tangent vectors incl"):
        sim.run(n_steps=1)
