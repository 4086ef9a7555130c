"""Checks of what a model file says and no equation uses."""

from engine.errors import ModelError, suggest
from engine.model.names import Scope
from engine.model.resolution import resolved
from engine.model.spec import ModelSpec

__all__ = ["check_unused_parts"]


def check_unused_parts(spec: ModelSpec, scope: Scope) -> None:
    """Look into what a run may need later: better an error now than then.

    Raises
    ------
    ModelError
        If a part of the specification that no equation uses makes no sense.
    """
    for equation in spec.inverse:
        resolved(equation.formula, scope)
    if spec.sim.stop is not None:
        resolved(spec.sim.stop.condition, scope)
    recordable = (*(s.name for s in spec.states), *(f"aux.{aux.name}" for aux in spec.aux))
    if not isinstance(spec.sim.record, bool):
        for name in spec.sim.record:
            if name not in recordable:
                place = spec.place("sim", "record")
                raise ModelError(f"{place}: unknown name {name!r}{suggest(name, recordable)}")
    for name in spec.meta.axes:
        if name != "t" and name not in recordable:
            place = spec.place("meta", "axes")
            raise ModelError(f"{place}: unknown name {name!r}{suggest(name, recordable)}")
