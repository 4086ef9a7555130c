"""What is to be seen of a run at one instant."""

from collections.abc import Mapping
from dataclasses import dataclass, field

from widgets.live.ring import Ring


@dataclass(frozen=True, kw_only=True)
class Moment:
    """Describe a run at one instant, consistently.

    Attributes
    ----------
    generation : int
        Grows whenever the rows seen so far are no longer the past of those to come: a new model,
        a reset, going back.
    rows : int
        Count of rows, since the ring was cleared, that are to be seen by now.
    edits : int
        How many edits the rows to be seen show.
    t : float
    n_steps : int
    values : mapping of str to float
        The recorded variables.
    lagging : bool
        True when the machine cannot keep up with the speed asked for.
    failed : bool
        True when the orbit cannot go on.
    ring : Ring
        Where the rows are.
    kicked : bool
        True when the state is not that of the last row, having been set since.
    """

    generation: int = 0
    rows: int = 0
    edits: int = 0
    t: float = 0.0
    n_steps: int = 0
    values: Mapping[str, float] = field(default_factory=dict)
    lagging: bool = False
    failed: bool = False
    kicked: bool = False
    ring: Ring = field(default_factory=lambda: Ring((), 1), compare=False, repr=False)
