"""Every bundled model is complete."""

import math

import pytest

from engine.errors import ModelError
from engine.model import list_models, load_model


def test_the_library_holds_the_classics():
    assert list_models("ode") == (
        "bouncing_ball", "duffing", "fitzhugh_nagumo", "integrate_and_fire", "izhikevich",
        "lorenz", "lotka_volterra", "pendulum", "rossler", "van_der_pol",
    )  # fmt: skip
    assert list_models(kind="map") == (
        "henon", "ikeda", "logistic", "standard", "threshold_harvest",
    )  # fmt: skip
    assert list_models() == list_models("ode") + list_models("map")
    with pytest.raises(ModelError, match="unknown kind of model 'flow'"):
        list_models("flow")


@pytest.mark.parametrize("name", list_models())
def test_a_bundled_model_teaches(name):
    model = load_model(name)
    spec = model.spec
    assert spec.name == name
    assert model.kind == ("map" if name in list_models("map") else "ode")
    assert len(spec.meta.description) > 150
    assert len(spec.meta.reference) > 30
    assert spec.meta.title
    assert spec.meta.tags
    assert len(spec.meta.axes) == 2
    assert len(spec.presets) >= 2
    assert all(param.min is not None and param.max is not None for param in spec.params)
    assert all(param.label and param.step for param in spec.params)
    assert len(model.latex()) >= len(spec.states)


@pytest.mark.parametrize("name", list_models())
def test_presets_lie_within_the_ranges_and_fix_every_parameter(name):
    spec = load_model(name).spec
    bounds = {param.name: param.bounds() for param in spec.params}
    for preset in spec.presets:
        assert preset.params.keys() == bounds.keys()
        for key, value in preset.params.items():
            assert bounds[key][0] <= value <= bounds[key][1], (preset.name, key)


WITHOUT_EVENTS = [name for name in list_models() if not load_model(name).spec.events]


@pytest.mark.parametrize("name", WITHOUT_EVENTS)
def test_orbits_of_every_preset_stay_finite_and_move(name, python_rhs):
    model = load_model(name)
    rhs = python_rhs(model)
    for preset in model.spec.presets:
        p = tuple(preset.params.values())
        named = dict(zip(model.state_names, model.initial_state, strict=True))
        y = tuple((named | dict(preset.states)).values())
        start = y
        dt = model.spec.sim.dt
        for step in range(500):
            slope = rhs(step * dt, y, p)
            if model.kind == "map":
                y = slope
                continue
            middle = tuple(a + 0.5 * dt * b for a, b in zip(y, slope, strict=True))
            slope = rhs((step + 0.5) * dt, middle, p)
            y = tuple(a + dt * b for a, b in zip(y, slope, strict=True))
        assert all(map(math.isfinite, y)), preset.name
        assert y != start, preset.name


@pytest.mark.parametrize("name", ["duffing", "pendulum", "lotka_volterra"])
def test_conserved_quantities_have_no_rate_of_change(name, python_rhs):
    model = load_model(name)
    still = {"duffing": (0.0, -1.0, 1.0, 0.0, 1.2), "pendulum": (math.inf, 0.0, 1.0)}
    p = still.get(name, model.param_values)
    y = (0.7, 0.4)
    v = python_rhs(model)(0.0, y, p)
    rates = {
        "duffing": lambda x, w: (w, w * v[1] + (-x + x**3) * v[0]),
        "pendulum": lambda x, w: (w, w * v[1] + math.sin(x) * v[0]),
        "lotka_volterra": lambda x, w: (
            x,
            (p[3] - p[2] / x) * v[0] + (p[1] - p[0] / w) * v[1],
        ),
    }
    assert rates[name](*y)[1] == pytest.approx(0.0, abs=1e-15)
