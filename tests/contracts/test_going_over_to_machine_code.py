"""Laws 1, 2 and 6: a run that goes over to machine code on the way is the same run to the bit."""

import dataclasses

import pytest
from histories import Player, assert_same_run, examples, histories, problems
from hypothesis import given
from hypothesis import strategies as st
from registered import assert_same_bits, load

import engine

PAIRS = [
    *[("lorenz", "rk4"), ("van_der_pol", "dopri5"), ("henon", "map"), ("harvest", "map")],
    *[("ball", "dopri5"), ("noisy_fire", "milstein"), ("van_der_pol", "bdf2"), ("ring", "ab3")],
]
OBSERVED = ("lorenz", "henon", "van_der_pol")


class Wanderer(Player):
    """Play a history on a run that goes over to machine code and back again."""

    def go_over(self, compiled):
        """Have machine code in memory, or not, and let the run take what there is."""
        if compiled:
            engine.prepare(self.run.sim)
        else:
            engine.clear_cache(disk=False)
        assert self.run.take_compiled() is compiled
        assert self.run.compiled is compiled


@st.composite
def stories(draw):
    """Draw a problem and a history in which the runner changes."""
    sim = draw(problems(PAIRS, jit=True, structures=False))
    if draw(st.booleans()) and sim.model.name in OBSERVED:
        observers = (engine.observers.lyapunov_mle(), engine.observers.extrema())
        sim = sim.replace(observers=observers)
    steps = draw(histories(sim.model, structures=False, size=12))
    changes = st.lists(st.one_of(st.none(), st.booleans()), min_size=len(steps))
    mixed = []
    for step, compiled in zip(steps, draw(changes), strict=False):
        mixed += [] if compiled is None else [("go_over", compiled)]
        mixed.append(step)
    return sim, mixed


@examples(30)
@given(story=stories())
def test_a_run_that_changes_its_runner_anywhere_is_one_run(story):
    sim, history = story
    engine.clear_cache(disk=False)
    wanderer = Wanderer(sim, compile_first=False)
    assert not wanderer.run.compiled
    run = wanderer.play(history)
    assert run.journal.origin.jit
    compiled = engine.replay(sim, run.journal)
    assert compiled.compiled
    python = sim.replace(jit=False)
    interpreted = engine.replay(python, dataclasses.replace(run.journal, origin=python))
    assert_same_bits(run.y, compiled.y)
    assert_same_bits(run.y, interpreted.y)
    assert_same_run(run, compiled, rows=wanderer.has_all_rows)


def test_an_edit_of_structure_needs_no_compiler():
    engine.clear_cache(disk=False)
    run = engine.Sim(load("lorenz")).start(compile_first=False)
    before = engine.cache_counts()
    run.advance(n_steps=10)
    run.set_stepper("tsit5")
    run.advance(n_steps=10)
    run.set_observers(engine.observers.extrema())
    run.advance(n_steps=10)
    run.rewind(step=5)
    after = engine.cache_counts()
    assert not run.compiled
    assert (after.compilations, after.disk_hits) == (before.compilations, before.disk_hits)


def test_relaxed_arithmetic_is_compiled_first_for_its_bits_differ():
    sim = engine.Sim(load("lorenz"), fastmath=("contract",))
    assert sim.start(compile_first=False).compiled


def test_a_run_in_plain_python_stays_there():
    run = engine.Sim(load("lorenz"), jit=False).start(compile_first=False)
    assert not engine.prepare(run.sim)
    assert not run.take_compiled()


@pytest.mark.parametrize("observers", [(), (engine.observers.lyapunov_mle(),)])
def test_whether_there_is_machine_code_is_known_without_building(observers, tmp_path, monkeypatch):
    monkeypatch.setenv("PHASESCOPE_CACHE_DIR", str(tmp_path))
    engine.clear_cache(disk=False)
    sim = engine.Sim("x' = -k*x; k = 1; x(0) = 1", observers=observers)
    before = engine.cache_counts()
    assert not engine.is_compiled(sim)
    assert not engine.is_compiled(sim.replace(jit=False))
    assert engine.cache_counts() == before
    engine.prepare(sim)
    assert engine.is_compiled(sim)
    engine.clear_cache(disk=False)
    assert engine.is_compiled(sim)
    engine.clear_cache()
    assert not engine.is_compiled(sim)
