"""A model as text: as a model file and as plain equations."""

from functools import cached_property

from engine.model.spec import ModelSpec
from engine.model.to_text import write_equations_text
from engine.model.to_toml import write_toml

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
