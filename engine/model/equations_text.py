"""Plain equations, as in a textbook, to `ModelSpec`.

One statement a line or separated by ``;``::

    x' = sigma*(y - x)          a flow; also dx/dt = …
    x[n+1] = r*x[n]*(1 - x[n])  a map; x on the right means x[n]
    rho = 28 in [0, 60]         a parameter and its range
    energy = x^2 + y^2          an aux, as it names states or t
    sat(u, k) = u/(k + u)       a function
    x(0) = 1                    an initial value, 0 where none is given
    noise x = sigma             the amplitude of white noise that drives x (Itô)
    when x > 1: x = 0; k = k+1  an event, to the end of its line; named when_1, when_2, …
    # …                         a comment

A name that is used and never given becomes a parameter worth 1, with a warning.
"""

import math
import re
from collections.abc import Iterator, Sequence
from dataclasses import replace
from typing import Any, Literal

from engine.errors import ModelError, suggest
from engine.model.default_stepper import default_stepper
from engine.model.dependence import free_names
from engine.model.evaluation import constant_value
from engine.model.exact import exact_value
from engine.model.expressions import MAX_LENGTH, NAME_PATTERN, parse, place_in
from engine.model.folding import Allowance
from engine.model.lags import LAG
from engine.model.names import Scope, name_fault, resolve
from engine.model.nodes import Node
from engine.model.plain_hints import meant_name, remedy
from engine.model.spec import (
    Aux,
    Equation,
    Event,
    Formula,
    Function,
    ModelSpec,
    Noise,
    Param,
    SimDefaults,
    State,
    make_part,
)
from engine.model.statements import Statement, derivative_of, normalised, statements
from engine.model.warn import warn_user

__all__ = ["read_equations_text"]

_NAME = re.compile(NAME_PATTERN)
_ITERATE = re.compile(rf"({NAME_PATTERN})\s*\[\s*n\s*\+\s*1\s*\]")
_PRESENT = re.compile(rf"({NAME_PATTERN})(\s*\[\s*n\s*\])")
_INITIAL = re.compile(rf"({NAME_PATTERN})\s*(?:\(\s*0\s*\)|\[\s*0\s*\])")
_FUNCTION = re.compile(rf"({NAME_PATTERN})\s*\(([^()]*)\)")
_RANGE = re.compile(r"(.*?)\bin\s*\[([^\[\],]*),([^\[\],]*)\]\s*")
_MEANT_RANGE = re.compile(r"\bin\s*[\[(]|\]\s*step\b")
_NEXT = re.compile(r"[a-z]\s*\+\s*1")
_DERIVATIVE = re.compile(r"'$|/\s*dt$")
_NOISE = re.compile(r"noise\s+(?=[^=\s])")
_EVENT = re.compile(r"when\s+(?![-+*/]?=|\s)([^:]*?)\s*(?::\s*|$)")
_NUMBER = "initial values and ranges are numbers, in which pi and e may occur"
_EXPECTED = "x' = …, x[n+1] = …, name = …, f(u) = … or x(0) = …"


def read_equations_text(text: str, origin: str = "") -> ModelSpec:
    """Read plain equations.

    Parameters
    ----------
    text : str
        The equations; see the module's documentation.
    origin : str, optional
        Name of the file, for error messages.

    Returns
    -------
    ModelSpec
        The same as the equivalent model file gives. Its expressions are not looked into yet.

    Warns
    -----
    UserWarning
        If a name is used and never given: it becomes a parameter worth 1; or if a parameter that
        nothing uses is called as initial values are elsewhere.

    Raises
    ------
    ModelError
        If a statement is none of those above; with line and column.
    """
    if len(text) > MAX_LENGTH:
        place = origin or "equations"
        raise ModelError(f"{place}: longer than {MAX_LENGTH} characters; a model file may be")
    return _Reading(text, origin).spec()


class _Reading:
    """The statements of one text, sorted by what they say."""

    def __init__(self, text: str, origin: str) -> None:
        self.origin = origin
        self.constants = Scope.of_constants(allowance=Allowance())
        self.kind: Literal["ode", "map"] | None = None
        self.equations: dict[str, Statement] = {}
        self.initial: dict[str, Statement] = {}
        self.functions: dict[str, Statement] = {}
        self.definitions: dict[str, Statement] = {}
        self.taken: dict[str, Statement] = {}
        self.amplitudes: dict[str, Statement] = {}
        self.events: list[tuple[Statement, Formula, list[Statement]]] = []
        for statement in statements(text, origin):
            self.sort(statement)

    def sort(self, statement: Statement) -> None:
        left = statement.left
        if found := _EVENT.match(statement.text):
            return self.event(statement, found)
        if self.events and self.events[-1][0].where == statement.where:
            self.events[-1][2].append(statement)
            return None
        if found := _NOISE.match(statement.text):
            return self.noise(statement, normalised(left[found.end() :]))
        if left == statement.text:
            found_it = f"found {left[:40]!r}{remedy(statement.text)}"
            raise statement.error(f"expected {_EXPECTED}, {found_it}")
        if _DERIVATIVE.search(left) and (state := derivative_of(left)):
            self.equation(statement, "ode", state)
        elif found := _ITERATE.fullmatch(left):
            self.equation(statement, "map", normalised(found.group(1)))
        elif found := _INITIAL.fullmatch(left):
            name = normalised(found.group(1))
            if name in self.initial:
                raise statement.error(f"a second initial value of {name!r}")
            self.initial[name] = statement
        elif _NAME.fullmatch(left):
            self.claim(statement, normalised(left), self.definitions)
        elif found := _FUNCTION.fullmatch(left):
            self.claim(statement, normalised(found.group(1)), self.functions)
        else:
            found_it = f"found {statement.text[:40]!r}{remedy(statement.text)}"
            raise statement.error(f"expected {_EXPECTED}, {found_it}")
        return None

    def event(self, statement: Statement, found: re.Match[str]) -> None:
        """Take a condition and the first statement of its action; the line's others follow."""
        if not found.group().rstrip().endswith(":"):
            raise statement.error("expected 'when condition: action', found no ':'")
        condition = Formula(
            text=found.group(1),
            where=statement.where,
            column=statement.column + found.start(1),
        )
        text = statement.text[found.end() :]
        column = statement.column + found.end()
        first = Statement(text=text, where=statement.where, column=column)
        self.events.append((statement, condition, [first] if text else []))

    def noise(self, statement: Statement, state: str) -> None:
        if statement.left == statement.text or not _NAME.fullmatch(state):
            expected = "expected 'noise x = …', where x is a state"
            raise statement.error(f"{expected}, found {statement.text[:40]!r}")
        if state in self.amplitudes:
            raise statement.error(
                f"the noise of {state!r} is already given in {self.amplitudes[state].where}"
            )
        self.amplitudes[state] = statement

    def noise_parts(self) -> Iterator[Noise]:
        for state, statement in self.amplitudes.items():
            if self.kind == "map":
                raise statement.error("noise drives flows; a map has none")
            if state not in self.equations:
                hint = suggest(state, self.equations)
                raise statement.error(f"there is no equation of {state!r}{hint}")
        for state in self.equations:
            if state in self.amplitudes:
                yield Noise(state=state, formula=self.amplitudes[state].right)

    def equation(self, statement: Statement, kind: Literal["ode", "map"], state: str) -> None:
        if self.kind not in (None, kind):
            raise statement.error("x' = … and x[n+1] = … cannot stand in one model")
        self.kind = kind
        self.claim(statement, state, self.equations)

    def claim(self, statement: Statement, name: str, group: dict[str, Statement]) -> None:
        if name in self.taken:
            initial = group is self.functions and name in self.equations
            hint = "; an initial value is written x(0) = …" if initial else ""
            if self.events and group is self.definitions and name in self.equations:
                hint = "; the actions of an event stand in its own line"
            raise statement.error(f"{name!r} is already defined in {self.taken[name].where}{hint}")
        self.taken[name] = group[name] = statement

    def spec(self) -> ModelSpec:
        functions = tuple(self.function(*entry) for entry in self.functions.items())
        if self.kind is None:
            place = self.origin or "equations"
            raise ModelError(f"{place}: no equation: expected x' = … or x[n+1] = …")
        self.constants = self.constants.extended((), hidden=dict.fromkeys(self.taken, _NUMBER))
        params, aux = self.params_and_aux()
        equations = tuple(
            Equation(state=name, formula=self.right(statement))
            for name, statement in self.equations.items()
        )
        noise = tuple(self.noise_parts())
        used = [equation.formula for equation in equations]
        used += [entry.formula for entry in aux] + [part.formula for part in noise]
        for _, condition, action in self.events:
            used += [self.present(condition), *map(self.right, action)]
        params += self.undefined(used, functions)
        sim: dict[str, Any] = {"stepper": default_stepper(self.kind, bool(noise), "ito")}
        if self.kind == "map":
            sim["dt"] = 1.0
        return ModelSpec(
            name=self.origin.rpartition(".")[0] or "model",
            kind=self.kind,
            states=tuple(self.states()),
            params=tuple(params),
            functions=functions,
            aux=tuple(aux),
            equations=equations,
            noise=noise,
            events=tuple(self.event_parts()),
            sim=make_part(self.origin, SimDefaults, **sim),
            origin=self.origin,
        )

    def right(self, statement: Statement) -> Formula:
        """Return the right side; in a map, x[n] is blanked to x, which keeps the columns."""
        return self.present(statement.right)

    def present(self, formula: Formula) -> Formula:
        if self.kind != "map":
            return formula

        def blanked(found: re.Match[str]) -> str:
            known = normalised(found.group(1)) in self.equations
            return found.group(1) + " " * len(found.group(2)) if known else found.group()

        return replace(formula, text=_PRESENT.sub(blanked, formula.text))

    def event_parts(self) -> Iterator[Event]:
        for i, (statement, condition, action) in enumerate(self.events, start=1):
            formulas = [
                self.present(Formula(text=each.text, where=each.where, column=each.column))
                for each in action
            ]
            name, place = f"when_{i}", statement.place
            yield make_part(
                place,
                Event,
                name=name,
                condition=self.present(condition),
                action=tuple(formulas),
            )

    def function(self, name: str, statement: Statement) -> Function:
        listed = statement.left.partition("(")[2].rstrip(") ")
        args = tuple(map(normalised, listed.split(","))) if listed.strip() else ()
        for arg in args:
            if not _NAME.fullmatch(arg):
                hint = "; a map is written x[n+1] = …" if _NEXT.fullmatch(arg) else ""
                raise statement.error(f"{arg!r} is no name of an argument{hint}")
        place = statement.place
        return make_part(place, Function, name=name, args=args, formula=statement.right)

    def states(self) -> Iterator[State]:
        for name, statement in self.initial.items():
            if name not in self.equations:
                hint = suggest(name, self.equations)
                raise statement.error(f"there is no equation of {name!r}{hint}")
        for name, statement in self.equations.items():
            given = self.initial.get(name)
            value = 0.0 if given is None else _number(given.right, self.constants)
            yield make_part((given or statement).place, State, name=name, value=value)

    def params_and_aux(self) -> tuple[list[Param], list[Aux]]:
        params: list[Param] = []
        aux: list[Aux] = []
        for name, statement in self.definitions.items():
            place, formula = statement.place, statement.right
            if bounded := _RANGE.fullmatch(formula.text):
                value, lo, hi = (
                    _number(
                        replace(
                            formula,
                            text=bounded.group(part),
                            column=formula.column + bounded.start(part),
                        ),
                        self.constants,
                    )
                    for part in (1, 2, 3)
                )
                params.append(make_part(place, Param, name=name, value=value, min=lo, max=hi))
            elif _MEANT_RANGE.search(formula.text):
                raise statement.error("expected name = number in [low, high]")
            elif free_names(_parsed(self.right(statement))):
                aux.append(make_part(place, Aux, name=name, formula=self.right(statement)))
            else:
                params.append(
                    make_part(place, Param, name=name, value=_number(formula, self.constants))
                )
        return params, aux

    def undefined(self, formulas: Sequence[Formula], functions: Sequence[Function]) -> list[Param]:
        used = {name: None for formula in formulas for name in free_names(_parsed(formula))}
        for function in functions:
            inside = free_names(_parsed(function.formula))
            used |= {name: None for name in inside if name not in function.args}
        for state in self.equations:
            for name in (f"{state}0", f"{state}_0"):
                if name in self.definitions and name not in used:
                    warn_user(f"{name!r} is never used; an initial value is written {state}(0) = …")
        missing = [
            name
            for name in used
            if not {name, name.removeprefix(LAG)} & self.taken.keys()
            and name != "t"
            and name_fault(name) is None
        ]
        for name in missing:
            if name.lower() in ("nan", "inf", "infinity"):
                raise ModelError(f"{_place(name, formulas)}{name!r} is not a number of a model")
            message = f"{name!r} is used and never given: it becomes a parameter worth 1"
            message += meant_name(name, [*self.taken, *missing])
            if name == "n":
                message += " (the iteration of a map is t)"
            warn_user(message)
        return [Param(name=name, value=1.0) for name in missing]


def _parsed(formula: Formula) -> Node:
    return parse(formula.text, formula.where, formula.column)


def _place(name: str, formulas: Sequence[Formula]) -> str:
    """Return where a name is used first, as error messages begin."""
    for formula in formulas:
        if found := re.search(rf"\b{name}\b", formula.text):
            column = formula.column
            return f"{place_in(formula.text, found.start() + 1, formula.where, column)}: "
    return ""


def _number(formula: Formula, scope: Scope) -> float:
    tree = resolve(formula.text, scope, formula.where, formula.column)
    value = constant_value(tree, scope.values)
    if value is None or not math.isfinite(value):
        raise ModelError(
            f"{formula.where}, column {formula.column + 1}: a finite number is expected, "
            f"not {formula.text[:40]!r}"
        )
    if 2.0**53 <= abs(value) < 2.0**64:
        return exact_value(tree, scope.values, {})
    return value
