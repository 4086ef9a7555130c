"""Formulas of an ``.ode`` file as trees in the names and functions of model files.

A function of an ``.ode`` file sees every name of the file; one of a model file only its arguments
and the constants.  So what a function uses beyond its arguments becomes further arguments of it,
and every call passes them on.
"""

from collections.abc import Iterable, Mapping

from engine.errors import ExpressionError, suggest
from engine.model.dependence import sorted_by_use
from engine.model.evaluation import constant_value
from engine.model.names import Scope, resolve_tree
from engine.model.nodes import (
    Call,
    Chain,
    Name,
    Negate,
    Node,
    Number,
    Reduction,
    Symbol,
    children,
    rebuild,
)
from engine.model.xpp.expressions import SUM_INDEX, parse
from engine.model.xpp.names import Names, fresh
from engine.model.xpp.report import Report
from engine.model.xpp.statements import Item

__all__ = ["FunctionText", "Translation", "names_in"]

MAX_TERMS = 1_000
MAX_WRITTEN_NODES = 50_000
MAX_PASSED = 100_000

# XPPAUT's functions: ours, and the number of arguments.
_FUNCTIONS = {name: (name, 1) for name in (
    "sin", "cos", "tan", "asin", "acos", "atan", "sinh", "cosh", "tanh", "exp", "log10", "sqrt",
    "abs", "sign", "ceil", "erf", "erfc",
)} | {
    "ln": ("log", 1), "log": ("log", 1), "flr": ("floor", 1), "heav": ("step", 1),
    "atan2": ("atan2", 2), "max": ("max", 2), "min": ("min", 2), "mod": ("mod", 2),
}  # fmt: skip
_REFUSED = {
    "delay": "a delay",
    "del_shft": "a delay",
    "ran": "a random number",
    "normal": "a random number",
    "poisson": "a random number",
    "besselj": "a Bessel function",
    "bessely": "a Bessel function",
    "besseli": "a Bessel function",
    "lgamma": "the logarithm of the gamma function",
    "hom_bcs": "a boundary condition",
    "ishift": "the address of a variable",
    "set": "an assignment inside a formula",
}


class FunctionText:
    """A function: its arguments, then what else it uses, by their names in its body."""

    def __init__(self, name: str, args: tuple[str, ...], body: Node, line: int) -> None:
        self.name = name
        self.args = args
        self.body = body
        self.line = line
        self.captured: dict[str, str] = {}


class Translation:
    """Translates the formulas of one file.

    Parameters
    ----------
    names : Names
        All names of the file.
    numbers : mapping of str to float
        What the constants are worth, by their names in the model.
    """

    def __init__(self, names: Names, numbers: Mapping[str, float], report: Report) -> None:
        self.names = names
        self.report = report
        self.constants = Scope.of_constants(dict(numbers))
        self.numbers = set(numbers)
        self.functions: dict[str, FunctionText] = {}
        self.written_nodes = 0
        self.passed = 0
        self.refusals: list[str] = []
        self.indices: set[str] = set()

    def add_functions(self, items: Iterable[Item]) -> None:
        """Translate the file's functions."""
        for item in items:
            entry = self.names.find(item.name)
            if entry is None:
                continue
            callable_names = {e.name for e in self.names.of_kind("function")}
            taken = self.numbers | callable_names
            args: dict[str, str] = {}
            for arg in item.args:
                if arg.lower() in args:
                    raise self.report.error(item.line, f"the argument {arg!r} occurs twice")
                args[arg.lower()] = fresh(arg, taken | set(args.values()))
            body = self.checked(item, args)
            if body is not None:
                made = FunctionText(entry.name, tuple(args.values()), body, item.line)
                self.functions[entry.name] = made
        self.capture()

    def capture(self) -> None:
        """Find what each function uses beyond its arguments, through those it calls too."""
        calls = {
            name: {call for call in _calls(function.body) if call in self.functions}
            for name, function in self.functions.items()
        }
        order = sorted_by_use(
            calls, lambda name: f"{self.report.place(self.functions[name].line)}, {name}"
        )
        callable_names = set(self.functions)
        for name in order:
            function = self.functions[name]
            used = dict.fromkeys(names_in(function.body))
            for callee in sorted(calls[name]):
                used |= dict.fromkeys(self.functions[callee].captured)
            taken = self.numbers | callable_names | self.indices | set(function.args)
            for free in used:
                if free not in self.numbers and free != "pi":
                    local = fresh(free, taken)
                    function.captured[free] = local
                    taken.add(local)
            function.body = self.passed_on(function.body, function.captured)

    def passed_on(self, node: Node, local: Mapping[str, str]) -> Node:
        """Return a tree whose calls pass on what the functions use besides their arguments."""
        match node:
            case Symbol(_, name):
                return Name(name)
            case Name(name):
                return Name(local.get(name, name))
            case Call(name, arguments) if name in self.functions:
                given = [self.passed_on(each, local) for each in arguments]
                captured = self.functions[name].captured
                self.passed += len(captured)
                if self.passed > MAX_PASSED:
                    raise self.report.error(
                        self.functions[name].line, "functions use too many names of the file"
                    )
                more = [Name(local.get(each, each)) for each in captured]
                return Call(name, (*given, *more))
            case _:
                return rebuild(node, lambda child: self.passed_on(child, local))

    def tree(self, item: Item) -> Node | None:
        """Return the tree of a formula; None if it is refused, which the report then says."""
        body = self.checked(item, {})
        return None if body is None else self.passed_on(body, {})

    def checked(self, item: Item, args: Mapping[str, str]) -> Node | None:
        """Translate a formula; what cannot be had goes into the report."""
        where = self.report.place(item.line)
        self.refusals = []
        parsed = parse(item.text, where, lambda text: self.report.note(item.line, text))
        tree = self.resolved(parsed, args, where, None)
        for reason in self.refusals:
            self.report.refuse(item.line, f"{item.text[:40]!r}: {reason}")
        return None if self.refusals else tree

    def refused(self, reason: str) -> Node:
        """Remember why the formula at hand cannot be had; it is read on, for further reasons."""
        if reason not in self.refusals:
            self.refusals.append(reason)
        return Number(0.0)

    def resolved(
        self, node: Node, args: Mapping[str, str], where: str, index: str | int | None
    ) -> Node:
        """Look up the names of a tree; `index` is what ``i'`` stands for in a sum."""
        match node:
            case Name(name):
                return self.name(name, args, where, index)
            case Reduction():
                return self.sum(node, args, where, index)
            case Call("shift", arguments):
                return self.shifted(arguments, args, where, index)
            case Call(name, arguments):
                given = tuple(self.resolved(each, args, where, index) for each in arguments)
                target = self.function(name, len(arguments), where)
                return Number(0.0) if target is None else Call(target, given)
            case _:
                return rebuild(node, lambda child: self.resolved(child, args, where, index))

    def name(self, name: str, args: Mapping[str, str], where: str, index: str | int | None) -> Node:
        if name in args:
            return Symbol("argument", args[name])
        if name in ("t", "pi"):
            return Name(name)
        if name == SUM_INDEX:
            if index is None:
                raise ExpressionError(f"{where}: i' outside of sum(first,last)of(…)")
            return Number(float(index)) if isinstance(index, int) else Symbol("argument", index)
        entry = self.names.find(name)
        if entry is None:
            if name in ("mouse_x", "mouse_y", "mouse_vx", "mouse_vy"):
                return self.refused("the mouse")
            raise ExpressionError(f"{where}: unknown name {name!r}{self.names.hint(name)}")
        if entry.kind == "refused":
            return self.refused(f"it uses {name!r} of line {entry.line}")
        if entry.kind == "function" or name in _FUNCTIONS:
            raise ExpressionError(f"{where}: {name!r} is a function; write {name}(…)")
        return Name(entry.name)

    def function(self, name: str, count: int, where: str) -> str | None:
        entry = self.names.find(name)
        if entry is not None and entry.kind == "function":
            return entry.name
        if entry is not None and entry.kind == "refused":
            self.refused(f"it uses {name!r} of line {entry.line}")
            return None
        if name in _REFUSED:
            self.refused(f"{name}() is {_REFUSED[name]}")
            return None
        if name not in _FUNCTIONS:
            known = [*_FUNCTIONS, *(e.spelled for e in self.names.of_kind("function"))]
            what = f"{name!r} is no function" if entry else f"unknown function {name!r}"
            raise ExpressionError(f"{where}: {what}{'' if entry else suggest(name, known)}")
        target, arity = _FUNCTIONS[name]
        if count != arity:
            plural = "" if arity == 1 else "s"
            raise ExpressionError(f"{where}: {name}() takes {arity} argument{plural}, not {count}")
        return target

    def whole(self, node: Node, args: Mapping[str, str], where: str, index: int | None) -> int:
        """Return the whole part of a number known beforehand."""
        tree = self.resolved(node, args, where, index)
        unknown = [name for name in names_in(tree) if name not in self.constants.symbols]
        value = None
        if not unknown and not _has_arguments(tree):
            known = resolve_tree(tree, self.constants, where)
            value = constant_value(known, self.constants.values)
        if value is None or not abs(value) < 1e9:
            self.refused("bounds of a sum and shifts must be known beforehand, by 'number'")
            return 0
        return int(value)

    def sum(
        self, node: Reduction, args: Mapping[str, str], where: str, index: str | int | None
    ) -> Node:
        if index is not None:
            raise ExpressionError(f"{where}: a sum within a sum; there is only one i'")
        first, last = (self.whole(bound, args, where, None) for bound in node.bounds)
        if last - first >= MAX_TERMS:
            raise ExpressionError(f"{where}: a sum of more than {MAX_TERMS} terms")
        if last < first:
            return Number(0.0)
        if not _shifts(node.body):
            name = fresh("i", {*self.names.taken, *args.values()})
            self.indices.add(name)
            body = self.resolved(node.body, args, where, name)
            bounds = (_integer(first), _integer(last + 1))
            return Reduction("sum", body, name, bounds, None)
        terms = []
        for value in range(first, last + 1):
            terms.append(self.resolved(node.body, args, where, value))
            self.written_nodes += _size(terms[-1])
            if self.written_nodes > MAX_WRITTEN_NODES:
                raise ExpressionError(f"{where}: the sums are too large when written out")
        return Chain(terms[0], tuple(("+", term) for term in terms[1:])) if terms[1:] else terms[0]

    def shifted(
        self,
        arguments: tuple[Node, ...],
        args: Mapping[str, str],
        where: str,
        index: str | int | None,
    ) -> Node:
        """Return the variable so many places after another one, in the order of the file."""
        if len(arguments) != 2 or not isinstance(arguments[0], Name) or isinstance(index, str):
            raise ExpressionError(f"{where}: write shift(variable, number)")
        entry = self.names.find(arguments[0].name)
        if entry is None or entry.kind in ("function", "wiener") or arguments[0].name in args:
            raise ExpressionError(f"{where}: shift() starts from a variable or a parameter")
        variable = entry.kind in ("state", "fixed")
        row = self.names.of_kind("state") + self.names.of_kind("fixed")
        if not variable:
            row = self.names.of_kind("param", "number", "derived", "wiener")
        position = row.index(entry) + self.whole(arguments[1], args, where, index)
        if not 0 <= position < len(row):
            raise ExpressionError(f"{where}: shift({entry.spelled}, …) leaves the variables")
        return Name(row[position].name)


def names_in(node: Node) -> list[str]:
    """Return the names in a tree, arguments and indices left out, each once."""
    if isinstance(node, Name):
        return [node.name]
    return list(dict.fromkeys(name for child in children(node) for name in names_in(child)))


def _calls(node: Node) -> set[str]:
    own = {node.function} if isinstance(node, Call) else set()
    return own.union(*map(_calls, children(node)))


def _shifts(node: Node) -> bool:
    shift = isinstance(node, Call) and node.function == "shift"
    return shift or any(map(_shifts, children(node)))


def _has_arguments(node: Node) -> bool:
    return isinstance(node, Symbol) or any(map(_has_arguments, children(node)))


def _size(node: Node) -> int:
    return 1 + sum(map(_size, children(node)))


def _integer(value: int) -> Node:
    return Number(float(value)) if value >= 0 else Negate(Number(float(-value)))
