"""Cut a batch into pieces of work and have them done, here or by an executor."""

import math
import os
import sys
from collections.abc import Callable
from concurrent.futures import FIRST_COMPLETED, Executor, Future, ThreadPoolExecutor, wait
from typing import Any

from engine.fastpath.course import Course
from engine.fastpath.gathering import Gathering
from engine.fastpath.pieces import Piece, advance_apart
from engine.fastpath.starts import Starts
from engine.fastpath.tiles import orbits_a_call

# A piece lasts about this long, so that progress is reported and cancellation acts.
PIECE_SECONDS = 0.03
# The first piece is for measuring, and soon over.
PILOT_SECONDS = 0.005
# Less work than this is not worth a thread.
ALONE_SECONDS = 0.02
# Pieces handed to an executor at a time: enough for its workers, few enough to be given up soon.
IN_FLIGHT = 64


def workers() -> int:
    """Return the number of processors that this process may use."""
    if sys.platform == "linux":
        return len(os.sched_getaffinity(0))
    else:
        return os.cpu_count() or 1


class Schedule:
    """Have a batch computed piece by piece.

    Parameters
    ----------
    course : Course
        What the orbits go through.
    starts : Starts
        Where they start.
    gathering : Gathering
        Takes the pieces.
    progress : callable or None
        ``progress(done, total)``, orbits, called in this thread after each piece.
    cancelled : callable
        Asked every few hundredths of a second.
    """

    def __init__(
        self,
        course: Course,
        starts: Starts,
        gathering: Gathering,
        *,
        progress: Callable[[int, int], Any] | None,
        cancelled: Callable[[], bool],
    ) -> None:
        self._course, self._starts, self._gathering = course, starts, gathering
        self._progress, self._asked = progress, cancelled
        self._next = 0
        self._orbit_seconds = 0.0
        self._ended = False

    def run(self, executor: Executor | None) -> None:
        """Compute all orbits, or as many as come before a cancellation.

        An exception, be it of `progress`, `cancelled` or an executor, passes after the pieces
        under way have been taken over.
        """
        pilot = self._pilot()
        if pilot is None:
            return
        if executor is not None:
            self._share(executor, pilot, apart=not isinstance(executor, ThreadPoolExecutor))
            return
        left = self._orbit_seconds * (len(self._starts) - self._next)
        if self._course.sim.jit and workers() > 1 and left > ALONE_SECONDS:
            with ThreadPoolExecutor(workers(), thread_name_prefix="phasescope-batch") as threads:
                self._share(threads, pilot, apart=False)
        else:
            self._alone(pilot)

    def _cancelled(self) -> bool:
        # One answer ends the batch for good, also for the threads that did not hear it.
        self._ended = self._ended or self._asked()
        return self._ended

    def _heard(self) -> bool:
        return self._ended

    def _pilot(self) -> Piece | None:
        """Measure what an orbit costs with the first few; return them, as far as they came."""
        if self._cancelled():
            return None
        piece = self._new_piece(orbits_a_call(self._course.sim))
        self._now(piece, PILOT_SECONDS)
        self._measure(piece)
        return piece

    def _measure(self, piece: Piece) -> None:
        whole = max(self._course.end_step, 1)
        taken = min(max(piece.n, 1), whole)
        self._orbit_seconds = piece.seconds * whole / taken / len(piece)

    def _new_piece(self, size: int) -> Piece:
        end = min(self._next + size, len(self._starts))
        piece = Piece(self._course, self._starts, self._next, end)
        self._next = end
        return piece

    def _size(self, share: int) -> int:
        """Return how many orbits make a piece, where `share` workers divide what is left."""
        unit = orbits_a_call(self._course.sim)
        left = len(self._starts) - self._next
        wanted = min(PIECE_SECONDS / max(self._orbit_seconds, 1e-12), left / share)
        return unit * max(1, math.ceil(wanted / unit))

    def _here(self, piece: Piece, budget_s: float, cancelled: Callable[[], bool]) -> None:
        rows = self._gathering.rows_of(piece)
        piece.advance(self._gathering.t, rows, budget_s=budget_s, cancelled=cancelled)

    def _take(self, piece: Piece) -> None:
        self._gathering.take(piece)
        if piece.is_done:
            self._measure(piece)
        if self._progress is not None:
            self._progress(self._gathering.done, len(self._gathering))

    def _now(self, piece: Piece, budget_s: float) -> None:
        """Advance a piece in this thread; where that fails, take it over as far as it came."""
        try:
            self._here(piece, budget_s, self._cancelled)
        except BaseException:
            self._ended = True
            self._gathering.take(piece)
            raise

    def _alone(self, pilot: Piece) -> None:
        piece = pilot
        while True:
            self._now(piece, math.inf)
            self._take(piece)
            if self._next >= len(self._starts) or self._cancelled():
                return
            piece = self._new_piece(self._size(1))

    def _share(self, executor: Executor, pilot: Piece, *, apart: bool) -> None:
        """Have pieces advanced by an executor, `apart`: where memory is not shared."""
        pending: dict[Future[Any], Piece] = {}

        def submit(piece: Piece) -> None:
            if apart:
                pending[executor.submit(advance_apart, piece, PIECE_SECONDS)] = piece
            else:
                pending[executor.submit(self._here, piece, math.inf, self._heard)] = piece

        most = IN_FLIGHT if apart else 2 * workers()
        try:
            submit(pilot)
            while pending or self._more():
                while self._more() and len(pending) < most:
                    submit(self._new_piece(self._size(workers())))
                finished, _ = wait(pending, timeout=PIECE_SECONDS, return_when=FIRST_COMPLETED)
                if self._cancelled():
                    finished |= {future for future in pending if future.cancel()}
                for future in finished:
                    piece = self._received(future, pending[future])
                    del pending[future]
                    if self._ended or piece.is_done:
                        self._take(piece)
                    else:
                        submit(piece)
        except BaseException:
            self._ended = True
            for future in pending:
                future.cancel()
            wait(pending)
            for future, piece in pending.items():
                lost = future.cancelled() or future.exception() is not None
                self._gathering.take(piece if lost else self._received(future, piece))
            raise

    def _more(self) -> bool:
        return self._next < len(self._starts) and not self._ended

    def _received(self, future: Future[Any], piece: Piece) -> Piece:
        """Return the piece as far as it came, its rows in their place."""
        if future.cancelled():
            return piece
        came = future.result()
        if came is not None:
            piece, row, record_t, record_y = came
            self._gathering.take_rows(piece, row, record_t, record_y)
        return piece
