"""Whatever the model and the method, a run that pauses by itself stands at the same bits."""

import math

import numpy as np
import pytest
from clocked import Watched

import engine

WHOLE = """
[model]
type = "map"
name = "whole"
dtype = "int64"
[states]
n = 7
[equations.rhs]
n = "3*n + 1 if n % 2 == 1 else n // 2"
"""

DELAYED = """
[model]
type = "map"
name = "delayed"
[states]
x = 0.3
[params]
r = 2.1
[equations.rhs]
x = "r*x*(1 - lag_x(1))"
"""

BOUNCE = """
y' = v
v' = -9.81
y(0) = 1
v(0) = 0
when cross_down(y, 0): v = -0.9*v
"""

RING = (
    "\n".join(f"x{k}' = x{(k + 1) % 26} - x{k}^3" for k in range(26))
    + "\n"
    + "\n".join(f"x{k}(0) = {math.sin(k):.3f}" for k in range(26))
)

CASES = [
    ("lorenz", {"stepper": "rk4"}, "x*y - 20"),
    ("lorenz", {"stepper": "ab3"}, "x > y and z > 30"),
    ("lorenz", {"stepper": "rodas4"}, "x > 10"),
    ("lorenz", {"stepper": "bdf2"}, "z < 0.99"),
    ("robertson", {"stepper": "rodas4"}, "y1 < 0.99"),
    ("duffing", {"stepper": "dop853"}, "sin(t)"),
    ("ornstein_uhlenbeck", {"seed": 5}, "x"),
    ("logistic", {}, "x - 0.5"),
    (WHOLE, {}, "n < 5"),
    (DELAYED, {}, "x > 0.6"),
    (BOUNCE, {"stepper": "rk4"}, "v"),
    (BOUNCE, {"stepper": "dopri5"}, "v > 2"),
    (RING, {"stepper": "tsit5"}, "x0 - x1"),
]


def orbit(run: Watched) -> tuple[np.ndarray, np.ndarray]:
    _, t, y = run.player.ring.read(0, run.player.ring.total)
    return t, y


@pytest.mark.parametrize(
    ("source", "settings", "text"), CASES, ids=[f"{c[0].split()[0]}-{c[2]}" for c in CASES]
)
def test_it_stands_where_the_straight_run_first_gets_there(
    source: str, settings: dict[str, object], text: str
) -> None:
    straight = Watched(source, speed=math.inf, **settings)
    straight.player.step(150)
    t, y = orbit(straight)
    model = straight.player.sim.model
    states = {name: y[straight.player.ring.names.index(name)] for name in model.state_names}
    made = model.observable(text)
    value = made(t, states, straight.player.sim.params) - (0.5 if made.is_condition else 0.0)
    up = (value[:-1] < 0) & (value[1:] >= 0)
    down = (value[:-1] > 0) & (value[1:] <= 0) & (not made.is_condition)
    places = np.flatnonzero(up | down) + 1
    assert len(places)
    run = Watched(source, speed=math.inf, **settings)
    run.player.set_pause_when(text, True)
    for place in places[:4]:
        run.play(1.0, 2)
        assert not run.player.playing
        assert run.player.moment.rows == place + 1
        assert run.player.moment.t == t[place]
        assert run.player.sim.sample_dt or run.player.run.n_steps == place
    run.player.set_pause_when(text, False)
    run.player.step(straight.player.run.n_steps - run.player.run.n_steps)
    now_t, now_y = orbit(run)
    rows = min(len(t), len(now_t))
    assert rows > places[min(3, len(places) - 1)]
    np.testing.assert_array_equal(now_t[:rows], t[:rows])
    np.testing.assert_array_equal(now_y[:, :rows], y[:, :rows])
    assert run.player.run.state == straight.player.run.state
    journal = run.player.run.journal
    assert engine.replay(journal.origin, journal).state == run.player.run.state


def test_what_observers_measure_is_not_disturbed() -> None:
    observers = (engine.observers.lyapunov_mle(every=1, trace_every=1),)
    straight = Watched("lorenz", speed=math.inf, observers=observers)
    straight.player.step(400)
    run = Watched("lorenz", speed=math.inf, observers=observers)
    run.player.set_pause_when("x", True)
    while run.player.run.n_steps < 400:
        run.player.step(400 - run.player.run.n_steps)
    assert run.player.run.observers["lyapunov_mle"] == straight.player.run.observers["lyapunov_mle"]
    ours, theirs = (
        each.player.measuring.traces["lyapunov_mle.mle"].read() for each in (run, straight)
    )
    np.testing.assert_array_equal(ours, theirs)
