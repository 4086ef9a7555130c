"""What a model generates: Python text in terms of prefixed names."""

from dataclasses import dataclass, field

from engine.model.nodes import Node, Symbol

__all__ = [
    "Assignment",
    "Derivative",
    "EventCode",
    "EventsCode",
    "EventsTangent",
    "Expression",
    "Jacobian",
    "ModelCode",
    "Tangent",
    "Trigger",
    "VectorCode",
]


@dataclass(frozen=True, kw_only=True)
class ModelCode:
    """The model as Python text in terms of ``t``, ``s_<state>``, ``p_<param>``, ``a_<aux>``.

    A state k steps ago is ``l_<state>_<k>``.

    Attributes
    ----------
    functions : str
        Definitions that the expressions call, callees first; may be empty.
    composed : tuple of str
        Functions of `engine.model.arithmetic.COMPOSED` that are called, callees first.
    aux : tuple of (str, str)
        Every aux and its expression, each after those it uses.
    rhs : tuple of str
        One expression a state: its time derivative, or its next iterate.
    rhs_aux : tuple of str
        The aux that `rhs` uses, directly or not, in the order of `aux`.
    """

    functions: str
    composed: tuple[str, ...]
    aux: tuple[tuple[str, str], ...]
    rhs: tuple[str, ...]
    rhs_aux: tuple[str, ...]


@dataclass(frozen=True, kw_only=True)
class Expression:
    """One more expression of a model's names, as Python text.

    Attributes
    ----------
    code : str
        The text; a condition where `is_condition`, else a number.
    aux : tuple of str
        The aux it uses, directly or not, in the order of `ModelCode.aux`.
    functions, composed
        As in `ModelCode`, for this expression and its aux.
    lags : tuple of str
        The lags it names itself, as in `Model.lags`.
    """

    code: str
    is_condition: bool
    aux: tuple[str, ...]
    functions: str
    composed: tuple[str, ...]
    lags: tuple[str, ...] = ()


@dataclass(frozen=True, kw_only=True)
class Tangent:
    """The product of the model's Jacobian matrix and a tangent vector, as Python text.

    Attributes
    ----------
    statements : tuple of (str, str)
        Temporaries ``w_0``, ``w_1``, … and their expressions, in order of evaluation.
    result : tuple of str
        One expression a state, in terms of ``t``, ``s_*``, ``p_*``, ``v_<state>`` and ``w_*``.
    aux : tuple of str
        Always empty: aux are written out in the derivative.
    functions, composed
        As in `ModelCode`.
    """

    statements: tuple[tuple[str, str], ...]
    result: tuple[str, ...]
    aux: tuple[str, ...]
    functions: str
    composed: tuple[str, ...]


@dataclass(frozen=True, kw_only=True)
class Jacobian:
    """Derivatives of the right-hand sides, as Python text.

    Attributes
    ----------
    statements : tuple of (str, str)
        Temporaries ``w_0``, ``w_1``, … and their expressions, in order of evaluation.
    entries : tuple of (int, int, str)
        Row (equation), column (state) and expression of every entry that is not zero everywhere,
        in terms of ``t``, ``s_*``, ``p_*``, ``a_*`` and ``w_*``; of a vector, column 0.
    aux : tuple of str
        The aux that the entries use, each after those it uses itself; empty where derived.
    is_given : bool
        The entries are those of the model file.
    functions, composed
        As in `ModelCode`.
    """

    statements: tuple[tuple[str, str], ...]
    entries: tuple[tuple[int, int, str], ...]
    aux: tuple[str, ...] = ()
    is_given: bool = False
    functions: str
    composed: tuple[str, ...]


@dataclass(frozen=True, kw_only=True)
class VectorCode:
    """A function of the model with one component a state, or its derivative, as Python text.

    Attributes
    ----------
    statements : tuple of (str, str)
        Temporaries ``w_0``, ``w_1``, … and their expressions, in order of evaluation.
    result : tuple of str
        One expression a state, in terms of ``t``, ``s_*``, ``p_*``, ``a_*``, ``w_*`` and, of a
        derivative along a tangent vector, ``v_<state>``.
    aux : tuple of str
        The aux it uses, directly or not, in the order of `ModelCode.aux`.
    functions, composed
        As in `ModelCode`.
    """

    statements: tuple[tuple[str, str], ...]
    result: tuple[str, ...]
    aux: tuple[str, ...]
    functions: str
    composed: tuple[str, ...]


@dataclass(frozen=True, kw_only=True)
class Trigger:
    """One way in which the condition of a flow's event becomes true.

    Attributes
    ----------
    level : str
        A number, at least 0 where the trigger holds.
    guard : str
        The condition of the event where the trigger has just become true; empty: always.
    of_change : bool
        The level compares with a mark, the value at the beginning of the step.
    tree : Node
        The condition that the level stands for; where `of_change`, the value that is compared.
    """

    level: str
    guard: str = ""
    of_change: bool = False
    tree: Node = field(compare=False, repr=False)


@dataclass(frozen=True, kw_only=True)
class Assignment:
    """One statement of an action.

    Attributes
    ----------
    target : str
        Prefixed name of a state or parameter.
    value : str
        The new value, in terms of the values after the statements before.
    symbol, tree : Symbol, Node
        The same two as trees.
    """

    target: str
    value: str
    symbol: Symbol = field(compare=False, repr=False)
    tree: Node = field(compare=False, repr=False)


@dataclass(frozen=True, kw_only=True)
class EventCode:
    """One event as Python text.

    Attributes
    ----------
    name, tags : str, tuple of str
        As in the model file.
    phase : {"start", "end", "both"}
        When a map's event is tested; in a flow, "start" and "both" also test the initial state.
    repeated : bool
        Fires at every step's end at which the condition holds.
    located : bool
        Fires inside the step.
    triggers : tuple of Trigger
        For a flow.
    condition : str
        For a map, in terms of ``u_m<j>``, 1.0 where macro j holds.
    macros : tuple of (int, str)
        For a map: each macro's mark and the relation of ``before`` and ``now``.
    action : tuple of Assignment
        In sequence.
    log : tuple of (str, str)
        Names and values kept at each firing, besides its time.
    """

    name: str
    tags: tuple[str, ...]
    phase: str
    repeated: bool
    located: bool
    triggers: tuple[Trigger, ...]
    condition: str
    macros: tuple[tuple[int, str], ...]
    action: tuple[Assignment, ...]
    log: tuple[tuple[str, str], ...]


@dataclass(frozen=True, kw_only=True)
class EventsCode:
    """All events of a model as Python text.

    Attributes
    ----------
    events : tuple of EventCode
        In the order of the model file.
    marks : tuple of str
        Numbers that macros compare with their values before.
    functions, composed
        As in `ModelCode`, for the texts here and the aux.
    """

    events: tuple[EventCode, ...] = ()
    marks: tuple[str, ...] = ()
    functions: str = ""
    composed: tuple[str, ...] = ()

    @property
    def structure(self) -> list[object]:
        """Return what makes two sets of events need different code; tags are not among it."""
        parts: list[object] = [self.marks, self.functions, self.composed]
        for event in self.events:
            values = {name: repr(value) for name, value in vars(event).items() if name != "tags"}
            parts.append(sorted(values.items()))
        return parts


@dataclass(frozen=True, kw_only=True)
class Derivative:
    """A derivative along a direction, as Python text.

    Attributes
    ----------
    statements : tuple of (str, str)
        Temporaries ``w_0``, ``w_1``, … and their expressions, in order of evaluation.
    result : str
        In terms of ``t``, ``s_*``, ``p_*``, ``w_*`` and of the direction ``v_<state>``, ``v_t``.
    """

    statements: tuple[tuple[str, str], ...]
    result: str


@dataclass(frozen=True, kw_only=True)
class EventsTangent:
    """The derivatives of a model's events, along the state and time.

    Attributes
    ----------
    levels : tuple of tuple of (Derivative or None)
        For each event of a flow, of its triggers' levels; None where a tangent vector does not
        move the instant.
    actions : tuple of tuple of (Derivative or None)
        For each event, of the values that its action assigns, in sequence, in terms of the values
        and directions after the statements before; None for a parameter that has none.
    functions, composed
        As in `ModelCode`.
    """

    levels: tuple[tuple[Derivative | None, ...], ...]
    actions: tuple[tuple[Derivative | None, ...], ...]
    functions: str
    composed: tuple[str, ...]
