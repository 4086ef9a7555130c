"""Runs share a processor, and keep to the limits of a public server."""

import gc
import math
from collections.abc import Callable
from dataclasses import fields
from pathlib import Path

import pytest

import engine
from widgets.live.limits import LimitError, Limits
from widgets.live.model_size import check_size, check_text, operations
from widgets.live.news import News
from widgets.live.player import Player
from widgets.live.sharing import FASTEST, LATE_S, SLOWEST, WINDOW_S, Allowance, Sharing


class Clock:
    """A clock that a test turns."""

    def __init__(self) -> None:
        self.now = 100.0

    def __call__(self) -> float:
        return self.now


def settled(sharing: Sharing, clock: Clock, late_at: Callable[[float], float]) -> list[float]:
    """Return the paces that news of a lateness, as a function of the pace, leads to."""
    paces = []
    for _ in range(400):
        clock.now += WINDOW_S / 3
        sharing.note(late_at(sharing.pace))
        paces.append(sharing.pace)
    return paces


def test_the_pace_follows_what_the_pages_thread_can_do() -> None:
    clock = Clock()
    sharing = Sharing(clock)
    # Twenty runs on a thread that makes 300 pictures a second; what is beyond waits.
    paces = settled(sharing, clock, lambda pace: 0.01 if 20 * pace < 300 else 0.3)
    assert all(8.0 < pace < 20.0 for pace in paces[200:])
    # As soon as there is room again it is taken.
    assert settled(sharing, clock, lambda pace: 0.01)[-1] == FASTEST
    assert settled(sharing, clock, lambda pace: 1.0)[-1] == SLOWEST


def test_one_page_that_opens_slows_nobody_down() -> None:
    clock = Clock()
    sharing = Sharing(clock)
    for number in range(100):
        clock.now += WINDOW_S / 5
        sharing.note(20 * LATE_S if number % 5 == 2 else 0.01)
    assert sharing.pace == FASTEST


def test_every_run_that_moves_has_the_same_share() -> None:
    sharing = Sharing(Clock())
    runs = [Player() for _ in range(40)]
    for run in runs:
        sharing.attend(run, True)
        sharing.attend(run, True)
    assert sharing.moving == 40
    few, all_of_them = runs[:39], sharing.share()
    for run in few:
        sharing.attend(run, False)
    assert sharing.moving == 1
    assert sharing.share() >= min(1.0, 39 * all_of_them)
    # One that nobody closed does not count either.
    del run, few
    runs.clear()
    gc.collect()
    assert sharing.moving == 0


def test_a_run_computes_its_share_whatever_a_slice_takes() -> None:
    clock, spent = Clock(), Clock()
    allowance = Allowance(lambda: 0.1, clock=clock, spent=spent)
    computed = 0.0
    for _ in range(1000):
        clock.now += 0.02
        if allowance.begin() > 0.0:
            # Longer than allowed, as a large step of an interpreted run is.
            spent.now += 0.03
            computed += 0.03
        allowance.end()
    assert computed / 20.0 == pytest.approx(0.1, rel=0.05)


def test_news_never_queue_and_none_is_lost() -> None:
    class Viewer:
        seen = 0

        def look(self) -> None:
            self.seen += 1

    waiting: list[Callable[[], None]] = []
    viewer, news = Viewer(), News(Sharing(Clock()))
    news.send(waiting.append)
    assert waiting == []
    news.subscribe(viewer.look)
    for _ in range(50):
        news.send(waiting.append)
    assert len(waiting) == 1
    waiting.pop()()
    assert viewer.seen == 1
    news.send(waiting.append)
    assert len(waiting) == 1


def test_limits_come_from_the_environment() -> None:
    assert Limits.of({}) == Limits()
    given = {
        "PHASESCOPE_MAX_SESSIONS": "30",
        "PHASESCOPE_CPU_SHARE": "0.25",
        "PHASESCOPE_MEMORY_MB": "64",
        "PHASESCOPE_MAX_STATES": "50",
        "PHASESCOPE_MAX_TEXT": " 20000 ",
        "PHASESCOPE_MAX_OPERATIONS": "5000",
        "PHASESCOPE_COMPILE_SECONDS": "20.5",
        "PHASESCOPE_CACHE_DIR": "/tmp/x",
    }
    limits = Limits.of(given)
    assert limits == Limits(
        sessions=30,
        cpu_share=0.25,
        memory_mb=64.0,
        states=50,
        text=20000,
        operations=5000,
        compile_s=20.5,
    )


def test_every_limit_is_documented() -> None:
    readme = (Path(__file__).parents[2] / "README.md").read_text("utf-8")
    for limit in fields(Limits):
        assert f"`{limit.metadata['name']}`" in readme


@pytest.mark.parametrize(
    ("name", "text"),
    [
        ("PHASESCOPE_MAX_SESSIONS", "2.5"),
        ("PHASESCOPE_MAX_STATES", "-1"),
        ("PHASESCOPE_COMPILE_SECONDS", "soon"),
        ("PHASESCOPE_MEMORY_MB", "nan"),
        ("PHASESCOPE_CPU_SHARE", "1.5"),
    ],
)
def test_a_limit_that_is_none_is_named(name: str, text: str) -> None:
    with pytest.raises(LimitError, match=name):
        Limits.of({name: text})


def test_a_model_that_is_too_large_is_refused_with_its_size_and_the_limit() -> None:
    model = engine.load_model("x' = y*y + sin(x); y' = -x; x(0) = 1; y(0) = 0")
    assert operations(model) == 4
    check_size(model, Limits(states=2, operations=4))
    with pytest.raises(LimitError, match="2 state variables; this server takes 1"):
        check_size(model, Limits(states=1))
    with pytest.raises(LimitError, match="4 operations; this server takes 3"):
        check_size(model, Limits(operations=3))
    with pytest.raises(LimitError, match="10 characters; this server takes 9"):
        check_text("x" * 10, Limits(text=9))


def test_rows_keep_to_the_memory_of_a_session() -> None:
    assert Limits().rows(3, 1 << 17) == 1 << 17
    limits = Limits(memory_mb=1.0)
    assert limits.rows(3, 1 << 17) == 2**20 // 64
    assert limits.rows(0, math.inf) == 2**20 // 16
    with pytest.raises(LimitError, match="PHASESCOPE_MEMORY_MB"):
        limits.rows(1000, 1 << 17)
