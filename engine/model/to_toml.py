"""Model specifications as the text of a model file: the way back from `engine.model.toml`."""

import json
import re
from collections.abc import Iterable, Iterator, Mapping
from typing import Any

from engine.model.mod import Mod
from engine.model.spec import Event, Formula, ModelSpec, Preset, SuggestedObserver

__all__ = ["write_presets", "write_toml"]

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
    lines += [_table("sim"), *_sim(vars(spec.sim)), *write_presets(spec.presets), *_meta(spec)]
    for mod in spec.mods:
        lines += _mod(mod)
    return "\n".join(lines).strip() + "\n"


def _text(value: str) -> str:
    # A JSON string is a TOML string but for the one control character JSON leaves as it is.
    return json.dumps(value, ensure_ascii=False).replace("\x7f", "\\u007f")


def _key(name: str) -> str:
    return name if _BARE_KEY.fullmatch(name) else _text(name)


def _number(value: float) -> str:
    exact = isinstance(value, int) and float(value) != value
    written = repr(value) if exact else repr(float(value))
    return written if abs(value) <= _LARGEST_BARE_NUMBER else _text(written)


def _formula(formula: Formula) -> str:
    return _text(" ".join(formula.text.split()))


def _list(items: Iterable[str]) -> str:
    return f"[{', '.join(items)}]"


def _table(*path: str) -> str:
    return f"\n[{'.'.join(map(_key, path))}]"


def _given(fields: Mapping[str, Any]) -> str:
    """Write a value, as a table where there is more to say than the value."""
    empty = {"min": None, "max": None, "step": None, "scale": "linear", "unit": "", "label": ""}
    given = {
        name: _text(value) if isinstance(value, str) else _number(value)
        for name, value in fields.items()
        if name != "name" and value != empty.get(name, name)
    }
    if set(given) == {"value"}:
        return given["value"]
    return f"{{ {', '.join(f'{name} = {value}' for name, value in given.items())} }}"


def _header(spec: ModelSpec) -> Iterator[str]:
    yield from (_table("model"), f"type = {_text(spec.kind)}", f"name = {_text(spec.name)}")
    yield f"dtype = {_text(spec.dtype)}"
    if spec.noise and spec.calculus != "ito":
        yield f"calculus = {_text(spec.calculus)}"
    if spec.applied:
        yield f"mods = {_list(map(_text, spec.applied))}"


def _numbers(spec: ModelSpec) -> Iterator[str]:
    for table, entries in (("states", spec.states), ("params", spec.params)):
        if entries:
            yield _table(table)
            yield from (f"{_key(entry.name)} = {_given(vars(entry))}" for entry in entries)
    if spec.constants:
        yield _table("constants")
        yield from (f"{_key(entry.name)} = {_number(entry.value)}" for entry in spec.constants)


def _formulas(spec: ModelSpec) -> Iterator[str]:
    for function in spec.functions:
        yield _table("functions", function.name)
        yield from _function(vars(function))
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
    if spec.noise:
        yield _table("noise")
        yield from (f"{_key(noise.state)} = {_formula(noise.formula)}" for noise in spec.noise)
    if spec.jacobian:
        yield _table("equations", "jacobian")
        yield f"expr = {_list(_list(map(_formula, row)) for row in spec.jacobian)}"


def _function(fields: Mapping[str, Any]) -> Iterator[str]:
    if "args" in fields:
        yield f"args = {_list(map(_text, fields['args']))}"
    if "formula" in fields:
        yield f"expr = {_formula(fields['formula'])}"


def _events(events: Iterable[Event]) -> Iterator[str]:
    for event in events:
        yield _table("events", event.name)
        yield from _event(vars(event))


def _event(fields: Mapping[str, Any]) -> Iterator[str]:
    if "condition" in fields:
        yield f"cond = {_formula(fields['condition'])}"
    yield from (f"{key} = {_text(fields[key])}" for key in ("phase", "trigger") if key in fields)
    if "locate" in fields:
        yield f"locate = {_flag(fields['locate'])}"
    if "action" in fields:
        statements = (" ".join(action.text.split()) for action in fields["action"])
        yield f"action = {_text('; '.join(statements))}"
    yield from (
        f"{key} = {_list(map(_text, fields[key]))}" for key in ("log", "tags") if key in fields
    )


def _flag(value: bool) -> str:
    return str(value).lower()


def _sim(fields: Mapping[str, Any]) -> Iterator[str]:
    for name in ("t0", "t_end", "dt", "rtol", "atol"):
        if name in fields:
            yield f"{name} = {_number(fields[name])}"
    if "stepper" in fields:
        yield f"stepper = {_text(fields['stepper'])}"
    if "max_steps" in fields:
        yield f"max_steps = {fields['max_steps']}"
    if "record" in fields:
        record = fields["record"]
        written = _flag(record) if isinstance(record, bool) else _list(map(_text, record))
        yield f"record = {written}"
    if fields.get("stop") is not None:
        cond, phase = _formula(fields["stop"].condition), _text(fields["stop"].phase)
        yield f"stop = {{ cond = {cond}, phase = {phase} }}"


def _mod(mod: Mod) -> Iterator[str]:
    """Write a mod as one table: what it changes stands in dotted keys."""
    yield _table("mods", mod.name)
    if mod.group:
        yield f"group = {_text(mod.group)}"
    if mod.exclusive:
        yield "exclusive = true"
    for table, names in mod.remove.items():
        yield f"remove.{table} = {_list(map(_text, names))}"
    for verb, parts in (("replace", mod.replace), ("add", mod.add)):
        for table, entries in parts.items():
            for entry in entries:
                yield f"{verb}.{table}.{_key(entry.name)} = {_changed(table, vars(entry))}"
    for table, changes in mod.set.items():
        if table == "sim":
            yield from (f"set.sim.{line}" for line in _sim(changes))
        else:
            for name, fields in changes.items():
                yield f"set.{table}.{_key(name)} = {_changed(table, fields)}"


def _changed(table: str, fields: Mapping[str, Any]) -> str:
    if table in ("states", "params"):
        return _given(fields)
    if table == "aux":
        return _formula(fields["formula"])
    lines = _function(fields) if table == "functions" else _event(fields)
    return f"{{ {', '.join(lines)} }}"


def write_presets(presets: Iterable[Preset]) -> Iterator[str]:
    """Yield the lines of the tables of presets."""
    for preset in presets:
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
