"""Tangent vectors through events, against differences of nearby orbits and closed forms."""

import math

import numpy as np
import pytest
from registered import assert_same_bits, assert_same_results, collect, load

import engine
from engine.model.saltation import FLAT
from engine.model.symbolic import DERIVATIVES
from engine.observers import ObserverModule, lyapunov_mle, lyapunov_spectrum
from engine.observers.memory import seed_tangents


def post(t, dt, y_old, y, p, memory, ws, out, trace, row):
    """Carry the tangent vectors and leave them alone."""
    return y, memory, row


def probe(n):
    """Return an observer whose `n` tangent vectors are only read."""
    return ObserverModule(key="probe", title="tangents", tangents=n, post=post)


def propagator(sim, n_steps):
    """Return the derivative of the state after `n_steps` by the initial state, from tangents."""
    n = len(sim.model.state_names)
    run = sim.replace(observers=(probe(n),)).start()
    run.advance(n_steps=n_steps)
    vectors = run.snapshot().arrays.analysis_ws[: n * n].reshape(n, n)
    return vectors.T @ np.array(seed_tangents(n, n))


def differences(sim, n_steps, small=1e-6):
    """Return the same from differences of nearby orbits."""
    columns = []
    for name in sim.model.state_names:
        ends = []
        for sign in (1.0, -1.0):
            start = {name: sim.y0[name] + sign * small}
            ends.append(list(sim.replace(y0=start).run(n_steps=n_steps).final_state.values()))
        columns.append((np.array(ends[0]) - np.array(ends[1])) / (2.0 * small))
    return np.array(columns).T


PLANE = """
[model]
type = "ode"
[states]
x = 0.1
y = 0.4
[params]
w = 1.3
m = 2.0
note = 0.0
[aux]
s = "x + 0.5 * y"
[functions.bend]
args = ["u", "q"]
expr = "u + q * sin(u)"
[equations.rhs]
x = "w - 0.3 * x + 0.6 * y"
y = "-0.5 * y + 0.4 * sin(x + t)"
"""
SPACE = PLANE.replace("y = 0.4\n", "y = 0.4\nk = 0.5\n", 1) + 'k = "0"\n'


def event(cond, action="", name="e", **parts):
    lines = [f"[events.{name}]", f"cond = {cond!r}", f"action = {action!r}"]
    lines += [f"{k} = {'false' if v is False else repr(v)}" for k, v in parts.items()]
    return "\n".join(lines) + "\n"


BALL = """
[model]
type = "ode"
[states]
y = 0.7
v = 0.0
[params]
g = 9.81
r = 0.8
a = 0.03
w = 11.0
[equations.rhs]
y = "v"
v = "-g"
[events.bounce]
cond = "cross_down(y - a * sin(w * t), 0)"
action = "v = -r * v + (1 + r) * a * w * cos(w * t)"
"""
TWO_BALLS = """
[model]
type = "ode"
[states]
a = 0.0
b = 0.0
u = 1.0
[equations.rhs]
a = "1 + 0.1 * u"
b = "1 + 0.1 * u"
u = "-0.2 * u"
"""
CASES = {
    "a reset": PLANE + event("x >= 1", "x = 0"),
    "a reset in one dimension": "x' = 1.2 - x\nx(0) = 0.2\nwhen x >= 1: x = 0.1",
    "a table that moves": BALL,
    "a sequence of statements": PLANE
    + event("x >= 1", "x = -y / 2; y = x * y + bend(y, m); x -= s / 3; y *= 0.5"),
    "a vector field that changes": SPACE
    + event("x >= 1", "w = -w")
    + event("x <= 0", "w = -w", "f"),
    "a level of state and time": PLANE + event("s * s > 1 + 0.3 * cos(t)", "x = 0.1 * t; y += t"),
    "both of two comparisons": PLANE + event("x >= 0.6 and y > 0.3 - 0.1 * x", "x = 0; y = 0"),
    "one of two comparisons": PLANE + event("x >= 1.2 or y <= 0.21", "x -= 0.9; y += 0.3"),
    "a negation of a chain": PLANE
    + event("not -0.5 < x + y <= 1.3", "x -= 0.8 * y + 0.5; y = -y / 3"),
    "an interval": PLANE + event("enters_interval(x + y, 0.9, 2)", "x = -x / 4"),
    "two macros": PLANE
    + event("cross_up(x, 1 + 0.1 * y) or cross_down(y, 0.2)", "x -= 1; y = 0.4 + 0.1 * y"),
    "a turn": PLANE + event("decreasing(y)", "y += 0.1 * x; x = x / 2"),
    "time alone": PLANE + event("sin(3 * t) >= 0.3", "x = x * y; y = cos(x)"),
    "a clock": PLANE + event("changed(floor(3 * t))", "x = x * y; y = cos(x)"),
    "a counter of whole numbers": PLANE
    + event("changed(floor(4 * x))", "y = 0.3 * y; w = 2.6 - w"),
    "the end of a step": PLANE + event("x + y >= 1", "x = 0.5 * y - x; y = x", locate=False),
    "every step's end": PLANE + event("x + y >= 1", "x -= 0.01 * y", trigger="level"),
    "a mode that must be on": SPACE
    + event("x >= 1 and k == 0.5", "x = 0; k = 1 - k")
    + event("x >= 0.8 and k != 1 - k", "x = 0.1 * y", "f"),
    "a threshold that moves in actions": SPACE + event("x >= k", "x = 0; k = 0.5 + y / 2"),
    "events made true by an action": SPACE
    + event("x >= 1 + y / 9", "x = y; k += 0.2 + y")
    + event("k >= 1.2", "k = x; y = y * x - 0.1; x = -x", "f"),
    "two events of one condition": PLANE
    + event("x >= 1", "x = y * y")
    + event("x >= 1", "y = y + 0.2 * x", "f"),
    "a parameter between two states": PLANE + event("x >= 1", "note = x; x = y; y = note - 0.5"),
    "notes that nobody reads": PLANE + event("x >= 1 - 0.2 * y", "note = x + t; x = -y"),
    "parameters from parameters": PLANE + event("x >= 1 - 0.2 * y", "w = m - w; note = w; x = -y"),
    "two balls that meet the floor together": TWO_BALLS
    + event("a >= 1", "a = -u / 2")
    + event("b >= 1", "b = -u", "f"),
    "a phase that wraps": "x' = 1 + 0.5*sin(y)\ny' = 0.3*cos(x)\nx(0) = 0.2\ny(0) = 1\n"
    "when x % 1.5 < 0.1: y = y + 0.3*cos(y); x = x + 0.1 + 0.02*y",
}
# Differences drown in rounding before long.
CONTRACTING = ("a table that moves", "a clock")


@pytest.mark.parametrize("name", CASES)
def test_tangents_go_as_nearby_orbits_do(name):
    sim = engine.Sim(engine.load_model(CASES[name]), dt=0.02, jit=False)
    n_steps = 100 if name in CONTRACTING else 230
    result = sim.run(n_steps=n_steps)
    assert sum(log.count for log in result.events.values()) >= 2
    expected = differences(sim, n_steps)
    scale = np.abs(expected).max()
    assert propagator(sim, n_steps) == pytest.approx(expected, rel=2e-5, abs=2e-6 * scale)


@pytest.mark.parametrize(
    ("stepper", "settings"),
    [
        ("euler", {"dt": 0.0005}),
        ("dopri5", {"rtol": 1e-10, "atol": 1e-10, "dt": 0.01}),
    ],
)
def test_other_methods_carry_tangents_through_events(stepper, settings):
    case = engine.load_model(CASES["a level of state and time"])
    exact = propagator(engine.Sim(case, dt=0.005, jit=False), 700)
    sim = engine.Sim(case, stepper=stepper, jit=False, **settings)
    run = sim.replace(observers=(probe(2),)).start(t_end=3.5)
    run.advance()
    vectors = run.snapshot().arrays.analysis_ws[:4].reshape(2, 2).T
    assert run.t == 3.5
    assert vectors @ np.array(seed_tangents(2, 2)) == pytest.approx(exact, rel=1e-3, abs=1e-4)


def test_a_neuron_that_fires_periodically_neither_forgets_nor_exaggerates():
    # In one dimension a reset takes a difference of phase along: it is as large after every
    # period tau log((I - reset) / (I - threshold)).
    period = 10.0 * math.log(3.0)
    accurate = {"stepper": "dopri5", "rtol": 1e-11, "atol": 1e-12}
    sim = engine.Sim(load("integrate_and_fire"), jit=False, **accurate)
    run = sim.replace(observers=(probe(1),)).start()
    lengths = []
    for k in range(4):
        run.advance(t=3.0 + k * period)
        at = run.t - k * period
        # Along the orbit a tangent vector grows as the speed (I - v) / tau does.
        lengths.append(run.snapshot().arrays.analysis_ws[0] * math.exp(at / 10.0))
    assert lengths == pytest.approx([lengths[0]] * 4, rel=1e-8)
    observed = sim.replace(observers=(lyapunov_mle(),), dt=0.1)
    assert abs(observed.run(t_end=3000.0).observers["lyapunov_mle"]["mle"]) < 5e-4


def test_the_exponents_of_elastic_impacts_sum_to_zero():
    sim = engine.Sim(
        load("bouncing_ball"), params={"r": 1.0}, observers=(lyapunov_spectrum(),), jit=False
    )
    result = sim.run(n_steps=4000)
    exponents = result.observers["lyapunov_spectrum"]["exponents"]
    assert result.events["bounce"].count >= 40
    assert abs(exponents.sum()) < 1e-9
    # Without the shift of the instants a bounce would be a mirror, and nothing would grow.
    assert propagator(sim, 4000)[0, 1] != pytest.approx(sim.dt * 4000, rel=0.5)


def test_each_inelastic_impact_contracts_areas_by_the_square_of_the_restitution():
    sim = engine.Sim(load("bouncing_ball"), dt=0.02, jit=False)
    bounces = sim.run(n_steps=200).events["bounce"].count
    assert np.linalg.det(propagator(sim, 200)) == pytest.approx(0.95 ** (2 * bounces), rel=1e-9)


def test_an_event_of_a_map_multiplies_by_the_derivative_of_its_action():
    model = engine.load_model(
        "[model]\ntype='map'\n[states]\nx=0.3\n[params]\na=0.9\n[equations.rhs]\nx='a*x'\n"
        "[events.e]\ncond='x < 0.4'\naction='x = 2*x + 0.1'\n"
        "[events.f]\ncond='x > 0.5 and x < 0.55'\naction='x = x*x'\nphase='start'\n"
    )
    sim = engine.Sim(model, jit=False)
    slope, measured, x = 1.0, 1.0, 0.3
    for _ in range(60):
        if 0.5 < x < 0.55:
            slope, x = slope * 2.0 * x, x * x
        slope, x = slope * 0.9, 0.9 * x
        measured = slope
        if x < 0.4:
            slope, x = slope * 2.0, 2.0 * x + 0.1
    assert propagator(sim, 60)[0, 0] == pytest.approx(slope, rel=1e-12)
    observed = sim.replace(observers=(lyapunov_mle(every=1),)).run(n_steps=60)
    mle = observed.observers["lyapunov_mle"]["mle"]
    assert len(observed.events["e"]["t"]) > 5
    assert len(observed.events["f"]["t"]) > 2
    # What happens after an iteration is measured with the next one.
    assert mle == pytest.approx(math.log(measured) / 60.0, rel=1e-10)


def test_a_map_s_action_on_several_states_and_parameters():
    model = engine.load_model(
        "[model]\ntype='map'\n[states]\nx=0.31\ny=0.2\n[params]\nb=0.4\n"
        "[equations.rhs]\nx='1 - 1.2*x*x + y'\ny='b*x'\n[events.e]\ncond='cross_up(x, 0.3)'\n"
        "action='x = x*y; y = x - y; b = 0.75 - b'\n"
    )
    sim = engine.Sim(model, jit=False)
    assert propagator(sim, 15) == pytest.approx(differences(sim, 15, 1e-7), rel=1e-4, abs=1e-8)


LAWFUL = ("a level of state and time", "events made true by an action")


@pytest.mark.parametrize("name", LAWFUL)
def test_python_equals_compiled_and_the_orbit_is_the_one_without_observers(name):
    model = engine.load_model(CASES[name])
    sim = engine.Sim(model, dt=0.05, observers=(lyapunov_spectrum(every=2),))
    compiled = sim.run(n_steps=400)
    assert_same_results(sim.replace(jit=False).run(n_steps=400), compiled)
    alone = sim.replace(observers=()).run(n_steps=400)
    assert_same_bits(np.ascontiguousarray(alone.y), np.ascontiguousarray(compiled.y))
    assert alone.params == compiled.params


@pytest.mark.parametrize("name", LAWFUL)
def test_any_chunks_with_tangents_and_events_are_one_run(name):
    model = engine.load_model(CASES[name])
    sim = engine.Sim(model, dt=0.1, jit=False, observers=(lyapunov_spectrum(every=2),))
    one = sim.run(n_steps=93)
    run = sim.start()
    collect(run, [1, 30, 0, 7, 2, 53])
    assert_same_results(run.results(), one)


def test_an_edit_that_fires_an_event_fires_it_at_a_fixed_time():
    model = engine.load_model(CASES["a reset"])
    run = engine.Sim(model, dt=0.02, jit=False, observers=(probe(2),)).start()
    run.advance(n_steps=10)
    before = run.snapshot().arrays.analysis_ws[:4].reshape(2, 2)
    run.set_state(x=1.5)
    run.advance(n_steps=0)
    run.advance(n_steps=1)
    after = run.snapshot().arrays.analysis_ws[:4].reshape(2, 2)
    assert run.results().events["e"].count == 1
    # Reset to the same x whatever it was: only what y brings about in one step is left of it.
    assert np.all(np.abs(after[:, 0] - 0.6 * 0.02 * before[:, 1]) < 1e-3)


def test_an_event_that_only_logs_leaves_tangents_alone():
    quiet = engine.Sim(engine.load_model(PLANE), dt=0.02, jit=False)
    text = PLANE + event("floor(x + y) == 1 or x >= 1") + event("y > x", name="f")
    assert_same_bits(
        propagator(quiet, 100),
        propagator(engine.Sim(engine.load_model(text), dt=0.02, jit=False), 100),
    )


@pytest.mark.parametrize(
    ("text", "words"),
    [
        (PLANE + event("x >= 1", "w = x"), "'w' depend on the state.*w' = 0"),
        (PLANE + event("x >= 1", "m = y; x = 0") + event("y >= 1", "y = m", "f"), "'m' depend"),
        (PLANE + event("x >= 1", "note = y; w = note; x = 0"), "'w' depend"),
        (PLANE + event("x >= 1 and t > m", "x = 0; m = t + 1"), "'m' depend"),
        (PLANE + event("floor(x + y) >= 1", "x = 0"), "jumps"),
        (PLANE + event("x >= 1 and floor(y) == 0", "x = 0"), "jumps"),
        (PLANE + event("x >= (1 if y > 0.3 else 0.9)", "x = 0"), "jumps"),
        (PLANE + event("changed(x + y)", "x = 0"), "varies all the time"),
    ],
)
def test_what_cannot_be_decided_is_refused_with_event_reason_and_way_out(text, words):
    model = engine.load_model(text)
    engine.Sim(model)
    with pytest.raises(engine.ObserverError, match=rf"(?s)'lyapunov_mle'.*event 'e'.*{words}"):
        engine.Sim(model, observers=(lyapunov_mle(),))
    run = engine.Sim(model, jit=False).start()
    with pytest.raises(engine.ObserverError, match="event 'e'"):
        run.set_observers((lyapunov_spectrum(),))
    with pytest.raises(engine.ObserverError, match="event 'e'"):
        engine.get_runner(
            engine.RunnerVariant.ANALYSIS, model=model, stepper="rk4", observers=(probe(1),)
        )


def test_observers_without_tangents_are_taken_whatever_an_action_does():
    model = engine.load_model(PLANE + event("x >= 1", "w = x"))
    engine.Sim(model, observers=(engine.observers.extrema("x"),))


def test_what_counts_as_flat_has_no_derivative():
    flat = {name for name, rules in DERIVATIVES.items() if set(rules) == {"0"}}
    assert flat == FLAT | {"floordiv"}
