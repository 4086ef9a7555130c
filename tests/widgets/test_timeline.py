"""Marks of changes: gestures are one, and another one costs the same after many."""

import numpy as np

from widgets.live.timeline import MOST_MARKS, Timeline


class Clock:
    """Wall time that passes when told."""

    def __init__(self) -> None:
        self.now = 0.0

    def __call__(self) -> float:
        return self.now


class Untouched(list):
    """A list that nobody goes through while notes are taken."""

    def __iter__(self):
        raise AssertionError("a note went through all the marks")

    __reversed__ = __iter__


def noted(timeline: Timeline, control: str, row: int, **settings: object) -> None:
    timeline.note(control, f"{control} {row}", t=0.1 * row, row=row, params={"a": row}, **settings)


def test_changes_that_follow_closely_are_one_mark() -> None:
    clock = Clock()
    timeline = Timeline(clock=clock)
    timeline.begin({"a": 0.0})
    for row in range(60):
        clock.now += 1 / 60
        noted(timeline, "rho", row)
        noted(timeline, "dt", row)
    clock.now += 2.0
    noted(timeline, "rho", 60)
    assert [(mark.control, mark.row) for mark in timeline.marks] == [
        ("rho", 0),
        ("dt", 0),
        ("rho", 60),
    ]
    assert timeline.marks[0].until == 0.1 * 59
    assert timeline.marks[0].words == "rho 59"


def test_a_motion_is_one_mark_however_long_it_lasts() -> None:
    clock = Clock()
    timeline = Timeline(clock=clock)
    timeline.begin({"a": 0.0})
    noted(timeline, "rho", 0, same=False)
    for row in range(1, 5):
        clock.now += 100.0
        noted(timeline, "rho", row, same=True)
    noted(timeline, "rho", 5, same=False)
    assert [mark.row for mark in timeline.marks] == [0, 5]
    assert timeline.marks[0].until == 0.1 * 4


def test_a_note_goes_through_no_marks_and_the_oldest_are_forgotten() -> None:
    clock = Clock()
    timeline = Timeline(clock=clock)
    timeline.begin({"a": 0.0})
    for row in range(MOST_MARKS - 1):
        clock.now += 1.0
        noted(timeline, "rho", row)
    timeline._marks = Untouched(timeline._marks)
    for row in range(MOST_MARKS, 4 * MOST_MARKS):
        clock.now += 1.0
        noted(timeline, "rho" if row % 2 else "beta", row)
    assert len(timeline._marks) < 2 * MOST_MARKS
    timeline._marks = list.copy(timeline._marks)
    assert len(timeline.marks) == MOST_MARKS
    assert timeline.marks[-1].row == 4 * MOST_MARKS - 1


def test_going_back_cuts_marks_and_parameters() -> None:
    clock = Clock()
    timeline = Timeline(clock=clock)
    timeline.begin({"a": 0.0})
    noted(timeline, "a", 10)
    noted(timeline, "a", 40)
    timeline.truncate(2.0, 21, {"a": 10})
    assert [(mark.t, mark.until) for mark in timeline.marks] == [(1.0, 2.0)]
    values = timeline.params(["a"], 0, 21)["a"]
    np.testing.assert_array_equal(values, [0.0] * 10 + [10.0] * 11)
