"""What the variables of a model are, and what can be made of them: observables."""

from abc import ABC, abstractmethod
from collections.abc import Mapping
from functools import cached_property
from typing import TYPE_CHECKING, cast

from engine.model.generated import EventsCode, ModelCode
from engine.model.lags import lags_in, written_code
from engine.model.names import Scope
from engine.model.nodes import Node
from engine.model.observable import Observable, field_of, observable
from engine.model.render import Renderer
from engine.model.render_integers import IntegerRenderer

if TYPE_CHECKING:
    from engine.model.model import Model
    from engine.model.noise import ModelNoise

__all__ = ["WithVariables"]


class WithVariables(ABC):
    """The part of `Model` that tells what its variables are."""

    code: ModelCode
    events: EventsCode
    noise: "ModelNoise"
    state_names: tuple[str, ...]

    _scope: Scope

    @abstractmethod
    def _renderer(self) -> Renderer:
        """Return a fresh renderer of the model's expressions."""

    @property
    @abstractmethod
    def resolved_aux(self) -> Mapping[str, Node]:
        """The trees of the aux, each after those it uses."""

    def observable(self, text: str, where: str = "the expression") -> Observable:
        """Make an expression that is evaluated on whole columns of rows; nothing is compiled.

        Parameters
        ----------
        text : str
            An expression of the model's states, parameters, aux, constants, functions and `t`.
        where : str, optional
            What precedes the column in error messages.

        Raises
        ------
        ExpressionError
            If `text` is no expression, uses an unknown name or a lag, or takes too long.
        """
        return observable(cast("Model", self), self._scope, text, where)

    @cached_property
    def field(self) -> Mapping[str, Observable]:
        """The right-hand sides as observables, one a state: rates of a flow, next values of a map.

        Reading it raises ExpressionError where one looks back with a lag or takes too long.  What
        noise and events do is not in it.
        """
        return field_of(cast("Model", self))

    @cached_property
    def whole_names(self) -> frozenset[str]:
        """The variables that are whole numbers: states and ``aux.<name>`` of an int64 map."""
        renderer = self._renderer()
        if not isinstance(renderer, IntegerRenderer):
            return frozenset()
        aux = self.resolved_aux.items()
        whole = [f"aux.{name}" for name, tree in aux if renderer.is_whole(tree)]
        return frozenset((*self.state_names, *whole))

    @cached_property
    def lags(self) -> tuple[str, ...]:
        """The delayed states of equations, aux, noise and events: ``x_3`` is x three steps ago."""
        return self._lags(moving=False)

    @cached_property
    def moving_lags(self) -> tuple[str, ...]:
        """Those of the lags that the orbit depends on, not aux alone that are only recorded."""
        return self._lags(moving=True)

    def _lags(self, *, moving: bool) -> tuple[str, ...]:
        # Amplitudes of noise may use any of the aux.
        moving = moving and not self.noise
        code = written_code(self.code, self.events, moving=moving)
        if self.noise:
            code += self.noise.amplitudes.result
        return lags_in(code, self.state_names)
