"""Exceptions of the engine: every misuse is a `PhasescopeError` that says how to put it right."""

from collections.abc import Iterable
from difflib import get_close_matches

__all__ = [
    "ExpressionError",
    "FastpathUnsupported",
    "ModelError",
    "ModelWarning",
    "ObserverError",
    "PhasescopeError",
    "RunError",
    "SimError",
    "StepperError",
    "StorageError",
    "suggest",
]


class PhasescopeError(Exception):
    """Base of all errors the engine raises on purpose.

    Attributes
    ----------
    line, column : int or None
        Where in a model's text the fault lies, counted from 1; None where it lies in no text.
    """

    line: int | None = None
    column: int | None = None


class ModelError(PhasescopeError):
    """A model file or equations text that does not define a model."""


class ModelWarning(UserWarning):
    """A model file says something that has no effect here, or another one than it may seem."""


class ExpressionError(ModelError):
    """An expression outside the language of model files."""


class StepperError(PhasescopeError):
    """An unknown stepper, or one that does not suit the model."""


class ObserverError(PhasescopeError):
    """An unknown observer, or one that does not suit the model or the stepper."""


class SimError(PhasescopeError):
    """Settings from which no simulation can be made."""


class RunError(PhasescopeError):
    """A request that the run, in its present state, cannot fulfil."""


class FastpathUnsupported(PhasescopeError):  # noqa: N818
    """A simulation that needs the normal runner."""


class CompileError(PhasescopeError):
    """Another process has not compiled a problem."""


class CompileUnavailable(CompileError):  # noqa: N818
    """Another process cannot do it for this one; here it can be compiled all the same."""


class StorageError(PhasescopeError):
    """A file that cannot be written, or is not what it is read as."""


def suggest(name: str, candidates: Iterable[str], *, limit: int = 12) -> str:
    """Return the end of an error message that helps after an unknown `name`.

    Parameters
    ----------
    name : str
        What was asked for.
    candidates : iterable of str
        What there is.
    limit : int, optional
        How many candidates are listed at most when none is near.

    Returns
    -------
    str
        ``"; did you mean 'rho'?"``, else ``"; valid: a, b, c"``, or ``""`` without candidates.
    """
    known = list(dict.fromkeys(candidates))
    folded = {candidate.casefold(): candidate for candidate in known}
    wanted = name.casefold()
    # What is cut short is nearer than what has as many letters in common.
    begun = [text for text in folded if min(len(text), len(wanted)) > 2 and _begins(text, wanted)]
    close = get_close_matches(wanted, folded, n=1, cutoff=0.6)
    near = get_close_matches(wanted, close, n=1, cutoff=0.8) or begun or close
    if near:
        return f"; did you mean {folded[near[0]]!r}?"
    if not known:
        return ""
    shown = ", ".join(known[:limit])
    return f"; valid: {shown}" + (", …" if len(known) > limit else "")


def _begins(one: str, other: str) -> bool:
    return one.startswith(other) or other.startswith(one)
