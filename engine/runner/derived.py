"""What steppers call that is derived from the model.

To add one, write a function that takes the plan of a unit and returns definitions, and give it a
name in `DERIVED`; a stepper whose `needs` has that name finds the definitions in its unit.
"""

from collections.abc import Callable, Mapping
from types import MappingProxyType

from engine.runner import splitting
from engine.runner.expansion import expansion_functions
from engine.runner.jacobian import OUTLINED, jacobian_functions, second_derivative_functions
from engine.runner.noise import noise_functions
from engine.runner.plan import UnitPlan

__all__ = ["DERIVED", "derived_functions", "derived_outlined"]

DERIVED: Mapping[str, Callable[[UnitPlan], list[str]]] = MappingProxyType(
    {
        "drift": splitting.drift,
        "jacobian": jacobian_functions,
        "kick": splitting.kick,
        "noise": noise_functions,
        "second_derivatives": second_derivative_functions,
        "taylor": expansion_functions,
    }
)


def derived_outlined(plan: UnitPlan) -> tuple[str, ...]:
    """Return the functions among them that are compiled by themselves."""
    return OUTLINED if "jacobian" in plan.stepper.needs else ()


def derived_functions(plan: UnitPlan) -> list[str]:
    """Write the functions that the stepper of a unit needs of the model."""
    return [text for need in sorted(plan.stepper.needs) for text in DERIVED[need](plan)]
