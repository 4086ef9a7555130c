"""Named numbers on the page: a slider where there is a range, and the exact value."""

import math
import pathlib
from collections.abc import Callable
from typing import Any

import panel as pn
import param

_HERE = pathlib.Path(__file__).parent

SLIDER_STEPS = 500
"""Steps of a slider whose model declares none."""


class Fields(pn.custom.JSComponent):
    """Show named numbers and report what the reader makes of them, while a slider is dragged.

    Parameters
    ----------
    on_edit : callable
        ``on_edit(name, value)``.
    """

    fields = param.List([], doc="What there is: dicts made by `field`.")
    values = param.Dict({}, doc="Values in effect, by name.")
    messages = param.Dict({}, doc="What was refused, by name, in words.")

    _esm = "\n".join(
        (_HERE / name).read_text("utf-8")
        for name in ("number_row.js", "value_aloud.js", "fields.js")
    )

    def __init__(self, on_edit: Callable[[str, float], None], **params: Any) -> None:
        super().__init__(**{"sizing_mode": "stretch_width", **params})
        self._on_edit = on_edit

    def _handle_msg(self, data: Any) -> None:
        self._on_edit(str(data["name"]), float(data["value"]))


def field(
    name: str,
    default: float,
    *,
    bounds: tuple[float, float] | None = None,
    step: float | None = None,
    scale: str = "linear",
    label: str = "",
    unit: str = "",
) -> dict[str, Any]:
    """Describe one number; with `bounds` it gets a slider, on a ``"log"`` scale if so declared.

    Keys nudge a number without a slider, on a ``"log"`` scale through 1, 2, 5, 10.
    """
    described: dict[str, Any] = {
        "name": name,
        "default": default,
        "label": label,
        "unit": unit,
        "slider": bounds is not None,
    }
    if bounds is None:
        return described | {"scale": scale, "step": step}
    low, high = bounds
    return described | {
        "min": low,
        "max": high,
        "step": round_step((high - low) / SLIDER_STEPS) if step is None else step,
        "scale": scale if low > 0.0 else "linear",
    }


def round_step(step: float) -> float:
    """Return the largest of 1, 2 or 5 times a power of ten that is not above `step`."""
    decade = 10.0 ** math.floor(math.log10(step))
    return max(m * decade for m in (1.0, 2.0, 5.0) if m * decade <= step * (1.0 + 1e-9))
