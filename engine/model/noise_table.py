"""The noise of a model file: the table `[noise]` and what `[model] calculus` says of it."""

from typing import Literal, cast

from engine.errors import suggest
from engine.model.spec import Noise
from engine.model.tables import Table

__all__ = ["read_calculus", "read_noise"]


def read_noise(table: Table, names: list[str], kind: str) -> tuple[Noise, ...]:
    """Return the amplitudes of the noise, in the order of the states `names`."""
    if table.content and kind == "map":
        raise table.fail("", "noise drives flows; a map has none")
    for name in table.content:
        if name not in names:
            raise table.fail(name, f"there is no state {name!r}{suggest(name, names)}")
    given = (name for name in names if name in table.content)
    return tuple(Noise(state=name, formula=table.formula(name)) for name in given)


def read_calculus(header: Table, noisy: bool) -> Literal["ito", "stratonovich"]:
    """Return what the header says about the stochastic integral, Itô's where it says nothing."""
    if "calculus" not in header.content:
        return "ito"
    if not noisy:
        raise header.fail("calculus", "this says what noise means, and there is no [noise]")
    spelled = header.text("calculus").lower().replace("ô", "o")
    choices = ("ito", "stratonovich")
    if spelled not in choices:
        given = header.content["calculus"]
        raise header.fail("calculus", f"unknown value {given!r}{suggest(spelled, choices)}")
    return cast(Literal["ito", "stratonovich"], spelled)
