"""Write the functions and constants of a unit whose model has events."""

import re
from collections.abc import Iterable, Sequence

from engine.model import Model
from engine.model.generated import EventCode, Trigger
from engine.model.integers import UNDEFINED
from engine.runner import events
from engine.runner.bindings import bindings, needed_aux
from engine.runner.layout import Shape, define, pack
from engine.runner.saltation import SALTATION, saltation_functions
from engine.steppers import Stepper
from engine.steppers.stepper import function_source

_LEVELS = (events.strict, events.negated, events.lesser, events.greater, events.changed_since)
_OUTLINED = (
    events.event_news,
    events.end_step,
    events.begin_step,
    events.level_inside,
    events.passing_by,
    events.leaving_again,
    events.locate_event,
    events.first_instant,
    events.take_triggers,
    events.fired_trigger,
    events.find_events,
    events.endless_event,
    events.settle_events,
    events.forget_firings,
)
_WRITTEN_APART = (
    "event_levels",
    "event_marks",
    "event_guard",
    "log_event",
    "act_event",
    "inside_step",
    "step_to_event",
    *SALTATION,
)


def event_flags(model: Model) -> dict[str, object]:
    """Return the flags and constants that the events of a model set in the template."""
    codes, flow = model.events.events, model.kind == "ode"
    flags: dict[str, object] = {
        "EVENTS": bool(codes),
        "FLOW_EVENTS": bool(codes) and flow,
        "EVENTS_START": not flow and any(code.phase != "end" for code in codes),
        "EVENTS_END": not flow and any(code.phase != "start" for code in codes),
    }
    if codes:
        owners = _owners(model)
        flags |= {
            "EVENT_COUNT": len(codes),
            "EVENT_ROWS_A_STEP": len(owners) if flow else 2 * len(codes),
        }
    if codes and flow:
        flags |= {
            "TRIGGERS": len(owners),
            "TRIGGER_EVENT": tuple(owners),
            "TRIGGER_LOCATED": tuple(int(codes[e].located) for e in owners),
            "TRIGGER_REPEATED": tuple(
                int(codes[e].repeated and not trigger.guard and not trigger.of_change)
                for e, trigger in zip(owners, _triggers(model), strict=True)
            ),
            "TRIGGER_OF_CHANGE": tuple(int(trigger.of_change) for trigger in _triggers(model)),
            "EVENT_ACTS": tuple(int(bool(code.action)) for code in codes),
        }
    return flags


def event_outlined(model: Model) -> tuple[str, ...]:
    """Return the functions that are compiled by themselves."""
    if not model.events.events:
        return ()
    return (*(function.__name__ for function in _OUTLINED), *_WRITTEN_APART)


def event_columns(model: Model) -> int:
    """Return the number of columns of a run's event memory."""
    codes = model.events
    return max(1, len(_owners(model)), len(codes.events), len(codes.marks))


def log_columns(model: Model) -> int:
    """Return the number of columns of the log of a model's events."""
    return 2 + max((len(code.log) for code in model.events.events), default=0)


def first_levels(model: Model) -> list[float]:
    """Return the levels before the first step: what may fire in the initial state is below 0."""
    codes = model.events.events
    return [1.0 if codes[e].phase == "end" else -1.0 for e in _owners(model)]


def _triggers(model: Model) -> list[Trigger]:
    return [trigger for code in model.events.events for trigger in code.triggers]


def _owners(model: Model) -> list[int]:
    return [e for e, code in enumerate(model.events.events) for _ in code.triggers]


def event_functions(model: Model, stepper: Stepper, shape: Shape) -> list[str]:
    """Return the definitions, none for a model without events."""
    codes = model.events.events
    if not codes:
        return []
    written = [_marks(model), _log(model, codes), _act(model, codes, shape)]
    written += saltation_functions(model, shape)
    if model.kind == "map":
        act = "saltate_event({0}, t, y, p)" if shape.tangents else "act_event({0}, t, y, p)"
        written += [_holds(model, k, code) for k, code in enumerate(codes)]
        return [*written, *(_pass(codes, phase, act) for phase in ("start", "end"))]
    levels = [function_source(function) for function in (*_LEVELS, events.write_level)]
    machinery = [function_source(function) for function in _OUTLINED]
    inside = _inside(stepper, shape, bool(model.noise))
    return [*levels, *written, _levels(model), _guard(model), *inside, *machinery]


def _body(model: Model, code: Sequence[str], lines: Iterable[str]) -> list[str]:
    return [*bindings(model, code, needed_aux(model, code)), *lines]


def _levels(model: Model) -> str:
    texts = [trigger.level for trigger in _triggers(model)]
    lines = [f"write_level(em, row, {k}, {text})" for k, text in enumerate(texts)]
    return define("event_levels", "t, y, p, em, row", _body(model, texts, lines))


def _marks(model: Model) -> str:
    texts = model.events.marks
    lines = [f"em[row, {j}] = {text}" for j, text in enumerate(texts)]
    return define("event_marks", "t, y, p, em, row", _body(model, texts, lines) or ["return"])


def _guard(model: Model) -> str:
    guarded = [(k, trigger.guard) for k, trigger in enumerate(_triggers(model)) if trigger.guard]
    lines = []
    for k, guard in guarded:
        lines.append(f"if k == {k}:")
        lines += _indented(_body(model, [guard], [f"return {guard}"]))
    return define("event_guard", "k, t, y, p", [*lines, "return True"])


def _log(model: Model, codes: Sequence[EventCode]) -> str:
    lines = []
    for e, code in enumerate(codes):
        texts = [text for _, text in code.log]
        values = [f"event_log[row, EVENT_VALUES + {i}] = {text}" for i, text in enumerate(texts)]
        if values:
            lines += [f"if event == {e}:", *_indented(_body(model, texts, values))]
    lines += ["event_log[row, EVENT_PLACE] = event", "event_log[row, EVENT_TIME] = t"]
    return define("log_event", "event, t, y, p, event_log, row", [*lines, "return row + 1"])


def _act(model: Model, codes: Sequence[EventCode], shape: Shape) -> str:
    lines = []
    for e, code in enumerate(codes):
        if code.action:
            lines += [f"if event == {e}:", *_indented(_statements(model, code, shape))]
    return define("act_event", "event, t, y, p", [*lines, "return y, p"])


def _statements(model: Model, code: EventCode, shape: Shape) -> list[str]:
    """Write the statements of an action, each in terms of the values after those before it."""
    texts = [assignment.value for assignment in code.action]
    aux = needed_aux(model, texts)
    expressions = dict(model.code.aux)
    changed = [assignment.target for assignment in code.action]
    # Aux are evaluated where they are used: a statement before may have changed them.
    lines = [
        line
        for line in bindings(model, [*texts, *changed, f"s_{model.state_names[0]}"], aux)
        if not line.startswith("a_") or line.split(" = ")[0][2:] not in aux
    ]
    for assignment in code.action:
        needed = needed_aux(model, [assignment.value])
        lines += [f"a_{name} = {expressions[name]}" for name in needed]
        lines.append(f"{assignment.target} = {assignment.value}")
    states = [f"s_{name}" for name in model.state_names]
    params = [f"p_{name}" for name in model.param_names]
    if shape.whole:
        # A run tests its states, so that an undefined parameter makes one of them undefined.
        lost = [f"{n} == {UNDEFINED}" for n in dict.fromkeys(changed) if n in params]
        if lost:
            changed.append(states[0])
            lines.append(f"{states[0]} = {UNDEFINED} if {' or '.join(lost)} else {states[0]}")
    if shape.arrays:
        # The vectors are the run's own and stay where they are.
        places = {n: f"y[{i}]" for i, n in enumerate(states)}
        places |= {n: f"p[{i}]" for i, n in enumerate(params)}
        return [*lines, *(f"{places[name]} = {name}" for name in dict.fromkeys(changed))]
    # Each event returns by itself: Numba refuses a name that two large tuples are given to.
    results = ["y", "p"]
    if any(name in changed for name in states):
        tangents = [f"y[{i}]" for i in range(shape.n, shape.extended)]
        results[0] = pack(
            [*(n if n in changed else f"y[{i}]" for i, n in enumerate(states)), *tangents]
        )
    if any(name in changed for name in params):
        given = [n if n in changed else f"p[{i}]" for i, n in enumerate(params)]
        results[1] = pack([*given, *(f"p[{i}]" for i in range(len(given), shape.given))])
    return [*lines, f"return {', '.join(results)}"]


def _holds(model: Model, k: int, code: EventCode) -> str:
    lines = []
    for i, (mark, relation) in enumerate(code.macros):
        text = re.sub(r"\bbefore\b", f"float(em[row, {mark}])", relation)
        text = re.sub(r"\bnow\b", f"float(em[MARKS_NOW, {mark}])", text)
        lines.append(f"u_m{i} = 1.0 if {text} else 0.0")
    body = _body(model, [code.condition], [*lines, f"return {code.condition}"])
    return define(f"event_{k}_holds", "t, y, p, em, row", body)


def _pass(codes: Sequence[EventCode], phase: str, act: str) -> str:
    """Write the test of all events of a map, before or after an iteration."""
    before = "MARKS_BEFORE" if phase == "start" else "MARKS"
    lines = []
    for k, code in enumerate(codes):
        if code.phase in (phase, "both"):
            lines += [
                "event_marks(t, y, p, em, MARKS_NOW)",
                f"if event_{k}_holds(t, y, p, em, {before}):",
                f"    row = log_event({k}, t, y, p, event_log, row)",
                f"    y, p = {act.format(k)}",
            ]
    return define(f"events_{phase}", "t, y, p, em, event_log, row", [*lines, "return y, p, row"])


def _inside(stepper: Stepper, shape: Shape, noisy: bool) -> list[str]:
    """Write the state inside a step and the step to there.

    A fixed step without memory is its own continuation: a shorter step, of full order.  Others
    have their dense output, and so has a step that noise drives.
    """
    name = "runner_variational_step" if shape.tangents else "runner_step"
    step = f"{name}(t, theta * h, y, p, memory"
    shorter = stepper.memory_rows == 0 and not stepper.adaptive and not noisy
    if shorter:
        prepared = ["return 0.0"]
        inside = [f"y_theta, new_memory = {step})", "return y_theta"]
    else:
        prepared = ["return dense_rows(t, h, y, y_new, p, new_memory)"]
        inside = ["return interpolate(theta, h, y, y_new, dense)"]
    arguments = "theta, t, h, y, y_new, p, memory, dense"
    given = "theta, t, h, y, y_new, p, memory, new_memory"
    if stepper.adaptive:
        given = "theta, t, h, y, p, memory, rtol, atol"
        cut = [f"y_new, error, new_memory = {step}, rtol, atol)", "return y_new, new_memory"]
    elif shorter:
        cut = [f"return {step})"]
    else:
        dense = "dense_inside(t, h, y, y_new, p, new_memory)"
        cut = [f"return inside_step({arguments[:-5]}{dense}), new_memory"]
    return [
        define("dense_inside", "t, h, y, y_new, p, new_memory", prepared),
        define("inside_step", arguments, inside),
        define("step_to_event", given, cut),
    ]


def _indented(lines: Iterable[str]) -> list[str]:
    return [f"    {line}" for line in lines]
