"""Generated code of a model as plain Python functions."""

from collections.abc import Callable

import pytest

from engine.model import Model
from engine.model.arithmetic import COMPOSED, PRIMITIVES

Vector = tuple[float, ...]
RightHandSide = Callable[[float, Vector, Vector], Vector]


def _namespace(functions: str) -> dict[str, object]:
    namespace: dict[str, object] = {**PRIMITIVES, **COMPOSED}
    exec(functions, namespace)
    return namespace


def _unpacking(model: Model) -> str:
    lines = [f"    s_{name} = y[{i}]\n" for i, name in enumerate(model.state_names)]
    lines += [f"    p_{name} = p[{i}]\n" for i, name in enumerate(model.param_names)]
    return "".join(lines)


@pytest.fixture
def python_rhs() -> Callable[[Model], RightHandSide]:
    """Return what turns a model into rhs(t, y, p)."""

    def made(model: Model) -> RightHandSide:
        code = model.code
        aux = "".join(f"    a_{name} = {text}\n" for name, text in code.aux)
        namespace = _namespace(code.functions)
        text = f"def rhs(t, y, p):\n{_unpacking(model)}{aux}    return ({', '.join(code.rhs)},)\n"
        exec(text, namespace)
        return namespace["rhs"]  # type: ignore[return-value]

    return made


@pytest.fixture
def python_jvp() -> Callable[[Model], Callable[[float, Vector, Vector, Vector], Vector]]:
    """Return what turns a model into jvp(t, y, v, p)."""

    def made(model: Model) -> Callable[[float, Vector, Vector, Vector], Vector]:
        tangent = model.jvp()
        directions = "".join(f"    v_{name} = v[{i}]\n" for i, name in enumerate(model.state_names))
        shared = "".join(f"    {name} = {text}\n" for name, text in tangent.statements)
        namespace = _namespace(tangent.functions)
        result = ", ".join(tangent.result)
        body = f"{_unpacking(model)}{directions}{shared}    return ({result},)\n"
        exec(f"def jvp(t, y, v, p):\n{body}", namespace)
        return namespace["jvp"]  # type: ignore[return-value]

    return made
