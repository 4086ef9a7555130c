"""Pieces of a batch's work: a range of orbits, wherever on their course they are."""

import time
from collections.abc import Callable
from dataclasses import replace

import numpy as np

from engine.fastpath.course import Course, Floats
from engine.fastpath.starts import Starts
from engine.fastpath.tiles import (
    LaneTile,
    Observed,
    OrbitTile,
    Standing,
    at_start,
    batch_runner,
    in_lanes,
    lane_tile,
    orbit_tile,
)
from engine.run_state import FOREVER
from engine.runner.abi import Status
from engine.slice_length import SliceLength

# One call into compiled code lasts about this long: what a cancellation waits for.
SLICE_SECONDS = 0.02
# Steps of all orbits together in the first call, of which the duration is not known.
FIRST_STEPS = 4096


class Piece:
    """Carry some orbits of a batch along their course; it can be interrupted and pickled.

    Parameters
    ----------
    course : Course
        What the orbits go through.
    starts : Starts
        Where all orbits of the batch start.
    first, end : int
        Which of them: from `first` to before `end`.

    Attributes
    ----------
    warming : bool
        True during the transient.
    seconds : float
        Time spent on the orbits so far.
    """

    def __init__(self, course: Course, starts: Starts, first: int, end: int) -> None:
        self.course, self.first, self.end = course, first, end
        self.warming = course.warm_steps > 0
        # Even a course without steps has a row to record.
        self._recording = False
        self.seconds = 0.0
        self._starts = starts.part(first, end)
        self._tile = self._new_tile(at_start(self._starts), warming=self.warming)

    def __len__(self) -> int:
        """Return the number of orbits."""
        return self.end - self.first

    @property
    def n(self) -> int:
        """Return the step count that the orbits have come to, those that can go on."""
        return self._tile.n

    @property
    def rows(self) -> int:
        """Return the number of rows recorded."""
        return 0 if self.warming else self._tile.rows

    @property
    def is_done(self) -> bool:
        """Tell whether every orbit has come to its end."""
        return self._recording and self._tile.n >= self.course.end_step

    def _new_tile(self, standing: Standing, *, warming: bool) -> LaneTile | OrbitTile:
        course = self.course.warming() if warming else self.course
        countdown = FOREVER if warming else course.countdown
        make = lane_tile if in_lanes(course.sim) else orbit_tile
        return make(course, self._starts, standing, countdown)

    def advance(
        self,
        record_t: Floats,
        record_y: Floats,
        *,
        budget_s: float,
        cancelled: Callable[[], bool],
    ) -> None:
        """Advance the orbits to their end, or until time is up or they are cancelled.

        Parameters
        ----------
        record_t, record_y : ndarray (rows,), (orbits, rows, k)
            Their rows.
        budget_s : float
            Seconds of wall time.
        cancelled : callable
            Asked between calls into compiled code, which last about `SLICE_SECONDS`.
        """
        deadline = time.perf_counter() + budget_s
        going_on = not self.is_done
        while going_on:
            if self.warming and self._tile.n >= self.course.warm_steps:
                self._tile = self._new_tile(self._tile.standing(), warming=False)
                self.warming = False
            if self.warming:
                warming = self.course.warming()
                no_rows = warming.room(len(self), 0)
                self._stage(warming, np.empty(0), no_rows, deadline, cancelled)
            else:
                self._stage(self.course, record_t, record_y, deadline, cancelled)
                self._recording = True
            going_on = not (self.is_done or time.perf_counter() >= deadline or cancelled())

    def _stage(
        self,
        course: Course,
        record_t: Floats,
        record_y: Floats,
        deadline: float,
        cancelled: Callable[[], bool],
    ) -> None:
        """Advance by slices to the end of the course or of the transient."""
        tile, runner = self._tile, batch_runner(course.sim)
        slices = SliceLength(SLICE_SECONDS, first=max(1, FIRST_STEPS // len(self)))
        now = time.perf_counter()
        going_on = True
        while going_on:
            bound = min(course.end_step, tile.n + slices.steps)
            tile.advance(runner, bound, record_t, record_y)
            seconds = time.perf_counter() - now
            now += seconds
            self.seconds += seconds
            slices.tune(slices.steps, seconds)
            going_on = tile.n < course.end_step and now < deadline and not cancelled()

    def standing(self) -> Standing:
        """Return where the orbits are, those given up before their end with USER_BREAK."""
        standing = self._tile.standing()
        given_up = (standing.status == Status.DONE) & (standing.steps < self.course.end_step)
        status = np.where(given_up, int(Status.USER_BREAK), standing.status)
        return replace(standing, status=status, completed=~given_up)

    def observed(self) -> Observed | None:
        """Return what the observers have measured; None during the transient."""
        return None if self.warming else self._tile.observed()


def advance_apart(piece: Piece, budget_s: float) -> tuple[Piece, int, Floats, Floats]:
    """Advance a piece in another process for some time, into rows of its own.

    Returns
    -------
    piece : Piece
        The same orbits, further on.
    row : int
        Index of the first row that is new.
    record_t, record_y : ndarray (new,), (orbits, new, k)
        The new rows.
    """
    course, old = piece.course, piece.rows
    record_t = np.empty(course.rows)
    record_y = course.room(len(piece), course.rows)
    piece.advance(record_t, record_y, budget_s=budget_s, cancelled=_never)
    new = slice(old, piece.rows)
    return piece, old, record_t[new].copy(), record_y[:, new].copy()


def _never() -> bool:
    return False
