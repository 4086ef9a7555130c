"""Loops stand for exactly the statements that they replace."""

import pytest

from engine.runner.rolling import roll

N = 12


def executed(lines):
    values = {name: [3.0 * k * k + len(name) for k in range(N + 4)] for name in ("x", "y", "p")}
    values["total"] = 1.0
    exec("\n".join(lines), values)
    return values["x"], values["y"], values["total"]


@pytest.mark.parametrize(
    "statements",
    [
        [f"x[{i}] = y[{i}] + 2.0" for i in range(N)],
        [f"x[{i + 1}] = y[{i}] * p[3] - y[{i + 2}]" for i in range(N)],
        ["x[0] = 5.0", *(f"x[{i}] = y[{N - 1}] + y[{i - 1}]" for i in range(1, N)), "x[1] = 7.0"],
        [f"x[{i}] = {'y' if i % 2 else 'p'}[{i // 2}] + p[1]" for i in range(N)],
        [f"total = total + y[{i}] * y[{i}]" for i in range(N)],
        # Each statement reads what the one before it wrote.
        [f"x[{i + 1}] = x[{i}] + y[{i}]" for i in range(N)],
        # The first statement changes what the others read.
        [f"x[{i}] = x[{i}] - x[0]" for i in range(N)],
        [f"x[{i}] = y[{N - i}]" for i in range(N)],
        [f"x[{i}] = y[0] + p[2]" for i in range(N)],
        [f"x[{i}] = y[{i}] * {i}.0" for i in range(N)],
    ],
    ids=lambda statements: statements[-1],
)
def test_a_loop_does_what_its_statements_do(statements):
    assert executed(roll(statements)) == executed(statements)


def test_what_repeats_becomes_a_loop():
    assert roll([f"x[{i + 2}] = y[{i}] * p[1]" for i in range(50)]) == [
        "p_1 = p[1]",
        "for i in range(50):",
        "    x[i + 2] = y[i] * p_1",
    ]


def test_a_lattice_of_two_variables_a_site_becomes_a_loop():
    statements = [f"x[{i}] = {('sin', 'cos')[i % 2]}(y[{i}])" for i in range(40)]
    assert roll(statements) == [
        "for i in range(0, 40, 2):",
        "    x[i] = sin(y[i])",
        "    x[i + 1] = cos(y[i + 1])",
    ]


def test_what_does_not_repeat_stays():
    statements = ["x[0] = y[1]", "x[5] = 2.0", "x[1] = y[0]"]
    assert roll(statements) == statements
