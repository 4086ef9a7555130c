"""An edited model takes over from a running one: what the orbit takes along, by name."""

import math
from collections.abc import Callable

import pytest

import engine
from widgets import LiveRun
from widgets.live.carry_over import carry_over

Maker = Callable[..., LiveRun]
Until = Callable[..., None]

FLOW = "x' = -a*x + y\ny' = -b*y\na = 1 in [0, 5]\nb = 2\nx(0) = 3\ny(0) = 1"


def taken(before: str, after: str, **settings: object):
    """Carry over from one text to another, at t = 7 and x = 0.5, y = 0.25."""
    old = engine.Sim(engine.load_model(before), record=True, **settings)
    state = {name: 0.5 / 2**i for i, name in enumerate(old.model.state_names)}
    initial, initial_t = {**old.y0}, old.t0
    new = engine.load_model(after)
    return carry_over(old, new, t=7.0, state=state, initial=initial, initial_t=initial_t)


def test_states_parameters_time_and_settings_go_on_by_name() -> None:
    after = FLOW.replace("-b*y", "-b*y + c*z").replace("b = 2", "b = 2\nc = 4") + "\nz' = 1"
    carried = taken(FLOW, after, params={"a": 1.5}, dt=0.002, stepper="tsit5", rtol=1e-8)
    sim = carried.sim
    assert sim.y0 == {"x": 0.5, "y": 0.25, "z": 0.0}
    assert sim.params == {"a": 1.5, "b": 2.0, "c": 4.0}
    assert (sim.t0, sim.stepper, sim.dt, sim.rtol) == (7.0, "tsit5", 0.002, 1e-8)
    assert carried.initial == {"x": 3.0, "y": 1.0, "z": 0.0}
    assert carried.initial_t == 0.0
    assert carried.words == "the orbit goes on from its state; z begins anew"


def test_a_number_that_was_edited_in_the_text_wins() -> None:
    after = FLOW.replace("a = 1 in", "a = 1.25 in").replace("x(0) = 3", "x(0) = 9")
    carried = taken(FLOW, after, params={"a": 1.5, "b": 2.5})
    assert carried.sim.params == {"a": 1.25, "b": 2.5}
    assert carried.initial == {"x": 9.0, "y": 1.0}
    assert carried.sim.y0 == {"x": 0.5, "y": 0.25}


def test_names_that_went_are_forgotten_and_those_that_came_begin_anew() -> None:
    carried = taken(FLOW, "u' = -u\nu(0) = 2")
    assert carried.sim.y0 == {"u": 2.0}
    assert carried.words == "the orbit begins anew"


def test_a_stepper_that_does_not_suit_is_replaced_in_words() -> None:
    after = FLOW + "\nnoise x = 0.1"
    carried = taken(FLOW, after, stepper="dopri5")
    assert carried.sim.stepper == engine.Sim(engine.load_model(after)).stepper
    assert "dopri5 does not suit this model" in carried.words


def test_from_a_flow_to_a_map_time_begins_anew() -> None:
    carried = taken(FLOW, "x[n+1] = 3*x*(1 - x)\nx(0) = 0.2")
    assert carried.sim.t0 == 0.0
    assert carried.sim.y0 == {"x": 0.5}
    assert "time begins anew" in carried.words


def test_a_state_that_is_no_number_of_the_new_model_begins_anew() -> None:
    old = engine.Sim(engine.load_model(FLOW), record=True)
    gone = {"t": 1.0, "initial": old.y0, "initial_t": 0.0}
    carried = carry_over(old, old.model, state={"x": math.nan, "y": 0.5}, **gone)
    assert carried.sim.y0 == {"x": 3.0, "y": 0.5}
    whole = engine.load_model(
        '[model]\ntype = "map"\ndtype = "int64"\n[states]\nx = 7\n[equations.rhs]\nx = "x + 1"'
    )
    assert carry_over(old, whole, state={"x": 0.5, "y": 0.5}, **gone).sim.y0 == {"x": 7}


WHOLE = """
[model]
type = "map"
dtype = "int64"
[states]
x = 7
[equations.rhs]
x = "(1103515245*x + 12345) % 2147483648"
"""


@pytest.mark.parametrize(
    "source",
    ["izhikevich", "ornstein_uhlenbeck", "hires", WHOLE, "x[n+1] = lag_x(2) + 0.5\nx(0) = 0.25"],
)
def test_every_kind_of_model_takes_over_from_itself_as_it_was(source: str) -> None:
    model = engine.load_model(source)
    old = engine.Sim(model, record=True, jit=False)
    run = old.start()
    run.advance(n_steps=3)
    state = {each: run.state[each] for each in model.state_names}
    same = engine.read_model(model.text, "same.txt").model
    assert same is not None
    carried = carry_over(old, same, t=run.t, state=state, initial=old.y0, initial_t=old.t0)
    assert carried.words == "the orbit goes on from its state"
    assert dict(carried.sim.y0) == state
    assert (carried.sim.stepper, carried.sim.dt) == (old.stepper, old.dt)
    chunk = carried.sim.replace(jit=False).start().advance(n_steps=2)
    assert len(chunk.t) > 0


def test_an_edit_is_applied_while_the_run_goes_on(live_run: Maker, until: Until) -> None:
    live = live_run(FLOW)
    live.speed = 5.0
    live.play()
    until(lambda: live.moment.t > 0.5)
    live.set_param("b", 0.5)
    assert live.settle(60)
    before = live.moment
    live.apply_model(FLOW.replace("+ y", "+ 2*y"), "mine")
    assert live.settle(60)
    assert live.playing
    assert live.messages == {}
    assert live.parameters == {"a": 1.0, "b": 0.5}
    assert live.model.name == "mine"
    assert live.speed == 5.0
    assert live.start_t >= before.t
    assert "+ 2*y" in live.source
    assert live.carried == "the orbit goes on from its state"
    until(lambda: live.moment.t > live.start_t + 0.2)
    live.reset()
    live.pause()
    assert live.start_t == 0.0
    assert live.initial == {"x": 3.0, "y": 1.0}


def test_the_orbit_goes_on_to_the_bits_of_a_run_from_there(live_run: Maker) -> None:
    live = live_run(FLOW)
    for _ in range(5):
        live.step()
    assert live.settle(60)
    here = live.moment
    after = FLOW.replace("-b*y", "-b*y^3")
    live.apply_model(after)
    for _ in range(5):
        live.step()
    assert live.settle(60)
    start = {name: here.values[name] for name in ("x", "y")}
    run = engine.Sim(engine.load_model(after), record=True, y0=start, t0=here.t).run(n_steps=5)
    assert live.moment.t == run.t[-1]
    assert live.moment.values["y"] == run["y"][-1]


def test_a_bad_text_leaves_the_old_model_running_with_its_data(
    live_run: Maker, until: Until
) -> None:
    live = live_run(FLOW)
    live.play()
    until(lambda: live.moment.t > 0.2)
    ring, rows = live.ring, live.moment.rows
    live.apply_model("x' = -k*(x")
    assert live.settle(60)
    assert live.messages["model"].startswith("line 1, column ")
    assert live.playing
    assert live.ring is ring
    assert live.source == FLOW
    until(lambda: live.moment.rows > rows)
    live.apply_model(FLOW)
    assert live.settle(60)
    assert live.messages == {}


def test_a_model_can_be_the_first(live_run: Maker) -> None:
    live = live_run("no_such_model")
    live.step()
    assert live.settle(60)
    assert "no_such_model" in live.messages["model"]
    live.apply_model(FLOW)
    assert live.settle(60)
    assert live.model is not None
    assert live.messages == {}
