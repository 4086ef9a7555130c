"""From the statements of an ``.ode`` file to the specification of a model."""

import math
import re
from collections.abc import Iterator
from typing import Literal, TypeVar

from engine.errors import ModelError, ModelWarning
from engine.model.evaluation import constant_value
from engine.model.names import Scope, resolve_tree
from engine.model.nodes import Name, Node, Number, Symbol
from engine.model.spec import (
    Aux,
    Constant,
    Equation,
    Formula,
    Function,
    Meta,
    ModelSpec,
    Noise,
    Param,
    Preset,
    State,
    make_part,
)
from engine.model.toml_text import MAX_FILE
from engine.model.warn import warn_user
from engine.model.xpp.events import event_of
from engine.model.xpp.lines import expanded_lines
from engine.model.xpp.names import Names
from engine.model.xpp.noise import NoiseParts, amplitudes, is_random, noisy_fixed, separated
from engine.model.xpp.options import axes_of, is_map, sim_of
from engine.model.xpp.report import Report, Unsupported
from engine.model.xpp.statements import Item, Sorted, assignments
from engine.model.xpp.translation import Translation, names_in
from engine.model.xpp.writing import written

__all__ = ["looks_like_ode", "read_ode"]

_Number = TypeVar("_Number", Param, Constant)

# Statements that no other kind of model text has.
_TELLTALE = re.compile(
    r"^[ \t]*(?:(?:p|par|param|params|parameter|parameters|init|aux|number|numbers|wiener|global"
    r"|markov|table|bdry|volt|solv|special)[ \t]+[^\s=(].*|@[ \t]*\w+[ \t]*=.*|done[ \t]*"
    r"|\w+[ \t]*\([ \t]*t[ \t]*\+[ \t]*1[ \t]*\)[ \t]*=.*|%\[.*|\w+\[[ \t]*\d+[ \t]*\.\..*)$",
    re.MULTILINE | re.IGNORECASE,
)
_PLAIN_NUMBER = re.compile(r"[-+]?(?:[0-9]+\.?[0-9]*|\.[0-9]+)(?:[eE][-+]?[0-9]+)?")


def looks_like_ode(text: str) -> bool:
    """Tell whether a text has statements that only ``.ode`` files have."""
    return _TELLTALE.search(text) is not None


def read_ode(text: str, origin: str = "") -> ModelSpec:
    """Read a file of XPPAUT.

    Parameters
    ----------
    text : str
        The file's text.
    origin : str, optional
        The file's name, for error messages.

    Returns
    -------
    ModelSpec
        The model: fixed and derived quantities and aux are aux, numbers are constants, ``set`` and
        comments that set values are presets. Names keep the spelling of their definition; those
        that cannot be names here get underscores.

    Warns
    -----
    ModelWarning
        Once, with every statement that has no effect here or one that a reader should know of.

    Raises
    ------
    ModelError
        If the text is no such file, or needs what is not available: then every such statement is
        listed.
    """
    report = Report(origin)
    if len(text) > MAX_FILE:
        raise ModelError(f"{origin or 'model'}: longer than {MAX_FILE} characters")
    try:
        spec = _Reading(Sorted.of(expanded_lines(text, report), report), report).spec()
    except RecursionError:
        raise ModelError(f"{origin or 'model'}: formulas nested too deeply") from None
    if message := report.warning():
        warn_user(message, ModelWarning)
    return spec


class _Reading:
    """The parts of one model, in the order in which they are needed."""

    def __init__(self, source: Sorted, report: Report) -> None:
        self.source = source
        self.report = report
        self.discrete = source.discrete or is_map(source.options)
        self.names = Names(report)
        for kind, items in (
            ("state", source.equations), ("param", source.params), ("number", source.numbers),
            ("wiener", source.wiener), ("derived", source.derived), ("fixed", source.fixed),
            ("function", source.functions),
        ):  # fmt: skip
            for item in items:
                self.names.define(kind, item.name, item.line)
        for item in source.refused:
            if self.names.find(item.name) is None:
                self.names.define("refused", item.name, item.line)
        self.names.settle()
        self.plain = Translation(self.names, {}, report)
        self.values: dict[str, float] = {}
        for items in (source.params, source.numbers):
            for item in items:
                self.values[self.name(item)] = self.number(item)
        constants = {self.name(item): self.values[self.name(item)] for item in source.numbers}
        self.translation = Translation(self.names, constants, report)
        self.translation.add_functions(source.functions)
        self.lines = {entry.name: entry.line for entry in self.names.entries.values()}

    def name(self, item: Item) -> str:
        entry = self.names.find(item.name)
        return item.name if entry is None else entry.name

    def number(self, item: Item) -> float:
        """Return a value; more than a number is evaluated, which XPPAUT does not do."""
        if not item.text:
            return 0.0
        if _PLAIN_NUMBER.fullmatch(item.text):
            value: float | None = float(item.text)
        else:
            tree = self.plain.tree(item)
            scope = Scope.of_constants(self.values).extended([Symbol("time", "t")])
            known = {**scope.values, Symbol("time", "t"): 0.0}
            value = None
            if tree is not None:
                where = self.report.place(item.line)
                value = constant_value(resolve_tree(tree, scope, where), known)
            start = _PLAIN_NUMBER.match(item.text)
            if value is not None and start:
                self.report.note(
                    item.line,
                    f"{item.name}={item.text} is taken to be {value:g}; XPPAUT itself may "
                    f"read {float(start.group()):g}",
                )
        if value is None or not math.isfinite(value):
            raise self.report.error(
                item.line, f"{item.name}: a finite number is expected, not {item.text[:40]!r}"
            )
        return value

    def spec(self) -> ModelSpec:
        report, source = self.report, self.source
        if not source.equations:
            report.check()
            place = report.origin or "the .ode text"
            raise ModelError(f"{place}: no equation: expected x' = …, dx/dt = … or x(t+1) = …")
        fixed = self.trees(source.derived) | self.trees(source.fixed)
        random = noisy_fixed(fixed, (self.name(item) for item in source.wiener), report, self.lines)
        equations = {
            state: separated_or_refused(tree, random, report, self.lines[state])
            for state, tree in self.trees(source.equations).items()
        }
        noise = tuple(self.noise(amplitudes(equations, report, self.lines)))
        aux = tuple(self.aux(fixed, random))
        kept: list[str] = []
        events = [
            event_of(
                item, names=self.names, translation=self.translation, fixed=fixed,
                random=random, kept=kept, report=report,
            )
            for item in source.events
        ]  # fmt: skip
        states = tuple(self.states())
        sim = sim_of(
            source.options, discrete=self.discrete, noisy=bool(noise),
            states=[state.name for state in states], report=report,
        )  # fmt: skip
        axes = axes_of(source.options, self.names, report)
        presets = tuple(self.presets())
        self.note_order(fixed)
        report.check()
        kind: Literal["ode", "map"] = "map" if self.discrete else "ode"
        return make_part(
            report.origin or "the .ode text",
            ModelSpec,
            name=report.origin.rpartition(".")[0] or report.origin or "model",
            kind=kind,
            states=states,
            params=(
                *self.parts_of(Param, source.params),
                *(Param(name=name, value=0.0) for name in kept),
            ),
            constants=tuple(self.parts_of(Constant, source.numbers)),
            functions=tuple(self.functions()),
            aux=aux,
            equations=tuple(
                Equation(state=state, formula=self.formula(parts.rest or Number(0.0), state))
                for state, parts in equations.items()
            ),
            noise=noise,
            events=tuple(event for event in events if event is not None),
            sim=sim,
            presets=presets,
            meta=Meta(description=" ".join(source.comments), axes=axes),
            origin=report.origin,
        )

    def parts_of(self, part: type[_Number], items: list[Item]) -> Iterator[_Number]:
        """Yield the parameters, or the constants."""
        for item in items:
            name = self.name(item)
            place = self.report.place(item.line)
            yield make_part(place, part, name=name, value=self.values[name])

    def trees(self, items: list[Item]) -> dict[str, Node]:
        """Return the trees of some formulas by their names; those refused are left out."""
        found = {self.name(item): self.translation.tree(item) for item in items}
        return {name: tree for name, tree in found.items() if tree is not None}

    def formula(self, tree: Node, name: str) -> Formula:
        return Formula(text=written(tree), where=f"{self.report.place(self.lines[name])}, {name}")

    def functions(self) -> Iterator[Function]:
        for name, function in self.translation.functions.items():
            yield make_part(
                self.report.place(function.line),
                Function,
                name=name,
                args=(*function.args, *function.captured.values()),
                formula=self.formula(function.body, name),
            )

    def aux(self, fixed: dict[str, Node], random: dict[str, NoiseParts]) -> Iterator[Aux]:
        """Yield the fixed and derived quantities and the aux, noise left out."""
        for name, whole in fixed.items():
            rest = separated_or_refused(whole, random, self.report, self.lines[name]).rest
            if rest is not None:
                yield Aux(name=name, formula=self.formula(rest, name))
            else:
                self.report.note(self.lines[name], f"{name!r} is noise alone and not recorded")
        for item in self.source.aux:
            tree = self.translation.tree(item)
            entry = self.names.find(item.name)
            shown = entry is not None and entry.kind in ("fixed", "derived")
            if tree is None or (shown and entry is not None and tree == Name(entry.name)):
                continue
            if is_random(tree, random):
                self.report.note(item.line, f"{item.name!r} shows noise and is not recorded")
                continue
            name = self.names.renamed(item.name, item.line)
            self.lines[name] = item.line
            yield Aux(name=name, formula=self.formula(tree, name))

    def states(self) -> Iterator[State]:
        """Yield the states with their initial values, 0 where none is given."""
        given: dict[str, float] = {}
        for item in self.source.initial:
            entry = self.names.find(item.name)
            if entry is None or entry.kind != "state":
                hint = self.names.hint(item.name, "state")
                raise self.report.error(item.line, f"there is no variable {item.name!r}{hint}")
            given[entry.name] = self.number(item)
        for item in self.source.equations:
            name = self.name(item)
            place = self.report.place(item.line)
            yield make_part(place, State, name=name, value=given.get(name, 0.0))

    def presets(self) -> Iterator[Preset]:
        """Yield the named sets of values, and those of comments."""
        actions = [
            Item(f"action_{i}", item.text, item.line)
            for i, item in enumerate(self.source.actions, start=1)
        ]
        taken: set[str] = set()
        for group in (*self.source.sets, *actions):
            values: dict[str, dict[str, float]] = {"state": {}, "param": {}}
            for item in assignments(group.text, group.line, self.report):
                entry = self.names.find(item.name)
                if entry is None or entry.kind not in values:
                    self.report.note(group.line, f"in {group.name!r} without effect: {item.name}")
                else:
                    values[entry.kind][entry.name] = self.number(item)
            if group.name in taken:
                raise self.report.error(group.line, f"a second set {group.name!r}")
            taken.add(group.name)
            yield Preset(name=group.name, params=values["param"], states=values["state"])

    def noise(self, amplitudes: dict[str, Node]) -> Iterator[Noise]:
        """Yield the amplitudes of the noise, of a flow."""
        for state, tree in amplitudes.items():
            if self.discrete:
                self.report.refuse(self.lines[state], f"noise in a map, of {state!r}")
            yield Noise(state=state, formula=self.formula(tree, state))

    def note_order(self, fixed: dict[str, Node]) -> None:
        """Note each quantity that uses a later one: XPPAUT takes that one's value of before."""
        order = {self.name(item): place for place, item in enumerate(self.source.fixed)}
        for name, place in order.items():
            for used in names_in(fixed.get(name, Number(0.0))):
                if order.get(used, -1) > place:
                    self.report.note(
                        self.lines[name],
                        f"{name!r} uses {used!r}, which is defined later; XPPAUT itself takes "
                        "its value of the evaluation before",
                    )


def separated_or_refused(
    tree: Node, random: dict[str, NoiseParts], report: Report, line: int
) -> NoiseParts:
    """Return the parts of a tree; noise that enters otherwise than linearly is refused."""
    try:
        return separated(tree, random)
    except Unsupported as error:
        report.refuse(line, str(error))
        return NoiseParts(tree)
