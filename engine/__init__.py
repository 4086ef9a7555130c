"""The engine of phasescope: models, steppers, observers, runners."""

from engine import fastpath, model, observers, recording, steppers, storage
from engine.compile_process import CompileProcess
from engine.errors import (
    CompileError,
    CompileUnavailable,
    ExpressionError,
    FastpathUnsupported,
    ModelError,
    ModelWarning,
    ObserverError,
    PhasescopeError,
    RunError,
    SimError,
    StepperError,
    StorageError,
)
from engine.event_log import EventLog
from engine.failure import Failure
from engine.fastpath import Batch, BatchObserver, run_batch_fastpath, run_single_fastpath
from engine.fastpath.preparing import is_prepared, prepare
from engine.journal import Edit, Journal, JournalEntry
from engine.machine_code import is_compiled
from engine.model import (
    Model,
    ModelSpec,
    Observable,
    Reading,
    Remark,
    list_models,
    load_model,
    model_text,
    read_model,
)
from engine.observers import ObserverModule, analysis_signature_hash
from engine.replay import replay
from engine.reproduce import replay_provenance
from engine.results import Chunk, ObserverResult, Results
from engine.run import Run
from engine.runner.abi import Status
from engine.runner.plan import StopCondition
from engine.runner.runner_cache import (
    CacheCounts,
    Runner,
    cache_counts,
    cache_directory,
    clear_cache,
)
from engine.runner.runner_variants import RunnerVariant, get_runner
from engine.segments import Segment
from engine.sim import Sim
from engine.snapshot import Snapshot
from engine.source import runner_source
from engine.steppers import Stepper, list_steppers
from engine.wiener import wiener_increments
from engine.wrapper import run_with_wrapper

__all__ = [
    "Batch",
    "BatchObserver",
    "CacheCounts",
    "Chunk",
    "CompileError",
    "CompileProcess",
    "CompileUnavailable",
    "Edit",
    "EventLog",
    "ExpressionError",
    "Failure",
    "FastpathUnsupported",
    "Journal",
    "JournalEntry",
    "Model",
    "ModelError",
    "ModelSpec",
    "ModelWarning",
    "Observable",
    "ObserverError",
    "ObserverModule",
    "ObserverResult",
    "PhasescopeError",
    "Reading",
    "Remark",
    "Results",
    "Run",
    "RunError",
    "Runner",
    "RunnerVariant",
    "Segment",
    "Sim",
    "SimError",
    "Snapshot",
    "Status",
    "Stepper",
    "StepperError",
    "StopCondition",
    "StorageError",
    "analysis_signature_hash",
    "cache_counts",
    "cache_directory",
    "clear_cache",
    "fastpath",
    "get_runner",
    "is_compiled",
    "is_prepared",
    "list_models",
    "list_steppers",
    "load_model",
    "model",
    "model_text",
    "observers",
    "prepare",
    "read_model",
    "recording",
    "replay",
    "replay_provenance",
    "run_batch_fastpath",
    "run_single_fastpath",
    "run_with_wrapper",
    "runner_source",
    "steppers",
    "storage",
    "wiener_increments",
]
