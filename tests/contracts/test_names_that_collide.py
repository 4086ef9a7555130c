"""A model may use every name that occurs in generated code, and its orbit stays the same."""

import ast
import builtins

import numpy as np
import pytest

import engine
from engine.model.names import name_fault
from engine.runner import runner_variants

# Each role of a name in a model; `chain` fills up to the layout of arrays.
FLOW = """
{0}' = {2}*({1} - {0}) + {5}({0}, {3})
{1}' = -{1}^3 + {4} + {0}^1.5
{4} = {0}*{1} + sin({0}) - hypot({0}, {1})
{5}({6}, k9) = {6}/(k9 + {6}^2) + k9^{6}
{2} = 1.5; {3} = 2
{0}(0) = 0.7; {1}(0) = 0.2
when cross_up({1}, 0.3) and {0} > 0.1: {0} = {0} + 0.25*{2}; {3} = {3} + 0.5*{2}
"""
MAP = """
{0}[n+1] = {1} + 1 - {2}*{0}^2 + 0*{5}({0}, {3})
{1}[n+1] = 0.3*{0} + 0*{4}
{4} = min({0}, {1}) % 2
{5}({6}, k9) = abs({6})//(k9 + {6}^2)
{2} = 1.4; {3} = 2
when {0} < -1: {3} = {3} + 1
"""
CHAIN = "".join(f"c{i}9' = c{(i - 1) % 12}9 - c{i}9 + {{0}}\n" for i in range(12))
PLAIN = ("xx9", "yy9", "aa9", "bb9", "rr9", "ff9", "uu9")
KINDS = {
    "rk4": (FLOW, {"stepper": "rk4", "dt": 0.05, "stop": "{0} > 50 and {4} > 0"}),
    "dopri5": (FLOW, {"stepper": "dopri5"}),
    "arrays": (FLOW + CHAIN, {"stepper": "rk4", "dt": 0.05}),
    "map": (MAP, {"stepper": "map"}),
}
MORE = (
    *dir(builtins),
    *("self", "cls", "numpy", "np", "numba", "njit", "engine", "sympy", "I", "S", "N", "E", "Q"),
    *("s_x", "p_k", "a_r", "u_q", "v_x", "w_0", "w_1", "f_g", "ipow_3", "hpow_3", "x0", "x1"),
    *("__class__", "__builtins__", "__name__", "__file__", "__dict__", "_", "__", "print", "exec"),
    *("state_x", "param_k", "time_t", "tangent_x", "temporary_0", "condition_0", "Symbol"),
)


def orbit(kind, names, *, tangents=False):
    """Return the rows of a short run of the model of one kind with these names."""
    text, settings = KINDS[kind]
    settings = {
        key: value.format(*names) if isinstance(value, str) else value
        for key, value in settings.items()
    }
    observers = (engine.observers.lyapunov_mle(),) if tangents else ()
    sim = engine.Sim(
        engine.load_model(text.format(*names)), jit=False, observers=observers, **settings
    )
    run = sim.run(n_steps=12)
    found = [run.t, run.y, *(np.array(log["t"]) for log in run.events.values())]
    return [*found, np.array(run.observers["lyapunov_mle"]["mle"])] if tangents else found


@pytest.fixture(scope="module")
def identifiers():
    """Return every name in the units of all kinds that may be a name of a model."""
    texts = []
    with pytest.MonkeyPatch.context() as patch:
        render = runner_variants.render_unit

        def kept(plan):
            texts.append(render(plan))
            return texts[-1]

        patch.setattr(runner_variants, "render_unit", kept)
        engine.clear_cache(disk=False)
        for kind in KINDS:
            orbit(kind, PLAIN, tangents=kind != "map")
    found = set(MORE)
    for text in texts:
        for node in ast.walk(ast.parse(text)):
            found |= {
                value
                for _, value in ast.iter_fields(node)
                if isinstance(value, str) and value.isidentifier()
            }
    assert len(texts) == len(KINDS)
    return sorted(name for name in found if name_fault(name) is None and name not in PLAIN)


@pytest.mark.parametrize("kind", KINDS)
def test_names_of_generated_code_change_nothing(kind, identifiers):
    assert {"rhs", "y", "p", "run", "counters", "DISCRETE", "memory"} <= set(identifiers)
    expected = orbit(kind, PLAIN)
    places = len(PLAIN)
    step = 7 if kind in ("rk4", "map") else 6 * 7
    shift = list(KINDS).index(kind)
    for start in range(0, len(identifiers) - places, step):
        names = identifiers[start : start + places]
        turned = [*names[shift:], *names[:shift]]
        for a, b in zip(expected, orbit(kind, turned), strict=True):
            assert np.array_equal(a, b, equal_nan=True), turned


def test_tangents_of_such_names_are_the_same():
    names = ("rhs", "v_x", "w_0", "I", "temporary_0", "Symbol", "y")
    for a, b in zip(
        orbit("rk4", PLAIN, tangents=True), orbit("rk4", names, tangents=True), strict=True
    ):
        assert np.array_equal(a, b, equal_nan=True)
