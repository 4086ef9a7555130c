"""The Taylor-series stepper: recurrences, order, step size, accuracy, what it refuses."""

import functools
import math

import mpmath
import numpy as np
import pytest
from chain import lorenz96
from hypothesis import given, settings
from hypothesis import strategies as st

import engine
from engine.run_state import initial_run_state, runner_for
from engine.runner import abi, expansion
from engine.runner.plan import UnitPlan
from engine.runner.unit import render_unit
from engine.steppers.taylor import HEAD, MAX_ORDER

mpmath.mp.dps = 40
# In Python: compiled code gives the same bits, and takes longer to be made than these runs.
TIGHT = {"stepper": "taylor", "rtol": 1e-15, "atol": 1e-15, "jit": False}


def coefficients(model, y0, rtol=1e-15, t0=0.0):
    """Expand the orbit of a model about a state: one row of Taylor coefficients a variable."""
    sim = engine.Sim(model, stepper="taylor", rtol=rtol, atol=rtol, jit=False, y0=y0, t0=t0)
    arrays = initial_run_state(sim)
    arrays.counters[abi.STEP_BOUND] = 1
    arrays.clock[[abi.T_BOUND, abi.T_END]] = 1e300
    arrays.call(runner_for(sim), np.empty(5), np.empty((5, len(sim.record))), np.empty((5, 2)))
    table = arrays.memory.reshape(-1)
    rows = table[HEAD : HEAD + len(y0) * (MAX_ORDER + 2)].reshape(len(y0), -1)
    return rows[:, : int(table[0]) + 1]


# Expressions of u in (0.2, 0.9) as the model writes them and as mpmath does.
FUNCTIONS = {
    "exp(u)": mpmath.exp,
    "e^(-u)": lambda u: mpmath.exp(-u),
    "exp2(u)": lambda u: mpmath.mpf(2) ** u,
    "2.5^u": lambda u: mpmath.mpf("2.5") ** u,
    "expm1(u)": mpmath.expm1,
    "log(u)": mpmath.log,
    "log1p(u)": mpmath.log1p,
    "log2(u)": lambda u: mpmath.log(u) / mpmath.log(2),
    "log10(u)": mpmath.log10,
    "sin(u)": mpmath.sin,
    "cos(u)": mpmath.cos,
    "tan(u)": mpmath.tan,
    "sinh(u)": mpmath.sinh,
    "cosh(u)": mpmath.cosh,
    "tanh(u)": mpmath.tanh,
    "asin(u)": mpmath.asin,
    "acos(u)": mpmath.acos,
    "atan(u)": mpmath.atan,
    "asinh(u)": mpmath.asinh,
    "acosh(1 + u)": lambda u: mpmath.acosh(1 + u),
    "atanh(u)": mpmath.atanh,
    "atan2(u, 3)": lambda u: mpmath.atan2(u, 3),
    "atan2(-2, -u)": lambda u: mpmath.atan2(-2, -u),
    "atan2(u^2, u - 1)": lambda u: mpmath.atan2(u * u, u - 1),
    "hypot(u, 2)": lambda u: mpmath.sqrt(u * u + 4),
    "sqrt(u)": mpmath.sqrt,
    "cbrt(-u)": lambda u: -mpmath.cbrt(u),
    "erf(u)": mpmath.erf,
    "erfc(u)": mpmath.erfc,
    "u^3": lambda u: u**3,
    "u^13": lambda u: u**13,
    "u^(-2)": lambda u: u**-2,
    "u^2.5": lambda u: u ** mpmath.mpf("2.5"),
    "u^1.3": lambda u: u ** mpmath.mpf(1.3),
    "u^a": lambda u: u ** mpmath.mpf(1.7),
    "u^u": lambda u: u**u,
    "1/u": lambda u: 1 / u,
    "a/(a + u)": lambda u: mpmath.mpf(1.7) / (mpmath.mpf(1.7) + u),
    "u/(1 + u^2)": lambda u: u / (1 + u * u),
    "(u if a > 1 else sin(u))": lambda u: u,
    "(a - 2*a / 4 - 1) * u": lambda u: (mpmath.mpf(1.7) / 2 - 1) * u,
    "sat(u, a) - aux1": lambda u: u / (u + mpmath.mpf(1.7)) - 2 * u,
    "abs(a)*min(a, 2)*u": lambda u: mpmath.mpf(1.7) ** 2 * u,
    "u*t": lambda u: u * (u - mpmath.mpf("0.1")),
}
TEXT = """u' = 1
f' = {}
a = 1.7
sat(x, k) = x / (x + k)
aux1 = 2*u
u(0) = 0.5"""


@functools.cache
def curve(expression):
    return engine.load_model(TEXT.format(expression))


@pytest.mark.parametrize("expression", FUNCTIONS)
@settings(max_examples=10)
@given(u=st.floats(0.2, 0.9))
def test_recurrences_agree_with_exact_coefficients(expression, u):
    # u = u0 + t, so that the coefficients of f' are those of the function about u0.
    found = coefficients(curve(expression), {"u": u, "f": 0.0}, t0=u - 0.1)[1]
    exact = mpmath.taylor(FUNCTIONS[expression], mpmath.mpf(u), len(found) - 2)
    radius = max(abs(float(c)) ** (1.0 / (k + 1)) for k, c in enumerate(exact))
    scale = max(radius, 1e-300) ** np.arange(1, len(found))
    error = np.abs(found[1:] * np.arange(1, len(found)) - np.array(exact, float)) / scale
    assert np.max(error) < 1e-12


@pytest.mark.parametrize(
    ("rtol", "order"), [(1e-2, 4), (1e-6, 8), (1e-9, 12), (1e-12, 15), (1e-15, 19), (1e-300, 22)]
)
def test_order_follows_from_the_tolerance(rtol, order):
    # Jorba & Zou: 1 - ln(rtol) / 2, rounded up.
    found = coefficients(curve("sin(u)"), {"u": 0.5, "f": 0.0}, rtol=rtol)
    assert found.shape[1] == order + 1


def test_a_large_model_has_the_bits_of_its_equations_written_one_by_one(monkeypatch):
    sim = engine.Sim(lorenz96(8), **TIGHT)
    plan = UnitPlan(model=sim.model, stepper=sim.method, record=sim.record)
    rows = []
    for limit in (0, 10**6):
        monkeypatch.setattr(expansion, "NAMED_OPERATIONS", limit)
        namespace = {}
        exec(render_unit(plan), namespace)
        arrays = initial_run_state(sim)
        arrays.counters[abi.STEP_BOUND] = 20
        arrays.clock[[abi.T_BOUND, abi.T_END]] = 1e300
        rows.append(np.empty((30, 8)))
        memory = np.zeros((namespace["MEMORY_ROWS"], 8))
        namespace["run"](
            arrays.counters, arrays.clock, arrays.params, arrays.state, memory, np.empty(30),
            rows[-1], arrays.analysis_ws, arrays.analysis_out, np.empty((5, 2)),
            arrays.sample_times, arrays.event_memory, np.empty((1, 2)),
        )  # fmt: skip
    assert rows[0][:21].tobytes() == rows[1][:21].tobytes()


KEPLER = """x' = u
y' = v
u' = -x/(x^2 + y^2)^1.5
v' = -y/(x^2 + y^2)^1.5
x(0) = 0.1
v(0) = 4.358898943540674"""


def test_kepler_is_accurate_to_the_last_digits():
    # e = 0.9, a = 1: x = cos E - e, y = sqrt(1 - e^2) sin E, E - e sin E = t.
    result = engine.Sim(engine.load_model(KEPLER), **TIGHT).run(t_end=3.0)
    anomaly = float(mpmath.findroot(lambda a: a - 0.9 * mpmath.sin(a) - 3, 3.0))
    assert result["x"][-1] == pytest.approx(math.cos(anomaly) - 0.9, abs=3e-14)
    assert result["y"][-1] == pytest.approx(math.sqrt(0.19) * math.sin(anomaly), abs=3e-14)
    assert result.provenance["n_steps"] < 40


def test_lorenz_is_accurate_to_the_last_digits():
    # By mpmath.odefun with 30 digits, from (1, 1, 1).
    exact = [-6.5121136994195989803, -6.9740427884170744615, 23.924129572103373164]
    result = engine.Sim("lorenz", y0={"x": 1.0, "y": 1.0, "z": 1.0}, **TIGHT).run(t_end=5.0)
    found = [result[name][-1] for name in "xyz"]
    assert found == pytest.approx(exact, abs=1e-11)


def test_an_oscillator_keeps_its_phase_and_its_samples_are_as_good():
    model = engine.load_model("x' = y\ny' = -x\nx(0) = 1")
    result = engine.Sim(model, sample_dt=0.1, **TIGHT).run(t_end=200.0)
    assert np.max(np.abs(result["x"] - np.cos(result.t))) < 2e-13
    assert result.provenance["n_steps"] < 200


@pytest.mark.parametrize(
    ("rhs", "reason"),
    [
        ("abs(x)", r"abs\(\) is no analytic function"),
        ("max(x, 0)", r"max\(\) is no analytic function"),
        ("a*floor(t)", r"floor\(\) is no analytic function"),
        ("sign(x)", r"sign\(\) is no analytic function"),
        ("round(x)", r"round\(\) is no analytic function"),
        ("copysign(1, x)", r"copysign\(\) is no analytic function"),
        ("x % 2", "remainder"),
        ("x // 2", "rounded division"),
        ("1 if x > 0 else 2", "a condition that depends on the state or on t jumps"),
        ("(x > 0) * x", "a condition that depends on the state or on t jumps"),
    ],
)
def test_what_is_not_analytic_is_refused_by_name(rhs, reason):
    model = engine.load_model(f"x' = y\ny' = {rhs}\na = 2")
    with pytest.raises(
        engine.StepperError, match=f"'taylor' cannot step .*equation of 'y', .*{reason}.*'dop853'"
    ):
        engine.Sim(model, stepper="taylor")


def test_tangent_vectors_are_expanded_too():
    # Of a linear flow the exponents are the real parts of the eigenvalues, at any step size.
    model = engine.load_model(
        "x' = a*x; y' = -b*y; z' = x - z*c; a = 0.3; b = 0.2; c = 1; x(0) = 1"
    )
    spectrum = engine.observers.lyapunov_spectrum(k=3, every=1)
    result = engine.Sim(model, observers=spectrum, **TIGHT).run(t_end=30.0)
    found = result.observers["lyapunov_spectrum"]["exponents"]
    assert found == pytest.approx([0.3, -0.2, -1.0], abs=0.1)
    assert sum(found) == pytest.approx(-0.9, abs=1e-6)


def test_tangent_vectors_and_events_together_are_refused():
    with pytest.raises(engine.ObserverError, match="'taylor' tangent vectors cannot pass events"):
        engine.Sim(
            "integrate_and_fire", stepper="taylor", observers=engine.observers.lyapunov_mle()
        )


def test_events_within_long_steps_are_found():
    # The threshold is passed for 0.28 of a period of 6.28.
    model = engine.load_model("x' = y\ny' = -x\ny(0) = 1\nwhen x > 0.99: n = n + 1\nn = 0")
    result = engine.Sim(model, **TIGHT).run(t_end=200.0)
    assert result.params["n"] == 32
    exact = math.asin(0.99) + 2.0 * math.pi * np.arange(32)
    assert np.max(np.abs(result.events[next(iter(result.events))]["t"] - exact)) < 1e-11


def test_a_bouncing_ball_bounces_at_the_exact_instants():
    model = engine.load_model(
        "h' = v\nv' = -g\ng = 9.81\nh(0) = 1\nwhen cross_down(h, 0): h = 0; v = -0.9*v"
    )
    result = engine.Sim(model, **TIGHT).run(t_end=3.0)
    first = math.sqrt(2.0 / 9.81)
    exact = first + 2.0 * first * np.cumsum([0.0, 0.9, 0.81])
    times = result.events[next(iter(result.events))]["t"]
    assert times[:3] == pytest.approx(exact, abs=1e-12)


def test_an_orbit_at_rest_takes_ever_longer_steps_to_the_end():
    model = engine.load_model("x' = -x\nx(0) = 0")
    result = engine.Sim(model, **TIGHT).run(t_end=1e6)
    assert result.t[-1] == 1e6
    assert len(result) < 15


def test_a_pole_ends_the_run_with_what_led_to_it():
    # x = 1/(1 - t)
    result = engine.Sim(engine.load_model("x' = x^2\nx(0) = 1"), **TIGHT).run(t_end=2.0)
    assert result.status.is_failure
    assert result.t[-1] == pytest.approx(1.0, abs=1e-12)
    good = result.t < 0.999
    assert result["x"][good] == pytest.approx(1.0 / (1.0 - result.t[good]), rel=1e-10)


def test_a_singular_start_is_said():
    result = engine.Sim(engine.load_model("x' = sqrt(x)\nx(0) = 0"), **TIGHT).run(t_end=1.0)
    assert result.status is engine.Status.NAN_DETECTED
    assert result.t[-1] == 0.0


def test_a_tolerance_is_a_number_and_an_edit_of_it_changes_the_order():
    sim = engine.Sim("lorenz", **(TIGHT | {"jit": True}))
    sim.run(n_steps=3)
    before = engine.cache_counts()
    loose = sim.replace(rtol=1e-5, atol=1e-5).run(t_end=1.0)
    tight = sim.run(t_end=1.0)
    after = engine.cache_counts()
    assert (after.compilations, after.renderings) == (before.compilations, before.renderings)
    assert 1e-8 < np.max(np.abs(loose.y[-1] - tight.y[-1])) < 1e-3


@pytest.mark.parametrize(
    ("text", "end"),
    [
        ("x' = 1 - x^n; n = 2; x(0) = 0", math.tanh(1.0)),
        ("x' = sin(t)^n; n = 3; x(0) = 0", 2.0 / 3.0 - math.cos(1.0) + math.cos(1.0) ** 3 / 3.0),
        ("x' = (t - sin(t))^n - t^n; n = 0; x(0) = 0", 0.0),
        ("x' = -x^n; n = 0.5; x(0) = 0", 0.0),
    ],
)
def test_a_power_of_a_parameter_has_its_series_where_it_is_zero(text, end):
    result = engine.Sim(engine.load_model(text), **TIGHT).run(t_end=1.0)
    assert result.status is engine.Status.DONE
    assert result["x"][-1] == pytest.approx(end, abs=1e-13)


def test_a_table_is_made_anew_for_tangent_vectors_where_a_tolerance_is_zero():
    settings = TIGHT | {"rtol": 0.0, "atol": 1e-12}
    run = engine.Sim("lorenz", **settings).start()
    run.advance(n_steps=20)
    run.set_observers((engine.observers.lyapunov_mle(),))
    run.advance(n_steps=20)
    run.set_observers(())
    run.advance(n_steps=20)
    plain = engine.Sim("lorenz", **settings).run(n_steps=60)
    assert run.t == plain.t[-1]
    assert list(run.y) == list(plain.y[-1, :3])
