"""Notice that stability, not accuracy, holds the steps of an explicit method small.

The function becomes part of every unit whose stepper is adaptive and has a bounded interval of
stability; it is only compiled or called there.  It is a matter of the accepted steps alone, so
that chunks change nothing, and its memory is in the run's own arrays.
"""

# Free names are symbols of the rendered unit.
# ruff: noqa: F821
# mypy: ignore-errors


def watch_stiffness(n, h, t, y, error, p, rtol, atol, crawl, counters, state):
    """Count the steps that stability limits; after step `n` of size `h` to the state `y` at `t`.

    The product of the step and the rate at which a disturbance along the step's own error grows
    or decays is compared with the interval of stability: a step much beyond it would be refused.
    A few other steps end the count.  Hairer & Wanner, Solving ODEs II (1996), IV.2, with the
    error in the place of the difference of two stages.

    Where STIFF_SURE such steps followed each other, all of them so small that a run would need
    hundreds of times as many, and the state has moved in the meantime, STIFF becomes 1.  At rest
    every step is limited by stability and none is in vain.
    """
    steps = int(counters[STIFF_STEPS])
    if steps < STIFF_SURE or n % STIFF_INTERVAL == 0:
        direction = error_vector(error)
        size = scaled_norm(direction, y, y, rtol, atol)
        limited = False
        if h < crawl and size > 0.0:
            # One unit of the tolerance is little enough to be linear, and more than a rounding.
            beside = rhs(t, axpy(y, div(1.0, size), direction), p)
            change = weighted2(1.0, 1.0, beside, -1.0, rhs(t, y, p))
            limited = h * scaled_norm(change, y, y, rtol, atol) > STABILITY_SHARE * STABILITY
        if limited:
            if steps == 0:
                store_mark(y, state)
            counters[STIFF_STEPS] = steps + 1
            counters[CALM_STEPS] = 0
            if steps + 1 >= STIFF_SURE and moved_since_mark(y, state, rtol, atol) > STIFF_MOVED:
                counters[STIFF] = 1
        elif steps > 0:
            counters[CALM_STEPS] += 1
            if counters[CALM_STEPS] >= CALM_ENOUGH:
                counters[STIFF_STEPS] = 0
                counters[CALM_STEPS] = 0


def moved_since_mark(y, state, rtol, atol):
    """Return how far the state is from the mark, in units of the tolerance."""
    total = 0.0
    for i in range(state.shape[1]):
        mark = float(state[STIFF_MARK, i])
        moved = div(y[i] - mark, atol + rtol * max(abs(y[i]), abs(mark)))
        total = total + moved * moved
    return sqrt(total / float(state.shape[1]))
