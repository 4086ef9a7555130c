"""Sections, strobes and extrema between the rows agree with what is located inside the steps."""

import numpy as np
import pytest

import engine
from widgets.live.columns import Piece
from widgets.live.sampling import Crossings, Extrema, Intervals, Sampler, Strobes, roots

observers = engine.observers


def followed(
    sim: engine.Sim, sampler: Sampler, n_steps: int, chunk: int = 97
) -> tuple[np.ndarray, np.ndarray, dict[str, np.ndarray]]:
    """Run in chunks; return times and values sampled, and the trace of the sim's observer."""
    run, first, traces = sim.start(), 0, []
    for _ in range(0, n_steps, chunk):
        piece = run.advance(n_steps=chunk)
        sampler.take(
            Piece(
                model=sim.model,
                names=sim.record,
                t=piece.t,
                y=piece.y,
                params=run.sim.params,
                first=first,
                events=piece.events,
            )
        )
        first += len(piece.t)
        traces += [piece.traces[o.key] for o in sim.observers]
    assert sampler.refused == ""
    _, t, y = sampler.points.read(0, sampler.points.total)
    columns = traces[0] if traces else {}
    trace = {name: np.concatenate([np.asarray(part[name]) for part in traces]) for name in columns}
    return t, y, trace


def problem(name: str, *measured: engine.ObserverModule, **settings: object) -> engine.Sim:
    return engine.Sim(engine.load_model(name), observers=measured, record=True, **settings)


SECTIONS = [
    ("lorenz", "z", 27.0, "up"),
    ("lorenz", "x + y - r2/100", 0.5, "both"),
    ("henon_heiles", "x", 0.0, "down"),
    ("henon", "x", 0.0, "up"),
]


@pytest.mark.parametrize(("name", "surface", "level", "direction"), SECTIONS)
def test_crossings_are_those_of_the_observer(
    name: str, surface: str, level: float, direction: str
) -> None:
    model = engine.load_model(name)
    if "r2" in surface and "r2" not in model.aux_names:
        surface = "x + y - (x^2 + y^2)/100"
    observer = observers.poincare_section(surface, level, direction=direction)
    sampler = Crossings(surface, level, direction, model.state_names)
    t, y, trace = followed(problem(name, observer), sampler, 5000)
    assert len(t) == len(trace["t"]) > 10
    np.testing.assert_allclose(t, trace["t"], atol=1e-10)
    for place, state in enumerate(model.state_names):
        np.testing.assert_allclose(y[place], trace[state], atol=1e-9)


def test_crossings_between_rows_are_of_fourth_order() -> None:
    model = engine.load_model("x' = v\nv' = -x\nx(0) = 1")
    errors = []
    for dt in (0.2, 0.1):
        t = np.arange(0.0, 200.0, dt)
        y = np.column_stack([np.cos(t), -np.sin(t)])
        sampler = Crossings("x", 0.5, "up", ["t"])
        sampler.take(Piece(model=model, names=("x", "v"), t=t, y=y, params={}, first=0))
        found = sampler.points.read(0, 10**6)[1]
        exact = 5.0 / 3.0 * np.pi + 2.0 * np.pi * np.arange(len(found))
        errors.append(np.abs(found - exact).mean())
    assert errors[1] < 1e-6
    assert errors[0] / errors[1] == pytest.approx(16.0, rel=0.15)


def test_a_henon_heiles_section_lies_on_its_energy() -> None:
    sim = problem("henon_heiles", dt=0.02)
    energy = "px^2/2 + py^2/2 + x^2/2 + y^2/2 + x^2*y - y^3/3"
    sampler = Crossings("x", 0.0, "up", ["y", "py", "px", energy])
    _, y, _ = followed(sim, sampler, 20_000)
    start = sim.model.observable(energy)(
        np.zeros(1), {n: np.array([v]) for n, v in sim.y0.items()}, sim.params
    )
    np.testing.assert_allclose(y[3], start[0], rtol=1e-5)
    assert (y[2] > 0.0).all()
    # M. Hénon & C. Heiles, Astron. J. 69 (1964) 73: the bounding curve of the section.
    assert (y[1] ** 2 / 2 + y[0] ** 2 / 2 - y[0] ** 3 / 3 <= start[0] + 1e-9).all()


def test_strobes_are_those_of_the_observer() -> None:
    observer = observers.stroboscope("2*pi/omega")
    sampler = Strobes("2*pi/omega", 0.0, ["x", "v"])
    t, y, trace = followed(problem("duffing", observer), sampler, 20_000)
    period = 2.0 * np.pi / problem("duffing").params["omega"]
    assert len(t) > 30
    np.testing.assert_allclose(t, period * np.arange(1, len(t) + 1), rtol=1e-12)
    np.testing.assert_allclose(y[0], trace["x"], atol=1e-9)
    np.testing.assert_allclose(y[1], trace["v"], atol=1e-9)


def test_a_strobe_of_a_linear_oscillator_comes_to_rest_where_theory_says() -> None:
    text = "x' = v\nv' = cos(w*t) - x - 0.5*v\nw = 1.3"
    t, y, _ = followed(problem(text, dt=0.01), Strobes("2*pi/w", 0.0, ["x", "v"]), 12_000)
    # The response of a damped oscillator: x = Re(A exp(iwt)), A = 1/(1 - w^2 + i w/2).
    amplitude = 1.0 / (1.0 - 1.3**2 + 0.5j * 1.3)
    assert y[0, -1] == pytest.approx(amplitude.real, abs=1e-7)
    assert y[1, -1] == pytest.approx((1.3j * amplitude).real, abs=1e-7)
    assert len(t) == int(t[-1] / (2.0 * np.pi / 1.3) + 1e-6) > 20


def test_strobes_of_a_map_are_every_kth_iterate() -> None:
    sim = problem("logistic")
    t, y, _ = followed(sim, Strobes("3", 0.0, ["x"]), 400)
    rows = sim.run(n_steps=500)
    np.testing.assert_array_equal(t, np.arange(3, 3 * len(t) + 1, 3))
    np.testing.assert_array_equal(y[0], rows["x"][t.astype(int)])


def test_lorenz_maxima_make_the_tent_map() -> None:
    observer = observers.return_map("z")
    _, y, trace = followed(problem("lorenz", observer), Extrema("z"), 40_000)
    m = y[0]
    np.testing.assert_allclose(m[1 : len(trace["next"])], trace["next"][:-1], atol=1e-5)
    # E. N. Lorenz, J. Atmos. Sci. 20 (1963) 130, fig. 4: one cusp, steeper than 1 on both sides.
    before, after = m[5:-1], m[6:]
    order = np.argsort(before)
    before, after = before[order], after[order]
    cusp = int(np.argmax(after))
    assert 38.0 < before[cusp] < 39.5
    left, right = slice(None, cusp - 5), slice(cusp + 5, None)
    for side, sign in ((left, 1.0), (right, -1.0)):
        slope = np.polyfit(before[side], after[side], 1)[0]
        assert sign * slope > 1.0
        assert (sign * np.diff(after[side]) > -0.05).all()


def test_extrema_are_those_of_a_known_curve() -> None:
    text = "x' = 1\ny' = 0"
    sim = problem(text, dt=0.05, stepper="rk4")
    for of, value in (("max", 2.0), ("min", -2.0)):
        t, y, _ = followed(sim, Extrema("2*sin(x) + y - 1 + 1 - y", of), 1000, chunk=7)
        expected = np.pi / 2 * (1 if of == "max" else 3) + 2.0 * np.pi * np.arange(len(t))
        np.testing.assert_allclose(y[0], value, atol=1e-7)
        np.testing.assert_allclose(t, expected, atol=1e-4)


def test_a_jump_is_no_crossing() -> None:
    sim = problem("bouncing_ball")
    velocity = sim.model.state_names[1]
    t, _, _ = followed(sim, Crossings(velocity, 0.0, "down", [velocity]), 600)
    tops = len(t)
    t, _, _ = followed(sim, Crossings(velocity, 0.0, "up", [velocity]), 600)
    assert tops > 2
    assert len(t) == 0


def test_intervals_are_those_between_firings() -> None:
    sim = problem("bouncing_ball")
    event = sim.model.spec.events[0].name
    t, y, _ = followed(sim, Intervals(event), 3000)
    fired = sim.run(n_steps=3100).events[event]["t"]
    assert len(t) > 3
    np.testing.assert_allclose(t, fired[1 : len(t) + 1], rtol=1e-12)
    np.testing.assert_allclose(y[0], np.diff(fired)[: len(t)], rtol=1e-9)


def test_many_roots_are_found_at_once() -> None:
    levels = np.linspace(0.01, 0.99, 25)

    def function(theta: np.ndarray) -> np.ndarray:
        return theta**5 - levels**5

    found = roots(function, function(np.zeros(25)), function(np.ones(25)))
    np.testing.assert_allclose(found, levels, atol=1e-12)
    step = roots(lambda theta: np.where(theta < 0.3, -1.0, 1.0), np.array([-1.0]), np.array([1.0]))
    assert step[0] == pytest.approx(0.3, abs=1e-9)


def test_a_new_beginning_forgets_and_another_model_is_refused() -> None:
    sampler = Crossings("z", 27.0, "up", ["x"])
    followed(problem("lorenz"), sampler, 1000)
    assert sampler.points.total
    sampler.begin()
    assert sampler.points.total == 0
    henon = problem("henon")
    rows = henon.run(n_steps=5)
    sampler.take(
        Piece(
            model=henon.model, names=henon.record, t=rows.t, y=rows.y, params=henon.params, first=0
        )
    )
    assert "z" in sampler.refused
