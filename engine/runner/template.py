"""The one loop that all runners are made of.

`run` is never called here.  Its verbatim source becomes the last function of every rendered
unit, where the UPPERCASE names are the unit's compile-time flags and constants, and the
lower-case free names are the unit's own functions.  Numba prunes `if FLAG:` before type
inference, so a flag that is off costs nothing, and symbols that only a pruned branch calls need
not exist.

A vector that a function of the unit returns may be overwritten when the same call runs again;
`keep_state`, `keep_previous` and `keep_memory` give what outlives the step.
"""

# Free names are bound in the rendered unit; a flag is tested alone, so that its branch is pruned.
# ruff: noqa: F821, SIM102, SIM109
# mypy: ignore-errors


def run(
    counters, clock, params, state, memory, record_t, record_y, analysis_ws, analysis_out, trace,
    sample_times, event_memory, event_log,
):  # fmt: skip
    """Advance the state until a bound, a full buffer, a stop or a failure; return the signal.

    The meaning of every argument stands in `abi`.  A full buffer is noticed before a step is
    taken, never within one, so calling again with room repeats nothing.
    """
    n = int(counters[STEP])
    n_bound = int(counters[STEP_BOUND])
    origin_n = int(counters[ORIGIN_STEP])
    interval = int(counters[RECORD_INTERVAL])
    countdown = int(counters[RECORD_COUNTDOWN])
    row = int(counters[ROW])
    capacity = record_t.shape[0]
    origin_t = float(clock[ORIGIN_T])
    dt = float(clock[DT])
    t = float(clock[T])
    p = unpack_params(params)
    if LAGGED:
        p = with_lags(p, state, n)
    y = unpack_state(state, analysis_ws)
    y_new = y
    step_memory = unpack_memory(memory)
    inside = 0
    status = RUNNING
    if ADAPTIVE:
        t_bound = float(clock[T_BOUND])
        t_end = float(clock[T_END])
        rtol = float(clock[RTOL])
        atol = float(clock[ATOL])
        h_next = float(clock[NEXT_STEP])
        last_error = float(clock[LAST_ERROR])
        rejected = int(counters[REJECTED_STEPS])
    if STIFFNESS:
        crawl = float(clock[CRAWL_STEP])
    if SAMPLED:
        t_old = float(clock[T_PREVIOUS])
        y_old = unpack_previous(state, analysis_ws)
        sample = int(counters[SAMPLE])
        sample_origin = float(clock[SAMPLE_ORIGIN])
        sample_dt = float(clock[SAMPLE_DT])
        t_sample = sample_time(sample, sample_origin, sample_dt, sample_times)
        grace = SAMPLE_GRACE * sample_dt
        if ADAPTIVE:
            longest = 1.0e308
            if sample_times.shape[0] == 0:
                longest = SAMPLES_A_STEP * sample_dt
    if STOP_START or STOP_END:
        stop_tested = int(counters[STOP_TESTED])
    if EVENTS:
        event_row = int(counters[EVENT_ROW])
        events_before = int(counters[EVENT_TOTAL]) - event_row
    if FLOW_EVENTS:
        due = int(counters[EVENTS_DUE])
        inside = int(counters[INSIDE_CELL])
        n_bound = max(n_bound, n + inside)
        endless = 0
    if OBSERVE:
        ws = split_workspace(analysis_ws)
        out = split_outputs(analysis_ws, analysis_out)
        trace_row = int(counters[TRACE_ROW])
    if VARIATIONAL:
        if counters[RESTART] == RESTART_TANGENTS:
            step_memory = keep_memory(begin_tangents(step_memory, start(t, y, p)))
    if counters[RESTART] > RESTART_TANGENTS:
        step_memory = keep_memory(start(t, y, p))
        if ADAPTIVE:
            if counters[RESTART] == RESTART_STEP:
                h_next = dt
                last_error = 1.0
                counters[STIFF_STEPS] = 0
                counters[CALM_STEPS] = 0
                counters[STIFF] = 0
        if FLOW_EVENTS:
            # What was changed from outside may have made a condition true.
            forget_firings(event_memory)
            due = DUE_BEFORE_STEP
        if EVENTS_START:
            event_marks(t, y, p, event_memory, MARKS_BEFORE)
    counters[RESTART] = RESTART_NOTHING

    while status == RUNNING:
        # Rows due at the current state.
        if SAMPLED:
            last_due = t + grace
            if FLOW_EVENTS:
                if due == DUE_NOW:
                    # A sample at the event's instant shows the state after it.
                    last_due = t - grace
            if t_sample <= last_due:
                if LAGGED:
                    # The step that is sampled was taken with what was delayed then.
                    p = with_lags(p, state, n - 1 + inside)
                dense = dense_rows(t_old, t - t_old, y_old, y, p, step_memory)
                while t_sample <= last_due and row < capacity:
                    y_sample = y
                    if t_sample < t and t_old < t:
                        theta = (t_sample - t_old) / (t - t_old)
                        y_sample = interpolate(theta, t - t_old, y_old, y, dense)
                    elif LAGGED:
                        p = with_lags(p, state, n)
                    record_t[row] = t_sample
                    record_row(record_y, row, t_sample, y_sample, p)
                    row += 1
                    sample += 1
                    t_sample = sample_time(sample, sample_origin, sample_dt, sample_times)
                if LAGGED:
                    p = with_lags(p, state, n)
                if t_sample <= last_due:
                    status = GROW_REC
        if FLOW_EVENTS:
            if due == DUE_NOW:
                if status == RUNNING:
                    endless = endless_event(t, event_memory)
                    if endless > 0:
                        status = STEPFAIL
                    elif event_row + EVENT_COUNT > event_log.shape[0]:
                        status = GROW_EVT
                if status == RUNNING:
                    at_end = 1 - inside
                    y, p, acted, event_row = settle_events(
                        t, y, p, at_end, event_memory, event_log, event_row
                    )
                    y = keep_state(y)
                    due = DUE_NOTHING
                    if acted == 1:
                        step_memory = keep_memory(start(t, y, p))
                        if ADAPTIVE:
                            h_next = dt
                            last_error = 1.0
                            counters[STIFF_STEPS] = 0
                            counters[CALM_STEPS] = 0
                        if SAMPLED:
                            t_old = t
                            y_old = keep_previous(y)
                continue
        if not SAMPLED:
            if countdown == 0 and row < capacity:
                record_t[row] = t
                record_row(record_y, row, t, y, p)
                row += 1
                countdown = interval

        # Reasons not to take another step.
        if BREAKING:
            if status == RUNNING and inside == 0 and break_asked(ws):
                status = USER_BREAK
        if STOP_END:
            if status == RUNNING and n > stop_tested:
                stop_tested = n
                if stop(t, y, p):
                    status = EARLY_EXIT
        if status == RUNNING and n >= n_bound:
            status = DONE
        if ADAPTIVE:
            if status == RUNNING and t >= t_bound:
                status = DONE
        if STIFFNESS:
            if status == RUNNING and counters[STIFF] == 1:
                status = STEPFAIL
        if not BOUNDED:
            if status == RUNNING and row >= capacity:
                status = GROW_REC
        if OBSERVE:
            if status == RUNNING and trace_row + TRACE_ROWS_A_STEP > trace.shape[0]:
                status = TRACE_OVERFLOW
        if EVENTS:
            room = event_log.shape[0] - event_row - EVENT_ROWS_A_STEP
            if FLOW_EVENTS:
                if due == DUE_BEFORE_STEP:
                    room -= EVENT_COUNT
            if status == RUNNING and room < 0:
                status = GROW_EVT
        if STOP_START:
            if status == RUNNING and n > stop_tested:
                stop_tested = n
                if stop(t, y, p):
                    status = EARLY_EXIT

        if FLOW_EVENTS:
            if status == RUNNING and due == DUE_BEFORE_STEP:
                due = DUE_NOW
                continue
        if status == RUNNING:
            new_memory = step_memory
            t_new = t
            h = dt
            if inside == 1:
                h = origin_t + (n + 1 - origin_n) * dt - t
            if EVENTS_START:
                if WHOLE:
                    y_before = keep_previous(y)
                y, p, event_row = events_start(t, y, p, event_memory, event_log, event_row)
                y = keep_state(y)
            if EVENTS_END:
                event_marks(t, y, p, event_memory, MARKS)
            if LAGGED:
                if inside == 0:
                    keep_past(y, state, n)
            if OBSERVE:
                y, step_memory, trace_row = ANALYSIS_PRE(
                    t, h, y, p, step_memory, ws, out, trace, trace_row
                )
            if ADAPTIVE:
                if PROPOSES:
                    h_next = propose(t, h_next, y, p, step_memory, rtol, atol)
                    if t + 0.1 * h_next == t:
                        status = STEPFAIL
                h = h_next
                if SAMPLED:
                    h = min(h, longest)
                accepted = False
                refused = 0
                while not accepted and status == RUNNING:
                    ends_run = t + 1.01 * h >= t_end
                    if ends_run:
                        h = t_end - t
                    if VARIATIONAL:
                        y_new, error, new_memory = runner_variational_step(
                            t, h, y, p, step_memory, rtol, atol
                        )
                    else:
                        y_new, error, new_memory = runner_step(t, h, y, p, step_memory, rtol, atol)
                    if SINGLE:
                        y_new = rounded(y_new)
                    norm = error_norm(error, y, y_new, rtol, atol)
                    if norm <= 1.0 and is_finite(y_new):
                        accepted = True
                        t_new = t + h
                        if ends_run:
                            t_new = t_end
                        if not PROPOSES:
                            h_next = next_step_size(h, norm, last_error, ERROR_ORDER, BETA)
                            if refused > 0:
                                h_next = min(h_next, h)
                        last_error = norm
                        if STIFFNESS:
                            if counters[STIFF_STEPS] > 0 or (h < crawl and n % STIFF_INTERVAL == 0):
                                watch_stiffness(
                                    n, h, t_new, y_new, error, p, rtol, atol, crawl,
                                    counters, state,
                                )  # fmt: skip
                    else:
                        refused += 1
                        h = rejected_step_size(h, norm, ERROR_ORDER)
                        if t + 0.1 * h == t:
                            status = STEPFAIL
                            if not is_finite(y_new):
                                status = NAN_DETECTED
                rejected += refused
            else:
                if STOCHASTIC:
                    substep = 0
                    if FLOW_EVENTS:
                        # The rest of a cell is driven anew.
                        substep = inside * (events_before + event_row)
                    dw = wiener_increments(
                        h, int(counters[SEED_LOW]), int(counters[SEED_HIGH]), n, substep
                    )
                    if VARIATIONAL:
                        y_new, new_memory = runner_variational_step(t, h, y, p, step_memory, dw)
                    else:
                        y_new, new_memory = runner_step(t, h, y, p, step_memory, dw)
                elif VARIATIONAL:
                    y_new, new_memory = runner_variational_step(t, h, y, p, step_memory)
                else:
                    y_new, new_memory = runner_step(t, h, y, p, step_memory)
                if SINGLE:
                    y_new = rounded(y_new)
                if DISCRETE:
                    t_new = origin_t + (n + 1 - origin_n)
                else:
                    t_new = origin_t + (n + 1 - origin_n) * dt
                if not is_finite(y_new):
                    status = NAN_DETECTED
                if EVENTS_START:
                    if WHOLE:
                        # An undefined state need not show itself in the one that follows.
                        if not is_finite(y):
                            status = NAN_DETECTED
                            y_new = y
                            y = y_before
            if status == RUNNING:
                whole = 1
                if FLOW_EVENTS:
                    if LAGGED:
                        # Where a step ends, the next one's delayed states hold.
                        p = with_lags(p, state, n + 1)
                    event_levels(t_new, y_new, p, event_memory, LEVEL_END)
                    if LAGGED:
                        p = with_lags(p, state, n)
                    if event_news(h, event_memory):
                        theta, due, event_row = find_events(
                            t, t_new, h, y, y_new, p, step_memory, new_memory,
                            event_memory, event_log, event_row, state, n,
                        )  # fmt: skip
                        if LAGGED:
                            p = with_lags(p, state, n)
                        event_memory[STEP_FULL, 0] = h
                        if theta < 1.0:
                            if ADAPTIVE:
                                y_new, new_memory = step_to_event(
                                    theta, t, h, y, p, step_memory, rtol, atol
                                )
                            else:
                                y_new, new_memory = step_to_event(
                                    theta, t, h, y, y_new, p, step_memory, new_memory
                                )
                            if SINGLE:
                                y_new = rounded(y_new)
                            t_new = t + theta * h
                            whole = 0
                    if LAGGED:
                        p = with_lags(p, state, n + whole)
                    if due == DUE_NOTHING:
                        end_step(t_new, y_new, p, h, event_memory)
                if LAGGED:
                    p = with_lags(p, state, n + whole)
                if OBSERVE:
                    y_new, new_memory, trace_row = ANALYSIS_POST(
                        t_new, t_new - t, y, y_new, p, new_memory, ws, out, trace, trace_row
                    )
                if SAMPLED:
                    t_old = t
                    y_old = keep_previous(y)
                step_memory = keep_memory(new_memory)
                y = keep_state(y_new)
                t = t_new
                if FLOW_EVENTS:
                    if ADAPTIVE:
                        # An event ends an adaptive step.
                        whole = 1
                    elif inside == 1 and whole == 1:
                        # The rest of a cell is shorter than the steps of a method's history.
                        step_memory = keep_memory(start(t, y, p))
                    inside = 1 - whole
                if EVENTS_START:
                    for j in range(event_memory.shape[1]):
                        event_memory[MARKS_BEFORE, j] = event_memory[MARKS, j]
                if EVENTS_END:
                    if WHOLE:
                        y_before = keep_previous(y)
                    y, p, event_row = events_end(t, y, p, event_memory, event_log, event_row)
                    y = keep_state(y)
                    if WHOLE:
                        if not is_finite(y):
                            status = NAN_DETECTED
                            y_new = y
                            y = y_before
                n += whole
                countdown -= whole

    store_state(y, state, analysis_ws)
    store_memory(step_memory, memory)
    counters[STEP] = n
    counters[RECORD_COUNTDOWN] = countdown
    counters[ROW] = row
    clock[T] = t
    if status == NAN_DETECTED or status == STEPFAIL:
        store_rejected(y_new, state)
    if ADAPTIVE:
        clock[NEXT_STEP] = h_next
        clock[LAST_ERROR] = last_error
        counters[REJECTED_STEPS] = rejected
    if SAMPLED:
        store_previous(y_old, state)
        clock[T_PREVIOUS] = t_old
        counters[SAMPLE] = sample
    if STOP_START or STOP_END:
        counters[STOP_TESTED] = stop_tested
    if EVENTS:
        store_params(p, params)
        counters[EVENT_ROW] = event_row
        counters[EVENT_TOTAL] = events_before + event_row
    if FLOW_EVENTS:
        counters[EVENTS_DUE] = due
        counters[INSIDE_CELL] = inside
        counters[ENDLESS_EVENT] = endless
    if OBSERVE:
        counters[TRACE_ROW] = trace_row
    return status
