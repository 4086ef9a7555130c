"""The settings of a simulation: an immutable, validated problem."""

import dataclasses
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from functools import cached_property
from typing import TYPE_CHECKING, Any

import numpy as np

from engine.checks import count, number, positive, seed
from engine.errors import SimError, suggest
from engine.model import Model, Stop, load_model
from engine.observers import ObserverModule, resolve_hooks
from engine.observers.rates import check_rates
from engine.observers.resolve import check_tangents, expression_values
from engine.runner.dtypes import stored_number
from engine.runner.jit import check_fastmath
from engine.runner.lags import check_lags
from engine.runner.plan import StopCondition
from engine.steppers import Stepper, find_stepper, fitting_stepper
from engine.values import Values

if TYPE_CHECKING:
    from engine.results import Results
    from engine.run import Run

NO_STOP = False


def merged(
    model: Model, what: str, defaults: Mapping[str, float], given: Mapping[str, Any] | None
) -> Mapping[str, float]:
    """Return `defaults` with the given values in their place, read-only.

    Raises
    ------
    SimError
        A name does not exist or a value is not a number of the model's.
    """
    values = {n: stored_number(model, f"{what} {n!r}", v) for n, v in defaults.items()}
    if given is not None and not isinstance(given, Mapping):
        raise SimError(f"{what}s are given as {{'name': value}}, not as {given!r}")
    for name, value in (given or {}).items():
        if name not in values:
            raise SimError(f"unknown {what} {name!r}{suggest(str(name), list(values))}")
        values[name] = stored_number(model, f"{what} {name!r}", value)
    return Values(values)


@dataclass(frozen=True)
class Sim:
    """Hold everything that determines an orbit; values left out are the model's own.

    Attributes
    ----------
    model : Model
        The equations; a name, path or text is loaded.
    stepper : str
        Name of the integration method.
    dt : float
        Step in model time; the first trial step of an adaptive stepper.  1 for a map.
    params, y0 : mapping of str to float
        Parameter values and initial state, complete; may be given in part.
    t0 : float
        Initial time; for a map, the first iteration's number.
    record : tuple of str
        Recorded variables, states and ``aux.<name>``; True for all of them, False for none.
    record_interval : int
        Keep every so many steps.
    sample_dt : float or None
        Rows at ``t0 + k sample_dt`` from dense output instead of accepted steps.
    sample_times : tuple of float or None
        Rows at these times, in ascending order, from dense output; given as any sequence or
        array.
    rtol, atol : float
        Tolerances of adaptive steppers, relative and absolute.
    stop : StopCondition or None
        Early end, as a condition's text, a mapping or a `StopCondition`; False for none.
    seed : int
        Seed of the model's noise, below 2**64.
    observers : tuple of ObserverModule
        Measurements taken along the orbit.
    jit : bool
        Compiled, or the same in plain Python.
    fastmath : tuple of str
        ``("contract",)`` allows fused multiply-add.
    max_steps : int
        Most steps an adaptive run to a given time may take.

    Raises
    ------
    PhasescopeError
        A value, a name or a combination is not valid; the message says which and why.
    """

    model: Model
    _: dataclasses.KW_ONLY
    stepper: str = None  # type: ignore[assignment]
    dt: float = None  # type: ignore[assignment]
    params: Mapping[str, float] = field(default_factory=dict)
    y0: Mapping[str, float] = field(default_factory=dict)
    t0: float = None  # type: ignore[assignment]
    record: tuple[str, ...] = None  # type: ignore[assignment]
    record_interval: int = 1
    sample_dt: float | None = None
    sample_times: tuple[float, ...] | None = None
    rtol: float = None  # type: ignore[assignment]
    atol: float = None  # type: ignore[assignment]
    stop: StopCondition | None = None
    seed: int = 0
    observers: tuple[ObserverModule, ...] = ()
    jit: bool = True
    fastmath: tuple[str, ...] = ()
    max_steps: int = None  # type: ignore[assignment]

    def __post_init__(self) -> None:
        """Fill in the model's defaults and validate every value."""
        model = self.model if isinstance(self.model, Model) else load_model(self.model)
        defaults = model.spec.sim

        def chosen(name: str, fallback: Any) -> Any:
            given = getattr(self, name)
            own = getattr(defaults, name)
            return given if given is not None else own if own is not None else fallback

        discrete = model.kind == "map"
        stepper = fitting_stepper(chosen("stepper", "map" if discrete else "rk4"), model)
        dt = 1.0 if discrete else positive("dt", chosen("dt", 0.01))
        if discrete and self.dt is not None and self.dt != 1:
            raise SimError(f"dt = {self.dt!r}: a map advances by iterations; leave dt out")
        rtol, atol = number("rtol", chosen("rtol", 1e-6)), number("atol", chosen("atol", 1e-9))
        if rtol < 0.0 or atol < 0.0 or rtol + atol == 0.0:
            raise SimError(f"rtol = {rtol:g}, atol = {atol:g}: give tolerances above 0")
        initial = dict(zip(model.state_names, model.initial_state, strict=True))
        values = dict(zip(model.param_names, model.param_values, strict=True))
        settled: dict[str, Any] = {
            "model": model,
            "stepper": stepper.name,
            "dt": dt,
            "params": merged(model, "parameter", values, self.params),
            "y0": merged(model, "state", initial, self.y0),
            "t0": _beginning(model, chosen("t0", 0.0)),
            "record": _recorded(model, chosen("record", True)),
            "record_interval": count("record_interval", self.record_interval, 1),
            "sample_dt": None if self.sample_dt is None else positive("sample_dt", self.sample_dt),
            "sample_times": _times(self.sample_times),
            "rtol": rtol,
            "atol": atol,
            "stop": _stop(model, self.stop if self.stop is not None else defaults.stop, stepper),
            "seed": seed(self.seed),
            "observers": _observers(model, stepper, self.observers),
            "jit": bool(self.jit),
            "fastmath": check_fastmath(self.fastmath),
            "max_steps": count("max_steps", chosen("max_steps", 1_000_000), 1),
        }
        _check_sampling(settled, discrete)
        for name, value in settled.items():
            object.__setattr__(self, name, value)

    @classmethod
    def from_provenance(
        cls, provenance: Mapping[str, Any], *, observers: Sequence[ObserverModule] = ()
    ) -> "Sim":
        """Return the problem whose results had this provenance, as it was at the beginning.

        Observers of one's own that took part must be given again.

        Raises
        ------
        StorageError
            The provenance is not whole, or an observer is missing.
        """
        from engine.settings import sim_from_plain

        journal = provenance.get("journal") if isinstance(provenance, Mapping) else None
        origin = journal.get("origin") if isinstance(journal, Mapping) else provenance
        return sim_from_plain(origin, observers)

    @cached_property
    def method(self) -> Stepper:
        """Return the stepper itself."""
        return find_stepper(self.stepper, self.model.kind)

    @property
    def sampled(self) -> bool:
        """Tell whether rows come from dense output instead of accepted steps."""
        return self.sample_dt is not None or self.sample_times is not None

    def replace(self, **changes: Any) -> "Sim":
        """Return a copy with some settings changed; the others keep their values.

        Raises
        ------
        PhasescopeError
            A name or a value is not valid.
        """
        own = {f.name: getattr(self, f.name) for f in dataclasses.fields(self) if f.name != "_"}
        for name in changes:
            if name not in own:
                raise SimError(f"unknown setting {name!r}{suggest(name, list(own))}")
        if "model" in changes:
            raise SimError("another model is another problem: make it with Sim(model, ...)")
        if own["stop"] is None:
            own["stop"] = NO_STOP
        for name in ("params", "y0"):
            given = changes.get(name)
            if isinstance(given, Mapping):
                changes[name] = {**own[name], **given}
            elif given is None:
                changes[name] = own[name]
        if self.model.kind == "map":
            own["dt"] = None
        return Sim(**(own | changes))

    def with_preset(self, name: str) -> "Sim":
        """Return a copy with the parameters and initial values of one of the model's presets.

        Raises
        ------
        ModelError
            There is no preset of this name.
        """
        preset = self.model.presets[name]
        return self.replace(params=preset.params, y0=preset.states)

    def differs_in(self, other: "Sim") -> str | None:
        """Return the first setting in which another problem differs, or None."""
        if self.model.digest != other.model.digest:
            return "model"
        names = (f.name for f in dataclasses.fields(self) if f.name not in ("_", "model"))
        return next((n for n in names if getattr(self, n) != getattr(other, n)), None)

    def run(
        self,
        t_end: float | None = None,
        *,
        n_steps: int | None = None,
        transient: float = 0.0,
    ) -> "Results":
        """Compute an orbit and return it.

        Parameters
        ----------
        t_end : float, optional
            Final time; a fixed step ends at the first grid time at or after it, an adaptive
            one exactly there.  The model's own by default.
        n_steps : int, optional
            Number of steps (iterations of a map) instead of `t_end`.
        transient : float
            Time (iterations of a map) to run first without recording or observing.

        Returns
        -------
        Results
            Also after a blow-up or a stop: everything until then, and the status.

        Raises
        ------
        SimError
            The horizon is not valid.
        """
        from engine.wrapper import run_with_wrapper

        return run_with_wrapper(self, t_end=t_end, n_steps=n_steps, transient=transient)

    def start(
        self,
        *,
        t_end: float | None = None,
        n_steps: int | None = None,
        history_rows: int = 1 << 20,
        compile_first: bool = True,
    ) -> "Run":
        """Return a run at the initial state, to be advanced, edited and rewound.

        Parameters
        ----------
        t_end, n_steps : float, int, optional
            The run's own end; endless by default.
        history_rows : int
            Rows that `Run.results` can give back, at most.
        compile_first : bool
            False never compiles here: what is not compiled yet is computed by the same code in
            plain Python, to the same bits, until `Run.take_compiled`.
        """
        from engine.run import Run

        return Run(
            self,
            t_end=t_end,
            n_steps=n_steps,
            history_rows=history_rows,
            compile_first=compile_first,
        )


def _beginning(model: Model, t0: Any) -> float:
    given = number("t0", t0)
    if model.dtype == "int64" and not given.is_integer():
        raise SimError(f"t0 = {given:g} is not whole: an int64 map counts its iterations")
    return given


def _observers(model: Model, stepper: Stepper, given: Any) -> tuple[ObserverModule, ...]:
    observers = resolve_hooks(given, model.kind, model.state_names)
    for observer in observers:
        expression_values(observer, model)
    check_tangents(observers, model, stepper)
    check_rates(observers, model)
    return observers


def _recorded(model: Model, record: Any) -> tuple[str, ...]:
    valid = (*model.state_names, *(f"aux.{name}" for name in model.aux_names))
    if record is True:
        return valid
    if record is False:
        return ()
    if isinstance(record, str):
        record = (record,)
    if not isinstance(record, Iterable):
        raise SimError(f"record = {record!r} is not True, False or a sequence of names")
    names = tuple(record)
    for name in names:
        if name not in valid:
            raise SimError(f"record: {name!r} is not a variable{suggest(str(name), valid)}")
        if names.count(name) > 1:
            raise SimError(f"record: {name!r} is given twice")
    return names


def _times(given: Any) -> tuple[float, ...] | None:
    if given is None:
        return None
    try:
        values = np.asarray(given, dtype=np.float64)
    except (TypeError, ValueError) as error:
        raise SimError(f"sample_times = {given!r} is not a sequence of times") from error
    if values.ndim != 1 or isinstance(given, str):
        raise SimError(f"sample_times of shape {values.shape} is not a sequence of times")
    if not np.all(np.isfinite(values)):
        raise SimError(f"sample_times: {values[~np.isfinite(values)][0]} is not finite")
    falls = np.flatnonzero(np.diff(values) < 0.0)
    if falls.size:
        before, after = values[falls[0] : falls[0] + 2]
        raise SimError(f"sample_times: {after:g} follows {before:g}; sort them")
    return tuple(values.tolist())


def _check_sampling(settled: Mapping[str, Any], discrete: bool) -> None:
    times, t0 = settled["sample_times"], settled["t0"]
    if settled["sample_dt"] is None and times is None:
        return
    given = "sample_dt" if times is None else "sample_times"
    if discrete:
        raise SimError(f"{given}: a map has no state between its iterations; use record_interval")
    if times is None:
        return
    if settled["sample_dt"] is not None or settled["record_interval"] != 1:
        other = "sample_dt" if settled["sample_dt"] is not None else "record_interval"
        raise SimError(f"sample_times and {other} both say when to record: give one of them")
    if times and times[0] < t0:
        raise SimError(f"sample_times: {times[0]:g} lies before t0 = {t0:g}")


def _stop(model: Model, stop: Any, stepper: Stepper) -> StopCondition | None:
    if stop is None or stop is NO_STOP:
        return None
    if isinstance(stop, str):
        stop = StopCondition(cond=stop)
    elif isinstance(stop, Stop):
        stop = StopCondition(cond=stop.condition.text, phase=stop.phase)
    elif isinstance(stop, Mapping):
        unknown = set(stop) - {"cond", "phase"}
        if unknown or "cond" not in stop:
            raise SimError(f"stop = {dict(stop)!r}: give 'cond' and, if wanted, 'phase'")
        stop = StopCondition(**stop)
    if not isinstance(stop, StopCondition):
        raise SimError(f"stop = {stop!r} is not a condition")
    model.expression(stop.cond, "stop condition")
    check_lags(model, stop.cond, stepper)
    return stop
