"""Another process compiles: what it leaves in the cache, and what is said where it cannot."""

import os
import signal
import time

import pytest

import engine
from engine.observers.observer import ObserverModule

TEXT = "x' = -k*x + y*{n}; y' = x; k = 1; x(0) = 1"
SLOW = "\n".join(
    f"x{i}' = " + " + ".join(f"sin(x{j} - {k}*x{i})" for j in range(12) for k in range(9))
    for i in range(12)
)


@pytest.fixture
def process(tmp_path, monkeypatch):
    """Give a process that fills a cache of its own."""
    monkeypatch.setenv("PHASESCOPE_CACHE_DIR", str(tmp_path / "cache"))
    engine.clear_cache(disk=False)
    made = engine.CompileProcess()
    yield made
    made.close()
    assert made.pid is None


def test_what_another_process_compiles_is_only_loaded_here(process):
    observers = (engine.observers.lyapunov_mle(), engine.observers.extrema())
    sims = [engine.Sim(TEXT.format(n=n), observers=observers[:n]) for n in range(3)]
    before = engine.cache_counts()
    for sim in sims:
        process.compile(sim, timeout=120.0)
        assert engine.is_compiled(sim)
        assert engine.prepare(sim)
    after = engine.cache_counts()
    assert after.compilations == before.compilations
    assert after.disk_hits == before.disk_hits + len(sims)
    # One process has compiled them all, and starts anew after an accident.
    first = process.pid
    os.kill(first, signal.SIGKILL)
    while process.pid is not None:
        time.sleep(0.01)
    process.compile(engine.Sim(TEXT.format(n=7)), timeout=120.0)
    assert process.pid not in (None, first)


def test_what_takes_too_long_or_is_not_wanted_is_ended(process):
    process.compile(engine.Sim(TEXT.format(n=3)), timeout=120.0)
    slow = engine.Sim(SLOW)
    with pytest.raises(engine.CompileError, match="takes longer than 0.3 s"):
        process.compile(slow, timeout=0.3)
    assert process.pid is None
    with pytest.raises(engine.CompileError, match="no longer wanted"):
        process.compile(slow, wanted=lambda: False)
    assert process.pid is None
    assert not engine.is_compiled(slow)


def test_a_process_that_dies_says_so(process):
    def killed():
        if process.pid is not None:
            os.kill(process.pid, signal.SIGKILL)
        return True

    with pytest.raises(engine.CompileError, match="has ended with status -9"):
        process.compile(engine.Sim(SLOW), wanted=killed)


def test_a_cache_that_takes_no_files_is_named(process, monkeypatch):
    monkeypatch.setenv("PHASESCOPE_CACHE_DIR", "/dev/null/nothing")
    with pytest.raises(engine.CompileError, match="/dev/null/nothing takes no files"):
        process.compile(engine.Sim(TEXT.format(n=4)), timeout=120.0)


def test_an_observer_that_only_this_process_knows_is_refused(process):
    def post(t, dt, y_old, y, p, memory, ws, out, trace, row):
        """Do nothing."""
        return y, memory, row

    own = ObserverModule(key="own", title="own", outputs={"seen": 0.0}, post=post)
    with pytest.raises(engine.CompileError, match="process"):
        process.compile(engine.Sim("lorenz", observers=(own,)), timeout=60.0)
