"""Derivatives of a model by SymPy.

Importing this module imports SymPy, which takes most of a second; `Model` does so when a derivative
is asked for. Functions stay opaque to SymPy: it applies the rules below, combines terms and finds
common subexpressions, and never evaluates a function of a number.
"""

import math
from collections.abc import Mapping, Sequence
from functools import cache
from typing import TYPE_CHECKING, Any

import sympy

from engine.errors import ExpressionError, ModelError
from engine.model.evaluation import constant_value
from engine.model.limits import DerivativeSize
from engine.model.names import Scope, resolve
from engine.model.nodes import (
    Apply,
    Call,
    Chain,
    Conditional,
    Negate,
    Node,
    Number,
    Power,
    Symbol,
    children,
    is_condition,
    rebuild,
)
from engine.model.sympy_numbers import exact, product, signed

if TYPE_CHECKING:
    from engine.model.model import Model

__all__ = [
    "DERIVATIVES", "WRITTEN_OUT", "Translation", "along", "drift_correction", "rate_of_change",
    "tangent_product",
]  # fmt: skip

MAX_NODES = 20_000
MANY_FACTORS = 50
MAX_DERIVED = 200_000  # of all derivatives, before terms are combined

# Partial derivatives by the arguments x, y, z, almost everywhere.
DERIVATIVES: Mapping[str, tuple[str, ...]] = {
    "exp": ("exp(x)",),
    "exp2": ("exp2(x) * log(2)",),
    "expm1": ("exp(x)",),
    "log": ("1 / x",),
    "log2": ("1 / (x * log(2))",),
    "log10": ("1 / (x * log(10))",),
    "log1p": ("1 / (1 + x)",),
    "cbrt": ("1 / (3 * cbrt(x)^2)",),
    "sin": ("cos(x)",),
    "cos": ("-sin(x)",),
    "tan": ("1 + tan(x)^2",),
    "asin": ("1 / sqrt(1 - x^2)",),
    "acos": ("-1 / sqrt(1 - x^2)",),
    "atan": ("1 / (1 + x^2)",),
    "atan2": ("y / (x^2 + y^2)", "-x / (x^2 + y^2)"),
    "sinh": ("cosh(x)",),
    "cosh": ("sinh(x)",),
    "tanh": ("1 - tanh(x)^2",),
    "asinh": ("1 / sqrt(x^2 + 1)",),
    "acosh": ("1 / sqrt(x^2 - 1)",),
    "atanh": ("1 / (1 - x^2)",),
    "power": ("y * x^(y - 1)", "x^y * log(x)"),
    "erf": ("2 / sqrt(pi) * exp(-x^2)",),
    "erfc": ("-2 / sqrt(pi) * exp(-x^2)",),
    "absolute": ("sign(x)",),
    "with_sign": ("copysign(1, x) * copysign(1, y)", "0"),
    "mod": ("1", "-(x // y)"),
    "floordiv": ("0", "0"),
    "floor": ("0",),
    "ceil": ("0",),
    "trunc": ("0",),
    "rint": ("0",),
    "sign": ("0",),
    "heaviside": ("0", "0"),
    "step": ("0",),
    "approx": ("0", "0", "0"),
}

# Functions that are other expressions, with arguments x, y, z.
WRITTEN_OUT: Mapping[str, str] = {
    "sqrt": "x ^ 0.5",
    "hypot": "(x^2 + y^2) ^ 0.5",
    "minimum": "x if x < y else y",
    "maximum": "x if x > y else y",
    "clip": "y if x < y else (z if x > z else x)",
    "relu": "0 if x < 0 else x",
}
_ARGUMENTS = tuple(Symbol("argument", name) for name in "xyz")
_RULE_SCOPE = Scope.of_constants().extended(_ARGUMENTS)


def tangent_product(model: "Model") -> tuple[tuple[tuple[str, Node], ...], tuple[Node, ...]]:
    """Return the product of a model's Jacobian matrix and a tangent vector.

    Returns
    -------
    temporaries : tuple of (str, Node)
        Common subexpressions ``0``, ``1``, …, each in terms of the earlier ones.
    products : tuple of Node
        One a state; the tangent vector's components have the role ``tangent``.

    Raises
    ------
    ModelError
        If the right-hand sides exceed 20,000 operations when written out.
    """
    return along(model, model.resolved_rhs, [Symbol("state", name) for name in model.state_names])


def along(
    model: "Model", trees: Sequence[Node], variables: Sequence[Symbol]
) -> tuple[tuple[tuple[str, Node], ...], tuple[Node, ...]]:
    """Return the derivatives of expressions along a direction in some variables.

    As `tangent_product`; the direction has the variables' names and the role ``tangent``.
    """
    translation = Translation(model)
    directions = {
        translation.symbol(variable): translation.symbol(Symbol("tangent", variable.name))
        for variable in variables
    }
    products = []
    # All are counted before any is differentiated.
    for whole in [translation.differentiable(tree) for tree in trees]:
        value = translation.to_sympy(whole)
        found = value.free_symbols
        products.append(
            sympy.Add(
                *(
                    value.diff(variable) * direction
                    for variable, direction in directions.items()
                    if variable in found
                )
            )
        )
    names = (translation.symbol(Symbol("temporary", str(i))) for i in range(MAX_NODES))
    shared, reduced = sympy.cse(products, symbols=names)
    temporaries = tuple((translation.back[name].name, translation.to_tree(e)) for name, e in shared)
    return temporaries, tuple(map(translation.to_tree, reduced))


def rate_of_change(model: "Model", tree: Node) -> Node:
    """Return the derivative of an expression with respect to time along the flow of a model.

    Raises
    ------
    ModelError
        If it exceeds 20,000 operations when written out.
    """
    translation = Translation(model)
    value = translation.to_sympy(translation.differentiable(tree))
    found = value.free_symbols
    terms = [value.diff(translation.symbol(Symbol("time", "t")))]
    for name, rhs in zip(model.state_names, model.resolved_rhs, strict=True):
        state = translation.symbol(Symbol("state", name))
        slope = value.diff(state) if state in found else 0
        if slope != 0:
            terms.append(slope * translation.to_sympy(translation.written_out(rhs)))
    return translation.to_tree(sympy.Add(*terms))


def drift_correction(model: "Model", state: str, amplitude: Node) -> Node:
    """Return half the product of a noise's amplitude and its slope along the state it drives.

    Raises
    ------
    ModelError
        If it exceeds 20,000 operations when written out.
    """
    translation = Translation(model)
    value = translation.to_sympy(translation.written_out(amplitude))
    slope = value.diff(translation.symbol(Symbol("state", state)))
    return translation.to_tree(sympy.Rational(1, 2) * value * slope)


class _Choose(sympy.Function):  # type: ignore[misc]
    """A conditional whose condition is a symbol that stands for a tree."""

    nargs = 3

    def _eval_derivative(self, variable: Any) -> Any:
        condition, then, otherwise = self.args
        slopes = then.diff(variable), otherwise.diff(variable)
        return slopes[0] if slopes[0] == slopes[1] else _Choose(condition, *slopes)


@cache
def _function(name: str) -> Any:
    """Return the opaque SymPy function of a primitive or composed function."""

    def fdiff(self: Any, argindex: int = 1) -> Any:
        rule = resolve(DERIVATIVES[name][argindex - 1], _RULE_SCOPE)
        return Translation(None).to_sympy(rule, dict(zip(_ARGUMENTS, self.args, strict=False)))

    return type(name, (sympy.Function,), {"fdiff": fdiff, "nargs": len(DERIVATIVES[name])})


class Translation:
    """Between trees and SymPy expressions, for the symbols of one model."""

    def __init__(self, model: "Model | None") -> None:
        self.model = model
        self.values = model.constant_values if model else _RULE_SCOPE.values
        self.back: dict[Any, Symbol] = {}
        self.conditions: dict[Node, Any] = {}
        self.trees: dict[Any, Node] = {}
        # By identity: a tree may hold the same subtree many times.
        self.sizes: dict[int, tuple[Node, int]] = {}
        self.budget = MAX_NODES
        self.derivatives = DerivativeSize()
        self.derived = 0

    def differentiable(self, node: Node) -> Node:
        """Return `node` written out, unless its derivatives are too large."""
        whole = self.written_out(node)
        self.derived += self.derivatives.of(whole)
        if self.derived > MAX_DERIVED:
            self.budget = 0
            self._spend()
        return whole

    def symbol(self, symbol: Symbol) -> Any:
        made = sympy.Symbol(f"{symbol.role}_{symbol.name}")
        self.back[made] = symbol
        return made

    def written_out(self, node: Node, arguments: Mapping[Node, Node] | None = None) -> Node:
        """Return `node` in terms of states, parameters and time alone."""
        self._spend()
        if isinstance(node, Symbol):
            if node.role == "aux" and self.model is not None:
                return self.written_out(self.model.resolved_aux[node.name])
            return node if arguments is None else arguments.get(node, node)
        simple = rebuild(node, lambda child: self.written_out(child, arguments))
        if isinstance(simple, Apply) and self.model is not None:
            parameters, body = self.model.function_table[simple.function]
            given = [Symbol("argument", name) for name in parameters]
            return self.written_out(body, dict(zip(given, simple.arguments, strict=True)))
        if isinstance(simple, Call) and simple.function in WRITTEN_OUT:
            body = resolve(WRITTEN_OUT[simple.function], _RULE_SCOPE)
            given_arguments: dict[Node, Node] = dict(
                zip(_ARGUMENTS, simple.arguments, strict=False)
            )
            return self._bounded(self.written_out(body, given_arguments))
        return simple

    def _bounded(self, node: Node) -> Node:
        """Return a tree that repeats its arguments, unless it is too large as a text."""
        if self._size(node) > MAX_NODES:
            self.budget = 0
            self._spend()
        return node

    def _size(self, node: Node) -> int:
        _, size = self.sizes.get(id(node), (node, 0))
        if size == 0:
            size = 1 + sum(map(self._size, children(node)))
            self.sizes[id(node)] = (node, size)
        return size

    def _spend(self) -> None:
        self.budget -= 1
        if self.budget < 0:
            raise ModelError(
                f"the model {getattr(self.model, 'name', '')!r} exceeds {MAX_NODES} operations "
                "when written out, too many to be differentiated"
            )

    def to_sympy(self, node: Node, arguments: Mapping[Symbol, Any] | None = None) -> Any:
        self._spend()
        known = constant_value(node, self.values)
        if known is not None:
            return exact(known)
        match node:
            case Symbol():
                given = (arguments or {}).get(node)
                return self.symbol(node) if given is None else given
            case Negate(operand):
                return -self.to_sympy(operand, arguments)
            case Chain(first, rest):
                total = self.to_sympy(first, arguments)
                terms = [(sign, self.to_sympy(term, arguments)) for sign, term in rest]
                return _chained(total, terms, node.is_sum)
            case Power(base, exponent):
                return self.power(base, exponent, arguments)
            case Conditional(then, condition, otherwise):
                chosen, other = self.to_sympy(then, arguments), self.to_sympy(otherwise, arguments)
                return _Choose(self.condition(condition), chosen, other)
            case Call("sqrt", (operand,)):
                return sympy.Pow(self.to_sympy(operand, arguments), sympy.Rational(1, 2))
            case Call(name, operands):
                return _function(name)(*(self.to_sympy(each, arguments) for each in operands))
            case _ if is_condition(node):
                return _Choose(self.condition(node), sympy.Integer(1), sympy.Integer(0))
            case _:
                raise ExpressionError(f"no derivative of {node}")

    def power(self, base: Node, exponent: Node, arguments: Mapping[Symbol, Any] | None) -> Any:
        root = constant_value(base, self.values)
        raised = self.to_sympy(exponent, arguments)
        if root == math.e:
            return _function("exp")(raised)
        lowered = self.to_sympy(base, arguments)
        known = constant_value(exponent, self.values)
        if known is None:
            return _function("power")(lowered, raised)
        if (2.0 * known).is_integer():
            raised = sympy.Rational(int(2.0 * known), 2)
        return sympy.Pow(lowered, raised)

    def condition(self, node: Node) -> Any:
        if node not in self.conditions:
            self.conditions[node] = sympy.Symbol(f"condition_{len(self.conditions)}")
            self.trees[self.conditions[node]] = node
        return self.conditions[node]

    def to_tree(self, expression: Any) -> Node:
        if expression.is_Symbol:
            return self.back[expression]
        if expression.is_Number:
            return signed(float(expression))
        if expression.is_Add:
            return self.sum_tree(expression)
        if expression.is_Mul:
            return self.product_tree(expression)
        if expression.is_Pow:
            base, exponent = expression.args
            if exponent.is_Number and exponent < 0:
                denominator = self.to_tree(sympy.Pow(base, -exponent))
                return Chain(Number(1.0), (("/", denominator),))
            return Power(self.to_tree(base), self.to_tree(exponent))
        if isinstance(expression, _Choose):
            condition, then, otherwise = expression.args
            chosen, other = self.to_tree(then), self.to_tree(otherwise)
            return Conditional(chosen, self.trees[condition], other)
        if not isinstance(expression, sympy.Function):
            raise ModelError(f"the derivative of the model contains {expression}")
        name = expression.func.__name__
        operands = tuple(map(self.to_tree, expression.args))
        call: Node = Call(name, operands)
        if name in ("floordiv", "power"):
            left, right = operands
            call = Power(left, right) if name == "power" else Chain(left, (("//", right),))
        known = constant_value(call, {})
        return call if known is None else signed(known)

    def sum_tree(self, expression: Any) -> Node:
        signed = []
        for term in expression.args:
            negative = term.as_coeff_Mul()[0].is_negative
            signed.append(("-" if negative else "+", self.to_tree(-term if negative else term)))
        signed.sort(key=lambda entry: entry[0])
        (sign, first), *rest = signed
        return Chain(first if sign == "+" else Negate(first), tuple(rest))

    def product_tree(self, expression: Any) -> Node:
        coefficient, remaining = expression.as_coeff_Mul()
        if coefficient == -1:
            return Negate(self.to_tree(remaining))
        above: list[Node] = [] if coefficient == 1 else [self.to_tree(coefficient)]
        below: list[Node] = []
        for factor in sympy.Mul.make_args(remaining):
            base, exponent = factor.as_base_exp()
            if exponent.is_Number and exponent.is_negative:
                below.append(self.to_tree(sympy.Pow(base, -exponent)))
            else:
                above.append(self.to_tree(factor))
        top = product(above or [Number(1.0)])
        return Chain(top, (("/", product(below)),)) if below else top


def _chained(total: Any, terms: list[tuple[str, Any]], is_sum: bool) -> Any:
    if is_sum:
        return sympy.Add(total, *(term if sign == "+" else -term for sign, term in terms))
    if len(terms) > MANY_FACTORS and all(sign in "*/" for sign, _ in terms):
        return sympy.Mul(total, *(term if sign == "*" else 1 / term for sign, term in terms))
    for sign, factor in terms:
        if sign == "*":
            total = total * factor
        elif sign == "/":
            total = total / factor
        else:
            total = _function("mod" if sign == "%" else "floordiv")(total, factor)
    return total
