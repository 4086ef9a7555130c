"""Specifications to text and back: equal, to the bit, whatever they say."""

import warnings

import pytest
from hypothesis import given, settings
from random_specs import full_specs, plain_specs

import engine
from engine.errors import ModelError
from engine.model import Model, load_model, write_equations_text, write_toml
from engine.model.equations_text import read_equations_text
from engine.model.toml import read_toml


def bits(spec):
    return [entry.value.hex() for entry in (*spec.states, *spec.params)]


@settings(max_examples=40)
@given(spec=plain_specs())
def test_plain_equations_give_back_the_specification_that_they_were_written_from(spec):
    text = write_equations_text(spec)
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        warnings.filterwarnings("ignore", ".* is never used; an initial value")
        again = read_equations_text(text)
    assert again == spec
    assert bits(again) == bits(spec)
    assert write_equations_text(again) == text


@settings(max_examples=40)
@given(spec=full_specs())
def test_model_files_give_back_the_specification_that_they_were_written_from(spec):
    text = write_toml(spec)
    again = read_toml(text)
    assert again == spec
    assert bits(again) == bits(spec)
    assert write_toml(again) == text


@settings(max_examples=40)
@given(spec=plain_specs())
def test_both_forms_make_the_same_model(spec):
    model = Model(spec)
    assert load_model(write_toml(spec)).digest == model.digest
    assert load_model(model.equations_text).digest == model.digest


@settings(max_examples=40)
@given(spec=full_specs())
def test_what_plain_equations_cannot_say_is_named(spec):
    with pytest.raises(ModelError, match=r"cannot say .*that constants are no parameters"):
        write_equations_text(spec)
    text = write_equations_text(spec, partial=True)
    again = read_equations_text(text)
    assert again.equations == spec.equations
    assert [event.action for event in again.events] == [event.action for event in spec.events]
    assert text.splitlines()[-1].startswith("# not said here: ")


@pytest.mark.parametrize("name", engine.list_models())
def test_bundled_models_are_readable_as_plain_equations(name):
    model = load_model(name)
    again = load_model(model.equations_text)
    if not model.spec.constants:
        assert again.code == model.code
    assert again.param_values == (*model.param_values, *(c.value for c in model.spec.constants))
    assert write_equations_text(again.spec) == write_equations_text(again.spec, partial=True)


def test_texts_of_a_textbook_keep_their_meaning():
    text = (
        "x[n+1] = r*x[n]*(1 - x[n]) # growth\n"
        "r = 3.5 in [0, 4]; x(0) = 1/3; mean = (x + x[n])/2\nwhen cross_up(x, 0.5): r -= 0.1; x = 0"
    )
    spec = read_equations_text(text)
    written = write_equations_text(spec)
    assert written == (
        "x[n+1] = r*x *(1 - x )\nx(0) = 0.3333333333333333\nr = 3.5 in [0.0, 4.0]\n"
        "mean = (x + x )/2\nwhen cross_up(x, 0.5): r -= 0.1; x = 0\n"
    )
    assert read_equations_text(written) == spec


@pytest.mark.parametrize(
    ("old", "new", "what"),
    [
        ("a = 1", "a = { value = 1, min = 0 }", "one end only of the range of a"),
        ("a = 1", "a = { value = 1, step = 1 }", "steps and scales of sliders"),
        ("a = 1", "a = { value = 1, unit = 's' }", "units and labels"),
        ("[aux]", "[aux]\nh = 'pi/2'", "that h, which depends on nothing, is no parameter"),
        ("[aux]", "[sim]\ndt = 0.5\n[aux]", "[sim]"),
        ("[aux]", "[presets.p.params]\na = 2\n[aux]", "presets"),
        ("[aux]", "[mods.m]\n[aux]", "mods"),
        ("[aux]", "[equations.jacobian]\nexpr = [['a']]\n[aux]", "the Jacobian matrix"),
        ("[aux]", "[events.e]\ncond = 'x > 1'\n[aux]", "names of events"),
        ("[aux]", "[events.when_1]\ncond = 'x > 1'\nlog = ['x']\n[aux]", "phase, trigger, log"),
    ],
)
def test_each_loss_has_its_word(old, new, what):
    file = (
        "[model]\ntype = 'ode'\n[states]\nx = 0\n[params]\na = 1\n[aux]\n[equations.rhs]\nx = 'a'"
    )
    assert write_equations_text(read_toml(file)) == "x' = a\na = 1.0\n"
    with pytest.raises(ModelError) as caught:
        write_equations_text(read_toml(file.replace(old, new), "cell.toml"))
    assert str(caught.value).startswith(f"cell.toml: plain equations cannot say {what}")
