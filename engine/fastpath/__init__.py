"""The fast path."""

from engine.fastpath.executor import run_single_fastpath

__all__ = ["run_single_fastpath"]
