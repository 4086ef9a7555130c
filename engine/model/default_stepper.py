"""The integration method of a model that names none."""

__all__ = ["default_stepper"]


def default_stepper(kind: str, noisy: bool, calculus: str) -> str:
    """Return the stepper for a kind of model, with or without noise of a calculus."""
    if kind == "map":
        return "map"
    if not noisy:
        return "rk4"
    return "heun" if calculus == "stratonovich" else "euler_maruyama"
