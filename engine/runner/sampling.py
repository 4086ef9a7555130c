"""When dense output is recorded: on a grid, or at given times."""


def sample_time(k, origin, spacing, times):  # type: ignore[no-untyped-def]
    """Return the time of sample `k`: of a list that ends with infinity, else of a grid.

    Parameters
    ----------
    k : int
        Index of the sample.
    origin, spacing : float
        The grid ``origin + k spacing``.
    times : ndarray (m,)
        The list; empty for a grid.
    """
    if len(times) > 0:
        return float(times[k])
    return origin + k * spacing
