"""The fast path: one orbit or many, by fixed steps, into buffers that are allocated first."""

from engine.fastpath.batch import Batch, BatchObserver
from engine.fastpath.executor import run_batch_fastpath, run_single_fastpath

__all__ = ["Batch", "BatchObserver", "run_batch_fastpath", "run_single_fastpath"]
