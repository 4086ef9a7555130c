"""Write what implicit steppers call that is derived from the model.

``factors(t, y, p, gdt)`` gives the factorized matrix ``I - gdt J(t, y)``, and ``solve_block`` of
`engine.runner.dense_lu` solves with it, in place.  Tangent vectors v follow the linearised flow,
so that their part of a system is linear once the state's is solved: ``solve_tangents`` does it at
the solution, with the Jacobian there; a step so carries them by its own derivative, and they never
act on the state.  ``flow`` is the right-hand side of the state alone.
"""

from collections.abc import Iterable, Sequence

from engine.model.generated import Jacobian
from engine.runner import dense_lu
from engine.runner.arrays import STORE
from engine.runner.bindings import bindings, composed_sources, definitions
from engine.runner.layout import define
from engine.runner.plan import UnitPlan
from engine.steppers.stepper import function_source

__all__ = ["OUTLINED", "jacobian_functions", "second_derivative_functions"]

OUTLINED = ("factorize", "solve_block", "factors", "implicit_stage", "rosenbrock_stage")
"""Functions that are compiled by themselves: each is called at many places."""


def jacobian_functions(plan: UnitPlan) -> list[str]:
    """Return the definitions for the need ``"jacobian"``."""
    shape, code = plan.shape, plan.model.jacobian()
    n = shape.n
    stores = [f"out[{i * n + j}] = -(gdt * ({text}))" for i, j, text in code.entries]
    diagonal = [f"out[{i * (n + 1)}] += 1.0" for i in range(n)]
    if n > 8:
        diagonal = [f"for i in range({n}):", f"    out[i * {n + 1}] += 1.0"]
    clear = [f"for i in range({n * n}):", "    out[i] = 0.0"]
    body = [*clear, *_computed(plan, code, stores), *stores, *diagonal]
    size = n * n + n
    store, at = STORE
    factors = [
        f"out0 = view({store}, {at}, {size})",
        "fill_matrix(t, y, p, gdt, out0)",
        "factorize(out0)",
        "return out0",
    ]
    return [
        f"STATES = {n}\nCOMPONENTS = {shape.extended}",
        *_called(code),
        *([] if shape.tangents else [define("flow", "t, y, p", ["return rhs(t, y, p)"])]),
        function_source(dense_lu.factorize),
        function_source(dense_lu.solve_block),
        define("fill_matrix", "t, y, p, gdt, out", body),
        define("factors", f"t, y, p, gdt, {store}, {at}", factors),
        define("solve_tangents", "t, gdt, base, z, p", _tangent_lines(shape.tangents)),
    ]


def _tangent_lines(tangents: int) -> list[str]:
    if not tangents:
        return ["return z"]
    return [
        "matrix = factors(t, z, p, gdt)",
        "for i in range(STATES, COMPONENTS):",
        "    z[i] = base[i]",
        "for at in range(STATES, COMPONENTS, STATES):",
        "    solve_block(matrix, z, at)",
        "return z",
    ]


def second_derivative_functions(plan: UnitPlan) -> list[str]:
    """Return the definitions for the need ``"second_derivatives"``: of time, and of tangents.

    ``add_slopes(t, y, p, gdt, tau, k)`` adds ``gdt tau df/dt`` to the state's part of `k`;
    ``add_tangent_slopes(t, y, v, p, gdt, tau, k, out)`` adds to the part `out` of a tangent vector
    `v` ``gdt`` times the derivative of ``J v`` along the state's part of `k` and `tau` in time.
    """
    model, shape = plan.model, plan.shape
    slopes = model.derivatives.time_slopes
    stores = [f"k[{i}] += gdt * (tau * ({text}))" for i, _, text in slopes.entries]
    body = [*_computed(plan, slopes, stores), *stores] or ["return"]
    written = [*_called(slopes), define("add_slopes", "t, y, p, gdt, tau, k", body)]
    if not shape.tangents:
        return written
    second = model.derivatives.tangent_slopes
    stores = [f"out[{i}] += gdt * ({text})" for i, _, text in second.entries]
    seeds = [
        *(f"v_{name} = v[{i}]" for i, name in enumerate(model.state_names)),
        *(f"d_{name} = k[{i}]" for i, name in enumerate(model.state_names)),
        "d_t = tau",
    ]
    body = [*seeds, *_computed(plan, second, stores), *stores]
    arguments = "t, y, v, p, gdt, tau, k, out"
    return [*written, *_called(second), define("add_tangent_slopes", arguments, body)]


def _computed(plan: UnitPlan, code: Jacobian, stores: Sequence[str]) -> list[str]:
    """Write the assignments that give values to the names in some entries."""
    statements = [f"{name} = {text}" for name, text in code.statements]
    return [*bindings(plan.model, [*statements, *stores], code.aux), *statements]


def _called(code: Jacobian) -> Iterable[str]:
    """Return the functions that some entries call."""
    return [*composed_sources(code.composed), *definitions(code.functions)]
