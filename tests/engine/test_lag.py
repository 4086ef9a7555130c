"""Delayed states: ``lag_x(k)`` in equations, aux, events, stop conditions and observers."""

import numpy as np
import pytest
from registered import assert_same_bits, assert_same_results

import engine

DELAYED_LOGISTIC = """
x[n+1] = r*x*(1 - lag_x())
r = 2.1
x(0) = 0.1
past = lag_x(3)
change = x - lag_x(1)
"""

FLOW = """
[model]
type = "ode"
[states]
x = 0.5
y = 1.0
[params]
a = 1.7
[aux]
past = "lag_x(2)"
rise = "x - lag_x(1)"
[equations.rhs]
x = "y - 0.05*lag_x(4)"
y = "-a*x - 0.02*lag_y(1)"
[events.up]
cond = "cross_up(x, lag_x(3))"
action = "y = 0.9*y + 0.01*lag_y(2)"
log = ["x", "rise"]
[events.rising]
cond = "x > lag_x(1)"
locate = false
log = ["x", "past", "rise"]
"""

DIVIDED = """
[model]
type = "ode"
[states]
h = 1.0
v = 0.0
[aux]
before = "lag_h(1)"
[equations.rhs]
h = "v"
v = "-9.81 + 0*lag_h(2)"
[events.bounce]
cond = "cross_down(h, 0)"
action = "v = -0.8*v"
"""


@pytest.fixture(scope="module", params=(False, True), ids=("python", "compiled"))
def delayed(request):
    return engine.Sim(engine.load_model(DELAYED_LOGISTIC), jit=request.param)


def by_steps(values, steps, first):
    """Return what was there so many steps before each row; before the start, the first value."""
    return np.concatenate([np.full(steps, first), values])[: len(values)]


def test_the_delayed_logistic_map_is_a_map_of_two_variables(delayed):
    # Maynard Smith, Models in Ecology (1974); Aronson et al., Commun. Math. Phys. 83 (1982) 303.
    plane = engine.Sim(
        engine.load_model("x[n+1] = r*x*(1 - z)\nz[n+1] = x\nr = 2.1\nx(0) = 0.1\nz(0) = 0.1"),
        jit=delayed.jit,
    )
    orbit, same = delayed.run(n_steps=500), plane.run(n_steps=500)
    assert_same_bits(orbit["x"], same["x"])
    assert orbit.status is engine.Status.DONE


def test_aux_have_the_state_so_many_steps_before_their_row(delayed):
    orbit = delayed.run(n_steps=60)
    assert_same_bits(orbit["aux.past"], by_steps(orbit["x"], 3, 0.1))
    assert_same_bits(orbit["aux.change"], orbit["x"] - by_steps(orbit["x"], 1, 0.1))


def test_a_kick_does_not_rewrite_the_past(delayed):
    run = delayed.start()
    before = run.advance(n_steps=20)
    run.set_state(x=0.3)
    after = run.advance(n_steps=5)
    kicked = np.concatenate([before["x"][:-1], [0.3], after["x"]])
    # What was recorded before the kick stays; from the next step on the kicked state is the past.
    assert_same_bits(after["aux.past"], by_steps(kicked, 3, 0.1)[21:])
    assert after["x"][0] == 2.1 * 0.3 * (1.0 - before["x"][-2])


def test_rewinding_and_replaying_come_to_the_same_bits(delayed, tmp_path):
    run = delayed.start()
    run.advance(n_steps=33)
    run.set_params(r=2.0)
    snapshot = run.snapshot()
    first = run.advance(n_steps=40)
    assert_same_bits(engine.replay(delayed, run.journal).y, run.y)
    run.rewind(step=40)
    again = run.advance(n_steps=33)
    assert_same_bits(again.y, first.y[7:])
    snapshot.save(tmp_path / "s.npz")
    twin = engine.Snapshot.load(tmp_path / "s.npz").start()
    assert_same_bits(twin.advance(n_steps=40).y, first.y)


def test_a_batch_begins_each_orbit_with_a_past_of_its_own(delayed):
    values = {"x": np.array([0.1, 0.25, 0.4])}
    batch = engine.run_batch_fastpath(
        delayed, params={"r": np.array([1.9, 2.0, 2.1])}, y0=values, n_steps=30, transient=11
    )
    for i in range(3):
        assert_same_bits(batch[i].y, batch.sim(i).run(n_steps=30, transient=11).y)


def test_a_delayed_flow_takes_its_past_from_the_grid_of_its_steps():
    tau, dt = 20, 0.05
    sim = engine.Sim("x' = -lag_x(20)\nx(0) = 1", stepper="euler", dt=dt, jit=False)
    orbit = sim.run(n_steps=200)["x"]
    x = [1.0]
    for n in range(200):
        x.append(x[n] + dt * -(x[n - tau] if n >= tau else 1.0))
    assert_same_bits(orbit, np.array(x))


def test_the_method_of_steps_is_approached_as_the_step_shrinks():
    # x' = -x(t - 1), x = 1 before 0: x = 1 - t on [0, 1], then 1 - t + (t - 1)^2 / 2
    # (Hale & Verduyn Lunel, Introduction to Functional Differential Equations, 1993, section 1.1).
    errors = []
    for k in (50, 100, 200):
        sim = engine.Sim(f"x' = -lag_x({k})\nx(0) = 1", stepper="rk4", dt=1.0 / k, jit=False)
        errors.append(abs(sim.run(n_steps=2 * k)["x"][-1] + 0.5))
    assert errors[0] < 0.02
    assert errors[0] / errors[1] == pytest.approx(2.0, rel=0.1)
    assert errors[1] / errors[2] == pytest.approx(2.0, rel=0.1)


@pytest.mark.parametrize("jit", [False, True])
def test_events_see_the_past_of_their_step(jit):
    sim = engine.Sim(engine.load_model(FLOW), stepper="rk4", dt=0.05, jit=jit)
    orbit = sim.run(n_steps=400)
    rising = orbit.events["rising"]
    places = np.searchsorted(orbit.t, rising["t"] - 1e-9)
    assert len(places) > 2
    assert_same_bits(rising["past"], orbit["aux.past"][places])
    assert (rising["rise"] > 0.0).all()
    run = sim.start()
    pieces = [run.advance(n_steps=size) for size in (1, 2, 50, 3, 344)]
    assert_same_bits(np.concatenate([piece.y for piece in pieces]), orbit.y)
    assert len(orbit.events["up"]["t"]) > 0


def test_python_and_compiled_code_agree_on_a_delayed_flow_with_events():
    sim = engine.Sim(engine.load_model(FLOW), stepper="rk4", dt=0.05, sample_dt=0.02)
    assert_same_results(sim.run(n_steps=120), sim.replace(jit=False).run(n_steps=120))


def test_an_event_inside_a_step_does_not_count_as_a_step():
    sim = engine.Sim(engine.load_model(DIVIDED), dt=0.1, jit=False)
    orbit = sim.run(n_steps=30)
    assert len(orbit.events["bounce"]["t"]) >= 2
    assert_same_bits(orbit["aux.before"], by_steps(orbit["h"], 1, 1.0))


def test_many_variables_are_delayed_like_few():
    n = 14
    states = "\n".join(f"x{i}(0) = {0.1 + 0.01 * i}" for i in range(n))
    rules = "\n".join(f"x{i}[n+1] = r*lag_x{(i + 1) % n}(2) - 0.4*x{i}*x{i}" for i in range(n))
    sim = engine.Sim(engine.load_model(f"{rules}\n{states}\nr = 0.9\nd = lag_x3(5) - x1"))
    orbit = sim.run(n_steps=80)
    assert_same_results(orbit, sim.replace(jit=False).run(n_steps=80))
    x = [np.array([0.1 + 0.01 * i for i in range(n)])]
    for step in range(80):
        past = x[max(step - 2, 0)]
        x.append(0.9 * np.roll(past, -1) - 0.4 * x[-1] * x[-1])
    assert_same_bits(orbit.y[:, :n], np.array(x))
    run = sim.start()
    assert_same_bits(np.concatenate([run.advance(n_steps=k).y for k in (7, 1, 72)]), orbit.y)


def test_a_stop_condition_may_look_back_further_than_the_model(delayed):
    stopped = delayed.replace(stop="x < lag_x(1) and lag_x(1) < lag_x(7)").run(n_steps=200)
    x = delayed.run(n_steps=200)["x"]
    one, seven = by_steps(x, 1, 0.1), by_steps(x, 7, 0.1)
    first = int(np.flatnonzero((x < one) & (one < seven))[0])
    assert stopped.status is engine.Status.EARLY_EXIT
    assert len(stopped) == first + 1


def test_observers_measure_what_is_recorded(delayed):
    observer = engine.observers.moments(("past", "change"))
    orbit = delayed.replace(observers=(observer,)).run(n_steps=100)
    mean = np.asarray(orbit.observers["moments"]["mean"])
    assert mean[0] == pytest.approx(orbit["aux.past"][1:].mean(), rel=1e-12)


def test_a_sum_may_run_over_the_past():
    sim = engine.Sim("x[n+1] = a*sum(lag_x(k) for k in range(1, 4))\na = 0.3\nx(0) = 1", jit=False)
    x = [1.0]
    for n in range(10):
        a, b, c = (x[max(n - k, 0)] for k in (1, 2, 3))
        x.append(0.3 * (a + b + c))
    assert_same_bits(sim.run(n_steps=10)["x"], np.array(x))


@pytest.mark.parametrize(
    ("written", "said"),
    [
        ("lag_x(0)", "lag_x(k) takes a whole number of steps from 1 to 1000"),
        ("lag_x(1001)", "a whole number of steps from 1 to 1000"),
        ("lag_x(1.5)", "a whole number of steps"),
        ("lag_x(r)", "a whole number of steps"),
        ("lag_x(1, 2)", "takes the number of steps, not 2 arguments"),
        ("lag_r(1)", "lag_r(): 'r' is not a state; only states have a past"),
        ("lag_q(1)", "lag_q(): 'q' does not exist; only states have a past"),
        ("lag_x + 1", "'lag_x' is a function; write lag_x(k), k steps ago"),
    ],
)
def test_what_is_no_delay_is_refused_with_its_column(written, said):
    head = "[model]\ntype='map'\n[states]\nx=1\n[params]\nr=2\n"
    text = f"{head}[equations.rhs]\nx = 'r*x + {written}'"
    with pytest.raises(engine.PhasescopeError) as caught:
        engine.load_model(text)
    assert said in str(caught.value)
    assert "[equations.rhs] x, column 7" in str(caught.value)


def test_a_function_has_no_past():
    text = "x[n+1] = f(x)\nf(u) = u + lag_x(1)\nx(0) = 1"
    with pytest.raises(engine.PhasescopeError, match="a function sees only its arguments"):
        engine.load_model(text)


@pytest.mark.parametrize("stepper", [s.name for s in engine.list_steppers("ode") if s.adaptive])
def test_steps_of_all_sizes_cannot_count_a_delay(stepper):
    with pytest.raises(engine.PhasescopeError, match=r"lag_x\(3\) counts steps of a fixed size"):
        engine.Sim("x' = -lag_x(3)\nx(0) = 1", stepper=stepper)
    with pytest.raises(engine.PhasescopeError, match=r"stepper='rk4'"):
        engine.Sim("x' = -x\nx(0) = 1", stepper=stepper, stop="lag_x(2) < 0.5")
    run = engine.Sim("x' = -lag_x(3)\nx(0) = 1", stepper="rk4", jit=False).start()
    with pytest.raises(engine.PhasescopeError, match="counts steps of a fixed size"):
        run.set_stepper(stepper)


def test_tangent_vectors_of_a_delayed_system_are_refused(delayed):
    with pytest.raises(engine.PhasescopeError, match=r"carry its past, for lag_x\(1\)"):
        delayed.replace(observers=(engine.observers.lyapunov_mle(),))
    # An aux that is only recorded moves nothing.
    sim = engine.Sim("x[n+1] = 4*x*(1 - x)\nx(0) = 0.3\nd = x - lag_x(1)", jit=False)
    found = sim.replace(observers=(engine.observers.lyapunov_mle(),)).run(n_steps=2000)
    assert found.observers["lyapunov_mle"]["mle"] == pytest.approx(np.log(2.0), abs=0.05)


def test_an_observer_asks_only_for_a_past_that_is_kept(delayed):
    with pytest.raises(engine.PhasescopeError, match=r"keeps no lag_x\(9\).*past = 'lag_x\(9\)'"):
        delayed.replace(observers=(engine.observers.moments(("lag_x(9)",)),))


def test_delays_survive_a_model_file_and_its_typesetting():
    model = engine.load_model(DELAYED_LOGISTIC)
    again = engine.load_model(model.text)
    assert again.spec == model.spec
    assert again.digest == model.digest
    assert model.latex()[0] == r"x_{n+1} = r x_{n} \left(1 - x_{n-1}\right)"
