"""What a model generates: Python text in terms of prefixed names."""

from dataclasses import dataclass

__all__ = ["Expression", "ModelCode", "Tangent"]


@dataclass(frozen=True, kw_only=True)
class ModelCode:
    """The model as Python text in terms of ``t``, ``s_<state>``, ``p_<param>``, ``a_<aux>``.

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
    """

    code: str
    is_condition: bool
    aux: tuple[str, ...]
    functions: str
    composed: tuple[str, ...]


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
