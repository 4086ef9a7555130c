"""Recording plans: which rows and which variables a run of known length keeps."""

import dataclasses
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from types import MappingProxyType
from typing import Any, Protocol

from engine.checks import count
from engine.errors import SimError, suggest


class RecordingPlan(Protocol):
    """Say which of a run's steps are kept, so that everything can be allocated first.

    To add one, give it these four members; the fast path asks for nothing else.
    """

    @property
    def select(self) -> tuple[str, ...] | None:
        """Return the variables kept, states and ``aux.<name>``; None for those of the sim."""

    @property
    def interval(self) -> int:
        """Return the number of steps between two rows."""

    def skipped(self, n_steps: int) -> int:
        """Return the number of steps taken before the first row is recorded."""

    def capacity(self, n_steps: int) -> int:
        """Return the number of rows that a run of `n_steps` keeps."""


def _selected(plan: str, select: Any) -> tuple[str, ...] | None:
    if select is None:
        return None
    names = (select,) if isinstance(select, str) else select
    if not isinstance(names, Iterable) or not all(isinstance(name, str) for name in (*names,)):
        raise SimError(f"{plan}: select = {select!r} is not a sequence of variables' names")
    return tuple(names)


@dataclass(frozen=True)
class Every:
    """Keep the initial state and every k-th step.

    Attributes
    ----------
    interval : int
        The k.
    select : tuple of str or None
        Variables kept, states and ``aux.<name>``; those of the sim by default.
    """

    interval: int = 1
    select: tuple[str, ...] | None = field(default=None, kw_only=True)

    def __post_init__(self) -> None:
        """Validate the interval.

        Raises
        ------
        SimError
            It is not a positive integer, or the selection is not one of names.
        """
        count("Every: interval", self.interval, 1)
        object.__setattr__(self, "select", _selected("Every", self.select))

    def skipped(self, n_steps: int) -> int:
        """Return 0: the initial state is the first row."""
        return 0

    def capacity(self, n_steps: int) -> int:
        """Return the number of rows of a run of `n_steps`."""
        return n_steps // self.interval + 1


@dataclass(frozen=True)
class Tail:
    """Keep the last m states, in m rows of memory however long the run is.

    Attributes
    ----------
    rows : int
        The m; fewer are kept where the run has fewer.
    select : tuple of str or None
        Variables kept, states and ``aux.<name>``; those of the sim by default.
    """

    rows: int
    select: tuple[str, ...] | None = field(default=None, kw_only=True)

    def __post_init__(self) -> None:
        """Validate the number of rows.

        Raises
        ------
        SimError
            It is not a positive integer, or the selection is not one of names.
        """
        count("Tail: rows", self.rows, 1)
        object.__setattr__(self, "select", _selected("Tail", self.select))

    @property
    def interval(self) -> int:
        """Return 1."""
        return 1

    def skipped(self, n_steps: int) -> int:
        """Return the number of steps before the tail."""
        return max(0, n_steps + 1 - self.rows)

    def capacity(self, n_steps: int) -> int:
        """Return the number of rows of a run of `n_steps`."""
        return min(self.rows, n_steps + 1)


@dataclass(frozen=True)
class Nothing:
    """Keep no rows; the final state and the observers' results remain."""

    @property
    def select(self) -> tuple[str, ...]:
        """Return no variables."""
        return ()

    @property
    def interval(self) -> int:
        """Return 1."""
        return 1

    def skipped(self, n_steps: int) -> int:
        """Return more steps than there are."""
        return n_steps + 1

    def capacity(self, n_steps: int) -> int:
        """Return 0."""
        return 0


PLANS: Mapping[str, type] = MappingProxyType({"Every": Every, "Tail": Tail, "Nothing": Nothing})


def plain_plan(plan: RecordingPlan) -> dict[str, Any] | None:
    """Return a plan of this module as plain values; None for one of another module."""
    name = type(plan).__name__
    if PLANS.get(name) is not type(plan):
        return None
    values = {f.name: getattr(plan, f.name) for f in dataclasses.fields(PLANS[name])}
    return {"name": name, **values}


def plan_from_plain(plain: Mapping[str, Any]) -> RecordingPlan:
    """Return the plan that `plain_plan` gave.

    Raises
    ------
    SimError
        There is no such plan.
    """
    values = dict(plain)
    name = values.pop("name", None)
    if name not in PLANS:
        raise SimError(f"unknown recording plan {name!r}{suggest(str(name), PLANS)}")
    plan: RecordingPlan = PLANS[name](**values)
    return plan
