"""What an edit does to a run's settings and arrays."""

import dataclasses
from collections.abc import Callable, Mapping
from types import MappingProxyType
from typing import Any

from engine.errors import RunError, suggest
from engine.journal import Edit
from engine.observers import resolve_hooks
from engine.observers.memory import begin_anew, new_outputs, new_workspace, observer_parts
from engine.run_state import (
    FOREVER,
    RunState,
    new_memory,
)
from engine.runner import abi
from engine.runner.dtypes import LOST, stored_number
from engine.runner.random_numbers import seed_words
from engine.sim import Sim, merged


def edited_sim(sim: Sim, edit: Edit) -> Sim:
    """Return the settings after an edit.

    Raises
    ------
    PhasescopeError
        A name or a value of the edit is not valid; nothing has changed then.
    """
    if edit.kind not in _APPLIED:
        raise RunError(f"unknown kind of edit {edit.kind!r}{suggest(str(edit.kind), _APPLIED)}")
    if edit.kind == "state":
        merged(sim.model, "state", sim.y0, edit.values)
        return sim
    if edit.kind == "params":
        return sim.replace(params=edit.values)
    if edit.kind == "preset":
        merged(sim.model, "state", sim.y0, edit.values["states"])
        return sim.replace(params=edit.values["params"])
    return sim.replace(**edit.values)


def fitted_edit(sim: Sim, edit: Edit) -> Edit:
    """Return the edit as a journal keeps it: its observers are made for the model of the run.

    So they equal those of the same edit that comes back from a file.
    """
    if edit.kind != "observers":
        return edit
    model = sim.model
    observers = resolve_hooks(edit.values["observers"], model.kind, model.state_names)
    return Edit(kind=edit.kind, values={"observers": observers})


def apply_edit(before: Sim, after: Sim, arrays: RunState, edit: Edit) -> RunState:
    """Apply an edit at a step boundary.

    A state kick, a parameter jump and a new step restart the stepper's memory and the
    step-size control; new observers leave the orbit as it is.

    Parameters
    ----------
    before, after : Sim
        The settings until then, and those that `edited_sim` makes of them.
    arrays : RunState
        The run's arrays.
    edit : Edit
        As `fitted_edit` returns it.

    Returns
    -------
    RunState
        The arrays, changed in place where their shapes allow.
    """
    return _APPLIED[edit.kind](after, arrays, before, edit.values)


def _params(after: Sim, arrays: RunState, before: Sim, values: Mapping[str, Any]) -> RunState:
    # The others may have been changed by events.
    for name in values:
        arrays.params[after.model.param_names.index(name)] = after.params[name]
    return _changed(after, arrays)


def _changed(after: Sim, arrays: RunState) -> RunState:
    """Begin a stretch of the orbit that has nothing to do with the last one."""
    n = len(after.model.state_names)
    begin_anew(after.observers, n, arrays.analysis_ws, arrays.analysis_out)
    arrays.restart(abi.RESTART_STEP)
    return arrays


def _state(after: Sim, arrays: RunState, before: Sim, values: Mapping[str, Any]) -> RunState:
    for name, value in values.items():
        stored = stored_number(after.model, f"state {name!r}", value)
        arrays.state[abi.CURRENT, after.model.state_names.index(name)] = stored
    return _changed(after, arrays)


def _preset(after: Sim, arrays: RunState, before: Sim, values: Mapping[str, Any]) -> RunState:
    arrays = _params(after, arrays, before, values["params"])
    return _state(after, arrays, before, values["states"])


def _dt(after: Sim, arrays: RunState, before: Sim, values: Mapping[str, Any]) -> RunState:
    arrays.set_clock(after)
    arrays.restart(abi.RESTART_STEP)
    return arrays


def _tolerances(after: Sim, arrays: RunState, before: Sim, values: Mapping[str, Any]) -> RunState:
    arrays.clock[abi.RTOL], arrays.clock[abi.ATOL] = after.rtol, after.atol
    # Whether accuracy or stability limits the steps is another question now.
    arrays.counters[[abi.STIFF_STEPS, abi.CALM_STEPS, abi.STIFF]] = 0
    return arrays


def _seed(after: Sim, arrays: RunState, before: Sim, values: Mapping[str, Any]) -> RunState:
    # The numbers are a function of seed, step and state: others come from the next step on.
    arrays.counters[[abi.SEED_LOW, abi.SEED_HIGH]] = seed_words(after.seed)
    return arrays


def _stepper(after: Sim, arrays: RunState, before: Sim, values: Mapping[str, Any]) -> RunState:
    arrays = dataclasses.replace(arrays, memory=new_memory(after))
    arrays.set_clock(after)
    arrays.restart(abi.RESTART_STEP)
    if after.sample_dt != before.sample_dt:
        # Sampling begins one interval from here: the row of this step is already recorded.
        arrays.begin_sampling(after, first=1)
        arrays.counters[abi.RECORD_COUNTDOWN] = after.record_interval if after.record else FOREVER
    return arrays


def _observers(after: Sim, arrays: RunState, before: Sim, values: Mapping[str, Any]) -> RunState:
    n = len(after.model.state_names)
    workspace = new_workspace(after.observers, n)
    outputs = new_outputs(after.observers)
    old_parts, new_parts = observer_parts(before.observers, n), observer_parts(after.observers, n)
    # A method's history goes on, with that of the tangent vectors that stay; new ones begin theirs.
    memory = new_memory(after)
    memory[...] = LOST[memory.dtype.kind]
    memory[:, :n] = arrays.memory[:, :n]
    for observer in after.observers:
        if observer in before.observers:
            new, old = new_parts[observer.key], old_parts[observer.key]
            workspace[new.tangents] = arrays.analysis_ws[old.tangents]
            workspace[new.slots] = arrays.analysis_ws[old.slots]
            outputs[new.outputs] = arrays.analysis_out[old.outputs]
            memory[:, n:][:, new.tangents] = arrays.memory[:, n:][:, old.tangents]
    arrays = dataclasses.replace(arrays, memory=memory, analysis_ws=workspace, analysis_out=outputs)
    # Dense output of the last step is lost with the old unit; the grid's next sample is not.
    arrays.restart(abi.RESTART_TANGENTS)
    return arrays


_APPLIED: Mapping[str, Callable[[Sim, RunState, Sim, Mapping[str, Any]], RunState]]
_APPLIED = MappingProxyType(
    {
        "params": _params,
        "state": _state,
        "preset": _preset,
        "dt": _dt,
        "tolerances": _tolerances,
        "seed": _seed,
        "stepper": _stepper,
        "observers": _observers,
    }
)
