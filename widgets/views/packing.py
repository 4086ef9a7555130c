"""Frames as they travel to a page: their numbers in one array, the rest beside it."""

import json
import math
from collections.abc import Mapping
from types import MappingProxyType
from typing import Any

import numpy as np

Frame = dict[str, Any]

DEFAULTS: Mapping[str, Any] = MappingProxyType(
    {
        **{"append": False, "keep": 0, "points": False, "reset": False, "origin": 0.0, "edits": 0},
        **{"words": "", "notice": "", "log": (), "lines": ()},
    }
)
"""What a frame need not say."""


def packed(frames: Mapping[str, Frame]) -> dict[str, Any]:
    """Put all the numbers of some frames into one array, in the order of their curves."""
    pieces: list[Any] = []
    heads: list[dict[str, Any]] = []
    for pane, frame in frames.items():
        curves = [_packed_curve(curve, pieces) for curve in frame["curves"]]
        head = {**DEFAULTS, **frame, "pane": pane, "curves": curves}
        head.pop("seen", None)
        head["log"], head["lines"] = list(head["log"]), list(head["lines"])
        if frame.get("image") is not None:
            image = dict(frame["image"])
            pieces.append(np.asarray(image.pop("values"), np.float32).ravel())
            head["image"] = image
        heads.append(head)
    numbers = np.concatenate(pieces) if pieces else np.empty(0, np.float32)
    return {"frames": heads, "numbers": numbers}


def _packed_curve(curve: Mapping[str, Any], pieces: list[Any]) -> dict[str, Any]:
    deep = curve.get("z") is not None
    pieces += [np.asarray(curve[axis], np.float32) for axis in ("x", "y", "z")[: 2 + deep]]
    head = {key: value for key, value in curve.items() if key not in ("x", "y", "z")}
    return {"color": 0, **head, "count": len(curve["x"]), "deep": deep}


def written(heads: list[dict[str, Any]]) -> str:
    """Write what is not in the array as one text, which travels at a tenth of the cost.

    What is not finite is written as null.
    """
    try:
        return json.dumps(heads, allow_nan=False, default=_plain)
    except ValueError:
        return json.dumps(_finite(heads), default=_plain)


def _plain(value: Any) -> Any:
    """Return a number or an array of NumPy as Python's own."""
    return _finite(value.tolist())


def _finite(value: Any) -> Any:
    if isinstance(value, Mapping):
        return {key: _finite(item) for key, item in value.items()}
    if isinstance(value, list | tuple):
        return [_finite(item) for item in value]
    return None if isinstance(value, float) and not math.isfinite(value) else value
