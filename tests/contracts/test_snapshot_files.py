"""A run goes on from a file in another process, to the same bits."""

import json
import os
import subprocess
import sys
from pathlib import Path

import numpy as np
import pytest
from registered import assert_same_bits, assert_same_results, load, make_sim
from stored import edited_run

import engine
from engine import snapshot_file
from engine.runner import abi
from engine.storage import Document, npz

ROOT = Path(engine.__file__).resolve().parent.parent
SCRIPT = """
import sys
import engine
for path in sys.argv[1:]:
    run = engine.Snapshot.load(path).start()
    run.advance(n_steps=150)
    run.snapshot().save(path + ".later.npz")
"""


def in_new_process(*paths):
    done = subprocess.run(
        [sys.executable, "-c", SCRIPT, *map(str, paths)],
        env=dict(os.environ),
        cwd=ROOT,
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 0, done.stderr


def assert_same_snapshot(a, b):
    one, two = a.arrays.copy(), b.arrays.copy()
    # How far the last call of a runner was to go, and what it filled, is no part of the run.
    for arrays in (one, two):
        arrays.counters[[abi.ROW, abi.STEP_BOUND]] = 0
    for name, array in vars(one).items():
        other = vars(two)[name]
        assert array.dtype == other.dtype
        assert array.tobytes() == other.tobytes(), name
    assert a.sim.differs_in(b.sim) is None
    assert a.status is b.status
    assert a.journal.is_continued_by(b.journal)
    assert b.journal.is_continued_by(a.journal)


def test_every_model_and_stepper_goes_on_from_a_file(observed_sim, tmp_path):
    run = observed_sim.start()
    run.advance(n_steps=77)
    snapshot = run.snapshot()
    snapshot.save(tmp_path / "snap.npz")
    loaded = engine.Snapshot.load(tmp_path / "snap.npz")
    assert_same_snapshot(loaded, snapshot)
    later, twin = run.advance(n_steps=150), loaded.start()
    again = twin.advance(n_steps=150)
    assert_same_bits(again.y, later.y)
    assert_same_snapshot(twin.snapshot(), run.snapshot())
    run.restore(loaded)
    assert_same_bits(run.advance(n_steps=150).y, later.y)


def test_a_run_goes_on_in_another_process(tmp_path):
    runs = {
        "edited": edited_run(),
        "sampled": make_sim("van_der_pol", "dopri5", sample_dt=0.03).start(t_end=9.0),
        "map": make_sim("henon", "map", observed=True).start(n_steps=5000),
        "listed": make_sim("lorenz", "rk4", sample_times=(0.1, 1.0, 1.001)).start(),
    }
    paths = []
    for name, run in runs.items():
        run.advance(n_steps=60)
        paths.append(tmp_path / f"{name}.npz")
        run.snapshot().save(paths[-1])
        run.advance(n_steps=150)
    in_new_process(*paths)
    for path, run in zip(paths, runs.values(), strict=True):
        assert_same_snapshot(engine.Snapshot.load(f"{path}.later.npz"), run.snapshot())


def test_a_run_from_a_file_can_be_rewound_to_its_beginning(tmp_path):
    run = edited_run()
    run.snapshot().save(tmp_path / "snap.npz")
    twin = engine.Snapshot.load(tmp_path / "snap.npz").start()
    for step in (run.n_steps - 10, 130, 0):
        run.rewind(step=step)
        twin.rewind(step=step)
        assert_same_bits(twin.y, run.y)
    whole, again = run.advance(n_steps=30), twin.advance(n_steps=30)
    assert_same_bits(again.y, whole.y)
    assert_same_results(twin.results(), run.results())


def test_a_run_put_back_to_its_own_file_keeps_its_past(tmp_path):
    run = engine.Sim(load("lorenz"), dt=0.01, jit=False).start()
    run.advance(n_steps=10)
    run.set_observers([engine.observers.moments(), engine.observers.lyapunov_spectrum()])
    run.advance(n_steps=10)
    run.snapshot().save(tmp_path / "here.npz")
    run.advance(n_steps=10)
    snapshot = engine.Snapshot.load(tmp_path / "here.npz")
    assert snapshot.journal.is_continued_by(run.journal)
    run.restore(snapshot)
    assert len(run.results()) == 21
    run.rewind(step=5)
    assert run.sim.observers == ()


def test_only_the_structure_of_the_model_has_to_fit(tmp_path):
    run = make_sim("lorenz", "rk4", params={"rho": 21.0}).start()
    run.advance(n_steps=50)
    run.snapshot().save(tmp_path / "snap.npz")
    loaded = engine.Snapshot.load(tmp_path / "snap.npz")
    text = load("lorenz").text
    edited = engine.load_model(
        text.replace("rho = { value = 28.0", "rho = { value = 9.0").replace("chaos", "other")
    )
    other = engine.Sim(edited, stepper="rk4", params={"sigma": 3.0}).start()
    other.advance(n_steps=10)
    other.restore(loaded)
    assert other.params["rho"] == 21.0
    assert_same_bits(other.advance(n_steps=50).y, run.advance(n_steps=50).y)


@pytest.mark.parametrize(
    ("change", "message"),
    [
        (("x * y - beta * z", "x * y + beta * z"), "equations of 'z' are 'x [*] y - beta"),
        (("rho", "rhow"), "param names are"),
        (("[sim]", '[aux]\nr2 = "x^2"\n[sim]'), "aux names are"),
    ],
)
def test_other_equations_are_refused_with_what_differs(change, message, tmp_path):
    make_sim("lorenz", "rk4").start().snapshot().save(tmp_path / "snap.npz")
    other = engine.load_model(load("lorenz").text.replace(*change))
    with pytest.raises(engine.RunError, match=message):
        engine.Sim(other).start().restore(engine.Snapshot.load(tmp_path / "snap.npz"))


def test_a_snapshot_of_another_memory_layout_is_refused_in_words(tmp_path, monkeypatch):
    snapshot = make_sim("lorenz", "rk4").start().snapshot()
    with monkeypatch.context() as changed:
        changed.setattr(abi, "N_CLOCK", 99)
        snapshot_file.save_snapshot(snapshot, tmp_path / "old.npz")
    with pytest.raises(engine.StorageError, match="whose runners lay their memory out otherwise"):
        engine.Snapshot.load(tmp_path / "old.npz")


def test_a_user_s_own_observer_must_be_given_again(tmp_path):
    def post(t, dt, y_old, y, p, memory, ws, out, trace, row):
        ws[SUM] += y[0]  # noqa: F821
        out[TOTAL] = ws[SUM]  # noqa: F821
        return y, memory, row

    own = engine.ObserverModule(
        key="own", title="own", workspace={"sum": 0.0}, outputs={"total": 0.0}, post=post
    )
    run = make_sim("lorenz", "rk4").replace(observers=(own,)).start()
    run.advance(n_steps=20)
    run.snapshot().save(tmp_path / "own.npz")
    with pytest.raises(engine.StorageError, match=r"a file cannot hold its code"):
        engine.Snapshot.load(tmp_path / "own.npz")
    twin = engine.Snapshot.load(tmp_path / "own.npz", observers=(own,)).start()
    run.advance(n_steps=20)
    twin.advance(n_steps=20)
    assert twin.observers["own"]["total"] == run.observers["own"]["total"] != 0.0


def test_damaged_snapshots_are_refused(tmp_path):
    path = tmp_path / "snap.npz"
    make_sim("henon", "map", observed=True).start().snapshot().save(path)
    content = path.read_bytes()
    for place in range(0, len(content), len(content) // 50):
        for damaged in (
            content[:place],
            content[:place] + bytes([content[place] ^ 0x04]) + content[place + 1 :],
        ):
            path.write_bytes(damaged)
            try:
                engine.Snapshot.load(path)
            except engine.StorageError as error:
                named = path.name in str(error)
            else:
                named = damaged != content[:place]
            assert named
    make_sim("henon", "map").run(n_steps=5).save(path)
    with pytest.raises(engine.StorageError, match="holds 'results', not a snapshot"):
        engine.Snapshot.load(path)
    with pytest.raises(engine.StorageError, match=r"none\.npz"):
        engine.Snapshot.load(tmp_path / "none.npz")


def forged(path, counters=None, **description):
    """Change a snapshot's file and seal it again."""
    document = npz.read(path)
    arrays = {name: array.copy() for name, array in document.arrays.items()}
    for index, value in (counters or {}).items():
        arrays["counters"].view(np.int64)[index] = value
    described = json.loads(json.dumps(document.description)) | description
    npz.write(Document(description=described, table={}, arrays=arrays), path)


@pytest.mark.parametrize(
    "counters",
    [
        {abi.STEP: -5},
        {abi.RECORD_INTERVAL: 0},
        {abi.ORIGIN_STEP: 10**6},
        {abi.SAMPLE: 10**6},
        {abi.SAMPLE: -1},
    ],
)
def test_forged_counters_never_reach_compiled_code(tmp_path, counters):
    path = tmp_path / "snap.npz"
    make_sim("lorenz", "rk4", sample_times=(0.0, 1.0)).start().snapshot().save(path)
    forged(path, counters)
    with pytest.raises(engine.StorageError, match="contradict its settings"):
        engine.Snapshot.load(path)


def test_forged_buffer_fills_are_not_believed(tmp_path):
    path = tmp_path / "snap.npz"
    run = make_sim("lorenz", "rk4", observed=True).start()
    run.snapshot().save(path)
    forged(path, {abi.ROW: 10**15, abi.TRACE_ROW: 10**15})
    assert_same_results(engine.Snapshot.load(path).start().results(), run.results())


@pytest.mark.parametrize(
    ("description", "message"),
    [
        ({"journal": {}}, "stored journal"),
        ({"journal": None}, "stored journal"),
        ({"status": "FINE"}, "not whole"),
        ({"sim": {}}, "model_text"),
        ({"abi": None}, "otherwise"),
        ({"stepper": "another"}, "stepper 'rk4' computes otherwise"),
    ],
)
def test_forged_descriptions_are_refused(tmp_path, description, message):
    path = tmp_path / "snap.npz"
    make_sim("lorenz", "rk4").start().snapshot().save(path)
    forged(path, **description)
    with pytest.raises(engine.StorageError, match=message):
        engine.Snapshot.load(path)
