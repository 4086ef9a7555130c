"""What an event does to tangent vectors, as far as it can be told without deriving anything.

An event moves a tangent vector by the derivative of its action and by the shift of its instant,
which follows from the level that rises to 0.  A level has such a derivative where it compares
quantities without jumps, or where it depends on one state variable alone: then the event happens
at a value of that variable, however the level looks.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

from engine.model.arithmetic import composed_closure
from engine.model.evaluation import constant_value
from engine.model.generated import Derivative, EventCode, EventsTangent, Trigger
from engine.model.nodes import (
    Apply,
    Call,
    Chain,
    Compare,
    Conditional,
    Logic,
    Negate,
    Node,
    Not,
    Number,
    Symbol,
    children,
    is_condition,
)
from engine.model.render import Renderer

if TYPE_CHECKING:
    from engine.model.model import Model

__all__ = ["FLAT", "Dependence", "EventSaltation", "event_derivatives", "saltations"]

FLAT = frozenset({"floor", "ceil", "trunc", "rint", "sign", "heaviside", "step", "approx"})
"""Functions whose derivative is 0 wherever they have one; `floordiv` is another."""

_TIME = Symbol("time", "t")
# An indicator never is the comparison that decides: far above 0 where it holds, else far below.
_FAR = 1e300


@dataclass(frozen=True)
class Dependence:
    """Say how an expression depends on states, parameters and time.

    Attributes
    ----------
    smooth : frozenset of Symbol
        What it varies with.
    jump : frozenset of Symbol
        What may make it jump.
    """

    smooth: frozenset[Symbol] = frozenset()
    jump: frozenset[Symbol] = frozenset()

    @property
    def names(self) -> frozenset[Symbol]:
        """Return everything it depends on."""
        return self.smooth | self.jump

    @property
    def flat(self) -> "Dependence":
        """Return the dependence of a function that only jumps."""
        return Dependence(jump=self.names)

    def __or__(self, other: "Dependence") -> "Dependence":
        """Return the dependence of what varies with both."""
        return Dependence(self.smooth | other.smooth, self.jump | other.jump)


def _joined(parts: Iterable[Dependence]) -> Dependence:
    joined = Dependence()
    for part in parts:
        joined = joined | part
    return joined


class _Dependences:
    """Look up how expressions of one model depend on its names."""

    def __init__(self, model: "Model") -> None:
        # Callees and what is used come first in both tables.
        self._functions: dict[str, tuple[tuple[str, ...], Dependence]] = {}
        for name, (arguments, body) in model.function_table.items():
            self._functions[name] = arguments, self.of(body)
        self._aux: dict[str, Dependence] = {}
        for name, tree in model.resolved_aux.items():
            self._aux[name] = self.of(tree)

    def of(self, node: Node) -> Dependence:
        match node:
            case Symbol("aux", name):
                return self._aux[name]
            case Symbol("constant"):
                return Dependence()
            case Symbol():
                return Dependence(frozenset({node}))
            case Compare() | Logic() | Not():
                return _joined(map(self.of, children(node))).flat
            case Conditional(then, condition, otherwise):
                return self.of(then) | self.of(otherwise) | self.of(condition).flat
            case Chain(first, rest):
                return self._chain(first, rest)
            case Apply(name, given):
                return self._applied(name, [self.of(each) for each in given])
            case Call(name, given) if name in FLAT or name == "floordiv":
                return _joined(map(self.of, given)).flat
            case Call("mod", (first, last)):
                return self._chain(first, (("%", last),))
            case Call("with_sign", (first, last)):
                return self.of(first) | self.of(last).flat
            case _:
                return _joined(map(self.of, children(node)))

    def _chain(self, first: Node, rest: Sequence[tuple[str, Node]]) -> Dependence:
        total = self.of(first)
        for sign, term in rest:
            total = total | self.of(term)
            if sign == "//":
                total = total.flat
            elif sign == "%":
                total = total | total.flat
        return total

    def _applied(self, name: str, given: Sequence[Dependence]) -> Dependence:
        arguments, body = self._functions[name]
        total = Dependence()
        for argument, dependence in zip(arguments, given, strict=True):
            symbol = Symbol("argument", argument)
            if symbol in body.smooth:
                total = total | dependence
            if symbol in body.jump:
                total = total | dependence.flat
        return total


@dataclass(frozen=True, kw_only=True)
class EventSaltation:
    """Say what of an event is to be derived for tangent vectors.

    Attributes
    ----------
    levels : tuple of (Node or None)
        For each trigger, the level whose gradient shifts the instant; None where no tangent vector
        shifts it: it is given by time alone, or by the end of a step.
    carried : tuple of bool
        For each assignment of the action, whether the value it gives varies with the state.
    refusal : str
        Why tangent vectors cannot pass the event, and the way out; empty: they can.
    """

    levels: tuple[Node | None, ...]
    carried: tuple[bool, ...]
    refusal: str = ""


class _UndecidedError(Exception):
    """A level whose instant has no derivative that can be told."""


def saltations(model: "Model") -> tuple[EventSaltation, ...]:
    """Look into every event of a model, in their order."""
    return _Analysis(model).events()


class _Analysis:
    def __init__(self, model: "Model") -> None:
        self.model = model
        self.dependences = _Dependences(model)
        # What moves between events; a state whose equation is 0 moves in actions only.
        self.moving = {_TIME} | {
            Symbol("state", name)
            for name, rhs in zip(model.state_names, model.resolved_rhs, strict=True)
            if constant_value(rhs, model.constant_values) != 0.0
        }

    def events(self) -> tuple[EventSaltation, ...]:
        codes = self.model.events.events
        levels, refusals = [], []
        for code in codes:
            refusal = ""
            try:
                own = tuple(self.level(code, trigger) for trigger in code.triggers)
            except _UndecidedError as error:
                own, refusal = (None,) * len(code.triggers), str(error)
            levels.append(own)
            refusals.append(refusal)
        # An event that another one makes true shares its instant.
        timed = any(level is not None for own in levels for level in own)
        carried = [self.carried(code, timed) for code in codes]
        needed = self.needed_params(levels)
        return tuple(
            EventSaltation(
                levels=own,
                carried=flags,
                refusal=refusal or self.lost_params(code, flags, needed),
            )
            for code, own, flags, refusal in zip(codes, levels, carried, refusals, strict=True)
        )

    def level(self, code: EventCode, trigger: Trigger) -> Node | None:
        """Return the level to be derived, None where there is none.

        Raises
        ------
        _UndecidedError
            The level jumps in more than one way.
        """
        if not code.located or not code.action:
            return None
        found: list[Dependence] = []
        if trigger.of_change:
            value = self.dependences.of(trigger.tree)
            if value.smooth & self.moving:
                raise _UndecidedError(
                    "its condition asks whether a quantity that varies all the time has changed; "
                    "ask for a crossing"
                )
            found.append(value)
            tree: Node = Number(0.0)
        else:
            tree = self._numeric(trigger.tree, found)
        together = _joined(found)
        states = {symbol for symbol in together.names if symbol.role == "state"}
        if not states or not together.names & self.moving:
            return None
        if not together.jump & self.moving:
            return tree
        if len(states) == 1 and _TIME not in together.names:
            return next(iter(states))
        raise _UndecidedError(
            "its condition jumps, or asks for equality, and depends on more than one variable, so "
            "that the derivative of its instant is not known; compare quantities without jumps, "
            "or let it fire at the steps' ends with locate = false"
        )

    def _numeric(self, node: Node, found: list[Dependence]) -> Node:
        """Return a level as `engine.model.events` writes it; note what its parts depend on."""
        match node:
            case Compare(first, rest):
                parts, left = [], first
                for sign, right in rest:
                    parts.append(self._compared(left, sign, right, found))
                    left = right
                return _folded("minimum", parts)
            case Logic(word, operands):
                parts = [self._numeric(operand, found) for operand in operands]
                return _folded("minimum" if word == "and" else "maximum", parts)
            case Not(operand):
                return Negate(self._numeric(operand, found))
            case _:
                return self._indicator(node, found)

    def _compared(self, left: Node, sign: str, right: Node, found: list[Dependence]) -> Node:
        if sign in ("==", "!="):
            return self._indicator(Compare(left, ((sign, right),)), found)
        found.append(self.dependences.of(left) | self.dependences.of(right))
        larger, smaller = (left, right) if sign[0] == ">" else (right, left)
        return Chain(larger, (("-", smaller),))

    def _indicator(self, node: Node, found: list[Dependence]) -> Node:
        found.append(self.dependences.of(node).flat)
        truth = node if is_condition(node) else Compare(node, (("!=", Number(0.0)),))
        return Conditional(Number(_FAR), truth, Negate(Number(_FAR)))

    def carried(self, code: EventCode, timed: bool) -> tuple[bool, ...]:
        """Tell of each assignment whether its value varies with the state or the instant."""
        varied = {Symbol("state", name) for name in self.model.state_names}
        if timed and code.located:
            varied.add(_TIME)
        flags = []
        for assignment in code.action:
            flag = bool(self.dependences.of(assignment.tree).smooth & varied)
            flags.append(flag)
            if assignment.symbol.role == "param":
                (varied.add if flag else varied.discard)(assignment.symbol)
        return tuple(flags)

    def needed_params(self, levels: Iterable[Iterable[Node | None]]) -> set[Symbol]:
        """Return the parameters on which tangent vectors depend, directly or not."""
        trees = [*self.model.resolved_rhs]
        trees += [level for own in levels for level in own if level is not None]
        actions = [code.action for code in self.model.events.events]
        needed = {s for tree in trees for s in self.dependences.of(tree).smooth}
        before = -1
        while len(needed) != before:
            before = len(needed)
            for action in actions:
                own: set[Symbol] = set()
                for assignment in action:
                    used = self.dependences.of(assignment.tree).smooth - own
                    if assignment.symbol.role == "state" or assignment.symbol in needed:
                        needed |= used
                    own.add(assignment.symbol)
        return {symbol for symbol in needed if symbol.role == "param"}

    def lost_params(self, code: EventCode, carried: Sequence[bool], needed: set[Symbol]) -> str:
        last = dict(zip((a.symbol for a in code.action), carried, strict=True))
        for symbol, flag in last.items():
            if symbol in needed and flag:
                return (
                    f"its action makes the parameter {symbol.name!r} depend on the state, and "
                    f"parameters have no tangent; make it a state variable with the equation "
                    f"{symbol.name}' = 0"
                )
        return ""


def _folded(function: str, parts: Sequence[Node]) -> Node:
    total = parts[0]
    for part in parts[1:]:
        total = Call(function, (total, part))
    return total


def event_derivatives(model: "Model", renderer: Renderer) -> EventsTangent:
    """Derive levels and actions along a direction in state and time, by SymPy.

    Parameters
    ----------
    model : Model
        Whose `saltation` refuses nothing.
    renderer : Renderer
        A fresh one.

    Raises
    ------
    ModelError
        An expression is too large to be differentiated.
    """
    from engine.model.symbolic import along

    variables = [*(Symbol("state", name) for name in model.state_names), _TIME]

    def derived(tree: Node, also: Sequence[Symbol] = ()) -> Derivative:
        temporaries, (result,) = along(model, [tree], [*variables, *also])
        statements = tuple((f"w_{name}", renderer.number(each)) for name, each in temporaries)
        return Derivative(statements=statements, result=renderer.number(result))

    levels, actions = [], []
    for code, known in zip(model.events.events, model.saltation, strict=True):
        levels.append(tuple(None if tree is None else derived(tree) for tree in known.levels))
        carried: list[Symbol] = []
        own: list[Derivative | None] = []
        for assignment, varies in zip(code.action, known.carried, strict=True):
            symbol = assignment.symbol
            own.append(
                derived(assignment.tree, carried) if varies or symbol.role == "state" else None
            )
            if symbol.role == "param":
                carried = [other for other in carried if other != symbol]
                carried += [symbol] if varies else []
        actions.append(tuple(own))
    return EventsTangent(
        levels=tuple(levels),
        actions=tuple(actions),
        functions="\n\n".join(renderer.definitions.values()),
        composed=composed_closure(renderer.composed),
    )
