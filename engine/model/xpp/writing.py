"""Trees to text of the expression language of model files."""

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

__all__ = ["written"]

_CONDITIONAL, _OR, _AND, _NOT, _COMPARISON, _SUM, _PRODUCT, _UNARY, _ATOM = range(9)


def written(node: Node) -> str:
    """Return text that parses to `node`.

    Raises
    ------
    TypeError
        If the tree has been resolved: symbols have no spelling of their own.
    """
    return _written(node)[0]


def _at(node: Node, tightness: int) -> str:
    text, own = _written(node)
    return text if own >= tightness else f"({text})"


def _written(node: Node) -> tuple[str, int]:
    match node:
        case Number(value):
            return f"{int(value)}" if value.is_integer() and value < 1e15 else repr(value), _ATOM
        case Name(name):
            return name, _ATOM
        case Negate(operand):
            return f"-{_at(operand, _UNARY)}", _UNARY
        case Not(operand):
            return f"not {_at(operand, _COMPARISON)}", _NOT
        case Power(base, exponent):
            return f"{_at(base, _ATOM)}^{_at(exponent, _UNARY)}", _UNARY
        case Chain(first, rest):
            own = _SUM if node.is_sum else _PRODUCT
            terms = [_at(first, own + 1), *(f"{sign} {_at(term, own + 1)}" for sign, term in rest)]
            return " ".join(terms), own
        case Compare(first, rest):
            terms = [_at(first, _SUM), *(f"{sign} {_at(term, _SUM)}" for sign, term in rest)]
            return " ".join(terms), _COMPARISON
        case Logic(word, operands):
            own = _AND if word == "and" else _OR
            return f" {word} ".join(_at(operand, own + 1) for operand in operands), own
        case Conditional(then, condition, otherwise):
            chosen, tested = _at(then, _OR), _at(condition, _OR)
            return f"{chosen} if {tested} else {_at(otherwise, _CONDITIONAL)}", _CONDITIONAL
        case Call(function, arguments):
            return f"{function}({', '.join(written(each) for each in arguments)})", _ATOM
        case Reduction(operator, body, index, bounds, _):
            run = ", ".join(written(bound) for bound in bounds)
            return f"{operator}({written(body)} for {index} in range({run}))", _ATOM
        case _:
            raise TypeError(f"no text for {node}")
