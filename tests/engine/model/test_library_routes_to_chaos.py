"""Period doubling and mode locking of bundled maps against the literature."""

from math import pi, sqrt

import pytest
import scipy.optimize
from evaluated import linearised

# Parameters at which the critical point 1/2 has period 1, 2, 4, ...: Feigenbaum, J. Stat. Phys. 19
# (1978) 25, for the logistic map; where the next one is sought, in units of the last distance.
SUPERSTABLE = (2.0, 1.0 + sqrt(5.0), 3.498561699, 3.554640863, 3.566667380, 3.569243532)


def _superstable(name, parameter, first, second, levels):
    model = linearised(name)

    def missed(value, period):
        y, p = (0.5,), model.values({parameter: value})
        for step in range(period):
            y = model.rhs(step, y, p)
        return y[0] - 0.5

    found = [
        scipy.optimize.brentq(missed, guess - 1e-2, guess + 1e-2, args=(period,), xtol=1e-14)
        for guess, period in ((first, 1), (second, 2))
    ]
    for level in range(2, levels):
        ahead = (found[-1] - found[-2]) / 4.669
        low, high = found[-1] + 0.85 * ahead, found[-1] + 1.25 * ahead
        found.append(scipy.optimize.brentq(missed, low, high, args=(2**level,), xtol=1e-15))
    return found


def test_the_logistic_map_doubles_its_period_at_the_parameters_of_feigenbaum():
    found = _superstable("logistic", "r", 2.0, 3.236, 6)
    assert found == pytest.approx(SUPERSTABLE, abs=2e-9)


@pytest.mark.parametrize(
    ("name", "first", "second"), [("logistic", 2.0, 3.236), ("sine", 0.5, 0.7777)]
)
def test_distances_of_period_doublings_shrink_by_the_constant_of_feigenbaum(name, first, second):
    found = _superstable(name, "r", first, second, 8)
    ratio = (found[-2] - found[-3]) / (found[-1] - found[-2])
    assert ratio == pytest.approx(4.669201609, abs=2e-3)


def _rotation(detuning, nonlinearity, n=20_000):
    model = linearised("circle")
    p, y = model.values({"Omega": detuning, "K": nonlinearity}), (0.1,)
    for step in range(n):
        y = model.rhs(step, y, p)
    return y[0] / n


def test_a_circle_map_locks_to_rest_within_its_first_tongue():
    # Arnold 1965: the tongue of rotation number 0 is |Omega| <= K / (2 pi).
    edge = 0.9 / (2.0 * pi)
    assert _rotation(edge - 1e-4, 0.9) == pytest.approx(0.0, abs=1e-4)
    assert _rotation(edge + 1e-3, 0.9) > 0.01


def test_a_circle_map_locks_to_one_half_on_an_interval():
    # Jensen, Bak & Bohr, Phys. Rev. Lett. 50 (1983) 1637: steps of the devil's staircase.
    for detuning in (0.49, 0.5, 0.51):
        assert _rotation(detuning, 1.0) == pytest.approx(0.5, abs=1e-4)
    assert _rotation(0.55, 1.0) > 0.505


def test_the_golden_mean_orbit_becomes_critical_where_shenker_says():
    # S. J. Shenker, Physica D 5 (1982) 405: Omega = 0.606661 at K = 1.
    assert _rotation(0.60666106, 1.0) == pytest.approx((sqrt(5.0) - 1.0) / 2.0, abs=1e-4)
