"""Every notebook runs from top to bottom, is committed without outputs, and stays a lesson."""

import re
from pathlib import Path

import nbformat
import pytest
from nbclient import NotebookClient

ROOT = Path(__file__).resolve().parent.parent
NOTEBOOKS = sorted(ROOT.glob("notebooks/*.ipynb"))

# What a student who solved the exercise writes, by notebook: the cell as committed, the answer,
# and the beginning of the reply.
SOLUTIONS = {
    "01_first_orbit": [
        ("gain = None", "gain = math.log(1000) / rate", "Correct"),
        ("gain = None", "gain = 1000.0", "Not yet"),
    ]
}

# What must be true after the last cell.
CHECKS = {
    "01_first_orbit": """
assert before.t[-1] == 20.0 and abs(after.t[-1] - 40.0) < 1e-9 and len(after.t) == 2000
assert np.array_equal(twin.y, run.y)
assert abs(rate - 0.9056) < 0.03
instrument.close()
"""
}

# The kernel's own machinery, in another process and on a socket of its own.
pytestmark = [
    pytest.mark.slow,
    pytest.mark.filterwarnings("ignore::DeprecationWarning:zmq"),
    pytest.mark.filterwarnings("ignore::ResourceWarning"),
]


def run(notebook):
    NotebookClient(
        notebook, timeout=240, kernel_name="python3", resources={"metadata": {"path": str(ROOT)}}
    ).execute()
    return "".join(
        output.text
        for cell in notebook.cells
        if cell.cell_type == "code"
        for output in cell.outputs
        if output.output_type == "stream" and output.name == "stdout"
    )


def load(path):
    return nbformat.read(path, as_version=4)


@pytest.mark.parametrize("path", NOTEBOOKS, ids=lambda p: p.stem)
def test_notebook_runs(path):
    notebook = load(path)
    notebook.cells.append(nbformat.v4.new_code_cell(CHECKS[path.stem]))
    assert "Set gain" in run(notebook)


@pytest.mark.parametrize(
    ("name", "blank", "answer", "reply"),
    [(name, *solution) for name, listed in SOLUTIONS.items() for solution in listed],
)
def test_exercise_is_checked(name, blank, answer, reply):
    notebook = load(ROOT / "notebooks" / f"{name}.ipynb")
    [cell] = [cell for cell in notebook.cells if cell.source == blank]
    cell.source = answer
    assert re.search(rf"^{reply}", run(notebook), re.MULTILINE)


@pytest.mark.parametrize("path", NOTEBOOKS, ids=lambda p: p.stem)
def test_notebook_is_clean_and_short(path):
    notebook = load(path)
    code = [cell for cell in notebook.cells if cell.cell_type == "code"]
    assert all(not cell.outputs and cell.execution_count is None for cell in code)
    assert len(notebook.cells) <= 15
    assert "**References**" in notebook.cells[-1].source
