"""Integration methods, one file each.

To add one, write a file here with a pure `step` and ``STEPPER = Stepper(...)``; nothing else
needs to change, and the contract tests run it.
"""

import importlib
import pkgutil
from collections.abc import Mapping
from types import MappingProxyType
from typing import TYPE_CHECKING

from engine.errors import StepperError, suggest
from engine.steppers.stepper import Stepper

if TYPE_CHECKING:
    from engine.model import Model

__all__ = [
    "STEPPERS",
    "Stepper",
    "adaptive_with_lags",
    "find_stepper",
    "fitting_stepper",
    "list_steppers",
]


def _registered() -> Mapping[str, Stepper]:
    found: dict[str, Stepper] = {}
    for module_info in pkgutil.iter_modules(__path__):
        module = importlib.import_module(f"{__name__}.{module_info.name}")
        if "STEPPER" in vars(module):
            stepper: Stepper = module.STEPPER
            found[stepper.name] = stepper
    return MappingProxyType(found)


STEPPERS = _registered()


def list_steppers(kind: str | None = None, *, model: "Model | None" = None) -> tuple[Stepper, ...]:
    """List the steppers, all, those of one kind, or those that can step a model.

    Parameters
    ----------
    kind : {"ode", "map"}, optional
        Keep only the steppers of this kind.
    model : Model, optional
        Keep only the steppers that fit this model.

    Returns
    -------
    tuple of Stepper
        In the order of their convergence order, then by name.
    """
    if kind not in (None, "ode", "map"):
        raise StepperError(f"kind {kind!r} is not 'ode' or 'map'")
    chosen = [s for s in STEPPERS.values() if kind in (None, s.kind)]
    if model is not None:
        chosen = [s for s in chosen if s.kind == model.kind and not _misfit(s, model)]
    return tuple(sorted(chosen, key=lambda s: (s.adaptive, s.order, s.name)))


def find_stepper(name: str, kind: str) -> Stepper:
    """Return the stepper of this name or alias.

    Raises
    ------
    StepperError
        No stepper has this name, or it is for the other kind of model.
    """
    for stepper in STEPPERS.values():
        if name == stepper.name or name in stepper.aliases:
            if stepper.kind != kind:
                valid = ", ".join(s.name for s in list_steppers(kind))
                raise StepperError(
                    f"stepper {name!r} is for {_PLURAL[stepper.kind]}, "
                    f"the model is one of the {_PLURAL[kind]}; valid: {valid}"
                )
            return stepper
    names = [s.name for s in list_steppers(kind)]
    raise StepperError(f"unknown stepper {name!r}{suggest(str(name), names)}")


def fitting_stepper(name: str, model: "Model") -> Stepper:
    """Return the stepper of this name or alias if it can step a model.

    Raises
    ------
    StepperError
        No stepper has this name, it is for the other kind of model, or the model lacks what the
        method needs; the message says why and what to use instead.
    """
    stepper = find_stepper(name, model.kind)
    reason = _misfit(stepper, model)
    if model.lags and stepper.adaptive:
        reason = adaptive_with_lags(model.lags[0])
    if reason:
        raise StepperError(f"stepper {stepper.name!r} cannot step {model.name!r}: {reason}")
    return stepper


def _misfit(stepper: Stepper, model: "Model") -> str:
    """Return why a stepper of the model's kind cannot step it; empty where it can."""
    if model.noise and not stepper.stochastic:
        able = [s.name for s in list_steppers("ode") if s.stochastic]
        fitting = " or ".join(repr(n) for n in able if STEPPERS[n].misfit is None)
        return f"the model has noise, which this method does not take; use {fitting}"
    return "" if stepper.misfit is None else stepper.misfit(model)


def adaptive_with_lags(lag: str) -> str:
    """Say why a delayed state, as in `Model.lags`, needs steps of one size, and what to do."""
    state, _, steps = lag.rpartition("_")
    return (
        f"lag_{state}({steps}) counts steps of a fixed size, and its steps vary; choose a fixed "
        "step, as in stepper='rk4'"
    )


_PLURAL = {"ode": "flows", "map": "maps"}
