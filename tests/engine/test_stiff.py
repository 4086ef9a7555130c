"""Implicit steppers: stability, stiff problems with published solutions, tangent vectors."""

import math

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from scipy.integrate import solve_ivp

import engine
from engine.observers.memory import seed_tangents
from engine.runner import dense_lu
from engine.steppers.stepper import function_source

STIFF = [s.name for s in engine.list_steppers("ode") if s.stiff]

# The problems of Mazzia & Magherini, Test Set for IVP Solvers, release 2.4 (2008), with the end
# states given there; van der Pol's oscillator with time in its own units, where y = x' is theirs
# divided by mu and time is theirs times mu.
ROBERTSON = """
x' = -0.04*x + 1e4*y*z
y' = 0.04*x - 1e4*y*z - 3e7*y^2
z' = 3e7*y^2
x(0) = 1
y(0) = 0
z(0) = 0
"""
VAN_DER_POL = """
x' = y
y' = mu*(1 - x^2)*y - x
mu = 1000
x(0) = 2
y(0) = 0
"""
HIRES = """
a' = -1.71*a + 0.43*b + 8.32*c + 0.0007
b' = 1.71*a - 8.75*b
c' = -10.03*c + 0.43*d + 0.035*f
d' = 8.32*b + 1.71*c - 1.12*d
f' = -1.745*f + 0.43*g + 0.43*h
g' = -280*g*k + 0.69*d + 1.71*f - 0.43*g + 0.69*h
h' = 280*g*k - 1.81*h
k' = -280*g*k + 1.81*h
a(0) = 1
b(0) = 0
c(0) = 0
d(0) = 0
f(0) = 0
g(0) = 0
h(0) = 0
k(0) = 0.0057
"""
OREGONATOR = """
x' = s*(y - x*y + x - q*x^2)
y' = (z - y - x*y)/s
z' = w*(x - z)
s = 77.27
q = 8.375e-6
w = 0.161
x(0) = 1
y(0) = 2
z(0) = 3
"""
PROBLEMS = {
    "robertson": (
        ROBERTSON, 1e11, 1e-14,
        (0.2083340149701255e-7, 0.8333360770334713e-13, 0.9999999791665050),
    ),
    "van_der_pol": (
        VAN_DER_POL, 2000.0, 1e-9, (0.1706167732170469e1, -0.8928097010248125e-3)
    ),
    "hires": (
        HIRES, 321.8122, 1e-10,
        (
            0.7371312573325668e-3, 0.1442485726316185e-3, 0.5888729740967575e-4,
            0.1175651343283149e-2, 0.2386356198831331e-2, 0.6238968252742796e-2,
            0.2849998395185769e-2, 0.2850001604814231e-2,
        ),
    ),
    "oregonator": (
        OREGONATOR, 360.0, 1e-9, (0.1000814870318523e1, 0.1228178521549917e4, 0.1320554942846706e3)
    ),
}  # fmt: skip
# Steps for rtol = 1e-6, at most.
MOST_STEPS = {"sdirk2": 20_000, "trbdf2": 20_000, "bdf2": 40_000, "rodas4": 2000}


def solved(name, stepper, **settings):
    text, t_end, atol, _ = PROBLEMS[name]
    settings = {"rtol": 1e-6, "atol": atol, "dt": 1e-4, "jit": False} | settings
    return engine.Sim(engine.load_model(text), stepper=stepper, **settings).run(t_end=t_end)


def relative_error(name, result):
    return np.max(np.abs(result.y[-1] / PROBLEMS[name][3] - 1.0))


@pytest.mark.parametrize("name", PROBLEMS)
@pytest.mark.parametrize("stepper", STIFF)
def test_stiff_problems_reach_the_published_end_states(name, stepper):
    result = solved(name, stepper)
    assert result.status is engine.Status.DONE
    # Over a cycle of the Oregonator an error grows a thousandfold.
    worst = 2e-4 if name == "oregonator" else 2e-5
    assert relative_error(name, result) < (2e-6 if stepper == "rodas4" else worst)
    assert len(result) < MOST_STEPS[stepper]


@pytest.mark.parametrize("name", PROBLEMS)
def test_rodas4_reaches_the_published_end_states_to_ten_digits(name):
    result = solved(name, "rodas4", rtol=1e-11, atol=PROBLEMS[name][2] * 1e-4, jit=True)
    assert relative_error(name, result) < 1e-9


@pytest.mark.parametrize("stepper", STIFF)
def test_robertsons_reaction_conserves_mass(stepper):
    result = solved("robertson", stepper)
    assert np.max(np.abs(result.y[:, :3].sum(axis=1) - 1.0)) < 1e-12


def test_the_end_state_of_van_der_pols_oscillator_in_its_own_time_is_that_of_radau():
    def rhs(t, y):
        return [y[1], 1000.0 * (1.0 - y[0] ** 2) * y[1] - y[0]]

    settings = {"method": "Radau", "rtol": 1e-11, "atol": 1e-13}
    reference = solve_ivp(rhs, (0.0, 2000.0), [2.0, 0.0], **settings)
    assert reference.y[:, -1] == pytest.approx(PROBLEMS["van_der_pol"][3], rel=1e-7)


@pytest.mark.parametrize("stepper", STIFF)
def test_a_fast_decay_does_not_hold_the_step_down(stepper):
    # x = cos t + 1e-6 sin t up to 1e-12, after a decay within 2e-5.
    model = engine.load_model("x' = -1e6*(x - cos(t))\nx(0) = 2")
    sim = engine.Sim(model, stepper=stepper, rtol=1e-6, atol=1e-8, sample_dt=0.1, jit=False)
    result = sim.run(t_end=10.0)
    exact = np.cos(result.t) + 1e-6 * np.sin(result.t)
    assert np.max(np.abs(result["x"] - exact)[1:]) < 5e-4
    assert len(sim.replace(sample_dt=None).run(t_end=10.0)) < 10_000


@pytest.mark.parametrize("stepper", STIFF)
def test_one_step_over_a_decay_ends_at_its_end(stepper):
    # L-stability: what decays within 1e-9 of the step is gone.
    model = engine.load_model("x' = -1e9*x\nx(0) = 1")
    settings = {"dt": 1.0, "rtol": 0.0, "atol": 1e12, "jit": False}
    result = engine.Sim(model, stepper=stepper, **settings).run(n_steps=1)
    assert result.t[-1] == 1.0
    assert abs(result["x"][-1]) < 1e-6


def test_bdf2_is_exact_for_parabolas_at_any_ratio_of_steps():
    model = engine.load_model("x' = 2*t - 50*(x - t^2); u' = v; v' = 5*(1 - u^2)*v - u; u(0) = 2")
    result = engine.Sim(model, stepper="bdf2", rtol=1e-4, atol=1e-6, jit=False).run(t_end=12.0)
    steps = np.diff(result.t)
    ratios = steps[1:] / steps[:-1]
    assert np.ptp(np.log(ratios)) > 0.5
    assert np.mean(ratios < 2.4) > 0.9
    assert np.max(np.abs(result["x"] - result.t**2)) < 1e-10


@pytest.mark.parametrize("stepper", STIFF)
def test_the_largest_exponent_of_lorenz(stepper):
    # 0.9056 with the parameters of 1963: Viswanath, dissertation, Cornell (1998).
    model = engine.load_model("lorenz")
    observers = (engine.observers.lyapunov_mle(),)
    sim = engine.Sim(model, stepper=stepper, rtol=1e-5, atol=1e-7, record=False)
    watched = sim.replace(observers=observers).run(t_end=400.0, transient=20.0)
    assert watched.observers["lyapunov_mle"]["mle"] == pytest.approx(0.9056, abs=0.03)


TANGENT = """
x' = y
y' = 3*(1 - x^2)*y - x + x*cos(2*t)
x(0) = 1
y(0) = 0.5
"""


@pytest.mark.parametrize("stepper", STIFF)
def test_tangent_vectors_follow_the_linearised_flow(stepper):
    def extended(t, z):
        x, y, v, w = z
        slope = (-6.0 * x * y - 1.0 + math.cos(2.0 * t)) * v + 3.0 * (1.0 - x * x) * w
        return [y, 3.0 * (1.0 - x * x) * y - x + x * math.cos(2.0 * t), w, slope]

    seed = seed_tangents(2, 1)[0]
    start = [1.0, 0.5, *seed]
    exact = solve_ivp(extended, (0.0, 3.0), start, method="DOP853", rtol=1e-12, atol=1e-12)
    growth = math.log(math.hypot(*exact.y[2:, -1]))
    errors = []
    for rtol in (1e-4, 1e-6):
        observers = (engine.observers.lyapunov_mle(every=1),)
        settings = {"rtol": rtol, "atol": rtol, "dt": 1e-3, "jit": False}
        sim = engine.Sim(
            engine.load_model(TANGENT), stepper=stepper, observers=observers, **settings
        )
        result = sim.run(t_end=3.0)
        errors.append(abs(3.0 * result.observers["lyapunov_mle"]["mle"] - growth))
        # The tangent vector has no say in the orbit.
        alone = sim.replace(observers=()).run(t_end=3.0)
        assert np.array_equal(alone.y, result.y)
    power = sim.method.order / (sim.method.error_order + 1)
    assert errors[1] < 200.0 * 1e-6**power
    assert errors[1] < 0.3 * errors[0]


def test_a_flow_that_ends_stops_with_a_failure():
    # x = sqrt(1 - 2 t).
    model = engine.load_model("x' = -1/x\nx(0) = 1")
    for stepper in STIFF:
        result = engine.Sim(model, stepper=stepper, jit=False).run(t_end=1.0)
        assert result.status.is_failure
        assert result.t[-1] == pytest.approx(0.5, abs=1e-3)


def test_too_many_states_for_dense_elimination_are_refused_with_the_way_out():
    text = "".join(f"x{i}' = -x{i}\nx{i}(0) = 1\n" for i in range(201))
    model = engine.load_model(text)
    for stepper in STIFF:
        with pytest.raises(engine.StepperError, match="at most 200 states.* 201.*'dopri5'"):
            engine.Sim(model, stepper=stepper)


def test_tangent_vectors_with_events_are_refused_with_the_way_out():
    model = engine.load_model("integrate_and_fire")
    observers = (engine.observers.lyapunov_mle(),)
    for stepper in STIFF:
        with pytest.raises(engine.ObserverError, match=f"'{stepper}'.*events.*'dopri5'"):
            engine.Sim(model, stepper=stepper, observers=observers)


@given(st.integers(1, 12), st.integers(0, 2**31), st.floats(0.0, 0.9))
def test_elimination_solves_what_numpy_solves(n, seed, zeros):
    random = np.random.default_rng(seed)
    matrix = random.normal(size=(n, n)) * (random.uniform(size=(n, n)) >= zeros)
    matrix[np.arange(n), random.permutation(n)] += 3.0
    right = random.normal(size=2 * n)
    if np.linalg.cond(matrix) > 1e8:
        return
    scope = {"STATES": n, "div": lambda a, b: a / b if b else math.inf}
    for function in (dense_lu.factorize, dense_lu.solve_block):
        exec(function_source(function), scope)
    factors = [*matrix.ravel().tolist(), *[0.0] * n]
    scope["factorize"](factors)
    solution = right.tolist()
    scope["solve_block"](factors, solution, n)
    assert solution[:n] == right[:n].tolist()
    assert np.array(solution[n:]) == pytest.approx(
        np.linalg.solve(matrix, right[n:]), rel=1e-6, abs=1e-7
    )


def test_dense_output_of_rodas4_is_as_good_as_its_steps_where_it_is_stiff():
    # x = cos t + 1e-6 sin t up to 1e-12, in steps of 0.06.
    model = engine.load_model("x' = -1e6*(x - cos(t))\nx(0) = 1")
    sim = engine.Sim(model, stepper="rodas4", rtol=1e-8, atol=1e-10, sample_dt=0.0137, jit=False)
    result = sim.run(t_end=10.0)
    late = result.t > 0.5
    exact = np.cos(result.t) + 1e-6 * np.sin(result.t)
    assert np.max(np.abs(result["x"] - exact)[late]) < 2e-8
    assert result.provenance["n_steps"] < 500
