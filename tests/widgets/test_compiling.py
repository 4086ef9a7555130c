"""Runs move before they are compiled, and go over to machine code to the same bits."""

import os
import signal
import threading
import time
from collections.abc import Callable, Iterator

import numpy as np
import pytest

import engine
from widgets import LiveRun
from widgets.live.compiler import Compiler, Job
from widgets.live.compiling import Compiling, is_slow_to_begin
from widgets.live.player import Player

N = 16
LARGE = "\n".join(
    f"x{i}' = " + " + ".join(f"k*sin(x{j} - x{i})" for j in range(N)) for i in range(N)
)
LARGE += "\nk = 0.3 in [0, 1]\nx0(0) = 1\nx5(0) = 2"


class Patient:
    """Stand for the compiler; a test says when it is done."""

    def __init__(self) -> None:
        self.jobs: list[Job] = []

    def ask(self, sim: engine.Sim, wake: Callable[[], None]) -> Job:
        self.jobs.append(Job(sim, wake))
        return self.jobs[-1]

    def finish(self) -> None:
        job = self.jobs[-1]
        engine.prepare(job.sim)
        job.settle()


@pytest.fixture
def patient(tmp_path: object, monkeypatch: pytest.MonkeyPatch) -> Patient:
    """Give a compiler that waits for the test, and an empty cache."""
    monkeypatch.setenv("PHASESCOPE_CACHE_DIR", str(tmp_path))
    engine.clear_cache(disk=False)
    return Patient()


@pytest.fixture
def begun(patient: Patient) -> Iterator[Callable[..., LiveRun]]:
    """Give a function that lets a model move with that compiler."""
    made: list[LiveRun] = []

    def begin(source: str, **settings: object) -> LiveRun:
        live = LiveRun(source, player=Player(compiling=Compiling(patient)), **settings)
        made.append(live)
        live.play()
        assert live.settle(60)
        return live

    yield begin
    for live in made:
        live.close()
        assert live.join(60)


def run_of(live: LiveRun) -> engine.Run:
    run = live._player.run
    assert run is not None
    return run


def moving(live: LiveRun) -> Callable[[], bool]:
    rows = live.moment.rows
    return lambda: live.moment.rows > rows + 3


def assert_replays(live: LiveRun) -> None:
    live.pause()
    run = run_of(live)
    twin = engine.replay(run.journal.origin, run.journal)
    assert twin.compiled
    assert twin.y.tobytes() == run.y.tobytes()
    assert twin.n_steps == run.n_steps
    for key, observed in run.observers.items():
        for name, value in observed.outputs.items():
            np.testing.assert_array_equal(value, twin.observers[key].outputs[name])


@pytest.mark.parametrize("source", ["lorenz", "henon", "ornstein_uhlenbeck"])
def test_a_model_moves_first_and_is_compiled_then(
    source: str, begun: Callable[..., LiveRun], patient: Patient, until: Callable[..., None]
) -> None:
    live = begun(source)
    until(moving(live))
    assert not run_of(live).compiled
    until(lambda: live.status.startswith("Running, interpreted while it is compiled"))
    live.set_param(next(iter(live.parameters)), 0.9 * next(iter(live.parameters.values())))
    patient.finish()
    until(lambda: run_of(live).compiled)
    until(moving(live))
    until(lambda: live.status.startswith("Running · "))
    assert len(patient.jobs) == 1
    assert_replays(live)
    live.reset()
    assert live.settle(60)
    assert run_of(live).compiled
    assert len(patient.jobs) == 1


def test_the_newest_wish_is_the_one_that_is_compiled(
    begun: Callable[..., LiveRun], patient: Patient, until: Callable[..., None]
) -> None:
    live = begun("lorenz")
    until(lambda: len(patient.jobs) == 1)
    live.set_stepper("dopri5")
    until(lambda: len(patient.jobs) == 2)
    assert not patient.jobs[0].wanted
    assert live.stepper == "dopri5"
    live.choose_model("rossler")
    until(lambda: len(patient.jobs) == 3)
    assert [job.wanted for job in patient.jobs] == [False, False, True]
    patient.jobs[0].settle()
    until(moving(live))
    assert not run_of(live).compiled
    patient.finish()
    until(lambda: run_of(live).compiled)
    assert_replays(live)


def test_what_cannot_be_compiled_goes_on_and_says_why(
    begun: Callable[..., LiveRun], patient: Patient, until: Callable[..., None]
) -> None:
    live = begun("lorenz")
    until(lambda: len(patient.jobs) == 1)
    patient.jobs[0].settle("compiling takes longer than 5 s")
    until(lambda: "Running, interpreted: compiling takes longer than 5 s · " in live.status)
    until(moving(live))
    assert len(patient.jobs) == 1


def test_a_large_model_moves_before_its_equations_are_differentiated(
    begun: Callable[..., LiveRun], patient: Patient, until: Callable[..., None]
) -> None:
    sim = engine.Sim(LARGE, observers=(engine.observers.lyapunov_mle(),))
    assert is_slow_to_begin(sim)
    assert not is_slow_to_begin(sim.replace(observers=()))
    live = begun(LARGE)
    until(moving(live))
    assert run_of(live).sim.observers == ()
    # So does one that goes over to a method that needs the derivatives of large equations.
    live.set_stepper("rodas4")
    until(lambda: len(patient.jobs) == 2)
    (awaited,) = (job for job in patient.jobs if job.sim.stepper == "rodas4")
    until(lambda: live.status.startswith("Running, rodas4 is being compiled"))
    until(moving(live))
    assert live.stepper == "rk4"
    awaited.settle("it is enough to know")
    until(lambda: live.stepper == "rodas4")
    assert live.messages == {}


def test_observers_that_would_hold_up_the_beginning_are_put_on_later(
    begun: Callable[..., LiveRun], patient: Patient, until: Callable[..., None]
) -> None:
    live = begun(LARGE)
    until(lambda: len(patient.jobs) == 1)
    assert [o.key for o in patient.jobs[0].sim.observers] == ["lyapunov_mle"]
    patient.jobs[0].settle("no compiler")
    until(lambda: bool(run_of(live).sim.observers))
    assert "lyapunov_mle.mle" in live.traces


@pytest.fixture
def compiler(
    tmp_path: object, monkeypatch: pytest.MonkeyPatch
) -> Iterator[Callable[..., Compiler]]:
    """Give a function that makes compilers with an empty cache."""
    monkeypatch.setenv("PHASESCOPE_CACHE_DIR", str(tmp_path))
    engine.clear_cache(disk=False)
    made: list[Compiler] = []

    def make(**settings: float) -> Compiler:
        made.append(Compiler(**settings))
        return made[-1]

    yield make
    for one in made:
        one.close()
        assert one.pid is None


def ended(job: Job, timeout: float = 120.0) -> Job:
    deadline = time.monotonic() + timeout
    while not (job.done or job.refused):
        assert time.monotonic() < deadline
        time.sleep(0.01)
    return job


def test_a_compiler_compiles_elsewhere_and_loads_here(compiler: Callable[..., Compiler]) -> None:
    one = compiler()
    woken = threading.Event()
    before = engine.cache_counts().disk_hits
    sim = engine.Sim("x' = -a*x; a = 1.25; x(0) = 1")
    assert ended(one.ask(sim, woken.set)).refused == ""
    assert woken.wait(10)
    assert engine.cache_counts().disk_hits > before
    assert one.pid is not None
    # A process that ends over one problem compiles the next.
    os.kill(one.pid, signal.SIGKILL)
    assert ended(one.ask(engine.Sim("x' = -a*x^3; a = 1.25; x(0) = 1"))).refused == ""


def test_what_takes_too_long_is_given_up(compiler: Callable[..., Compiler]) -> None:
    job = ended(compiler(longest_s=0.5).ask(engine.Sim(LARGE, stepper="rodas4")))
    assert job.refused == "compiling takes longer than 0.5 s"


def test_without_a_cache_it_is_compiled_here(
    compiler: Callable[..., Compiler], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("PHASESCOPE_CACHE_DIR", "/dev/null/nowhere")
    sim = engine.Sim("x' = -a*x; a = 1.75; x(0) = 1")
    assert ended(compiler().ask(sim)).done
    run = sim.start(compile_first=False)
    assert run.compiled
    limited = ended(compiler(longest_s=60.0).ask(engine.Sim("x' = -a*x^2; a = 1; x(0) = 1")))
    assert "/dev/null/nowhere takes no files" in limited.refused
