"""The spectrum is a density: it has the right height, not only the right place."""

import numpy as np
import pytest
from scipy import signal

from widgets.live.gathering import Gatherer
from widgets.live.welch import Welch, peak, periodogram


class Nobody:
    """A run of which no rows are kept."""

    ring = moment = None


def welch_of(t, x, length: int = 1024, pieces: int = 7) -> Welch:
    """Give a spectrum rows in pieces, as a run does."""
    nobody = Nobody()
    made = Welch(nobody, ("x",))
    made.set_length(length)
    first = 0
    for times, values in zip(np.array_split(t, pieces), np.array_split(x, pieces), strict=True):
        made._take(times, values[None], first)
        first += len(times)
    return made


def test_a_sine_has_its_frequency_and_its_power() -> None:
    t = np.arange(20_000) * 0.01
    frequency, density, count = welch_of(t, 3.0 * np.sin(2.0 * np.pi * 4.321 * t)).read()
    at, _ = peak(frequency, density)
    assert count == (20_000 - 1_025) // 512 + 1
    assert at == pytest.approx(4.321, abs=0.01 * frequency[1] + 0.003)
    # The variance of a sine of amplitude 3.
    assert np.sum(density) * frequency[1] == pytest.approx(4.5, rel=1e-2)


@pytest.mark.parametrize("rows", [512, 513])
def test_one_piece_obeys_parseval(rows: int) -> None:
    x = np.random.default_rng(0).normal(size=rows)
    density = periodogram(x, 0.25)
    window = 0.5 - 0.5 * np.cos(2.0 * np.pi * np.arange(rows) / rows)
    power = np.sum((window * (x - x.mean())) ** 2) / np.sum(window**2)
    assert np.sum(density) / (0.25 * rows) == pytest.approx(power, rel=1e-12)


def test_the_average_is_that_of_scipy_and_white_noise_is_flat() -> None:
    x = np.random.default_rng(1).normal(size=65_537)
    frequency, density, _ = welch_of(np.arange(65_537) * 0.5, x, length=256).read()
    expected = signal.welch(x[:-1], fs=2.0, nperseg=256)
    assert np.allclose(frequency, expected[0])
    assert np.allclose(density, expected[1])
    # Two-sided 0.5, so 1 on one side: variance 1 over frequencies up to 1.
    assert np.mean(density[2:-1]) == pytest.approx(1.0, abs=0.02)


def test_a_spectrum_is_there_before_a_piece_is_complete() -> None:
    t = np.arange(400) * 0.01
    frequency, density, count = welch_of(t, np.sin(2.0 * np.pi * 5.0 * t)).read()
    assert count == 0
    assert peak(frequency, density)[0] == pytest.approx(5.0, abs=0.05)
    assert len(welch_of(t[:20], t[:20]).read()[0]) == 0


def test_rows_at_uneven_times_are_resampled_and_that_is_said() -> None:
    random = np.random.default_rng(2)
    t = np.arange(20_000) * 0.01 + random.uniform(-0.003, 0.003, 20_000)
    made = welch_of(t, np.sin(2.0 * np.pi * 3.0 * t))
    frequency, density, _ = made.read()
    assert made.uneven
    assert peak(frequency, density)[0] == pytest.approx(3.0, abs=0.05)
    assert np.sum(density) * frequency[1] == pytest.approx(0.5, rel=0.05)


def test_another_interval_between_rows_begins_another_average() -> None:
    t = np.concatenate([np.arange(5_000) * 0.01, 50.0 + np.arange(5_000) * 0.02])
    frequency, density, _ = welch_of(t, np.sin(2.0 * np.pi * 3.0 * t)).read()
    assert frequency[-1] == pytest.approx(25.0)
    assert peak(frequency, density)[0] == pytest.approx(3.0, abs=0.02)


def test_what_is_no_number_is_left_out() -> None:
    t = np.arange(10_000) * 0.01
    x = np.sin(2.0 * np.pi * 3.0 * t)
    x[4_000] = np.nan
    frequency, density, count = welch_of(t, x).read()
    assert count > 10
    assert peak(frequency, density)[0] == pytest.approx(3.0, abs=0.01)
    assert issubclass(Welch, Gatherer)
