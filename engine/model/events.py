"""Events of a model: conditions, actions and logs, checked and written as Python text.

The condition of a flow's event is taken apart into *triggers*.  A trigger has a level, a number
that is at least 0 exactly where the trigger holds and is continuous where the condition compares
continuous quantities; a runner fires the event where the level rises to 0, if the guard holds
there.  A condition without macros is one trigger; each crossing macro is one more (``cross_either``
two), with the rest of the condition as its guard.
"""

import re
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, replace

from engine.errors import ExpressionError, ModelError, suggest
from engine.model.arithmetic import composed_closure
from engine.model.expressions import NAME_PATTERN, parse
from engine.model.generated import Assignment, EventCode, EventsCode, Trigger
from engine.model.names import EVENT_MACROS, Scope, resolve_tree
from engine.model.nodes import (
    Call,
    Chain,
    Compare,
    Logic,
    Name,
    Node,
    Not,
    Number,
    Symbol,
    rebuild,
)
from engine.model.render import Renderer
from engine.model.spec import Event, Formula

__all__ = ["compile_events"]

# Each has the rest of its condition as a guard, so many make a long text.
MAX_MACROS = 50
MAX_STATEMENTS = 500

_STATEMENT = re.compile(rf"\s*({NAME_PATTERN})\s*([-+*/]?)=(?!=)\s*")
_ARITY = dict.fromkeys(EVENT_MACROS, 1) | {
    "cross_up": 2, "cross_down": 2, "cross_either": 2,
    "in_interval": 3, "enters_interval": 3, "leaves_interval": 3,
}  # fmt: skip


@dataclass(frozen=True)
class _Macro:
    name: str
    arguments: tuple[Node, ...]


def compile_events(
    events: Iterable[Event],
    *,
    kind: str,
    scope: Scope,
    renderer: Renderer,
    aux: Mapping[str, Node],
    derivative: Callable[[Node], Node],
) -> EventsCode:
    """Check the events of a model and write them out.

    Parameters
    ----------
    events : iterable of Event
        As the model file says them.
    kind : {"ode", "map"}
        Kind of the model.
    scope : Scope
        The names of the model.
    renderer : Renderer
        A fresh one.
    aux : mapping of str to Node
        The trees of the aux, each after those it uses.
    derivative : callable
        Returns the time derivative of a quantity of a flow.

    Raises
    ------
    ModelError
        A condition, an action or a log does not make sense; with table, key and column.
    """
    writer = _Writer(kind, scope, renderer, derivative)
    codes = tuple(map(writer.event, events))
    if codes:
        for tree in aux.values():
            renderer.number(tree)
    return EventsCode(
        events=codes,
        marks=tuple(writer.marks),
        functions="\n\n".join(renderer.definitions.values()),
        composed=composed_closure(renderer.composed),
    )


class _Writer:
    def __init__(
        self, kind: str, scope: Scope, renderer: Renderer, derivative: Callable[[Node], Node]
    ) -> None:
        self.kind = kind
        self.scope = scope
        self.renderer = renderer
        self.derivative = derivative
        self.marks: list[str] = []

    def event(self, event: Event) -> EventCode:
        if len(event.action) > MAX_STATEMENTS:
            raise ModelError(
                f"[events.{event.name}]: more than {MAX_STATEMENTS} statements in one action"
            )
        tree, macros = self.condition(event.condition)
        flow = self.kind == "ode"
        where = event.condition.where
        triggers: tuple[Trigger, ...] = ()
        condition, relations = "", []
        if flow:
            triggers = tuple(self.triggers(tree, macros, where))
        else:
            condition = self.renderer.condition(tree, where)
            relations = [self.relation(macro) for macro in macros]
        return EventCode(
            name=event.name,
            tags=event.tags,
            phase=event.phase,
            repeated=event.trigger == "level",
            located=event.locate and event.trigger == "edge",
            triggers=triggers,
            condition=condition,
            macros=tuple(relations),
            action=tuple(map(self.assignment, event.action)),
            log=tuple(self.logged(event)),
        )

    def condition(self, formula: Formula) -> tuple[Node, list[_Macro]]:
        """Return the resolved condition with a symbol in place of each macro."""
        macros: list[_Macro] = []
        symbols: list[Symbol] = []

        def replaced(node: Node) -> Node:
            if not isinstance(node, Call) or node.function not in EVENT_MACROS:
                return rebuild(node, replaced)
            if len(node.arguments) != _ARITY[node.function]:
                place = f"{formula.where}, " if formula.where else ""
                raise ExpressionError(
                    f"{place}column {formula.column + node.column}: {node.function}() takes "
                    f"{_ARITY[node.function]} arguments, not {len(node.arguments)}"
                )
            arguments = tuple(self.resolved(each, formula) for each in node.arguments)
            if node.function == "in_interval":
                # The tree is resolved once more, so names go back to where they came from.
                value, lo, hi = node.arguments
                return Compare(lo, (("<=", value), ("<=", hi)))
            if len(macros) == MAX_MACROS:
                raise ExpressionError(
                    f"{formula.where}: more than {MAX_MACROS} crossings in one condition; write "
                    "several events"
                )
            macros.append(_Macro(node.function, arguments))
            symbols.append(Symbol("argument", f"m{len(symbols)}"))
            return Name(f"macro {len(symbols) - 1}")

        written = replaced(parse(formula.text, formula.where, formula.column))
        named = {f"macro {i}": symbol for i, symbol in enumerate(symbols)}
        scope = replace(self.scope, symbols={**self.scope.symbols, **named})
        return resolve_tree(written, scope, formula.where, formula.column), macros

    def resolved(self, node: Node, formula: Formula) -> Node:
        return resolve_tree(node, self.scope, formula.where, formula.column)

    def triggers(self, tree: Node, macros: list[_Macro], where: str) -> Iterable[Trigger]:
        levels = [macro for macro in macros if macro.name in ("increasing", "decreasing")]
        tree = _with(tree, {i: self.slope(m) for i, m in enumerate(macros) if m in levels})
        for i, macro in enumerate(macros):
            if macro not in levels:
                chosen = {j: Number(float(i == j)) for j, m in enumerate(macros) if m not in levels}
                alone = isinstance(tree, Symbol)
                guard = "" if alone else self.renderer.condition(_with(tree, chosen), where)
                for level, of_change, own in self.crossings(macro, where):
                    yield Trigger(level=level, guard=guard, of_change=of_change, tree=own)
        without = _with(tree, dict.fromkeys(range(len(macros)), Number(0.0)))
        if not _never(without):
            yield Trigger(level=self.level(without, where), tree=without)

    def slope(self, macro: _Macro) -> Node:
        rate = self.derivative(macro.arguments[0])
        return Compare(rate, ((">" if macro.name == "increasing" else "<", Number(0.0)),))

    def crossings(self, macro: _Macro, where: str) -> Iterable[tuple[str, bool, Node]]:
        value = macro.arguments[0]
        conditions: list[Node] = []
        if macro.name in ("enters_interval", "leaves_interval"):
            _, lo, hi = macro.arguments
            inside: Node = Compare(lo, (("<=", value), ("<=", hi)))
            conditions = [inside if macro.name[0] == "e" else Not(inside)]
        elif macro.name == "changed":
            text = self.renderer.number(value, where)
            yield f"changed_since(float(em[MARKS, {self.mark(text)}]), {text})", True, value
        else:
            limit = macro.arguments[1]
            signs = {"cross_up": (">=",), "cross_down": ("<=",), "cross_either": (">=", "<=")}
            conditions = [Compare(value, ((sign, limit),)) for sign in signs[macro.name]]
        for condition in conditions:
            yield self.level(condition, where), False, condition

    def level(self, node: Node, where: str) -> str:
        """Write a number that is at least 0 exactly where a condition holds."""
        match node:
            case Compare(first, rest):
                parts, left = [], first
                for sign, right in rest:
                    parts.append(self.compared(left, sign, right, where))
                    left = right
                return _folded("lesser", parts)
            case Logic(word, operands):
                parts = [self.level(operand, where) for operand in operands]
                return _folded("lesser" if word == "and" else "greater", parts)
            case Not(operand):
                return f"negated({self.level(operand, where)})"
            case _:
                return f"(0.0 if {self.renderer.condition(node, where)} else -1.0)"

    def compared(self, left: Node, sign: str, right: Node, where: str) -> str:
        if sign in ("==", "!="):
            truth = self.renderer.condition(Compare(left, ((sign, right),)), where)
            return f"(0.0 if {truth} else -1.0)"
        larger, smaller = (left, right) if sign[0] == ">" else (right, left)
        zero = isinstance(smaller, Number) and smaller.value == 0.0
        difference = larger if zero else Chain(larger, (("-", smaller),))
        text = self.renderer.number(difference, where)
        return text if sign[-1] == "=" else f"strict({text})"

    def mark(self, text: str) -> int:
        if text not in self.marks:
            self.marks.append(text)
        return self.marks.index(text)

    def relation(self, macro: _Macro) -> tuple[int, str]:
        """Return a map's macro: its mark, and what holds of the mark now and before."""
        value = macro.arguments[0]
        if macro.name in ("enters_interval", "leaves_interval"):
            _, lo, hi = macro.arguments
            node: Node = Compare(lo, (("<=", value), ("<=", hi)))
        elif macro.name.startswith("cross"):
            node = Chain(value, (("-", macro.arguments[1]),))
        else:
            node = value
        return self.mark(self.renderer.number(node)), _RELATIONS[macro.name]

    def assignment(self, formula: Formula) -> Assignment:
        found = _STATEMENT.match(formula.text)
        if found is None:
            raise ModelError(
                f"{formula.where}, column {max(formula.column, 0) + 1}: expected "
                f"'name = expression', found {formula.text[:40]!r}"
            )
        name, operator = found.groups()
        target = self.scope.symbols.get(name)
        if target is None or target.role not in ("state", "param"):
            able = [n for n, s in self.scope.symbols.items() if s.role in ("state", "param")]
            what = f"{name!r} is not a state or a parameter" if target else f"unknown name {name!r}"
            raise ModelError(
                f"{formula.where}, column {max(formula.column, 0) + found.start(1) + 1}: "
                f"{what}; an action changes states and parameters{suggest(name, able)}"
            )
        column = formula.column + found.end()
        parsed = parse(formula.text[found.end() :], formula.where, column)
        value = resolve_tree(parsed, self.scope, formula.where, column)
        if operator:
            value = Chain(target, ((operator, value),))
        prefix = {"state": "s_", "param": "p_"}[target.role]
        return Assignment(
            target=prefix + target.name,
            value=self.renderer.assigned(value, formula.where),
            symbol=target,
            tree=value,
        )

    def logged(self, event: Event) -> Iterable[tuple[str, str]]:
        place = event.condition.where.removesuffix("cond").strip()
        seen = {"t"}
        for name in event.log:
            symbol = self.scope.symbols.get(name.removeprefix("aux."))
            valid = symbol is not None and symbol.role in ("time", "state", "param", "aux")
            if not valid or (name.startswith("aux.") and symbol and symbol.role != "aux"):
                known = [n for n, s in self.scope.symbols.items() if s.role != "constant"]
                raise ModelError(f"{place} log: unknown name {name!r}{suggest(name, known)}")
            if name not in seen and symbol is not None:
                seen.add(name)
                yield name, self.renderer.number(symbol)


_RELATIONS: Mapping[str, str] = {
    "cross_up": "before < 0.0 and now >= 0.0",
    "cross_down": "before > 0.0 and now <= 0.0",
    "cross_either": "(before < 0.0 and now >= 0.0) or (before > 0.0 and now <= 0.0)",
    "changed": "now != before",
    "increasing": "now > before",
    "decreasing": "now < before",
    "enters_interval": "now > before",
    "leaves_interval": "now < before",
}


def _folded(function: str, parts: list[str]) -> str:
    """Fold by halves, so that a thousand parts are ten brackets deep."""
    if len(parts) == 1:
        return parts[0]
    middle = (len(parts) + 1) // 2
    left, right = _folded(function, parts[:middle]), _folded(function, parts[middle:])
    return f"{function}({left}, {right})"


def _with(node: Node, values: Mapping[int, Node]) -> Node:
    """Return a condition with some macros replaced."""
    if isinstance(node, Symbol) and node.role == "argument":
        return values.get(int(node.name[1:]), node)
    return rebuild(node, lambda child: _with(child, values))


def _never(node: Node) -> bool:
    """Tell whether a condition is false whatever the state, as far as can be seen at once."""
    match node:
        case Number(value):
            return value == 0.0
        case Logic("and", operands):
            return any(map(_never, operands))
        case Logic(_, operands):
            return all(map(_never, operands))
    return False
