"""Running a model backward: the map that its file gives, or the flow with its time reversed."""

import math
import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import replace

from engine.errors import ExpressionError, ModelError
from engine.model.evaluation import FunctionTable, evaluate
from engine.model.expressions import NAME_PATTERN
from engine.model.lags import LAG
from engine.model.nodes import Node, Symbol
from engine.model.spec import Formula, ModelSpec

__all__ = ["check_inverse", "inverted_spec"]

# Digits that a map and its inverse may lose together: a stretch by 1e6 loses six of sixteen.
_TOLERANCE = 1e-6
_POINTS = 7
_NAME = re.compile(NAME_PATTERN)


def inverted_spec(spec: ModelSpec) -> ModelSpec:
    """Return the specification of a model's time reversal.

    A flow goes through its orbits in the opposite direction: x' = f(x, t) becomes x' = -f(x, -t),
    with time from ``-t0`` on.  A map becomes its `inverse`; where that names t it means, as
    the map itself does, the iteration that led to the state which is undone.

    Raises
    ------
    ModelError
        A map gives no inverse, or events act on the state or noise drives it, which no run can
        undo.
    """
    if spec.noise:
        raise ModelError(
            f"{spec.place('noise', spec.noise[0].state)}: noise cannot be undone; only a model "
            "without it runs backward"
        )
    acting = [event.name for event in spec.events if event.action]
    if acting:
        raise ModelError(
            f"{spec.place('events.' + acting[0])}: what an event does cannot be undone; only a "
            "model without actions runs backward"
        )
    if delayed := _with_lag(spec):
        raise ModelError(
            f"{delayed}: the states that it looks back to are unknown when time runs backward; "
            "only a model without lag_x(k) runs backward"
        )
    if spec.kind == "map" and not spec.inverse:
        raise ModelError(
            f"{spec.origin or spec.name}: the map gives no inverse; write it in [equations.inverse]"
        )
    time = "(-t)" if spec.kind == "ode" else "(-t - 1)"

    def backward(formula: Formula) -> Formula:
        return replace(formula, text=_with_time(formula.text, time))

    def negated(formula: Formula) -> Formula:
        return replace(formula, text=f"-({_with_time(formula.text, time)})")

    jacobian: tuple[tuple[Formula, ...], ...] = ()
    if spec.kind == "ode":
        equations = tuple(replace(e, formula=negated(e.formula)) for e in spec.equations)
        jacobian = tuple(tuple(map(negated, row)) for row in spec.jacobian)
    else:
        equations = tuple(replace(e, formula=backward(e.formula)) for e in spec.inverse)
        jacobian = ()
    sim = spec.sim
    if sim.stop is not None:
        sim = replace(sim, stop=replace(sim.stop, condition=backward(sim.stop.condition)))
    return replace(
        spec,
        name=f"{spec.name} (inverse)",
        equations=equations,
        jacobian=jacobian,
        inverse=(),
        aux=tuple(replace(aux, formula=backward(aux.formula)) for aux in spec.aux),
        events=tuple(replace(e, condition=backward(e.condition)) for e in spec.events),
        sim=replace(sim, t0=0.0 - sim.t0, t_end=sim.t_end - 2.0 * sim.t0),
    )


def _with_lag(spec: ModelSpec) -> str:
    """Return the place of a formula that names a delayed state; empty where none does."""
    lags = {f"{LAG}{state.name}" for state in spec.states}
    formulas = [e.formula for e in (*spec.equations, *spec.inverse)]
    formulas += [aux.formula for aux in spec.aux] + [event.condition for event in spec.events]
    formulas += [] if spec.sim.stop is None else [spec.sim.stop.condition]
    for formula in formulas:
        if lags & set(_NAME.findall(formula.text)):
            return formula.where
    return ""


def _with_time(text: str, time: str) -> str:
    """Return an expression with another one in the place of t."""

    return _NAME.sub(lambda found: time if found.group() == "t" else found.group(), text)


def check_inverse(
    spec: ModelSpec,
    inverse: Sequence[Node],
    rhs: Sequence[Node],
    aux: Mapping[str, Node],
    constants: Mapping[Symbol, float],
    table: FunctionTable,
) -> None:
    """Refuse an inverse that does not lead back: f(g(y)) = y for points y = f(x).

    One branch of several is an inverse too.  Points where something is not finite say nothing, and
    a discontinuity may lie between two digits, so most of the points decide.

    Raises
    ------
    ModelError
        The inverse is wrong; the message names a state and its values.
    """
    maps = _Maps(spec, rhs, inverse, aux, constants, table)
    found = [maps.compared(point) for point in _points(spec)]
    decisive = [pair for pair in found if pair is not None]
    wrong = [pair for pair in decisive if not _agree(*pair)]
    if 2 * len(wrong) <= len(decisive):
        return
    wanted, reached = wrong[0]
    name, y, back = next(
        (state.name, y, back)
        for state, y, back in zip(spec.states, wanted, reached, strict=True)
        if not _agree([y], [back])
    )
    at = ", ".join(f"{state.name} = {y:.6g}" for state, y in zip(spec.states, wanted, strict=True))
    raise ModelError(
        f"{spec.place('equations.inverse')}: it does not undo the map: from {at} it leads to a "
        f"point that the map takes to {name} = {back:.6g} instead of {y:.6g}"
    )


def _agree(wanted: Sequence[float], reached: Sequence[float]) -> bool:
    scale = max(1.0, *map(abs, wanted))
    return all(abs(y - back) <= _TOLERANCE * scale for y, back in zip(wanted, reached, strict=True))


def _points(spec: ModelSpec) -> Iterator[tuple[float, ...]]:
    """Yield states near the initial one, spread evenly (Weyl's sequence of the golden ratio)."""
    for k in range(_POINTS):
        point = []
        for i, state in enumerate(spec.states):
            spread = 2.0 * math.modf(0.5 + 0.6180339887498949 * k * (i + 1))[0] - 1.0
            value = state.value + 0.3 * spread * max(1.0, abs(state.value))
            point.append(float(round(3.0 * value)) if spec.dtype == "int64" else value)
        yield tuple(point)


class _Maps:
    """A map and its inverse, evaluated at the default parameters."""

    def __init__(
        self,
        spec: ModelSpec,
        rhs: Sequence[Node],
        inverse: Sequence[Node],
        aux: Mapping[str, Node],
        constants: Mapping[Symbol, float],
        table: FunctionTable,
    ) -> None:
        self.states = [Symbol("state", state.name) for state in spec.states]
        self.rhs, self.inverse, self.aux, self.table = rhs, inverse, aux, table
        self.known = dict(constants)
        self.known |= {Symbol("param", param.name): param.value for param in spec.params}
        self.known[Symbol("time", "t")] = spec.sim.t0

    def compared(self, point: Sequence[float]) -> tuple[list[float], list[float]] | None:
        """Return y = f(x) and f(g(y)); None where they cannot be told."""
        try:
            wanted = self.applied(self.rhs, point)
            reached = self.applied(self.rhs, self.applied(self.inverse, wanted))
        except (KeyError, ExpressionError):
            # What only a run knows, such as delayed states, or too many operations.
            return None
        finite = all(map(math.isfinite, (*wanted, *reached)))
        return (wanted, reached) if finite else None

    def applied(self, trees: Sequence[Node], point: Sequence[float]) -> list[float]:
        values = {**self.known, **dict(zip(self.states, point, strict=True))}
        for name, tree in self.aux.items():
            values[Symbol("aux", name)] = evaluate(tree, values, self.table)
        return [evaluate(tree, values, self.table) for tree in trees]
