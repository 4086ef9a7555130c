"""Every bundled model is complete."""

import math
import re
from pathlib import Path

import pytest

import engine
from engine.errors import ModelError
from engine.model import list_models, load_model
from engine.model.lattices import LATTICES

FLOWS = {
    "phase lines": "logistic_growth allee_effect saddle_node spruce_budworm adler",
    "normal forms": """saddle_node transcritical pitchfork_supercritical pitchfork_subcritical cusp
        hopf_supercritical hopf_subcritical bogdanov_takens snic""",
    "oscillators": """harmonic_oscillator van_der_pol rayleigh duffing pendulum josephson_junction
        double_pendulum henon_heiles adler kuramoto""",
    "ecology": """lotka_volterra rosenzweig_macarthur competition hastings_powell daisyworld
        chemostat""",
    "chemistry": "brusselator selkov oregonator hires robertson",
    "chaos": """lorenz rossler chen sprott_jerk thomas halvorsen chua rabinovich_fabrikant lorenz_84
        rossler_hyperchaos shimizu_morioka nose_hoover rikitake lorenz_96""",
    "neurons": """hodgkin_huxley morris_lecar fitzhugh_nagumo hindmarsh_rose izhikevich
        integrate_and_fire quadratic_integrate_and_fire adex wilson_cowan""",
    "epidemics": "sir seir sirs",
    "lasers": "laser_rate_equations laser_class_b lorenz_haken",
    "astronomy": "kepler restricted_three_body",
    "hybrid systems": "bouncing_ball thermostat stick_slip",
}
MAPS = """logistic henon ikeda standard circle tent baker lozi arnold_cat gauss sine cubic ricker
    nicholson_bailey delayed_logistic tinkerbell gingerbreadman duffing_map dyadic
    bouncing_ball_map threshold_harvest coupled_logistic"""


def test_the_library_holds_the_classics():
    assert set(" ".join(FLOWS.values()).split()) <= set(list_models("ode"))
    assert set(MAPS.split()) <= set(list_models(kind="map"))
    assert list_models() == list_models("ode") + list_models("map")
    assert len(list_models()) >= 90
    for names in (list_models("ode"), list_models("map")):
        assert list(names) == sorted(names)
    with pytest.raises(ModelError, match="unknown kind of model 'flow'"):
        list_models("flow")


def test_no_two_models_have_one_title_or_one_description():
    metas = [load_model(name).spec.meta for name in list_models()]
    for texts in ([meta.title for meta in metas], [meta.description for meta in metas]):
        assert len(set(texts)) == len(texts)


@pytest.mark.parametrize("name", list_models())
def test_a_bundled_model_teaches(name):
    model = load_model(name)
    spec = model.spec
    assert spec.name == name
    assert model.kind == ("map" if name in list_models("map") else "ode")
    assert len(spec.meta.description) > 150
    assert len(spec.meta.reference) > 30
    assert re.search(r"\((1[6-9]|20)\d\d\)", spec.meta.reference), "the year in parentheses"
    assert spec.meta.title
    assert spec.meta.tags
    assert len(spec.meta.axes) == 2
    assert spec.meta.views
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


@pytest.mark.parametrize("name", list_models())
def test_suggested_observers_can_be_given_to_a_sim(name):
    model = load_model(name)
    observers = engine.observers.suggested(model)
    assert [observer.recipe[0] for observer in observers] == [
        suggestion.name for suggestion in model.spec.meta.observers
    ]
    sim = engine.Sim(model, observers=observers)
    assert {made.key for made in sim.observers} == {made.key for made in observers}


@pytest.mark.parametrize("name", sorted(LATTICES))
def test_the_file_of_a_lattice_is_its_member_of_that_size(name):
    model = load_model(name)
    parts = len(model.state_names)
    assert load_model(name, n=parts).spec == model.spec
    larger = load_model(name, n=parts + 7)
    assert len(larger.state_names) == parts + 7
    assert larger.param_names == model.param_names
    assert load_model(larger.text).spec == larger.spec
    smallest = LATTICES[name].least
    assert len(load_model(name, n=smallest).state_names) == smallest


@pytest.mark.parametrize("n", [3, 0, -1, 2.5, True, "8", 1_001])
def test_a_lattice_of_an_impossible_size_is_refused(n):
    with pytest.raises(ModelError, match=f"n is a whole number from 4 to 1000, not {n!r}"):
        load_model("lorenz_96", n=n)


@pytest.mark.parametrize("source", ["lorenz", "x' = -x", Path("model.toml")])
def test_only_a_lattice_has_any_number_of_states(source):
    with pytest.raises(ModelError, match="has a fixed number of states; n is for coupled_logistic"):
        load_model(source, n=8)


def _with_meta(line):
    return f"[model]\ntype = 'ode'\n[states]\nx = 1\n[equations.rhs]\nx = '-x'\n[meta]\n{line}"


@pytest.mark.parametrize(
    ("line", "message"),
    [
        ("views = ['phase_plan']", r"\[meta\]: views: unknown view 'phase_plan'; did you mean"),
        ("views = 'cobweb'", r"\[meta\] views: a list of texts is expected"),
        ("observers = 'period'", r"\[meta\] observers: a list is expected, not text"),
        ("observers = [3]", r"observers, entry 1: an observer's name or \{ name ="),
        ("observers = [{ level = 1 }]", r"observers, entry 1: an observer's name or"),
        ("observers = ['period', { name = 'drift', expr = [1] }]", "entry 2: expr is a number"),
        ("observer = ['period']", "unknown key 'observer'; did you mean 'observers'"),
    ],
)
def test_a_mistake_in_a_suggestion_is_named(line, message):
    with pytest.raises(ModelError, match=message):
        load_model(_with_meta(line))


@pytest.mark.parametrize(
    ("line", "message"),
    [
        ("observers = ['perod']", "unknown observer 'perod'; did you mean 'period'"),
        ("observers = [{ name = 'period', levl = 1 }]", "period has no argument 'levl'; did you"),
    ],
)
def test_a_suggested_observer_must_exist(line, message):
    with pytest.raises(ModelError, match=message):
        engine.observers.suggested(load_model(_with_meta(line)))


def test_suggestions_keep_their_arguments_on_the_way_through_a_file():
    line = """observers = ["moments", { name = "escape", expr = "x^2", high = 3, stop = true }]"""
    model = load_model(_with_meta(line))
    again = load_model(model.text).spec.meta
    assert again == model.spec.meta
    assert dict(again.observers[1].arguments) == {"expr": "x^2", "high": 3, "stop": True}
    assert isinstance(again.observers[1].arguments["high"], int)


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
