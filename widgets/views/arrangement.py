"""What a screen needs of the views that it shows and of their places."""

from collections.abc import Mapping
from typing import Any, Protocol

import param

from widgets.views.packing import Frame


class Source(Protocol):
    """What a screen needs of a view."""

    columns: int
    shown: bool
    param: Any

    def draw(self, seen: Any) -> Frame | None:
        """Return the next frame."""
        ...

    def use(self, control: str, value: Any) -> None:
        """Do what a control stands for."""
        ...

    def place_at(self, t: float) -> list[float] | None:
        """Return where in the picture the orbit was at a time."""
        ...

    def face(self) -> dict[str, Any]:
        """Return title, labels and controls."""
        ...


class Arrangement(Protocol):
    """What a screen needs of what it shows: panes, their places, and who takes orders."""

    panes: Mapping[str, Source]
    maximised: str
    param: Any
    """With a parameter ``version``, which changes whenever panes or places do."""

    def layout(self) -> dict[str, Any]:
        """Return the places of the panes; see `Screen`."""
        ...

    def take_order(self, order: Mapping[str, Any]) -> None:
        """Add, remove or move panes, as a page asks."""
        ...


class Alone(param.Parameterized):
    """Arrange a single view, which stays where it is.

    Parameters
    ----------
    source : View
        What is shown.
    """

    version = param.Integer(0, constant=True)
    maximised = ""

    def __init__(self, source: Source) -> None:
        super().__init__()
        self.panes: Mapping[str, Source] = {"view": source}

    def layout(self) -> dict[str, Any]:
        """Return one column of one pane, which cannot be changed."""
        column = {"width": 1.0, "panes": [{"id": "view", "height": 1.0}]}
        return {"columns": [column], "maximised": "", "fixed": True, "menu": []}

    def take_order(self, order: Mapping[str, Any]) -> None:
        """Refuse: nothing can be arranged."""
        raise ValueError("a view that is shown alone has no other place")
