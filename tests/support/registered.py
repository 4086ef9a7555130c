"""What the contract tests range over, everything that is registered, and how they compare."""

import functools

import numpy as np

import engine
from engine.steppers import fitting_stepper

# The models that take part in every contract test: every kind of equation and event is among them.
# All others take part in `tests/contracts/test_library.py`.
MODELS = (
    *("bouncing_ball", "duffing", "fitzhugh_nagumo", "integrate_and_fire", "izhikevich", "lorenz"),
    *("lotka_volterra", "pendulum", "rossler", "van_der_pol"),
    *("henon", "ikeda", "logistic", "standard", "threshold_harvest"),
)
# Small models for the steppers that can step none of these: what they are asked for is here.
TEXTS = {
    "two_wells": "q' = p/m; p' = q - q^3 + a*cos(w*t); m = 1.1; a = 0.3; w = 0.8\n"
    "energy = p^2/(2*m) - q^2/2 + q^4/4; q(0) = 0.6; p(0) = 0",
    "noisy": "x' = a*x - x^3 + y; y' = -y/tau; z' = x - z; a = 0.7; tau = 2.5; s = 0.4\n"
    "noise x = s*x*cos(z) + 0.1\nnoise y = s\nr2 = x^2 + y^2; x(0) = 0.5; y(0) = -0.3",
    "noisy_fire": "v' = (I - v)/tau; I = 1.3; tau = 0.8; s = 0.3; v(0) = 0.2\n"
    "noise v = s*sqrt(1 + v^2)\nwhen cross_up(v, 1): v = 0",
}
# Which models a stepper is tried with, the first that fit.
IN_TURN = dict.fromkeys(("lorenz", "van_der_pol", "integrate_and_fire", *MODELS, *TEXTS))
OBSERVERS = tuple(engine.observers.OBSERVERS)
# A runner with every observer takes long to compile: each run has its turn of some of them, and
# `tests/contracts/test_observers_together.py` mixes them at random.
IN_A_RUN = 2


def registered_runs():
    """Return (model, stepper) so that every model and every stepper occurs.

    Of the steppers that are alike, as one-step methods or implicit ones are, the first also has a
    model with events; all others step it in `tests/contracts/test_events.py`.
    """
    pairs = [(name, "map" if load(name).kind == "map" else "rk4") for name in MODELS]
    alike = set()
    for stepper in engine.list_steppers("ode"):
        if stepper.name == "rk4":
            continue
        pairs.append((fitting_models(stepper.name)[0], stepper.name))
        traits = (stepper.adaptive, stepper.stiff, stepper.symplectic, stepper.stochastic)
        kind = (*traits, stepper.arrays, stepper.memory_rows > 0)
        if kind not in alike:
            alike.add(kind)
            pairs.append((fitting_models(stepper.name, events=True)[0], stepper.name))
    return pairs


@functools.cache
def load(name):
    """Return a bundled model, or one of the small ones."""
    return engine.load_model(TEXTS.get(name, name))


@functools.cache
def fitting_models(stepper, *, events=False):
    """Name the models that a stepper of flows can step, with or without events."""
    flows = [name for name in IN_TURN if load(name).kind == "ode"]
    alike = [name for name in flows if bool(load(name).spec.events) is events]
    if engine.steppers.STEPPERS[stepper].stochastic:
        alike.sort(key=lambda name: not load(name).noise)
    return tuple(name for name in alike if fits(stepper, load(name)))


def fits(stepper, model):
    """Tell whether a stepper can step a model."""
    try:
        fitting_stepper(stepper, model)
    except engine.StepperError:
        return False
    return True


def sim_for(stepper, **settings):
    """Return a sim of the first model without events that a stepper of flows can step."""
    return make_sim(fitting_models(stepper)[0], stepper, **settings)


def assert_same_bits(a, b):
    """Compare two arrays to the last bit, nan included."""
    assert a.shape == b.shape
    assert a.dtype == b.dtype
    assert a.tobytes() == b.tobytes()


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

    The largest Lyapunov exponent is always there where it can be.
    """
    place = RUNS.index((model, stepper)) if (model, stepper) in RUNS else 0
    others = [name for name in OBSERVERS if name != "lyapunov_mle"]
    first = ("lyapunov_mle",)
    in_arrays = engine.steppers.STEPPERS[stepper].arrays
    if load(model).spec.events and (load(model).noise or in_arrays):
        # No tangent vector passes such an event.
        others = [name for name in others if not engine.observers.OBSERVERS[name]().tangents]
        first = ()
    count = IN_A_RUN - len(first)
    turn = [others[(place * count + i) % len(others)] for i in range(count)]
    return tuple(engine.observers.OBSERVERS[name]() for name in (*first, *turn))


def assert_same_events(a, b):
    """Compare the logs of two runs' events to the last bit."""
    assert a.keys() == b.keys()
    for name, log in a.items():
        assert log.keys() == b[name].keys()
        for column, values in log.items():
            assert_same_bits(values, b[name][column])


def make_sim(model, stepper, *, observed=False, **settings):
    """Return a sim of a model, with registered observers where wanted."""
    observers = observers_of(model, stepper) if observed else ()
    return engine.Sim(load(model), stepper=stepper, observers=observers, **settings)


RUNS = registered_runs()
# What the fast path and the fused text of small units are for.
WITHOUT_EVENTS = [name for name in IN_TURN if not load(name).spec.events]
RUNS_WITHOUT_EVENTS = [run for run in RUNS if run[0] in WITHOUT_EVENTS]


def collect(run, sizes):
    """Advance a run in chunks of the given numbers of steps; return all times and rows."""
    chunks = [run.advance(n_steps=size) for size in sizes]
    return np.concatenate([c.t for c in chunks]), np.concatenate([c.y for c in chunks])
