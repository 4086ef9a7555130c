"""Random problems and random histories of a run, and how to play them again."""

import dataclasses
import functools
import itertools
import os

import numpy as np
from hypothesis import settings
from hypothesis import strategies as st
from registered import RUNS, assert_same_bits, assert_same_results, fits, load

import engine

# A soak run tries this many times as many examples.
SOAK = int(os.environ.get("PHASESCOPE_SOAK", "1"))

TEXTS = {
    "forced": "x' = -k*x + sin(3*t)\nk = 1.3\nw = x*t\nx(0) = 0.4",
    "constant": "x' = 0\nx(0) = -0.0",
    "clock": "x' = 1\ny' = t - x\nx(0) = 0\ny(0) = 1e-3",
    "chain": "x' = q2; y' = -q1; q1 = x + b; q2 = q1*y; q3 = q2 - q1; b = 0.1; x(0) = 1; y(0) = 1",
    "counter": "x[n+1] = x + t\nx(0) = 0",
    "folded": "x[n+1] = (x*m + 1) % 7\nm = 3.5\nx(0) = 2",
    "reserved": "dt' = row*memory\nrow' = -dt*h\nmemory = 1.1\nh = 0.9\ndt(0) = 1\nrow(0) = 0.2",
    "blow_up": "x' = x^2 - q\nq = 0\nx(0) = 1.5",
}
TEXTS |= {
    "ball": "h' = v; v' = -g; g = 9.81; r = 0.8; h(0) = 0.3; v(0) = 0\n"
    "when cross_down(h, 0): h = 0; v = -r*v",
    "spiking": "v' = 20*(i - v); w' = -w; i = 1.5; v(0) = 0; w(0) = 1\n"
    "when v >= 1: v = 0; w = w + 0.1; i = i + 0.01\nwhen w > 1.2 and v > 0.5: w = 0.5",
    "harvest": "x[n+1] = r*x*(1 - x); r = 3.9; c = 0.1; x(0) = 0.3\n"
    "when x > 0.9: x = x - c; r = r - 1e-4",
}

# More components than registers: the array layout.
TEXTS["ring"] = "\n".join(
    f"x{i}' = (x{(i + 1) % 15} - x{(i - 2) % 15})*x{(i - 1) % 15} - x{i} + f\nx{i}(0) = {0.1 * i}"
    for i in range(15)
)
TEXTS["ring"] += "\nf = 8\nenergy = x0^2 + x7^2"
# Noise in Stratonovich's calculus with events, in arrays, and with a past.
TEXTS |= {
    "multiplicative": "[model]\ntype = 'ode'\ncalculus = 'stratonovich'\n"
    "[states]\nx = 0.4\ny = 0.1\n[params]\ns = 0.5\nc = 0.45\n"
    "[equations.rhs]\nx = 'x - x^3 + y'\ny = '-y + 0.2*cos(t)'\n"
    "[noise]\nx = 's*sin(x)'\ny = '0.3'\n"
    "[events.fall]\ncond = 'x > c'\naction = 'x = x - 1; s = s*0.99'\nlog = ['x']\n",
    "noisy_ring": TEXTS["ring"] + "\nnoise x0 = 1\nnoise x7 = x3/4\nnoise x14 = 0.5*cos(x14)",
    "delayed": "x' = -a*lag_x(7) + lag_y(2); y' = -y + x*lag_x(3)/4; a = 0.6; x(0) = 1\n"
    "rise = x - lag_x(9); y(0) = 0.2\nwhen cross_down(x, lag_y(2) + 0.7): y = y + 0.1*lag_x(1)",
    "delayed_noise": "x' = -lag_x(5) - x; k = 1; s = 0.4; x(0) = 0.5\n"
    "noise x = s*(1 + lag_x(2)^2/4)\nwhen cross_down(x, 0.3): x = x + 0.2*lag_x(3)",
    "delayed_map": "x[n+1] = r*x*(1 - lag_x(2)); r = 1.6; x(0) = 0.2\nrise = x - lag_x(5)\n"
    "when x > lag_x(4) + 0.05: x = x - 0.1; r = r + 1e-3",
}
# 32-bit floats and whole numbers.
TEXTS |= {
    "single": "[model]\ntype = 'ode'\ndtype = 'float32'\n[states]\nh = 0.3\nv = 0.1\n"
    "[params]\nk = 1.7\nr = 0.9\n[aux]\nenergy = '0.5*v^2 + k*h'\n"
    "[equations.rhs]\nh = 'v'\nv = '-k + 0.1*cos(t) - h^3/5'\n"
    "[events.bounce]\ncond = 'cross_down(h, 0)'\naction = 'h = 0; v = -r*v'\nlog = ['v']\n",
    "single_noise": "[model]\ntype = 'ode'\ndtype = 'float32'\n[states]\nx = 0.3\n"
    "[params]\ns = 0.2\n[equations.rhs]\nx = 'x - x^3'\n[noise]\nx = 's*(1 + x^2)'\n",
    "single_map": "[model]\ntype = 'map'\ndtype = 'float32'\n[states]\nx = 0.3\ny = 0.2\n"
    "[params]\na = 1.4\n[equations.rhs]\nx = '1 - a*x^2 + y'\ny = '0.3*x'\n",
    "whole": "[model]\ntype = 'map'\ndtype = 'int64'\n[states]\nx = 7\ny = 3\nz = 1\n"
    "[params]\na = 4611686018427387847\nm = 40\n[aux]\nodd = 'x % 2 == 1'\nhalf = 'y/2'\n"
    "[equations.rhs]\nx = '(48271*x + y) % (2^31 - 1)'\ny = 'y + lag_x(2) % 5'\n"
    "z = 'a - x*(y + 1000000)'\n"
    "[events.wrap]\ncond = 'y > m'\naction = 'y = y // 3; m = m + 1'\nlog = ['x', 'z']\n",
}

# Adaptive steps grow without bound here, and a grid would have as many samples in one of them.
UNHURRIED = ("constant", "clock", "blow_up")


@functools.cache
def model_named(name):
    """Return a bundled model, or one of the odd ones that only these tests have."""
    return engine.load_model(TEXTS[name]) if name in TEXTS else load(name)


def examples(number):
    """Give the settings of a test that tries this many examples, more in a soak run."""
    return settings(max_examples=number * SOAK, deadline=None)


def steppers_of(model):
    """Name the steppers that can step a model."""
    return [s.name for s in engine.list_steppers(model.kind) if fits(s.name, model)]


def some_of(items):
    """Draw a subset, in order, often empty or whole."""
    items = tuple(items)
    subset = st.lists(st.booleans(), min_size=len(items), max_size=len(items)).map(
        lambda kept: tuple(item for item, keep in zip(items, kept, strict=True) if keep)
    )
    return st.one_of(st.just(()), st.just(items), subset)


@functools.cache
def fitting_sets(kind):
    """Share the registered observers for a kind of model out among a few sets."""
    made = [make() for make in engine.observers.OBSERVERS.values()]
    fitting = [observer for observer in made if kind in observer.kinds]
    return tuple(tuple(fitting[i::5]) for i in range(5))


def observer_sets(model, stepper):
    """Draw some of the registered observers that fit a model and its stepper, or none.

    Every observer is in one of a few sets: what is drawn often need not be rendered again.
    """
    sets = [
        tuple(observer for observer in chosen if observes(observer, model, stepper))
        for chosen in fitting_sets(model.kind)
    ]
    return st.one_of(st.just(()), st.sampled_from([*sets, *(chosen[:1] for chosen in sets)]))


def observes(observer, model, stepper):
    """Tell whether an observer can watch a model that is stepped in this way."""
    try:
        engine.Sim(model, stepper=stepper, observers=observer)
    except engine.ObserverError:
        return False
    return True


@st.composite
def problems(draw, pairs=None, jit=False, structures=True):
    """Draw a sim of a registered or odd model.

    Parameters
    ----------
    pairs : sequence of (model, stepper), optional
        What to choose from.
    jit : bool
        Compiled or not.
    structures : bool
        Draw what makes another runner too: recorded variables, stops, dense output.
    """
    name, stepper = draw(st.sampled_from(pairs or [*RUNS, *((text, None) for text in TEXTS)]))
    model = model_named(name)
    chosen = {"stepper": stepper or draw(st.sampled_from(steppers_of(model)))}
    chosen["t0"] = draw(st.sampled_from([0.0, -3.7, 12.25, 1e3]))
    if model.kind == "map":
        chosen["t0"] = float(int(chosen["t0"]))
    else:
        chosen["dt"] = draw(st.sampled_from([0.002, 0.01, 0.037]))
        chosen["rtol"] = draw(st.sampled_from([1e-3, 1e-6, 1e-10]))
    if structures:
        chosen |= draw(recordings(model, chosen["t0"]))
        chosen["observers"] = draw(observer_sets(model, chosen["stepper"]))
        chosen["stop"] = draw(
            st.one_of(st.just(False), st.fixed_dictionaries(stop_parts(model.state_names[0])))
        )
    else:
        chosen["record_interval"] = draw(st.integers(1, 7))
    return engine.Sim(model, jit=jit, **chosen)


def stop_parts(state):
    """Draw a stop condition on a state and when it is tested."""
    return {
        "cond": st.sampled_from([f"{state} > 1.1", f"{state}^2 < 0.01", f"t > 2 and {state} > 0"]),
        "phase": st.sampled_from(["start", "end", "both"]),
    }


@st.composite
def recordings(draw, model, t0):
    """Draw what is recorded, and when."""
    names = (*model.state_names, *(f"aux.{name}" for name in model.aux_names))
    chosen = {"record": draw(st.one_of(st.just(True), some_of(names)))}
    kinds = ["interval"] if model.kind == "map" else ["interval", "interval", "grid", "times"]
    if model.spec in (model_named(name).spec for name in UNHURRIED):
        kinds = ["interval", "times"]
    kind = draw(st.sampled_from(kinds))
    if kind == "interval":
        chosen["record_interval"] = draw(st.integers(1, 9))
    elif kind == "grid":
        chosen["sample_dt"] = draw(st.sampled_from([0.0031, 0.01, 0.1, 0.7]))
    else:
        offsets = st.lists(st.floats(0.0, 4.0), max_size=40)
        chosen["sample_times"] = sorted(t0 + offset for offset in draw(offsets))
    return chosen


@st.composite
def edits(draw, model, structures=True):
    """Draw one edit as (method, arguments)."""
    kinds = ["params", "state"]
    if model.kind == "ode":
        kinds += ["dt", "tolerances"]
    if structures:
        kinds += ["observers"] + ["stepper"] * (model.kind == "ode")
    kind = draw(st.sampled_from(kinds))
    if kind == "params" and model.param_names:
        at = draw(st.integers(0, len(model.param_names) - 1))
        value = model.param_values[at] * draw(st.floats(0.5, 1.5)) + draw(st.floats(-0.1, 0.1))
        return "set_params", {model.param_names[at]: fit_number(model, value)}
    if kind == "dt":
        return "set_dt", {"dt": draw(st.floats(1e-4, 0.05))}
    if kind == "tolerances":
        return "set_tolerances", {"rtol": 10.0 ** draw(st.integers(-11, -2))}
    if kind == "stepper":
        return "set_stepper", {"stepper": draw(st.sampled_from(steppers_of(model)))}
    if kind == "observers":
        stepper = draw(st.sampled_from(steppers_of(model)))
        return "set_observers", {"observers": draw(observer_sets(model, stepper))}
    name = draw(st.sampled_from(model.state_names))
    scale = 1000.0 if model.dtype == "int64" else 1.0
    return "set_state", {name: fit_number(model, scale * draw(st.floats(-1.5, 1.5)))}


def fit_number(model, value):
    """Return a number, or the whole one next to it where the model has no others."""
    return round(value) if model.dtype == "int64" else value


def fit_numbers(model, values):
    """Return an array of numbers that a model takes."""
    return np.array([fit_number(model, value) for value in values])


ADVANCES = st.one_of(
    st.integers(0, 40).map(lambda n: {"n_steps": n}),
    st.tuples(st.integers(0, 40), st.integers(1, 9)).map(lambda b: {"n_steps": b[0], "rows": b[1]}),
    st.tuples(st.integers(0, 40), st.floats(0.0, 0.8)).map(
        lambda b: {"n_steps": b[0], "t": b[1]}  # counted from where the run is
    ),
    st.integers(0, 40).map(lambda n: {"n_steps": n, "budget_s": 1e-9}),
)
RETURNS = st.one_of(
    st.floats(0.0, 1.0).map(lambda part: ("rewind_to_time", part)),
    st.floats(0.0, 1.0).map(lambda part: ("rewind_to_step", part)),
    st.just(("snapshot", None)),
    st.integers(0, 5).map(lambda which: ("restore", which)),
    st.just(("pause", None)),
    st.just(("read", None)),
)


def histories(model, structures=True, size=9):
    """Draw a list of what is done to a run: advances, edits, returns to the past."""
    step = st.one_of(
        ADVANCES.map(lambda bounds: ("advance", bounds)),
        edits(model, structures).map(lambda edit: ("edit", edit)),
        RETURNS,
    )
    return st.lists(step, max_size=size)


def advance(run, bounds):
    """Advance a run; a time is counted from where it is."""
    bounds = dict(bounds)
    if "t" in bounds:
        bounds["t"] += run.t
    return run.advance(**bounds)


class Player:
    """Play a history on a run and remember what of its rows must still be there."""

    def __init__(self, sim, **end):
        self.run = sim.start(**end)
        self.snapshots = []
        # A snapshot of another branch brings a past without rows.
        self.has_all_rows = True

    def play(self, history):
        """Do everything in a history, one after the other."""
        for what, how in history:
            getattr(self, what)(how)
        return self.run

    def advance(self, bounds):
        chunk = advance(self.run, bounds)
        assert chunk.t.shape == chunk.y.shape[:1]

    def edit(self, edit):
        method, arguments = edit
        before = self.run.journal
        try:
            getattr(self.run, method)(**arguments)
        except engine.ObserverError:
            # Tangent vectors pass the events with some steppers only.
            assert method in ("set_stepper", "set_observers")
            assert self.run.journal == before

    def rewind_to_time(self, part):
        t0 = self.run.sim.t0
        t = t0 + part * (self.run.t - t0)
        if t <= self.run.t:
            self.run.rewind(t=t)
            assert self.run.t <= t + 1e-9 * max(self.run.sim.dt, abs(t))

    def rewind_to_step(self, part):
        step = int(part * self.run.n_steps)
        self.run.rewind(step=step)
        assert self.run.n_steps == step

    def snapshot(self, _):
        self.snapshots.append(self.run.snapshot())

    def restore(self, which):
        if self.snapshots:
            snapshot = self.snapshots[which % len(self.snapshots)]
            # A run put back to its beginning has still to record even the first row.
            here = snapshot.journal.is_continued_by(self.run.journal) and self.run.n_steps > 0
            self.has_all_rows = self.has_all_rows and here
            self.run.restore(snapshot)
            assert self.run.journal == snapshot.journal
            assert self.run.status is snapshot.status

    def pause(self, _):
        self.run.pause()
        chunk = self.run.advance(n_steps=3)
        assert chunk.status is engine.Status.USER_BREAK
        assert len(chunk) == 0

    def read(self, _):
        rows = self.run.results()
        assert np.all(np.diff(rows.t) >= 0.0)


def with_origin(journal, **changes):
    """Return a journal of the same edits on a changed problem, and that problem."""
    origin = journal.origin.replace(**changes)
    return origin, dataclasses.replace(journal, origin=origin)


def without_observers(journal):
    """Return the journal of the same orbit, unobserved."""
    origin, journal = with_origin(journal, observers=())
    kept = tuple(entry for entry in journal.entries if entry.edit.kind != "observers")
    return origin, dataclasses.replace(journal, entries=kept)


def played_again(sim, journal, sizes):
    """Replay a journal in chunks of the given sizes, which come again and again."""
    run = sim.start(t_end=journal.t_end, n_steps=journal.n_end)
    chunks = itertools.cycle(sizes)
    for entry in journal.entries:
        advance_to(run, entry.step, chunks, entry.t)
        if entry.after_row and run.t == sim.t0:
            run.advance(n_steps=0)
        run.edit(entry.edit)
    advance_to(run, journal.n_steps, chunks, journal.t)
    return run


def advance_to(run, step, chunks, t=-np.inf):
    """Advance in chunks to a step count or the run's own end; return the last status.

    Later than that step is the time of a run that failed where an event divides the next one.
    """
    status, before = run.status, -1
    # A stop condition may end a chunk that took no step, but only once.
    while run.n_steps < step and (run.n_steps > before or status is engine.Status.EARLY_EXIT):
        before = run.n_steps
        status = run.advance(n_steps=min(next(chunks), step - run.n_steps)).status
    return run.advance(n_steps=1).status if run.t < t else status


def assert_same_run(a, b, *, rows=True):
    """Compare two runs to the last bit: where they are, what they recorded, how they go on."""
    for _ in range(2):
        assert a.n_steps == b.n_steps
        assert np.float64(a.t).tobytes() == np.float64(b.t).tobytes()
        assert_same_bits(a.y, b.y)
        assert repr(a.params) == repr(b.params)
        if rows:
            # The first row of a run that has not moved may still be to come.
            _ = [run.advance(n_steps=0) for run in (a, b)]
            assert_same_results(a.results(), b.results())
        ends = [advance_to(run, run.n_steps + 15, itertools.repeat(15)) for run in (a, b)]
        assert ends[0].is_failure == ends[1].is_failure
        assert a.failure == b.failure


def builds():
    """Count the units rendered and runners compiled or loaded so far."""
    counts = engine.cache_counts()
    return counts.renderings + counts.compilations + counts.disk_hits


def changed_numbers(sim, factor):
    """Return the same problem with every number changed that may be."""
    changes = {
        "params": {n: fit_number(sim.model, value * factor) for n, value in sim.params.items()},
        "y0": {n: fit_number(sim.model, value * factor) for n, value in sim.y0.items()},
        "t0": sim.t0 + 1.0,
        "rtol": sim.rtol * factor,
        "atol": sim.atol * factor,
        "record_interval": sim.record_interval + 1,
        "max_steps": 1000,
        "seed": 7,
    }
    return sim.replace(**changes, **({"dt": sim.dt * factor} if sim.model.kind == "ode" else {}))
