"""Settings that every test shares."""

import os

from hypothesis import HealthCheck, settings

# A shared machine's pauses say nothing about the code, so no example has a deadline;
# continuous integration tries the same examples each time, so that a failure can be repeated.
settings.register_profile("default", deadline=None)
settings.register_profile(
    "ci", deadline=None, derandomize=True, suppress_health_check=[HealthCheck.too_slow]
)
settings.load_profile("ci" if os.environ.get("CI") == "true" else "default")


def pytest_configure(config):
    """Keep the tests' compiled runners beside pytest's own cache, out of the user's."""
    if "PHASESCOPE_CACHE_DIR" not in os.environ:
        os.environ["PHASESCOPE_CACHE_DIR"] = str(config.cache.mkdir("runners"))
