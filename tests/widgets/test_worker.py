"""The thread of a live run: latest wins, nothing queues, it ends."""

import gc
import threading
from collections.abc import Callable

from widgets.live.worker import Worker


def idle() -> bool:
    return False


def test_the_latest_request_under_a_key_wins() -> None:
    worker = Worker(idle)
    done: list[object] = []
    gate = threading.Event()
    worker.post("gate", lambda: gate.wait(30))
    for value in range(1000):
        worker.post("slider", lambda value=value: done.append(value))
        worker.post("other", lambda: done.append("other"))
    gate.set()
    assert worker.settle(30)
    assert done in ([999, "other"], ["other", 999])
    worker.close()
    assert worker.join(30)


def test_a_waiting_request_does_not_start_the_thread() -> None:
    worker = Worker(idle)
    done: list[str] = []
    worker.post("load", lambda: done.append("load"), start=False)
    assert not worker.is_alive()
    worker.post("play", lambda: done.append("play"))
    assert worker.settle(30)
    assert done == ["load", "play"]
    worker.close()


def test_withdrawn_requests_are_not_answered() -> None:
    worker = Worker(idle)
    done: list[str] = []
    worker.post("param:a", lambda: done.append("a"), start=False)
    worker.post("model", lambda: done.append("model"), start=False)
    worker.withdraw("param:")
    worker.post("go", lambda: done.append("go"))
    assert worker.settle(30)
    assert done == ["model", "go"]
    worker.close()


def test_a_request_does_not_wait_for_the_next_turn() -> None:
    turns = threading.Semaphore(0)

    def task() -> bool:
        turns.release()
        return True

    worker = Worker(task, rate=0.001)
    worker.post("start", lambda: None)
    assert turns.acquire(timeout=30)
    worker.post("edit", lambda: None)
    assert turns.acquire(timeout=30)
    worker.close()
    assert worker.join(30)


def test_close_ends_the_thread_and_may_be_repeated() -> None:
    worker = Worker(lambda: True)
    worker.post("start", lambda: None)
    worker.close()
    worker.close()
    assert worker.join(30)
    worker.post("late", lambda: None)
    assert worker.closed


def test_a_forgotten_worker_leaves_no_thread(until: Callable[..., None]) -> None:
    worker = Worker(lambda: True, name="phasescope-forgotten")
    worker.post("start", lambda: None)
    assert worker.settle(30)
    del worker
    gc.collect()
    until(lambda: all(t.name != "phasescope-forgotten" for t in threading.enumerate()))


def test_the_worker_can_ask_itself_to_settle() -> None:
    worker = Worker(idle)
    answers: list[bool] = []
    worker.post("ask", lambda: answers.append(worker.settle(30)))
    assert worker.settle(30)
    assert answers == [True]
    worker.close()
