"""Taylor series of the orbit itself, its order chosen by the tolerance."""

# Free names are symbols of the rendered unit.
# ruff: noqa: F821
# mypy: disable-error-code="no-untyped-def, no-untyped-call, name-defined"

from typing import TYPE_CHECKING

from engine.steppers.stepper import Stepper

if TYPE_CHECKING:
    from engine.model import Model

# Highest order: what the finest tolerance of double precision asks for, 20, and a little more.
MAX_ORDER = 22
# The table begins with the order, the rtol and atol that it is for, and what follows from them;
# then come MAX_ORDER + 2 coefficients for each component.
HEAD = 8


def set_order(table, rtol, atol):
    """Choose the order, ``1 - ln(rtol) / 2`` rounded up, and what the step sizes need of it.

    Jorba & Zou, Experimental Mathematics 14 (2005) 99, section 3.2.
    """
    least = rtol if rtol > 0.0 else atol
    order = 4.0
    while order < 22.0 and log(least) < 2.0 - 2.0 * order:
        order += 1.0
    table[0] = order
    table[1] = rtol
    table[2] = atol
    table[3] = -1.0 / (order - 1.0)
    table[4] = -1.0 / order
    # This number tells that all are whole: a memory may have been laid out anew.
    table[7] = order + rtol + atol
    table[5] = exp(-0.7 / (order - 1.0))


def propose(t, h, y, p, memory, rtol, atol):
    """Expand the orbit about `y` (n,), and give the step at which its last terms are tolerable.

    Each of the last two terms is at most half the tolerance then; at most ten times the last
    proposal, and finite at rest.  Where a model has events, their levels are watched by the
    parabola through three steps, so that the term of order 3 is kept below a tenth of one of those
    before.  Jorba & Zou, section 3.2.1, with the tolerance of each component.
    """
    table = taylor_table()
    whole = table[0] + rtol + atol
    if table[1] != rtol or table[2] != atol or table[7] != whole:
        set_order(table, rtol, atol)
    order = int(table[0])
    table = taylor_expand(t, y, p, order)
    before = 0.0
    last = 0.0
    for i in range(STATES):
        at = 24 * i + 8 + order
        scale = div(1.0, atol + rtol * abs(y[i]))
        term = abs(table[at - 1]) * scale
        if term > before:
            before = term
        term = abs(table[at]) * scale
        if term > last:
            last = term
    longest = min(10.0 * h, 1.0e100)
    if before > 0.0:
        longest = min(longest, table[5] * power(before, table[3]))
    if last > 0.0:
        longest = min(longest, table[5] * power(last, table[4]))
    if FLOW_EVENTS:
        first = 0.0
        second = 0.0
        third = 0.0
        for i in range(STATES):
            at = 24 * i + 8
            first += abs(table[at + 1])
            second += abs(table[at + 2])
            third += abs(table[at + 3])
        if third > 0.0:
            bend = 0.1 / third
            watched = sqrt(bend * first) + bend * second
            if watched < longest:
                longest = watched
    return longest if longest > 0.0 else h


def step(t, dt, y, p, memory, rtol, atol):
    """Sum the series about `y` (n,) at `t + dt`; the error is its last two terms."""
    return taylor_sum(dt), taylor_remainder(dt), memory


def dense_rows(t, dt, y_old, y, p, memory):
    """Give nothing: the series about `y_old` is in the table."""
    return ()


def interpolate(theta, dt, y_old, y, dense):
    """Sum the series about `y_old` at `theta` in [0, 1] of the step."""
    return taylor_sum(theta * dt)


def misfit(model: "Model") -> str:
    """Return why the orbits of a model have no Taylor series."""
    return model.not_analytic and f"{model.not_analytic}; use 'dop853'"


STEPPER = Stepper(
    name="taylor",
    kind="ode",
    order=MAX_ORDER,
    step=step,
    interpolate=interpolate,
    dense_rows=dense_rows,
    propose=propose,
    functions=(set_order,),
    adaptive=True,
    tolerances=True,
    error_order=MAX_ORDER,
    arrays=True,
    table_rows=MAX_ORDER + 2 + HEAD,
    needs=frozenset({"taylor"}),
    misfit=misfit,
    summary="Taylor series of order 4 to 22 as the tolerance asks, adaptive",
    reference="Jorba & Zou, Experimental Mathematics 14 (2005) 99",
)
