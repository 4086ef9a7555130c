"""The loops over many orbits that the fast path's runners are made of.

Like `template.run`, these functions are never called here: their verbatim source becomes part of
a rendered unit, where the UPPERCASE names are constants of the unit and the lower-case free
names its own functions.

`run_lanes` carries the orbits of a group side by side, one a SIMD lane: in `lanes` every quantity
is a row of LANES consecutive numbers, and the innermost loop goes over the row, around the same
step that a single orbit takes.  That loop holds no test.  It only adds up, lane by lane, a number
that is 0 as long as all states were finite; a lane whose sum is not 0 after a block of steps goes
back to the block's start and takes its last steps alone, up to the one that failed.
"""

# The free names of the loops are bound in the rendered unit.
# ruff: noqa: F821
# mypy: ignore-errors

import inspect

from engine.runner import template

# What `run` is called with, and which of it all orbits of a batch share.
RUN_ARGUMENTS = tuple(inspect.signature(template.run).parameters)
SHARED = ("record_t", "sample_times", "event_memory", "event_log")


def orbits_source() -> str:
    """Write ``run_orbits``: call `run` for every orbit whose status is DONE."""
    own = ", ".join(name if name in SHARED else f"{name}[i]" for name in RUN_ARGUMENTS)
    lines = (
        f"def run_orbits({', '.join(RUN_ARGUMENTS)}, status):",
        "    for i in range(status.shape[0]):",
        "        if status[i] == DONE:",
        f"            status[i] = run({own})",
        "    return DONE",
    )
    return "\n".join(lines)


def lane_time(n, origin_n, origin_t, dt):
    """Give the time of step `n`, in the words of `run`."""
    if DISCRETE:
        return origin_t + (n - origin_n)
    else:
        return origin_t + (n - origin_n) * dt


def step_lanes(lanes, n, steps, origin_n, origin_t, dt):
    """Take steps with all lanes of a group, dead ones too."""
    for m in range(n, n + steps):
        t = lane_time(m, origin_n, origin_t, dt)
        for j in range(LANES):
            y, step_memory = runner_step(
                t, dt, lane_state(lanes, j), lane_params(lanes, j), lane_memory(lanes, j)
            )
            if SINGLE:
                y = rounded(y)
            lanes[LANE_DEFECT + j] = float(lanes[LANE_DEFECT + j]) + defect(y)
            store_lane_state(lanes, j, y)
            store_lane_memory(lanes, j, step_memory)


def settle_lane(lanes, j, n, steps, origin_n, origin_t, dt):
    """Repeat a block's steps with one lane, up to the step that failed."""
    y = lane_state(lanes, j)
    p = lane_params(lanes, j)
    step_memory = lane_memory(lanes, j)
    m = n
    going_on = True
    while going_on and m < n + steps:
        t = lane_time(m, origin_n, origin_t, dt)
        y_new, new_memory = runner_step(t, dt, y, p, step_memory)
        if SINGLE:
            y_new = rounded(y_new)
        going_on = is_finite(y_new)
        if going_on:
            y = y_new
            step_memory = new_memory
            m += 1
        else:
            lanes[LANE_ALIVE + j] = 0.0
            lanes[LANE_STEPS + j] = float(m)
            store_lane_rejected(lanes, j, y_new)
    store_lane_state(lanes, j, y)
    store_lane_memory(lanes, j, step_memory)


def settle_lanes(lanes, n, steps, origin_n, origin_t, dt):
    """Put the dead lanes back, let the failing ones die; return the number of those alive."""
    living = 0.0
    for j in range(LANES):
        if lanes[LANE_ALIVE + j] == 0.0:
            put_back_lane(lanes, j)
        elif lanes[LANE_DEFECT + j] != 0.0:
            put_back_lane(lanes, j)
            settle_lane(lanes, j, n, steps, origin_n, origin_t, dt)
        living += float(lanes[LANE_ALIVE + j])
    return living


def run_lanes(counters, clock, lanes, record_t, record_y):
    """Advance every group of lanes to the step bound; return DONE.

    The meaning of every argument stands in `abi`.  Rows are recorded where `run` records them,
    for the lanes that are alive.
    """
    first = int(counters[STEP])
    n_bound = int(counters[STEP_BOUND])
    origin_n = int(counters[ORIGIN_STEP])
    origin_t = float(clock[ORIGIN_T])
    dt = float(clock[DT])
    n = first
    row = int(counters[ROW])
    countdown = int(counters[RECORD_COUNTDOWN])
    for group in range(lanes.shape[0]):
        own = lanes[group]
        orbit = group * LANES
        used = min(LANES, record_y.shape[0] - orbit)
        n = first
        row = int(counters[ROW])
        countdown = int(counters[RECORD_COUNTDOWN])
        if counters[RESTART] != RESTART_NOTHING:
            t = lane_time(n, origin_n, origin_t, dt)
            for j in range(LANES):
                memory = start(t, lane_state(own, j), lane_params(own, j))
                store_lane_memory(own, j, memory)
        living = 0.0
        for j in range(used):
            living += float(own[LANE_ALIVE + j])
        running = True
        while running:
            if countdown == 0 and row < record_t.shape[0]:
                t = lane_time(n, origin_n, origin_t, dt)
                record_t[row] = t
                for j in range(used):
                    if own[LANE_ALIVE + j] == 1.0:
                        y = lane_state(own, j)
                        record_lane(record_y, orbit + j, row, t, y, lane_params(own, j))
                row += 1
                countdown = int(counters[RECORD_INTERVAL])
            steps = min(n_bound - n, LANE_BLOCK)
            if countdown > 0:
                steps = min(steps, countdown)
            running = steps > 0
            if running and living > 0.0:
                for j in range(LANES):
                    keep_lane(own, j)
                step_lanes(own, n, steps, origin_n, origin_t, dt)
                living = settle_lanes(own, n, steps, origin_n, origin_t, dt)
            n += steps
            countdown -= steps
    counters[STEP] = n
    counters[ROW] = row
    counters[RECORD_COUNTDOWN] = countdown
    counters[RESTART] = RESTART_NOTHING
    clock[T] = lane_time(n, origin_n, origin_t, dt)
    return DONE


LANE_LOOPS = (lane_time, step_lanes, settle_lane, settle_lanes, run_lanes)
