"""Measurements taken along an orbit while it is computed, one file each.

To add one, write a file here with its hooks and a function that returns an `ObserverModule`,
then name that function in this file; the contract tests run every name of `OBSERVERS`.
"""

from collections.abc import Callable, Mapping
from types import MappingProxyType

from engine.observers.lyapunov_mle import lyapunov_mle
from engine.observers.observer import (
    ObserverModule,
    Trace,
    analysis_signature_hash,
    build_observer_metadata,
    resolve_hooks,
)
from engine.observers.recipe import measurement

__all__ = [
    "OBSERVERS",
    "ObserverModule",
    "Trace",
    "analysis_signature_hash",
    "build_observer_metadata",
    "lyapunov_mle",
    "measurement",
    "resolve_hooks",
]

OBSERVERS: Mapping[str, Callable[..., ObserverModule]] = MappingProxyType(
    {"lyapunov_mle": lyapunov_mle}
)
