"""An orbit that is computed at the pace of a clock, and remembered for the views."""

import math
import time
from collections import deque
from collections.abc import Callable, Mapping
from dataclasses import replace
from typing import Any

import engine
from widgets.live.columns import Piece, kept_pieces
from widgets.live.compiling import Compiling, begin, owed
from widgets.live.keeping import PlayerKeeping
from widgets.live.limits import LIMITS
from widgets.live.listener import Listener
from widgets.live.measuring import Measuring, measured
from widgets.live.moment import Moment
from widgets.live.motions import Motions
from widgets.live.pacing import Pace
from widgets.live.player_control import PlayerControl
from widgets.live.player_edits import PlayerEdits
from widgets.live.player_motions import PlayerMotions
from widgets.live.remedies import last_good_row
from widgets.live.reversal import UNMEASURED
from widgets.live.ring import Ring
from widgets.live.rows import early_rows, respaced
from widgets.live.sharing import Allowance
from widgets.live.timeline import Timeline
from widgets.live.whole_run import WholeRun

RING_ROWS = 1 << 17
"""Rows kept for the views: 20 minutes of a flow at 100 steps a second."""


class Player(PlayerMotions, PlayerControl, PlayerKeeping, PlayerEdits):
    """Advance one run in slices that are due, and keep its latest rows and its traces.

    Everything but reading the attributes happens on one thread, the worker's.

    Parameters
    ----------
    clock : callable
        Wall time in seconds; tests give their own.
    slice_s : float
        Longest wall time one slice may take, in seconds.
    ring_rows : int
        Rows kept for the views.
    compiling : Compiling, optional
        Who has runs compiled; they begin before that.
    allowance : Allowance, optional
        How much of a core may be computed on; all the time there is by default.
    """

    def __init__(
        self,
        *,
        clock: Callable[[], float] = time.monotonic,
        slice_s: float = 0.02,
        ring_rows: int = RING_ROWS,
        compiling: Compiling | None = None,
        allowance: Allowance | None = None,
    ) -> None:
        super().__init__()
        self.motions = Motions()
        self.unmovable = {}
        self.kept, self.disturbed, self._gesture = [], [], ("", 0.0)
        self.pace = Pace(1.0)
        self.allowance = Allowance(_all_of_it) if allowance is None else allowance
        self.compiling = Compiling() if compiling is None else compiling
        self.playing = False
        self.watched = True
        self.run: engine.Run | None = None
        self.initial: Mapping[str, float] = {}
        self.ring_rows = ring_rows
        self.ring = Ring((), ring_rows)
        self.measuring = Measuring()
        self.timeline = Timeline(clock=clock)
        self.whole = WholeRun()
        self.listeners: list[Listener] = []
        self._with_past: list[Listener] = []
        self.failure: engine.Failure | None = None
        self.ended = False
        self.moment = Moment()
        self.slice_s = slice_s
        self._clock = clock
        self._shown_t = self._initial_t = 0.0
        self._lagging = False
        self._kicked = False
        self._owed: tuple[engine.ObserverModule, ...] = ()
        self._edited_at: deque[int] = deque()

    @property
    def sim(self) -> engine.Sim | None:
        """Return the settings in force, in the model's own time; None before the first run."""
        return None if self.run is None else self.reversal.forward(self.run.sim)

    def build(
        self, sim: engine.Sim, *, observers: tuple[engine.ObserverModule, ...] | None = None
    ) -> None:
        """Begin a new run; the old one goes on when the engine refuses the new one.

        `observers`, those of `sim` by default, are put on wherever the stepper allows it.

        Raises
        ------
        engine.PhasescopeError
            The settings do not fit together.
        """
        wanted = sim.observers if observers is None else observers
        sim, _ = measured(sim, wanted)
        run = begin(sim, LIMITS.rows(len(sim.record), RING_ROWS))
        self._keep(f"model {sim.model.name}")
        self.initial, self._initial_t = sim.y0, sim.t0
        self.measuring.wanted = wanted
        self.reversal.begin(sim.model)
        self.pause_refused = self.breakpoints.adapt(sim.model)
        self._begin(run)

    def reset(self) -> None:
        """Go back to the initial state and time; parameters, settings and direction stay.

        Raises
        ------
        engine.PhasescopeError
            The initial state or a setting is refused.
        """
        self._start_from(self.initial, self._initial_t, self.backward, 0)

    def play(self) -> None:
        """Let `tick` advance the run from now on."""
        self._set_out()

    def pause(self) -> None:
        """Let `tick` leave the run alone."""
        self.playing = False
        self._forget_goal()

    def attend(self, watched: bool) -> None:
        """Let `tick` leave the run alone while nobody sees it, and go on from there later."""
        self.watched = watched
        self.pace.rest()

    def tick(self) -> bool:
        """Advance by what is due; return False while there is nothing to do."""
        if self.run is not None and self.compiling.follow(self.run, self._owed):
            self.put_on_owed()
        if not (self.playing and self.watched) or self.run is None:
            return False
        due = self.pace.due(self._clock())
        if not self.hurrying:
            self._shown_t += due
        rows = self.ring.total
        self._catch_up(self.run)
        self._respace(self.ring.total - rows)
        self._observe()
        return self.playing

    def go_back(self, duration: float) -> None:
        """Return to `duration` before the present time, or as far back as is known.

        After a blow-up it is at least back to where no variable ran away yet.

        Raises
        ------
        engine.PhasescopeError
            No earlier state is known.
        """
        run, time = self._present(), self.reversal.time
        t = min(self._shown_t, run.t) - duration
        if len(self.ring):
            if self.failure is not None:
                t = min(t, time(self.ring.row(last_good_row(self.ring))[0]))
            t = max(t, time(self.ring.row(self.ring.total - len(self.ring))[0]))
        else:
            t = run.t
        self._keep("go back")
        run.rewind(t=t)
        self.failure, self.ended, self.playing = None, False, False
        self.ring.truncate(time(run.t))
        self.timeline.truncate(time(run.t), self.ring.total, run.sim.params, backward=self.backward)
        self.whole.truncate(time(run.t))
        self.measuring.truncate(run.t)
        for listener in self.listeners:
            self._begin_listening(listener)
        self.measuring.follow(run.sim, run.t)
        self._shown_t = run.t
        self._kicked = False
        self.motions.go_back(run.t)
        self._restart_control()
        self._observe(generation=self.moment.generation + 1)

    @property
    def _rows_a_slice(self) -> int:
        return self.ring.capacity // 4

    def _present(self) -> engine.Run:
        if self.run is None:
            raise engine.RunError("no model is running yet")
        return self.run

    def _begin(self, run: engine.Run) -> None:
        sim = run.sim
        # A view may still be reading the old rows on another thread, so they stay as they are.
        rows = LIMITS.rows(len(sim.record), self.ring_rows)
        self.ring = Ring(sim.record, rows, backward=self.backward)
        self.measuring.begin(sim, UNMEASURED if self.backward else "")
        self.timeline.begin(sim.params)
        self.whole.begin(self.reversal.forward(sim).model, sim.record, backward=self.backward)
        t_before, self.run = run.t if self.run is None else self.run.t, run
        self.motions.adapt(sim.model.param_names, t_before, run.t)
        self._owed = () if self.backward else owed(sim, self.measuring.wanted)
        for listener in self.listeners:
            listener.begin()
        self.failure, self.ended = None, False
        self._shown_t = run.t
        self._lagging = self._kicked = False
        self.pace.rest()
        self._restart_control()
        self._absorb(*self._advanced(run, {"n_steps": 0}))
        self._record_early(run)
        self._observe(generation=self.moment.generation + 1)

    def _catch_up(self, run: engine.Run) -> None:
        """Advance to the time that is to be seen, as far as one slice's wall time allows."""
        left = min(self.slice_s, self.allowance.begin())
        end = time.monotonic() + left
        hurrying = self.hurrying
        bound = self._bound(run)
        self._begin_slice(run)
        while (
            self.playing
            and self._halt is None
            and left > 0.0
            and bound is not None
            and not self.motions.spent
        ):
            bound = self._moved(run, bound)
            self._advance(run, {**bound, "rows": self._rows_a_slice, "budget_s": left})
            left = end - time.monotonic()
            bound = self._bound(run)
        self.allowance.end()
        arrived = self._arrive(hurrying=hurrying)
        self._lagging = self.playing and self._halt is None and bound is not None and not hurrying
        if not arrived and (self._lagging or hurrying):
            self._shown_t = run.t

    def _respace(self, rows: int) -> None:
        """Put the rows of a stiff problem as far apart as suits the speed."""
        run = self._present()
        speed = math.inf if self.hurrying else self.pace.speed
        spacing = respaced(run.sim, rows, speed) if self.playing else None
        if spacing is not None:
            run.set_stepper(run.sim.stepper, sample_dt=spacing)

    def _record_early(self, run: engine.Run) -> None:
        """Take down what comes before the first row at an even time, for the whole orbit."""
        early = None if self.backward else early_rows(run.sim)
        if early is not None:
            between = (early.t > run.t) & (early.t < run.t + (run.sim.sample_dt or 0.0))
            self.whole.append(early.t[between], early.y[between], run.sim.params)

    def _bound(self, run: engine.Run) -> dict[str, Any] | None:
        """Return how far the run is to be advanced, None where it is far enough."""
        if self._goal is not None:
            return {"n_steps": self._goal - run.n_steps} if self._goal > run.n_steps else None
        if self.hurrying:
            return {}
        if run.sim.method.adaptive:
            return {"t": self._shown_t} if self._shown_t > run.t else None
        steps = math.floor((self._shown_t - run.t) / run.sim.dt + 1e-9)
        return {"n_steps": steps} if steps >= 1 else None

    def listen(self, listener: Listener, *, past: bool = False) -> None:
        """Let a listener hear of every row from now on, with `past` also of those still kept."""
        if listener in self.listeners:
            return
        self.listeners.append(listener)
        if past:
            self._with_past.append(listener)
        self._begin_listening(listener)

    def _begin_listening(self, listener: Listener) -> None:
        listener.begin()
        if listener in self._with_past and self.run is not None:
            for piece in kept_pieces(self.run.sim.model, self.ring, self.timeline):
                listener.take(piece)

    def unlisten(self, listener: Listener) -> None:
        """Let a listener hear of no more rows."""
        for heard in (self.listeners, self._with_past):
            if listener in heard:
                heard.remove(listener)

    def _absorb(self, piece: Piece, status: engine.Status) -> None:
        for listener in self.listeners:
            listener.take(piece)
        self.ring.append(piece.t, piece.y)
        self.whole.append(piece.t, piece.y, piece.params)
        self._kicked = self._kicked and not len(piece.t)
        self.measuring.append(piece.traces)
        if status in (engine.Status.NAN_DETECTED, engine.Status.STEPFAIL):
            self.failure = self._present().failure
        self.ended = status == engine.Status.EARLY_EXIT
        self.playing = self.playing and self.failure is None and not self.ended
        if not self.playing:
            self._forget_goal()

    def _note_edit(self, control: str, words: str, *, same: bool | None = None) -> None:
        """Remember from which row on an edit is to be seen, and put it on the timeline."""
        run, row = self._present(), self.ring.total
        # After an edit the run may go on from its last good state.
        self.failure, self.ended, self.paused_by = run.failure, False, ""
        self._edited_at.append(row)
        self.timeline.forget_rows_before(row - len(self.ring))
        t = self.reversal.time(run.t)
        self.timeline.note(control, words, t=t, row=row, params=run.sim.params, same=same)
        if control != "observers":
            self.measuring.note_change(run.t)

    def _observe(self, *, generation: int | None = None) -> None:
        """Take down what is to be seen now."""
        run = self._present()
        rows = self.ring.total
        if run.sim.method.adaptive and self._shown_t < run.t:
            shown = self.ring.rows_until(self.reversal.time(self._shown_t))
            rows = max(shown, rows - len(self.ring) + 1)
        t, values = self.ring.row(rows - 1) if rows else (self.reversal.time(run.t), {})
        edits = self.moment.edits
        while self._edited_at and (generation is not None or self._edited_at[0] < rows):
            self._edited_at.popleft()
            edits += 1
        self.moment = replace(
            self.moment,
            generation=self.moment.generation if generation is None else generation,
            rows=rows,
            edits=edits,
            t=t,
            n_steps=self.reversal.steps + run.n_steps,
            values={**values, **run.state} if self._kicked else values,
            lagging=self._lagging,
            failed=self.failure is not None,
            kicked=self._kicked,
            ring=self.ring,
        )


def _all_of_it() -> float:
    return math.inf
