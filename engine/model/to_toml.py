"""Model specifications as the text of a model file: the way back from `engine.model.toml`."""

import json
import re
from collections.abc import Iterable, Iterator, Mapping

from engine.model.spec import (
    Event,
    Formula,
    ModelSpec,
    Param,
    SimDefaults,
    State,
    SuggestedObserver,
)

__all__ = ["write_toml"]

_BARE_KEY = re.compile(r"[A-Za-z0-9_-]+")
# What `engine.model.tables` takes as a bare number; beyond, the number is written as a text.
_LARGEST_BARE_NUMBER = 1e308


def write_toml(spec: ModelSpec) -> str:
    """Write a specification as a model file.

    Parameters
    ----------
    spec : ModelSpec
        What to write.

    Returns
    -------
    str
        TOML text that loads to an equal specification: the same names in the same order, the
        same numbers to the bit, the same expressions.  Equal specifications give equal texts up
        to white space within expressions.
    """
    lines = [*_header(spec), *_numbers(spec), *_formulas(spec), *_events(spec.events)]
    lines += [*_sim(spec.sim), *_presets(spec), *_meta(spec)]
    return "\n".join(lines).strip() + "\n"


def _text(value: str) -> str:
    # A JSON string is a TOML string but for the one control character JSON leaves as it is.
    return json.dumps(value, ensure_ascii=False).replace("\x7f", "\\u007f")


def _key(name: str) -> str:
    return name if _BARE_KEY.fullmatch(name) else _text(name)


def _number(value: float) -> str:
    written = repr(float(value))
    return written if abs(value) <= _LARGEST_BARE_NUMBER else _text(written)


def _formula(formula: Formula) -> str:
    return _text(" ".join(formula.text.split()))


def _list(items: Iterable[str]) -> str:
    return f"[{', '.join(items)}]"


def _table(*path: str) -> str:
    return f"\n[{'.'.join(map(_key, path))}]"


def _given(entry: State | Param) -> str:
    """Write a value, as a table where there is more to say than the value."""
    parts = [f"value = {_number(entry.value)}"]
    if isinstance(entry, Param):
        for name in ("min", "max", "step"):
            number = getattr(entry, name)
            if number is not None:
                parts.append(f"{name} = {_number(number)}")
        if entry.scale != "linear":
            parts.append(f"scale = {_text(entry.scale)}")
    parts += [f"{n} = {_text(getattr(entry, n))}" for n in ("unit", "label") if getattr(entry, n)]
    return _number(entry.value) if len(parts) == 1 else f"{{ {', '.join(parts)} }}"


def _header(spec: ModelSpec) -> Iterator[str]:
    yield from (_table("model"), f"type = {_text(spec.kind)}", f"name = {_text(spec.name)}")
    yield f"dtype = {_text(spec.dtype)}"


def _numbers(spec: ModelSpec) -> Iterator[str]:
    for table, entries in (("states", spec.states), ("params", spec.params)):
        if entries:
            yield _table(table)
            yield from (f"{_key(entry.name)} = {_given(entry)}" for entry in entries)
    if spec.constants:
        yield _table("constants")
        yield from (f"{_key(entry.name)} = {_number(entry.value)}" for entry in spec.constants)


def _formulas(spec: ModelSpec) -> Iterator[str]:
    for function in spec.functions:
        yield _table("functions", function.name)
        yield f"args = {_list(map(_text, function.args))}"
        yield f"expr = {_formula(function.formula)}"
    if spec.aux:
        yield _table("aux")
        yield from (f"{_key(aux.name)} = {_formula(aux.formula)}" for aux in spec.aux)
    for path, equations in (
        (("equations", "rhs"), spec.equations),
        (("equations", "inverse", "rhs"), spec.inverse),
    ):
        if equations:
            yield _table(*path)
            yield from (f"{_key(e.state)} = {_formula(e.formula)}" for e in equations)
    if spec.jacobian:
        yield _table("equations", "jacobian")
        yield f"expr = {_list(_list(map(_formula, row)) for row in spec.jacobian)}"


def _events(events: Iterable[Event]) -> Iterator[str]:
    for event in events:
        yield _table("events", event.name)
        yield f"cond = {_formula(event.condition)}"
        yield f"phase = {_text(event.phase)}"
        yield f"trigger = {_text(event.trigger)}"
        yield f"locate = {str(event.locate).lower()}"
        if event.action:
            statements = (" ".join(action.text.split()) for action in event.action)
            yield f"action = {_text('; '.join(statements))}"
        yield f"log = {_list(map(_text, event.log))}"
        yield f"tags = {_list(map(_text, event.tags))}"


def _sim(sim: SimDefaults) -> Iterator[str]:
    yield _table("sim")
    for name in ("t0", "t_end", "dt", "rtol", "atol"):
        yield f"{name} = {_number(getattr(sim, name))}"
    yield f"stepper = {_text(sim.stepper)}"
    yield f"max_steps = {sim.max_steps}"
    if isinstance(sim.record, bool):
        yield f"record = {str(sim.record).lower()}"
    else:
        yield f"record = {_list(map(_text, sim.record))}"
    if sim.stop is not None:
        cond, phase = _formula(sim.stop.condition), _text(sim.stop.phase)
        yield f"stop = {{ cond = {cond}, phase = {phase} }}"


def _presets(spec: ModelSpec) -> Iterator[str]:
    for preset in spec.presets:
        yield _table("presets", preset.name)
        for part, values in (("params", preset.params), ("states", preset.states)):
            if values:
                yield f"{part} = {_inline(values)}"


def _inline(values: Mapping[str, float]) -> str:
    return f"{{ {', '.join(f'{_key(name)} = {_number(v)}' for name, v in values.items())} }}"


def _meta(spec: ModelSpec) -> Iterator[str]:
    meta = spec.meta
    yield _table("meta")
    for name in ("title", "description", "reference"):
        if getattr(meta, name):
            yield f"{name} = {_text(getattr(meta, name))}"
    for name in ("tags", "axes", "views"):
        if getattr(meta, name):
            yield f"{name} = {_list(map(_text, getattr(meta, name)))}"
    if meta.observers:
        yield f"observers = {_list(map(_observer, meta.observers))}"


def _observer(suggested: SuggestedObserver) -> str:
    if not suggested.arguments:
        return _text(suggested.name)
    parts = [f"name = {_text(suggested.name)}"]
    parts += [f"{_key(name)} = {_value(value)}" for name, value in suggested.arguments.items()]
    return f"{{ {', '.join(parts)} }}"


def _value(value: str | float | bool) -> str:
    if isinstance(value, str):
        return _text(value)
    # The spelling of a number says whether it is whole, which some arguments must be.
    return str(value).lower() if isinstance(value, bool) else repr(value)
