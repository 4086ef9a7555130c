"""The model's equations, typeset with the size of each term, and where they come from."""

import pathlib
from collections.abc import Callable
from typing import Any

import panel as pn
import panel_material_ui as pmui
import param

from widgets.live.live_run import LiveRun
from widgets.live.term_sizes import Row, Sizes, TermSizes

_HERE = pathlib.Path(__file__).parent

_NAMES = {
    "lyapunov_mle": "largest Lyapunov exponent",
    "lyapunov_spectrum": "Lyapunov spectrum",
    "poincare_section": "Poincaré section",
}


class EquationsPage(pn.custom.JSComponent):
    """Draw the equations; names in them are buttons."""

    rows = param.List([], doc="The lines, as `TermSizes` gives them.")
    left_out = param.Integer(0, doc="How many lines are not among them.")
    events = param.List([], doc="Condition and assignments of each event, as LaTeX.")
    version = param.Integer(0, doc="Grows with every new model.")
    sizes = param.List([], doc="How large the terms are, by row.")

    _esm = (_HERE / "equations.js").read_text("utf-8")

    def __init__(self, on_message: Callable[[dict[str, Any]], None], **params: Any) -> None:
        super().__init__(**{"sizing_mode": "stretch_width", **params})
        self._on_message = on_message

    def _handle_msg(self, data: Any) -> None:
        self._on_message(data)


class EquationsView(pn.viewable.Viewer):
    """Show the equations as a textbook would, the model's description and its source.

    Beneath each term of a right-hand side stands how large it is at present; a click on a name
    finds where it is set.

    Parameters
    ----------
    live : LiveRun
        What is watched.
    """

    def __init__(self, live: LiveRun) -> None:
        super().__init__()
        self._live = live
        self.equations = EquationsPage(self._heed)
        self.description = pn.pane.Markdown("", sizing_mode="stretch_width", margin=(0, 12))
        self.sizes = TermSizes(live, self._show_rows, self._show_sizes)
        live.param.watch(self._take_model, "model")
        self._take_model()

    def __panel__(self) -> pn.viewable.Viewable:
        return pmui.Column(self.equations, self.description, sizing_mode="stretch_width", margin=0)

    def close(self) -> None:
        """Stop measuring."""
        self.sizes.close()

    def _heed(self, told: dict[str, Any]) -> None:
        if "watched" in told:
            self.sizes.watch(bool(told["watched"]))
        elif "find" in told:
            self._live.find(str(told["find"]))

    def _show_rows(self, rows: list[Row], left_out: int, events: list[Any]) -> None:
        page = self.equations
        page.param.update(
            rows=rows, left_out=left_out, events=events, sizes=[], version=page.version + 1
        )

    def _show_sizes(self, sizes: Sizes) -> None:
        self.equations.sizes = sizes

    def _take_model(self, *events: Any) -> None:
        model = self._live.model
        if model is None:
            return
        meta = model.spec.meta
        reference = f"*{meta.reference}*" if meta.reference else ""
        paragraphs = (meta.description, _suggestions(model), reference)
        self.description.object = "\n\n".join(text for text in paragraphs if text)


def _suggestions(model: Any) -> str:
    """Say which views and observers the model's file suggests."""
    meta = model.spec.meta
    views = [_NAMES.get(name, name.replace("_", " ")) for name in meta.views]
    names = [observer.name for observer in meta.observers]
    observers = [_NAMES.get(name, name.replace("_", " ")) for name in names]
    told = [f"Worth seeing: {', '.join(views)}."] if views else []
    told += [f"Worth measuring: {', '.join(observers)}."] if observers else []
    return " ".join(told)
