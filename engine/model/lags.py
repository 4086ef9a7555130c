"""Delayed states: ``lag_x(k)`` is state x, k steps ago."""

import re
from collections.abc import Iterable, Sequence

from engine.model.generated import EventsCode, ModelCode
from engine.model.nodes import Symbol

__all__ = ["LAG", "MAX_LAG", "lag_symbol", "lags_in", "state_and_steps", "written_code"]

LAG = "lag_"
MAX_LAG = 1_000
# What `engine.model.render.PREFIXES` makes of a lag's symbol.
_WRITTEN = re.compile(r"\bl_(\w+)")


def lag_symbol(state: str, steps: int) -> Symbol:
    """Return the symbol of a state so many steps ago."""
    return Symbol("lag", f"{state}_{steps}")


def state_and_steps(lag: str) -> tuple[str, int]:
    """Return the state that a lag such as ``x_3`` stands for, and how many steps ago."""
    state, _, steps = lag.rpartition("_")
    return state, int(steps)


def lags_in(code: Iterable[str], states: Sequence[str]) -> tuple[str, ...]:
    """Return the lags that generated code names, by state and steps."""
    found = {lag for text in code for lag in _WRITTEN.findall(text)}

    def place(lag: str) -> tuple[int, int]:
        state, steps = state_and_steps(lag)
        return states.index(state), steps

    return tuple(sorted(found, key=place))


def written_code(code: ModelCode, events: EventsCode, *, moving: bool = False) -> list[str]:
    """Return a model's code; where `moving`, without aux that the orbit does not depend on."""
    written = list(code.rhs)
    if events.events:
        written.append(repr(events.structure))
    # Events may use any of the aux.
    every = not moving or bool(events.events)
    return [*written, *(text for name, text in code.aux if every or name in code.rhs_aux)]
