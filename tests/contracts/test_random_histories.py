"""Laws 1, 2, 3, 4, 6, 7 and 8 at once, on random problems and random histories of a run."""

import numpy as np
import pytest
from histories import (
    Player,
    assert_same_run,
    builds,
    changed_numbers,
    examples,
    fit_numbers,
    histories,
    played_again,
    problems,
    with_origin,
    without_observers,
)
from hypothesis import given
from hypothesis import strategies as st
from registered import assert_same_bits, assert_same_results

import engine
from engine.recording import Every, Nothing, Tail

SIZES = st.lists(st.integers(1, 50), min_size=1, max_size=5)
# What is compiled, a few structures only; the plain Python of every structure is tried as well,
# and the two are the same text.
COMPILED = [
    *[("lorenz", "rk4"), ("van_der_pol", "dopri5"), ("henon", "map"), ("folded", "map")],
    *[("noisy_fire", "milstein"), ("delayed_noise", "euler_maruyama"), ("whole", "map")],
    *[("single", "tsit5"), ("van_der_pol", "bdf2")],
]


@st.composite
def stories(draw, pairs=None, jit=False, structures=True):
    """Draw a problem and a history of it."""
    sim = draw(problems(pairs, jit=jit, structures=structures))
    return sim, draw(histories(sim.model, structures))


@examples(80)
@given(story=stories(), sizes=SIZES)
def test_any_history_replays_in_any_chunks(story, sizes):
    sim, history = story
    player = Player(sim)
    run = player.play(history)
    journal = run.journal
    again = played_again(journal.origin, journal, sizes)
    twin = engine.replay(journal.origin, journal)
    assert_same_run(run, again, rows=player.has_all_rows)
    assert_same_run(twin, played_again(journal.origin, journal, sizes[::-1]))


@examples(40)
@given(story=stories())
def test_no_observer_touches_the_orbit_whatever_happens(story):
    sim, history = story
    run = Player(sim).play(history)
    observed = engine.replay(run.journal.origin, run.journal)
    bare = played_again(*without_observers(run.journal), [7])
    for twin in (bare, observed):
        twin.advance(n_steps=0)
    assert_same_bits(bare.y, run.y)
    assert_same_bits(bare.results().t, observed.results().t)
    assert_same_bits(bare.results().y, observed.results().y)


@examples(40)
@given(before=stories(), sizes=SIZES)
def test_a_snapshot_goes_on_in_another_run(before, sizes):
    sim, history = before
    run = Player(sim).play(history)
    snapshot = run.snapshot()
    twin = sim.start()
    twin.advance(n_steps=sizes[0])
    twin.restore(snapshot)
    assert_same_run(run, twin, rows=False)


@examples(40)
@given(story=stories(), sizes=SIZES, end=st.integers(0, 120), part=st.floats(0.0, 2.0))
def test_a_run_with_an_end_of_its_own_ends_there(story, sizes, end, part):
    sim, history = story
    chosen = {"n_steps": end} if part > 1.0 else {"t_end": sim.t0 + part}
    edits = [step for step in history if step[0] != "edit" or step[1][0] != "set_dt"]
    run = Player(sim, **chosen).play(edits)
    again = played_again(run.journal.origin, run.journal, sizes)
    assert_same_run(run, again, rows=False)
    if "t_end" in chosen and not advance_to_end(run).is_failure and run.sim.method.adaptive:
        assert run.t == chosen["t_end"]


def advance_to_end(run):
    """Advance a run to its own end, through stop conditions; return the last status."""
    status, before = run.status, -1
    while run.n_steps > before or status is engine.Status.EARLY_EXIT:
        before = run.n_steps
        status = run.advance(n_steps=5000).status
    return status


@examples(40)
@given(story=stories(COMPILED, jit=True, structures=False), sizes=SIZES)
def test_compiled_and_plain_python_live_through_the_same(story, sizes):
    sim, history = story
    player = Player(sim)
    compiled = player.play(history)
    python = played_again(*with_origin(compiled.journal, jit=False), sizes)
    assert_same_run(compiled, python, rows=player.has_all_rows)


@examples(40)
@given(story=stories(COMPILED, jit=True, structures=False), factor=st.floats(0.9, 1.1))
def test_no_number_of_a_history_compiles(story, factor):
    sim, history = story
    sim.start()
    before = builds()
    Player(sim).play(history)
    Player(changed_numbers(sim, factor)).play(history)
    assert builds() == before


@examples(60)
@given(sim=problems(), n=st.integers(0, 200), size=st.integers(1, 40), transient=st.integers(0, 3))
def test_every_way_to_run_a_problem_gives_the_same(sim, n, size, transient):
    one = sim.run(n_steps=n)
    grown = engine.run_with_wrapper(sim, n_steps=n, record_rows=size, trace_rows=size)
    assert_same_results(grown, one)
    assert grown.status is one.status
    live = sim.start(n_steps=n)
    status = live.advance(n_steps=size).status
    while status is engine.Status.DONE and live.n_steps < n:
        status = live.advance(n_steps=size).status
    assert status is one.status
    assert_same_results(live.results(), one)
    late = sim.run(n_steps=n, transient=transient)
    grown = engine.run_with_wrapper(
        sim, n_steps=n, record_rows=size, trace_rows=size, transient=transient
    )
    assert_same_results(grown, late)


@examples(40)
@given(sim=problems(), n=st.integers(0, 200))
def test_the_fast_path_gives_the_same_or_says_why_not(sim, n):
    plan = engine.recording.Every(sim.record_interval)
    if sim.method.adaptive or sim.stop or sim.sampled or sim.model.spec.events:
        with pytest.raises(engine.FastpathUnsupported):
            engine.run_single_fastpath(sim, n_steps=n, plan=plan)
    else:
        fast = engine.run_single_fastpath(sim, n_steps=n, plan=plan)
        normal = sim.run(n_steps=n)
        assert_same_results(fast, normal)
        assert fast.status is normal.status
        assert fast.failure == normal.failure


@examples(40)
@given(
    sim=problems(),
    n=st.integers(0, 60),
    scales=st.lists(st.floats(0.5, 2.0), min_size=1, max_size=4),
    plan=st.sampled_from([None, Every(3), Tail(5), Nothing()]),
)
def test_a_batch_gives_what_its_orbits_give_alone(sim, n, scales, plan):
    model = sim.model
    y0 = {name: fit_numbers(model, value * np.array(scales)) for name, value in sim.y0.items()}
    if sim.method.adaptive or sim.stop or sim.sampled or sim.model.spec.events:
        with pytest.raises(engine.FastpathUnsupported):
            engine.run_batch_fastpath(sim, y0=y0, n_steps=n, plan=plan)
        return
    batch = engine.run_batch_fastpath(sim, y0=y0, n_steps=n, plan=plan)
    for i in range(len(scales)):
        alone = engine.run_single_fastpath(batch.sim(i), n_steps=n, plan=plan)
        assert_same_results(batch[i], alone)
        assert batch[i].status is alone.status
        assert batch[i].failure == alone.failure
        normal = batch.sim(i).run(n_steps=n)
        assert repr(normal.final_state) == repr(alone.final_state)
        assert normal.status is alone.status
