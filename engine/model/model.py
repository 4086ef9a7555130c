"""A checked model: names, numbers, generated code and derivatives."""

import json
from collections.abc import Iterable, Mapping
from dataclasses import replace
from functools import cached_property
from hashlib import sha256
from types import MappingProxyType

from engine.errors import ModelError
from engine.model.arithmetic import composed_closure
from engine.model.dependence import called_functions, used_aux
from engine.model.derivatives import NOTHING, Derivatives, Matrix, Values, given_jacobian
from engine.model.evaluation import FunctionTable
from engine.model.events import compile_events
from engine.model.folding import Allowance
from engine.model.generated import (
    EventsCode,
    EventsTangent,
    Expression,
    Jacobian,
    ModelCode,
    Tangent,
)
from engine.model.inversion import check_inverse, inverted_spec
from engine.model.jacobian_check import check_given_jacobian
from engine.model.lags import lags_in
from engine.model.limits import check_counts, check_operations, within_limit
from engine.model.names import Scope, resolve
from engine.model.nodes import Node, Symbol, is_condition
from engine.model.noise import ModelNoise
from engine.model.render import Renderer
from engine.model.render_integers import renderer_for
from engine.model.resolution import Captured, resolved, resolved_functions, sorted_aux
from engine.model.saltation import EventSaltation, event_derivatives, saltations
from engine.model.separation import Separation, separation
from engine.model.spec import ModelSpec
from engine.model.unused_parts import check_unused_parts
from engine.model.variables import WithVariables
from engine.model.with_presets import WithPresets
from engine.model.with_texts import WithTexts

__all__ = ["Model"]

_TIME = Symbol("time", "t")


class Model(WithPresets, WithTexts, WithVariables):
    """A model ready to run.

    Parameters
    ----------
    spec : ModelSpec
        What the model file says.

    Attributes
    ----------
    name, kind, dtype : str
        As in `spec`.
    state_names, param_names, aux_names : tuple of str
        In the order of the model file.
    initial_state, param_values : tuple of float
        The defaults, in the same order.
    mods : tuple of str
        The variants that have been applied.
    events : EventsCode
        What happens when conditions become true, as Python text.
    noise : ModelNoise
        What drives the states at random; false where nothing does.
    digest : str
        SHA-256 of the structure: kind, dtype, names and generated code. Numbers that a run can
        change (initial state, parameters, ranges, presets) and descriptions do not enter.

    Raises
    ------
    ModelError
        If the expressions do not make sense together; with file, table, key and column.
    """

    def __init__(self, spec: ModelSpec) -> None:
        check_counts(spec)
        self.spec = spec
        self.name = spec.name
        self.kind = spec.kind
        self.dtype = spec.dtype
        self.mods = spec.applied
        self.state_names = tuple(state.name for state in spec.states)
        self.param_names = tuple(param.name for param in spec.params)
        self.aux_names = tuple(aux.name for aux in spec.aux)
        self.initial_state = tuple(state.value for state in spec.states)
        self.param_values = tuple(param.value for param in spec.params)
        try:
            self._look_into_expressions()
        except RecursionError:
            raise ModelError(f"{spec.origin or spec.name}: functions nested too deeply") from None

    def _look_into_expressions(self) -> None:
        spec = self.spec
        self._constants = Scope.of_constants({c.name: c.value for c in spec.constants}, Allowance())
        self._table, captured = resolved_functions(spec, self._constants)
        self._scope = self._full_scope(captured)
        rhs = (resolved(equation.formula, self._scope) for equation in spec.equations)
        self._rhs = tuple(within_limit(rhs, f"{spec.origin or spec.name} [equations]"))
        self._aux = sorted_aux(spec, self._scope)
        self.code = self._rendered()
        self.events = self._compiled_events()
        equations = [*self._rhs, *self._aux.values()]
        check_operations(spec.origin or spec.name, self._table, equations, self.events)
        self._given_jacobian = self._checked_jacobian()
        amplitudes = [resolved(part.formula, self._scope) for part in spec.noise]
        self.noise = ModelNoise(self, amplitudes)
        check_unused_parts(spec, self._scope)
        if spec.inverse:
            inverse = [resolved(equation.formula, self._scope) for equation in spec.inverse]
            given = (inverse, self._rhs, self._aux, self._constants.values, self._table)
            check_inverse(spec, *given)
        self._scope = replace(self._scope, allowance=None)  # later ones are bounded one by one

    def __repr__(self) -> str:
        return f"<Model {self.name!r}: {self.kind}, states {', '.join(self.state_names)}>"

    @cached_property
    def digest(self) -> str:
        """SHA-256, in hexadecimal, of what makes two models need different code."""
        code = self.code
        structure: list[object] = [
            self.kind, self.dtype, self.state_names, self.param_names, self.aux_names,
            code.functions, code.composed, code.aux, code.rhs, code.rhs_aux,
            self.events.structure if self.events.events else [],
            *([self.noise.structure] if self.noise else []),
        ]  # fmt: skip
        if self._given_jacobian is not None:
            structure.append(vars(self._given_jacobian))
        return sha256(json.dumps(structure, ensure_ascii=False).encode()).hexdigest()

    @property
    def resolved_rhs(self) -> tuple[Node, ...]:
        """The trees of the right-hand sides, one a state."""
        return self._rhs

    @property
    def resolved_aux(self) -> Mapping[str, Node]:
        """The trees of the aux, each after those it uses."""
        return MappingProxyType(self._aux)

    @property
    def function_table(self) -> FunctionTable:
        """Arguments and trees of the functions."""
        return MappingProxyType(self._table)

    @property
    def constant_values(self) -> Mapping[Symbol, float]:
        """What pi, e and the model's constants are worth."""
        return self._constants.values

    def inverted(self) -> "Model":
        """Return the model that goes through the orbits backward.

        A flow has its time reversed, x' = -f(x, -t); a map becomes the inverse that its file
        gives.  It is a model of its own, with its own digest.

        Raises
        ------
        ModelError
            A map gives no inverse, or events act on the state or noise drives it.
        """
        return Model(inverted_spec(self.spec))

    def expression(self, text: str, where: str = "") -> Expression:
        """Compile one more expression, such as a stop condition, to Python text.

        Parameters
        ----------
        text : str
            An expression of the model's states, parameters, aux, constants, functions and `t`.
        where : str, optional
            What precedes the column in error messages.

        Raises
        ------
        ExpressionError
            If `text` is no expression or uses an unknown name.
        """
        return self._expression(resolve(text, self._scope, where), where)

    def rate(self, text: str, where: str = "") -> Expression:
        """Compile the rate of change of an expression along the flow.

        It holds almost everywhere, as `jvp`.

        Parameters
        ----------
        text, where : str
            As for `expression`.

        Raises
        ------
        ModelError
            If `text` is no expression, the model is a map, or the rate is too large to be derived.
        """
        if self.kind == "map":
            raise ModelError(f"{where}: a map has no rate of change")
        tree = resolve(text, self._scope, where)
        if isinstance(tree, Symbol) and tree.role == "state":
            # Its own equation: nothing to derive, so SymPy need not be imported.
            return self._expression(self._rhs[self.state_names.index(tree.name)], where)
        from engine.model.symbolic import rate_of_change

        try:
            return self._expression(rate_of_change(self, tree), where)
        except RecursionError:
            raise ModelError(f"{where}: nested too deeply to be differentiated") from None

    def _expression(self, tree: Node, where: str) -> Expression:
        renderer = self._renderer()
        truth = is_condition(tree)
        code = renderer.condition(tree, where) if truth else renderer.number(tree, where)
        needed = self._needed_aux((tree,))
        for name in needed:
            renderer.number(self._aux[name])
        return Expression(
            code=code,
            is_condition=truth,
            aux=needed,
            functions=_joined(renderer),
            composed=composed_closure(renderer.composed),
            lags=lags_in((code,), self.state_names),
        )

    def jvp(self) -> Tangent:
        """Return the product of the Jacobian matrix and a tangent vector, derived by SymPy.

        The derivative holds almost everywhere: steps and roundings count as flat, a remainder as
        its dividend.

        Raises
        ------
        ModelError
            If the model is too large to be differentiated.
        """
        return self.derivatives.tangent

    def jacobian(self) -> Jacobian:
        """Return the Jacobian matrix: that of the model file, else derived as `jvp` is."""
        return self.derivatives.jacobian

    def jacobian_at(self, t: float = 0.0, y: Values = NOTHING, params: Values = NOTHING) -> Matrix:
        """Evaluate the Jacobian matrix: derivative of each equation (row) by each state (column).

        Parameters
        ----------
        t : float
            Time.
        y, params : mapping of str to float, or sequence of float
            State (n,) and parameters; those left out of a mapping have the model's own values.

        Returns
        -------
        ndarray (n, n)
        """
        return self.derivatives.at(t, y, params)

    @cached_property
    def derivatives(self) -> Derivatives:
        """What is derived from the right-hand sides when it is asked for."""
        return Derivatives(self, self._given_jacobian, self._renderer)

    @cached_property
    def not_analytic(self) -> str:
        """Why the right-hand sides have no Taylor series along an orbit; empty where they have."""
        from engine.model.analytic import not_analytic

        return not_analytic(self)

    @cached_property
    def saltation(self) -> tuple[EventSaltation, ...]:
        """What each event does to tangent vectors; nothing is derived for it."""
        return saltations(self)

    @cached_property
    def events_tangent(self) -> EventsTangent:
        """The derivatives of the events along state and time, by SymPy, almost everywhere.

        Raises
        ------
        ModelError
            If an event is too large to be differentiated.
        """
        try:
            return event_derivatives(self, self._renderer())
        except RecursionError:
            place = self.spec.origin or self.name
            raise ModelError(f"{place}: events nested too deeply to be differentiated") from None

    @cached_property
    def separation(self) -> Separation:
        """How a flow's states fall into positions and momenta, or why not; derived by SymPy."""
        return separation(self)

    def latex(self) -> tuple[str, ...]:
        r"""Return the model's equations, typeset.

        Returns
        -------
        tuple of str
            One line of LaTeX a state, such as ``\dot{x} = \sigma \left(y - x\right)``, then one
            for each aux and function that these lines use.
        """
        from engine.model.typeset import equations

        used = set(self.code.rhs_aux) | set(self.noise.amplitudes.aux)
        aux = tuple(name for name in self._aux if name in used)
        return equations(self.spec, aux, self.called_functions(aux))

    def latex_events(self, *, link: bool = False) -> tuple[tuple[str, tuple[str, ...]], ...]:
        r"""Return the condition and the assignments of each event that acts, typeset."""
        from engine.model.typeset import events

        return events(self.spec, link=link)

    def _renderer(self) -> Renderer:
        return renderer_for(self.dtype, self._constants.values, self._table, self._aux)

    def _full_scope(self, captured: Captured) -> Scope:
        named = [_TIME]
        named += [Symbol("state", name) for name in self.state_names]
        named += [Symbol("param", name) for name in self.param_names]
        named += [Symbol("aux", name) for name in self.aux_names]
        arity = {function.name: len(function.args) for function in self.spec.functions}
        return replace(self._constants.extended(named, arity), captured=captured)

    def _needed_aux(self, trees: Iterable[Node]) -> tuple[str, ...]:
        needed: set[str] = set()
        for tree in trees:
            needed |= used_aux(tree)
        for name in reversed(self._aux):
            if name in needed:
                needed |= used_aux(self._aux[name])
        return tuple(name for name in self._aux if name in needed)

    def _rendered(self) -> ModelCode:
        renderer = self._renderer()
        where = {aux.name: aux.formula.where for aux in self.spec.aux}
        aux = tuple((name, renderer.number(tree, where[name])) for name, tree in self._aux.items())
        # A float32 state is rounded once a step, an int64 state is whole.
        write = renderer.assigned if self.dtype == "int64" else renderer.number
        rhs = tuple(
            write(tree, equation.formula.where)
            for tree, equation in zip(self._rhs, self.spec.equations, strict=True)
        )
        return ModelCode(
            functions=_joined(renderer),
            composed=composed_closure(renderer.composed),
            aux=aux,
            rhs=rhs,
            rhs_aux=self._needed_aux(self._rhs),
        )

    def _compiled_events(self) -> EventsCode:
        return compile_events(
            self.spec.events,
            kind=self.kind,
            scope=self._scope,
            renderer=self._renderer(),
            aux=self._aux,
            derivative=self._time_derivative,
        )

    def _time_derivative(self, tree: Node) -> Node:
        if isinstance(tree, Symbol) and tree.role == "state":
            return self._rhs[self.state_names.index(tree.name)]
        from engine.model.symbolic import rate_of_change

        return rate_of_change(self, tree)

    def called_functions(self, aux: Iterable[str]) -> tuple[str, ...]:
        """Return the functions that the equations, the noise and some aux need."""
        trees = [*self._rhs, *self.noise.trees, *(self._aux[name] for name in aux)]
        called = set().union(*map(called_functions, trees))
        for name in reversed(self._table):
            if name in called:
                called |= called_functions(self._table[name][1])
        return tuple(name for name in self._table if name in called)

    def _checked_jacobian(self) -> Jacobian | None:
        rows = self.spec.jacobian
        trees = tuple(tuple(resolved(entry, self._scope) for entry in row) for row in rows)
        needed = self._needed_aux(tree for row in trees for tree in row)
        given = given_jacobian(self, trees, self._renderer(), needed)
        if given is not None:
            check_given_jacobian(self, given, self.spec.place("equations.jacobian"))
        return given


def _joined(renderer: Renderer) -> str:
    return "\n\n".join(renderer.definitions.values())
