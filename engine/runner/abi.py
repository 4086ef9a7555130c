"""The one place where the calling convention of every compiled runner is written.

A runner is called as::

    status = run(counters, clock, params, state, memory, record_t, record_y,
                 analysis_ws, analysis_out, trace, sample_times,
                 event_memory, event_log)

=============  ================  ============  ==================================================
array          shape             dtype         content, and who writes it
=============  ================  ============  ==================================================
counters       (N_COUNTERS,)     int64         step counts and buffer fill, indexed by the names
                                               below; read and written by the runner
clock          (N_CLOCK,)        float64       times in model units, step sizes, tolerances
params         (max(p + l, 1),)  model dtype   parameter values; written only by the actions of
                                               events; then room for l delayed states
state          (4 + r, n)        model dtype   rows CURRENT, REJECTED (the state a failed step
                                               would have led to), PREVIOUS (start of the last
                                               accepted step) and STIFF_MARK (where the count
                                               STIFF_STEPS began), then the ring of past states,
                                               see `lags`; r is 0 without delays
memory         (rows, N)         model dtype   the stepper's memory: m vectors over the extended
                                               state of N = n (1 + tangents) components; rows is
                                               max(m, 1), in the array layout more: the runner's
                                               `memory_rows`, the rest is what it works with and
                                               means nothing between two calls
record_t       (rows,)           float64       times of the recorded rows
record_y       (rows, k)         model dtype   the recorded variables
analysis_ws    (w,)              float64       the observers' memory: tangent vectors, the places
                                               where each observer's slots and results begin,
                                               slots
analysis_out   (o,)              float64       the observers' results so far
trace          (rows, 2 + c)     float64       samples: observer's place, time, values
sample_times   (m + 1,) or (0,)  float64       times to record at, then infinity; empty where
                                               they are a grid; read only for the runner
event_memory   (N_EVENT_ROWS, c) float64       what events know from step to step, in the rows
                                               named below; columns are triggers, events, marks
event_log      (rows, 2 + v)     float64       firings: event's place, time, logged values
=============  ================  ============  ==================================================

The same signature serves flows and maps and all four variants: a second signature would
compile everything twice.  The text of this file is part of every runner's identity.

A batch of orbits has two more ways of calling, one for each of its arrangements.  ``run_orbits``
takes the arrays of `run` with one more axis in front, (orbits, ...), but `record_t`,
`sample_times`, `event_memory` and `event_log`, which all orbits share and only `record_t` of which
is used; it calls `run` for each orbit whose status is DONE::

    run_orbits(counters, clock, params, state, memory, record_t, record_y,
               analysis_ws, analysis_out, trace, sample_times,
               event_memory, event_log, status)

``run_lanes`` carries orbits side by side, one a SIMD lane.  All share one step count, one clock
and one record grid, so `counters` and `clock` are those of a single run::

    run_lanes(counters, clock, lanes, record_t, record_y)

=============  ==================  =======  =====================================================
array          shape               dtype    content, and who writes it
=============  ==================  =======  =====================================================
status         (orbits,)           int64    signals; DONE goes on, anything else rests
lanes          (groups, rows * W)  float64  one buffer for W orbits; its rows of W numbers are
                                            written down in `lane_layout.LaneShape`
record_y       (orbits, rows, k)   float64  recorded variables; rows of an orbit that has failed
                                            are left as they are
=============  ==================  =======  =====================================================

In the last group, lanes beyond the number of orbits repeat the last orbit and are not recorded.
A lane whose state ceased to be finite keeps its last good state, its step count (row STEPS) and
the state that its next step would have led to; ALIVE is 0 then.
"""

from enum import IntEnum


class Status(IntEnum):
    """Tell why a runner returned; a signal carries a meaning, not a failure.

    Every signal but the two failures leaves the run at a boundary from which the same call goes
    on and repeats nothing.

    Attributes
    ----------
    DONE
        A bound is reached: STEP_BOUND or, with adaptive steps, T_BOUND.
    GROW_REC
        A row has no room in record_t and record_y.  Grow them, or drain them and set ROW to 0.
    GROW_EVT
        The next firings may have no room in event_log.  Grow it, or drain it and set EVENT_ROW
        to 0.
    EARLY_EXIT
        The stop condition holds.
    USER_BREAK
        A hook asked for it; `Run.pause` and Ctrl-C come between two calls.
    NAN_DETECTED
        The next state is not finite; it stands in row REJECTED of state.
    STEPFAIL
        The step size fell below what t resolves, an event fires without end (ENDLESS_EVENT), or
        the problem is stiff and the method explicit (STIFF).
    TRACE_OVERFLOW
        The samples of one more step may have no room in trace.  Grow it, or drain it and set
        TRACE_ROW to 0.
    """

    DONE = 0
    GROW_REC = 1
    GROW_EVT = 2
    EARLY_EXIT = 3
    USER_BREAK = 4
    NAN_DETECTED = 5
    STEPFAIL = 6
    TRACE_OVERFLOW = 7

    @property
    def is_failure(self) -> bool:
        """Return True when the orbit could not go on."""
        return self in (Status.NAN_DETECTED, Status.STEPFAIL)


SIGNALS = tuple(Status)

# Signals as plain integers: compiled code sees constants.
RUNNING = -1
DONE = int(Status.DONE)
GROW_REC = int(Status.GROW_REC)
GROW_EVT = int(Status.GROW_EVT)
EARLY_EXIT = int(Status.EARLY_EXIT)
USER_BREAK = int(Status.USER_BREAK)
NAN_DETECTED = int(Status.NAN_DETECTED)
STEPFAIL = int(Status.STEPFAIL)
TRACE_OVERFLOW = int(Status.TRACE_OVERFLOW)

# counters: int64
STEP = 0  # accepted steps since the run began
STEP_BOUND = 1  # return DONE at this step count
ORIGIN_STEP = 2  # step count at which the fixed-step clock was set
RECORD_INTERVAL = 3  # record every so many steps
RECORD_COUNTDOWN = 4  # steps until the next row is due; 0: due at the current state
ROW = 5  # rows in use in record_t and record_y
TRACE_ROW = 6  # rows in use in trace
RESTART = 7  # one of the RESTART_ values below
SAMPLE = 8  # index of the next dense-output sample
REJECTED_STEPS = 9  # trial steps refused by the error control
STOP_TESTED = 10  # step count at which the stop condition was last tested
EVENT_ROW = 11  # rows in use in event_log
EVENT_TOTAL = 12  # firings since the run began
EVENTS_DUE = 13  # one of the DUE_ values below
INSIDE_CELL = 14  # 1: an event has divided the fixed step, and the state is inside it
ENDLESS_EVENT = 15  # place, from 1, of the event that fires without end; 0: none
SEED_LOW = 16  # the lower 32 bits of the seed
SEED_HIGH = 17  # and the upper ones
STIFF_STEPS = 18  # adaptive: steps limited by stability, since the last that were not
CALM_STEPS = 19  # adaptive: steps since the last that was, while the count goes on
STIFF = 20  # adaptive, 1: an explicit method would crawl from here on
N_COUNTERS = 21

# values of counters[RESTART]
RESTART_NOTHING = 0
RESTART_TANGENTS = 1  # the memory starts afresh where it is nan: for new tangent vectors
RESTART_MEMORY = 2  # the stepper's memory starts afresh
RESTART_STEP = 3  # the memory and the step-size control start afresh

# values of counters[EVENTS_DUE]
DUE_NOTHING = 0
DUE_NOW = 1  # events fire at the current instant before anything else
DUE_BEFORE_STEP = 2  # what was changed from outside may fire events when the next step is taken

# clock: float64
ORIGIN_T = 0  # time at ORIGIN_STEP; a fixed step's time is ORIGIN_T + (n - ORIGIN_STEP) DT
DT = 1  # fixed step, or first trial step of an adaptive stepper
T = 2  # time of the current state
T_PREVIOUS = 3  # time of state[PREVIOUS]
T_BOUND = 4  # adaptive: return DONE at the first accepted step at or after this time
T_END = 5  # adaptive: the run's own end, the only thing that shortens a step
NEXT_STEP = 6  # adaptive: size of the next trial step
LAST_ERROR = 7  # adaptive: error norm of the last accepted step
RTOL = 8
ATOL = 9
SAMPLE_ORIGIN = 10  # dense output: samples at SAMPLE_ORIGIN + k SAMPLE_DT
SAMPLE_DT = 11  # given times: their smallest distance, or DT where that is less
CRAWL_STEP = 12  # adaptive: steps below this size are many too many for the model's own span
N_CLOCK = 13

# A sample this part of SAMPLE_DT after a step's end belongs to the step: 3 * 0.1 is due at 0.3.
SAMPLE_GRACE = 1e-9

# A problem is stiff after so many steps limited by stability in a row, ...
STIFF_SURE = 500
# ... looked at every so many steps, and at each one once the count goes on, ...
STIFF_INTERVAL = 100
# ... which so many others end, ...
CALM_ENOUGH = 6
# ... where the state has moved by more than so many units of the tolerance, ...
STIFF_MOVED = 10.0
# ... and the model's own span is this part of max_steps of such steps, or more.
STIFF_BUDGET = 0.01
# A step is limited by stability from this part of the interval of stability on: steps swing there.
STABILITY_SHARE = 0.9

# The samples of one step stay together, so an adaptive step spans at most so many of a grid.
SAMPLES_A_STEP = 10_000

# rows of event_memory; a level is a number that is at least 0 where a trigger holds
LEVEL_BEGIN = 0  # levels at the beginning of the step
LEVEL_END = 1  # at its end
LEVEL_BEFORE = 2  # at the beginning of the step before
LEVEL_TRIAL = 3  # inside the step
INSTANT = 4  # where in the step each trigger begins to hold
FIRED = 5  # 1: fires at this instant
FRESH = 6  # 1: has fired at the beginning of the step
SETTLED = 7  # 1: the event has fired at this instant
LAST_FIRING = 8  # time of the event's last firing in which an action was taken
MARKS = 9  # values that macros compare with: at the beginning of the step
MARKS_NOW = 10  # at present
MARKS_BEFORE = 11  # at the beginning of the step before
STEP_SIZE = 12  # first column: size of the last step; 0 where levels do not go on from there
STEP_RATIO = 13  # first column: size of this step by that of the last
STEP_FULL = 14  # first column: size of the last step before an event divided it
N_EVENT_ROWS = 15

# columns of event_log before the values
EVENT_PLACE = 0
EVENT_TIME = 1
EVENT_VALUES = 2

# Two instants of one step this close, in steps, are one.
SAME_INSTANT = 1e-10
# An event that fires again within this part of a step fires without end.
SHORTEST_GAP = 1e-5

# rows of state
CURRENT = 0
REJECTED = 1
PREVIOUS = 2
STIFF_MARK = 3
N_STATE_ROWS = 4

# columns of trace before the values
TRACE_OBSERVER = 0
TRACE_TIME = 1
TRACE_VALUES = 2
