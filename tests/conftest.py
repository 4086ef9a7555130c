"""Settings that every test shares."""

import os

from hypothesis import HealthCheck, settings

# A shared machine's pauses say nothing about the code, so no example has a deadline and none is
# too slow; continuous integration tries the same examples each time, so that a failure can be
# repeated.
PATIENT = settings(deadline=None, suppress_health_check=[HealthCheck.too_slow])
settings.register_profile("default", PATIENT)
settings.register_profile("ci", PATIENT, derandomize=True)
settings.load_profile("ci" if os.environ.get("CI") == "true" else "default")


def pytest_configure(config):
    """Keep the tests' compiled runners beside pytest's own cache, out of the user's."""
    if "PHASESCOPE_CACHE_DIR" not in os.environ:
        os.environ["PHASESCOPE_CACHE_DIR"] = str(config.cache.mkdir("runners"))
