"""Presets: listed, applied, added, saved and loaded; nothing of it compiles or changes an orbit."""

import re

import numpy as np
import pytest

import engine
from engine.errors import ModelError
from engine.model import Preset

CELL = """
[model]
type = "ode"
name = "cell"
[states]
v = 1.0
u = 0.0
[params]
a = 0.5
b = 0.2
[constants]
g = 9.0
[equations.rhs]
v = "-a*v + u"
u = "a*(b*v - u)"
[presets.fast_spiking.params]
a = 0.1
[presets.fast_start]
params = { a = 2.0, b = 1.0 }
states = { v = 5.0 }
[presets.rest.states]
u = -1.0
"""
THEIRS = """
[__presets__]
schema = "dynlib-presets-v1"

[presets.fast_start.params]
a = 3

[presets.slow.params]
a = 0.01
b = "g / 3"

[presets.slow.states]
v = 0.0
"""


@pytest.fixture(scope="module")
def model():
    return engine.load_model(CELL)


def test_presets_are_listed_by_pattern_in_the_order_of_the_file(model):
    assert model.list_presets() == ("fast_spiking", "fast_start", "rest")
    assert model.list_presets("fast_*") == ("fast_spiking", "fast_start")
    assert model.list_presets("[qr]est") == ("rest",)
    assert model.presets["rest"] == Preset(name="rest", states={"u": -1.0})
    assert list(model.presets) == list(model.list_presets())
    assert "rest" in model.presets
    assert "sleep" not in model.presets


def test_a_sim_takes_over_a_preset(model):
    sim = engine.Sim(model, jit=False, params={"b": 7.0}).with_preset("fast_spiking")
    assert (dict(sim.params), dict(sim.y0)) == ({"a": 0.1, "b": 7.0}, {"v": 1.0, "u": 0.0})
    sim = sim.with_preset("fast_start")
    assert (dict(sim.params), dict(sim.y0)) == ({"a": 2.0, "b": 1.0}, {"v": 5.0, "u": 0.0})


def test_a_run_takes_over_a_preset_at_the_next_step_and_replays(model):
    sim = engine.Sim(model, jit=False, dt=0.1)
    run = sim.start()
    run.advance(n_steps=5)
    before = run.state
    run.apply_preset("fast_start")
    assert run.state == {"v": 5.0, "u": before["u"]}
    assert run.params == {"a": 2.0, "b": 1.0}
    run.advance(n_steps=5)
    twin = engine.replay(sim, run.journal)
    assert np.array_equal(twin.y, run.y)
    stored = engine.Journal.from_dict(run.journal.to_dict())
    assert np.array_equal(engine.replay(sim, stored).results().y, run.results().y)
    assert run.results().segments[-1].params == {"a": 2.0, "b": 1.0}
    run.rewind(step=5)
    assert run.state == before
    by_hand = sim.start()
    by_hand.advance(n_steps=5)
    by_hand.set_params(a=2.0, b=1.0)
    by_hand.set_state(v=5.0)
    by_hand.advance(n_steps=5)
    assert np.array_equal(by_hand.y, twin.y)


def test_a_run_keeps_its_values_as_a_preset(model, tmp_path):
    run = engine.Sim(model, jit=False, dt=0.1).start()
    run.advance(n_steps=5)
    run.add_preset("here")
    state, params = run.state, run.params
    run.advance(n_steps=5)
    run.rewind(step=0)
    run.apply_preset("here")
    assert (run.state, run.params) == (state, params)
    run.add_preset("half", params={"a": np.int64(1)})
    assert run.presets["half"] == Preset(name="half", params={"a": 1.0})
    assert run.list_presets("h*") == ("here", "half")
    assert run.save_preset("h*", tmp_path / "mine.toml") == ("here", "half")
    other = engine.Sim(model, jit=False).start()
    other.load_preset("he*", tmp_path / "mine.toml")
    assert other.presets["here"] == run.presets["here"]
    assert "half" not in other.presets


def test_a_preset_never_compiles(model):
    more = model.with_preset("new", {"a": 1.0}).with_preset("rest", {"a": 2.0}, overwrite=True)
    assert more.digest == model.digest
    assert more.list_presets() == (*model.list_presets(), "new")
    assert model.list_presets("new") == ()
    assert engine.load_model(more.text).spec == more.spec
    key = engine.get_runner(engine.RunnerVariant.BASE, model=model, stepper="rk4", jit=False)
    counts = engine.cache_counts()
    again = engine.get_runner(engine.RunnerVariant.BASE, model=more, stepper="rk4", jit=False)
    assert again is key
    assert engine.cache_counts().renderings == counts.renderings


def test_a_file_of_the_other_program_is_read(model, tmp_path):
    path = tmp_path / "theirs.toml"
    path.write_text(THEIRS, encoding="utf-8")
    more = model.load_presets(path, "slow")
    assert more.presets["slow"] == Preset(
        name="slow", params={"a": 0.01, "b": 3.0}, states={"v": 0.0}
    )
    with pytest.raises(ModelError, match="there is already another preset 'fast_start'; on_conf"):
        model.load_presets(path)
    assert model.load_presets(path, on_conflict="keep").presets["fast_start"].params["a"] == 2.0
    replaced = model.load_presets(path, on_conflict="replace").presets["fast_start"]
    assert replaced == Preset(name="fast_start", params={"a": 3.0})


def test_presets_are_read_from_a_model_file_too(model, tmp_path):
    path = tmp_path / "cell.toml"
    path.write_text(CELL, encoding="utf-8")
    bare = engine.load_model(CELL[: CELL.index("[presets")])
    assert bare.load_presets(path).spec == model.spec


def test_saving_keeps_the_other_presets_of_the_file(model, tmp_path):
    path = tmp_path / "theirs.toml"
    path.write_text(THEIRS, encoding="utf-8")
    assert model.save_presets(path, "rest") == ("rest",)
    assert model.save_presets(path, "rest") == ("rest",)
    with pytest.raises(ModelError, match="there is already another preset 'fast_start'; overwrite"):
        model.save_presets(path)
    model.save_presets(path, overwrite=True)
    both = engine.load_model(CELL[: CELL.index("[presets")]).load_presets(path)
    assert set(both.list_presets()) == {"fast_start", "slow", "rest", "fast_spiking"}
    assert dict(both.presets) == {**dict(both.presets), **dict(model.presets)}
    assert [found.name for found in tmp_path.iterdir()] == ["theirs.toml"]


@pytest.mark.parametrize(
    ("act", "message"),
    [
        (lambda m, p: m.presets["fast_sart"],
         "cell: unknown preset 'fast_sart'; did you mean 'fast_start'?"),
        (lambda m, p: engine.Sim(m).with_preset("reset"),
         "unknown preset 'reset'; did you mean 'rest'?"),
        (lambda m, p: engine.Sim(m, jit=False).start().apply_preset("x"), "unknown preset 'x'"),
        (lambda m, p: m.with_preset("rest", {"a": 1}),
         "there is already a preset 'rest'; overwrite=True replaces it"),
        (lambda m, p: m.with_preset("new"), "the preset 'new' is empty: give params= or states="),
        (lambda m, p: m.with_preset("", {"a": 1}), "the name of a preset is a text, not ''"),
        (lambda m, p: m.with_preset("new", {"aa": 1}),
         "[presets.new.params] unknown name 'aa'; did you mean 'a'?"),
        (lambda m, p: m.with_preset("new", states={"w": 1}),
         "[presets.new.states] unknown name 'w'; valid: v, u"),
        (lambda m, p: m.with_preset("new", {"a": "1"}), "new: a = '1' is not a number"),
        (lambda m, p: m.with_preset("new", {"a": np.nan}), "new: a = nan is not finite"),
        (lambda m, p: m.load_presets(p / "no.toml"), "cannot read the file of presets"),
        (lambda m, p: m.load_presets(p / "theirs.toml", "slwo"),
         "theirs.toml: no preset matches 'slwo'; did you mean 'slow'?"),
        (lambda m, p: m.load_presets(p / "theirs.toml", on_conflict="kep"),
         "on_conflict = 'kep' is not known; did you mean 'keep'?"),
        (lambda m, p: m.load_presets(p / "schema.toml"),
         "schema.toml [__presets__] schema: 'dynlib-presets-v1' is expected, not 'v2'"),
        (lambda m, p: m.load_presets(p / "other.toml"), "other.toml [preset]: unknown table"),
        (lambda m, p: m.load_presets(p / "broken.toml"), "broken.toml: not valid TOML"),
        (lambda m, p: m.load_presets(p / "unfit.toml"),
         "unfit.toml [presets.x.params] unknown name 'c'"),
        (lambda m, p: m.save_presets(p / "new.toml", "zzz"), "cell: no preset matches 'zzz'"),
        (lambda m, p: m.save_presets(p / "no" / "new.toml"), "cannot write the file of presets"),
        (lambda m, p: m.save_presets(p / "other.toml"), "other.toml [preset]: unknown table"),
    ],
)  # fmt: skip
def test_misuse_of_presets_names_the_way_out(model, tmp_path, act, message):
    for name, text in (
        ("theirs", THEIRS),
        ("schema", THEIRS.replace("-v1", "-v2").replace("dynlib-presets-v2", "v2")),
        ("other", "[preset.x.params]\na = 1"),
        ("broken", "[presets"),
        ("unfit", "[presets.x.params]\nc = 1"),
    ):
        (tmp_path / f"{name}.toml").write_text(text, encoding="utf-8")
    with pytest.raises(ModelError, match=re.escape(message)):
        act(model, tmp_path)
