"""Delayed states in a runner: a ring of past states, and where expressions find them.

The states of the last K + 1 steps, K the longest delay, stand in the rows of ``state`` behind those
that every model has: that of step n in row ``N_STATE_ROWS + n mod (K + 1)``, written when step n is
left.  What is delayed stays as it is during a step, so the values enter the vector of parameters,
behind them, and are loaded anew when a step has been accepted.
"""

from engine.errors import StepperError
from engine.model import Model
from engine.model.lags import state_and_steps
from engine.runner import abi
from engine.runner.layout import Shape, define, pack
from engine.steppers import Stepper, adaptive_with_lags

__all__ = ["check_lags", "lag_flags", "lag_functions", "lags_of", "past_rows"]


def lags_of(model: Model, stop: str | None) -> tuple[str, ...]:
    """Return the delayed states of a model, then those that only its stop condition names."""
    more = () if stop is None else model.expression(stop).lags
    return (*model.lags, *(lag for lag in more if lag not in model.lags))


def past_rows(lags: tuple[str, ...]) -> int:
    """Return the number of rows of past states that a run keeps; 0 without delays."""
    return 1 + max(state_and_steps(lag)[1] for lag in lags) if lags else 0


def check_lags(model: Model, stop: str | None, stepper: Stepper) -> None:
    """Make sure that delays of a stop condition can be counted in steps.

    Raises
    ------
    StepperError
        The steps have no fixed size.
    """
    lags = lags_of(model, stop)
    if lags and stepper.adaptive:
        reason = adaptive_with_lags(lags[0])
        raise StepperError(f"stepper {stepper.name!r} cannot test {stop!r}: {reason}")


def lag_flags(lags: tuple[str, ...]) -> dict[str, object]:
    """Return the flag that delays set in the template."""
    return {"LAGGED": bool(lags)}


def lag_functions(model: Model, lags: tuple[str, ...], shape: Shape) -> list[str]:
    """Write what keeps past states and loads delayed ones; nothing without delays.

    ``with_lags(p, state, n)`` gives the parameters with the states before step `n`,
    ``keep_past(y, state, n)`` keeps that of step `n`.
    """
    if not lags:
        return []
    rows, first = past_rows(lags), shape.n_params
    places = []
    for lag in lags:
        name, steps = state_and_steps(lag)
        row = f"{abi.N_STATE_ROWS} + (n - {steps}) % {rows}"
        number = "int" if shape.whole else "float"
        places.append(f"{number}(state[{row}, {model.state_names.index(name)}])")
    if shape.arrays:
        load = [f"p[{first + j}] = {place}" for j, place in enumerate(places)]
        load.append("return p")
    else:
        load = ["return " + pack([*(f"p[{i}]" for i in range(first)), *places])]
    kept = [f"state[row, {i}] = y[{i}]" for i in range(shape.n)]
    return [
        define("with_lags", "p, state, n", load),
        define("keep_past", "y, state, n", [f"row = {abi.N_STATE_ROWS} + n % {rows}", *kept]),
    ]
