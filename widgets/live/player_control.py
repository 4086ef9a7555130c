"""How a player pauses by itself, goes a number of steps, and turns round in time."""

from abc import ABC, abstractmethod
from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from typing import Any

import numpy as np

import engine
from widgets.live.breakpoints import UNTIL_EVENT, UNTIL_SECTION, Breakpoints, auto_pause, section
from widgets.live.columns import Array, Piece, evaluated
from widgets.live.measuring import Measuring
from widgets.live.moment import Moment
from widgets.live.pacing import Pace
from widgets.live.reversal import Reversal
from widgets.live.ring import Ring


@dataclass(frozen=True, kw_only=True)
class Halt:
    """Hold where a run pauses once that is to be seen.

    Attributes
    ----------
    t : float
        Time of the run, which grows also while the model's own time runs down.
    words : str
        Why.
    rest : Piece
        The rows after that one which the same step has given; they are looked at later.
    """

    t: float
    words: str
    rest: Piece


class PlayerControl(ABC):
    """The part of `Player` that says how far the run goes, and in which direction."""

    run: engine.Run | None
    ring: Ring
    moment: Moment
    pace: Pace
    initial: Mapping[str, float]
    measuring: Measuring
    playing: bool
    ended: bool
    failure: engine.Failure | None
    _shown_t: float
    _kicked: bool
    _keep: Callable[..., None]

    def __init__(self) -> None:
        self.breakpoints = Breakpoints()
        self.reversal = Reversal()
        self.paused_by = self.pause_refused = ""
        self._halt: Halt | None = None
        self._rest: Piece | None = None
        self._goal: int | None = None
        self._goal_words = ""

    @abstractmethod
    def _present(self) -> engine.Run:
        """Return the run; raise RunError where there is none yet."""

    @abstractmethod
    def _begin(self, run: engine.Run) -> None:
        """Go over to a run at its beginning."""

    @abstractmethod
    def _absorb(self, piece: Piece, status: engine.Status) -> None:
        """Take rows over."""

    @abstractmethod
    def _catch_up(self, run: engine.Run) -> None:
        """Advance as far as is due within a slice."""

    @abstractmethod
    def _observe(self, *, generation: int | None = None) -> None:
        """Take down what is to be seen now."""

    @abstractmethod
    def _begin_slice(self, run: engine.Run) -> None:
        """Let parameters that move by themselves know of the present speed."""

    @abstractmethod
    def _moved(self, run: engine.Run, bound: dict[str, Any]) -> dict[str, Any]:
        """Move parameters that are due, and return a bound no later than their next change."""

    @property
    def backward(self) -> bool:
        """Tell whether the model's time runs down."""
        return self.reversal.backward

    @property
    def hurrying(self) -> bool:
        """Tell whether the run goes as fast as possible: by its speed, or to a goal."""
        return self.pace.unlimited or self._goal is not None or bool(self.breakpoints.until)

    @property
    def goal_words(self) -> str:
        """Say to where the run hurries, in words; empty where it just goes on."""
        if self._goal is not None:
            left = max(self._goal - self._present().n_steps, 0)
            return f"{left:,} {self._steps_word()} more"
        return f"to the next {self.breakpoints.until}" if self.breakpoints.until else ""

    def _steps_word(self) -> str:
        return "iterations" if self._present().sim.model.kind == "map" else "steps"

    def step(self, n: int = 1) -> None:
        """Pause, and advance by accepted steps; what one slice does not reach, `tick` does.

        Raises
        ------
        engine.RunError
            The number is not positive.
        """
        if n < 1:
            raise engine.RunError(f"{n} steps: give a whole number from 1 on")
        if not self._set_out() or self.run is None:
            return
        self._goal = self.run.n_steps + n
        self._goal_words = "" if n == 1 else f"{n:,} {self._steps_word()} are done"
        if n == 1:
            # However long it takes, so that as many steps are taken as are asked for.
            self._begin_slice(self.run)
            self._advance(self.run, self._moved(self.run, {"n_steps": 1}))
            if not self._arrive(hurrying=True):
                self._shown_t = self.run.t
        else:
            self._catch_up(self.run)
        self._observe()

    def run_until(self, what: str) -> None:
        """Go on as fast as possible to the next event or section, by its name.

        Raises
        ------
        engine.RunError
            The model has no events, or no view shows a section.
        """
        sim = self._present().sim
        if what == UNTIL_EVENT and not sim.model.events.events:
            raise engine.RunError(f"{self.reversal.forward(sim).model.name} has no events")
        if what == UNTIL_SECTION and not self.breakpoints.sections:
            raise engine.RunError("no view shows a section of this model; add a Poincaré section")
        if self._set_out():
            self.breakpoints.until = what
            self._look_from_here()

    def set_pause_when(self, text: str, armed: bool) -> None:
        """Choose the expression that pauses the run, from the present state on; "" for none.

        Raises
        ------
        engine.PhasescopeError
            The text is no expression of the model's variables.
        """
        model = self.reversal.forward(self._present().sim).model
        auto = auto_pause(model, text) if text.strip() else None
        self.breakpoints.auto, self.breakpoints.armed = auto, armed
        self._look_from_here()

    def set_section(self, name: str, text: str, level: float, direction: str) -> None:
        """Let `run_until` know a section, in place of one of the same name.

        Raises
        ------
        engine.PhasescopeError
            The text is no expression of the model's variables.
        """
        model = self.reversal.forward(self._present().sim).model
        self.breakpoints.sections[name] = section(model, text, level, direction)
        self._look_from_here()

    def drop_section(self, name: str) -> None:
        """Forget a section, where there is one of this name."""
        self.breakpoints.sections.pop(name, None)

    def turn(self, backward: bool) -> None:
        """Begin a run at the state to be seen, in which time runs the other way.

        Raises
        ------
        engine.PhasescopeError
            The model cannot be undone.
        """
        if backward == self.backward:
            return
        run = self._present()
        seen = self._seen()
        values = dict(zip(seen.names, seen.y[-1].tolist(), strict=True))
        states = {name: values[name] for name in run.state}
        self._start_from(states, float(seen.t[-1]), backward, self.moment.n_steps)

    def _start_from(
        self, values: Mapping[str, float], t: float, backward: bool, steps: int
    ) -> None:
        """Begin a run at a state and model time, in a direction; the settings stay."""
        sim = self.reversal.forward(self._present().sim).replace(y0=values, t0=t)
        run = self.reversal.start(sim, backward=backward, wanted=self.measuring.wanted)
        turned = "time runs " + ("backward" if backward else "forward")
        self._keep("begin again" if backward == self.backward else turned)
        self.reversal.backward = backward
        self.reversal.steps = steps
        self._begin(run)

    def _set_out(self) -> bool:
        """Get ready to go on towards a goal; return False where the run cannot."""
        self._forget_goal()
        self.playing = self.run is not None and self.failure is None and not self.ended
        self.paused_by = "" if self.playing else self.paused_by
        self.pace.rest()
        return self.playing

    def _forget_goal(self) -> None:
        self._goal = None
        self.breakpoints.until = ""

    def _restart_control(self) -> None:
        """Forget what belongs to the rows that are no longer the past of those to come."""
        self._forget_goal()
        self._halt = self._rest = None
        self.paused_by = ""
        self._look_from_here()

    def _look_from_here(self) -> None:
        """Let the breakpoints know the state to be seen, and look at what comes after it."""
        if self.run is None or not self.breakpoints.active:
            return
        seen = self._seen()
        self.breakpoints.begin(seen)
        t, y = self.ring.read(self._rows_seen(), self.ring.total)[1:]
        unseen = len(t) and not self._kicked
        self._rest = self._piece(t, y.T, names=self.ring.names) if unseen else None

    def _rows_seen(self) -> int:
        return self.moment.rows if self.moment.ring is self.ring else self.ring.total

    def _seen(self) -> Piece:
        """Return the state to be seen as one row, which a kick may have put where no row is."""
        run, rows = self._present(), self._rows_seen()
        states = run.state
        if rows and not self._kicked and {*states} <= {*self.ring.names}:
            _, t, y = self.ring.read(rows - 1, rows)
            if len(t):
                return self._piece(t, y.T, names=self.ring.names)
        y = np.array([list(states.values())], np.float64)
        return self._piece(np.array([self.reversal.time(run.t)]), y, names=tuple(states))

    def _piece(self, t: Array, y: Array, *, names: tuple[str, ...], **given: Any) -> Piece:
        sim = self._present().sim
        return Piece(
            model=self.reversal.forward(sim).model,
            names=names,
            t=t,
            y=y,
            params=sim.params,
            first=self.ring.total,
            kicked=self._kicked,
            backward=self.backward,
            **given,
        )

    def _advanced(self, run: engine.Run, bound: Mapping[str, Any]) -> tuple[Piece, engine.Status]:
        """Advance within bounds, and return the rows in the model's own time."""
        chunk = run.advance(**bound)
        time, events = self.reversal.times, chunk.events
        logs = {name: {**log, "t": time(log["t"])} for name, log in events.items()}
        piece = self._piece(
            time(chunk.t), chunk.y, names=run.sim.record, traces=chunk.traces, events=logs
        )
        if self.backward and piece.model.kind == "map":
            piece = _with_own_aux(piece)
        return piece, chunk.status

    def _advance(self, run: engine.Run, bound: Mapping[str, Any]) -> None:
        """Advance within bounds, but only to the first row at which something pauses.

        Nobody hears of rows beyond it: from a snapshot before them the run is advanced again,
        to the same bits, no farther than that row.
        """
        if not self.breakpoints.active:
            self._absorb(*self._advanced(run, bound))
            return
        if self._rest is not None:
            rest, self._rest = self._rest, None
            if self._look_at(rest):
                return
        before, t_before = run.snapshot(), run.t
        piece, status = self._advanced(run, bound)
        hit = self.breakpoints.check(piece)
        if hit is None:
            self._absorb(piece, status)
            return
        run.restore(before)
        t = float(self.reversal.times(piece.t)[hit.row])
        if run.sim.sampled or run.sim.record_interval != 1:
            exactly: dict[str, Any] = {"t": t}
        else:
            # The row of the step at which the piece begins may still have been owed.
            owed = float(self.reversal.times(piece.t)[0]) <= t_before
            exactly = {"n_steps": hit.row + 1 - int(owed)}
        again, status = self._advanced(run, exactly)
        self._absorb(again, status)
        self._halt = Halt(t=t, words=hit.words, rest=_after(again, hit.row))

    def _look_at(self, rest: Piece) -> bool:
        """Look at rows of a step that was paused in the middle; return whether they pause."""
        hit = self.breakpoints.check(rest)
        if hit is None:
            return False
        t = float(self.reversal.times(rest.t)[hit.row])
        self._halt = Halt(t=t, words=hit.words, rest=_after(rest, hit.row))
        return True

    def _arrive(self, *, hurrying: bool) -> bool:
        """Pause where something has asked for it, once that is to be seen; return whether so."""
        run, halt = self._present(), self._halt
        if halt is not None and (hurrying or halt.t <= self._shown_t or not run.sim.sampled):
            self._halt, self._rest = None, halt.rest
            self._shown_t = halt.t
            self._stand(halt.words)
        elif halt is None and self._goal is not None and run.n_steps >= self._goal:
            self._shown_t = run.t
            self._stand(self._goal_words)
        else:
            return False
        return True

    def _stand(self, words: str) -> None:
        self.playing = False
        self.paused_by = words
        self._forget_goal()


def _after(piece: Piece, row: int) -> Piece:
    """Return the rows of a piece behind one."""
    first = piece.first + row + 1
    return replace(piece, t=piece.t[row + 1 :], y=piece.y[row + 1 :], first=first, events={})


def _with_own_aux(piece: Piece) -> Piece:
    """Return rows with the aux that the map has there, not before the iteration that is undone."""
    y = piece.y.copy()
    for place, name in enumerate(piece.names):
        if name.startswith("aux."):
            y[:, place] = evaluated(piece, name)
    return replace(piece, y=y)
