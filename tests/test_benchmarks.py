"""The benchmarks measure what they say they measure."""

import itertools
import subprocess
import sys
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import numpy as np
import pytest

import engine
from benchmarks import __main__ as command
from benchmarks import compile_time, measure, others
from benchmarks.c_loops import NoCompilerError, compile_loops
from benchmarks.ensembles import ENSEMBLES, Sides
from benchmarks.measure import Row, speed_ratio, table
from benchmarks.precision_problems import PROBLEMS
from benchmarks.precision_solvers import of_engine, of_scipy
from benchmarks.throughput import CASES, Orbit
from benchmarks.work_precision import Point, cost_at, points, summary, write

ROOT = Path(__file__).resolve().parent.parent


@pytest.mark.parametrize("case", CASES, ids=lambda case: case.title)
def test_c_loop_computes_the_same_orbit(case):
    try:
        loops = compile_loops(case.flags)
    except NoCompilerError as error:
        pytest.skip(str(error))
    Orbit(case, loops[case.loop]).check()


@pytest.mark.parametrize("ensemble", ENSEMBLES, ids=lambda ensemble: ensemble.title)
def test_c_loop_computes_the_same_orbits(ensemble):
    try:
        loops = compile_loops()
    except NoCompilerError as error:
        pytest.skip(str(error))
    with ThreadPoolExecutor(1) as threads:
        Sides(ensemble, loops[ensemble.loop], threads).check()


@pytest.mark.parametrize("name", others.FIXED)
def test_other_packages_get_the_same_model(name):
    case = next(case for case in others.cases() if case.model == name)
    given, named = (
        engine.Sim(engine.load_model(model), jit=False, **case.settings)
        for model in (others.FIXED[name](), name)
    )
    assert given.params == pytest.approx(dict(named.params))
    same = named.replace(y0=given.y0, record=given.record)
    assert given.run(n_steps=5).y == pytest.approx(same.run(n_steps=5).y)


def test_a_package_that_is_missing_is_skipped(monkeypatch):
    def missing(case):
        raise ImportError("no module named 'dynlib'")

    monkeypatch.setitem(others.ANY, "dynlib", missing)
    case = next(case for case in others.cases() if case.model == "logistic")
    orbit = Orbit(case, loop=None)
    row = others.rival_row(case, orbit, "dynlib", rounds=2, length=10)
    assert row.value is None
    assert row.note == "skipped: no module named 'dynlib'"


def test_compile_time_is_measured_from_an_empty_cache(monkeypatch):
    monkeypatch.setattr(compile_time, "CASES", (("euler", False),))
    rows = compile_time.measure(quick=True)
    assert [row.case for row in rows] == ["cold compile, lorenz euler"]
    assert rows[0].value > 0.0
    # The last round began with an empty cache and compiled.
    assert engine.cache_counts().disk_hits == 0
    assert engine.cache_counts().compilations == 1


def test_missing_compiler_is_said(monkeypatch):
    monkeypatch.setenv("CC", "no-such-compiler")
    with pytest.raises(NoCompilerError, match="no C compiler"):
        compile_loops()


def test_ratio_tells_the_quicker_one(monkeypatch):
    clock = [0.0]

    def work(seconds):
        clock[0] += next(seconds)

    monkeypatch.setattr(measure.time, "process_time", lambda: clock[0])
    # After thousands of tests one collection takes seconds.
    monkeypatch.setattr(measure.gc, "collect", lambda: 0)
    slow, quick = itertools.cycle([2.0, 4.0, 8.0]), itertools.cycle([1.0])
    paired = speed_ratio(lambda: work(slow), lambda: work(quick), rounds=6)
    assert paired.ratio == 4.0
    assert paired.quartiles == (2.5, 7.0)


@pytest.mark.parametrize(
    ("bounds", "verdict"),
    [
        ({}, ""),
        ({"at_least": 2.0}, "short"),
        ({"at_least": 1.5}, "ok"),
        ({"at_most": 1.0}, "short"),
    ],
)
def test_verdict_compares_with_what_is_expected(bounds, verdict):
    assert Row(case="a", value=1.5, unit="x", **bounds).verdict() == verdict


def test_table_is_aligned_and_says_what_was_skipped():
    rows = [
        Row(case="one", value=1.25, unit="x C", at_least=1.0, quartiles=(1.0, 1.5)),
        Row(case="another", value=None, unit="fps", note="no browser"),
    ]
    lines = table(rows).splitlines()
    assert len({len(line) for line in lines}) == 1
    assert "1.25 x C" in lines[2]
    assert ">= 1" in lines[2]
    assert "no browser" in lines[3]


def test_unknown_part_is_refused(capsys):
    with pytest.raises(SystemExit):
        command.main(["thruput"])
    assert "valid: throughput" in capsys.readouterr().err


def test_points_of_a_diagram_are_errors_and_times(tmp_path):
    problem = PROBLEMS[0]
    chosen = {"phasescope rk45": of_engine("rk45"), "SciPy RK45": of_scipy("RK45")}
    measured = points(problem, chosen, (1e-4, 1e-7), rounds=1)
    assert [p.solver for p in measured] == [name for name in chosen for _ in range(2)]
    for loose, tight in (measured[:2], measured[2:]):
        assert tight.error < 0.1 * loose.error
        assert tight.steps > loose.steps
        assert tight.error < 0.1
        assert loose.seconds > 0.0
    write(measured, tmp_path / "made")
    assert len((tmp_path / "made" / "work_precision.csv").read_text().splitlines()) == 5


def test_problems_have_one_right_hand_side_in_two_forms():
    for problem in PROBLEMS:
        model = engine.load_model(problem.text)
        assert model.initial_state == tuple(problem.start)
        y = 0.3 + 0.1 * np.arange(len(problem.start))
        state = dict(zip(model.state_names, y, strict=True))
        rates = engine.Sim(model, stepper="euler", dt=2.0**-20, y0=state, jit=False).run(n_steps=1)
        found = (rates.y[1] - rates.y[0]) * 2.0**20
        assert found == pytest.approx(problem.flow(0.0, y), rel=1e-8, abs=1e-8)


def made_point(solver, error, seconds):
    return Point(problem="p", solver=solver, tolerance=error, error=error, seconds=seconds, steps=1)


def test_the_cost_of_an_error_lies_on_the_line_between_two_points():
    line = [made_point("a", 1e-8, 1.0), made_point("a", 1e-10, 4.0), made_point("a", 1e-9, 9.0)]
    assert cost_at(line, 1e-9) == pytest.approx(2.0)
    assert cost_at(line, 1e-11) is None
    other = [made_point("heyoka", 1e-8, 2.0), made_point("heyoka", 1e-10, 8.0)]
    rows = summary([*line, *other])
    assert [row.value for row in rows] == pytest.approx([0.5, 1.0])
    assert summary([made_point("b", 1e-8, 1.0), *other])[0].note == "error not reached"


@pytest.mark.slow
def test_a_part_runs_from_the_command_line():
    result = subprocess.run(
        [sys.executable, "-m", "benchmarks", "chunking", "--quick"],
        cwd=ROOT,
        capture_output=True,
        text=True,
        check=True,
    )
    assert "chunks of 5000 steps" in result.stdout
