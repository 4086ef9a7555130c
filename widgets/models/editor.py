"""The model editor on the page."""

import base64
import binascii
import pathlib
from collections.abc import Callable
from typing import Any

import panel as pn
import param
from panel.models.ace import AcePlot

from widgets.live.live_run import LiveRun, bundled_models
from widgets.models.draft import Draft
from widgets.models.model_file import MOST_CHARACTERS
from widgets.models.templates import TEMPLATES
from widgets.models.warm_up import warm_up

_HERE = pathlib.Path(__file__).parent
_ACE = AcePlot.__javascript_raw__[0]


class EditorArea(pn.custom.JSComponent):
    """Draw the editor; its text comes from the page, and from `text` when `version` grows."""

    text = param.String("")
    version = param.Integer(0)
    title = param.String("")
    form = param.String("")
    remarks = param.List([])
    changed = param.Boolean(False)
    note = param.String("")
    file_name = param.String("")
    open = param.Boolean(False)
    templates = param.List([])
    models = param.List([])
    most = param.Integer(MOST_CHARACTERS)
    ace = param.String("", doc="Path of the code editor that Panel brings along.")

    _esm = "".join((_HERE / name).read_text("utf-8") for name in ("code_area.js", "editor.js"))

    def __init__(self, on_message: Callable[[dict[str, Any]], None], **params: Any) -> None:
        super().__init__(**{"sizing_mode": "stretch_both", **params})
        self._on_message = on_message

    def _handle_msg(self, data: Any) -> None:
        self._on_message(data)


class Editor(pn.viewable.Viewer):
    """Let the reader write a model while the old one runs on, and apply it.

    Parameters
    ----------
    live : LiveRun
        What runs the model.
    """

    open = param.Boolean(False, doc="The editor is to be seen.")

    def __init__(self, live: LiveRun) -> None:
        super().__init__()
        self.draft = Draft(live)
        self.area = EditorArea(
            self._heed,
            templates=list(TEMPLATES),
            models=[[name, name.replace("_", " ")] for name in bundled_models()],
            ace="static/extensions/panel/bundled/aceplot/" + _ACE.partition("/npm/")[2],
        )
        self._acts: dict[str, Callable[[dict[str, Any]], None]] = {
            "edit": lambda told: self.draft.edit(str(told["text"])),
            "apply": lambda told: self.draft.apply(),
            "new": lambda told: self.draft.new(str(told["template"])),
            "open": lambda told: self.draft.open_model(str(told["name"])),
            "file": self._open_file,
            "too large": lambda told: self._refuse(str(told["name"]), int(told["size"])),
            "form": lambda told: self.draft.show_as(str(told["form"])),
            "revert": lambda told: self.draft.revert(),
            "close": lambda told: self.param.update(open=False),
        }
        facts = ["version", "title", "form", "remarks", "changed", "note"]
        self.draft.param.watch(self._show, facts)
        self.param.watch(self._open, "open")
        self._show()

    def __panel__(self) -> pn.viewable.Viewable:
        return self.area

    def close(self) -> None:
        """Stop reading."""
        self.draft.close()

    def _heed(self, told: dict[str, Any]) -> None:
        act = self._acts.get(str(told.get("do")))
        if act is not None:
            act(told)

    def _open_file(self, told: dict[str, Any]) -> None:
        name = str(told["name"])
        try:
            content = base64.b64decode(str(told["content"]), validate=True)
        except binascii.Error:
            content = b"\0"
        self.draft.open_file(name, content)
        self.open = True

    def _refuse(self, name: str, size: int) -> None:
        self.draft.refuse_file(name, size)
        self.open = True

    def _open(self, *events: Any) -> None:
        if self.open:
            warm_up()
        self._show()

    def _show(self, *events: Any) -> None:
        draft = self.draft
        news = {
            "title": draft.title,
            "form": draft.form,
            "remarks": draft.remarks,
            "changed": draft.changed,
            "note": draft.note,
            "file_name": draft.file_name,
            "open": self.open,
        }
        if draft.version != self.area.version:
            news |= {"text": draft.text, "version": draft.version}
        self.area.param.update(news)
