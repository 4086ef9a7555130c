"""Generated code of a model as plain Python functions."""

from collections.abc import Callable

import pytest
from evaluated import jvp_of, rhs_of

from engine.model import Model

Vector = tuple[float, ...]
RightHandSide = Callable[[float, Vector, Vector], Vector]


@pytest.fixture
def python_rhs() -> Callable[[Model], RightHandSide]:
    """Return what turns a model into rhs(t, y, p)."""
    return rhs_of


@pytest.fixture
def python_jvp() -> Callable[[Model], Callable[[float, Vector, Vector, Vector], Vector]]:
    """Return what turns a model into jvp(t, y, v, p)."""
    return jvp_of
