"""Law 5: a cached runner is a cached runner, and always the right one."""

import json
import os
import subprocess
import sys
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest
from registered import load, make_sim

import engine
from engine.runner import runner_cache, runner_variants

ROOT = Path(engine.__file__).resolve().parent.parent

SCRIPT = """
import json, sys
import engine
observers = (engine.observers.lyapunov_mle(),)
found = []
for model, stepper in json.loads(sys.argv[1]):
    plain = engine.Sim(engine.load_model(model), stepper=stepper)
    for sim in (plain, plain.replace(observers=observers)):
        found.append(list(sim.run(n_steps=50).final_state.values()))
        if not sim.method.adaptive:
            engine.run_single_fastpath(sim, n_steps=5)
counts = engine.cache_counts()
print(json.dumps([found, counts.compilations, counts.disk_hits, counts.renderings,
                  "sympy" in sys.modules]))
"""
EVERYTHING = (("lorenz", "rk4"), ("lorenz", "dopri5"), ("henon", "map"))


def in_new_process(folder, pairs=EVERYTHING, check=True):
    """Run the sims in a new process; return (states, compiled, from disk, rendered, sympy)."""
    environment = {**os.environ, runner_cache.DIRECTORY_VARIABLE: str(folder)}
    done = subprocess.run(
        [sys.executable, "-c", SCRIPT, json.dumps(pairs)],
        env=environment,
        cwd=ROOT,
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 0, done.stderr
    return json.loads(done.stdout)


@pytest.fixture
def own_cache(tmp_path, monkeypatch):
    """Give this test a cache of its own, memory included."""
    monkeypatch.setenv(runner_cache.DIRECTORY_VARIABLE, str(tmp_path))
    monkeypatch.setattr(
        runner_variants, "MEMORY", runner_cache.RunnerMemory(runner_cache.MEMORY_LIMIT)
    )
    return tmp_path


def counts():
    return runner_variants.MEMORY.counts()


def forget_memory(monkeypatch):
    monkeypatch.setattr(
        runner_variants, "MEMORY", runner_cache.RunnerMemory(runner_cache.MEMORY_LIMIT)
    )


def files(folder, part):
    return sorted((folder / part).iterdir())


def test_a_second_process_compiles_and_derives_nothing(tmp_path):
    first = in_new_process(tmp_path)
    second = in_new_process(tmp_path)
    runners = 2 * len(EVERYTHING) + 4
    assert first[1:4] == [runners, 0, runners]
    assert second[1:] == [0, runners, 0, False]
    assert second[0] == first[0]


def test_two_processes_may_fill_the_cache_at_once(tmp_path):
    pairs = (("henon", "map"),)
    with ThreadPoolExecutor(2) as pool:
        together = list(pool.map(lambda _: in_new_process(tmp_path, pairs), range(2)))
    assert together[0][0] == together[1][0]
    assert in_new_process(tmp_path, pairs)[1:] == [0, 4, 0, False]


@pytest.mark.parametrize("part", ["units", "code"])
@pytest.mark.parametrize("damage", ["truncated", "flipped", "empty", "text"])
def test_a_damaged_entry_is_rebuilt(own_cache, monkeypatch, part, damage):
    sim = make_sim("logistic", "map")
    healthy = sim.run(n_steps=20)
    (entry,) = files(own_cache, part)
    content = entry.read_bytes()
    middle = len(content) // 2
    entry.write_bytes(
        {
            "truncated": content[:middle],
            "flipped": content[:middle] + bytes([content[middle] ^ 1]) + content[middle + 1 :],
            "empty": b"",
            "text": b"def run(*arguments):\n    return 0\n",
        }[damage]
    )
    forget_memory(monkeypatch)
    again = sim.run(n_steps=20)
    assert again.final_state == healthy.final_state
    assert counts().renderings == (1 if part == "units" else 0)
    assert counts().compilations == (1 if part == "code" else 0)
    forget_memory(monkeypatch)
    sim.run(n_steps=20)
    assert counts() == engine.CacheCounts(disk_hits=1)


def test_a_cache_that_cannot_be_written_only_costs_time(tmp_path, monkeypatch):
    blocked = tmp_path / "file"
    blocked.write_text("not a folder")
    monkeypatch.setenv(runner_cache.DIRECTORY_VARIABLE, str(blocked))
    forget_memory(monkeypatch)
    result = make_sim("logistic", "map").run(n_steps=20)
    assert result.status is engine.Status.DONE
    assert counts().compilations == 1
    assert blocked.read_text() == "not a folder"


def test_a_full_disk_leaves_no_broken_file(tmp_path, monkeypatch):
    def full(self, target):
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(Path, "replace", full)
    assert not runner_cache.write_atomically(tmp_path / "entry", b"content")
    assert list(tmp_path.iterdir()) == []


def test_a_changed_generator_never_meets_an_old_entry(own_cache, monkeypatch):
    sim = make_sim("logistic", "map")
    sim.run(n_steps=2)
    monkeypatch.setattr(runner_variants, "generator_version", lambda: "another")
    sim.run(n_steps=2)
    assert counts().renderings == 2


def test_a_changed_stepper_or_observer_never_meets_an_old_entry(own_cache):
    model = load("lorenz")
    plan = runner_variants.plan_runner(engine.RunnerVariant.BASE, model=model, stepper="rk4")
    euler = runner_variants.plan_runner(engine.RunnerVariant.BASE, model=model, stepper="euler")
    disguised = engine.Stepper(
        name="rk4", kind="ode", order=1, step=euler.stepper.step, reference="a changed rk4"
    )
    changed = type(plan)(model=model, stepper=disguised, record=plan.record)
    chosen = {"jit": True, "fastmath": ()}
    key = runner_variants.runner_key(engine.RunnerVariant.BASE, plan, **chosen)
    assert runner_variants.runner_key(engine.RunnerVariant.BASE, changed, **chosen) != key
    observer = engine.observers.lyapunov_mle()

    def post(t, dt, y_old, y, p, memory, ws, out, trace, row):
        return y, memory, row

    other = type(observer)(
        key=observer.key,
        title=observer.title,
        workspace=observer.workspace,
        outputs=observer.outputs,
        trace=observer.trace,
        post=post,
        tangents=1,
    )
    assert engine.analysis_signature_hash((other,)) != engine.analysis_signature_hash((observer,))


def test_a_units_name_contains_the_hash_of_its_text_and_of_the_abi():
    chosen = {"model": load("henon"), "stepper": "map", "jit": False}
    base = engine.get_runner(engine.RunnerVariant.BASE, **chosen)
    fast = engine.get_runner(engine.RunnerVariant.FASTPATH, **chosen)
    assert base.name != fast.name
    assert base.source != fast.source


def test_the_source_of_a_runner_can_be_read_and_the_cache_cleared(own_cache):
    runner = engine.get_runner(engine.RunnerVariant.BASE, model=load("logistic"), stepper="map")
    assert runner.source in Path(runner.path).read_text(encoding="utf-8")
    assert "def run(" in runner.source
    engine.clear_cache()
    assert not Path(runner.path).exists()


def test_the_memory_of_live_runners_is_bounded():
    memory = runner_cache.RunnerMemory(3)
    for i in range(10):
        memory.keep(
            runner_cache.Runner(
                digest=str(i), name=f"none_{i}", source="", path="", run=print, compiled=False
            )
        )
    kept = [i for i in range(10) if memory.find(str(i)) is not None]
    assert kept == [7, 8, 9]
