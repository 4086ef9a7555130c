"""Events inside the steps of a flow: noticing, locating and firing them.

The functions below become part of a unit whose model is a flow with events; only compiled or
called there.  What they know from step to step stands in ``em``, the event memory of
`engine.runner.abi`: for every trigger its level, at least 0 exactly where it holds, at the ends of
the steps.
"""

# Free names are symbols of the rendered unit.
# ruff: noqa: F821, SIM102
# mypy: ignore-errors


def strict(level):
    """Make a level of 0 one that does not hold: for < and >."""
    return level if level != 0.0 else -1.0e-300


def negated(level):
    """Return a level that holds where another does not."""
    return -level if level != 0.0 else -1.0e-300


def lesser(a, b):
    """Return the smaller of two levels: both hold."""
    return a if a < b else b


def greater(a, b):
    """Return the larger of two levels: one of them holds."""
    return a if a > b else b


def changed_since(mark, value):
    """Return the level of a change; where nothing was marked yet, nothing has changed."""
    return 0.0 if value != mark and mark == mark else -1.0


def write_level(em, row, k, level):
    """Keep a level; one that is undefined does not hold."""
    em[row, k] = level if level == level else -1.0


def event_news(h, em):
    """Tell whether a trigger may have begun to hold in the step of size `h` that ended.

    Where a trigger holds at neither end, the parabola through its last three levels tells whether
    it may have held in between.
    """
    before = float(em[STEP_SIZE, 0])
    ratio = 0.0
    if before > 0.0:
        ratio = h / before
    em[STEP_RATIO, 0] = ratio
    for k in range(TRIGGERS):
        level = float(em[LEVEL_END, k])
        begun = float(em[LEVEL_BEGIN, k])
        if level >= 0.0:
            if begun < 0.0 or TRIGGER_REPEATED[k] == 1 or em[FRESH, k] == 1.0:
                return True
        elif begun < 0.0:
            bend = level - begun - ratio * (begun - float(em[LEVEL_BEFORE, k]))
            bend = bend * (ratio / (1.0 + ratio))
            slope = level - begun - bend
            if 0.0 < slope < -2.0 * bend and slope * slope >= 2.0 * bend * begun:
                return True
    return False


def end_step(t, y, p, h, em):
    """Make the end of a step of size `h` the beginning of the next."""
    em[STEP_SIZE, 0] = h
    for k in range(TRIGGERS):
        em[LEVEL_BEFORE, k] = em[LEVEL_BEGIN, k]
        em[LEVEL_BEGIN, k] = em[LEVEL_END, k]
        em[FRESH, k] = 0.0
    begin_step(t, y, p, em)


def begin_step(t, y, p, em):
    """Mark the values with which changes are compared; nothing has changed yet."""
    event_marks(t, y, p, em, MARKS)
    for k in range(TRIGGERS):
        if TRIGGER_OF_CHANGE[k] == 1:
            em[LEVEL_BEGIN, k] = -1.0


def level_inside(k, theta, t, h, y, y_new, p, memory, dense, em):
    """Return the level of a trigger inside the step of size `h` from `t`."""
    y_theta = inside_step(theta, t, h, y, y_new, p, memory, dense)
    event_levels(t + theta * h, y_theta, p, em, LEVEL_TRIAL)
    return float(em[LEVEL_TRIAL, k])


def passing_by(k, t, h, y, y_new, p, memory, dense, em):
    """Return where a trigger that holds at neither end of the step holds in between, or 2.

    Tries the vertex of the parabola through three levels, at first those of the last steps, then
    through the level found there.
    """
    begun = float(em[LEVEL_BEGIN, k])
    level = float(em[LEVEL_END, k])
    ratio = float(em[STEP_RATIO, 0])
    bend = level - begun - ratio * (begun - float(em[LEVEL_BEFORE, k]))
    bend = bend * (ratio / (1.0 + ratio))
    for _ in range(3):
        slope = level - begun - bend
        if not 0.0 < slope < -2.0 * bend:
            return 2.0
        theta = div(-0.5 * slope, bend)
        found = level_inside(k, theta, t, h, y, y_new, p, memory, dense, em)
        if found >= 0.0:
            return theta
        bend = div(found - begun - theta * (level - begun), theta * (theta - 1.0))
    return 2.0


def leaving_again(k, t, h, y, y_new, p, memory, dense, em):
    """Return where a trigger that has just fired, and holds at the end, does not hold, or 2."""
    theta = 0.5
    for _ in range(20):
        if level_inside(k, theta, t, h, y, y_new, p, memory, dense, em) < 0.0:
            return theta
        theta *= 0.5
    return 2.0


def locate_event(k, lo, hi, g_lo, g_hi, t, h, y, y_new, p, memory, dense, em):
    """Return the first end of a bracket at which a trigger holds, to 1e-13 of the step.

    It does not hold at `lo` and holds at `hi`, and so at every stage: a jump is found as well as
    a root.  The ITP method, never slower than bisection by more than one evaluation.  Oliveira &
    Takahashi, ACM Trans. Math. Softw. 47 (2020) 5.
    """
    accuracy = 0.5e-13
    reach = accuracy
    while 2.0 * reach < hi - lo:
        reach *= 2.0
    reach *= 2.0
    pull = 0.2 / (hi - lo)
    while hi - lo > 2.0 * accuracy:
        half = 0.5 * (lo + hi)
        secant = half
        if g_hi < 1.0e300 and g_lo > -1.0e300:
            secant = lo + (hi - lo) * div(-g_lo, g_hi - g_lo)
        shift = pull * (hi - lo) * (hi - lo)
        side = 1.0 if half >= secant else -1.0
        theta = half
        if shift <= abs(half - secant):
            theta = secant + side * shift
        radius = reach - 0.5 * (hi - lo)
        if abs(theta - half) > radius:
            theta = half - side * radius
        reach *= 0.5
        if not lo < theta < hi:
            theta = half
        level = level_inside(k, theta, t, h, y, y_new, p, memory, dense, em)
        if level >= 0.0:
            hi = theta
            g_hi = level
        else:
            lo = theta
            g_lo = level
    return hi


def first_instant(k, t, h, y, y_new, p, memory, dense, em):
    """Return where in the step a trigger begins to hold: theta in (0, 1], or 2."""
    begun = float(em[LEVEL_BEGIN, k])
    level = float(em[LEVEL_END, k])
    if TRIGGER_LOCATED[k] == 0:
        return 1.0 if level >= 0.0 and (begun < 0.0 or TRIGGER_REPEATED[k] == 1) else 2.0
    lo = 0.0
    hi = 1.0
    if level < 0.0:
        if begun >= 0.0:
            return 2.0
        hi = passing_by(k, t, h, y, y_new, p, memory, dense, em)
    elif begun >= 0.0:
        if em[FRESH, k] == 0.0:
            return 2.0
        lo = leaving_again(k, t, h, y, y_new, p, memory, dense, em)
    if lo > 1.0 or hi > 1.0:
        return 2.0
    if lo > 0.0:
        begun = level_inside(k, lo, t, h, y, y_new, p, memory, dense, em)
    if hi < 1.0:
        level = level_inside(k, hi, t, h, y, y_new, p, memory, dense, em)
    return locate_event(k, lo, hi, begun, level, t, h, y, y_new, p, memory, dense, em)


def find_events(
    t, t_new, h, y, y_new, p, memory, new_memory, em, event_log, row, state, n
):  # fmt: skip
    """Fire the step's events without action, in time order, up to the first with one.

    Returns
    -------
    tuple
        The theta of that one, 1 where there is none; DUE_NOW or DUE_NOTHING; the next row of the
        log.  Its triggers, and those of the same instant, are marked FIRED.
    """
    dense = dense_inside(t, h, y, y_new, p, new_memory)
    for k in range(TRIGGERS):
        theta = first_instant(k, t, h, y, y_new, p, memory, dense, em)
        if theta <= 1.0 and t + theta * h >= t_new:
            theta = 1.0
        em[INSTANT, k] = theta
    while True:
        theta = 2.0
        for k in range(TRIGGERS):
            theta = min(theta, float(em[INSTANT, k]))
        if theta > 1.0:
            return 1.0, DUE_NOTHING, row
        y_theta = y_new
        t_theta = t_new
        if theta < 1.0:
            y_theta = inside_step(theta, t, h, y, y_new, p, memory, dense)
            t_theta = t + theta * h
        elif LAGGED:
            p = with_lags(p, state, n + 1)
        acts = 0
        for k in range(TRIGGERS):
            # One instant, within the accuracy to which it is known.
            if em[INSTANT, k] <= theta + SAME_INSTANT:
                em[INSTANT, k] = 2.0
                em[LEVEL_BEGIN, k] = 0.0
                if event_guard(k, t_theta, y_theta, p):
                    em[FIRED, k] = 1.0
                    acts = max(acts, EVENT_ACTS[TRIGGER_EVENT[k]])
        if acts == 1:
            return theta, DUE_NOW, row
        for event in range(EVENT_COUNT):
            if take_triggers(event, FIRED, em):
                row = log_event(event, t_theta, y_theta, p, event_log, row)


def take_triggers(event, marked, em):
    """Tell whether a trigger of an event is marked, and take the marks away."""
    found = False
    for k in range(TRIGGERS):
        if TRIGGER_EVENT[k] == event and em[marked, k] == 1.0:
            em[marked, k] = 0.0
            found = True
    return found


def fired_trigger(event, otherwise, em):
    """Return the first trigger of an event that is marked FIRED, or another number."""
    for k in range(TRIGGERS):
        if TRIGGER_EVENT[k] == event and em[FIRED, k] == 1.0:
            return k
    return otherwise


def endless_event(t, em):
    """Return the number, from 1, of an event that fires again before time passes, or 0."""
    for k in range(TRIGGERS):
        event = TRIGGER_EVENT[k]
        acts = TRIGGER_LOCATED[k] == 1 and EVENT_ACTS[event] == 1
        soon = t - em[LAST_FIRING, event] < SHORTEST_GAP * em[STEP_FULL, 0]
        if em[FIRED, k] == 1.0 and acts and soon:
            return event + 1
    return 0


def settle_events(t, y, p, at_end, em, event_log, row):
    """Fire the events of one instant and those that their actions make true there.

    In the order of the model, each at most once in an instant.  A trigger that fired and whose
    level the actions left as it was counts as holding on, so that it fires once per crossing.
    What an action does to tangent vectors is told by the trigger that brought the instant about,
    which for an event made true by an action is that of the action.

    Returns
    -------
    tuple
        State and parameters after the actions; 1 or 0, whether there was an action; the next row
        of the log.
    """
    acted = 0
    if VARIATIONAL:
        y_located, p_located = y, p
        cause, located = -1, True
    for event in range(EVENT_COUNT):
        em[SETTLED, event] = 0.0
    for k in range(TRIGGERS):
        if em[FIRED, k] == 1.0:
            em[FRESH, k] = 1.0
    event_levels(t, y, p, em, LEVEL_TRIAL)
    waiting = True
    while waiting:
        for event in range(EVENT_COUNT):
            if VARIATIONAL:
                if located and EVENT_ACTS[event] == 1:
                    cause = fired_trigger(event, cause, em)
            if take_triggers(event, FIRED, em) and em[SETTLED, event] == 0.0:
                em[SETTLED, event] = 1.0
                em[LAST_FIRING, event] = t
                row = log_event(event, t, y, p, event_log, row)
                if EVENT_ACTS[event] == 1:
                    if VARIATIONAL:
                        y, p = saltate_event(event, cause, t, y, p, y_located, p_located)
                    else:
                        y, p = act_event(event, t, y, p)
                    acted = 1
        event_levels(t, y, p, em, LEVEL_END)
        waiting = False
        if VARIATIONAL:
            located = False
        for k in range(TRIGGERS):
            tested = TRIGGER_REPEATED[k] == 0 and (TRIGGER_LOCATED[k] == 1 or at_end == 1)
            rested = em[FRESH, k] == 0.0 and em[SETTLED, TRIGGER_EVENT[k]] == 0.0
            begins = em[LEVEL_END, k] >= 0.0 and em[LEVEL_BEGIN, k] < 0.0
            if tested and rested and begins:
                em[LEVEL_BEGIN, k] = 0.0
                if event_guard(k, t, y, p):
                    em[FIRED, k] = 1.0
                    em[FRESH, k] = 1.0
                    waiting = True
    for k in range(TRIGGERS):
        level = float(em[LEVEL_END, k])
        if em[FRESH, k] == 1.0 and level == em[LEVEL_TRIAL, k]:
            level = max(level, 0.0)
        if TRIGGER_REPEATED[k] == 0 and (TRIGGER_LOCATED[k] == 1 or at_end == 1):
            em[LEVEL_BEGIN, k] = level
    em[STEP_SIZE, 0] = 0.0
    begin_step(t, y, p, em)
    return y, p, acted, row


def forget_firings(em):
    """Let an event fire at once after the run was changed from outside."""
    for event in range(EVENT_COUNT):
        em[LAST_FIRING, event] = -1.0e300
