"""The one loop that all runners are made of.

`run` is never called here.  Its verbatim source becomes the last function of every rendered
unit, where the UPPERCASE names are the unit's compile-time flags and constants, and the
lower-case free names are the unit's own functions.  Numba prunes `if FLAG:` before type
inference, so a flag that is off costs nothing, and symbols that only a pruned branch calls need
not exist.

A vector that a function of the unit returns may be overwritten when the same call runs again;
`keep_state`, `keep_previous` and `keep_memory` give what outlives the step.
"""

# The free names of `run` are bound in the rendered unit; a flag is tested alone, so that the branch
# is pruned.
# ruff: noqa: F821, SIM102, SIM109
# mypy: ignore-errors


def run(
    counters,
    clock,
    params,
    state,
    memory,
    record_t,
    record_y,
    analysis_ws,
    analysis_out,
    trace,
    sample_times,
):
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
    y = unpack_state(state, analysis_ws)
    y_new = y
    step_memory = unpack_memory(memory)
    status = RUNNING
    if ADAPTIVE:
        t_bound = float(clock[T_BOUND])
        t_end = float(clock[T_END])
        rtol = float(clock[RTOL])
        atol = float(clock[ATOL])
        h_next = float(clock[NEXT_STEP])
        last_error = float(clock[LAST_ERROR])
        rejected = int(counters[REJECTED_STEPS])
    if SAMPLED:
        t_old = float(clock[T_PREVIOUS])
        y_old = unpack_previous(state, analysis_ws)
        sample = int(counters[SAMPLE])
        sample_origin = float(clock[SAMPLE_ORIGIN])
        sample_dt = float(clock[SAMPLE_DT])
        t_sample = sample_time(sample, sample_origin, sample_dt, sample_times)
        grace = SAMPLE_GRACE * sample_dt
    if STOP_START or STOP_END:
        stop_tested = int(counters[STOP_TESTED])
    if OBSERVE:
        ws = split_workspace(analysis_ws)
        out = split_outputs(analysis_ws, analysis_out)
        trace_row = int(counters[TRACE_ROW])
    if counters[RESTART] != RESTART_NOTHING:
        step_memory = keep_memory(start(t, y, p))
        if ADAPTIVE:
            if counters[RESTART] == RESTART_STEP:
                h_next = dt
                last_error = 1.0
        counters[RESTART] = RESTART_NOTHING

    while status == RUNNING:
        # Rows due at the current state.
        if SAMPLED:
            if t_sample <= t + grace:
                dense = dense_rows(t_old, t - t_old, y_old, y, p, step_memory)
                while t_sample <= t + grace and row < capacity:
                    y_sample = y
                    if t_sample < t:
                        theta = (t_sample - t_old) / (t - t_old)
                        y_sample = interpolate(theta, t - t_old, y_old, y, dense)
                    record_t[row] = t_sample
                    record_row(record_y, row, t_sample, y_sample, p)
                    row += 1
                    sample += 1
                    t_sample = sample_time(sample, sample_origin, sample_dt, sample_times)
                if t_sample <= t + grace:
                    status = GROW_REC
        else:
            if countdown == 0 and row < capacity:
                record_t[row] = t
                record_row(record_y, row, t, y, p)
                row += 1
                countdown = interval

        # Reasons not to take another step.
        if BREAKING:
            if status == RUNNING and break_asked(ws):
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
        if not BOUNDED:
            if status == RUNNING and row >= capacity:
                status = GROW_REC
        if OBSERVE:
            if status == RUNNING and trace_row + TRACE_ROWS_A_STEP > trace.shape[0]:
                status = TRACE_OVERFLOW
        if STOP_START:
            if status == RUNNING and n > stop_tested:
                stop_tested = n
                if stop(t, y, p):
                    status = EARLY_EXIT

        if status == RUNNING:
            new_memory = step_memory
            t_new = t
            if OBSERVE:
                y, step_memory, trace_row = ANALYSIS_PRE(
                    t, dt, y, p, step_memory, ws, out, trace, trace_row
                )
            if ADAPTIVE:
                h = h_next
                accepted = False
                while not accepted and status == RUNNING:
                    ends_run = t + 1.01 * h >= t_end
                    if ends_run:
                        h = t_end - t
                    if VARIATIONAL:
                        y_new, error, new_memory = runner_variational_step(t, h, y, p, step_memory)
                    else:
                        y_new, error, new_memory = runner_step(t, h, y, p, step_memory)
                    norm = error_norm(error, y, y_new, rtol, atol)
                    if norm <= 1.0 and is_finite(y_new):
                        accepted = True
                        t_new = t + h
                        if ends_run:
                            t_new = t_end
                        h_next = next_step_size(h, norm, last_error, ERROR_ORDER)
                        last_error = norm
                    else:
                        rejected += 1
                        h = rejected_step_size(h, norm, ERROR_ORDER)
                        if t + 0.1 * h == t:
                            status = STEPFAIL
                            if not is_finite(y_new):
                                status = NAN_DETECTED
            else:
                if VARIATIONAL:
                    y_new, new_memory = runner_variational_step(t, dt, y, p, step_memory)
                else:
                    y_new, new_memory = runner_step(t, dt, y, p, step_memory)
                if DISCRETE:
                    t_new = origin_t + (n + 1 - origin_n)
                else:
                    t_new = origin_t + (n + 1 - origin_n) * dt
                if not is_finite(y_new):
                    status = NAN_DETECTED
            if status == RUNNING:
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
                n += 1
                countdown -= 1

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
    if OBSERVE:
        counters[TRACE_ROW] = trace_row
    return status
