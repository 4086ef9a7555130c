"""A model as text: as a model file, as plain equations, and typeset line by line."""

from collections.abc import Mapping
from functools import cached_property
from types import MappingProxyType
from typing import TYPE_CHECKING, cast

from engine.model.spec import ModelSpec
from engine.model.terms import EquationRow, Term, equation_rows
from engine.model.to_text import write_equations_text
from engine.model.to_toml import write_toml

if TYPE_CHECKING:
    from engine.model.model import Model

__all__ = ["WithTexts"]


class WithTexts:
    """Write `spec` in the forms that `load_model` reads."""

    spec: ModelSpec

    @cached_property
    def text(self) -> str:
        """The model as the text of a model file, which loads to an equal model."""
        return write_toml(self.spec)

    @cached_property
    def equations_text(self) -> str:
        """The model as plain equations; a comment at their end names what they cannot say."""
        return write_equations_text(self.spec, partial=True)

    def equation_rows(self, *, link: bool = False) -> tuple[EquationRow, ...]:
        r"""Return the equations, all aux and the functions in use, typeset term by term.

        Parameters
        ----------
        link : bool, optional
            Put every state, parameter and aux into ``\href{name}{…}``, so that a page can tell
            which name is clicked on.

        Returns
        -------
        tuple of EquationRow
            In the order of `Model.latex`.
        """
        model = cast("Model", self)
        functions = model.called_functions(model.aux_names)
        return equation_rows(model, model.aux_names, functions, link)

    def terms(self) -> Mapping[str, tuple[Term, ...]]:
        """Return the summands of each right-hand side, by state; they add up to it.

        What noise and events do is not among them.
        """
        rows = equation_rows(cast("Model", self), (), (), link=False)
        return MappingProxyType({row.name: row.terms for row in rows})
