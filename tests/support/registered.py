"""What the contract tests range over, everything that is registered, and how they compare."""

import functools

import numpy as np

import engine

# The models that take part in every contract test: every kind of equation and event is among them.
# All others take part in `tests/contracts/test_library.py`.
MODELS = (
    *("bouncing_ball", "duffing", "fitzhugh_nagumo", "integrate_and_fire", "izhikevich", "lorenz"),
    *("lotka_volterra", "pendulum", "rossler", "van_der_pol"),
    *("henon", "ikeda", "logistic", "standard", "threshold_harvest"),
)
OBSERVERS = tuple(engine.observers.OBSERVERS)
# A runner with every observer takes long to compile: each run has its turn of some of them, and
# `tests/contracts/test_observers_together.py` mixes them at random.
IN_A_RUN = 2


def registered_runs():
    """Return (model, stepper) so that every model and every stepper occurs."""
    pairs = [(name, "map" if _kind(name) == "map" else "rk4") for name in MODELS]
    others = [s.name for s in engine.list_steppers("ode") if s.name != "rk4"]
    pairs += [("lorenz", name) for name in others]
    pairs += [("van_der_pol", s.name) for s in engine.list_steppers("ode") if s.adaptive]
    pairs += [("integrate_and_fire", name) for name in others]
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
    assert np.array_equal(_bits(a), _bits(b))


def _bits(array):
    return np.atleast_1d(np.ascontiguousarray(array, np.float64)).view(np.uint64)


def assert_same_results(a, b):
    """Compare rows, observers' results and samples of two runs to the last bit."""
    assert_same_bits(np.ascontiguousarray(a.t), np.ascontiguousarray(b.t))
    assert_same_bits(np.ascontiguousarray(a.y), np.ascontiguousarray(b.y))
    assert_same_events(a.events, b.events)
    assert a.observers.keys() == b.observers.keys()
    for key, result in a.observers.items():
        other = b.observers[key]
        assert result.keys() == other.keys()
        for name, value in result.items():
            assert_same_bits(np.array(value), np.array(other[name]))
        assert result.trace.keys() == other.trace.keys()
        for column, samples in result.trace.items():
            assert_same_bits(samples, other.trace[column])


def observers_of(model, stepper):
    """Return observers for one run; the registered runs together have every one in their turn.

    The largest Lyapunov exponent is always there.
    """
    place = RUNS.index((model, stepper)) if (model, stepper) in RUNS else 0
    others = [name for name in OBSERVERS if name != "lyapunov_mle"]
    turn = [others[(place * (IN_A_RUN - 1) + i) % len(others)] for i in range(IN_A_RUN - 1)]
    return tuple(engine.observers.OBSERVERS[name]() for name in ("lyapunov_mle", *turn))


def assert_same_events(a, b):
    """Compare the logs of two runs' events to the last bit."""
    assert a.keys() == b.keys()
    for name, log in a.items():
        assert log.keys() == b[name].keys()
        for column, values in log.items():
            assert_same_bits(values, b[name][column])


def make_sim(model, stepper, *, observed=False, **settings):
    """Return a sim of a bundled model, with registered observers where wanted."""
    observers = observers_of(model, stepper) if observed else ()
    return engine.Sim(load(model), stepper=stepper, observers=observers, **settings)


RUNS = registered_runs()
# What the fast path and the fused text of small units are for.
WITHOUT_EVENTS = [name for name in MODELS if not load(name).spec.events]
RUNS_WITHOUT_EVENTS = [run for run in RUNS if run[0] in WITHOUT_EVENTS]


def collect(run, sizes):
    """Advance a run in chunks of the given numbers of steps; return all times and rows."""
    chunks = [run.advance(n_steps=size) for size in sizes]
    return np.concatenate([c.t for c in chunks]), np.concatenate([c.y for c in chunks])
