"""The right-hand sides of a model, term by term: what is typeset, and what is measured of it."""

from collections.abc import Callable, Iterator
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Literal

from engine.errors import ExpressionError
from engine.model.expressions import TOKEN, parse
from engine.model.nodes import Chain, Node
from engine.model.observable import Observable
from engine.model.spec import Formula
from engine.model.typeset import SUM, Writer, linked, typeset_name

if TYPE_CHECKING:
    from engine.model.model import Model

__all__ = ["EquationRow", "Term", "equation_rows"]

WriteName = Callable[[str], str]


@dataclass(frozen=True, kw_only=True)
class Term:
    """One summand of a right-hand side.

    Attributes
    ----------
    sign : {"", "+", "-"}
        What stands before it; empty for the first.
    text : str
        The summand as its author wrote it, without the sign.
    latex : str
        The same, typeset.
    observable : Observable or None
        Its values along an orbit, its sign included, so that the terms of a state add up to its
        right-hand side.  None where it has none on rows: it looks back to past steps or takes too
        many operations.
    """

    sign: Literal["", "+", "-"]
    text: str
    latex: str
    observable: Observable | None


@dataclass(frozen=True, kw_only=True)
class EquationRow:
    r"""One line of a model's equations.

    Attributes
    ----------
    kind : {"state", "aux", "function"}
    name : str
        What the line defines.
    left : str
        The left side as LaTeX: ``\dot{x}``, ``x_{n+1}``, or ``\mathrm{d}x`` of a model with noise.
    terms : tuple of Term
        The summands of the right side; of an equation with ``\mathrm{d}x``, of what multiplies
        ``\mathrm{d}t``.
    noise : str
        For a state that noise drives, the term of the noise as LaTeX.
    """

    kind: Literal["state", "aux", "function"]
    name: str
    left: str
    terms: tuple[Term, ...]
    noise: str = ""


def equation_rows(
    model: "Model", shown: tuple[str, ...], functions: tuple[str, ...], link: bool
) -> tuple[EquationRow, ...]:
    """Return the lines of a model; see `Model.equation_rows`."""
    return tuple(_Rows(model, link).rows(shown, functions))


class _Rows:
    def __init__(self, model: "Model", link: bool) -> None:
        self.model = model
        spec = model.spec
        self.states = {state.name for state in spec.states}
        self.plain: WriteName = linked(spec, typeset_name) if link else typeset_name
        self.next: WriteName = _accented if model.kind == "ode" else _next
        self.iterated: WriteName = _present
        if link:
            self.next, self.iterated = linked(spec, self.next), linked(spec, self.iterated)

    def rows(self, shown: tuple[str, ...], functions: tuple[str, ...]) -> Iterator[EquationRow]:
        spec = self.model.spec
        noise = {part.state: part.formula for part in spec.noise}
        for equation in spec.equations:
            name = equation.state
            yield EquationRow(
                kind="state",
                name=name,
                left=self.left(name, bool(noise)),
                terms=tuple(self.terms(equation.formula, self.iterate)),
                noise=self.noise(name, noise[name]) if name in noise else "",
            )
        for aux in spec.aux:
            if aux.name in shown:
                terms = tuple(self.terms(aux.formula, self.iterate))
                left = self.plain(aux.name)
                yield EquationRow(kind="aux", name=aux.name, left=left, terms=terms)
        for function in spec.functions:
            if function.name in functions:
                arguments = ", ".join(map(typeset_name, function.args))
                left = rf"{typeset_name(function.name)}({arguments})"
                bound = set(function.args)

                def write(name: str, bound: set[str] = bound) -> str:
                    return typeset_name(name) if name in bound else self.plain(name)

                terms = tuple(
                    replace(term, observable=None) for term in self.terms(function.formula, write)
                )
                yield EquationRow(kind="function", name=function.name, left=left, terms=terms)

    def left(self, name: str, noisy: bool) -> str:
        return rf"\mathrm{{d}}{self.plain(name)}" if noisy else self.next(name)

    def noise(self, state: str, amplitude: Formula) -> str:
        sign = r"\circ" if self.model.spec.calculus == "stratonovich" else r"\,"
        factor = Writer(self.plain).factor(amplitude)
        return rf"{factor} {sign} \mathrm{{d}}W_{{{typeset_name(state)}}}"

    def iterate(self, name: str) -> str:
        if self.model.kind == "map" and name == "t":
            return "n"
        is_iterate = self.model.kind == "map" and name in self.states
        return self.iterated(name) if is_iterate else self.plain(name)

    def terms(self, formula: Formula, write: WriteName) -> Iterator[Term]:
        tree = parse(formula.text)
        texts = _summands(formula.text)
        if not (isinstance(tree, Chain) and tree.is_sum and len(texts) == len(tree.rest) + 1):
            text = " ".join(formula.text.split())
            yield self.term("", text, tree, write)
            return
        parts = [("", tree.first), *tree.rest]
        for (sign, node), text in zip(parts, texts, strict=True):
            yield self.term(sign, text, node, write)

    def term(self, sign: str, text: str, tree: Node, write: WriteName) -> Term:
        negated = sign == "-"
        latex = Writer(write).text(tree, SUM if sign == "" else SUM + 1)
        return Term(
            sign="" if sign == "" else "-" if negated else "+",
            text=text,
            latex=latex,
            observable=self.observable(f"-({text})" if negated else text),
        )

    def observable(self, text: str) -> Observable | None:
        try:
            return self.model.observable(text)
        except ExpressionError:
            return None


def _accented(name: str) -> str:
    return typeset_name(name, accent=r"\dot")


def _next(name: str) -> str:
    return typeset_name(name, "n+1")


def _present(name: str) -> str:
    return typeset_name(name, "n")


def _summands(text: str) -> list[str]:
    """Return the texts between the ``+`` and ``-`` that stand in no bracket and join two terms."""
    ends, depth, joins = [], 0, False
    for token in TOKEN.finditer(text):
        word = token.group()
        if token.lastgroup == "space":
            continue
        if depth == 0 and joins and word in ("+", "-"):
            ends.append(token.span())
        depth += (word == "(") - (word == ")")
        joins = token.lastgroup in ("number", "name") or word == ")"
    starts = [0, *(stop for _, stop in ends)]
    stops = [*(start for start, _ in ends), len(text)]
    return [" ".join(text[a:b].split()) for a, b in zip(starts, stops, strict=True)]
