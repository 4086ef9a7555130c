r"""Equations as LaTeX, in the order in which their author wrote the terms."""

import re
import unicodedata
from collections.abc import Callable

from engine.model.expressions import parse
from engine.model.lags import LAG
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
from engine.model.spec import Equation, Formula, ModelSpec

__all__ = ["SUM", "Writer", "equations", "events", "linked", "typeset_name"]

_GREEK = """
    alpha beta gamma delta zeta eta theta iota kappa lambda mu nu xi pi rho sigma tau upsilon chi
    psi omega Gamma Delta Theta Lambda Xi Pi Sigma Upsilon Phi Psi Omega
"""
_SPELLINGS = {
    "lam": r"\lambda",
    "lamda": r"\lambda",
    "eps": r"\varepsilon",
    "epsilon": r"\varepsilon",
    "phi": r"\varphi",
} | {name: "\\" + name for name in _GREEK.split()}
_FUNCTIONS = {
    "log": r"\ln",
    "log10": r"\log_{10}",
    "log2": r"\log_{2}",
    "asin": r"\arcsin",
    "acos": r"\arccos",
    "atan": r"\arctan",
    "sign": r"\operatorname{sgn}",
    "heaviside": "H",
    "step": "H",
}
_FUNCTIONS |= {name: "\\" + name for name in ("sin", "cos", "tan", "arcsin", "arccos", "arctan")}
_FUNCTIONS |= {name: "\\" + name for name in ("sinh", "cosh", "tanh", "exp", "min", "max")}
_FENCES = {
    "abs": (r"\left|", r"\right|"),
    "fabs": (r"\left|", r"\right|"),
    "floor": (r"\left\lfloor ", r" \right\rfloor"),
    "ceil": (r"\left\lceil ", r" \right\rceil"),
    "sqrt": (r"\sqrt{", "}"),
    "cbrt": (r"\sqrt[3]{", "}"),
}
# A name that can be clicked on is wrapped up once more.
_BEGINS_WITH_WORD = re.compile(r"(\\href\{[^{}]*\}\{)?\\mathrm")
_ENDS_IN_WORD = re.compile(r"\\mathrm\{\w*\}(_\{[^{}]*\})?\}?$")
_ASSIGNMENT = re.compile(r"\s*(\w+)\s*([-+*/]?)=(?!=)\s*(.*)", re.DOTALL)
_CROSSINGS = {
    "cross_up": r"\nearrow",
    "cross_down": r"\searrow",
    "cross_either": r"\text{ crosses }",
}
_RELATIONS = {"<": "<", "<=": r"\le", ">": ">", ">=": r"\ge", "==": "=", "!=": r"\ne"}
_CONDITIONAL, _LOGIC, _CONDITION, SUM, _PRODUCT, _POWER, _ATOM = range(7)


def equations(spec: ModelSpec, aux: tuple[str, ...], functions: tuple[str, ...]) -> tuple[str, ...]:
    r"""Return one line of LaTeX for each equation of `spec` and for the named aux and functions.

    Parameters
    ----------
    spec : ModelSpec
        A model whose expressions are known to be correct.
    aux, functions : tuple of str
        Names of the definitions that follow the equations.
    """
    states = {state.name for state in spec.states}
    is_map = spec.kind == "map"

    def plain(name: str) -> str:
        return typeset_name(name)

    def iterate(name: str) -> str:
        if name == "t":
            return "n"
        return typeset_name(name, "n") if name in states else typeset_name(name)

    in_time = Writer(iterate if is_map else plain)
    lines = []
    noise = {part.state: part.formula for part in spec.noise}
    for equation in spec.equations:
        if noise:
            lines.append(_differential(in_time, equation, noise.get(equation.state), spec.calculus))
            continue
        if is_map:
            left = typeset_name(equation.state, "n+1")
        else:
            left = typeset_name(equation.state, accent=r"\dot")
        lines.append(f"{left} = {in_time.formula(equation.formula)}")
    for entry in spec.aux:
        if entry.name in aux:
            lines.append(f"{typeset_name(entry.name)} = {in_time.formula(entry.formula)}")
    for function in spec.functions:
        if function.name in functions:
            arguments = ", ".join(map(typeset_name, function.args))
            left = rf"{typeset_name(function.name)}\left({arguments}\right)"
            lines.append(f"{left} = {Writer(plain).formula(function.formula)}")
    return tuple(lines)


def _differential(
    writer: "Writer", equation: Equation, amplitude: Formula | None, calculus: str
) -> str:
    r"""Write ``\mathrm{d}x = -x \, \mathrm{d}t + \sigma \, \mathrm{d}W_{x}``."""
    sign = r"\circ" if calculus == "stratonovich" else r"\,"
    state = typeset_name(equation.state)
    line = (
        rf"\mathrm{{d}}{state} = {writer.factor(equation.formula, leading=True)} \, \mathrm{{d}}t"
    )
    if amplitude is None:
        return line
    return rf"{line} + {writer.factor(amplitude)} {sign} \mathrm{{d}}W_{{{state}}}"


def events(spec: ModelSpec, *, link: bool = False) -> tuple[tuple[str, tuple[str, ...]], ...]:
    r"""Return the condition and the assignments of each event that acts, as LaTeX.

    A crossing is an arrow: ``v \nearrow 30`` is v rising through 30.

    Parameters
    ----------
    spec : ModelSpec
        A model whose expressions are known to be correct.
    link : bool
        Put every state, parameter and aux into ``\href{name}{…}``.
    """
    writer = Writer(linked(spec, typeset_name) if link else typeset_name)
    return tuple(
        (
            writer.formula(event.condition),
            tuple(_assignment(writer, formula) for formula in event.action),
        )
        for event in spec.events
        if event.action
    )


def linked(spec: ModelSpec, write: Callable[[str], str]) -> Callable[[str], str]:
    r"""Return what writes names as `write` does, those of numbers inside ``\href{name}{…}``."""
    named = {name for table, name in spec.named() if table in ("states", "params", "aux")}
    return lambda name: rf"\href{{{name}}}{{{write(name)}}}" if name in named else write(name)


def _assignment(writer: "Writer", formula: Formula) -> str:
    found = _ASSIGNMENT.fullmatch(formula.text)
    if found is None:
        raise TypeError(formula)
    name, operator, right = found.groups()
    whole = right
    if operator:
        # `u -= a - b` takes the whole right side away.
        whole = f"{name} + {right}" if operator == "+" else f"{name} {operator} ({right})"
    return rf"{writer.name(name)} \gets {writer.formula(Formula(text=whole))}"


def typeset_name(name: str, index: str = "", accent: str = "") -> str:
    r"""Return a name as LaTeX: Greek letters by name, digits and what follows ``_`` as index.

    Parameters
    ----------
    name : str
        A name of the model, such as ``"omega0"``.
    index : str, optional
        One more subscript, such as ``"n+1"``.
    accent : str, optional
        A command put on the letter, such as ``r"\dot"``.
    """
    stem, *indices = [part for part in name.split("_") if part] or [r"\_"]
    letters = stem.rstrip("0123456789")
    if letters and letters != stem:
        indices.insert(0, stem[len(letters) :])
        stem = letters
    symbol = _letters(stem)
    if accent:
        symbol = f"{accent}{{{symbol}}}"
    subscripts = [*map(_letters, indices), *([index] if index else [])]
    return symbol + (f"_{{{','.join(subscripts)}}}" if subscripts else "")


def _letters(word: str) -> str:
    if word in _SPELLINGS:
        return _SPELLINGS[word]
    if len(word) == 1 and not word.isascii():
        spelled = unicodedata.name(word).split()[-1].lower()
        return _SPELLINGS.get(spelled if word.islower() else spelled.capitalize(), word)
    if len(word) == 1 or word.isdigit():
        return word
    return rf"\mathrm{{{word}}}"


class Writer:
    """Write trees as LaTeX, with the names as `name` writes them."""

    def __init__(self, name: Callable[[str], str]) -> None:
        self.name = name

    def formula(self, formula: Formula) -> str:
        return self.text(parse(formula.text, formula.where, formula.column), _CONDITIONAL)

    def factor(self, formula: Formula, *, leading: bool = False) -> str:
        """Write a factor of a product; one that is `leading` may begin with a minus sign."""
        tree = parse(formula.text, formula.where, formula.column)
        signed = leading and isinstance(tree, Chain) and not tree.is_sum
        return self.text(tree, SUM if signed else _PRODUCT)

    def text(self, node: Node, binding: int) -> str:
        written, own = self.written(node)
        return written if own >= binding else rf"\left({written}\right)"

    def written(self, node: Node) -> tuple[str, int]:
        match node:
            case Number(value):
                text = _number(value)
                return text, _ATOM if r"\cdot" not in text else _PRODUCT
            case Name(name):
                return self.name(name), _ATOM
            case Negate(operand):
                return f"-{self.text(operand, _PRODUCT)}", SUM
            case Not(operand):
                return rf"\lnot {self.text(operand, _ATOM)}", _CONDITION
            case Chain(first, rest) if node.is_sum:
                text = self.text(first, SUM)
                for sign, term in rest:
                    text += f" {sign} {self.text(term, _PRODUCT)}"
                return text, SUM
            case Chain():
                return self.product(node)
            case Power():
                return self.power(node)
            case Compare(first, rest):
                text = self.text(first, SUM)
                for sign, term in rest:
                    text += f" {_RELATIONS[sign]} {self.text(term, SUM)}"
                return text, _CONDITION
            case Logic(word, operands):
                sign = r" \land " if word == "and" else r" \lor "
                return sign.join(self.text(operand, _CONDITION) for operand in operands), _LOGIC
            case Conditional(then, condition, otherwise):
                return self.cases(then, condition, otherwise), _ATOM
            case Call("mod", (first, second)):
                return self.product(Chain(first, (("%", second),)))
            case Call(name, steps) if name.startswith(LAG):
                return self.lag(name.removeprefix(LAG), steps), _ATOM
            case Call():
                return self.call(node), _ATOM
            case Reduction():
                return self.reduction(node), SUM
            case _:
                raise TypeError(node)

    def product(self, node: Chain) -> tuple[str, int]:
        if isinstance(node.first, Negate):
            return f"-{self.product(Chain(node.first.operand, node.rest))[0]}", SUM
        text, binding = self.written(node.first)
        for sign, factor in node.rest:
            left = text if binding >= _PRODUCT else rf"\left({text}\right)"
            if sign == "*":
                text, binding = _side_by_side(left, self.text(factor, _PRODUCT)), _PRODUCT
            elif sign == "/":
                text, binding = rf"\frac{{{text}}}{{{self.text(factor, _CONDITIONAL)}}}", _PRODUCT
            elif sign == "%":
                text, binding = rf"{left} \bmod {self.text(factor, _PRODUCT)}", _CONDITION
            else:
                fraction = rf"\frac{{{text}}}{{{self.text(factor, _CONDITIONAL)}}}"
                text, binding = rf"\left\lfloor {fraction} \right\rfloor", _ATOM
        return text, binding

    def power(self, node: Power) -> tuple[str, int]:
        exponent = self.exponent(node.exponent)
        base = node.base
        if isinstance(base, Call) and base.function in _FUNCTIONS and base.function != "exp":
            return self.call(base, f"^{{{exponent}}}"), _POWER
        text = self.text(base, _ATOM)
        if isinstance(base, Call | Conditional) and not text.startswith(r"\left"):
            text = rf"\left({text}\right)"
        return f"{text}^{{{exponent}}}", _POWER

    def exponent(self, node: Node) -> str:
        match node:
            case Chain(first, (("/", second),)):
                return f"{self.text(first, _PRODUCT)}/{self.text(second, _POWER)}"
        return self.text(node, _CONDITIONAL)

    def call(self, node: Call, exponent: str = "") -> str:
        if node.function in _CROSSINGS:
            quantity, level = (self.text(argument, _CONDITIONAL) for argument in node.arguments)
            return rf"{quantity} {_CROSSINGS[node.function]} {level}"
        arguments = ", ".join(self.text(argument, _CONDITIONAL) for argument in node.arguments)
        if node.function in _FENCES:
            opening, closing = _FENCES[node.function]
            return f"{opening}{arguments}{closing}"
        if node.function == "exp" and r"\frac" not in arguments:
            return f"e^{{{arguments}}}"
        name = _FUNCTIONS.get(node.function) or typeset_name(node.function)
        return rf"{name}{exponent}\left({arguments}\right)"

    def lag(self, state: str, steps: tuple[Node, ...]) -> str:
        back = self.text(steps[0], _PRODUCT) if steps else "1"
        return typeset_name(state, f"n-{back}")

    def cases(self, then: Node, condition: Node, otherwise: Node) -> str:
        rows = []
        rest = otherwise
        while True:
            shown = self.text(then, _CONDITIONAL), self.text(condition, _CONDITIONAL)
            rows.append(rf"{shown[0]} & \text{{if }} {shown[1]}")
            if not isinstance(rest, Conditional):
                break
            then, condition, rest = rest.then, rest.condition, rest.otherwise
        rows.append(rf"{self.text(rest, _CONDITIONAL)} & \text{{otherwise}}")
        return r"\begin{cases} " + r" \\ ".join(rows) + r" \end{cases}"

    def reduction(self, node: Reduction) -> str:
        first: Node = Number(0.0)
        end = node.bounds[0]
        if len(node.bounds) > 1:
            first, end = node.bounds[:2]
        last = _number(end.value - 1) if isinstance(end, Number) else f"{self.text(end, SUM)} - 1"
        index = typeset_name(node.index)
        below = [f"{index}={self.text(first, SUM)}"]
        if len(node.bounds) == 3:
            below.append(rf"\text{{step }} {self.text(node.bounds[2], SUM)}")
        if node.condition is not None:
            below.append(self.text(node.condition, _CONDITIONAL))
        sign = r"\sum" if node.operator == "sum" else r"\prod"
        subscript = r" \\ ".join(below)
        if len(below) > 1:
            subscript = rf"\substack{{{subscript}}}"
        return rf"{sign}_{{{subscript}}}^{{{last}}} {self.text(node.body, _PRODUCT)}"


def _side_by_side(left: str, right: str) -> str:
    digits = right[0].isdigit() or (left[-1].isdigit() and right.startswith(r"\frac"))
    if digits:
        return rf"{left} \cdot {right}"
    # Words need a space to stay apart; letters stand side by side.
    words = _BEGINS_WITH_WORD.match(right) or _ENDS_IN_WORD.search(left)
    return rf"{left} \, {right}" if words else f"{left} {right}"


def _number(value: float) -> str:
    text = repr(value).removesuffix(".0")
    mantissa, letter, exponent = text.partition("e")
    if not letter:
        return text
    power = f"10^{{{int(exponent)}}}"
    return power if mantissa == "1" else rf"{mantissa} \cdot {power}"
