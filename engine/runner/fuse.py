"""Write a unit as one function of scalars, which compiles as quickly as one written by hand.

The functions of a unit are put in the place of their calls, vectors become scalars, and branches
whose flag is off disappear.  Every arithmetic operation stays as it is and where it is, so the
bits are those of the unit itself, which remains what is read, stepped through and run without
compilation.
"""

import ast
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field

from engine.runner.fuse_values import (
    Copies,
    Value,
    assignment,
    computed,
    folded,
    form,
    is_atomic,
    is_stable,
    leaves,
    names_in,
    read_from,
    scalar,
    stored,
    without_unread,
)

__all__ = ["UnfusableError", "fused"]


class UnfusableError(Exception):
    """A construct that is left to the compiler's own ways."""


def fused(text: str, constants: Mapping[str, object]) -> str:
    """Return the source of the unit's `run` with the unit's functions written into it.

    Parameters
    ----------
    text : str
        The unit, in the tuple layout.
    constants : mapping of str to object
        Its global names; numbers among them become literals.

    Raises
    ------
    UnfusableError
        The unit contains what cannot be written so; it is then compiled as it is.
    """
    functions = {
        node.name: node for node in ast.parse(text).body if isinstance(node, ast.FunctionDef)
    }
    literals = {
        name: ast.Constant(value)
        for name, value in constants.items()
        if isinstance(value, int | float) and name.isupper()
    }
    return ast.unparse(_Fusion(functions, literals).run())


@dataclass
class _Scope:
    """Hold the names of one function where it stands."""

    prefix: str
    mutable: frozenset[str]
    assigned: frozenset[str]
    values: dict[str, Value] = field(default_factory=dict)
    # Names of the caller that stand for an argument which is changed and given back.
    lent: dict[str, str] = field(default_factory=dict)
    own: set[str] = field(default_factory=set)


def _assigned(body: Iterable[ast.stmt]) -> list[str]:
    """List the names that statements assign, as often as they do."""
    names = []
    for statement in body:
        for node in ast.walk(statement):
            if isinstance(node, ast.Name) and isinstance(node.ctx, ast.Store):
                names.append(node.id)
            if isinstance(node, ast.AugAssign) and isinstance(node.target, ast.Name):
                names.append(node.target.id)
    return names


def _opened(function: ast.FunctionDef, arguments: Sequence[str], prefix: str) -> _Scope:
    names = _assigned(function.body)
    mutable = frozenset(n for n in names if names.count(n) > 1 or n in arguments)
    return _Scope(prefix=prefix, mutable=mutable, assigned=frozenset(names))


def _is_inlined(function: ast.FunctionDef) -> bool:
    """Tell whether a call gives way to the function's body.

    It must return once, at its end.  One that is a single expression of numbers stays: where it
    is called may be a branch that is seldom taken.
    """
    returns = [node for node in ast.walk(function) if isinstance(node, ast.Return)]
    if not returns:
        return True
    if len(returns) > 1 or returns[0] is not function.body[-1]:
        return False
    found = [node for statement in function.body for node in ast.walk(statement)]
    vectors = any(isinstance(node, ast.Subscript | ast.Tuple) for node in found)
    plain = returns[0].value is None or isinstance(returns[0].value, ast.Name)
    return len(function.body) > 1 or vectors or plain


def _lent(
    function: ast.FunctionDef, call: ast.Call, target: ast.expr, scope: _Scope
) -> dict[str, str]:
    """Find the arguments that a function changes and gives back under the caller's own name."""
    last = function.body[-1]
    if not isinstance(last, ast.Return) or last.value is None:
        return {}
    given = last.value.elts if isinstance(last.value, ast.Tuple) else [last.value]
    targets = target.elts if isinstance(target, ast.Tuple) else [target]
    arguments = [argument.arg for argument in function.args.args]
    changed = _assigned(function.body)
    passed = [node.id for node in ast.walk(call) if isinstance(node, ast.Name)]
    lent = {}
    for back, to in zip(given, targets, strict=False):
        if not isinstance(back, ast.Name) or not isinstance(to, ast.Name):
            continue
        if back.id not in arguments or back.id not in changed or to.id not in scope.mutable:
            continue
        argument = call.args[arguments.index(back.id)]
        own = isinstance(argument, ast.Name) and argument.id == to.id
        if own and passed.count(to.id) == 1 and to.id in scope.values:
            lent[back.id] = scope.lent.get(to.id, scope.prefix + to.id)
    return lent


class _Fusion:
    """Write `run` anew, statement by statement."""

    def __init__(
        self, functions: Mapping[str, ast.FunctionDef], literals: Mapping[str, ast.Constant]
    ) -> None:
        self._functions = functions
        self._inlined = {n for n, f in functions.items() if n != "run" and _is_inlined(f)}
        self._literals = literals
        # Arrays of the right type already; what they hold needs no conversion.
        arrays = {argument.arg for argument in functions["run"].args.args}
        self._arrays = {"int": {"counters"}, "float": arrays - {"counters"}}
        self._calls = 0

    def run(self) -> ast.FunctionDef:
        function = self._functions["run"]
        arguments = [argument.arg for argument in function.args.args]
        scope = _opened(function, arguments, "")
        scope.values = {name: ast.Name(name, ast.Load()) for name in arguments}
        *body, last = function.body
        if not isinstance(last, ast.Return) or last.value is None:
            raise UnfusableError("run does not end with its signal")
        lines: list[ast.stmt] = []
        self._block(body, scope, lines)
        lines.append(ast.Return(scalar(self._value(last.value, scope, lines))))
        written = ast.FunctionDef(name="run", args=function.args, body=lines, decorator_list=[])
        return ast.fix_missing_locations(without_unread(written))

    # statements

    def _block(self, body: Iterable[ast.stmt], scope: _Scope, lines: list[ast.stmt]) -> None:
        for statement in body:
            self._statement(statement, scope, lines)

    def _statement(self, node: ast.stmt, scope: _Scope, lines: list[ast.stmt]) -> None:
        match node:
            case ast.Assign(targets=[target], value=ast.Call(func=ast.Name(id=name)) as call) if (
                name in self._inlined
            ):
                values = [self._value(argument, scope, lines) for argument in call.args]
                lent = _lent(self._functions[name], call, target, scope)
                result = self._inline(self._functions[name], values, lines, lent)
                self._assign(target, result, scope, lines)
            case ast.Assign(targets=[target], value=value):
                self._assign(target, self._value(value, scope, lines), scope, lines)
            case ast.AugAssign(target=target, op=op, value=value):
                self._augmented(target, op, value, scope, lines)
            case ast.If():
                self._if(node, scope, lines)
            case ast.While(test=test, body=body, orelse=[]):
                before: list[ast.stmt] = []
                condition = scalar(self._value(test, scope, before))
                if before:
                    raise UnfusableError("a loop's condition calls a function of vectors")
                lines.append(ast.While(condition, self._inner(body, scope), []))
            case ast.For(target=ast.Name(id=name), iter=over, body=body, orelse=[]):
                counter = ast.Name(scope.prefix + name, ast.Store())
                scope.values[name] = ast.Name(counter.id, ast.Load())
                scope.own.add(counter.id)
                items = scalar(self._value(over, scope, lines))
                lines.append(ast.For(counter, items, self._inner(body, scope), []))
            case ast.Expr(value=ast.Constant()) | ast.Pass():
                return
            case ast.Expr(value=value):
                result = self._value(value, scope, lines)
                if isinstance(result, ast.Call):
                    lines.append(ast.Expr(result))
            case ast.Break() | ast.Continue():
                lines.append(node)
            case _:
                raise UnfusableError(f"a statement {type(node).__name__}")

    def _inner(self, body: Iterable[ast.stmt], scope: _Scope) -> list[ast.stmt]:
        lines: list[ast.stmt] = []
        self._block(body, scope, lines)
        return lines or [ast.Pass()]

    def _if(self, node: ast.If, scope: _Scope, lines: list[ast.stmt]) -> None:
        test = scalar(self._value(node.test, scope, lines))
        if isinstance(test, ast.Constant):
            self._block(node.body if test.value else node.orelse, scope, lines)
            return
        body = self._inner(node.body, scope)
        otherwise = self._inner(node.orelse, scope) if node.orelse else []
        lines.append(ast.If(test, body, otherwise))

    def _augmented(
        self,
        target: ast.expr,
        op: ast.operator,
        value: ast.expr,
        scope: _Scope,
        lines: list[ast.stmt],
    ) -> None:
        added = scalar(self._value(value, scope, lines))
        if isinstance(target, ast.Name):
            read = scalar(self._value(ast.Name(target.id, ast.Load()), scope, lines))
            self._assign(target, ast.BinOp(read, op, added), scope, lines)
        else:
            lines.append(ast.AugAssign(self._place(target, scope, lines), op, added))

    def _place(
        self, target: ast.expr, scope: _Scope, lines: list[ast.stmt]
    ) -> ast.Name | ast.Subscript:
        if not isinstance(target, ast.Subscript):
            raise UnfusableError(f"an assignment to {type(target).__name__}")
        array = scalar(self._value(target.value, scope, lines))
        index = scalar(self._value(target.slice, scope, lines))
        return ast.Subscript(array, index, ast.Store())

    def _assign(self, target: ast.expr, value: Value, scope: _Scope, lines: list[ast.stmt]) -> None:
        if isinstance(target, ast.Subscript):
            lines.append(ast.Assign([self._place(target, scope, lines)], scalar(value)))
            return
        copies: Copies = []
        names = target.elts if isinstance(target, ast.Tuple) else [target]
        values = value if isinstance(target, ast.Tuple) else (value,)
        if not isinstance(values, tuple) or len(values) != len(names):
            raise UnfusableError("a tuple of unknown length is taken apart")
        for name, part in zip(names, values, strict=True):
            if not isinstance(name, ast.Name):
                raise UnfusableError(f"an assignment to {type(name).__name__}")
            self._name(name.id, part, scope, copies)
        self._emit(copies, lines)

    def _name(self, name: str, value: Value, scope: _Scope, copies: Copies) -> None:
        """Give a value a name: for good where it cannot change, else by copying it."""
        if name not in scope.mutable and is_stable(value, scope.own):
            scope.values[name] = value
            return
        place = stored(scope.lent.get(name, scope.prefix + name), value, copies)
        known = scope.values.get(name)
        if name in scope.mutable and known is not None and form(known) != form(place):
            raise UnfusableError(f"{name} changes its form")
        scope.values[name] = place
        if name in scope.mutable:
            scope.own.update(leaves(place))

    def _emit(self, copies: Copies, lines: list[ast.stmt]) -> None:
        """Copy all at once: what a copy overwrites is put aside where a later one reads it."""
        copies = [c for c in copies if not (isinstance(c[1], ast.Name) and c[1].id == c[0])]
        written: set[str] = set()
        clash = False
        for target, source in copies:
            clash = clash or bool(written & names_in(source))
            written.add(target)
        if clash:
            self._calls += 1
            aside = [(f"aside_{self._calls}_{k}", source) for k, (_, source) in enumerate(copies)]
            lines += [assignment(name, source) for name, source in aside]
            copies = [
                (target, ast.Name(name, ast.Load()))
                for (target, _), (name, _) in zip(copies, aside, strict=True)
            ]
        lines += [assignment(target, source) for target, source in copies]

    # expressions

    def _value(self, node: ast.expr, scope: _Scope, lines: list[ast.stmt]) -> Value:
        match node:
            case ast.Constant():
                return node
            case ast.Name(id=name):
                if name in scope.values:
                    return scope.values[name]
                if name in scope.assigned:
                    raise UnfusableError(f"{name} is read above the line that assigns it")
                return self._literals.get(name, node)
            case ast.Tuple(elts=elements):
                return tuple(self._value(element, scope, lines) for element in elements)
            case ast.Subscript(value=base, slice=index):
                return self._item(base, index, scope, lines)
            case ast.Call(func=ast.Name(id=name), args=arguments, keywords=[]):
                values = [self._value(argument, scope, lines) for argument in arguments]
                if name in self._inlined:
                    return self._inline(self._functions[name], values, lines)
                if name in self._arrays and read_from(values, self._arrays[name]):
                    return scalar(values[0])
                return ast.Call(ast.Name(name, ast.Load()), [scalar(v) for v in values], [])
            case ast.BoolOp():
                return folded(node.op, [scalar(self._value(v, scope, lines)) for v in node.values])
            case ast.UnaryOp(op=ast.Not(), operand=operand):
                inner = scalar(self._value(operand, scope, lines))
                if isinstance(inner, ast.Constant):
                    return ast.Constant(not inner.value)
                return ast.UnaryOp(ast.Not(), inner)
            case _:
                return self._rebuilt(node, scope, lines)

    def _rebuilt(self, node: ast.expr, scope: _Scope, lines: list[ast.stmt]) -> ast.expr:
        if not isinstance(
            node, ast.BinOp | ast.UnaryOp | ast.Compare | ast.IfExp | ast.Slice | ast.Attribute
        ):
            raise UnfusableError(f"an expression {type(node).__name__}")
        fields = {}
        for name, child in ast.iter_fields(node):
            if isinstance(child, ast.expr):
                child = scalar(self._value(child, scope, lines))
            elif isinstance(child, list):
                child = [
                    scalar(self._value(c, scope, lines)) if isinstance(c, ast.expr) else c
                    for c in child
                ]
            fields[name] = child
        made = type(node)(**fields)
        return computed(made) if isinstance(made, ast.BinOp) else made

    def _item(self, base: ast.expr, index: ast.expr, scope: _Scope, lines: list[ast.stmt]) -> Value:
        whole = self._value(base, scope, lines)
        if isinstance(index, ast.Tuple):
            inner = [scalar(self._value(part, scope, lines)) for part in index.elts]
            place: ast.expr = ast.Tuple(inner, ast.Load())
        else:
            place = scalar(self._value(index, scope, lines))
        if isinstance(whole, tuple) and isinstance(place, ast.Constant):
            if not isinstance(place.value, int):
                raise UnfusableError("an index that is no integer")
            return whole[place.value]
        return ast.Subscript(scalar(whole), place, ast.Load())

    def _inline(
        self,
        function: ast.FunctionDef,
        values: Sequence[Value],
        lines: list[ast.stmt],
        lent: Mapping[str, str] | None = None,
    ) -> Value:
        self._calls += 1
        arguments = [argument.arg for argument in function.args.args]
        used = {n.id for n in ast.walk(function) if isinstance(n, ast.Name)}
        scope = _opened(function, arguments, f"{function.name}_{self._calls}_")
        scope.lent.update(lent or {})
        copies: Copies = []
        for name, value in zip(arguments, values, strict=True):
            if name in scope.lent:
                scope.values[name] = value
                scope.own.update(leaves(value))
            elif name in scope.mutable or (name in used and not is_atomic(value)):
                scope.values[name] = stored(scope.prefix + name, value, copies)
                if name in scope.mutable:
                    scope.own.update(leaves(scope.values[name]))
            elif name in used:
                scope.values[name] = value
        self._emit(copies, lines)
        body = function.body
        result: Value = ast.Constant(None)
        last = body[-1]
        if isinstance(last, ast.Return):
            body = body[:-1]
        self._block(body, scope, lines)
        if isinstance(last, ast.Return) and last.value is not None:
            result = self._value(last.value, scope, lines)
        return result
