"""What the documents show is what the code does."""

import importlib
import inspect
import re
import runpy
import shutil
import struct
import subprocess
import sys
import time
import tomllib
from pathlib import Path

import numpy as np
import pytest

import engine
import widgets
from engine import storage
from engine.runner import abi
from engine.runner.batch_template import RUN_ARGUMENTS, run_lanes

ROOT = Path(__file__).resolve().parent.parent
README = (ROOT / "README.md").read_text(encoding="utf-8")
CONTRIBUTING = (ROOT / "CONTRIBUTING.md").read_text(encoding="utf-8")
DOCUMENTS = {"README.md": README, "CONTRIBUTING.md": CONTRIBUTING}


def block(document, marker):
    """Return the fenced block that follows the comment `<!-- marker -->`."""
    pattern = rf"<!-- {re.escape(marker)} -->\n```\w*\n(.*?)^```$"
    found = re.findall(pattern, document, re.MULTILINE | re.DOTALL)
    assert len(found) == 1, f"one block must follow <!-- {marker} -->"
    return found[0]


def checkout(folder, *names):
    """Copy parts of the project to `folder`, where an example may be added to them."""
    ignore = shutil.ignore_patterns("__pycache__", ".*")
    for name in names:
        source = ROOT / name
        if source.is_dir():
            shutil.copytree(source, folder / name, ignore=ignore)
        else:
            (folder / name).parent.mkdir(parents=True, exist_ok=True)
            shutil.copy(source, folder / name)


def test_notebook_code_of_the_readme_runs(capsys):
    namespace = {}
    code = block(README, "notebook example")
    assert len([line for line in code.splitlines() if line]) == 8
    exec(compile(code, "README.md", "exec"), namespace)
    x, exponent = map(float, capsys.readouterr().out.split())
    assert x == namespace["after"]["x"][-1]
    assert exponent == namespace["run"].observers["lyapunov_mle"]["mle"]
    exec(compile(block(README, "text example"), "README.md", "exec"), namespace)
    orbit = namespace["orbit"]
    assert orbit.status is engine.Status.DONE
    assert orbit.t[-1] == 40.0


def test_measurements_of_the_readme_measure(tmp_path, capsys):
    path = tmp_path / "measuring.py"
    examples = [block(README, f"{which} example") for which in ("measuring", "own observer")]
    path.write_text("import engine\n\n" + "\n".join(examples), encoding="utf-8")
    namespace = runpy.run_path(str(path))
    assert "[" in capsys.readouterr().out
    result = engine.Sim("lorenz", dt=0.01, observers=namespace["above"]).run(t_end=20.0)
    high = np.mean(result["x"][1:] ** 2 + result["y"][1:] ** 2 > 300.0)
    assert result.observers["above"]["share"] == pytest.approx(high)
    for name in engine.observers.OBSERVERS:
        assert f"{name}" in README


def test_events_of_the_readme_are_where_they_should_be(capsys):
    namespace = {"engine": engine}
    exec(compile(block(README, "events example"), "README.md", "exec"), namespace)
    [log] = namespace["bounces"].values()
    first, flight = np.sqrt(2.0 / 9.81), 2.0 * 0.9 * np.sqrt(2.0 / 9.81)
    assert log["t"][:2] == pytest.approx([first, first + flight], rel=1e-9)


def test_files_of_the_readme_are_computed_again(tmp_path, monkeypatch, capsys):
    monkeypatch.chdir(tmp_path)
    namespace = {}
    code = block(README, "notebook example").replace('widgets.explore("lorenz")', "None")
    exec(compile(code, "README.md", "exec"), namespace)
    exec(compile(block(README, "files example"), "README.md", "exec"), namespace)
    results, again = namespace["results"], namespace["again"]
    assert results.y.tobytes() == again.y.tobytes()
    assert len(results.segments) == 2
    assert namespace["later"].y.tobytes() == namespace["run"].y.tobytes()


def test_bifurcation_diagram_of_the_readme_is_one():
    namespace = {"engine": engine}
    exec(compile(block(README, "diagram example"), "README.md", "exec"), namespace)
    batch, points = namespace["batch"], namespace["points"]
    assert batch.completed.all()
    assert points.shape == (200_000, 2)
    distinct = [len(set(x.round(6).tolist())) for x in batch["x"]]
    r = batch.params["r"]
    assert distinct[(r < 2.95).nonzero()[0][-1]] == 1
    assert distinct[(r < 3.3).nonzero()[0][-1]] == 2
    assert distinct[(r < 3.5).nonzero()[0][-1]] == 4
    assert distinct[-2] > 90


def test_readme_says_how_many_models_and_names_every_stepper():
    sentence = re.search(r"A library of (\d+) systems", README)
    assert sentence is not None
    assert int(sentence[1]) == len(engine.list_models())
    for stepper in engine.list_steppers("ode"):
        assert f"`{stepper.name}`" in README


def test_noise_of_the_readme_has_its_variance(capsys):
    namespace = {"engine": engine, "np": np, "Tail": engine.recording.Tail}
    exec(compile(block(README, "noise example"), "README.md", "exec"), namespace)
    assert float(capsys.readouterr().out) == pytest.approx(0.125, rel=0.15)


def test_commands_to_start_and_to_test_are_one_line_each():
    commands = re.findall(r"```sh\n(.*?)^```$", README, re.MULTILINE | re.DOTALL)
    start, serve, test = commands
    assert [len(command.splitlines()) for command in (start, test)] == [1, 1]
    assert serve.startswith("panel serve app")
    assert start.startswith("python3 -m venv .venv && .venv/bin/pip install")
    assert "panel serve app" in start
    assert test == block(README, "test command")
    assert test.endswith("-m pytest\n")


def test_continuous_integration_runs_the_command_of_the_readme():
    script = (ROOT / ".ci" / "run").read_text(encoding="utf-8")
    extraction = re.search(r"^test_command=\$\((.*)\)$", script, re.MULTILINE)
    assert extraction is not None
    result = subprocess.run(
        ["bash", "-c", extraction[1]], cwd=ROOT, capture_output=True, text=True, check=True
    )
    assert result.stdout.strip() == block(README, "test command").strip()


@pytest.mark.parametrize("name", DOCUMENTS)
def test_links_lead_somewhere(name):
    links = re.findall(r"\]\(([^)#]+)\)", DOCUMENTS[name])
    assert [link for link in links if "://" not in link and not (ROOT / link).exists()] == []


@pytest.mark.parametrize("name", DOCUMENTS)
def test_paths_and_targets_named_exist(name):
    text = DOCUMENTS[name]
    paths = re.findall(r"`((?:engine|widgets|app|tests|benchmarks|notebooks)/[\w./]*)`", text)
    assert [path for path in paths if not (ROOT / path).exists()] == []
    targets = set(re.findall(r"^(\w+):", (ROOT / "Makefile").read_text(), re.MULTILINE))
    assert set(re.findall(r"\bmake (check|quick|lint|\w+)\s+#", text)) <= targets


def test_screenshot_is_a_picture_of_a_whole_screen():
    content = (ROOT / "docs" / "screenshot.png").read_bytes()
    assert content[:8] == b"\x89PNG\r\n\x1a\n"
    width, height = struct.unpack(">II", content[16:24])
    assert width >= 1200
    assert height >= 700


def test_changelog_knows_the_version():
    version = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))["project"]
    changelog = (ROOT / "CHANGELOG.md").read_text(encoding="utf-8")
    assert f"## [{version['version']}]" in changelog


@pytest.mark.parametrize("entry", ["run", "run_orbits", "run_lanes"])
def test_calling_convention_names_the_arguments_there_are(entry):
    arguments = {
        "run": RUN_ARGUMENTS,
        "run_orbits": (*RUN_ARGUMENTS, "status"),
        "run_lanes": tuple(inspect.signature(run_lanes).parameters),
    }[entry]
    [written] = re.findall(rf"^ +(?:status = )?{entry}\((.*?)\)$", abi.__doc__, re.M | re.S)
    assert tuple(re.findall(r"\w+", written)) == arguments
    described = set(re.findall(r"^(\w+) +\(", abi.__doc__, re.M))
    assert set(arguments) <= described


def test_every_signal_is_explained():
    explained = re.findall(r"^    ([A-Z_]+)$", engine.Status.__doc__, re.M)
    assert explained == [status.name for status in engine.Status]


def test_model_of_the_guide_loads_from_a_file(tmp_path):
    path = tmp_path / "sprott_b.toml"
    path.write_text(block(CONTRIBUTING, "model: sprott_b.toml"), encoding="utf-8")
    model = engine.load_model(path)
    result = engine.Sim(model, jit=False).run(n_steps=100)
    assert result.status is engine.Status.DONE
    assert len(model.spec.presets) >= 2
    assert model.spec.meta.reference


def run_in(folder, script):
    return subprocess.run(
        [sys.executable, "-c", script], cwd=folder, capture_output=True, text=True, check=False
    )


@pytest.mark.slow
def test_stepper_of_the_guide_passes_the_contracts(tmp_path):
    parts = ("engine", "tests/contracts", "tests/support", "tests/conftest.py", "pyproject.toml")
    checkout(tmp_path, *parts)
    path = tmp_path / "engine" / "steppers" / "ralston.py"
    path.write_text(block(CONTRIBUTING, "stepper: engine/steppers/ralston.py"), encoding="utf-8")
    result = subprocess.run(
        [sys.executable, "-m", "pytest", "tests/contracts", "-q", "-k", "lorenz and ralston"],
        cwd=tmp_path,
        capture_output=True,
        text=True,
        check=False,
    )
    assert result.returncode == 0, result.stdout
    assert re.search(r"[1-9]\d* passed", result.stdout), result.stdout


@pytest.mark.slow
def test_observer_of_the_guide_measures(tmp_path):
    checkout(tmp_path, "engine")
    path = tmp_path / "engine" / "observers" / "mean.py"
    path.write_text(block(CONTRIBUTING, "observer: engine/observers/mean.py"), encoding="utf-8")
    result = run_in(
        tmp_path,
        "import engine\n"
        "from engine.observers.mean import mean\n"
        "sim = engine.Sim('lorenz', stepper='rk4', dt=0.01, observers=(mean(),))\n"
        "result = sim.run(t_end=20.0)\n"
        "x = result['x']\n"
        "by_hand = sum(0.005 * (x[1:] + x[:-1])) / 20.0\n"
        "assert abs(result.observers['mean']['mean'] - by_hand) < 1e-12\n"
        "print('the same')\n",
    )
    assert result.stdout == "the same\n", result.stderr


def test_file_format_of_the_guide_keeps_every_bit(tmp_path, monkeypatch):
    path = tmp_path / "json_file.py"
    path.write_text(block(CONTRIBUTING, "format: engine/storage/json_file.py"), encoding="utf-8")
    monkeypatch.syspath_prepend(tmp_path)
    formats = {".json": importlib.import_module("json_file").FORMAT}
    odd = np.array([0.1, -0.0, np.inf, -np.nan, 5e-324])
    document = storage.Document(
        description={"name": "odd"}, table={"x": odd, "y": odd[::-1]}, arrays={"a": odd[:, None]}
    )
    target = tmp_path / "odd.json"
    storage.write_document(document, target, formats)
    again = storage.read_document(target, formats)
    assert again.table["y"].tobytes() == odd[::-1].tobytes()
    assert again.arrays["a"].shape == (5, 1)
    target.write_text(target.read_text().replace("odd", "even"), encoding="ascii")
    with pytest.raises(engine.StorageError, match="was changed"):
        storage.read_document(target, formats)


def test_recording_plan_of_the_guide_keeps_what_it_says():
    namespace = {"__name__": "guide"}
    exec(compile(block(CONTRIBUTING, "plan: from a step on"), "CONTRIBUTING.md", "exec"), namespace)
    sim = engine.Sim("logistic", jit=False)
    batch = engine.run_batch_fastpath(
        sim, params={"r": [3.2, 3.9]}, n_steps=1000, plan=namespace["From"](900)
    )
    assert batch["x"].shape == (2, 101)
    whole = sim.replace(params={"r": 3.9}).run(n_steps=1000)
    assert batch["x"][1].tobytes() == whole["x"][900:].tobytes()


def test_viewer_of_the_guide_draws(tmp_path, monkeypatch):
    path = tmp_path / "histogram.py"
    path.write_text(block(CONTRIBUTING, "viewer: widgets/views/occurrences.py"), encoding="utf-8")
    monkeypatch.syspath_prepend(tmp_path)
    histogram = importlib.import_module("histogram")
    live = widgets.LiveRun("logistic", speed=float("inf"))
    try:
        viewer = histogram.Histogram(live, "x")
        live.play()
        frame = wait_for(lambda: live.moment.rows > 1000 and viewer.draw(None))
        assert live.pause()
    finally:
        live.close()
    [outline] = frame["curves"]
    assert outline["x"].dtype == "float32"
    assert sum(outline["y"][::2]) == pytest.approx(1.0, abs=1e-4)


def wait_for(condition, seconds=30.0):
    deadline = time.monotonic() + seconds
    while not (found := condition()):
        assert time.monotonic() < deadline
        time.sleep(0.01)
    return found
