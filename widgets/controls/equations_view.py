"""The model's equations, typeset, and where they come from."""

import re
from typing import Any

import panel as pn
import panel_material_ui as pmui

from widgets.live.live_run import LiveRun

# The page shows the MathML that KaTeX makes: it needs no font files, and is read aloud.
_TYPESET = """
math, math * { font-family: "STIX Two Math", "Latin Modern Math", "Cambria Math", math, serif; }
math { font-size: 1.18rem; }
mtd { padding: 0.15em 0; text-align: left; }
mtable mtable mtd:first-child { text-align: right; }
:host { overflow-x: auto; }
"""


_NAMES = {
    "lyapunov_mle": "largest Lyapunov exponent",
    "lyapunov_spectrum": "Lyapunov spectrum",
    "poincare_section": "Poincaré section",
}


class EquationsView(pn.viewable.Viewer):
    """Show the equations as a textbook would, the model's description and its source.

    Parameters
    ----------
    live : LiveRun
        What is watched.
    """

    def __init__(self, live: LiveRun) -> None:
        super().__init__()
        self._live = live
        self.equations = pn.pane.LaTeX(
            "",
            renderer="katex",
            sizing_mode="stretch_width",
            margin=(0, 12),
            stylesheets=[_TYPESET],
        )
        self.description = pn.pane.Markdown("", sizing_mode="stretch_width", margin=(0, 12))
        live.param.watch(self._take_model, "model")
        self._take_model()

    def __panel__(self) -> pn.viewable.Viewable:
        return pmui.Column(self.equations, self.description, sizing_mode="stretch_width", margin=0)

    def _take_model(self, *events: Any) -> None:
        model = self._live.model
        if model is None:
            return
        rows = r" \\ ".join(_plain(line).replace("=", "&=", 1) for line in model.latex())
        blocks = [rf"\begin{{aligned}}{rows}\end{{aligned}}"]
        for condition, assignments in model.latex_events():
            blocks.append(rf"\text{{when }} {_plain(condition)}\text{{:}}")
            blocks += [rf"\quad {_plain(assignment)}" for assignment in assignments]
        column = r" \\ ".join(blocks)
        self.equations.object = rf"$$\begin{{array}}{{l}}{column}\end{{array}}$$"
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


def _plain(line: str) -> str:
    """Leave out stretching brackets where nothing inside is tall: plain ones look better."""
    # As MathML a thin space is a character, which fonts of mathematics make narrow or leave out.
    line = line.replace(r"\,", r"\hspace{0.2em}")
    return line if r"\frac" in line else re.sub(r"\\(left|right)(?![a-z])", "", line)
