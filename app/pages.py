"""The pages of the application: the instrument, and the gallery of models."""

from collections.abc import Callable
from typing import Any

import panel as pn
import panel_material_ui as pmui

from widgets import Explorer, Gallery


class Pages:
    """Show the instrument or the gallery, one in the place of the other.

    The instrument's run rests while the gallery is to be seen.

    Parameters
    ----------
    explorer : Explorer
        The instrument.
    gallery_first : bool
        Open with the gallery.
    """

    def __init__(self, explorer: Explorer, *, gallery_first: bool = False) -> None:
        self._explorer = explorer
        self.scope = pmui.Column(explorer.scope(), sizing_mode="stretch_both", margin=0)
        self._models = Gallery(self.open_model)
        self.gallery = pmui.Column(
            self._models, sizing_mode="stretch_both", margin=0, visible=False
        )
        self.switch = pmui.Button(
            label="Gallery",
            icon="apps",
            variant="text",
            color="primary",
            on_click=self._turn,
            # Panel takes a page's head to have the primary colour, and makes its texts white.
            sx={
                "color": "text.secondary",
                # On a phone its picture is enough to see, and its name is still read aloud.
                "@media (max-width: 520px)": {
                    "fontSize": 0,
                    "minWidth": 0,
                    "& .MuiButton-startIcon": {
                        "margin": 0,
                        "& *": {"fontSize": "1.5rem !important"},
                    },
                },
            },
            margin=(4, 4),
        )
        if gallery_first:
            self._turn()

    @property
    def main(self) -> list[pn.viewable.Viewable]:
        """Return what stands in the middle of the page."""
        return [self.scope, self.gallery]

    def actions(self) -> dict[str, Callable[..., None]]:
        """Return what keys do with the pages, by the names that shortcuts use."""
        return {"gallery": self._turn}

    def open_model(self, name: str) -> None:
        """Open a bundled model in the instrument."""
        self._explorer.choose_model(name)
        self._turn()
        if pn.state.location is not None:
            pn.state.location.search = f"?model={name}"

    def _turn(self, *events: Any) -> None:
        """Turn to the other page."""
        show_gallery = self.scope.visible
        if show_gallery:
            self._models.fill()
        self.scope.visible = not show_gallery
        self.gallery.visible = show_gallery
        self.switch.param.update(
            label="Instrument" if show_gallery else "Gallery",
            icon="show_chart" if show_gallery else "apps",
        )
