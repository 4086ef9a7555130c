"""How large a model is, and whether a server takes it."""

import ast

import engine
from widgets.live.limits import LIMITS, LimitError, Limits

_OPERATIONS = (ast.BinOp, ast.UnaryOp, ast.Call, ast.Compare, ast.IfExp, ast.BoolOp)


def operations(model: engine.Model) -> int:
    """Count the operations of a model's equations, functions and auxiliary variables."""
    code = model.code
    texts = (*code.rhs, *(text for _, text in code.aux), code.functions)
    return sum(
        isinstance(node, _OPERATIONS) for text in texts for node in ast.walk(ast.parse(text))
    )


def check_text(source: str, limits: Limits = LIMITS) -> None:
    """Refuse a text that is longer than this server reads.

    Raises
    ------
    LimitError
        It is.
    """
    if limits.text is not None and len(source) > limits.text:
        raise LimitError(
            f"the model's text has {len(source):,} characters; this server takes {limits.text:,} "
            "(PHASESCOPE_MAX_TEXT)"
        )


def check_size(model: engine.Model, limits: Limits = LIMITS) -> None:
    """Refuse a model that is larger than this server computes.

    Raises
    ------
    LimitError
        It has too many state variables or operations.
    """
    states = len(model.state_names)
    if limits.states is not None and states > limits.states:
        raise LimitError(
            f"model {model.name!r} has {states:,} state variables; this server takes "
            f"{limits.states:,} (PHASESCOPE_MAX_STATES)"
        )
    if limits.operations is None:
        return
    count = operations(model)
    if count > limits.operations:
        raise LimitError(
            f"the equations of model {model.name!r} have {count:,} operations; this server takes "
            f"{limits.operations:,} (PHASESCOPE_MAX_OPERATIONS)"
        )
