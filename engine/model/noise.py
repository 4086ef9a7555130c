"""The noise of a model: amplitudes, the correction of its drift, and their derivatives.

State i of a noisy flow obeys ``dx_i = f_i dt + s_i dW_i`` with Wiener processes W_i of their own,
so ``c_i = 1/2 s_i ∂s_i/∂x_i`` is all that tells Itô's calculus from Stratonovich's: an Itô equation
with the drift f is the Stratonovich equation with the drift f - c.  Kloeden & Platen, Numerical
Solution of Stochastic Differential Equations (1992), section 4.9.
"""

from collections.abc import Mapping, Sequence
from functools import cached_property
from typing import TYPE_CHECKING

from engine.errors import ModelError
from engine.model.arithmetic import composed_closure
from engine.model.dependence import used_aux
from engine.model.generated import VectorCode
from engine.model.nodes import Node, Number, Symbol, symbols
from engine.model.render import Renderer

if TYPE_CHECKING:
    from engine.model.model import Model

__all__ = ["ModelNoise"]

_NONE = Number(0.0)


class ModelNoise:
    """Hold what drives a model at random; false where nothing does.

    Parameters
    ----------
    model : Model
        Whose noise; its right-hand sides and aux are resolved already.
    amplitudes : sequence of Node
        The resolved amplitudes, in the order of ``spec.noise``.

    Attributes
    ----------
    calculus : str
        ``"ito"`` or ``"stratonovich"``.
    noisy : tuple of bool
        For each state, whether noise drives it.
    trees : tuple of Node
        The amplitudes, one a state, 0 where no noise drives it.
    amplitudes : VectorCode
        The same as Python text: one expression a state.

    Raises
    ------
    ExpressionError
        If an amplitude is no number that a unit can compute.
    """

    def __init__(self, model: "Model", amplitudes: Sequence[Node]) -> None:
        self._model = model
        noise = model.spec.noise
        own = {part.state: tree for part, tree in zip(noise, amplitudes, strict=True)}
        where = {part.state: part.formula.where for part in noise}
        self.trees = tuple(own.get(name, _NONE) for name in model.state_names)
        self.calculus = model.spec.calculus
        self.noisy = tuple(name in own for name in model.state_names)
        self.amplitudes = self._written(self.trees, where)

    def __bool__(self) -> bool:
        """Tell whether noise drives any state."""
        return any(self.noisy)

    @property
    def structure(self) -> list[object]:
        """Return what makes two models need different code because of their noise."""
        code = self.amplitudes
        return [self.calculus, self.noisy, code.result, code.functions, code.composed]

    @cached_property
    def depends(self) -> Mapping[str, frozenset[str]]:
        """For each noisy state, the noisy states that its amplitude depends on."""
        names = self._model.state_names
        noisy = {name for name, is_noisy in zip(names, self.noisy, strict=True) if is_noisy}
        return {
            name: frozenset(self._states_used(tree) & noisy)
            for name, tree in zip(names, self.trees, strict=True)
            if name in noisy
        }

    @property
    def is_corrected(self) -> bool:
        """Tell whether the two calculi differ: some amplitude depends on its own state."""
        return any(name in used for name, used in self.depends.items())

    @cached_property
    def correction(self) -> VectorCode:
        """The correction c of the drift, derived by SymPy; it holds almost everywhere.

        Raises
        ------
        ModelError
            If an amplitude is too large to be differentiated.
        """
        return self._written(self._corrections, {})

    @cached_property
    def amplitudes_tangent(self) -> VectorCode:
        """The derivative of the amplitudes along a tangent vector; raises as `correction`."""
        return self._along(self.trees)

    @cached_property
    def correction_tangent(self) -> VectorCode:
        """The derivative of the correction along a tangent vector; raises as `correction`."""
        return self._along(self._corrections)

    @cached_property
    def _corrections(self) -> tuple[Node, ...]:
        if not self.is_corrected:
            return (_NONE,) * len(self.trees)
        from engine.model.symbolic import drift_correction

        model = self._model
        try:
            return tuple(
                drift_correction(model, name, tree) if name in self.depends.get(name, ()) else _NONE
                for name, tree in zip(model.state_names, self.trees, strict=True)
            )
        except RecursionError:
            raise self._too_deep() from None

    def _too_deep(self) -> ModelError:
        place = self._model.spec.origin or self._model.name
        return ModelError(f"{place} [noise]: nested too deeply to be differentiated")

    def _states_used(self, tree: Node) -> set[str]:
        found = {symbol.name for symbol in symbols(tree) if symbol.role == "state"}
        return found.union(
            *(self._states_used(self._model.resolved_aux[a]) for a in used_aux(tree))
        )

    def _needed_aux(self, trees: Sequence[Node]) -> tuple[str, ...]:
        resolved = self._model.resolved_aux
        needed: set[str] = set().union(*map(used_aux, trees))
        for name in reversed(list(resolved)):
            if name in needed:
                needed |= used_aux(resolved[name])
        return tuple(name for name in resolved if name in needed)

    def _written(self, trees: Sequence[Node], where: Mapping[str, str]) -> VectorCode:
        model, renderer = self._model, self._renderer()
        result = tuple(
            renderer.number(tree, where.get(name, ""))
            for name, tree in zip(model.state_names, trees, strict=True)
        )
        needed = self._needed_aux(trees)
        for name in needed:
            renderer.number(model.resolved_aux[name])
        return _code(renderer, (), result, needed)

    def _along(self, trees: Sequence[Node]) -> VectorCode:
        from engine.model.symbolic import along

        directions = [Symbol("state", name) for name in self._model.state_names]
        try:
            temporaries, products = along(self._model, trees, directions)
        except RecursionError:
            raise self._too_deep() from None
        renderer = self._renderer()
        statements = tuple((f"w_{name}", renderer.number(tree)) for name, tree in temporaries)
        return _code(renderer, statements, tuple(map(renderer.number, products)), ())

    def _renderer(self) -> Renderer:
        return Renderer(values=self._model.constant_values, table=self._model.function_table)


def _code(
    renderer: Renderer,
    statements: tuple[tuple[str, str], ...],
    result: tuple[str, ...],
    aux: tuple[str, ...],
) -> VectorCode:
    return VectorCode(
        statements=statements,
        result=result,
        aux=aux,
        functions="\n\n".join(renderer.definitions.values()),
        composed=composed_closure(renderer.composed),
    )
