"""Render one runner as one plain Python file: the unit.

A unit holds flags, model functions, stepper, observers' hooks, layout symbols and the verbatim
source of `template.run`.  It is importable, can be stepped through, and is the same text
whether it is compiled or not.
"""

import re
from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property

from engine.errors import SimError, suggest
from engine.model import Model, Tangent
from engine.model.arithmetic import PRIMITIVES
from engine.observers import ObserverModule
from engine.runner import abi, batch_template, sampling, template, vectors
from engine.runner.arrays import array_model_function, array_symbol, as_array_function
from engine.runner.bindings import bindings, composed_sources, definitions, names_used
from engine.runner.event_code import event_flags, event_functions, event_outlined
from engine.runner.lane_layout import in_place, lane_constants, lane_shape, lane_symbols
from engine.runner.layout import (
    MAX_COMPONENTS_WITH_EVENTS,
    MAX_STATES,
    Shape,
    define,
    pack,
    vector_symbol,
)
from engine.runner.measuring import Measuring
from engine.runner.scratch import with_rows
from engine.steppers import Stepper, step_size
from engine.steppers.stepper import function_source

# What a unit contains of dense output where samples or hooks ask for it.
DENSE_SYMBOLS = frozenset({"dense_rows", "interpolate"})

# Up to this many components and characters of equations, a unit's functions are compiled as one.
INLINED_COMPONENTS = 12
INLINED_CHARACTERS = 4000


@dataclass(frozen=True, kw_only=True)
class StopCondition:
    """Say when a run ends early.

    Attributes
    ----------
    cond : str
        Condition of states, parameters, aux and t.
    phase : {"start", "end", "both"}
        Tested before each step, after it, or both.
    """

    cond: str
    phase: str = "end"

    def __post_init__(self) -> None:
        """Validate the phase.

        Raises
        ------
        SimError
            The phase is not one of the three.
        """
        if not isinstance(self.cond, str):
            raise SimError(f"stop condition {self.cond!r} is not a text")
        if self.phase not in ("start", "end", "both"):
            raise SimError(f"stop phase {self.phase!r} is not 'start', 'end' or 'both'")


@dataclass(frozen=True, kw_only=True)
class UnitPlan:
    """Name everything a unit is made of; no number of a run is among it.

    Attributes
    ----------
    model : Model
        The equations.
    stepper : Stepper
        The method.
    observers : tuple of ObserverModule
        Resolved observers, in order.
    record : tuple of str
        Recorded variables: state names and ``aux.<name>``.
    sampled : bool
        Rows from dense output at times of their own instead of accepted steps.
    bounded : bool
        The buffers are known to suffice: the fast path.
    stop : StopCondition or None
        Early end.
    entry : str
        The function the unit is called by: ``"run"`` for one orbit, ``"run_orbits"`` for many
        in turn, ``"run_lanes"`` for many side by side.
    """

    model: Model
    stepper: Stepper
    observers: tuple[ObserverModule, ...] = ()
    record: tuple[str, ...] = ()
    sampled: bool = False
    bounded: bool = False
    stop: StopCondition | None = None
    entry: str = "run"

    @property
    def shape(self) -> Shape:
        """Return the sizes the unit is written out for."""
        return Shape(
            n=len(self.model.state_names),
            tangents=sum(observer.tangents for observer in self.observers),
            n_params=len(self.model.param_names),
            memory_rows=self.stepper.memory_rows,
            events=bool(self.model.events.events),
        )

    @cached_property
    def measuring(self) -> Measuring:
        """Return what writes the observers' part."""
        return Measuring(model=self.model, observers=self.observers, shape=self.shape)


def render_unit(plan: UnitPlan) -> str:
    """Return the source of the unit.

    Raises
    ------
    SimError
        The model is too large for the layout, or a recorded name does not exist.
    """
    shape = plan.shape
    if shape.n > MAX_STATES:
        raise SimError(
            f"model {plan.model.name!r} has {shape.n} states; at most {MAX_STATES} are supported, "
            "which is what compiles in reasonable time"
        )
    if shape.events and shape.extended > MAX_COMPONENTS_WITH_EVENTS:
        raise SimError(
            f"model {plan.model.name!r} has events and {shape.extended} components, tangent "
            f"vectors included; with events at most {MAX_COMPONENTS_WITH_EVENTS} are supported"
        )
    equations = _model_functions(plan, shape)
    parts = [_flags(plan, shape, sum(map(len, equations))), *equations]
    parts.append(_record_row(plan))
    parts.append(_stepper_functions(plan))
    parts += event_functions(plan.model, plan.stepper, shape)
    hooks = plan.measuring.functions() if plan.observers else []
    if plan.sampled or names_used("\n\n".join([*parts, *hooks])) & DENSE_SYMBOLS:
        parts.append(plan.stepper.dense_source)
    if plan.sampled:
        parts.append(function_source(sampling.sample_time))
    parts += hooks
    parts += _loops(plan, shape)
    parts += _vector_symbols(parts, shape)
    rows = max(shape.memory_rows, 1)
    if shape.arrays:
        parts, rows = with_rows(
            [part for part in parts if part], components=shape.extended, memory_rows=rows
        )
    parts.insert(1, f"MEMORY_ROWS = {rows}")
    if plan.entry == "run_orbits":
        parts.append(batch_template.orbits_source())
    text = "\n\n\n".join(part for part in parts if part)
    title = f"{plan.stepper.name} runner of the {plan.model.kind} {_printable(plan.model.name)}"
    return f'"""{title}, generated."""\n\n{_imports(text)}\n\n{text}\n'


def _loops(plan: UnitPlan, shape: Shape) -> list[str]:
    """Write the loop over the steps, and in lanes also the one over the orbits."""
    if plan.entry == "run_lanes":
        layout = lane_shape(shape, plan.model.kind)
        loops = [function_source(function) for function in batch_template.LANE_LOOPS]
        recording = in_place(_record_row(plan))
        return [lane_constants(layout), *lane_symbols(layout), recording, *loops]
    return [function_source(template.run)]


def _printable(name: str) -> str:
    """Reduce a model's free-text name to what is harmless in a docstring."""
    return re.sub(r"[^\w .,()+-]", " ", name)[:60].strip()


def _imports(text: str) -> str:
    used = names_used(text)
    constants = sorted(n for n in used if n.isupper() and n in vars(abi))
    primitives = sorted(n for n in used if n in PRIMITIVES)
    lines = [f"from engine.runner.abi import {', '.join(constants)}"]
    if primitives:
        lines.append(f"from engine.model.arithmetic import {', '.join(primitives)}")
    views = sorted(n for n in used.intersection(vectors.__all__) if f"\ndef {n}(" not in text)
    if views:
        lines.append(f"from engine.runner.vectors import {', '.join(views)}")
    return "\n".join(lines)


def _flags(plan: UnitPlan, shape: Shape, written: int) -> str:
    stop_phase = plan.stop.phase if plan.stop else ""
    flags = {
        "DISCRETE": plan.model.kind == "map",
        "ADAPTIVE": plan.stepper.adaptive,
        "SAMPLED": plan.sampled,
        "BOUNDED": plan.bounded,
        "OBSERVE": bool(plan.observers),
        "VARIATIONAL": shape.tangents > 0,
        "STOP_START": stop_phase == "start",
        "STOP_END": stop_phase in ("end", "both"),
        "ERROR_ORDER": plan.stepper.error_order,
        "INLINE": not shape.arrays
        and shape.extended <= INLINED_COMPONENTS
        and written <= INLINED_CHARACTERS,
        "ARRAYS": shape.arrays,
        **event_flags(plan.model),
        "OUTLINED": (*plan.measuring.outlined, *event_outlined(plan.model)),
        "BREAKING": bool(plan.measuring.breaking),
        "TRACE_ROWS_A_STEP": sum(o.trace_rows_a_step for o in plan.observers if o.trace),
    }
    return "\n".join(f"{name} = {value!r}" for name, value in flags.items())


def _model_functions(plan: UnitPlan, shape: Shape) -> list[str]:
    model, code = plan.model, plan.model.code
    composed = list(code.composed)
    functions = [code.functions]
    if shape.tangents == 0:
        equations = [_flow("rhs", model, shape)]
    else:
        tangent = model.jvp()
        composed += [name for name in tangent.composed if name not in composed]
        functions.append(tangent.functions)
        equations = [_flow("flow", model, shape), *_extended_rhs(model, tangent, shape)]
    if plan.stop is not None:
        condition = model.expression(plan.stop.cond, "stop condition")
        composed += [name for name in condition.composed if name not in composed]
        functions.append(condition.functions)
        body = [*bindings(model, [condition.code], condition.aux), f"return {condition.code}"]
        equations.append(define("stop", "t, y, p", body))
    for expression in plan.measuring.needed:
        composed += [name for name in expression.composed if name not in composed]
        functions.append(expression.functions)
    composed += [name for name in plan.measuring.composed if name not in composed]
    if model.events.events:
        composed += [name for name in model.events.composed if name not in composed]
        functions.append(model.events.functions)
    distinct = dict.fromkeys(definitions("\n\n".join(f for f in functions if f)))
    return [*composed_sources(composed), *distinct, *equations]


def _flow(name: str, model: Model, shape: Shape) -> str:
    """Write the right-hand side."""
    code = model.code
    if shape.arrays:
        expressions = dict(code.aux)
        prelude = [f"a_{aux} = {expressions[aux]}" for aux in code.rhs_aux]
        return array_model_function(name, "t, y, p", prelude, code.rhs, _places(model))
    lines = [*bindings(model, code.rhs, code.rhs_aux), "return " + pack(code.rhs)]
    return define(name, "t, y, p", lines)


def _places(model: Model) -> dict[str, str]:
    states = {f"s_{name}": f"y[{i}]" for i, name in enumerate(model.state_names)}
    return states | {f"p_{name}": f"p[{i}]" for i, name in enumerate(model.param_names)}


def _extended_rhs(model: Model, tangent: Tangent, shape: Shape) -> list[str]:
    """Write the tangent flow and the right-hand side of state and tangents together."""
    statements = [f"{name} = {expression}" for name, expression in tangent.statements]
    if shape.arrays:
        return _extended_array_rhs(model, tangent, statements, shape)
    code = [*statements, *tangent.result]
    seeds = [f"v_{name} = v[{i}]" for i, name in enumerate(model.state_names)]
    body = [
        *bindings(model, code, tangent.aux),
        *seeds,
        *statements,
        "return " + pack(tangent.result),
    ]
    n = shape.n
    blocks = [range(n * (1 + k), n * (2 + k)) for k in range(shape.tangents)]
    lines = ["f = flow(t, y, p)"]
    items = [f"f[{i}]" for i in range(n)]
    for k, block in enumerate(blocks):
        lines.append(f"g{k} = tangent_flow(t, y, {pack(f'y[{i}]' for i in block)}, p)")
        items += [f"g{k}[{i}]" for i in range(n)]
    return [
        define("tangent_flow", "t, y, v, p", body),
        define("rhs", "t, y, p", [*lines, "return " + pack(items)]),
    ]


def _extended_array_rhs(
    model: Model, tangent: Tangent, statements: Sequence[str], shape: Shape
) -> list[str]:
    """Write the same for arrays: each part fills its own part of the row."""
    n, places = shape.n, _places(model)
    places |= {f"v_{name}": f"v[{i}]" for i, name in enumerate(model.state_names)}
    lines = ["flow(t, y, p, row_store, row_at)"]
    for k in range(1, 1 + shape.tangents):
        block = f"y[{n * k}:{n * (k + 1)}]"
        lines.append(f"tangent_flow(t, y, {block}, p, row_store, row_at + {n * k})")
    lines += [f"out0 = view(row_store, row_at, {shape.extended})", "return out0"]
    return [
        array_model_function("tangent_flow", "t, y, v, p", statements, tangent.result, places),
        define("rhs", "t, y, p, row_store, row_at", lines),
    ]


def _record_row(plan: UnitPlan) -> str:
    model = plan.model
    columns, aux = [], []
    valid = [*model.state_names, *(f"aux.{name}" for name in model.aux_names)]
    for name in plan.record:
        if name not in valid:
            raise SimError(f"record: {name!r} is not a variable{suggest(name, valid)}")
        if name.startswith("aux."):
            columns.append(f"a_{name[4:]}")
            aux.append(name[4:])
        else:
            columns.append(f"y[{model.state_names.index(name)}]")
    # An aux may use others: evaluate all up to the last one that is wanted, in order.
    order = [name for name, _ in model.code.aux]
    wanted = order[: max((order.index(name) for name in aux), default=-1) + 1]
    body = bindings(model, columns, wanted)
    body += [f"record_y[row, {i}] = {column}" for i, column in enumerate(columns)]
    written = define("record_row", "record_y, row, t, y, p", body or ["return"])
    return as_array_function(written, 0)[0] if plan.shape.arrays else written


def _stepper_functions(plan: UnitPlan) -> str:
    stepper = plan.stepper
    name = "runner_variational_step" if plan.shape.tangents else "runner_step"
    text = re.sub(r"^def step\(", f"def {name}(", stepper.source, flags=re.MULTILINE)
    if stepper.start is None:
        text += "\n\n" + define("start", "t, y, p", ["return ()"])
    if stepper.adaptive:
        text += "\n\n" + function_source(step_size.next_step_size)
        text += "\n\n" + function_source(step_size.rejected_step_size)
    return text


def _vector_symbols(parts: Sequence[str], shape: Shape) -> list[str]:
    used = names_used("\n\n".join(part for part in parts if part))
    written = (_vector_symbol(name, shape) for name in sorted(used))
    return [text for text in written if text is not None]


def _vector_symbol(name: str, shape: Shape) -> str | None:
    if not shape.arrays:
        return vector_symbol(name, shape)
    if name in vectors.__all__:
        return None
    own = array_symbol(name, shape.n, shape.extended, shape.memory_rows)
    if own is not None:
        return own[0]
    text = vector_symbol(name, shape)
    return None if text is None else as_array_function(text, shape.extended)[0]
