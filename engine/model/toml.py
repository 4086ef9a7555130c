"""Model files: TOML text to `ModelSpec`."""

import tomllib
import warnings
from collections.abc import Iterator
from difflib import get_close_matches
from typing import Any, Literal, cast

from engine.errors import ModelError, suggest
from engine.model.names import Scope
from engine.model.spec import (
    DEFAULT_SPAN,
    Aux,
    Constant,
    Equation,
    Event,
    Formula,
    Function,
    Meta,
    ModelSpec,
    Param,
    Preset,
    SimDefaults,
    State,
    Stop,
    make_part,
)
from engine.model.statements import Statement, derivative_of, normalised, statements
from engine.model.tables import Table

__all__ = ["read_toml"]

MAX_FILE = 1_000_000
# warn ← read_sim ← spec ← read_toml ← _load_text ← load_model ← its caller
_STACK_OF_LOAD_MODEL = 6
_META = ("title", "description", "reference", "tags", "axes")
_PHASE_SYNONYMS = {"pre": "start", "post": "end"}

_TABLES = (
    "model", "states", "params", "constants", "functions", "aux", "equations", "events", "sim",
    "presets", "meta", "noise", "mods",
)  # fmt: skip


def read_toml(text: str, origin: str = "") -> ModelSpec:
    """Read a model file.

    Parameters
    ----------
    text : str
        The file's text.
    origin : str, optional
        The file's name, for error messages.

    Returns
    -------
    ModelSpec
        The model. Its expressions are not looked into yet; `engine.model.Model` does that.

    Raises
    ------
    ModelError
        If the text is not TOML or not a model; the message names file, table and key.
    """
    if len(text) > MAX_FILE:
        raise ModelError(f"{origin or 'model'}: longer than {MAX_FILE} characters")
    try:
        content = tomllib.loads(text)
    except (ValueError, RecursionError) as error:
        raise ModelError(f"{origin or 'model'}: not valid TOML: {error}") from None
    return _File(Table(content, origin, ""), origin).spec()


class _File:
    """The tables of one model file, read in the order of their dependence."""

    def __init__(self, root: Table, origin: str) -> None:
        self.root = root.only(*_TABLES)
        self.origin = origin
        for feature in ("noise", "mods"):
            if feature in root.content:
                raise root.fail(f"[{feature}]", "this table is not available yet")

    def spec(self) -> ModelSpec:
        header = self.root.table("model").only("type", "name", "label", "dtype", "calculus")
        if "calculus" in header.content:
            raise header.fail("calculus", "noise is not available yet")
        kind = cast(Literal["ode", "map"], header.choice("type", ("ode", "map"), None))
        dtypes = ("float64", "float32", "int64")
        self.constants = tuple(self.read_constants())
        self.scope = Scope.of_constants({entry.name: entry.value for entry in self.constants})
        states = tuple(self.read_states())
        names = [state.name for state in states]
        equations = self.root.table("equations").only("rhs", "expr", "jacobian", "inverse")
        parts: dict[str, Any] = {
            "name": header.text("name", header.text("label", _stem(self.origin))),
            "kind": kind,
            "dtype": header.choice("dtype", dtypes, "float64"),
            "states": states,
            "params": tuple(self.read_params()),
            "constants": self.constants,
            "functions": tuple(self.read_functions()),
            "aux": tuple(self.read_aux()),
            "equations": self.read_equations(equations, names, kind),
            "jacobian": self.read_jacobian(equations.table("jacobian")),
            "inverse": self.read_inverse(equations, names, kind),
            "events": tuple(self.read_events()),
            "sim": self.read_sim(kind),
            "presets": tuple(self.read_presets()),
            "meta": self.read_meta(),
            "origin": self.origin,
        }
        try:
            return ModelSpec(**parts)
        except ModelError as error:
            raise ModelError(f"{self.root.place()} {error}") from None

    def read_constants(self) -> Iterator[Constant]:
        table = self.root.table("constants")
        known: dict[str, float] = {}
        for name in table.content:
            known[name] = table.number(name, Scope.of_constants(known))
            yield make_part(table.place(name), Constant, name=name, value=known[name])

    def read_states(self) -> Iterator[State]:
        table = self.root.table("states")
        for name, value in table.content.items():
            if not isinstance(value, dict):
                number = table.number(name, self.scope)
                yield make_part(table.place(name), State, name=name, value=number)
                continue
            entry = table.table(name).only("value", "unit", "label")
            yield make_part(
                table.place(name),
                State,
                name=name,
                value=entry.number("value", self.scope),
                unit=entry.text("unit", ""),
                label=entry.text("label", ""),
            )

    def read_params(self) -> Iterator[Param]:
        table = self.root.table("params")
        for name, value in table.content.items():
            if not isinstance(value, dict):
                number = table.number(name, self.scope)
                yield make_part(table.place(name), Param, name=name, value=number)
                continue
            entry = table.table(name)
            entry.only("value", "min", "max", "step", "scale", "unit", "label")
            yield make_part(
                table.place(name),
                Param,
                name=name,
                value=entry.number("value", self.scope),
                min=entry.optional_number("min", self.scope),
                max=entry.optional_number("max", self.scope),
                step=entry.optional_number("step", self.scope),
                scale=entry.choice("scale", ("linear", "log"), "linear"),
                unit=entry.text("unit", ""),
                label=entry.text("label", ""),
            )

    def read_functions(self) -> Iterator[Function]:
        for name, table in self.root.table("functions").tables():
            table.only("args", "expr")
            args = tuple(map(normalised, table.texts("args")))
            formula = table.formula("expr")
            yield make_part(table.place(), Function, name=name, args=args, formula=formula)

    def read_aux(self) -> Iterator[Aux]:
        table = self.root.table("aux")
        for name in table.content:
            yield make_part(table.place(name), Aux, name=name, formula=table.formula(name))

    def read_equations(self, table: Table, names: list[str], kind: str) -> tuple[Equation, ...]:
        found: dict[str, Formula] = {}
        rhs = table.table("rhs")
        for name in rhs.content:
            if name not in names:
                raise rhs.fail(name, f"there is no state {name!r}{suggest(name, names)}")
            found[name] = rhs.formula(name)
        if "expr" in table.content:
            place = f"{table.place()} expr"
            for statement in statements(table.text("expr"), place):
                name = _left_side(statement, names, kind)
                if name in found:
                    raise statement.error(f"a second equation for the state {name!r}")
                found[name] = statement.right
        for name in names:
            if name not in found:
                raise rhs.fail("", f"the equation of the state {name!r} is missing")
        return tuple(Equation(state=name, formula=found[name]) for name in names)

    def read_inverse(self, table: Table, names: list[str], kind: str) -> tuple[Equation, ...]:
        if "inverse" not in table.content:
            return ()
        inverse = table.table("inverse")
        if kind != "map":
            raise inverse.fail("", "only a map has an inverse; a flow runs backward by itself")
        if "rhs" in inverse.content or "expr" in inverse.content:
            return self.read_equations(inverse.only("rhs", "expr"), names, kind)
        outer = Table({"rhs": inverse.content}, self.origin, "equations.inverse")
        return self.read_equations(outer, names, kind)

    def read_jacobian(self, table: Table) -> tuple[tuple[Formula, ...], ...]:
        rows = table.only("expr").content.get("expr", [])
        if not isinstance(rows, list) or not all(isinstance(row, list) for row in rows):
            raise table.fail("expr", "a list of rows, each a list of expressions, is expected")
        return tuple(
            tuple(
                table.as_formula(f"expr, row {i}, entry {j}", entry)
                for j, entry in enumerate(row, start=1)
            )
            for i, row in enumerate(rows, start=1)
        )

    def read_events(self) -> Iterator[Event]:
        for name, table in self.root.table("events").tables():
            table.only("cond", "phase", "action", "log", "tags", "trigger", "locate")
            yield make_part(
                table.place(),
                Event,
                name=name,
                condition=table.formula("cond"),
                phase=_phase(table),
                trigger=table.choice("trigger", ("edge", "level"), "edge"),
                locate=table.flag("locate", True),
                action=_action(table),
                log=table.texts("log"),
                tags=table.texts("tags"),
            )

    def read_sim(self, kind: str) -> SimDefaults:
        table = self.root.table("sim").only(
            "t0", "t_end", "dt", "stepper", "stop", "record", "rtol", "atol", "max_steps",
            "stepper_config",
        )  # fmt: skip
        if "stepper_config" in table.content:
            message = f"{table.place('stepper_config')}: ignored, steppers have no such settings"
            warnings.warn(message, UserWarning, stacklevel=_STACK_OF_LOAD_MODEL)
        settings: dict[str, Any] = {"dt": 1.0, "stepper": "map"} if kind == "map" else {}
        for key in ("t0", "t_end", "dt", "rtol", "atol"):
            if key in table.content:
                settings[key] = table.number(key, self.scope)
        if "t0" in settings:
            settings.setdefault("t_end", settings["t0"] + DEFAULT_SPAN)
        if "max_steps" in table.content:
            steps = table.number("max_steps", self.scope)
            if not steps.is_integer():
                raise table.fail("max_steps", "a whole number is expected")
            settings["max_steps"] = int(steps)
        if "stepper" in table.content:
            settings["stepper"] = table.text("stepper")
        if "record" in table.content:
            chosen = isinstance(table.content["record"], list)
            settings["record"] = table.texts("record") if chosen else table.flag("record", True)
        if isinstance(table.content.get("stop"), dict):
            stop = table.table("stop").only("cond", "phase")
            settings["stop"] = Stop(condition=stop.formula("cond"), phase=_phase(stop))
        elif "stop" in table.content:
            settings["stop"] = Stop(condition=table.formula("stop"))
        return make_part(table.place(), SimDefaults, **settings)

    def read_presets(self) -> Iterator[Preset]:
        for name, table in self.root.table("presets").tables():
            values = {
                part: {key: inner.number(key, self.scope) for key in inner.content}
                for part, inner in table.only("params", "states").tables()
            }
            yield Preset(name=name, **values)

    def read_meta(self) -> Meta:
        table = self.root.table("meta")
        for key in table.content:
            # The table is free for notes, but a slip of the pen is not to pass for one.
            if key not in _META and get_close_matches(key, _META, cutoff=0.75):
                table.only(*_META)
        return Meta(
            title=table.text("title", ""),
            description=" ".join(table.text("description", "").split()),
            reference=" ".join(table.text("reference", "").split()),
            tags=table.texts("tags"),
            axes=table.texts("axes"),
        )


def _left_side(statement: Statement, names: list[str], kind: str) -> str:
    wanted = "dx = …" if kind == "ode" else "x = …"
    name = derivative_of(statement.left) if kind == "ode" else normalised(statement.left)
    if name is None:
        raise statement.error(f"expected {wanted!r}, found {statement.left[:40]!r}")
    if name not in names:
        raise statement.error(f"there is no state {name!r}{suggest(name, names)}")
    return name


def _action(table: Table) -> tuple[Formula, ...]:
    if isinstance(table.content.get("action"), dict):
        keyed = table.table("action")
        return tuple(
            # The column is that of the expression in its own text.
            Formula(
                text=f"{name} = {keyed.formula(name)}",
                where=keyed.place(name),
                column=-len(f"{name} = "),
            )
            for name in keyed.content
        )
    place = table.place("action")
    return tuple(
        Formula(text=statement.text, where=statement.where, column=statement.column)
        for statement in statements(table.text("action", ""), place)
    )


def _phase(table: Table) -> Literal["start", "end", "both"]:
    phase = table.choice("phase", ("start", "end", "both", "pre", "post"), "end")
    return cast(Literal["start", "end", "both"], _PHASE_SYNONYMS.get(phase, phase))


def _stem(origin: str) -> str:
    return origin.removesuffix(".toml") or "model"
