"""Every key of the instrument, in one place; and the component that listens for them.

To add one, register its action with the `Explorer` (or with the page, for what only a page has)
and name it in `SHORTCUTS`; the list under ``?`` and the contract test follow from there.
"""

import pathlib
from collections.abc import Callable, Mapping, Sequence
from dataclasses import asdict, dataclass
from typing import Any

import panel as pn
import param

_HERE = pathlib.Path(__file__).parent

PAGE_ACTIONS = ("keys", "fit all", "add view", "search", "in words")
"""What every page and cell does by itself, without the server."""

NUMBERS = tuple("123456789")


@dataclass(frozen=True, kw_only=True)
class Shortcut:
    """A key, or several that do the same, and what it stands for.

    Parameters
    ----------
    keys : tuple of str
        As the browser names them, with ``Space`` for the space bar; ``Ctrl+`` also means the
        Command key.
    words : str
        What it does, as the list of keys says it.
    action : str
        Name under which the action is registered.
    group : str
        Heading in the list of keys.
    repeats : bool
        It acts again while the key is held down, never faster than the server follows.
    numbered : bool
        The keys are digits, and the action is called with the number.
    """

    keys: tuple[str, ...]
    words: str
    action: str
    group: str
    repeats: bool = False
    numbered: bool = False

    def __post_init__(self) -> None:
        if not self.keys or not self.words or not self.action or not self.group:
            raise ValueError(f"a shortcut needs keys, words, an action and a group: {self}")
        if self.numbered and not set(self.keys) <= set(NUMBERS):
            raise ValueError(f"numbered keys are digits from 1 to 9: {self.keys}")


def _shortcut(keys: str, words: str, action: str, group: str, **more: bool) -> Shortcut:
    return Shortcut(keys=tuple(keys.split()), words=words, action=action, group=group, **more)


RUN, VIEWS, PAGE = "Run", "Views", "Page"

SHORTCUTS: tuple[Shortcut, ...] = (
    _shortcut("Space k", "Play or pause", "play or pause", RUN),
    _shortcut("s .", "One step", "step", RUN, repeats=True),
    _shortcut("e", "To the next event", "next event", RUN),
    _shortcut("c", "To the next crossing of a section", "next section", RUN),
    _shortcut("t", "Time backward, and forward again", "turn time round", RUN),
    _shortcut("b", "Back, as it was a moment earlier", "go back", RUN),
    _shortcut("h", "Back after a blow-up, with half the step", "go back with a remedy", RUN),
    _shortcut("r", "Reset to the initial state", "reset", RUN),
    _shortcut("p", "All parameters back to the model's own", "reset parameters", RUN),
    _shortcut("Ctrl+z", "Undo", "undo", RUN, repeats=True),
    _shortcut("Ctrl+y Ctrl+Shift+z", "Redo", "redo", RUN, repeats=True),
    _shortcut("[", "Slower", "slower", RUN, repeats=True),
    _shortcut("]", "Faster", "faster", RUN, repeats=True),
    _shortcut("m", "As fast as possible, and back", "fastest", RUN),
    _shortcut("f", "Fit all views", "fit all", VIEWS),
    _shortcut("1 2 3 4 5 6 7 8 9", "One view alone, and back", "view alone", VIEWS, numbered=True),
    _shortcut("Escape", "All views again", "all views", VIEWS),
    _shortcut("+", "Add a view", "add view", VIEWS),
    _shortcut("i", "What there is to see, in words", "in words", VIEWS),
    _shortcut("g", "Gallery of models, and back", "gallery", PAGE),
    _shortcut("o", "The text of the model, and back", "edit model", PAGE),
    _shortcut("/", "Search the parameters", "search", PAGE),
    _shortcut("d", "Dark or light", "theme", PAGE),
    _shortcut("l", "Large type", "large type", PAGE),
    _shortcut("?", "These keys", "keys", PAGE),
)


class Keys(pn.custom.JSComponent):
    """Listen for keys, have their actions done, and list them under ``?``.

    Keys typed into a field stay there, and a button that was reached by the Tab key keeps its
    space bar.  A key that is held down acts again only after the server has done what it asked
    for before.

    Parameters
    ----------
    actions : mapping of str to callable
        What is done, by the name of the action; a shortcut without one is not offered.
    shortcuts : sequence of Shortcut
        The keys.
    everywhere : bool
        Listen on the whole page, not only where the keyboard's focus is inside the cell.
    here : sequence of str
        Actions that the page does by itself: it hears the event ``phasescope-action``.
    """

    shortcuts = param.List([], doc="Dicts with the fields of `Shortcut`.")
    everywhere = param.Boolean(False, doc="Listen on the whole page.")

    _esm = "\n".join(
        (_HERE / name).read_text("utf-8") for name in ("shortcuts.js", "dialog.js", "in_words.js")
    )

    def __init__(
        self,
        actions: Mapping[str, Callable[..., None]],
        shortcuts: Sequence[Shortcut] = SHORTCUTS,
        *,
        everywhere: bool = False,
        here: Sequence[str] = (),
        **params: Any,
    ) -> None:
        self._actions = dict(actions)
        local = {*PAGE_ACTIONS, *here}
        super().__init__(
            shortcuts=[
                # What concerns the run does nothing while something else is to be seen.
                asdict(s) | {"here": s.action in local, "always": s.group == PAGE}
                for s in shortcuts
                if s.action in local or s.action in self._actions
            ],
            everywhere=everywhere,
            **{"margin": 0, "align": "center", **params},
        )

    def press(self, action: str, *number: int) -> None:
        """Do what a key stands for."""
        self._actions[action](*number)

    def _handle_msg(self, data: Any) -> None:
        try:
            self.press(str(data["action"]), *(int(n) for n in data["numbers"]))
        finally:
            self._send_msg({"done": data["seq"]})
