"""Undo and redo for every control, by what has changed in the session's description."""

import threading
import time
from collections.abc import Callable, Mapping, Sequence
from typing import Any

import param

from widgets.differences import GONE, Path, change_words, differences
from widgets.document import Session
from widgets.live.keeping import Kept
from widgets.live.opening import put_back

MOST_ENTRIES = 200
"""Most changes that can be undone."""

SAME_S = 1.0
"""Seconds within which changes of the same things are one: a slider that is dragged."""

TOGETHER_S = 0.05
"""Seconds within which all changes are one: what one press of a button leads to."""

SETTLING_S = 3.0
"""Seconds after which something that was put back, and has not come there, counts as it is."""

WATCHED = (
    *("model", "parameters", "initial", "stepper", "dt", "rtol", "atol", "seed", "motions"),
    *("locked", "backward", "pause_when", "pause_armed", "speed", "fps", "disturbed"),
)
"""The run's own announcements after which there may be something to be undone."""


class Entry:
    """One change: what it is called, what it changed, and the orbit as it was before."""

    def __init__(self, words: str, changes: dict[Path, tuple[Any, Any]], at: float) -> None:
        self.words = words
        self.changes = changes
        self.at = at
        self.kept: Kept | None = None

    @property
    def of_model(self) -> bool:
        """Tell whether the model was another one before."""
        return any(path[0] == "model" for path in self.changes)


class History(param.Parameterized):
    """Remember changes of a session, and undo and redo them while the run goes on.

    Nobody has to tell it what is done: after every announcement of the run or of a part, the
    session's description is compared with the one before.  Changes of the same things that
    follow closely are one.  What moves by itself is no change.  Undoing changes back only what
    the change has changed, by the same commands; where the orbit was disturbed, by a kick, a
    reset, going back or another model, the orbit as it was goes on from where it was.

    Parameters
    ----------
    session : Session
        What is watched.
    clock : callable
        Wall time in seconds.
    """

    undo_words = param.String("", doc="What Undo would undo; empty: nothing.")
    redo_words = param.String("", doc="What Redo would do again; empty: nothing.")

    def __init__(self, session: Session, *, clock: Callable[[], float] = time.monotonic) -> None:
        super().__init__()
        self._session = session
        self._clock = clock
        self._lock = threading.RLock()
        self._done: list[Entry] = []
        self._undone: list[Entry] = []
        self._known: dict[str, Any] | None = None
        self._settling: dict[Path, tuple[Any, Any, float]] = {}
        self._begun_at = 0.0
        self._exchanging = 0
        self._disturbances = session.live.disturbed
        self._watching: list[tuple[Any, Any]] = []
        self._watch(session.live, WATCHED)

    def watch(self, announcer: Any, *names: str) -> None:
        """Compare whenever one of the parameters `names` of a part's view-model changes."""
        self._watch(announcer, names)

    def close(self) -> None:
        """Watch nothing any more."""
        for announcer, watcher in self._watching:
            announcer.param.unwatch(watcher)
        self._watching.clear()

    def look(self, *events: Any) -> None:
        """Compare the session with what is known of it, and note what has changed."""
        with self._lock:
            # Each time it is another list; whoever looks first has to see it.
            disturbances = self._session.live.disturbed
            if disturbances is self._disturbances:
                disturbances = []
            else:
                self._disturbances = disturbances
            if self._session.live.model is None:
                return
            present = self._session.sections()
            if self._known is None:
                self._begun_at = self._clock()
            if self._known is None or self._exchanging:
                self._known = present
                return
            changes = self._own(differences(self._known, present))
            self._known = present
            if self._clock() - self._begun_at < SAME_S and not _of_run(changes):
                # Views that make themselves at home with the first model are nobody's doing.
                changes = {}
            if changes or disturbances:
                self._note(changes, disturbances)
            self._tell()

    def undo(self) -> None:
        """Undo the latest change that is not undone yet; nothing where there is none."""
        self._turn(self._done, self._undone, back=True)

    def redo(self) -> None:
        """Do again what was undone last; nothing where something else was done since."""
        self._turn(self._undone, self._done, back=False)

    def _watch(self, announcer: Any, names: Sequence[str]) -> None:
        self._watching.append((announcer, announcer.param.watch(self.look, list(names))))

    def _own(self, changes: dict[Path, tuple[Any, Any]]) -> dict[Path, tuple[Any, Any]]:
        """Return the changes that somebody has made, not a motion, and not this history."""
        now = self._clock()
        moving = {*self._session.live.motions}
        found = {}
        for path, (before, after) in changes.items():
            old, wanted, since = self._settling.get(path, (GONE, GONE, -SETTLING_S))
            if now - since < SETTLING_S:
                if after == wanted:
                    del self._settling[path]
                if after in (old, wanted):
                    continue
            moved = path[:2] == ("run", "parameters") and path[-1] in moving
            # Where it was before it began to move belongs to its beginning.
            if moved and ("run", "motions", path[-1]) not in changes:
                continue
            found[path] = (before, after)
        for path in changes:
            if path[:2] == ("run", "motions") and changes[path][1] is not GONE:
                self._include_start(found, path)
        return found

    def _include_start(self, found: dict[Path, tuple[Any, Any]], path: Path) -> None:
        """Let undoing the beginning of a motion put the parameter back to where it was."""
        if path not in found or self._known is None:
            return
        place = ("run", "parameters", path[-1])
        value = self._known["run"]["parameters"].get(path[-1])
        if value is not None:
            found.setdefault(place, (value, value))

    def _note(self, changes: dict[Path, tuple[Any, Any]], disturbances: list[Kept]) -> None:
        now = self._clock()
        latest = self._done[-1] if self._done else None
        if latest is not None and not disturbances and self._continues(latest, changes, now):
            merged = {**latest.changes}
            for path, (before, after) in changes.items():
                merged[path] = (merged[path][0] if path in merged else before, after)
            latest.changes = {
                path: pair
                for path, pair in merged.items()
                if pair[0] != pair[1] or ("run", "motions", path[-1]) in merged
            }
            latest.at = now
            latest.words = _words(latest.changes, latest.kept)
            if not latest.changes and latest.kept is None:
                self._done.pop()
        else:
            entry = Entry("", changes, now)
            entry.kept = disturbances[0] if disturbances else None
            for kept in disturbances[1:]:
                kept.forget()
            entry.words = _words(changes, entry.kept)
            self._done.append(entry)
        forgotten = [*self._done[:-MOST_ENTRIES], *self._undone]
        del self._done[:-MOST_ENTRIES]
        self._undone.clear()
        for other in forgotten:
            if other.kept is not None:
                other.kept.forget()

    def _continues(
        self, latest: Entry, changes: Mapping[Path, tuple[Any, Any]], now: float
    ) -> bool:
        """Tell whether changes go on with the latest one: of the same things, soon after it."""
        if now - latest.at >= SAME_S:
            return False
        if now - latest.at < TOGETHER_S:
            return True
        # With another model a lot changes that nobody has asked for by itself.
        return {*changes} <= {*latest.changes} or latest.of_model

    def _turn(self, source: list[Entry], target: list[Entry], *, back: bool) -> None:
        with self._lock:
            self.look()
            if not source:
                return
            entry = source.pop()
            entry.at = -SAME_S
            target.append(entry)
            self._apply(entry, back=back)
            self._tell()

    def _apply(self, entry: Entry, *, back: bool) -> None:
        wanted = {path: pair[0] if back else pair[1] for path, pair in entry.changes.items()}
        live = self._session.live
        if entry.kept is not None:
            if entry.kept.orbit is None and entry.of_model:
                self._open(wanted)
                return
            self._exchanging += 1
            live.exchange(entry.kept, lambda: self._exchanged(entry, wanted))
            return
        self._put_back(wanted)

    def _exchanged(self, entry: Entry, wanted: dict[Path, Any]) -> None:
        """Put back the settings that do not come with the orbit."""
        with self._lock:
            live = self._session.live
            source = wanted.get(("model", "source")) or wanted.get(("model", "text"))
            if source is not None:
                live.source = source
            elif entry.of_model:
                live.source = live.model.text
            self._exchanging -= 1
            self._known = self._session.sections()
            self._put_back(wanted)
            self._tell()

    def _open(self, wanted: dict[Path, Any]) -> None:
        """Begin a model afresh whose orbit is no longer kept."""
        present = self._session.sections()
        model = {**present["model"], **_below(("model",), wanted)}
        run = {**present["run"]}
        for path, value in wanted.items():
            if path[0] == "run" and len(path) == 2:
                run[path[1]] = value
            elif path[0] == "run":
                run[path[1]] = {**run[path[1]], path[2]: value}
        for name in ("parameters", "initial", "motions"):
            run[name] = {key: value for key, value in run[name].items() if value is not GONE}
        self._exchanging += 1

        def opened(refused: str) -> None:
            with self._lock:
                self._exchanging -= 1
                self._known = self._session.sections()
                self._put_back({p: v for p, v in wanted.items() if p[0] not in ("model", "run")})

        source = model["source"] or model["text"]
        self._session.live.open_described({"model": model, "run": run}, source, opened)

    def _put_back(self, wanted: Mapping[Path, Any]) -> None:
        """Change back what is not yet as it is wanted, by the session's own commands."""
        now = self._clock()
        present = self._session.sections()
        differing = {
            path: value
            for path, value in wanted.items()
            if path[0] != "model" and _at(present, path) != value
        }
        for path, value in differing.items():
            self._settling[path] = (_at(present, path), value, now)
        changes: dict[str, Any] = {}
        for path, value in differing.items():
            if path[0] != "run":
                continue
            if len(path) == 2:
                changes[path[1]] = value
            elif value is not GONE or path[1] == "motions":
                changes.setdefault(path[1], {})[path[2]] = value
        if changes:
            put_back(self._session.live, changes)
        # A part announces every step on its way there, and none of them is a change of its own.
        self._exchanging += 1
        try:
            for name in dict.fromkeys(path[0] for path in differing if path[0] != "run"):
                self._session.parts[name].restore(
                    _with(present[name], {p[1:]: v for p, v in differing.items() if p[0] == name})
                )
        finally:
            self._exchanging -= 1
        self._known = self._session.sections()

    def _tell(self) -> None:
        self.param.update(
            undo_words=self._done[-1].words if self._done else "",
            redo_words=self._undone[-1].words if self._undone else "",
        )


def _words(changes: Mapping[Path, tuple[Any, Any]], kept: Kept | None) -> str:
    shown = {path: pair for path, pair in changes.items() if pair[0] != pair[1]}
    if any(path[0] == "model" for path in shown):
        return change_words(shown)
    if kept is None:
        return change_words(shown)
    # The direction of time is named once.
    if {*shown} == {("run", "backward")}:
        return kept.words
    return f"{change_words(shown)}, {kept.words}" if shown and len(shown) < 3 else kept.words


def _of_run(changes: Mapping[Path, tuple[Any, Any]]) -> bool:
    return any(path[0] in ("model", "run") for path in changes)


def _at(sections: Mapping[str, Any], path: Path) -> Any:
    value: Any = sections
    for name in path:
        if not isinstance(value, Mapping):
            return GONE
        value = value.get(name, GONE)
    return value


def _below(path: Path, wanted: Mapping[Path, Any]) -> dict[str, Any]:
    return {p[-1]: value for p, value in wanted.items() if p[: len(path)] == path}


def _with(described: Any, changes: Mapping[Path, Any]) -> Any:
    """Return a part's description with values changed at some paths; GONE takes them out."""
    if () in changes:
        return changes[()]
    made = dict(described)
    for path, value in changes.items():
        inner = made
        for name in path[:-1]:
            inner[name] = dict(inner.get(name) or {})
            inner = inner[name]
        if value is GONE:
            inner.pop(path[-1], None)
        else:
            inner[path[-1]] = value
    return made
