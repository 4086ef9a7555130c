"""Every measurement against what is known of it, in closed form or by NumPy on the rows."""

import math

import numpy as np
import pytest
from registered import load

import engine
from engine import observers

CIRCLE = "x' = w*y\ny' = -w*x\nw = 2\nx(0) = 0\ny(0) = 1"
OMEGA = 2.0


def measured(model, observer, *, jit=False, t_end=None, n_steps=None, **settings):
    """Return an observer's results on a model given as a text or by its name."""
    if isinstance(model, str) and "\n" in model:
        model = engine.load_model(model)
    sim = engine.Sim(model, observers=observer, jit=jit, **settings)
    return sim.run(t_end=t_end, n_steps=n_steps).observers[observer.key]


@pytest.mark.parametrize("stepper", ["rk4", "dopri5"])
def test_section_of_a_circle(stepper):
    # x = sin 2t crosses 1/2 upwards at (pi/6 + 2 pi k) / 2.
    observer = observers.poincare_section("x", 0.5)
    found = measured(CIRCLE, observer, stepper=stepper, dt=0.02, rtol=1e-9, t_end=10.0)
    times = (math.pi / 6.0 + 2.0 * math.pi * np.arange(4)) / OMEGA
    assert found["count"] == len(times)
    assert np.max(np.abs(found.trace["t"] - times)) < 1e-6
    assert np.max(np.abs(found.trace["x"] - 0.5)) < 1e-9
    assert np.allclose(found.trace["y"], math.sqrt(0.75), atol=1e-6)
    assert found["last"] == found.trace["t"][-1]


@pytest.mark.parametrize(
    ("given", "count"),
    [
        ({"expr": "x - y", "direction": "both"}, 7),
        ({"expr": "x > 0.5"}, 4),
        ({"expr": "cross_down(x, 0.5)"}, 3),
        ({"expr": "x", "level": "w/4"}, 4),
        ({"variable": "x", "level": 2.0}, 0),
    ],
    ids=str,
)
def test_sections_may_be_given_in_many_ways(given, count):
    found = measured(CIRCLE, observers.poincare_section(**given), dt=0.02, t_end=10.0)
    assert found["count"] == count == len(found.trace["t"])


def test_section_of_a_map_takes_the_later_iterate():
    model = "x[n+1] = -x\nx(0) = 1"
    found = measured(model, observers.poincare_section("x"), n_steps=6)
    assert list(found.trace["t"]) == [2.0, 4.0, 6.0]
    assert list(found.trace["x"]) == [1.0, 1.0, 1.0]


@pytest.mark.parametrize("period", [0.5, "1/w"])
def test_stroboscope_samples_at_multiples_and_no_running_sum(period):
    observer = observers.stroboscope(period)
    found = measured(CIRCLE, observer, dt=0.01, t_end=20.0)
    times = 0.5 * np.arange(1, 41)
    assert np.max(np.abs(found.trace["t"] - times)) < 1e-9
    assert np.max(np.abs(found.trace["x"] - np.sin(OMEGA * times))) < 1e-6
    long = measured(CIRCLE, observer, dt=2.0, t_end=40.0)
    assert long["count"] == 80.0


def test_stroboscope_of_a_phase_follows_the_phase():
    found = measured(CIRCLE, observers.stroboscope(phase="w*t"), dt=0.01, t_end=10.0)
    assert np.allclose(found.trace["t"], math.pi * np.arange(1, 4), atol=1e-9)
    assert np.max(np.abs(found.trace["x"])) < 1e-6


def test_stroboscope_counts_what_one_step_cannot_leave():
    found = measured(CIRCLE, observers.stroboscope(0.01), dt=1.0, n_steps=3)
    assert found["count"] == 48.0
    assert found["count"] + found["skipped"] == 300.0


def test_extrema_of_a_circle():
    found = measured(CIRCLE, observers.extrema("3*x"), dt=0.02, t_end=10.0)
    times = (0.5 + np.arange(6)) * math.pi / OMEGA
    assert np.allclose(found.trace["t"], times, atol=1e-6)
    assert np.allclose(found.trace["value"], [3.0, -3.0] * 3, atol=1e-6)
    assert list(found.trace["kind"]) == [1.0, -1.0] * 3
    high = measured(CIRCLE, observers.extrema("x^2 + y", kind="max"), dt=0.02, t_end=3.0)
    assert np.allclose(high.trace["value"], 1.25, atol=1e-6)


def test_extrema_of_a_map_are_iterates_between_lower_ones():
    rows = engine.Sim(load("henon"), observers=observers.extrema(kind="max"), jit=False)
    result = rows.run(n_steps=200)
    x = result["x"]
    places = 1 + np.flatnonzero((x[1:-1] > x[:-2]) & (x[1:-1] >= x[2:]))
    assert list(result.observers["extrema"].trace["t"]) == list(places)
    assert list(result.observers["extrema"].trace["value"]) == list(x[places])


def test_return_map_pairs_successive_values():
    pairs = measured(load("logistic"), observers.return_map(), n_steps=50, params={"r": 3.9})
    before, after = pairs.trace["previous"], pairs.trace["next"]
    assert np.allclose(after, 3.9 * before * (1.0 - before), atol=1e-15)
    lorenz = measured("lorenz", observers.return_map("z"), t_end=40.0)
    assert np.all(lorenz.trace["next"][:-1] == lorenz.trace["previous"][1:])
    # Lorenz's cusp map: the slope is everywhere steeper than 1, so low maxima are followed by
    # higher ones.
    low = lorenz.trace["previous"] < 34.0
    assert np.all(lorenz.trace["next"][low] > lorenz.trace["previous"][low])
    section = measured(CIRCLE, observers.return_map("y", section="x"), dt=0.02, t_end=10.0)
    assert np.allclose(section.trace["next"], 1.0, atol=1e-6)


def test_moments_of_a_sine_are_known():
    found = measured(CIRCLE, observers.moments("x"), dt=math.pi / 200.0, n_steps=2000)
    known = {"mean": 0.0, "variance": 0.5, "skewness": 0.0, "kurtosis": -1.5}
    for name, value in known.items():
        assert found[name] == pytest.approx(value, abs=1e-6)


def test_moments_equal_those_of_the_rows():
    observer = observers.moments(("x", "x*y", "aux.r2"), covariance=True)
    text = "x[n+1] = 1 - 1.4*x^2 + y\ny[n+1] = 0.3*x\nr2 = x^2 + y^2\nx(0) = 0.1"
    model = engine.load_model(text)
    result = engine.Sim(model, observers=observer, jit=False).run(n_steps=2000)
    x, y = result["x"][1:], result["y"][1:]
    columns = np.array([x, x * y, x * x + y * y])
    central = columns - columns.mean(axis=1, keepdims=True)
    variance = columns.var(axis=1)
    found = result.observers["moments"]
    assert np.allclose(found["mean"], columns.mean(axis=1), rtol=1e-13)
    assert np.allclose(found["covariance"], np.cov(columns, ddof=0), rtol=1e-11)
    assert np.allclose(found["skewness"], (central**3).mean(axis=1) / variance**1.5, rtol=1e-10)
    assert np.allclose(found["kurtosis"], (central**4).mean(axis=1) / variance**2 - 3, rtol=1e-10)


def test_moments_are_weighted_by_time_where_steps_differ():
    found = measured("x' = -x\nx(0) = 1", observers.moments("x"), stepper="dopri5", t_end=6.0)
    assert found["mean"] == pytest.approx((1.0 - math.exp(-6.0)) / 6.0, rel=2e-2)
    assert found["weight"] == pytest.approx(6.0)


def test_moments_lose_no_digits_beside_a_large_offset():
    model = "x[n+1] = -x\nbig = 1e9\nx(0) = 1"
    found = measured(model, observers.moments("big + x"), n_steps=20_001, jit=True)
    assert found["mean"] == pytest.approx(1e9 - 1.0 / 20_001, abs=1e-6)
    assert found["variance"] == pytest.approx(1.0, abs=1e-6)


def test_period_and_amplitude_of_a_circle():
    found = measured(CIRCLE, observers.period("5*x + 1", 1.0), dt=0.05, t_end=20.0)
    assert found["period"] == pytest.approx(math.pi, abs=1e-5)
    assert found["amplitude"] == pytest.approx(5.0, abs=1e-4)
    assert found["frequency"] == pytest.approx(1.0 / math.pi, abs=1e-5)
    assert found["std"] < 1e-6
    assert found["count"] == len(found.trace["period"]) == 5


def test_intervals_of_a_modulated_phase():
    found = measured(
        "x' = 1 + 0.5*sin(x)\nx(0) = 0",
        observers.intervals("sin(x)"),
        dt=0.01,
        t_end=60.0,
    )
    # The phase turns once in 2 pi / sqrt(1 - 1/4).
    assert found["mean"] == pytest.approx(2.0 * math.pi / math.sqrt(0.75), abs=1e-6)
    assert found["cv"] < 1e-6
    assert found["shortest"] <= found["last"] <= found["longest"]


def test_escape_is_located_and_may_stop_the_run():
    model = engine.load_model("x' = x\nx(0) = 1")
    sim = engine.Sim(model, dt=0.1, observers=observers.escape("x", -5.0, 5.0, stop=True))
    run = sim.start()
    chunk = run.advance(n_steps=100)
    assert chunk.status is engine.Status.USER_BREAK
    found = dict(run.observers["escape"])
    assert found["time"] == pytest.approx(math.log(5.0), abs=1e-5)
    assert (found["escaped"], found["side"]) == (1.0, 1.0)
    assert run.n_steps == 17
    assert run.advance(n_steps=10).status is engine.Status.DONE
    assert run.n_steps == 27
    whole = sim.replace(observers=()).run(n_steps=27)
    assert run.results().y.tobytes() == whole.y.tobytes()
    assert len(sim.run(n_steps=100)) == 18
    assert engine.replay(sim, run.journal).n_steps == 27


def test_an_orbit_that_begins_outside_escapes_at_once():
    found = measured("x' = x\nx(0) = 9", observers.escape("x", high=5.0), n_steps=3)
    assert found["time"] == 0.0


def test_recurrence_of_a_rotation():
    # The ball of radius r around a point of the circle is entered 2 asin(r / 2) before each turn.
    found = measured(CIRCLE, observers.recurrence(0.1), dt=0.01, t_end=20.0)
    lead = 2.0 * math.asin(0.05) / OMEGA
    assert found.trace["interval"][0] == pytest.approx(math.pi - lead, abs=1e-6)
    assert np.allclose(found.trace["interval"][1:], math.pi, atol=1e-6)
    assert found["rate"] == pytest.approx(2.0 * lead / math.pi, rel=0.1)
    elsewhere = measured(
        CIRCLE, observers.recurrence(0.1, {"x": 1.0, "y": 0.0}), dt=0.01, t_end=20.0
    )
    assert math.isnan(elsewhere.trace["interval"][0])
    assert elsewhere["mean"] == pytest.approx(math.pi, abs=1e-6)


@pytest.mark.parametrize("edges", [None, [0.0, 0.1, 0.15, 0.5, 0.9, 0.95]], ids=["even", "uneven"])
def test_histogram_counts_as_numpy_does(edges):
    observer = observers.histogram("x", 0.1, 0.9, 37, edges=edges)
    sim = engine.Sim(load("logistic"), params={"r": 4.0}, observers=observer, jit=False)
    result = sim.run(n_steps=3000)
    found, x = result.observers["histogram"], result["x"][1:]
    counts, grid = np.histogram(x, found["edges"])
    assert np.array_equal(found["counts"], counts)
    assert found["below"] == np.sum(x < grid[0])
    assert found["above"] == np.sum(x > grid[-1])
    assert found["total"] == 3000.0
    inside = 1.0 - (found["below"] + found["above"]) / 3000.0
    assert np.sum(found["density"] * np.diff(grid)) == pytest.approx(inside)


def test_values_on_edges_belong_where_numpy_puts_them():
    model = "x[n+1] = x + 0.1\nx(0) = -0.1"
    observer = observers.histogram("x", 0.0, 1.0, 10)
    result = engine.Sim(engine.load_model(model), observers=observer, jit=False).run(n_steps=14)
    counts, _ = np.histogram(result["x"][1:], result.observers["histogram"]["edges"])
    assert np.array_equal(result.observers["histogram"]["counts"], counts)


def test_histogram2d_counts_as_numpy_does():
    observer = observers.histogram2d(
        "x", "y", x_range=(-1.0, 1.2), y_range=(-0.3, 0.2), bins=(20, 30)
    )
    result = engine.Sim(load("henon"), observers=observer, jit=False).run(n_steps=2000)
    found = result.observers["histogram2d"]
    grid = (found["x_edges"], found["y_edges"])
    counts, _, _ = np.histogram2d(result["x"][1:], result["y"][1:], grid)
    assert np.array_equal(found["counts"], counts)
    assert found["counts"].sum() + found["outside"] == 2000.0


def test_a_million_cells_compile_and_run_as_quickly_as_ten():
    make = observers.histogram2d
    sim = engine.Sim(load("henon"), observers=make(x_range=(-2.0, 2.0), bins=10))
    sim.run(n_steps=10)
    before = engine.cache_counts()
    fine = sim.replace(observers=make(x_range=(-2.0, 2.0), bins=1000))
    run = fine.start()
    run.advance(n_steps=1000)
    snapshot = run.snapshot()
    run.advance(n_steps=1000)
    run.restore(snapshot)
    after = engine.cache_counts()
    assert (after.renderings, after.compilations) == (before.renderings, before.compilations)
    assert run.observers["histogram2d"]["counts"].shape == (1000, 1000)
    assert run.observers["histogram2d"]["total"] == 1000.0


def test_drift_of_an_energy():
    # Euler's rule multiplies x^2 + y^2 by 1 + (w dt)^2 in every step.
    observer = observers.drift("x^2 + y^2", trace_every=10)
    found = measured(CIRCLE, observer, stepper="euler", dt=0.01, n_steps=100)
    assert found["initial"] == 1.0
    assert found["last"] == found["max"] == pytest.approx((1.0 + 0.02**2) ** 100 - 1.0)
    assert len(found.trace["drift"]) == 10
    assert measured(CIRCLE, observers.drift("x"), dt=0.01, n_steps=10)["last"] > 0.0


@pytest.mark.parametrize(
    ("make", "message"),
    [
        (lambda: observers.poincare_section("x + q"), "observer 'poincare_section', surface, col"),
        (lambda: observers.moments(("x", "zz")), "unknown name 'zz'"),
        (lambda: observers.recurrence(1.0, {"x": 1.0}), "no value for y"),
        (lambda: observers.recurrence(1.0, {"xx": 1.0}), "is not a state"),
        (lambda: observers.lyapunov_spectrum(3), "k = 3 exponents of a model with 2 states"),
        (lambda: observers.extrema("floor(y"), "observer 'extrema', value"),
    ],
)
def test_what_does_not_fit_the_model_is_named_when_the_sim_is_made(make, message):
    with pytest.raises(engine.PhasescopeError, match=message):
        engine.Sim(load("henon"), observers=make())


@pytest.mark.parametrize(
    ("make", "message"),
    [
        (lambda: observers.poincare_section("x", direction="upp"), "did you mean 'up'"),
        (lambda: observers.poincare_section("x", float("nan")), "level = nan is not finite"),
        (lambda: observers.histogram("x", 1.0, 0.0), "do not fit between"),
        (lambda: observers.histogram("x", edges=[0, 0, 1]), "do not increase"),
        (lambda: observers.escape("x", 2.0, 1.0), "is not below"),
        (lambda: observers.extrema("x", kind="maxi"), "did you mean 'max'"),
        (lambda: observers.stroboscope(0.0), "is not positive"),
        (lambda: observers.moments(()), "not a sequence of expressions"),
        (lambda: observers.drift(5), "is not an expression"),
        (lambda: observers.lyapunov_mle(since="edit"), "'start' or 'change'"),
        (lambda: observers.lyapunov_mle(key="a b"), "not an identifier"),
        (lambda: observers.recurrence(-1.0), "not positive"),
    ],
)
def test_wrong_settings_are_named(make, message):
    with pytest.raises(engine.ObserverError, match=message):
        make()
