"""The reference for all runners: the variants, their flags, and how one is obtained."""

import dataclasses
import functools
import hashlib
import inspect
import linecache
import sys
import threading
from collections.abc import Mapping
from dataclasses import dataclass
from enum import Enum
from importlib.metadata import version
from importlib.resources import files
from pathlib import Path
from types import MappingProxyType, ModuleType
from typing import Any

from engine.errors import FastpathUnsupported, SimError, suggest
from engine.model import Model
from engine.observers import ObserverModule, analysis_signature_hash, resolve_hooks
from engine.observers.resolve import check_tangents, expression_values
from engine.runner import abi
from engine.runner.jit import (
    ENTRIES,
    CodeFile,
    check_fastmath,
    compile_unit,
    machine_identity,
)
from engine.runner.lags import check_lags
from engine.runner.measuring import compile_analysis_hooks
from engine.runner.plan import StopCondition, UnitPlan
from engine.runner.runner_cache import (
    MEMORY,
    Runner,
    code_path,
    read_unit,
    unit_path,
    write_atomically,
    write_unit,
)
from engine.runner.unit import render_unit
from engine.steppers import fitting_stepper

__all__ = [
    "RunnerKey",
    "RunnerVariant",
    "analysis_signature_hash",
    "compile_analysis_hooks",
    "get_runner",
    "runner_key",
]


class RunnerVariant(Enum):
    """Name the four kinds of compiled runner."""

    BASE = "base"
    ANALYSIS = "analysis"
    FASTPATH = "fastpath"
    FASTPATH_ANALYSIS = "fastpath_analysis"

    @property
    def bounded(self) -> bool:
        """Tell whether all buffers are allocated first."""
        return self in (RunnerVariant.FASTPATH, RunnerVariant.FASTPATH_ANALYSIS)

    @property
    def observes(self) -> bool:
        """Tell whether observers' hooks are called."""
        return self in (RunnerVariant.ANALYSIS, RunnerVariant.FASTPATH_ANALYSIS)


@dataclass(frozen=True, kw_only=True)
class TemplateFlags:
    """Give the template's flags and the name of the function for one kind of runner."""

    function: str
    observe: bool
    bounded: bool
    discrete: bool


RUNNER_KINDS: Mapping[str, str] = MappingProxyType({"ode": "continuous", "map": "discrete"})

_RUNNER_TEMPLATE_MAP: Mapping[tuple[RunnerVariant, str], TemplateFlags] = MappingProxyType(
    {
        (variant, kind): TemplateFlags(
            function="run",
            observe=variant.observes,
            bounded=variant.bounded,
            discrete=kind == "discrete",
        )
        for variant in RunnerVariant
        for kind in RUNNER_KINDS.values()
    }
)


@dataclass(frozen=True, kw_only=True)
class RunnerKey:
    """Identify a runner by structure alone: no parameter value or other number is in it.

    Attributes
    ----------
    model_hash : str
        Digest of the equations' structure.
    stepper_name : str
        Canonical name of the stepper.
    analysis_sig : str
        `analysis_signature_hash` of the observers.
    variant : RunnerVariant
        Which of the four.
    runner_kind : str
        ``"continuous"`` or ``"discrete"``.
    dtype : str
        Scalar type of the state.
    cache_token : str
        Recorded variables, dense output, stop condition, floating-point relaxations, layout and
        the function that is called.
    jit : bool
        Compiled, or plain Python.
    template_version : str
        Hash of the source of everything that writes units.
    """

    model_hash: str
    stepper_name: str
    analysis_sig: str
    variant: RunnerVariant
    runner_kind: str
    dtype: str
    cache_token: str
    jit: bool
    template_version: str

    @property
    def digest(self) -> str:
        """Return the key as 32 hexadecimal characters."""
        return hashlib.sha256(repr(self).encode()).hexdigest()[:32]


@functools.cache
def generator_version() -> str:
    """Hash everything that decides what a unit says: the generator's files and SymPy."""
    digest = hashlib.sha256(version("sympy").encode())
    for package in ("engine.model", "engine.runner", "engine.steppers", "engine.observers"):
        for file in sorted(files(package).iterdir(), key=lambda file: file.name):
            if file.name.endswith(".py"):
                digest.update(file.read_bytes())
    return digest.hexdigest()[:16]


def plan_runner(
    variant: RunnerVariant,
    *,
    model: Model,
    stepper: str,
    observers: tuple[ObserverModule, ...] = (),
    record: tuple[str, ...] | None = None,
    sampled: bool = False,
    stop: StopCondition | None = None,
    entry: str = "run",
) -> UnitPlan:
    """Check that the parts of a runner fit together and name them.

    Raises
    ------
    FastpathUnsupported
        The fast path is asked for what only the normal runner does.
    StepperError, ObserverError, SimError
        A part does not exist or does not fit the model.
    """
    if not isinstance(variant, RunnerVariant) or not isinstance(model, Model):
        raise SimError(
            f"get_runner({variant!r}, model={model!r}): give a RunnerVariant and a loaded Model"
        )
    if stop is not None and not isinstance(stop, StopCondition):
        raise SimError(f"stop = {stop!r}: give a StopCondition")
    method = fitting_stepper(stepper, model)
    check_lags(model, stop.cond if stop else None, method)
    if sampled and not method.dense:
        raise SimError("a map has no state between its iterations to sample; use record_interval")
    if observers and not variant.observes:
        raise SimError(f"variant {variant.name} has no observers; use {_OBSERVING[variant]}")
    if entry not in ENTRIES:
        raise SimError(f"entry {entry!r} is not a way of calling a runner{suggest(entry, ENTRIES)}")
    if entry != "run" and not variant.bounded:
        raise SimError(f"only a FASTPATH variant runs batches, not {variant.name}")
    if entry == "run_lanes" and observers:
        raise SimError("observers are called for one orbit after the other: use 'run_orbits'")
    if variant.bounded:
        for present, what in (
            (method.adaptive, "adaptive steps"),
            (stop, "a stop condition"),
            (sampled, "samples between steps"),
            (model.events.events, "events"),
        ):
            if present:
                raise FastpathUnsupported(
                    f"the fast path does not do {what}; use the normal runner (Sim.run)"
                )
    names = (*model.state_names, *(f"aux.{name}" for name in model.aux_names))
    resolved = resolve_hooks(observers, model.kind, model.state_names)
    check_tangents(resolved, model, method)
    return UnitPlan(
        model=model,
        stepper=method,
        observers=resolved,
        record=names if record is None else record,
        sampled=sampled,
        bounded=_RUNNER_TEMPLATE_MAP[variant, RUNNER_KINDS[model.kind]].bounded,
        stop=stop,
        entry=entry,
    )


_OBSERVING = {RunnerVariant.BASE: "ANALYSIS", RunnerVariant.FASTPATH: "FASTPATH_ANALYSIS"}


def runner_key(
    variant: RunnerVariant, plan: UnitPlan, *, jit: bool, fastmath: tuple[str, ...]
) -> RunnerKey:
    """Build the key under which a runner is cached."""
    # An expression may use constants and functions that the model's own equations do not.
    expressions = [expression_values(observer, plan.model) for observer in plan.observers]
    stop = None if plan.stop is None else (plan.stop.phase, plan.model.expression(plan.stop.cond))
    token = repr(
        (plan.record, plan.sampled, stop, fastmath, plan.shape.arrays, plan.entry, expressions)
    )
    stepper_version = hashlib.sha256(
        (plan.stepper.source + plan.stepper.dense_source).encode()
    ).hexdigest()[:16]
    return RunnerKey(
        model_hash=plan.model.digest,
        stepper_name=plan.stepper.name,
        analysis_sig=analysis_signature_hash(plan.observers),
        variant=variant,
        runner_kind=RUNNER_KINDS[plan.model.kind],
        dtype=plan.model.dtype,
        cache_token=token,
        jit=jit,
        template_version=f"{generator_version()}.{stepper_version}",
    )


def get_runner(
    variant: RunnerVariant,
    *,
    model: Model,
    stepper: str,
    observers: tuple[ObserverModule, ...] = (),
    record: tuple[str, ...] | None = None,
    sampled: bool = False,
    stop: StopCondition | None = None,
    entry: str = "run",
    jit: bool = True,
    fastmath: tuple[str, ...] = (),
    compile_first: bool = True,
) -> Runner:
    """Return the runner for a model, a stepper and a set of observers.

    It comes from memory, else from disk, else it is generated and compiled, and then kept in
    both.

    Parameters
    ----------
    variant : RunnerVariant
        Which of the four kinds.
    model : Model
        The equations.
    stepper : str
        Name of the stepper.
    observers : tuple of ObserverModule
        For the analysis variants.
    record : tuple of str, optional
        Recorded variables; all states and aux by default.
    sampled : bool
        Rows from dense output.
    stop : StopCondition, optional
        Early end.
    entry : {"run", "run_orbits", "run_lanes"}
        The function to be called: for one orbit or, of a FASTPATH variant, for a batch of them
        in turn or side by side.
    jit : bool
        False gives the same unit in plain Python, bit-identical.
    fastmath : tuple of str
        ``("contract",)`` allows fused multiply-add; strict by default.
    compile_first : bool
        False gives the plain Python one while the compiled one is not in memory, unless
        `fastmath` makes them differ in their bits.

    Returns
    -------
    Runner

    Raises
    ------
    PhasescopeError
        The parts do not exist or do not fit together.
    """
    plan = plan_runner(
        variant,
        model=model,
        stepper=stepper,
        observers=observers,
        record=record,
        sampled=sampled,
        stop=stop,
        entry=entry,
    )
    relaxed = check_fastmath(fastmath)
    key = runner_key(variant, plan, jit=jit, fastmath=relaxed)
    found = MEMORY.find(key.digest)
    if found is None and jit and not compile_first and not relaxed:
        key = dataclasses.replace(key, jit=False)
        found = MEMORY.find(key.digest)
    if found is None:
        # One build at a time: whoever waited for the same runner finds it in memory.  What is
        # not compiled does not wait for what is.
        with _BUILDING[key.jit]:
            found = MEMORY.find(key.digest)
            if found is None:
                found = _build(key, plan, relaxed)
                MEMORY.keep(found)
    return found


_BUILDING: Mapping[bool, threading.Lock] = MappingProxyType(
    {True: threading.Lock(), False: threading.Lock()}
)


def is_stored(variant: RunnerVariant, *, fastmath: tuple[str, ...] = (), **parts: Any) -> bool:
    """Tell whether the machine code of a runner is in memory or on disk; nothing is built."""
    key = runner_key(variant, plan_runner(variant, **parts), jit=True, fastmath=fastmath)
    if MEMORY.holds(key.digest):
        return True
    text = read_unit(_text_digest(key))
    if text is None:
        return False
    return _code_path(unit_name(text, ("jit", *fastmath)), key, fastmath).exists()


def _text_digest(key: RunnerKey) -> str:
    # The text does not depend on whether it is compiled, so both share one file.
    shared = dataclasses.replace(key, jit=True)
    return hashlib.sha256(repr((shared.digest, "text")).encode()).hexdigest()[:32]


def _code_path(name: str, key: RunnerKey, fastmath: tuple[str, ...]) -> Path:
    # Machine code also depends on what writes and compiles units, which the key knows.
    return code_path(name, f"{machine_identity()} {key.digest}", fastmath)


def _build(key: RunnerKey, plan: UnitPlan, fastmath: tuple[str, ...]) -> Runner:
    shared = _text_digest(key)
    text = read_unit(shared)
    if text is None:
        text = render_unit(plan)
        MEMORY.count("renderings")
        write_unit(shared, text)
    name, module = _execute(text, str(unit_path(shared)), ("jit", *fastmath) if key.jit else ())
    run = vars(module)[plan.entry]
    if key.jit:
        code_file = CodeFile(_code_path(name, key, fastmath), write_atomically)
        run = compile_unit(module, text, fastmath, code_file, plan.entry)
        MEMORY.count("disk_hits" if code_file.loaded else "compilations")
    return Runner(
        digest=key.digest,
        name=name,
        source=text,
        path=str(unit_path(shared)),
        run=run,
        compiled=key.jit,
        memory_rows=vars(module)["MEMORY_ROWS"],
    )


def unit_name(text: str, options: tuple[str, ...]) -> str:
    """Name a unit by the hash of its text and of the ABI."""
    identity = hashlib.sha256((text + inspect.getsource(abi)).encode()).hexdigest()[:24]
    return "_".join(("phasescope_unit", identity, *options))


def _execute(text: str, path: str, options: tuple[str, ...]) -> tuple[str, ModuleType]:
    """Run a unit's text as a module whose name contains its hash and that of the ABI."""
    name = unit_name(text, options)
    module = ModuleType(name)
    module.__file__ = path
    # The stored file begins with its seal, hence the shift by one line.
    exec(compile("\n" + text, path, "exec"), vars(module))
    linecache.cache[path] = (len(text) + 1, None, ["\n", *text.splitlines(True)], path)
    sys.modules[name] = module
    return name, module
