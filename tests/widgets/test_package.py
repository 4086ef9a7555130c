"""What the package offers, and the explorer without a page."""

import ast
from pathlib import Path

import pytest

import widgets
from widgets.controls.fields import field

PACKAGE = Path(widgets.__file__).parent


def test_every_public_name_exists() -> None:
    assert sorted(widgets.__all__, key=str.lower) == sorted(set(widgets.__all__), key=str.lower)
    for name in widgets.__all__:
        assert hasattr(widgets, name)


def test_only_the_view_model_meets_the_engine() -> None:
    importers = set()
    for path in PACKAGE.rglob("*.py"):
        for node in ast.walk(ast.parse(path.read_text("utf-8"))):
            names = [a.name for a in node.names] if isinstance(node, ast.Import) else []
            names += [node.module or ""] if isinstance(node, ast.ImportFrom) else []
            if any(name.split(".")[0] == "engine" for name in names):
                importers.add(path.relative_to(PACKAGE).as_posix())
    # What the reader sets and what is drawn knows the view-model alone.
    assert {name for name in importers if not name.startswith(("live/", "models/"))} == set()


def test_scripts_load_nothing_from_elsewhere() -> None:
    for path in PACKAGE.rglob("*.js"):
        text = path.read_text("utf-8")
        assert "http" not in text
        assert "import " not in text


def test_an_explorer_is_one_viewable_and_closes() -> None:
    explorer = widgets.explore("logistic")
    assert explorer.live.settle(60)
    assert explorer.live.playing
    assert explorer.__panel__() is not None
    explorer.close()
    assert explorer.live.join(60)


@pytest.mark.parametrize(
    ("bounds", "step"), [((0.0, 60.0), 0.1), ((0.0, 1.0), 0.002), ((-5.0, 5.0), 0.02)]
)
def test_a_slider_without_a_step_gets_a_round_one(bounds: tuple[float, float], step: float) -> None:
    assert field("a", 1.0, bounds=bounds)["step"] == pytest.approx(step)


def test_a_logarithmic_slider_needs_positive_bounds() -> None:
    assert field("a", 1.0, bounds=(0.1, 10.0), scale="log")["scale"] == "log"
    assert field("a", 1.0, bounds=(0.0, 10.0), scale="log")["scale"] == "linear"
