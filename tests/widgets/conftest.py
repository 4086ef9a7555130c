"""A live run for a test, closed after it; and waiting without sleeping."""

import threading
import time
from collections.abc import Callable, Iterator

import pytest

from widgets import LiveRun

PATIENCE = 60.0
"""Seconds after which a wait has failed; compiling on a busy machine takes several."""


def wait_until(condition: Callable[[], bool], timeout: float = PATIENCE) -> None:
    """Wait until a condition holds, or fail."""
    deadline = time.monotonic() + timeout
    pause = threading.Event()
    while not condition():
        assert time.monotonic() < deadline, "waited in vain"
        pause.wait(0.005)


@pytest.fixture
def until() -> Callable[..., None]:
    """Give `wait_until`."""
    return wait_until


@pytest.fixture
def live_run() -> Iterator[Callable[..., LiveRun]]:
    """Give a function that makes live runs without observers, which compile quickly."""
    made: list[LiveRun] = []

    def make(source: str = "lorenz", **settings: object) -> LiveRun:
        live = LiveRun(source, **{"observers": lambda kind: (), **settings})
        made.append(live)
        return live

    yield make
    for live in made:
        live.close()
        assert live.join(PATIENCE)
