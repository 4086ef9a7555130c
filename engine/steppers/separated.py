"""What the symplectic steppers ask of a model."""

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from engine.model import Model


def not_separated(model: "Model") -> str:
    """Say why a flow is not that of a separable Hamiltonian, T(p, t) + V(q, t); empty if it is."""
    reason = model.separation.reason
    return f"{reason}; use rk4 or another stepper for any flow" if reason else ""
