"""Which parameters were in force at which rows, against a model that remembers every row."""

import sys

import numpy as np
import pytest
from clocked import Watched
from hypothesis import given, settings
from hypothesis import strategies as st

from widgets.live.columns import Piece, read_columns
from widgets.live.ring import Ring
from widgets.live.timeline import FORGOTTEN_AT_ONCE, Timeline

NAMES = ("a", "b")

ACTIONS = st.lists(
    st.one_of(
        st.tuples(st.just("rows"), st.integers(0, 5)),
        st.tuples(st.just("edit"), st.sampled_from(NAMES), st.integers(0, 3)),
        st.tuples(st.just("back"), st.integers(0, 8)),
    ),
    max_size=40,
)


@settings(max_examples=150, deadline=None)
@given(actions=ACTIONS, first=st.integers(0, 60), count=st.integers(1, 60))
def test_each_row_has_the_parameters_it_was_computed_with(
    actions: list[tuple], first: int, count: int
) -> None:
    timeline = Timeline(clock=lambda: 0.0)
    rows: list[dict[str, float]] = [{"a": 0.0, "b": 0.0}]
    present = dict(rows[0])
    timeline.begin(present)
    for what, *given_ in actions:
        if what == "rows":
            rows += [dict(present)] * given_[0]
        elif what == "edit":
            present[given_[0]] = float(given_[1])
            t = float(len(rows) - 1)
            timeline.note(given_[0], "", t=t, row=len(rows), params=dict(present))
        else:
            # Going back undoes the edits at the row where it arrives, and later ones.
            del rows[max(len(rows) - given_[0], 1) :]
            present = dict(rows[-1])
            timeline.truncate(float(len(rows) - 1), len(rows), dict(present))
    stop = min(first + count, len(rows))
    first = min(first, stop - 1)
    found = timeline.params(NAMES, first, stop)
    for name in NAMES:
        values = np.broadcast_to(found[name], stop - first)
        assert values.tolist() == [row[name] for row in rows[first:stop]]


def test_a_change_between_two_rows_stays_when_the_run_goes_back_to_before_the_next() -> None:
    timeline = Timeline(clock=lambda: 0.0)
    timeline.begin({"a": 0.0})
    timeline.note("a", "", t=1.2, row=2, params={"a": 5.0})
    # The next row would have come at t = 2; the run is taken back to a step before it.
    timeline.truncate(1.6, 2, {"a": 5.0})
    assert [mark.t for mark in timeline.marks] == [1.2]
    assert timeline.params(["a"], 0, 4)["a"].tolist() == [0.0, 0.0, 5.0, 5.0]


def test_a_hundred_thousand_edits_take_little_memory_and_time() -> None:
    timeline = Timeline(clock=lambda: 0.0)
    many = {f"p{k}": 0.0 for k in range(50)}
    timeline.begin(many)
    kept = 1_000
    for row in range(1, 100_001):
        many["p7"] = float(row)
        timeline.forget_rows_before(row - kept)
        timeline.note("p7", "p7", t=float(row), row=row, params=many)
    held = sum(
        sys.getsizeof(course.rows) + sys.getsizeof(course.values)
        for course in timeline._courses.values()
    )
    assert held < 100_000
    assert len(timeline._courses["p7"].rows) <= kept + FORGOTTEN_AT_ONCE + 2
    values = timeline.params(["p7", "p8"], 100_000 - kept, 100_000)
    assert values["p8"] == 0.0
    np.testing.assert_array_equal(values["p7"], np.arange(100_000 - kept, 100_000))


class Sums:
    """Add up what the rows hold, as a listener would."""

    def __init__(self) -> None:
        self.begun = 0
        self.pieces: list[Piece] = []

    def begin(self) -> None:
        self.begun += 1
        self.pieces = []

    def take(self, piece: Piece) -> None:
        self.pieces.append(piece)

    def column(self, text: str) -> np.ndarray:
        return np.concatenate([piece.column(text) for piece in self.pieces])


def test_a_listener_hears_each_row_once_with_the_parameters_of_its_time() -> None:
    run = Watched("lorenz", speed=5.0)
    player, heard = run.player, Sums()
    player.listen(heard)
    player.listen(heard)
    run.play(1.0)
    player.set_params({"rho": 20.0})
    run.watch(1.0)
    assert heard.begun == 1
    ring = player.ring
    assert heard.pieces[0].first == 1
    np.testing.assert_array_equal(heard.column("x"), ring.read(1, ring.total)[2][0])
    _, t, columns = read_columns(
        player.sim.model, ring, player.timeline, ["rho*x", "t", "z"], 1, ring.total
    )
    np.testing.assert_array_equal(heard.column("rho*x"), columns[0])
    np.testing.assert_array_equal(heard.column("t"), t)
    assert {*np.round(columns[0] / ring.read(1, ring.total)[2][0], 9)} == {28.0, 20.0}
    player.go_back(7.0)
    assert heard.begun == 2
    assert heard.pieces == []
    assert player.sim.params["rho"] == 28.0
    run.play(0.5)
    assert set(heard.column("rho")) == {28.0}
    player.unlisten(heard)
    player.unlisten(heard)
    count = len(heard.pieces)
    run.watch(0.5)
    assert len(heard.pieces) == count
    player.reset()
    assert heard.begun == 2


@pytest.mark.parametrize("stepper", ["rk4", "dopri5"])
def test_going_back_gives_rows_their_old_parameters_again(stepper: str) -> None:
    run = Watched("lorenz", speed=5.0, stepper=stepper)
    run.play(1.0)
    for value in (25.0, 22.0, 19.0):
        run.player.set_params({"rho": value})
        run.watch(0.4)
    run.player.go_back(3.0)
    rho = run.player.sim.params["rho"]
    run.play(1.0)
    ring = run.player.ring
    columns = read_columns(run.player.sim.model, ring, run.player.timeline, ["rho"], 0, ring.total)[
        2
    ][0]
    assert columns[0] == 28.0
    assert columns[-1] == rho
    assert set(columns) <= {28.0, 25.0, 22.0}


def test_rows_that_are_no_longer_kept_are_not_given() -> None:
    ring = Ring(("x",), 8)
    timeline = Timeline()
    timeline.begin({"a": 1.0})
    t = np.arange(20.0)
    ring.append(t, t[:, None])
    timeline.note("a", "", t=15.0, row=16, params={"a": 2.0})
    model = Watched("x' = a*x\na = 1\nx(0) = 1\n").player.sim.model
    first, times, columns = read_columns(model, ring, timeline, ["a*x", "x"], 0, 20)
    assert first == 12
    assert times.tolist() == t[12:].tolist()
    assert columns[0].tolist() == [12.0, 13.0, 14.0, 15.0, 32.0, 34.0, 36.0, 38.0]
