"""Model specifications as plain equations: the way back from `engine.model.equations_text`."""

from collections.abc import Iterator

from engine.errors import ModelError
from engine.model.default_stepper import default_stepper
from engine.model.dependence import free_names
from engine.model.expressions import parse
from engine.model.spec import Event, Formula, ModelSpec, SimDefaults

__all__ = ["write_equations_text"]


def write_equations_text(spec: ModelSpec, *, partial: bool = False) -> str:
    """Write a specification as plain equations.

    Parameters
    ----------
    spec : ModelSpec
        What to write.  Its name is not written: a text has that of its file.
    partial : bool
        Leave out what plain equations cannot say, and name it in a comment at the end.

    Returns
    -------
    str
        Text that `load_model` reads as an equal specification, but for the name and, if
        `partial`, for what the comment names.

    Raises
    ------
    ModelError
        Something cannot be said and `partial` is false; the message names it.
    """
    lost = tuple(dict.fromkeys(_lost(spec)))
    if lost and not partial:
        raise ModelError(
            f"{spec.origin or spec.name}: plain equations cannot say {', '.join(lost)}; "
            "write_toml can, and partial=True leaves it out"
        )
    lines = [*_equations(spec), *_numbers(spec), *_definitions(spec), *_events(spec.events)]
    if lost:
        lines.append(f"# not said here: {', '.join(lost)}")
    return "\n".join(lines) + "\n"


def _equations(spec: ModelSpec) -> Iterator[str]:
    mark = "'" if spec.kind == "ode" else "[n+1]"
    for equation in spec.equations:
        yield f"{equation.state}{mark} = {_text(equation.formula)}"
    for part in spec.noise:
        yield f"noise {part.state} = {_text(part.formula)}"
    for state in spec.states:
        if repr(state.value) != "0.0":
            yield f"{state.name}(0) = {state.value!r}"


def _numbers(spec: ModelSpec) -> Iterator[str]:
    for param in spec.params:
        bounds = ""
        if param.min is not None and param.max is not None:
            bounds = f" in [{param.min!r}, {param.max!r}]"
        yield f"{param.name} = {param.value!r}{bounds}"
    for constant in spec.constants:
        yield f"{constant.name} = {constant.value!r}"


def _definitions(spec: ModelSpec) -> Iterator[str]:
    for function in spec.functions:
        yield f"{function.name}({', '.join(function.args)}) = {_text(function.formula)}"
    for aux in spec.aux:
        yield f"{aux.name} = {_text(aux.formula)}"


def _events(events: tuple[Event, ...]) -> Iterator[str]:
    for event in events:
        yield f"when {_text(event.condition)}: {'; '.join(map(_text, event.action))}".rstrip()


def _text(formula: Formula) -> str:
    return " ".join(formula.text.split())


def _lost(spec: ModelSpec) -> Iterator[str]:
    """Yield what plain equations cannot say."""
    usual = default_stepper(spec.kind, bool(spec.noise), "ito")
    defaults = SimDefaults(stepper=usual, dt=1.0 if spec.kind == "map" else SimDefaults.dt)
    for said, what in (
        (spec.dtype == "float64", f"dtype {spec.dtype}"),
        (not spec.constants, "that constants are no parameters"),
        (not spec.jacobian, "the Jacobian matrix"),
        (not spec.inverse, "the inverse"),
        (spec.calculus == "ito", "the calculus of Stratonovich"),
        (spec.sim == defaults, "[sim]"),
        (not spec.presets, "presets"),
        (spec.meta == type(spec.meta)(), "[meta]"),
        (not spec.mods and not spec.applied, "mods"),
    ):
        if not said:
            yield what
    if any(e.unit or e.label for entries in (spec.states, spec.params) for e in entries):
        yield "units and labels"
    for param in spec.params:
        if param.step is not None or param.scale != "linear":
            yield "steps and scales of sliders"
        if (param.min is None) != (param.max is None):
            yield f"one end only of the range of {param.name}"
    for aux in spec.aux:
        if not free_names(parse(aux.formula.text, aux.formula.where, aux.formula.column)):
            yield f"that {aux.name}, which depends on nothing, is no parameter"
    for i, event in enumerate(spec.events, start=1):
        plain = Event(name=event.name, condition=event.condition, action=event.action)
        if event != plain:
            yield "phase, trigger, log and tags of events"
        if event.name != f"when_{i}":
            yield "names of events"
