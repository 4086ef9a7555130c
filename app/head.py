"""The head of the page: whose it is, and how it looks; and the edge of its sidebar."""

import pathlib
from typing import Any

import panel as pn
import param

from app.theme import LARGE

_HERE = pathlib.Path(__file__).parent
_PAGE = (_HERE / "page_of.js").read_text("utf-8")

LOOK_ACTIONS = ("theme", "large type")
"""What `Look` does when it hears the event ``phasescope-action``."""


class Masthead(pn.custom.JSComponent):
    """Show the logo, the name of the application and the model's; name the browser's tab."""

    model_name = param.String("", doc="The model's name as people know it.")
    logo = param.String("", doc="The picture, as SVG.")

    _esm = (_HERE / "masthead.js").read_text("utf-8")

    def __init__(self, **params: Any) -> None:
        logo = (_HERE / "assets" / "logo.svg").read_text("utf-8")
        usual = {"sizing_mode": "stretch_width", "margin": 0, "align": "center"}
        super().__init__(**usual | {"logo": logo} | params)

    def take(self, model: Any) -> None:
        """Name another model."""
        self.model_name = model.spec.meta.title or model.name.replace("_", " ")


class Look(pn.custom.JSComponent):
    """Switch between dark and light and between usual and large type, and remember both.

    Without a choice the system's preference counts.  Every component's type is scaled by the
    document root's ``--phasescope-scale``.
    """

    large = param.Number(LARGE, constant=True, doc="How much larger large type is.")

    _esm = (_HERE / "look.js").read_text("utf-8") + _PAGE

    def __init__(self, **params: Any) -> None:
        super().__init__(**{"margin": 0, "align": "center", **params})


class Edge(pn.custom.JSComponent):
    """Let the reader set the width of the sidebar, by dragging or by the arrow keys."""

    usual = param.Number(330, constant=True, doc="Width at first, in pixels.")
    least = param.Number(220, constant=True, doc="Smallest width, in pixels.")
    most = param.Number(720, constant=True, doc="Largest width, in pixels.")
    crowded = param.Boolean(False, doc="Something else needs the room on a page without much.")

    _esm = (_HERE / "edge.js").read_text("utf-8") + _PAGE

    def __init__(self, **params: Any) -> None:
        super().__init__(**{"margin": 0, **params})
