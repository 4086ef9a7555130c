"""What the contract tests range over, everything that is registered, and how they compare."""

import functools

import numpy as np

import engine

MODELS = engine.list_models()
OBSERVERS = tuple(engine.observers.OBSERVERS)


def registered_runs():
    """Return (model, stepper) so that every model and every stepper occurs."""
    pairs = [(name, "map" if _kind(name) == "map" else "rk4") for name in MODELS]
    pairs += [("lorenz", s.name) for s in engine.list_steppers("ode") if s.name != "rk4"]
    pairs += [("van_der_pol", s.name) for s in engine.list_steppers("ode") if s.adaptive]
    return pairs


@functools.cache
def load(name):
    """Return a bundled model."""
    return engine.load_model(name)


def _kind(name):
    return load(name).kind


def assert_same_bits(a, b):
    """Compare two arrays to the last bit, nan included."""
    assert a.shape == b.shape
    assert np.array_equal(a.view(np.uint64), b.view(np.uint64))


def assert_same_results(a, b):
    """Compare rows, observers' results and samples of two runs to the last bit."""
    assert_same_bits(np.ascontiguousarray(a.t), np.ascontiguousarray(b.t))
    assert_same_bits(np.ascontiguousarray(a.y), np.ascontiguousarray(b.y))
    assert a.observers.keys() == b.observers.keys()
    for key, result in a.observers.items():
        other = b.observers[key]
        assert_same_bits(np.array(list(result.values())), np.array(list(other.values())))
        assert result.trace.keys() == other.trace.keys()
        for column, samples in result.trace.items():
            assert_same_bits(samples, other.trace[column])


def make_sim(model, stepper, *, observed=False, **settings):
    """Return a sim of a bundled model, with every registered observer where wanted."""
    observers = tuple(make() for make in engine.observers.OBSERVERS.values()) if observed else ()
    return engine.Sim(load(model), stepper=stepper, observers=observers, **settings)


RUNS = registered_runs()


def collect(run, sizes):
    """Advance a run in chunks of the given numbers of steps; return all times and rows."""
    chunks = [run.advance(n_steps=size) for size in sizes]
    return np.concatenate([c.t for c in chunks]), np.concatenate([c.y for c in chunks])
