"""Expressions of ``.ode`` files to trees.

XPPAUT's operators have three levels, each from left to right: ``+ - |``, then ``* / &`` and the
signs ``-`` and ``not``, then ``^ ** > < >= <= == !=``.  So ``2^3^2`` is 64, and an unbracketed
``x - 1 > 0`` is ``x - (1 > 0)``: it is read as XPPAUT reads it, and noted.  Names do not
distinguish upper and lower case; they come out in lower case, not yet looked up.
"""

import math
import re
from collections.abc import Callable
from typing import NamedTuple, NoReturn

from engine.errors import ExpressionError
from engine.model.expressions import MAX_LENGTH, MAX_NESTING, MAX_OPERANDS
from engine.model.nodes import (
    Call,
    Chain,
    Compare,
    Conditional,
    Logic,
    Name,
    Negate,
    Node,
    Not,
    Number,
    Power,
    Reduction,
)

__all__ = ["SUM_INDEX", "parse"]

SUM_INDEX = "i'"
_TOKEN = re.compile(
    r"""(?P<space>\s+)
    |(?P<number>(?:[0-9]+(?:\.[0-9]*)?|\.[0-9]+)(?:[eE][+-]?[0-9]+)?)
    |(?P<name>[iI]'|[A-Za-z_][A-Za-z_0-9]*)
    |(?P<operator>\*\*|<=|>=|==|!=|[-+*/^<>(),&|])""",
    re.VERBOSE,
)
_COMPARISONS = ("<", "<=", ">", ">=", "==", "!=")
_SUM, _PRODUCT, _POWER, _OPERAND = range(4)
# Powers and comparisons nest to the left, one level each.
MAX_NESTED_OPERATORS = 40


class _Token(NamedTuple):
    kind: str
    text: str
    column: int


def parse(text: str, where: str, note: Callable[[str], None]) -> Node:
    """Parse one expression.

    Parameters
    ----------
    text : str
        The expression, arrays written out.
    where : str
        File and line, for error messages.
    note : callable
        Takes remarks on what XPPAUT reads otherwise than a reader may.

    Returns
    -------
    Node
        The tree; ``sum(a,b)of(c)`` is a `Reduction` with the bounds a and b, both included.

    Raises
    ------
    ExpressionError
        If `text` is no expression.
    """
    return _Parser(text, where, note).parse()


class _Parser:
    def __init__(self, text: str, where: str, note: Callable[[str], None]) -> None:
        self.text = text
        self.where = where
        self.note = note
        self.depth = 0
        self.position = 0
        # Comparisons in brackets, by identity: nobody misreads those.
        self.bracketed: dict[int, Node] = {}
        if len(text) > MAX_LENGTH:
            self.fail(f"longer than {MAX_LENGTH} characters", 0)
        self.tokens = self.tokenize(text)

    def fail(self, message: str, column: int | None = None) -> NoReturn:
        at = self.token.column if column is None else column
        begin = max(0, at - 20)
        near = self.text[begin : begin + 40].strip()
        raise ExpressionError(f"{self.where}: {message}, in {near!r}")

    def tokenize(self, text: str) -> list[_Token]:
        tokens, position = [], 0
        while position < len(text):
            found = _TOKEN.match(text, position)
            if found is None:
                self.fail(f"unexpected {text[position]!r}", position)
            if found.lastgroup != "space":
                word = found.group().lower()
                kind = found.lastgroup or ""
                if kind == "name" and word == "not":
                    kind = "operator"
                tokens.append(_Token(kind, word, position + 1))
            position = found.end()
        tokens.append(_Token("end", "", len(text) + 1))
        return tokens

    @property
    def token(self) -> _Token:
        return self.tokens[self.position]

    def accept(self, *texts: str) -> str | None:
        token = self.token
        if token.kind in ("operator", "name") and token.text in texts:
            self.position += 1
            return token.text
        return None

    def expect(self, text: str, role: str) -> None:
        if not self.accept(text):
            found = repr(self.token.text) if self.token.text else "the end"
            self.fail(f"expected {text!r} {role}, found {found}")

    def parse(self) -> Node:
        tree = self.expression(_SUM)
        if self.token.kind != "end":
            self.fail(f"unexpected {self.token.text!r}")
        return tree

    def expression(self, loosest: int) -> Node:
        self.depth += 1
        if self.depth > MAX_NESTING:
            self.fail(f"nested deeper than {MAX_NESTING} levels")
        tree = self.prefix()
        if loosest <= _POWER:
            tree = self.powers(tree)
        if loosest <= _PRODUCT:
            tree = self.chain(tree, ("*", "/"), "&", _POWER)
        if loosest <= _SUM:
            tree = self.chain(tree, ("+", "-"), "|", _PRODUCT)
        self.depth -= 1
        return tree

    def chain(self, tree: Node, arithmetic: tuple[str, str], logical: str, operand: int) -> Node:
        """Read the operators of one level, keeping a run of like ones flat."""
        runs = operands = 0
        while operator := self.accept(*arithmetic, logical):
            if runs == MAX_NESTED_OPERATORS:
                self.fail("too many operators of different kinds in a row")
            runs += 1
            if operator == logical:
                several = [tree, self.expression(operand)]
                while self.accept(logical):
                    several.append(self.expression(operand))
                    self.limit(len(several))
                tree = Logic("and" if logical == "&" else "or", tuple(several))
                continue
            self.warn(tree)
            rest = []
            sign: str | None = operator
            while sign:
                term = self.expression(operand)
                self.warn(term)
                rest.append((sign, term))
                self.limit(operands := operands + 1)
                sign = self.accept(*arithmetic)
            tree = Chain(tree, tuple(rest))
        return tree

    def limit(self, operands: int) -> None:
        if operands > MAX_OPERANDS:
            self.fail(f"more than {MAX_OPERANDS} operands in a row")

    def warn(self, operand: Node) -> None:
        if isinstance(operand, Compare) and id(operand) not in self.bracketed:
            self.note(
                f"in {self.text[:60]!r} XPPAUT compares before it adds or multiplies, and so it "
                "is read here; brackets make it clear"
            )

    def powers(self, tree: Node) -> Node:
        count = 0
        while operator := self.accept("^", "**", *_COMPARISONS):
            count += 1
            if count > MAX_NESTED_OPERATORS:
                self.fail("too many powers and comparisons in a row")
            right = self.expression(_OPERAND)
            if operator in _COMPARISONS:
                tree = Compare(tree, ((operator, right),))
            else:
                self.warn(tree)
                tree = Power(tree, right)
        return tree

    def prefix(self) -> Node:
        if self.accept("not"):
            return Not(self.expression(_POWER))
        if self.accept("-"):
            operand = self.expression(_POWER)
            self.warn(operand)
            return Negate(operand)
        if self.accept("+"):
            return self.expression(_POWER)
        return self.atom()

    def atom(self) -> Node:
        token = self.token
        self.position += token.kind != "end"
        if token.kind == "number":
            value = float(token.text)
            if math.isinf(value):
                self.fail(f"the number {token.text[:20]} is too large", token.column)
            return Number(value)
        if token.kind == "name":
            if token.text in ("if", "sum"):
                return self.conditional() if token.text == "if" else self.sum(token)
            return self.call(token) if self.accept("(") else Name(token.text, token.column)
        if token.text == "(":
            tree = self.expression(_SUM)
            self.expect(")", "to close the bracket")
            self.bracketed[id(tree)] = tree
            return tree
        if token.kind == "end":
            self.fail("the expression is not complete", token.column)
        return self.fail(f"expected a number, a name or '(', found {token.text!r}", token.column)

    def bracket(self, role: str) -> Node:
        self.expect("(", role)
        tree = self.expression(_SUM)
        self.expect(")", role)
        return tree

    def conditional(self) -> Node:
        condition = self.bracket("of if(…)then(…)else(…)")
        self.expect("then", "of if(…)then(…)else(…)")
        then = self.bracket("of if(…)then(…)else(…)")
        self.expect("else", "of if(…)then(…)else(…)")
        return Conditional(then, condition, self.bracket("of if(…)then(…)else(…)"))

    def sum(self, name: _Token) -> Node:
        self.expect("(", "of sum(first,last)of(…)")
        first = self.expression(_SUM)
        self.expect(",", "of sum(first,last)of(…)")
        last = self.expression(_SUM)
        self.expect(")", "of sum(first,last)of(…)")
        self.expect("of", "of sum(first,last)of(…)")
        body = self.bracket("of sum(first,last)of(…)")
        return Reduction("sum", body, SUM_INDEX, (first, last), None, name.column)

    def call(self, name: _Token) -> Node:
        arguments = [] if self.token.text == ")" else [self.expression(_SUM)]
        while self.accept(","):
            arguments.append(self.expression(_SUM))
            self.limit(len(arguments))
        self.expect(")", f"to close the call of {name.text!r}")
        return Call(name.text, tuple(arguments), name.column)
