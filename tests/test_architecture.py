"""The house rules that a reader would otherwise have to check by eye."""

import ast
import importlib
import inspect
import pkgutil
import re
import shutil
import subprocess
import sys
import tomllib
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parent.parent
PACKAGES = ("engine", "widgets", "app")
SOURCES = sorted(
    path for name in (*PACKAGES, "benchmarks") for path in ROOT.glob(f"{name}/**/*.py")
)
EVERY_PYTHON_FILE = sorted({*SOURCES, *ROOT.glob("tests/**/*.py"), *ROOT.glob("docs/**/*.py")})

MAX_FILE_LINES = 400
MAX_FUNCTION_LINES = 60
# The one loop that every runner is made of: splitting it would split its single exit.
LONG_FUNCTIONS = {("engine/runner/template.py", "run")}

# Numba imports the bare name `scipy` to read its version.
FOREIGN_TO_ENGINE = (
    *("panel", "bokeh", "holoviews", "param", "pandas", "xarray"),
    *("sympy", "scipy.integrate", "scipy.linalg", "scipy.special"),
)


def relative(path):
    return path.relative_to(ROOT).as_posix()


def public_packages():
    """Name every package of ours; `app` is started by path and exports nothing."""
    names = ["engine", "widgets"]
    for top in tuple(names):
        package = importlib.import_module(top)
        for found in pkgutil.walk_packages(package.__path__, prefix=f"{top}."):
            if found.ispkg and not only_a_docstring(importlib.import_module(found.name)):
                names.append(found.name)
    return names


def only_a_docstring(package):
    """Tell whether a package only groups modules and offers nothing by itself."""
    return len(ast.parse(Path(package.__file__).read_text(encoding="utf-8")).body) == 1


def functions(tree, prefix=""):
    for node in ast.iter_child_nodes(tree):
        if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef | ast.ClassDef):
            name = f"{prefix}{node.name}"
            if not isinstance(node, ast.ClassDef):
                yield name, node
            yield from functions(node, f"{name}.")


def code_lines(function):
    """Count the lines of a function without its docstring."""
    first, *rest = function.body
    is_docstring = isinstance(first, ast.Expr) and isinstance(first.value, ast.Constant)
    start = rest[0].lineno if is_docstring and rest else first.lineno
    return function.end_lineno - start + 2


def defined_in_project(thing):
    return (getattr(thing, "__module__", None) or "").split(".")[0] in PACKAGES


def test_import_contracts_hold():
    command = Path(sys.executable).with_name("lint-imports")
    program = str(command) if command.exists() else shutil.which("lint-imports")
    if program is None:
        pytest.skip("import-linter is not installed (extra dev)")
    result = subprocess.run(
        [program, "--no-cache"], cwd=ROOT, capture_output=True, text=True, check=False
    )
    assert result.returncode == 0, result.stdout + result.stderr


def test_engine_starts_without_user_interface_or_symbolics():
    script = (
        "import sys, engine\n"
        f"print(*[name for name in {FOREIGN_TO_ENGINE!r} if name in sys.modules])"
    )
    result = subprocess.run(
        [sys.executable, "-c", script], cwd=ROOT, capture_output=True, text=True, check=True
    )
    assert result.stdout.split() == []


@pytest.mark.parametrize("name", public_packages())
def test_all_is_sorted_and_exists(name):
    package = importlib.import_module(name)
    exported = package.__all__
    assert list(exported) == sorted(exported)
    missing = [entry for entry in exported if not hasattr(package, entry)]
    assert missing == []


@pytest.mark.parametrize("name", public_packages())
def test_public_objects_are_documented(name):
    package = importlib.import_module(name)
    assert inspect.getdoc(package)
    bare = []
    for entry in package.__all__:
        thing = getattr(package, entry)
        if not (inspect.isclass(thing) or inspect.isroutine(thing)) or not defined_in_project(
            thing
        ):
            continue
        if not thing.__doc__:
            bare.append(entry)
        if inspect.isclass(thing):
            bare += [
                f"{entry}.{attribute}"
                for attribute, member in vars(thing).items()
                if not attribute.startswith("_")
                and (inspect.isroutine(member) or isinstance(member, property))
                and not inspect.getdoc(member)
            ]
    assert bare == []


@pytest.mark.parametrize("path", SOURCES, ids=relative)
def test_module_is_documented_and_short(path):
    text = path.read_text(encoding="utf-8")
    assert ast.get_docstring(ast.parse(text)), "a module says in one line what it is for"
    assert len(text.splitlines()) <= MAX_FILE_LINES


@pytest.mark.parametrize("path", SOURCES, ids=relative)
def test_functions_are_short(path):
    tree = ast.parse(path.read_text(encoding="utf-8"))
    too_long = [
        name
        for name, node in functions(tree)
        if code_lines(node) > MAX_FUNCTION_LINES and (relative(path), name) not in LONG_FUNCTIONS
    ]
    assert too_long == []


@pytest.mark.parametrize("path", SOURCES, ids=relative)
def test_no_exception_is_swallowed(path):
    tree = ast.parse(path.read_text(encoding="utf-8"))
    for node in ast.walk(tree):
        if not isinstance(node, ast.ExceptHandler):
            continue
        caught = set() if node.type is None else {ast.unparse(e) for e in ast.walk(node.type)}
        reraised = any(isinstance(inner, ast.Raise) for inner in ast.walk(node))
        assert node.type is not None, f"line {node.lineno}: a bare except"
        assert reraised or not caught & {"Exception", "BaseException"}, f"line {node.lineno}"
        assert not all(isinstance(inner, ast.Pass) for inner in node.body), f"line {node.lineno}"


@pytest.mark.parametrize("path", EVERY_PYTHON_FILE, ids=relative)
def test_nothing_is_left_for_later(path):
    marks = re.compile(r"\b(TO" r"DO|FIX" r"ME|X" r"XX|NotImplemented" r"Error)\b")
    found = [line for line in path.read_text(encoding="utf-8").splitlines() if marks.search(line)]
    assert found == []


@pytest.mark.parametrize("path", sorted(ROOT.glob("app/*.py")), ids=relative)
def test_app_modules_shadow_nothing(path):
    """`panel serve app` puts `app/` itself on the path."""
    assert path.stem not in sys.stdlib_module_names
    assert path.stem not in PACKAGES


def test_every_declared_dependency_is_used():
    declared = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))["project"]
    names = [re.split(r"[><=!~ ]", d)[0].replace("-", "_") for d in declared["dependencies"]]
    imported = set()
    for path in SOURCES:
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
            if isinstance(node, ast.Import):
                imported |= {alias.name.split(".")[0] for alias in node.names}
            elif isinstance(node, ast.ImportFrom) and node.module:
                imported.add(node.module.split(".")[0])
    assert set(names) <= imported
