"""Render one runner as one plain Python file: the unit.

A unit holds flags, model functions, stepper, observers' hooks, layout symbols and the verbatim
source of `template.run`.  It is importable, can be stepped through, and is the same text
whether it is compiled or not.
"""

import re
from collections.abc import Sequence

from engine.errors import SimError, suggest
from engine.model.arithmetic import PRIMITIVES, single
from engine.runner import abi, batch_template, sampling, stiffness, template, vectors
from engine.runner.arrays import array_symbol, as_array_function
from engine.runner.bindings import bindings, names_used
from engine.runner.derived import derived_functions, derived_outlined
from engine.runner.dtypes import record_dtype, state_dtype
from engine.runner.equations import model_functions
from engine.runner.event_code import event_flags, event_functions, event_outlined
from engine.runner.lags import lag_flags, lag_functions
from engine.runner.lane_layout import in_place, lane_constants, lane_shape, lane_symbols
from engine.runner.layout import (
    MAX_COMPONENTS_WITH_EVENTS,
    MAX_STATES,
    Shape,
    define,
    vector_symbol,
)
from engine.runner.plan import UnitPlan
from engine.runner.scratch import with_rows
from engine.steppers import step_size
from engine.steppers.stepper import function_source

# What a unit contains of dense output where samples or hooks ask for it.
DENSE_SYMBOLS = frozenset({"dense_rows", "interpolate"})

# Up to this many components and characters of equations, a unit's functions are compiled as one.
INLINED_COMPONENTS = 12
INLINED_CHARACTERS = 4000


def render_unit(plan: UnitPlan) -> str:
    """Return the source of the unit.

    Raises
    ------
    SimError
        The model is too large for the layout, or a recorded name does not exist.
    """
    try:
        return _rendered(plan)
    except RecursionError:
        raise SimError(
            f"model {plan.model.name!r} has an expression too long to be compiled; divide it into "
            "several aux"
        ) from None


def _rendered(plan: UnitPlan) -> str:
    shape = plan.shape
    if shape.n > MAX_STATES:
        raise SimError(
            f"model {plan.model.name!r} has {shape.n} states; at most {MAX_STATES} are supported, "
            "which is what compiles in reasonable time"
        )
    if shape.events and shape.tangents and shape.extended > MAX_COMPONENTS_WITH_EVENTS:
        raise SimError(
            f"model {plan.model.name!r} has events and {shape.extended} components, tangent "
            f"vectors included; with events at most {MAX_COMPONENTS_WITH_EVENTS} are supported"
        )
    equations = model_functions(plan)
    parts = [_flags(plan, shape, sum(map(len, equations))), *equations]
    parts.append(_record_row(plan))
    parts += lag_functions(plan.model, plan.lags, shape)
    # What the derivatives call may be there already.
    derived = dict.fromkeys(derived_functions(plan))
    parts += [text for text in derived if text not in equations]
    parts.append(_stepper_functions(plan))
    parts += event_functions(plan.model, plan.stepper, shape)
    hooks = plan.measuring.functions() if plan.observers else []
    if plan.sampled or names_used("\n\n".join([*parts, *hooks])) & DENSE_SYMBOLS:
        parts.append(plan.stepper.dense_source_for(noisy=plan.stochastic))
    if plan.sampled:
        parts.append(function_source(sampling.sample_time))
    parts += hooks
    parts += _loops(plan, shape)
    parts += _vector_symbols(parts, shape)
    rows = plan.stepper.stored_rows
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
    primitives = sorted(n for n in used if n in PRIMITIVES or n == single.__name__)
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
        "STOCHASTIC": plan.stochastic,
        "PROPOSES": plan.stepper.propose is not None,
        "SAMPLED": plan.sampled,
        "BOUNDED": plan.bounded,
        "OBSERVE": bool(plan.observers),
        "VARIATIONAL": shape.tangents > 0,
        "STOP_START": stop_phase == "start",
        "STOP_END": stop_phase in ("end", "both"),
        "ERROR_ORDER": plan.stepper.error_order,
        "BETA": plan.stepper.beta,
        "STIFFNESS": plan.stepper.stability > 0.0,
        "STABILITY": plan.stepper.stability,
        "STATES": shape.n,
        "INLINE": not shape.arrays
        and shape.extended <= INLINED_COMPONENTS
        and written <= INLINED_CHARACTERS,
        "ARRAYS": shape.arrays,
        **event_flags(plan.model),
        **lag_flags(plan.lags),
        "SINGLE": plan.model.dtype == "float32",
        "WHOLE": plan.model.dtype == "int64",
        "STATE_DTYPE": state_dtype(plan.model).name,
        "RECORD_DTYPE": record_dtype(plan.model, plan.record).name,
        "OUTLINED": (
            *plan.measuring.outlined,
            *event_outlined(plan.model),
            *derived_outlined(plan),
            *(("watch_stiffness",) if plan.stepper.stability else ()),
        ),
        "BREAKING": bool(plan.measuring.breaking),
        "TRACE_ROWS_A_STEP": sum(o.trace_rows_a_step for o in plan.observers if o.trace),
    }
    return "\n".join(f"{name} = {value!r}" for name, value in flags.items())


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
    form = "single({})" if model.dtype == "float32" else "{}"
    body += [f"record_y[row, {i}] = {form.format(c)}" for i, c in enumerate(columns)]
    written = define("record_row", "record_y, row, t, y, p", body or ["return"])
    return as_array_function(written, 0)[0] if plan.shape.arrays else written


def _stepper_functions(plan: UnitPlan) -> str:
    stepper = plan.stepper
    name = "runner_variational_step" if plan.shape.tangents else "runner_step"
    # Every adaptive step is called with the tolerances; not every one asks for them.
    ending = ", rtol, atol" if stepper.adaptive and not stepper.tolerances else ""
    source = stepper.source_for(noisy=plan.stochastic)
    pattern = r"^def (?:noisy_)?step\((.*)\):$"
    text = re.sub(pattern, rf"def {name}(\1{ending}):", source, flags=re.MULTILINE)
    if stepper.start is None:
        text += "\n\n" + define("start", "t, y, p", ["return ()"])
    if stepper.adaptive:
        text += "\n\n" + function_source(step_size.next_step_size)
        text += "\n\n" + function_source(step_size.rejected_step_size)
    if stepper.stability > 0.0:
        # Of several estimates the first is the one to look along.
        first = "error" if stepper.error_norm is None else "keep(error[0])"
        text += "\n\n" + define("error_vector", "error", [f"return {first}"])
        text += "\n\n" + function_source(stiffness.moved_since_mark)
        text += "\n\n" + function_source(stiffness.watch_stiffness)
    return text


def _vector_symbols(parts: Sequence[str], shape: Shape) -> list[str]:
    text = "\n\n".join(part for part in parts if part)
    # A stepper may have its own form of a symbol.
    used = names_used(text) - set(re.findall(r"^def (\w+)\(", text, flags=re.MULTILINE))
    written = (_vector_symbol(name, shape) for name in sorted(used))
    return [text for text in written if text is not None]


def _vector_symbol(name: str, shape: Shape) -> str | None:
    if not shape.arrays:
        return vector_symbol(name, shape)
    if name in vectors.__all__:
        return None
    own = array_symbol(name, shape.n, shape.extended, shape.memory_rows, shape.whole)
    if own is not None:
        return own[0]
    text = vector_symbol(name, shape)
    return None if text is None else as_array_function(text, shape.extended)[0]
