"""An orbit that is computed at the pace of a clock, and remembered for the views."""

import math
import time
from collections import deque
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field, replace
from typing import Any

import engine
from widgets.live.measuring import Measuring, measured
from widgets.live.pacing import Pace, speed_to_show
from widgets.live.ring import Ring

RING_ROWS = 1 << 17
"""Rows kept for the views: 20 minutes of a flow at 100 steps a second."""

ROWS_A_SECOND = 250.0
"""Most rows a second of an adaptive stepper, at the speed at which a model opens."""

FEWEST_ROWS = 1_000.0
"""Fewest rows of an adaptive stepper over a model's usual duration."""


@dataclass(frozen=True, kw_only=True)
class Moment:
    """Describe a run at one instant, consistently.

    Attributes
    ----------
    generation : int
        Grows whenever the rows seen so far are no longer the past of those to come: a new model,
        a reset, going back.
    rows : int
        Count of rows, since the ring was cleared, that are to be seen by now.
    edits : int
        How many edits the rows to be seen show.
    t : float
    n_steps : int
    values : mapping of str to float
        The recorded variables.
    lagging : bool
        True when the machine cannot keep up with the speed asked for.
    failed : bool
        True when the orbit cannot go on.
    ring : Ring
        Where the rows are.
    kicked : bool
        True when the state is not that of the last row, having been set since.
    """

    generation: int = 0
    rows: int = 0
    edits: int = 0
    t: float = 0.0
    n_steps: int = 0
    values: Mapping[str, float] = field(default_factory=dict)
    lagging: bool = False
    failed: bool = False
    kicked: bool = False
    ring: Ring = field(default_factory=lambda: Ring((), 1), compare=False, repr=False)


class Player:
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
    """

    def __init__(
        self,
        *,
        clock: Callable[[], float] = time.monotonic,
        slice_s: float = 0.02,
        ring_rows: int = RING_ROWS,
    ) -> None:
        self.pace = Pace(1.0)
        self.playing = False
        self.watched = True
        self.run: engine.Run | None = None
        self.initial: Mapping[str, float] = {}
        self.ring = Ring((), ring_rows)
        self.measuring = Measuring()
        self.failure: engine.Failure | None = None
        self.ended = False
        self.moment = Moment()
        self.slice_s = slice_s
        self._clock = clock
        self._shown_t = 0.0
        self._lagging = False
        self._kicked = False
        self._edited_at: deque[int] = deque()

    @property
    def sim(self) -> engine.Sim | None:
        """Return the settings in force, None before the first run."""
        return None if self.run is None else self.run.sim

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
        run = sim.start(history_rows=RING_ROWS)
        self.initial = sim.y0
        self.measuring.wanted = wanted
        self._begin(run)

    def reset(self) -> None:
        """Go back to the initial state and time; parameters and settings stay as they are.

        Raises
        ------
        engine.PhasescopeError
            The initial state or a setting is refused.
        """
        sim = self._present().sim.replace(y0=self.initial)
        self.build(sim, observers=self.measuring.wanted)

    def play(self) -> None:
        """Let `tick` advance the run from now on."""
        self.playing = self.run is not None and self.failure is None and not self.ended
        self.pace.rest()

    def pause(self) -> None:
        """Let `tick` leave the run alone."""
        self.playing = False

    def attend(self, watched: bool) -> None:
        """Let `tick` leave the run alone while nobody sees it, and go on from there later."""
        self.watched = watched
        self.pace.rest()

    def tick(self) -> bool:
        """Advance by what is due; return False while there is nothing to do."""
        if not (self.playing and self.watched) or self.run is None:
            return False
        due = self.pace.due(self._clock())
        if not self.pace.unlimited:
            self._shown_t += due
        self._catch_up(self.run)
        self._observe()
        return self.playing

    def step(self) -> None:
        """Advance by one accepted step."""
        if self.run is None or self.failure is not None or self.ended:
            return
        self._absorb(self.run.advance(n_steps=1))
        self._shown_t = self.run.t
        self._observe()

    def set_params(self, values: Mapping[str, float]) -> None:
        """Change parameters at the next step, all of them or, where one is refused, none.

        Raises
        ------
        engine.PhasescopeError
            There is no such parameter, or the value is not a number.
        """
        self._present().set_params(**values)
        self._note_edit()

    def set_state(self, name: str, value: float) -> None:
        """Kick one state variable of the running orbit at the next step.

        Raises
        ------
        engine.PhasescopeError
            There is no such variable, or the value is not a number.
        """
        self._present().set_state(**{name: value})
        self._kicked = True
        self._note_edit()
        self._observe()

    def set_initial(self, name: str, value: float) -> None:
        """Change the state from which the next `reset` begins.

        Raises
        ------
        engine.PhasescopeError
            There is no such variable, or the value is not a number.
        """
        self.initial = self._present().sim.replace(y0={**self.initial, name: value}).y0

    def set_stepper(self, name: str) -> None:
        """Go on with another stepper at the next step, measuring wherever it allows that.

        Raises
        ------
        engine.PhasescopeError
            There is no such stepper, or it does not suit the model.
        """
        run = self._present()
        bare = with_stepper(run.sim.replace(observers=()), name)
        observers = measured(bare, self.measuring.wanted)[0].observers
        if not observers:
            run.set_observers(())
        run.set_stepper(name, sample_dt=bare.sample_dt)
        if run.sim.observers != observers:
            run.set_observers(observers)
        self.measuring.follow(run.sim)
        self._note_edit()

    def set_dt(self, dt: float) -> None:
        """Change the step size at the next step.

        Raises
        ------
        engine.PhasescopeError
            The step is not a positive number.
        """
        self._present().set_dt(dt)
        self._note_edit()

    def set_tolerances(self, rtol: float, atol: float) -> None:
        """Change the tolerances of an adaptive stepper at the next step.

        Raises
        ------
        engine.PhasescopeError
            A tolerance is not a positive number.
        """
        self._present().set_tolerances(rtol=rtol, atol=atol)
        self._note_edit()

    def restart_observers(self) -> None:
        """Let the observers measure afresh from the next step on.

        Raises
        ------
        engine.PhasescopeError
            An observer does not suit the model.
        """
        run = self._present()
        observers = run.sim.observers
        # An observer that stays keeps its memory, so it is taken off and put on again.
        run.set_observers(())
        run.set_observers(observers)
        self.measuring.clear()
        self._note_edit()

    def go_back(self, duration: float) -> None:
        """Return to `duration` before the present time, or as far back as is known.

        Raises
        ------
        engine.PhasescopeError
            No earlier state is known.
        """
        run = self._present()
        first_t = self.ring.row(self.ring.total - len(self.ring))[0] if len(self.ring) else run.t
        run.rewind(t=max(run.t - duration, first_t))
        self.failure, self.ended, self.playing = None, False, False
        self.ring.truncate(run.t)
        self.measuring.truncate(run.t)
        self.measuring.follow(run.sim)
        self._shown_t = run.t
        self._kicked = False
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
        self.ring = Ring(sim.record, self.ring.capacity)
        self.measuring.begin(sim)
        self.run = run
        self.failure, self.ended = None, False
        self._shown_t = run.t
        self._lagging = self._kicked = False
        self.pace.rest()
        self._absorb(run.advance(n_steps=0))
        self._observe(generation=self.moment.generation + 1)

    def _catch_up(self, run: engine.Run) -> None:
        """Advance to the time that is to be seen, as far as one slice's wall time allows."""
        end = time.monotonic() + self.slice_s
        left = self.slice_s
        bound = self._bound(run)
        while self.playing and left > 0.0 and bound is not None:
            self._absorb(run.advance(**bound, rows=self._rows_a_slice, budget_s=left))
            left = end - time.monotonic()
            bound = self._bound(run)
        if self.pace.unlimited:
            self._shown_t = run.t
            self._lagging = False
            return
        self._lagging = self.playing and bound is not None
        if self._lagging:
            self._shown_t = run.t

    def _bound(self, run: engine.Run) -> dict[str, Any] | None:
        """Return how far the run is to be advanced, None where it is far enough."""
        if self.pace.unlimited:
            return {}
        if run.sim.method.adaptive:
            return {"t": self._shown_t} if self._shown_t > run.t else None
        steps = math.floor((self._shown_t - run.t) / run.sim.dt + 1e-9)
        return {"n_steps": steps} if steps >= 1 else None

    def _absorb(self, chunk: engine.Chunk) -> None:
        self.ring.append(chunk.t, chunk.y)
        self._kicked = self._kicked and not len(chunk.t)
        self.measuring.append(chunk.traces)
        if chunk.status in (engine.Status.NAN_DETECTED, engine.Status.STEPFAIL):
            self.failure = self._present().failure
        self.ended = chunk.status == engine.Status.EARLY_EXIT
        self.playing = self.playing and self.failure is None and not self.ended

    def _note_edit(self) -> None:
        """Remember from which row on the latest edit is to be seen."""
        self._edited_at.append(self.ring.total)

    def _observe(self, *, generation: int | None = None) -> None:
        """Take down what is to be seen now."""
        run = self._present()
        rows = self.ring.total
        if run.sim.method.adaptive and self._shown_t < run.t:
            rows = max(self.ring.rows_until(self._shown_t), rows - len(self.ring) + 1)
        t, values = self.ring.row(rows - 1) if rows else (run.t, {})
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
            n_steps=run.n_steps,
            values={**values, **run.state} if self._kicked else values,
            lagging=self._lagging,
            failed=self.failure is not None,
            kicked=self._kicked,
            ring=self.ring,
        )


def with_stepper(sim: engine.Sim, name: str) -> engine.Sim:
    """Choose a stepper; an adaptive one gives rows at even times, for a smooth picture.

    Raises
    ------
    engine.StepperError
        There is no such stepper, or it does not suit the model.
    """
    if sim.sample_times is not None:
        return sim.replace(stepper=name)
    chosen = sim.replace(stepper=name, sample_dt=None)
    if not (chosen.method.adaptive and chosen.method.dense):
        return chosen
    return chosen.replace(sample_dt=row_interval(sim))


def row_interval(sim: engine.Sim) -> float:
    """Return the model time between two rows of an adaptive stepper: the model's step if it suits.

    To an adaptive stepper of a stiff model that step is but the first to be tried, by far too
    short for rows.
    """
    defaults = sim.model.spec.sim
    span = defaults.t_end - defaults.t0
    shortest = speed_to_show(span) / ROWS_A_SECOND
    if not span > 0.0:
        return defaults.dt or shortest
    return max(shortest, min(defaults.dt or shortest, span / FEWEST_ROWS))
