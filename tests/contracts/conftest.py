"""One sim for each registered model and stepper."""

import pytest
from registered import RUNS, make_sim


@pytest.fixture(params=RUNS, ids="-".join)
def sim(request):
    """Give one sim for each registered model and stepper."""
    return make_sim(*request.param)


@pytest.fixture(params=RUNS, ids="-".join)
def observed_sim(request):
    """Give one sim with its turn of the observers for each registered model and stepper."""
    return make_sim(*request.param, observed=True)
