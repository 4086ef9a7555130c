"""The expression language of model files: text to tree.

Python's operators and precedence, with ``^`` as power beside ``**``. The grammar is the whitelist:
what it does not name (attributes, indexing, strings, assignments, lambdas, keywords) cannot occur
in a tree. Length, nesting and the size of literals are bounded, and parsing takes linear time, so
hostile text is answered by an `ExpressionError` at once.
"""

import keyword
import math
import re
import unicodedata
from typing import NamedTuple, NoReturn

from engine.errors import ExpressionError
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

__all__ = [
    "MAX_LENGTH",
    "MAX_NESTING",
    "NAME_PATTERN",
    "TOKEN",
    "keyword_remedy",
    "parse",
    "place_in",
]

MAX_LENGTH = 100_000
MAX_NESTING = 100
MAX_OPERANDS = 2_000
MAX_LITERAL = 400

# Greek letters, the micro sign and the symbol forms of theta, phi, pi, rho, epsilon; NFKC turns
# these into letters and nothing else, so a normalised name is still a name.
_LETTERS = "A-Za-z_\u0391-\u03a1\u03a3-\u03a9\u03b1-\u03c9\u00b5\u03d1\u03d5\u03d6\u03f1\u03f5"
NAME_PATTERN = rf"[{_LETTERS}][0-9{_LETTERS}]*"
TOKEN = re.compile(
    rf"""(?P<space>\s+)
    |(?P<number>(?:[0-9][0-9_]*(?:\.[0-9_]*)?|\.[0-9][0-9_]*)(?:[eE][+-]?[0-9]+)?)
    |(?P<name>{NAME_PATTERN})
    |(?P<operator>\*\*|//|<=|>=|==|!=|[-+*/%^<>(),])""",
    re.VERBOSE,
)
_LINE = re.compile(r"(?:, |^)line ([0-9]+)$")
_WHOLE = re.compile(r"[0-9][0-9_]*")
_WORDS = frozenset({"and", "or", "not", "if", "else", "for", "in"})
_OPERATOR_HINTS = {
    "=": "; write == to compare",
    "!": "; write 'not' or !=",
    "&": "; write 'and'",
    "|": "; write 'or', or abs( ) for an absolute value",
    "[": "; write ( ) to group, lag_x(k) for x k steps ago",
    "{": "; write ( ) to group",
    ".": "; attributes do not exist here",
    "'": "; neither derivatives nor texts exist in an expression",
    '"': "; text does not exist here",
    "?": "; write a if condition else b",
    "\\": "; write formulas as in Python, not as in TeX",
    "\u2212": "; write -",
    "\u2013": "; write -",
    "\u00d7": "; write *",
    "\u00b7": "; write *",
    "\u22c5": "; write *",
    "\u00f7": "; write /",
    "\u00b2": "; write ^2",
    "\u00b3": "; write ^3",
    "\u221a": "; write sqrt( )",
    "\u2264": "; write <=",
    "\u2265": "; write >=",
    "\u2260": "; write !=",
    "\u221e": "; numbers are finite",
}
_COMPARISONS = ("<", "<=", ">", ">=", "==", "!=")
_SUM, _PRODUCT = ("+", "-"), ("*", "/", "//", "%")
# A subexpression is read down to the loosest operator that may occur in it unbracketed.
_CONDITIONAL, _OR, _AND, _NOT, _COMPARISON, _ADDITIVE, _MULTIPLICATIVE, _UNARY = range(8)


def keyword_remedy(word: str) -> str | None:
    """Return what to write instead of the Python keyword `word`; None if it is no keyword."""
    if not keyword.iskeyword(word):
        return None
    if word in ("True", "False"):
        return f"write {int(word == 'True')} instead"
    return f"write {'lam' if word == 'lambda' else word + '_'!r} instead"


def parse(text: str, where: str = "", column: int = 0) -> Node:
    """Parse one expression.

    Parameters
    ----------
    text : str
        The expression.
    where : str, optional
        What precedes the column in error messages, such as ``"lorenz.toml [equations.rhs] x"``.
    column : int, optional
        How many characters stand before `text` in its line.

    Returns
    -------
    Node
        The tree, names not yet looked up.

    Raises
    ------
    ExpressionError
        If `text` is no expression of the language.
    """
    return _Parser(text, where, column).parse()


def place_in(text: str, position: int, where: str = "", column: int = 0) -> str:
    """Return where a character of an expression stands, for error messages.

    Parameters
    ----------
    text : str
        The expression, of one line or several.
    position : int
        Which character, counted from 1.
    where, column
        As for `parse`; a line that `where` ends with is that of the first character.
    """
    before = text[: position - 1].split("\n")
    if len(before) == 1:
        return f"{where}, column {column + position}" if where else f"column {column + position}"
    first = _LINE.search(where)
    line = (int(first.group(1)) if first else 1) + len(before) - 1
    block = _LINE.sub("", where)
    return ", ".join(filter(None, (block, f"line {line}", f"column {len(before[-1]) + 1}")))


class _Token(NamedTuple):
    kind: str
    text: str
    column: int


class _Parser:
    def __init__(self, text: str, where: str, column: int) -> None:
        self.where = where
        self.column = column
        self.text = text
        self.depth = 0
        if len(text) > MAX_LENGTH:
            self.fail(f"longer than {MAX_LENGTH} characters", 0)
        self.tokens = self.tokenize(text)
        self.position = 0

    def fail(self, message: str, column: int | None = None) -> NoReturn:
        at = self.token.column if column is None else column
        place = place_in(self.text, max(at, 1), self.where, self.column)
        raise ExpressionError(f"{place}: {message}")

    def tokenize(self, text: str) -> list[_Token]:
        tokens = []
        position = 0
        while position < len(text):
            found = TOKEN.match(text, position)
            if found is None:
                letter = text[position]
                self.fail(f"unexpected {letter!r}{_OPERATOR_HINTS.get(letter, '')}", position + 1)
            kind = found.lastgroup or ""
            word = found.group()
            if kind == "name":
                word = unicodedata.normalize("NFKC", word)
                if word in _WORDS:
                    kind = "operator"
                elif remedy := keyword_remedy(word):
                    message = f"{word!r} is a keyword of Python and no name; {remedy}"
                    self.fail(message, position + 1)
            if kind != "space":
                tokens.append(_Token(kind, word, position + 1))
            position = found.end()
        tokens.append(_Token("end", "", len(text) + 1))
        return tokens

    @property
    def token(self) -> _Token:
        return self.tokens[self.position]

    def accept(self, *operators: str) -> str | None:
        token = self.token
        if token.kind == "operator" and token.text in operators:
            self.position += 1
            return token.text
        return None

    def expect(self, operator: str, role: str) -> None:
        if not self.accept(operator):
            self.fail(f"expected {operator!r} {role}, found {self.found()}")

    def found(self) -> str:
        return repr(self.token.text) if self.token.text else "the end"

    def parse(self) -> Node:
        tree = self.expression(_CONDITIONAL)
        if self.token.kind != "end":
            self.fail(f"unexpected {self.found()}{self.remedy()}")
        return tree

    def remedy(self) -> str:
        """Return what to write where an expression goes on without an operator."""
        before, token = self.tokens[self.position - 1], self.token
        if token.text == ",":
            return "; a decimal point is written ."
        if token.text == ")":
            return "; no bracket is open"
        if token.text == "in":
            return "; a range is written name = value in [low, high]"
        if token.kind in ("name", "number") or token.text == "(":
            if before.kind == "name" and token.text != "(":
                return f"; write * to multiply, {before.text}({token.text}) to call a function"
            return "; write * to multiply"
        return ""

    def expression(self, loosest: int) -> Node:
        self.depth += 1
        if self.depth > MAX_NESTING:
            self.fail(f"nested deeper than {MAX_NESTING} levels")
        tree = self.prefix(loosest)
        if loosest <= _MULTIPLICATIVE:
            tree = self.chain(tree, _PRODUCT, _UNARY)
        if loosest <= _ADDITIVE:
            tree = self.chain(tree, _SUM, _MULTIPLICATIVE)
        if loosest <= _COMPARISON and (rest := self.operands(_COMPARISONS, _ADDITIVE)):
            tree = Compare(tree, rest)
        if loosest <= _AND and (rest := self.operands(("and",), _NOT)):
            tree = Logic("and", (tree, *(term for _, term in rest)))
        if loosest <= _OR and (rest := self.operands(("or",), _AND)):
            tree = Logic("or", (tree, *(term for _, term in rest)))
        if loosest <= _CONDITIONAL and self.accept("if"):
            condition = self.expression(_OR)
            self.expect("else", "of the conditional")
            tree = Conditional(tree, condition, self.expression(_CONDITIONAL))
        self.depth -= 1
        return tree

    def chain(self, first: Node, operators: tuple[str, ...], tightest: int) -> Node:
        rest = self.operands(operators, tightest)
        return Chain(first, rest) if rest else first

    def operands(self, operators: tuple[str, ...], loosest: int) -> tuple[tuple[str, Node], ...]:
        rest = []
        while operator := self.accept(*operators):
            rest.append((operator, self.expression(loosest)))
            if len(rest) > MAX_OPERANDS:
                self.fail(f"more than {MAX_OPERANDS} operands in a row")
        return tuple(rest)

    def prefix(self, loosest: int) -> Node:
        if loosest <= _NOT and self.accept("not"):
            return Not(self.expression(_NOT))
        if self.accept("-"):
            return Negate(self.expression(_UNARY))
        if self.accept("+"):
            return self.expression(_UNARY)
        base = self.atom()
        if self.accept("^", "**"):
            return Power(base, self.expression(_UNARY))
        return base

    def atom(self) -> Node:
        token = self.token
        if token.kind == "number":
            self.position += 1
            return self.number(token)
        if token.kind == "name":
            self.position += 1
            return self.call(token) if self.accept("(") else Name(token.text, token.column)
        if self.accept("("):
            tree = self.expression(_CONDITIONAL)
            self.expect(")", "to close the bracket")
            return tree
        if token.kind == "end":
            self.fail(
                "the expression is empty" if len(self.tokens) == 1 else "something is missing"
            )
        hint = "; write a if condition else b" if token.text == "if" else ""
        return self.fail(f"expected a number, a name or '(', found {self.found()}{hint}")

    def number(self, token: _Token) -> Number:
        following = self.token
        if following.kind == "name" and following.column == token.column + len(token.text):
            if following.text in "jJ":
                self.fail("complex numbers do not exist here", token.column)
            self.fail(f"write '*' between {token.text} and {following.text!r}")
        if len(token.text) > MAX_LITERAL:
            self.fail(f"a number of more than {MAX_LITERAL} digits", token.column)
        try:
            value = float(token.text)
        except ValueError:
            self.fail(f"{token.text!r} is no number", token.column)
        if math.isinf(value):
            self.fail(f"the number {token.text[:20]} is too large", token.column)
        return Number(value, int(token.text) if _WHOLE.fullmatch(token.text) else None)

    def call(self, name: _Token) -> Node:
        if self.accept(")"):
            return Call(name.text, (), name.column)
        arguments = [self.expression(_CONDITIONAL)]
        if name.text in ("sum", "prod") and self.accept("for"):
            return self.reduction(name, arguments[0])
        while self.accept(","):
            if len(arguments) > MAX_OPERANDS:
                self.fail(f"more than {MAX_OPERANDS} arguments")
            arguments.append(self.expression(_CONDITIONAL))
        self.expect(")", f"to close the call of {name.text!r}")
        return Call(name.text, tuple(arguments), name.column)

    def reduction(self, name: _Token, body: Node) -> Reduction:
        index = self.token
        if index.kind != "name":
            self.fail(f"expected the name of the index, found {self.found()}")
        self.position += 1
        self.expect("in", "after the index")
        bounds = self.expression(_OR)
        if not (isinstance(bounds, Call) and bounds.function == "range"):
            self.fail(f"{name.text}() runs over range(first, end) or range(first, end, step)")
        if not 1 <= len(bounds.arguments) <= 3:
            self.fail("range takes an end, optionally a first and a step", bounds.column)
        condition = self.expression(_OR) if self.accept("if") else None
        self.expect(")", f"to close {name.text!r}")
        return Reduction(
            name.text, body, index.text, bounds.arguments, condition, column=name.column
        )
