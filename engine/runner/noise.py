"""What a unit contains of its model's noise: amplitudes, drifts and the increments of the noise."""

from collections.abc import Sequence
from itertools import groupby

from engine.model.generated import VectorCode
from engine.runner import random_numbers
from engine.runner.arrays import STORE
from engine.runner.bindings import names_used
from engine.runner.layout import Shape, define, pack
from engine.runner.plan import UnitPlan
from engine.runner.vector_function import vector_function
from engine.steppers.stepper import function_source

__all__ = ["noise_codes", "noise_functions"]

_CORRECTED = {"ito_drift": ("stratonovich", 1.0), "stratonovich_drift": ("ito", -1.0)}


def _called(plan: UnitPlan) -> set[str]:
    """Return the names that the step calls, and those called by what it calls."""
    called = names_used(plan.stepper.source_for(noisy=True))
    for name, (other, _) in _CORRECTED.items():
        if name in called and plan.model.noise.calculus == other and plan.model.noise.is_corrected:
            called.add("noise_correction")
    return called


def noise_codes(plan: UnitPlan) -> list[VectorCode]:
    """Return the texts of the noise whose functions the unit must define."""
    noise, called = plan.model.noise, _called(plan)
    codes = []
    if "noise" in called:
        codes.append(noise.amplitudes)
        codes += [noise.amplitudes_tangent] * (plan.shape.tangents > 0)
    if "noise_correction" in called:
        codes.append(noise.correction)
        codes += [noise.correction_tangent] * (plan.shape.tangents > 0)
    return codes


def noise_functions(plan: UnitPlan) -> list[str]:
    """Write what a step calls of its model's noise, none for a model without.

    ``noise(t, y, p)`` gives the amplitudes, ``noise_correction(t, y, p)`` the correction c of the
    drift, ``ito_drift(t, y, p)`` and ``stratonovich_drift(t, y, p)`` the drift in the one and the
    other calculus, all of them with their derivatives along the tangent vectors; and
    ``wiener_increments`` gives what the Wiener processes add up to in a step.
    """
    noise, model, shape, called = plan.model.noise, plan.model, plan.shape, _called(plan)
    if not noise:
        return []
    written = [function_source(f) for f in _GENERATOR]
    written.append(_increments(noise.noisy, shape))
    if "noise" in called:
        tangent = noise.amplitudes_tangent if shape.tangents else None
        written += vector_function("noise", model, shape, noise.amplitudes, tangent)
    if "noise_correction" in called:
        tangent = noise.correction_tangent if shape.tangents else None
        written += vector_function("noise_correction", model, shape, noise.correction, tangent)
    for name, (other, sign) in _CORRECTED.items():
        if name in called:
            lines = ["f = rhs(t, y, p)"]
            if noise.calculus == other and noise.is_corrected:
                lines = [f"f = axpy(rhs(t, y, p), {sign!r}, noise_correction(t, y, p))"]
            written.append(define(name, "t, y, p", [*lines, "return f"]))
    return written


_GENERATOR = (
    random_numbers.philox,
    random_numbers.uniform_pair,
    random_numbers.normal_pair,
)


def _increments(noisy: Sequence[bool], shape: Shape) -> str:
    """Write the increments of a step of size `h`: one a state, the same for its tangents.

    A state without noise has 0; of a pair of states that share a draw, the other's number is not
    used, so that a state's noise does not depend on which others have some.
    """
    arguments = "h, seed_low, seed_high, n, substep"
    flags = [*noisy, *[False] * (len(noisy) % 2)]
    pairs = [(flags[2 * k], flags[2 * k + 1]) for k in range(len(flags) // 2)]
    if shape.arrays:
        return _array_increments(arguments, pairs, shape)
    lines = ["scale = sqrt(h)"]
    items = ["0.0"] * shape.n
    for k, pair in enumerate(pairs):
        if any(pair):
            lines.append(f"z{2 * k}, z{2 * k + 1} = normal_pair({_drawn(k)})")
        for i in (2 * k, 2 * k + 1):
            if flags[i]:
                lines.append(f"dw{i} = scale * z{i}")
                items[i] = f"dw{i}"
    return define(
        "wiener_increments", arguments, [*lines, f"return {pack(items * (1 + shape.tangents))}"]
    )


def _drawn(pair: object) -> str:
    return f"seed_low, seed_high, n, {pair}, substep"


def _array_increments(arguments: str, pairs: Sequence[tuple[bool, bool]], shape: Shape) -> str:
    """Write the same with a loop over each run of pairs that are alike."""
    store, at = STORE
    lines = [
        f"out0 = view({store}, {at}, {shape.extended})",
        "scale = sqrt(h)",
        f"for i in range({shape.extended}):",
        "    out0[i] = 0.0",
    ]
    for pair, group in groupby(enumerate(pairs), key=lambda entry: entry[1]):
        places = [k for k, _ in group]
        if any(pair):
            lines += [
                f"for k in range({places[0]}, {places[-1] + 1}):",
                f"    z0, z1 = normal_pair({_drawn('k')})",
                *(f"    out0[2 * k + {i}] = scale * z{i}" for i in (0, 1) if pair[i]),
            ]
    if shape.tangents:
        lines += [
            f"for i in range({shape.n}, {shape.extended}):",
            f"    out0[i] = out0[i - {shape.n}]",
        ]
    return define("wiener_increments", f"{arguments}, {store}, {at}", [*lines, "return out0"])
