"""From the provenance alone a run is computed again, to the same bits."""

import json
import os
import subprocess
import sys
from pathlib import Path

import numpy as np
import pytest
from registered import assert_same_bits, make_sim
from stored import assert_same_record, edited_run, varied_results

import engine

ROOT = Path(engine.__file__).resolve().parent.parent
VARIED = varied_results()

SCRIPT = """
import sys
import engine
for path in sys.argv[1:]:
    again = engine.replay_provenance(engine.Results.load(path))
    again.save(path + ".again.npz")
"""


def through_json(plain):
    return json.loads(json.dumps(plain, allow_nan=False))


@pytest.mark.parametrize("what", VARIED)
def test_results_of_every_kind_are_computed_again(what):
    results = VARIED[what]
    assert_same_record(engine.replay_provenance(through_json(results.provenance)), results)


def test_every_model_and_stepper_is_computed_again(observed_sim):
    results = observed_sim.run(n_steps=40)
    assert_same_record(engine.replay_provenance(through_json(results.provenance)), results)


def test_a_saved_file_is_computed_again_in_another_process(tmp_path):
    paths = []
    for i, what in enumerate(("live", "after a transient", "dense output", "map")):
        paths.append(str(tmp_path / f"{i}.npz"))
        VARIED[what].save(paths[-1])
    done = subprocess.run(
        [sys.executable, "-c", SCRIPT, *paths],
        env=dict(os.environ),
        cwd=ROOT,
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 0, done.stderr
    for path in paths:
        assert_same_record(engine.Results.load(f"{path}.again.npz"), engine.Results.load(path))


def test_a_provenance_is_plain_and_the_same_each_time():
    sim = make_sim("lorenz", "rk4", observed=True)
    one, other = sim.run(n_steps=20).provenance, sim.run(n_steps=20).provenance
    assert one == other == through_json(one)
    assert engine.load_model(one["model_text"]).digest == one["model_digest"]
    assert set(one["versions"]) == {"phasescope", "numpy", "numba", "python", "platform"}


def test_a_problem_comes_back_from_its_provenance():
    run = edited_run()
    problem = engine.Sim.from_provenance(through_json(run.results().provenance))
    assert problem.differs_in(run.journal.origin) is None
    assert_same_bits(engine.replay(problem, run.journal).y, run.y)


def test_a_journal_comes_back_from_plain_values():
    journal = edited_run().journal
    again = engine.Journal.from_dict(through_json(journal.to_dict()))
    assert again.entries == journal.entries
    assert journal.is_continued_by(again)
    assert again.is_continued_by(journal)


def test_the_horizon_of_a_run_is_replayed_with_it():
    run = make_sim("lorenz", "rk4").start(n_steps=50)
    run.advance(n_steps=30)
    twin = engine.replay(run.sim, run.journal)
    assert run.advance(t=1e9).status is engine.Status.DONE
    assert twin.advance(t=1e9).status is engine.Status.DONE
    assert twin.n_steps == run.n_steps == 50


@pytest.mark.parametrize("before", [False, True])
def test_an_edit_at_the_start_acts_before_or_after_the_first_row(before):
    run = make_sim("lorenz", "rk4").start()
    if not before:
        run.advance(n_steps=0)
    run.set_state(x=9.0)
    run.advance(n_steps=5)
    results = run.results()
    assert results["x"][0] == (9.0 if before else 1.0)
    assert [len(segment) for segment in results.segments] == ([0, 6] if before else [1, 5])
    assert_same_record(engine.replay_provenance(results), results)


def test_a_run_put_back_to_a_snapshot_is_computed_again():
    sim = make_sim("lorenz", "rk4", observed=True)
    other = sim.replace(params={"rho": 25.0}).start()
    other.advance(n_steps=300)
    run = sim.start()
    run.restore(other.snapshot())
    run.advance(n_steps=100)
    results = run.results()
    assert len(results) == 100
    assert_same_record(engine.replay_provenance(results), results)


def test_results_broken_off_are_computed_again_up_to_there(monkeypatch):
    sim = make_sim("lorenz", "rk4", observed=True)
    broken = engine.run_with_wrapper(sim, n_steps=1000, break_at=300)
    assert broken.status is engine.Status.USER_BREAK
    assert len(broken) == 301
    assert_same_record(engine.replay_provenance(broken), broken)


def own_observer(power=1.0):
    def post(t, dt, y_old, y, p, memory, ws, out, trace, row):
        out[LAST] = y[0]  # noqa: F821
        return y, memory, row

    return engine.ObserverModule(
        key="own", title="own", workspace={"power": power}, outputs={"last": 0.0}, post=post
    )


def test_an_observer_of_ones_own_must_be_given_again(tmp_path):
    sim = make_sim("lorenz", "rk4").replace(observers=(own_observer(),))
    results = sim.run(n_steps=20)
    results.save(tmp_path / "own.npz")
    loaded = engine.Results.load(tmp_path / "own.npz")
    assert_same_record(loaded, results)
    with pytest.raises(engine.StorageError, match="'own' is not one of engine.observers"):
        engine.replay_provenance(loaded)
    with pytest.raises(engine.StorageError, match="measures otherwise"):
        engine.replay_provenance(loaded, observers=(own_observer(power=2.0),))
    assert_same_record(engine.replay_provenance(loaded, observers=own_observer()), results)


@pytest.mark.parametrize("name", engine.observers.OBSERVERS)
def test_every_observer_can_be_made_again_from_its_recipe(name):
    observer = engine.observers.OBSERVERS[name]()
    assert observer.recipe == (name, {})


def test_damaged_provenance_is_refused_in_words():
    good = through_json(VARIED["observed"].provenance)
    live = through_json(VARIED["live"].provenance)
    for damage, message in (
        ({}, "not a provenance"),
        ({**good, "format": 99}, "not a provenance of format"),
        ({**good, "horizon": None}, "how far the run was to go"),
        ({**good, "horizon": {"way": "run"}}, "not whole"),
        ({**good, "model_text": "x' = -x"}, "no 'model_text'"),
        ({**good, "model_text": good["model_text"].replace("- y", "+ y")}, "other code"),
        ({k: v for k, v in good.items() if k != "seed"}, "no 'seed'"),
        ({**good, "observers": [{"key": "lyapunov_mle"}]}, "not one of engine.observers"),
        ({**live, "journal": {"entries": 3}}, "stored journal"),
        ({**live, "journal": {**live["journal"], "entries": [{}]}}, "not whole"),
    ):
        with pytest.raises(engine.PhasescopeError, match=message):
            engine.replay_provenance(damage)
    for damage in (None, {}, {"journal": {}}, {"journal": 5}):
        with pytest.raises(engine.StorageError, match="settings"):
            engine.Sim.from_provenance(damage)


def test_segments_carry_the_parameters_of_their_rows():
    results = VARIED["live"]
    assert [segment.rows.start for segment in results.segments[1:]] == [
        segment.rows.stop for segment in results.segments[:-1]
    ]
    assert results.segments[-1].rows.stop == len(results)
    assert [segment.params["rho"] for segment in results.segments[:3]] == [28.0, 28.0, 20.0]
    for segment in results.segments:
        t = results.t[segment.rows]
        assert np.all(t >= segment.t)
    steppers = [segment.stepper for segment in results.segments if len(segment)]
    assert steppers == ["rk4", "rk4", "rk4", "dopri5", "dopri5", "dopri5"]
    assert [e.kind for e in results.segments[2].edits] == ["params", "state"]


def test_a_chunk_says_which_parameters_its_rows_had():
    run = make_sim("henon", "map").start()
    run.set_params(a=1.2)
    chunk = run.advance(n_steps=10)
    assert [(len(s), s.params["a"]) for s in chunk.segments] == [(11, 1.2)]
    assert run.results().segments[-1].edits[0].values == {"a": 1.2}
