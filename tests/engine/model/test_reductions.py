"""Sums and products: numbers alone are added up at load, everything else is written out."""

import math
import time

import pytest

from engine import Sim
from engine.errors import ModelError
from engine.model import load_model
from engine.model.arithmetic import COMPOSED, PRIMITIVES
from engine.model.evaluation import constant_value
from engine.model.names import Scope, resolve
from engine.model.nodes import Chain, Negate, Number, Symbol

SCOPE = Scope.of_constants({"c": 0.1})


def worth(text):
    node = resolve(text, SCOPE)
    assert isinstance(node, Number | Negate)
    return constant_value(node, SCOPE.values)


def test_a_sum_of_a_million_numbers_is_a_number_within_a_second():
    started = time.process_time()
    model = load_model("x' = sum(1/i^2 for i in range(1, 1000001)) - x")
    assert time.process_time() - started < 1.0
    tail = 1e-6 - 0.5e-12  # Euler-Maclaurin
    assert Sim(model, jit=False).run(n_steps=0)["x"][0] == 0.0
    constant = float(model.code.rhs[0].split(" ")[0])
    assert constant == pytest.approx(math.pi**2 / 6 - tail, abs=1e-12)


@pytest.mark.parametrize("operator", ["sum", "prod"])
def test_numbers_are_added_up_to_the_bits_of_generated_code(operator):
    term = "1 + (sin(i*c)/(1 + i^3) - exp(-i)*(i % 7) if i % 3 else 0.5^i)/9"
    reduction = f"{operator}({term} for i in range(1, 901))"
    written = load_model(f"x' = {reduction.replace('c', '0.1')}\n").code
    namespace = {**PRIMITIVES, **COMPOSED}
    exec(written.functions, namespace)
    inner = resolve(f"sum({reduction} for j in range(2))", SCOPE)
    assert isinstance(inner, Chain)
    assert inner.first.value == eval(written.rhs[0], namespace)


def test_conditions_and_inner_ranges_may_depend_on_the_index():
    assert worth("sum(i for i in range(100000) if i % 2 == 1)") == 50_000**2
    nested = resolve("sum(sum(j for j in range(i)) for i in range(4))", SCOPE)
    assert constant_value(nested, {}) == 4


def test_whole_sums_stay_whole_in_maps_of_whole_numbers():
    file = "[model]\ntype='map'\ndtype='int64'\n[states]\nx=0\n[equations.rhs]\nx='{}'\n"
    for term, total in (("i", 12_497_500), ("(-1)^i * i", -2500), ("i // 2", 6_247_500)):
        model = load_model(file.format(f"x + sum({term} for i in range(5000))"))
        run = Sim(model, jit=False).run(n_steps=3)
        assert run["x"].tolist() == [0, total, 2 * total, 3 * total]


def test_a_long_sum_of_states_is_written_in_blocks_that_python_reads():
    tree = resolve(
        "sum(x/(i + 1) for i in range(2000))", Scope.of_constants().extended([Symbol("state", "x")])
    )
    assert isinstance(tree, Chain)
    model = load_model("x' = sum(x/(i + 1) for i in range(2000))\nx(0) = 1")
    slope = Sim(model, stepper="euler", dt=1.0, jit=False).run(n_steps=1)["x"][-1] - 1.0
    harmonic = math.log(2000) + 0.5772156649015329 + 1 / 4000 - 1 / (12 * 2000**2)
    assert slope == pytest.approx(harmonic, rel=1e-12)


@pytest.mark.parametrize(
    "text",
    [
        "x' = x\n" + "".join(f"a{i} = sum(i for i in range(1000000))\n" for i in range(200)),
        "x' = x\n" + "".join(f"r{i} = sum(x*i for i in range(2000))\n" for i in range(2000)),
        "x' = " + " + ".join(["sum(sin(i) for i in range(1000000))"] * 50) + "\n",
        "x' = sum(sum(sum(1 for k in range(j)) for j in range(i)) for i in range(1000))\n",
        "x' = sum(i for i in range(1000000000))\n",
    ],
)
def test_sums_beyond_bounds_are_refused_soon(text):
    started = time.process_time()
    with pytest.raises(ModelError, match="operations|too large|at most|written out"):
        load_model(text)
    assert time.process_time() - started < 8.0
