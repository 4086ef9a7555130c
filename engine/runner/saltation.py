"""Write what events do to tangent vectors: the saltation at an action.

A tangent vector v goes through an event with the level h(t, y) and the action g(t, y), at the
vector fields f before and f' after it, to

    v' = Dg (v + d f) + d (dg/dt - f'),    d = -(grad h . v) / (grad h . f + dh/dt).

Aizerman & Gantmakher, Q. J. Mech. Appl. Math. 11 (1958) 407; Müller, Chaos Solitons Fractals 5
(1995) 1671; Leine & Nijmeijer, Dynamics and Bifurcations of Non-Smooth Mechanical Systems (2004),
7.  d is the shift of the instant.  It is 0 where the instant is given by time, a step's end or an
iteration, and that of its cause for an event that an action has made true.
"""

from collections.abc import Iterable, Sequence
from itertools import count

from engine.model import Model
from engine.model.generated import Derivative, EventCode
from engine.runner.bindings import bindings, names_used, needed_aux
from engine.runner.layout import Shape, define, pack

__all__ = ["SALTATION", "saltation_functions"]

SALTATION = ("saltate_event", "event_tangent", "event_shift", "level_slope")
"""The functions written here; only units of variational observers have them."""


def saltation_functions(model: Model, shape: Shape) -> list[str]:
    """Return the definitions; none without tangent vectors."""
    if not shape.tangents:
        return []
    if model.kind == "map":
        return [_event_tangent(model, shape), _saltate_map(shape)]
    return [*_levels(model), _event_tangent(model, shape), _saltate_flow(shape)]


def _levels(model: Model) -> list[str]:
    """Write the derivative of a trigger's level, and the shift of the instant it gives."""
    derived = [level for own in model.events_tangent.levels for level in own]
    shifting = [k for k, level in enumerate(derived) if level is not None]
    slopes: list[str] = []
    for k, level in enumerate(derived):
        if level is not None:
            lines = [*_assigned(level), f"return float({level.result})"]
            slopes += _branch("k", k, [*_named(model, lines, ()), *lines])
    asked = " or ".join(f"k == {k}" for k in shifting) or "False"
    shift = [
        "shift = 0.0",
        f"if {asked}:",
        "    rate = level_slope(k, t, y, flow(t, y, p), 1.0, p)",
        "    shift = -div(level_slope(k, t, y, v, 0.0, p), rate)",
        "return shift",
    ]
    return [
        define("level_slope", "k, t, y, v, v_t, p", [*slopes, "return 0.0"]),
        define("event_shift", "k, t, y, v, p", shift),
    ]


def _event_tangent(model: Model, shape: Shape) -> str:
    """Write the derivative of the actions along a direction in state and time."""
    lines: list[str] = []
    actions = model.events_tangent.actions
    for event, code, derived in zip(count(), model.events.events, actions, strict=False):
        if code.action:
            lines += _branch("event", event, _statements(model, code, derived))
    return define("event_tangent", "event, t, y, v, v_t, p", [*lines, "return v"])


def _statements(model: Model, code: EventCode, derived: Sequence[Derivative | None]) -> list[str]:
    """Write values and directions after each statement of an action."""
    expressions = dict(model.code.aux)
    body: list[str] = []
    for assignment, derivative in zip(code.action, derived, strict=True):
        needed = needed_aux(model, [assignment.value])
        body += [f"a_{name} = {expressions[name]}" for name in needed]
        direction = f"v_{assignment.symbol.name}"
        if derivative is not None:
            # The value may use what the direction is in terms of, so both are found first.
            body += [*_assigned(derivative), f"direction = float({derivative.result})"]
        body.append(f"{assignment.target} = {assignment.value}")
        if derivative is not None:
            body.append(f"{direction} = direction")
    changed = {assignment.symbol.name for assignment in code.action}
    after = pack(f"v_{n}" if n in changed else f"v[{i}]" for i, n in enumerate(model.state_names))
    own = [assignment.target for assignment in code.action]
    return [*_named(model, [*body, f"return {after}"], own), *body, f"return {after}"]


def _saltate_map(shape: Shape) -> str:
    """Write an action between iterations: the instant is the iteration's."""
    lines = ["y_new, p_new = act_event(event, t, y, p)"]
    items = [f"y_new[{i}]" for i in range(shape.n)]
    for k, block in enumerate(_blocks(shape)):
        direction = pack(f"y[{i}]" for i in block)
        lines.append(f"v{k} = event_tangent(event, t, y, {direction}, 0.0, p)")
        items += [f"v{k}[{i}]" for i in range(shape.n)]
    return define("saltate_event", "event, t, y, p", [*lines, f"return {pack(items)}, p_new"])


def _saltate_flow(shape: Shape) -> str:
    """Write an action at an instant that shifts with the state."""
    lines = [
        "y_new, p_new = act_event(event, t, y, p)",
        "f = flow(t, y, p)",
        "f_new = flow(t, y_new, p_new)",
    ]
    items = [f"y_new[{i}]" for i in range(shape.n)]
    for k, block in enumerate(_blocks(shape)):
        located = pack(f"y_located[{i}]" for i in block)
        carried = pack(f"y[{i}] + d{k} * f[{j}]" for j, i in enumerate(block))
        lines += [
            f"d{k} = event_shift(cause, t, y_located, {located}, p_located)",
            f"v{k} = event_tangent(event, t, y, {carried}, d{k}, p)",
        ]
        items += [f"v{k}[{j}] - d{k} * f_new[{j}]" for j in range(shape.n)]
    arguments = "event, cause, t, y, p, y_located, p_located"
    return define("saltate_event", arguments, [*lines, f"return {pack(items)}, p_new"])


def _blocks(shape: Shape) -> list[range]:
    n = shape.n
    return [range(n * (1 + k), n * (2 + k)) for k in range(shape.tangents)]


def _assigned(derivative: Derivative) -> list[str]:
    return [f"{name} = {expression}" for name, expression in derivative.statements]


def _named(model: Model, lines: Sequence[str], own: Iterable[str]) -> list[str]:
    """Write the assignments that give values and directions their names, aux apart."""
    used = names_used("\n".join(lines))
    values = bindings(model, [*lines, *own], ())
    seeds = [f"v_{name} = v[{i}]" for i, name in enumerate(model.state_names)]
    return [*values, *(line for line in seeds if line.split(" = ")[0] in used)]


def _branch(name: str, value: int, lines: Iterable[str]) -> list[str]:
    return [f"if {name} == {value}:", *(f"    {line}" for line in lines)]
