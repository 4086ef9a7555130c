"""Rates of change that observers ask for, in models that have none."""

import re
from collections.abc import Sequence

from engine.errors import ObserverError
from engine.model import Model
from engine.observers.observer import ObserverModule, Rate
from engine.observers.resolve import expression_values

__all__ = ["check_rates"]

# What `engine.model.render.PREFIXES` makes of a state's symbol.
_STATE = re.compile(r"\bs_(\w+)")


def check_rates(observers: Sequence[ObserverModule], model: Model) -> None:
    """Check that what observers take the zeros of the rate of change of has such a rate.

    A path that noise drives has no derivative; the zeros of its drift are not its extrema.

    Raises
    ------
    ObserverError
        Noise drives a state that the expression depends on itself; with the way out.
    """
    if not model.noise:
        return
    noisy = {part.state for part in model.spec.noise}
    aux = dict(model.code.aux)
    for observer in observers:
        for name, given in observer.expressions.items():
            if not isinstance(given, Rate) or not given.essential:
                continue
            (value,) = expression_values(observer, model)[name]
            used = [value.code, *(aux[each] for each in value.aux)]
            driven = sorted(noisy & {state for text in used for state in _STATE.findall(text)})
            if driven:
                raise ObserverError(
                    f"observer {observer.key!r}: noise drives {driven[0]!r}, so {given.expr!r} has "
                    "no rate of change, and extrema at every scale; take values at a section "
                    f"instead, as in return_map(section='{driven[0]}', level=0.0) or "
                    f"poincare_section('{driven[0]}', 0.0)"
                )
