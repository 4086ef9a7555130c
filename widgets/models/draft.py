"""The text of a model while it is written: the view-model of the editor."""

import re
import weakref
from collections.abc import Callable
from dataclasses import asdict
from functools import partial
from typing import Any

import param

import engine
from widgets.live.limits import LIMITS, LimitError, Limits
from widgets.live.live_run import LiveRun, bundled_models
from widgets.live.model_size import check_size, check_text
from widgets.live.worker import Worker
from widgets.models.model_file import MOST_CHARACTERS, FileError, file_name, refuse_size, stem
from widgets.models.model_file import text_of as text_of_file
from widgets.models.templates import TEMPLATES

MOST_REMARKS = 100
"""Most remarks that are shown at once."""

FORMS = {"equations": "plain equations", "toml": "a TOML model file", "ode": "XPPAUT's .ode"}


class Draft(param.Parameterized):
    """Hold a text that is to become a model, say what is wrong with it, and apply it.

    The text is read on a thread of its own, the latest one only; the run is never disturbed
    before `apply`.  Everything but that thread's work returns at once.

    Parameters
    ----------
    live : LiveRun
        What runs the model; while nobody has changed the text, it is that of the run's model.
    """

    text = param.String("", doc="The text as it is now.")
    version = param.Integer(0, doc="Grows when the text is replaced by other than typing.")
    title = param.String("model", doc="The model's name, where the text gives none.")
    form = param.String("equations", doc="What the text is taken for, a key of `FORMS`.")
    remarks = param.List([], doc="What is wrong with the text: dicts with the fields of Remark.")
    read = param.Boolean(False, doc="The remarks are those of the present text.")
    changed = param.Boolean(False, doc="The text is not that of the model that runs.")
    note = param.String("", doc="What has happened, or why something has not, in words.")
    lost = param.String("", doc="What another form cannot say; asked for again, it is left out.")

    def __init__(self, live: LiveRun) -> None:
        super().__init__()
        self._live = live
        self._given_form = ""
        self._running = self._applying = ""
        self._model: engine.Model | None = None
        self._asked: tuple[str, str] | None = None
        self._reader = Worker(_nothing_else, name="phasescope-reader")
        live.param.watch(self._take_answer, "model_answers")
        live.param.watch(self._follow, ["model", "source"])
        self._follow()

    @property
    def usable(self) -> bool:
        """Tell whether the present text has been read and is a model."""
        return self.read and self._model is not None

    @property
    def model(self) -> Any:
        """Return the model of the text that was read last, None where it is none."""
        return self._model

    @property
    def file_name(self) -> str:
        """Return the name of the file that the text is saved in."""
        return file_name(self.title, self.form)

    def edit(self, text: str) -> None:
        """Take over what was typed, and have it read."""
        if text != self.text:
            self._take(text, note="", lost="")

    def new(self, template: str) -> None:
        """Begin a new model from one of `TEMPLATES`."""
        self._replace(TEMPLATES[template], "model", "", f"A new model, {template}: Apply runs it.")

    def open_model(self, name: str) -> None:
        """Open the text of a bundled model."""
        if name not in bundled_models():
            self.note = f"there is no bundled model {name[:60]!r}"
            return
        self._replace(engine.model_text(name), name, "", f"The text of {name}: Apply runs it.")

    def open_file(self, name: str, content: bytes) -> None:
        """Open a file that was chosen or dropped; one that is no text is refused in words."""
        try:
            text = text_of_file(name, content)
        except FileError as error:
            self.note = str(error)
            return
        form = "ode" if name.lower().endswith(".ode") else ""
        self._replace(text, stem(name), form, f"Opened {name[:60]}: Apply runs it.")

    def refuse_file(self, name: str, size: int) -> None:
        """Say why a file of this size is not even read."""
        try:
            refuse_size(name, size)
        except FileError as error:
            self.note = str(error)

    def show_as(self, form: str) -> None:
        """Write the text in another form, ``"equations"`` or ``"toml"``.

        Where that would lose something, `lost` says what; asked a second time, it is left out.
        """
        model = self._model
        if form == self.form:
            return
        if model is None or not self.read:
            self.note = "The text is not a model yet: put right what is marked first."
            return
        lost = _lost(self.text, model, form)
        if lost and self._asked != (form, self.text):
            self._asked = (form, self.text)
            self.lost = lost
            self.note = (
                f"{FORMS[form].capitalize()} cannot say {lost}. Press again to leave it out."
            )
            return
        applied = self._live.model is not None and not self.changed
        text = model.equations_text if form == "equations" else model.text
        self._replace(text, self.title, "", f"Now as {FORMS[form]}.")
        if applied and not lost:
            self._running = text
            self.changed = False

    def revert(self) -> None:
        """Go back to the text of the model that runs."""
        self.changed = False
        self._follow()
        self.note = "Back to the text of the model that runs."

    def apply(self) -> None:
        """Let the run go over to the model of the text; the orbit goes on by name."""
        if self.read and self._model is None:
            self.note = "The text is not a model yet: put right what is marked first."
            return
        self.note = "Applying …"
        self._applying = self.text
        self._live.apply_model(self.text, self._origin())

    def settle(self, timeout: float = 5.0) -> bool:
        """Wait until the text has been read; return False at the timeout (seconds)."""
        return self._reader.settle(timeout)

    def close(self) -> None:
        """End the thread that reads."""
        self._reader.close()

    def _origin(self) -> str:
        return f"{self.title}.ode" if self._given_form == "ode" else f"{self.title}.txt"

    def _take(self, text: str, **news: Any) -> None:
        """Have a text for the present one, and have it read."""
        if len(text) > MOST_CHARACTERS:
            words = (
                f"longer than {MOST_CHARACTERS:,} characters, which is the most the editor takes"
            )
            fault = {"kind": "error", "words": words, "line": None, "column": None, "width": 1}
            self._model = None
            self.param.update(text=text, remarks=[fault], read=True, changed=True, **news)
            return
        self.param.update(text=text, read=False, changed=text != self._running, **news)
        answer = weakref.WeakMethod(self._answered)
        self._reader.post("read", partial(_read, text, self._origin(), answer))

    def _replace(self, text: str, name: str, form: str, note: str) -> None:
        self._given_form = form
        self._asked = None
        self._take(text, title=name, version=self.version + 1, note=note, lost="")

    def _answered(self, text: str, reading: engine.Reading) -> None:
        self._live.deliver(partial(self._hear, text, reading))

    def _hear(self, text: str, reading: engine.Reading) -> None:
        if text != self.text:
            return
        self._model = reading.model
        remarks = [asdict(remark) for remark in reading.remarks[:MOST_REMARKS]]
        self.param.update(remarks=remarks, form=reading.form, read=True)

    def _follow(self, *events: Any) -> None:
        """Take over the text of the model that runs, unless another one is being written."""
        model, source = self._live.model, self._live.source
        if model is None or self._applying:
            return
        bundled = source in bundled_models()
        self._running = (
            engine.model_text(source) if bundled else source if _is_text(source) else model.text
        )
        if self.text == self._running:
            self.param.update(changed=False, title=model.name)
        elif self.changed and self.text:
            self.note = f"The run has gone over to {model.name}; the text here is kept."
        else:
            self._replace(self._running, model.name, "", "")

    def _take_answer(self, *events: Any) -> None:
        """Follow the run to another model, and say what became of a text that was applied."""
        applied, self._applying = self._applying, ""
        refused = self._live.messages.get("model", "")
        if refused:
            if applied:
                self.note = f"Not applied, the old model runs on: {refused}"
            return
        self._follow()
        if applied and self._live.source == applied:
            self.note = f"Applied: {self._live.carried or 'the run begins'}."


def _is_text(source: str) -> bool:
    return "\n" in source or "=" in source


def _read(
    text: str,
    origin: str,
    answered: "weakref.WeakMethod[Callable[[str, engine.Reading], None]]",
) -> None:
    reading = read_within_limits(text, origin)
    answer = answered()
    if answer is not None:
        answer(text, reading)


def read_within_limits(text: str, origin: str, limits: Limits = LIMITS) -> engine.Reading:
    """Read a text; a model that is larger than this server takes is an error of the whole text."""
    form = "equations"
    try:
        check_text(text, limits)
        reading = engine.read_model(text, origin)
        form = reading.form
        if reading.model is not None:
            check_size(reading.model, limits)
    except LimitError as error:
        fault = engine.Remark(kind="error", words=str(error))
        return engine.Reading(form=form, model=None, remarks=(fault,))
    return reading


def _nothing_else() -> bool:
    """Have the reading thread wait for the next text."""
    return False


def _lost(text: str, model: engine.Model, form: str) -> str:
    """Return what a text says that it would not say any more in another form, in words."""
    lost = ["its comments"] if re.search(r"#\s*\S", text) else []
    if form == "equations":
        said = re.search(r"^# not said here: (.*)$", model.equations_text, re.MULTILINE)
        lost += [said.group(1)] if said else []
    return " and ".join(lost)
