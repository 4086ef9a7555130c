"""The noise of a step is a function of the seed and the step alone, whatever a run goes through."""

import json
import math

import numpy as np
import pytest
from registered import assert_same_bits, assert_same_results, load

import engine
from engine.run_state import runner_for
from engine.runner.random_numbers import normal

STEPPERS = [s.name for s in engine.list_steppers("ode") if s.stochastic]
BROWNIAN = engine.load_model("x' = k\nk = 0\nnoise x = s\ns = 1")


def noisy(stepper="euler_maruyama", **settings):
    return engine.Sim(load("noisy"), stepper=stepper, dt=0.01, **settings)


def test_the_same_seed_gives_the_same_path_and_another_seed_another():
    sim = noisy(seed=5, jit=False)
    one, again = sim.run(n_steps=50), sim.replace(seed=5).run(n_steps=50)
    assert_same_bits(one.y, again.y)
    other = sim.replace(seed=6).run(n_steps=50)
    assert np.all(one.y[1:, :2] != other.y[1:, :2])


def test_a_seed_compiles_nothing():
    sim = noisy(seed=5)
    assert runner_for(sim) is runner_for(sim.replace(seed=2**64 - 1))


def test_a_branch_takes_the_same_path():
    sim = noisy(seed=2**40 + 1)
    run = sim.start()
    run.advance(n_steps=130)
    snapshot = run.snapshot()
    rest = run.advance(n_steps=200)
    branch = snapshot.start()
    assert_same_bits(branch.advance(n_steps=200).y, rest.y)
    run.restore(snapshot)
    chunks = [run.advance(n_steps=k).y for k in (1, 99, 100)]
    assert_same_bits(np.concatenate(chunks), rest.y)


def test_rewinding_takes_the_same_path():
    run = noisy(seed=3).start()
    whole = run.advance(n_steps=300).y
    run.rewind(t=1.0)
    again = run.advance(n_steps=300 - run.n_steps).y
    assert_same_bits(again, np.ascontiguousarray(whole[-len(again) :]))


def test_edits_keep_the_numbers_of_every_step():
    seed, dt = 8, 0.25
    run = engine.Sim(BROWNIAN, dt=dt, seed=seed, jit=False).start()
    run.advance(n_steps=10)
    run.set_state(x=100.0)
    run.advance(n_steps=10)
    run.set_params(s=2.0)
    run.advance(n_steps=10)
    run.set_dt(0.01)
    run.advance(n_steps=10)
    run.set_stepper("heun")
    x = run.advance(n_steps=10)["x"]
    z = np.array([normal(seed, n, 0) for n in range(50)])
    scale = np.repeat([0.5, 1.0, 0.2], [20, 10, 20])
    assert x[-1] == pytest.approx(100.0 + np.sum((scale * z)[10:]), rel=1e-13)


def test_a_journal_with_edits_replays_to_the_same_bits():
    sim = noisy(seed=12)
    run = sim.start()
    run.advance(n_steps=40)
    run.set_state(x=0.1)
    run.advance(n_steps=40)
    run.set_params(s=0.8)
    run.set_stepper("heun")
    run.advance(n_steps=40)
    twin = engine.replay(sim, run.journal)
    assert twin.state == run.state
    assert_same_bits(twin.advance(n_steps=25).y, run.advance(n_steps=25).y)


def test_another_seed_draws_other_numbers_from_the_next_step_on_and_replays():
    sim = noisy(seed=1)
    run = sim.start()
    run.advance(n_steps=30)
    run.set_seed(2**64 - 3)
    changed = run.advance(n_steps=30).y
    assert run.sim.seed == 2**64 - 3
    journal = engine.Journal.from_dict(json.loads(json.dumps(run.journal.to_dict())))
    twin = engine.replay(journal.origin, journal)
    assert twin.state == run.state
    assert journal.entries[-1].edit.values == {"seed": 2**64 - 3}
    plain = noisy(seed=1).start()
    plain.advance(n_steps=30)
    assert np.all(plain.advance(n_steps=30).y[:, :2] != changed[:, :2])
    with pytest.raises(engine.SimError, match="seed"):
        run.set_seed(-1)


def test_results_are_computed_again_from_their_provenance():
    result = noisy(seed=2**64 - 2, jit=False).run(n_steps=30)
    again = engine.Sim.from_provenance(result.provenance)
    assert again.seed == 2**64 - 2
    assert_same_bits(again.run(n_steps=30).y, result.y)


@pytest.mark.parametrize("stepper", STEPPERS)
def test_the_orbits_of_a_batch_have_the_seed_of_the_sim_and_seeds_of_their_own(stepper):
    sim = noisy(stepper, seed=2**64 - 3)
    batch = engine.run_batch_fastpath(sim, {"s": np.linspace(0.1, 0.5, 6)}, n_steps=60)
    assert batch.seeds[0] == sim.seed
    assert len(set(batch.seeds.tolist())) == 6
    for i in range(6):
        assert batch.sim(i).seed == batch.seeds[i]
        assert_same_results(batch[i], batch.sim(i).run(n_steps=60))
    [alone] = engine.run_batch_fastpath(sim, n_steps=60)
    assert_same_results(alone, sim.run(n_steps=60))


def test_a_batch_takes_seeds():
    sim = noisy()
    values = {"a": [0.7, 0.7, 0.7]}
    common = engine.run_batch_fastpath(sim, values, n_steps=30, seed=4)
    assert_same_bits(common.y[0], common.y[2])
    given = engine.run_batch_fastpath(sim, n_steps=30, seed=np.array([9, 4, 9]), transient=0.1)
    assert len(given) == 3
    assert_same_bits(given.y[0], given.y[2])
    assert_same_results(given[1], sim.replace(seed=4).run(n_steps=30, transient=0.1))
    with pytest.raises(engine.SimError, match="seed has 2"):
        engine.run_batch_fastpath(sim, values, n_steps=1, seed=[1, 2])
    with pytest.raises(engine.SimError, match=r"seed has shape \(1, 1\)"):
        engine.run_batch_fastpath(sim, n_steps=1, seed=[[1]])


def test_orbits_without_noise_keep_the_seed_of_the_sim():
    batch = engine.run_batch_fastpath(
        engine.Sim("logistic", seed=7), y0={"x": [0.1, 0.2]}, n_steps=5
    )
    assert batch.seeds.tolist() == [7, 7]


def test_the_rest_of_a_divided_cell_is_driven_anew():
    # Between its ends a step is a straight line; after an event the cell's rest is a step of its
    # own, with the number that belongs to the firings until then.
    model = engine.load_model("x' = 1\nnoise x = 1\nwhen x > 1: x = x - 2")
    seed, dt, steps = 21, 0.3, 60
    sim = engine.Sim(model, dt=dt, seed=seed, jit=False)
    x, expected, fired = 0.0, [0.0], 0
    for n in range(steps):
        h, substep = dt, 0
        while True:
            new = x + h + math.sqrt(h) * normal(seed, n, 0, substep)
            if new <= 1.0:
                break
            theta = (1.0 - x) / (new - x)
            x, h, fired = -1.0, h * (1.0 - theta), fired + 1
            substep = fired
        x = new
        expected.append(x)
    result = sim.run(n_steps=steps)
    assert fired > 10
    assert len(result.events["when_1"]["t"]) == fired
    assert result["x"] == pytest.approx(np.array(expected), abs=1e-9)
    compiled = sim.replace(jit=True).start()
    chunks = [compiled.advance(n_steps=k).y for k in (1, 2, 30, 27)]
    assert_same_bits(np.concatenate(chunks), result.y)


def test_samples_between_steps_lie_on_straight_lines():
    sim = noisy(seed=6, jit=False)
    steps = sim.run(n_steps=20)
    samples = sim.replace(sample_dt=0.004).run(n_steps=20)
    assert samples["x"] == pytest.approx(np.interp(samples.t, steps.t, steps["x"]), abs=1e-14)


@pytest.mark.parametrize("stepper", STEPPERS)
def test_the_increments_of_a_run_are_given_to_the_bit(stepper):
    # Without drift and with noise of strength 1 the state is their sum, in the same order.
    model = engine.load_model("x' = k; z' = k; y' = k; k = 0\nnoise x = 1\nnoise y = 1")
    sim = engine.Sim(model, stepper=stepper, dt=0.03, seed=2**63 + 5, jit=False)
    increments = engine.wiener_increments(sim, 40)
    path, states = np.cumsum(increments, axis=0), sim.run(n_steps=40).y[1:]
    assert path == pytest.approx(states, abs=1e-14)
    if stepper != "heun":  # which adds two halves
        assert_same_bits(path, states)
    assert not increments[:, 1].any()
    assert engine.wiener_increments(sim, 0).shape == (0, 3)
    with pytest.raises(engine.SimError, match="has no noise"):
        engine.wiener_increments(engine.Sim("lorenz"), 1)


def test_strong_order_can_be_measured_without_an_exact_solution():
    # The sums of neighbours of a fine path are the increments of a coarse one.
    model = engine.load_model("x' = x - x^3; s = 0.8; x(0) = 0.5\nnoise x = s*cos(x)")
    fine, errors = 512, {8: [], 32: [], 128: []}
    for seed in range(40):
        sim = engine.Sim(model, stepper="milstein", dt=1.0 / fine, seed=seed, jit=False)
        reference = sim.run(n_steps=fine)["x"][-1]
        dw = engine.wiener_increments(sim, fine)[:, 0]
        for steps, found in errors.items():
            x, h = 0.5, 1.0 / steps
            for dw_coarse in dw.reshape(steps, -1).sum(axis=1):
                x += h * (x - x**3) + 0.8 * math.cos(x) * dw_coarse
            found.append(abs(x - reference))
    strong = np.log([np.mean(found) for found in errors.values()])
    assert np.polyfit(np.log(list(errors)), strong, 1)[0] == pytest.approx(-0.5, abs=0.15)
