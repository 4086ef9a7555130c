"""Getting ready for a model that is being written, before it is applied."""

import threading
from functools import cache

import engine


@cache
def warm_up() -> threading.Thread:
    """Import what differentiates, once in a process, while the reader types.

    It takes a second, which else passes when the first text is applied; on a thread of its own,
    as the one that reads the text must not wait for it.
    """
    thread = threading.Thread(target=_differentiate, name="phasescope-warm-up", daemon=True)
    thread.start()
    return thread


def _differentiate() -> None:
    engine.load_model("x' = -x\n").jvp()
