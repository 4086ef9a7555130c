"""Variants of a model: what they change, in which order, and what is refused."""

import re

import pytest

from engine.errors import ModelError
from engine.model import Aux, Event, Formula, Function, Model, Param, load_model
from engine.model.toml import read_toml

CELL = """
[model]
type = "ode"
name = "cell"
[states]
v = -65.0
w = { value = 0.0, unit = "nA" }
[params]
a = { value = 1.0, min = 0.0, max = 5.0, label = "rate" }
b = 2.0
drive = 1.0
[constants]
base = 3.0
[functions.gain]
args = ["u"]
expr = "2 * u"
[aux]
total = "v + w"
energy = "v^2"
[equations.rhs]
v = "gain(v) * a + drive"
w = "b * w"
[events.spike]
cond = "v > 30"
action = "v = -65"
log = ["v"]
[events.tick]
cond = "w > 1"
[sim]
record = ["v", "aux.energy"]
t_end = 5.0
[presets.fast.params]
a = 4.0
drive = 2.0
[presets.rest.states]
v = -70.0
[meta]
axes = ["v", "aux.energy"]

[mods.tuned]
group = "tuning"
exclusive = true
[mods.tuned.set.params]
a = 4.5
b = { value = "base / 2", max = 9.0, unit = "Hz" }
[mods.tuned.set.states]
v = -60
w = { value = 1.0, label = "slow" }
[mods.tuned.set.sim]
t_end = 50
stepper = "dopri5"

[mods.slow]
name = "slow"
group = "tuning"
set.params.a = 0.5

[mods.driven]
remove.params.names = ["drive"]
add.params.freq = 0.5
add.aux.drive = "sin(2*pi*freq*t)"

[mods.events]
remove.events = ["tick"]
[mods.events.replace.events.spike]
cond = "v > 20"
action.w = "w + 1"
phase = "start"
[mods.events.add.events.tock]
cond = "w < 0"
tags = ["late"]

[mods.everything]
remove = { aux = { names = ["energy"] }, functions = { names = ["gain"] } }
replace = { params = { b = { value = 7.0, label = "seven" } }, aux = { total = "v - w" } }
[mods.everything.add]
functions.gain = { args = ["u", "k"], expr = "k * u" }
aux.more = "total + 1"
[mods.everything.set]
functions.gain.expr = "k + u"
functions.twice = { args = ["u"], expr = "2*u" }
aux = { more = "total + 2", most = "more" }
events.spike = { cond = "v > 10" }
events.new = { cond = "v < -99", action = "v = 0" }

[mods.wrong]
replace.functions.gain = { args = [], expr = "2" }
"""


def _file(mods: str) -> str:
    return CELL[: CELL.index("[mods.tuned]")] + mods


def _load(*mods: str) -> Model:
    return load_model(CELL, mods=mods)


def test_a_model_without_mods_is_as_its_file_says():
    model = _load()
    assert model.mods == ()
    assert [mod.name for mod in model.spec.mods] == [
        "tuned", "slow", "driven", "events", "everything", "wrong",
    ]  # fmt: skip
    assert model.digest == load_model(_file("")).digest


def test_set_changes_numbers_and_not_the_structure():
    model = _load("tuned")
    assert model.mods == ("tuned",)
    assert model.spec.params[:2] == (
        Param(name="a", value=4.5, min=0.0, max=5.0, label="rate"),
        Param(name="b", value=1.5, max=9.0, unit="Hz"),
    )
    assert model.initial_state == (-60.0, 1.0)
    assert (model.spec.states[1].unit, model.spec.states[1].label) == ("nA", "slow")
    assert (model.spec.sim.t_end, model.spec.sim.stepper) == (50.0, "dopri5")
    assert model.spec.sim.record == ("v", "aux.energy")
    assert model.digest == _load().digest


def test_a_parameter_becomes_an_aux():
    model = _load("driven")
    assert model.param_names == ("a", "b", "freq")
    assert model.aux_names == ("total", "energy", "drive")
    assert [preset.params for preset in model.spec.presets] == [{"a": 4.0}, {}]
    assert model.digest != _load().digest


def test_events_are_removed_replaced_and_added_in_this_order():
    assert _load("events").spec.events == (
        Event(
            name="spike",
            condition=Formula(text="v > 20"),
            action=(Formula(text="w = w + 1"),),
            phase="start",
        ),
        Event(name="tock", condition=Formula(text="w < 0"), tags=("late",)),
    )


def test_the_verbs_act_in_their_fixed_order_on_every_table():
    # gain takes one argument in the equations, so only the specification can be looked at.
    with pytest.raises(ModelError, match=re.escape("gain() takes 2 arguments, not 1")):
        _load("everything")
    model = load_model(CELL.replace("gain(v) * a", "gain(v, a)").replace(
        'args = ["u"]\nexpr = "2 * u"', 'args = ["u", "k"]\nexpr = "2 * u"'
    ), mods=["everything"])  # fmt: skip
    spec = model.spec
    assert spec.functions == (
        Function(name="gain", args=("u", "k"), formula=Formula(text="k + u")),
        Function(name="twice", args=("u",), formula=Formula(text="2*u")),
    )
    assert spec.aux == (
        Aux(name="total", formula=Formula(text="v - w")),
        Aux(name="more", formula=Formula(text="total + 2")),
        Aux(name="most", formula=Formula(text="more")),
    )
    assert spec.params[1] == Param(name="b", value=7.0, label="seven")
    assert spec.events[0] == Event(
        name="spike", condition=Formula(text="v > 10"),
        action=(Formula(text="v = -65"),), log=("v",),
    )  # fmt: skip
    assert [event.name for event in spec.events] == ["spike", "tick", "new"]
    assert spec.sim.record == ("v",)
    assert spec.meta.axes == ("v",)


def test_mods_act_one_after_the_other():
    model = load_model(
        _file("[mods.first.set.params]\na = 2\nb = 3\n[mods.second.set.params]\na = 4"),
        mods=["first", "second"],
    )
    assert model.param_values == (4.0, 3.0, 1.0)
    assert model.mods == ("first", "second")
    assert load_model(CELL, mods="slow").param_values[0] == 0.5


@pytest.mark.parametrize("mods", [(), ("tuned",), ("driven", "slow"), ("events",)])
def test_the_text_of_a_modded_model_loads_to_an_equal_model(mods):
    model = _load(*mods)
    again = load_model(model.text)
    assert again.spec == model.spec
    assert (again.mods, again.digest) == (mods, model.digest)
    assert again.text == model.text


def test_mods_of_the_written_text_act_as_those_of_the_file():
    written = _load().text
    for mods in (("tuned",), ("driven", "events"), ("slow",)):
        assert load_model(written, mods=mods).spec == _load(*mods).spec


def test_mods_stand_in_files_of_their_own(tmp_path):
    path = tmp_path / "cell.toml"
    path.write_text(_file(""), encoding="utf-8")
    collection = tmp_path / "mods.toml"
    collection.write_text(CELL[CELL.index("[mods.tuned]") :], encoding="utf-8")
    alone = tmp_path / "alone.toml"
    alone.write_text('[mod]\nname = "mine"\n[mod.set.params]\na = "base"\n', encoding="utf-8")
    assert (
        load_model(path, mods=[f"{collection}#mod=slow"]).spec.params == _load("slow").spec.params
    )
    mine = load_model(path, mods=[alone])
    assert (mine.mods, mine.param_values[0]) == (("mine",), 3.0)
    assert load_model(mine.text).spec == mine.spec
    assert load_model(path, mods=["inline: [mod]\nset.params.a = 1.5"]).mods == ("unnamed",)
    path.write_text(CELL, encoding="utf-8")
    assert load_model(f"{path}#mod=slow", mods=["driven"]).mods == ("slow", "driven")


@pytest.mark.parametrize(
    ("text", "mods", "message"),
    [
        (CELL, ["slw"], "cell: unknown mod 'slw'; did you mean 'slow'?"),
        (CELL, ["slow", "slow"], "cell: the mod 'slow' is applied twice"),
        (CELL, ["slow", "tuned"], "cell: the mods 'slow' and 'tuned' exclude each other: of the "
         "group 'tuning' only one can be applied"),
        (CELL, [3], "mods are given as ['name', …], not as 3"),
        (CELL, 3, "mods are given as ['name', …], not as 3"),
        (CELL, ["nowhere.toml"], "cannot read the file of mods 'nowhere.toml'"),
        (CELL, ["inline:\nx"], "mod: not valid TOML"),
        (CELL, ["inline:\nx = 1"], "mod: there is no table [mod] or [mods.NAME]"),
        (CELL, ["inline:\n[mods.a]\n[mods.b]"], "mod: several mods, a, b; say which"),
        ("remove.events = ['spik']", ["m"],
         "[mods.m.remove.events] spik: there is no event 'spik'; did you mean 'spike'?"),
        ("replace.aux.totl = '1'", ["m"],
         "[mods.m.replace.aux] totl: there is no aux 'totl'; did you mean 'total'?"),
        ("add.params.a = 1", ["m"], "[mods.m.add.params] a: there is already a parameter 'a'"),
        ("add.aux.total = 'v'", ["m"], "[mods.m.add.aux] total: there is already an aux 'total'"),
        ("set.params.aa = 1", ["m"], "[mods.m.set.params] aa: there is no parameter 'aa'"),
        ("set.states.x = 1", ["m"], "[mods.m.set.states] x: there is no state 'x'; valid: v, w"),
        ("set.params.a = 9", ["m"], "[mods.m.set.params] a: the value 9 lies outside [0, 5]"),
        ("set.events.spke.phase = 'start'", ["m"], "[mods.m.set.events] spke: there is no event "
         "'spke' yet, and the key 'cond' that a new one needs is missing; did you mean 'spike'?"),
        ("add.params.total = 1", ["m"], "[mods.m]: [aux] total: already defined in [params]"),
        ("set.sim.dt = -1", ["m"], "[mods.m]: dt must be positive, not -1"),
    ],
)  # fmt: skip
def test_a_mod_that_cannot_be_applied_is_refused(text, mods, message):
    with pytest.raises(ModelError) as caught:
        load_model(text if text == CELL else _file(f"[mods.m]\n{text}"), mods=mods)
    assert message in str(caught.value)


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("sett.params.a = 1", "[mods.m]: unknown key 'sett'; did you mean 'set'?"),
        ("add.states.x = 1", "[mods.m.add]: unknown key 'states'; valid: events, params, aux, f"),
        ("remove.params.name = ['a']", "[mods.m.remove.params]: unknown key 'name'; did you mea"),
        ("remove.params.names = 'a'", "[mods.m.remove.params] names: a list of texts is expected"),
        ("exclusive = 1", "[mods.m] exclusive: true or false is expected, not 1"),
        ("set.params.a = true", "[mods.m.set.params] a: a number is expected, not true or false"),
        ("set.params.a = { vale = 1 }", "[mods.m.set.params.a]: unknown key 'vale'; did you mean"),
        ("add.params.c = { min = 1 }", "[mods.m.add.params.c] value: a number is expected, not"),
        ("set.functions.f.exp = '1'", "[mods.m.set.functions.f]: unknown key 'exp'; did you mean"),
        ("add.events.e.cnd = '1'", "[mods.m.add.events.e]: unknown key 'cnd'; did you mean 'cond'"),
    ],
)
def test_a_faulty_mod_is_refused_though_it_is_not_applied(text, message):
    with pytest.raises(ModelError) as caught:
        read_toml(_file(f"[mods.m]\n{text}"), "cell.toml")
    assert str(caught.value).startswith(f"cell.toml {message}")
