"""Law 5: a cached runner is a cached runner, and always the right one."""

import json
import linecache
import os
import subprocess
import sys
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from types import ModuleType

import pytest
from registered import load, make_sim

import engine
from engine.runner import disk_space, runner_cache, runner_variants

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
            engine.run_batch_fastpath(sim, n_steps=5)
counts = engine.cache_counts()
print(json.dumps([found, counts.compilations, counts.disk_hits, counts.renderings,
                  "sympy" in sys.modules]))
"""
EVERYTHING = (("lorenz", "rk4"), ("lorenz", "dopri5"), ("henon", "map"))


def in_new_process(folder, pairs=EVERYTHING, script=SCRIPT):
    """Run a script in a new process; return what it printed, a list where it is one line."""
    environment = {**os.environ, runner_cache.DIRECTORY_VARIABLE: str(folder)}
    done = subprocess.run(
        [sys.executable, "-c", script, json.dumps(pairs)],
        env=environment,
        cwd=ROOT,
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 0, done.stderr
    lines = [json.loads(line) for line in done.stdout.splitlines()]
    return lines[0] if script is SCRIPT else lines


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
    runners = 2 * len(EVERYTHING) + 8
    assert first[1:4] == [runners, 0, runners]
    assert second[1:] == [0, runners, 0, False]
    assert second[0] == first[0]


VARIANTS = [
    (variant.name, model, stepper, dense)
    for model, stepper, dense in (
        ("lorenz", "rk4", False),
        ("lorenz", "dopri5", True),
        ("henon", "map", False),
    )
    for variant in engine.RunnerVariant
    if not (variant.bounded and stepper == "dopri5")
]

EACH = """
import json, sys
import engine
for variant, model, stepper, sampled in json.loads(sys.argv[1]):
    variant = engine.RunnerVariant[variant]
    engine.get_runner(
        variant, model=engine.load_model(model), stepper=stepper, sampled=sampled,
        observers=(engine.observers.lyapunov_mle(),) if variant.observes else (),
        stop=None if variant.bounded else engine.StopCondition(cond="x > 1e6"),
    )
    counts = engine.cache_counts()
    print(json.dumps([counts.compilations, counts.disk_hits, counts.renderings]))
"""


def test_each_variant_of_each_kind_is_found_by_a_second_process(tmp_path):
    first = in_new_process(tmp_path, VARIANTS, script=EACH)
    assert first == [[i, 0, i] for i in range(1, len(VARIANTS) + 1)]
    second = in_new_process(tmp_path, VARIANTS, script=EACH)
    assert second == [[0, i, 0] for i in range(1, len(VARIANTS) + 1)]


def test_two_processes_may_fill_the_cache_at_once(tmp_path):
    pairs = (("henon", "map"),)
    with ThreadPoolExecutor(2) as pool:
        together = list(pool.map(lambda _: in_new_process(tmp_path, pairs), range(2)))
    assert together[0][0] == together[1][0]
    assert in_new_process(tmp_path, pairs)[1:] == [0, 6, 0, False]


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


class FullDisk:
    """Stand in for a file on a disk that is full after so many bytes."""

    def __init__(self, stream, room):
        self.stream, self.room, self.name = stream, room, stream.name

    def __enter__(self):
        return self

    def __exit__(self, *failure):
        self.stream.close()

    def write(self, content):
        self.stream.write(content[: self.room])
        raise OSError(28, "No space left on device")


@pytest.mark.parametrize("room", [0, 100])
def test_a_disk_that_fills_up_while_writing_only_costs_time(own_cache, monkeypatch, room):
    real = runner_cache.tempfile.NamedTemporaryFile
    with monkeypatch.context() as full:
        full.setattr(
            runner_cache.tempfile,
            "NamedTemporaryFile",
            lambda **options: FullDisk(real(**options), room),
        )
        assert make_sim("logistic", "map").run(n_steps=20).status is engine.Status.DONE
    assert counts().compilations == 1
    assert files(own_cache, "units") == files(own_cache, "code") == []
    forget_memory(monkeypatch)
    make_sim("logistic", "map").run(n_steps=20)
    assert counts().compilations == 1
    assert len(files(own_cache, "code")) == 1


def test_a_cache_that_can_only_be_read_is_read(own_cache, monkeypatch):
    sim = make_sim("logistic", "map")
    healthy = sim.run(n_steps=20)
    forget_memory(monkeypatch)

    def read_only(*arguments, **options):
        raise OSError(30, "Read-only file system")

    monkeypatch.setattr(os, "utime", read_only)
    monkeypatch.setattr(runner_cache.tempfile, "NamedTemporaryFile", read_only)
    assert sim.run(n_steps=20).final_state == healthy.final_state
    assert counts() == engine.CacheCounts(disk_hits=1)
    engine.Sim(load("henon")).run(n_steps=2)
    assert counts().compilations == 1


def test_what_was_unused_for_longest_makes_room(tmp_path):
    folders = [tmp_path / "units", tmp_path / "code"]
    for folder in folders:
        folder.mkdir()
    for i in range(20):
        path = folders[i % 2] / f"{i}.bin"
        path.write_bytes(bytes(100))
        os.utime(path, (i, i))
    disk_space.mark_used(folders[0] / "0.bin")
    disk_space.make_room(folders, limit=2000)
    assert len(files(tmp_path, "units") + files(tmp_path, "code")) == 20
    disk_space.make_room(folders, limit=1999)
    kept = {int(path.stem) for path in files(tmp_path, "units") + files(tmp_path, "code")}
    assert kept == {0, *range(7, 20)}
    disk_space.make_room([*folders, tmp_path / "nowhere"], limit=0)
    assert files(tmp_path, "units") == files(tmp_path, "code") == []


def test_a_file_left_by_a_killed_process_goes_and_one_being_written_stays(tmp_path):
    old, new = tmp_path / "old.tmp", tmp_path / "new.tmp"
    old.write_bytes(b"half")
    new.write_bytes(b"half")
    os.utime(old, (1.0, 1.0))
    disk_space.make_room([tmp_path], limit=1000)
    assert list(tmp_path.iterdir()) == [new]


def test_files_are_looked_at_only_once_in_a_while(tmp_path, monkeypatch):
    looked = []
    make_room = disk_space.make_room

    def counted(folders, limit):
        looked.append(limit)
        return make_room(folders, limit)

    monkeypatch.setattr(disk_space, "make_room", counted)
    for i in range(320):
        (tmp_path / f"{i}.bin").write_bytes(bytes(10))
        disk_space.note_written((tmp_path,), 6400, 10)
    assert len(looked) == 1 + 31
    # Where there is little room left, earlier.
    for i in range(320, 960):
        (tmp_path / f"{i}.bin").write_bytes(bytes(10))
        disk_space.note_written((tmp_path,), 6400, 10)
        assert sum(path.stat().st_size for path in tmp_path.iterdir()) <= 6400


def test_the_cache_on_disk_keeps_within_its_limit(own_cache, monkeypatch):
    monkeypatch.setattr(disk_space, "DISK_LIMIT", 1)
    for name in ("logistic", "henon"):
        engine.Sim(load(name)).run(n_steps=2)
    assert files(own_cache, "units") == files(own_cache, "code") == []
    assert counts().compilations == 2


def test_a_changed_generator_never_meets_an_old_entry(own_cache, monkeypatch):
    sim = make_sim("logistic", "map")
    sim.run(n_steps=2)
    monkeypatch.setattr(runner_variants, "generator_version", lambda: "another")
    sim.run(n_steps=2)
    assert counts().renderings == 2


@pytest.mark.parametrize(
    ("module", "name"),
    [(runner_variants, "generator_version"), (runner_variants, "machine_identity")],
)
def test_changed_generator_or_machine_never_gets_old_machine_code(
    own_cache, monkeypatch, module, name
):
    sim = make_sim("logistic", "map")
    sim.run(n_steps=2)
    forget_memory(monkeypatch)
    # The text stays the same: only what compiles it, or computes for it, is another.
    monkeypatch.setattr(module, name, lambda: "another")
    sim.run(n_steps=2)
    assert (counts().disk_hits, counts().compilations) == (0, 1)


def test_a_changed_abi_makes_another_unit(own_cache, monkeypatch):
    sim = make_sim("logistic", "map")
    sim.run(n_steps=2)
    forget_memory(monkeypatch)
    real = runner_variants.inspect.getsource
    monkeypatch.setattr(runner_variants.inspect, "getsource", lambda what: real(what) + "# new")
    sim.run(n_steps=2)
    assert (counts().disk_hits, counts().compilations) == (0, 1)


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


def test_the_source_of_a_sim_is_that_of_its_runner(own_cache):
    sim = make_sim("logistic", "map", observed=True)
    text = engine.runner_source(sim)
    assert counts().compilations == 0
    runner = engine.get_runner(
        engine.RunnerVariant.ANALYSIS, model=sim.model, stepper="map", observers=sim.observers
    )
    assert text == runner.source
    assert engine.runner_source(sim, fastpath=True) != text
    with pytest.raises(engine.SimError, match="give a Sim"):
        engine.runner_source("logistic")


def test_the_memory_of_live_runners_is_bounded():
    memory = runner_cache.RunnerMemory(3)
    for i in range(10):
        name, path = f"none_{i}", f"none_{i // 2}.py"
        sys.modules[name], linecache.cache[path] = ModuleType(name), (0, None, [], path)
        memory.keep(
            runner_cache.Runner(
                digest=str(i), name=name, source="", path=path, run=print, compiled=False
            )
        )
    kept = [i for i in range(10) if memory.find(str(i)) is not None]
    assert kept == [7, 8, 9]
    # The text that runner 7 shares with runner 6 stays.
    assert [i for i in range(10) if f"none_{i}" in sys.modules] == [7, 8, 9]
    assert [i for i in range(5) if f"none_{i}.py" in linecache.cache] == [3, 4]
    memory.clear()
    assert not [i for i in range(10) if f"none_{i}" in sys.modules]
    assert not [i for i in range(5) if f"none_{i}.py" in linecache.cache]
