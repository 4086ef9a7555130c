"""The laws of the engine, once for every bundled model."""

import numpy as np
import pytest
from registered import assert_same_results, load, make_sim

import engine

STEPS = 200


@pytest.fixture(params=engine.list_models())
def sim(request):
    """Give the sim that opens when a bundled model is chosen."""
    return make_sim(request.param, load(request.param).spec.sim.stepper)


def test_python_equals_compiled_and_any_chunks_are_one_run(sim):
    whole = sim.run(n_steps=STEPS)
    assert not whole.status.is_failure, whole.failure
    assert np.isfinite(whole.y).all()
    assert_same_results(whole, sim.replace(jit=False).run(n_steps=STEPS))
    run = sim.start()
    chunks = [run.advance(n_steps=size) for size in (1, 7, STEPS - 8)]
    assert np.array_equal(np.concatenate([chunk.t for chunk in chunks]), whole.t)
    assert np.array_equal(np.concatenate([chunk.y for chunk in chunks]), whole.y)


def test_what_opens_and_every_preset_stay_finite_over_the_span_of_the_model(sim):
    # The same compiled runner as above: numbers do not compile.
    for preset in (None, *sim.model.spec.presets):
        chosen = {} if preset is None else {"params": preset.params, "y0": preset.states}
        result = make_sim(sim.model.name, sim.stepper, **chosen).run()
        name = "default" if preset is None else preset.name
        assert not result.status.is_failure, (name, result.failure)
        assert np.isfinite(result.y).all(), name
        assert np.ptp(result.y, axis=0).any(), f"{name} does not move"
